"""What a heading, a link's text or an address says about time: years, first days, the day of a re-post."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from schema.releases import MONTHS

_MONTH = (
    r"(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_GAP = r"[\s\-.,]*"
# The first days of the quarters, on which code sets change.
_QUARTER_MONTHS = (1, 4, 7, 10)
# Said before a date: it is the day of a posting, not the day from which the codes count.
_POSTING = re.compile(r"(?:updat|post|revis)\w*\W*(?:on|as of)?\W*$")
_CORRECTION = re.compile(r"(?:errat|correct)\w*\W*(?:of|on|as of)?\W*$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLAIN = str.maketrans("_–—", " --")
_SIZE = re.compile(r"(?<!\d)\d[\d.,]{0,12}\s?(?:kb|mb|gb|bytes)\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Timing:
    """The dates in one text, each read once.

    `years` are years named as such ("2026", "FY26"); `starts` first days of quarters ("April 1, 2026", "April
    2026", "2026 Q2"); `months` quarter months without a year ("…-april.zip"); `posted` the day after "Updated",
    "Posted", "Revised", `corrected` the one after "Errata"; a day of any other kind tells nothing.
    """

    years: frozenset[int] = frozenset()
    starts: frozenset[date] = frozenset()
    months: frozenset[int] = frozenset()
    posted: date | None = None
    corrected: date | None = None


@dataclass(slots=True)
class _Found:
    years: set[int] = field(default_factory=set)
    starts: set[date] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    posted: date | None = None
    corrected: date | None = None

    def add_day(self, year: int, month: int, day: int, lead: str) -> None:
        try:
            found = date(year, month, day)
        except ValueError:
            return  # the digits are used up all the same: a date that is none names no year
        if _POSTING.search(lead):
            self.posted = self.posted or found
        elif _CORRECTION.search(lead):
            self.corrected = self.corrected or found
        elif day == 1 and month in _QUARTER_MONTHS:
            self.starts.add(found)

    def add_month(self, year: int, month: int) -> None:
        if month in _QUARTER_MONTHS:
            self.starts.add(date(year, month, 1))

    def add_quarter(self, year: int, quarter: int) -> None:
        self.starts.add(date(year, 3 * quarter - 2, 1))


def read_timing(text: str) -> Timing:
    """All that a text says about time; never raises. Notations: April 1, 2026; 2026-April-1; 04/01/2026; 04-01-2026;
    04012026; 2026-04-01; April 2026; Apr26; 2026 Q2; Q2-2026; FY26; 2026; april."""
    found = _Found()
    plain = " ".join(_CAMEL.sub(" ", text).translate(_PLAIN).lower().split())
    rest = _SIZE.sub(" ", plain)
    for pattern, read in _NOTATIONS:
        rest = _take(pattern, read, rest, found)
    years, starts, months = frozenset(found.years), frozenset(found.starts), frozenset(found.months)
    return Timing(years, starts, months, found.posted, found.corrected)


def _take(
    pattern: re.Pattern[str], read: Callable[[_Found, re.Match[str], str], None], text: str, found: _Found
) -> str:
    """The text without what the pattern found: each date is read by the first notation that fits."""
    parts, end = [], 0
    for match in pattern.finditer(text):
        # The words before are all that counts; a long text is not searched again for each date in it.
        read(found, match, text[max(end, match.start() - 24) : match.start()])
        parts += [text[end : match.start()], "|"]
        end = match.end()
    return "".join([*parts, text[end:]])


def _month_of(name: str) -> int:
    return MONTHS[name[:3]]


def _year_of(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _read_iso(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_day(int(match[1]), int(match[2]), int(match[3]), lead)


def _read_day(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_day(int(match[3]), _month_of(match[1]), int(match[2]), lead)


def _read_year_first(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_day(int(match[1]), _month_of(match[2]), int(match[3]), lead)


def _read_numeric(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_day(_year_of(match[3]), int(match[1]), int(match[2]), lead)


def _read_after_word(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_day(_year_of(match[3]), int(match[1]), int(match[2]), "updated ")


def _read_month(found: _Found, match: re.Match[str], lead: str) -> None:
    found.add_month(_year_of(match[2]), _month_of(match[1]))


def _read_quarter(found: _Found, match: re.Match[str], lead: str) -> None:
    year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
    found.add_quarter(int(year), int(quarter))


def _read_year(found: _Found, match: re.Match[str], lead: str) -> None:
    found.years.add(_year_of(match[1]))


def _read_lone_month(found: _Found, match: re.Match[str], lead: str) -> None:
    if (month := _month_of(match[1])) in _QUARTER_MONTHS:
        found.months.add(month)


_WORD = r"(?:(?<=updated)|(?<=posted)|(?<=update)|(?<=revised))[\W]{1,3}"
_NOTATIONS: tuple[tuple[re.Pattern[str], Callable[[_Found, re.Match[str], str], None]], ...] = (
    (re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?![\d-])", re.ASCII), _read_iso),
    (re.compile(rf"{_MONTH}{_GAP}(\d{{1,2}})(?:st|nd|rd|th)?[\s,.\-]+(20\d\d)(?!\d)", re.ASCII), _read_day),
    (re.compile(rf"(?<!\d)(20\d\d)[\s\-]+{_MONTH}[\s\-]+(\d{{1,2}})(?!\d)", re.ASCII), _read_year_first),
    (re.compile(r"(?<!\d)(\d{1,2})[/\-.](\d{1,2})[/\-.](20\d\d)(?!\d)", re.ASCII), _read_numeric),
    # With two digits for the year, or without separators and leading zero, only a word before makes it a date.
    (re.compile(rf"{_WORD}(\d{{1,2}})[/\-.](\d{{1,2}})[/\-.](\d\d)(?!\d)", re.ASCII), _read_after_word),
    (re.compile(rf"{_WORD}(\d)(\d\d)(20\d\d)(?!\d)", re.ASCII), _read_after_word),
    (re.compile(r"(?<!\d)(\d\d)(\d\d)(20\d\d)(?!\d)", re.ASCII), _read_numeric),
    (re.compile(rf"{_MONTH}{_GAP}(20\d\d)(?!\d)", re.ASCII), _read_month),
    (re.compile(rf"{_MONTH}(\d\d)(?!\d)", re.ASCII), _read_month),
    (
        re.compile(r"(?<!\d)(20\d\d)[\s\-]*q([1-4])(?!\d)|(?<![a-z])q([1-4])[\s\-]*(20\d\d)(?!\d)", re.ASCII),
        _read_quarter,
    ),
    (re.compile(r"(?<![a-z])fy[\s\-]*(20\d\d|\d\d)(?!\d)", re.ASCII), _read_year),
    (re.compile(r"(?<!\d)(20\d\d)(?!\d)", re.ASCII), _read_year),
    (re.compile(_MONTH, re.ASCII), _read_lone_month),
)
