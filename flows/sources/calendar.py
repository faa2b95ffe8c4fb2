"""What should appear when: releases that are expected, early, late or missing, and how often to look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from schema.releases import ReleaseRef, label_of
from schema.sources import Contents, SourceRow, SourceState
from schema.systems import ICD10_IN_FORCE

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LATE_DAYS = 14
"""Nothing new this many days before an effective date is an alarm of its own: nobody can prepare in less."""
MISSING_DAYS = 60
"""A release that took effect and did not come is told at least this long, however little it is needed now."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One release a year of one system, and when it was posted so far.

    It takes effect on the first day of `month`, first on `first_date`. Usually it is there between
    `opens` and `closes`, days before the effective date.
    """

    system: str
    month: int
    first_date: date
    opens: int
    closes: int

    def effective_dates(self, first: date, last: date) -> Iterator[date]:
        """The effective dates from `first` to `last`."""
        for year in range(first.year, last.year + 1):
            day = date(year, self.month, 1)
            if max(first, self.first_date) <= day <= last:
                yield day


# Posting dates seen: the October files between June 8 and July 19, so June 1 to August 15 is allowed for;
# the April files between December 15 and January 23; since 2022, IPPS final rule FY2022. HCPCS five to six
# weeks before the quarter, which CMS says of itself; one file a year until 2019.
_APRIL_SINCE = date(2022, 4, 1)
_QUARTERS_SINCE = date(2020, 1, 1)
RULES: tuple[Rule, ...] = (
    *(Rule(system, 10, ICD10_IN_FORCE, 122, 47) for system in ("icd10cm", "icd10pcs")),
    *(Rule(system, 4, _APRIL_SINCE, 121, 60) for system in ("icd10cm", "icd10pcs")),
    *(Rule("hcpcs", month, _QUARTERS_SINCE, 42, 35) for month in (1, 4, 7, 10)),
)

# Sets beside the three systems that come with the quarter; their files vanish soon after, so look often.
_QUARTERLY = frozenset({"hcpcs", "ncci", "mue", "pfs_rvu", "opps"})
_QUARTER_MONTHS = (1, 4, 7, 10)
_QUARTER_BEFORE, _QUARTER_AFTER = 42 * DAY, 21 * DAY
# (first, last) as (month, day); the second one crosses the new year.
_ICD_SEASONS = (((6, 1), (8, 15)), ((11, 15), (1, 20)))


class Standing(StrEnum):
    """Where a release of the calendar stands that is not simply there."""

    EXPECTED = "expected"
    EARLY = "early"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Posting:
    """A release that is offered, and the day it was posted where that is known."""

    release: ReleaseRef
    posted_date: date | None = None


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One release that the calendar has something to say about; `reason` is one line for people."""

    release: ReleaseRef
    standing: Standing
    reason: str

    @property
    def is_alarm(self) -> bool:
        """Whether a person should know: late and missing."""
        return self.standing in (Standing.LATE, Standing.MISSING)

    @property
    def event_id(self) -> str:
        """The same as long as it is the same event: for telling a person once."""
        return f"{self.standing} {self.release}"

    def to_row(self) -> SourceRow:
        """The alarm as a row of `addenda sources`; raises ValueError for what is no alarm."""
        state = SourceState(self.standing)
        effective = self.release.effective_date
        return SourceRow(
            self.release.system, str(self.release), effective, None, None, (),
            Contents.CODE_FILE, "none", state, self.reason,
        )  # fmt: skip


def assess_calendar(
    today: date, held: Iterable[ReleaseRef], offered: Iterable[Posting], systems: Collection[str] | None = None
) -> list[CalendarEntry]:
    """What the calendar says on this day, by effective date and system; `systems` narrows it.

    A release that is held or offered (any issue of it) is never an alarm. One that is not is

    - expected from the day on which such a release may be posted,
    - late from 14 days before its effective date,
    - missing from its effective date: for 60 days, and then until the next one of its system takes
      effect or a later one is there.

    An offered release that does not count yet is early when it was posted (or, where that is not known,
    is seen today) before the usual time. Nothing is said of releases before the first one that is
    held or offered of their system.
    """
    postings = list(offered)
    posted = {_key(posting.release): posting.posted_date for posting in postings}
    known = {_key(release) for release in held} | set(posted)
    entries = []
    for rule in RULES:
        if systems is not None and rule.system not in systems:
            continue
        dates = sorted(effective for system, effective in known if system == rule.system)
        first = dates[0] if dates else date.min
        # Two years ahead, for a file that is posted long before its time.
        for effective in rule.effective_dates(max(first, _years_before(today)), _years_after(today)):
            release = ReleaseRef(rule.system, effective)
            if _key(release) in known:
                entry = _assess_known(rule, release, posted, today)
            else:
                entry = _assess_unknown(rule, release, today, has_later=any(day > effective for day in dates))
            if entry:
                entries.append(entry)
    return sorted(entries, key=lambda entry: (entry.release.effective_date, entry.release.system))


def polling_interval(system: str, today: date) -> timedelta:
    """How long to wait between two looks at the pages of a system: a day in its season, else a week."""
    if system in _QUARTERLY:
        is_season = any(
            start - _QUARTER_BEFORE <= today <= start + _QUARTER_AFTER
            for year in (today.year, today.year + 1)
            for start in (date(year, month, 1) for month in _QUARTER_MONTHS)
        )
    else:
        now = (today.month, today.day)
        is_season = any(
            first <= now <= last if first <= last else now >= first or now <= last for first, last in _ICD_SEASONS
        )
    return DAY if is_season else WEEK


def _assess_known(
    rule: Rule, release: ReleaseRef, posted: dict[tuple[str, date], date | None], today: date
) -> CalendarEntry | None:
    if _key(release) not in posted or release.effective_date <= today:
        return None
    opens = release.effective_date - rule.opens * DAY
    seen = posted[_key(release)] or today
    if seen >= opens:
        return None
    reason = f"{_name(release)} was there on {seen}, usually not before {opens}"
    return CalendarEntry(release, Standing.EARLY, reason)


def _assess_unknown(rule: Rule, release: ReleaseRef, today: date, *, has_later: bool) -> CalendarEntry | None:
    effective = release.effective_date
    opens, closes = effective - rule.opens * DAY, effective - rule.closes * DAY
    days = (effective - today).days
    if today < opens:
        return None
    if days > LATE_DAYS:
        reason = f"{_name(release)} is usually posted between {opens} and {closes}"
        return CalendarEntry(release, Standing.EXPECTED, reason)
    if days > 0:
        reason = f"{_name(release)} takes effect in {days} day{'s' * (days > 1)}, and nothing of it is posted"
        return CalendarEntry(release, Standing.LATE, reason)
    ends = effective + MISSING_DAYS * DAY
    if not has_later:
        ends = max(ends, _next_effective(rule.system, effective) - DAY)
    if today > ends:
        return None
    reason = f"{_name(release)} took effect on {effective}, and nothing of it is posted"
    return CalendarEntry(release, Standing.MISSING, reason)


def _next_effective(system: str, after: date) -> date:
    return min(
        day
        for rule in RULES
        if rule.system == system
        for day in rule.effective_dates(after + DAY, _years_after(after))
    )  # fmt: skip


def _name(release: ReleaseRef) -> str:
    return f"{release.system} {label_of(release.system, release.effective_date)}"


def _key(release: ReleaseRef) -> tuple[str, date]:
    return release.system, release.effective_date


def _years_before(day: date) -> date:
    return date(max(day.year - 2, date.min.year), 1, 1)


def _years_after(day: date) -> date:
    return date(min(day.year + 2, date.max.year), 12, 31)
