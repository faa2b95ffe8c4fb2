"""Names of releases: what people type, what is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from schema.errors import UsageError
from schema.systems import CodeSystem, get_system

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# The US fiscal year, and with it the ICD-10 year, begins on October 1 of the year before its number.
FISCAL_YEAR_FIRST_MONTH = 10

_FISCAL = re.compile(r"FY ?(\d{4})(?:[- ]([a-z]{3})[a-z]*)?", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4}) ?-?Q([1-4])", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
# Issues count from 1; four digits are more than any publisher will need.
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:\.([1-9]\d{0,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class ReleaseId:
    """`system@effective-date.issue`, for example `icd10cm@2025-10-01.1`; issues count from 1."""

    system: str
    effective_date: date
    issue: int

    def __str__(self) -> str:
        return f"{self.system}@{self.effective_date.isoformat()}.{self.issue}"

    @property
    def label(self) -> str:
        """What people say: `FY2026`, `FY2026-apr`, `2026Q1`; the issue is named from the second on."""
        name = label_of(self.system, self.effective_date)
        return name if self.issue == 1 else f"{name} (issue {self.issue})"


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """What a person asked for: a release, and its latest issue when `issue` is None."""

    system: str
    effective_date: date
    issue: int | None = None

    def __str__(self) -> str:
        return f"{self.system}@{self.effective_date.isoformat()}" + (f".{self.issue}" if self.issue else "")


def fiscal_year_of(day: date) -> int:
    """The fiscal year a day lies in: 2021-01-01 is in 2021, 2020-10-01 too."""
    return day.year + (day.month >= FISCAL_YEAR_FIRST_MONTH)


def label_of(system: str, effective_date: date) -> str:
    """The shortest label that `parse_release` reads back to this date."""
    if effective_date.day == 1:
        if get_system(system).has_record_dates:
            if effective_date.month % 3 == 1:
                return f"{effective_date.year}Q{effective_date.month // 3 + 1}"
        else:
            year = f"FY{fiscal_year_of(effective_date)}"
            if effective_date.month == FISCAL_YEAR_FIRST_MONTH:
                return year
            return f"{year}-{list(MONTHS)[effective_date.month - 1]}"
    return effective_date.isoformat()


def parse_release(system: str, text: str) -> ReleaseRef:
    """A release named by a person: full id, `FY2026`, `FY2026-apr`, `2026Q1`, `2026-01` or a date.

    Raises UsageError when the text is none of these or does not suit the system.
    """
    known = get_system(system)
    wanted = text.strip()
    if "@" in wanted:
        named, _, wanted = wanted.partition("@")
        if get_system(named) is not known:
            raise UsageError(f"release {text!r} is not of {known.name}", "", "name a release of the same system")
    try:
        found = _match_label(known, wanted)
    except ValueError as error:
        raise UsageError(f"no such date in release {text!r}", str(error), _remedy(known)) from error
    if found is None:
        raise UsageError(f"cannot read release {text!r} of {known.name}", "", _remedy(known))
    return found


def _match_label(system: CodeSystem, text: str) -> ReleaseRef | None:
    if match := _DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.group(1, 2, 3))
        issue = int(match[4]) if match[4] else None
        return ReleaseRef(system.name, date(year, month, day), issue)
    if system.has_record_dates and (match := _QUARTER.fullmatch(text)):
        return ReleaseRef(system.name, date(int(match[1]), 3 * int(match[2]) - 2, 1))
    if not system.has_record_dates and (match := _FISCAL.fullmatch(text)):
        month = MONTHS.get((match[2] or "oct").lower(), 0)
        if month:
            year = int(match[1]) - (month >= FISCAL_YEAR_FIRST_MONTH)
            return ReleaseRef(system.name, date(year, month, 1))
    if match := _MONTH.fullmatch(text):
        return ReleaseRef(system.name, date(int(match[1]), int(match[2]), 1))
    return None


def _remedy(system: CodeSystem) -> str:
    return f"type {system.label_example}, or the effective date as YYYY-MM-DD"
