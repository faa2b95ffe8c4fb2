"""What a link leads to, from heading, text and address together; what they disagree on is never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from loaders.catalogue.addresses import ending_of, slug_of
from loaders.catalogue.anchors import Anchor
from loaders.catalogue.dates import Timing, read_timing
from schema.errors import shorten_value
from schema.releases import FISCAL_YEAR_FIRST_MONTH, fiscal_year_of
from schema.sources import Contents

# Since 2022 the mid-year update is of April 1 (final rule for FY2022 IPPS); the one before was of January 1, 2021.
_MID_YEAR_MONTHS = {2021: 1}
_USUAL_MID_YEAR_MONTH = 4

# Documents and slides have no code lists, whatever they are about.
DOCUMENT_ENDINGS = frozenset({"pdf", "doc", "docx", "ppt", "pptx", "rtf", "xsd", "dtd"})
# What a mistaken release would harm; a guideline of the wrong year is only listed in the wrong place.
_HARMLESS = frozenset({Contents.GUIDELINES, Contents.OTHER})
# "its code files": what is made anew when codes change. Lists of conversions and of POA are posted weeks later,
# so the day of their posting tells nothing.
CODE_FILE_CONTENTS = frozenset(
    {Contents.CODE_FILE, Contents.CODES_FILE, Contents.TABULAR, Contents.ADDENDA, Contents.ERRATA}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule of a table of contents: the first pattern that is found in a text of words tells what it is."""

    contents: Contents
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The three witnesses of one link, as words and as dates. `beside` is what stands after the link on its line."""

    heading: str
    text: str
    slug: str
    outline: tuple[str, ...]
    text_timing: Timing
    slug_timing: Timing
    posted: date | None
    """The day in "- Updated mm/dd/yyyy", in the link or beside it."""

    def describe(self) -> str:
        """The three, for a reason that a person reads."""
        return (
            f"heading {shorten_value(self.heading, 70)!r}, text {shorten_value(self.text, 80)!r}, "
            f"address {shorten_value(self.slug, 90)!r}"
        )


def gather(anchor: Anchor) -> Evidence:
    """The witnesses of a link; never raises, whatever the texts."""
    slug = slug_of(anchor.url)
    timing, beside = read_timing(anchor.text), read_timing(anchor.after)
    # Beside a link stands when it was posted; for which year it is stands in it.
    posted = timing.posted or beside.posted
    return Evidence(anchor.heading, anchor.text, slug, anchor.outline, timing, read_timing(slug), posted)


def words_of(text: str) -> str:
    """Small letters and digits with single blanks between: what patterns of kinds are searched in."""
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", spread.lower()))


def find_kind(kinds: Iterable[Kind], text: str) -> Contents | None:
    """What a text says its file holds; None when it does not say."""
    words = words_of(text)
    return next((kind.contents for kind in kinds if kind.pattern.search(words)), None)


def agree_on_contents(kinds: Iterable[Kind], evidence: Evidence, url: str) -> tuple[Contents, str]:
    """The contents, and why text and address disagree about them, "" when they agree."""
    kinds = tuple(kinds)
    said, named = find_kind(kinds, evidence.text), find_kind(kinds, evidence.slug)
    contents = said or named or Contents.OTHER
    if ending_of(url) in DOCUMENT_ENDINGS and contents not in {Contents.GUIDELINES, Contents.ADDENDA}:
        return Contents.OTHER, ""
    if said and named and said is not named and not {said, named} <= _HARMLESS:
        return contents, f"the text speaks of {said.value}, the address of {named.value}: {evidence.describe()}"
    return contents, ""


def agree_on_year(evidence: Evidence, years_of: Callable[[Timing], frozenset[int]]) -> tuple[int | None, str]:
    """The one year that heading, text and address name, each if it names any; else None and why.

    A heading may be over several years; a text or an address is of one. None without a reason: no year is named.
    """
    heading = next(filter(None, (years_of(read_timing(title)) for title in reversed(evidence.outline))), frozenset())
    said, named = years_of(evidence.text_timing), years_of(evidence.slug_timing)
    told = [years for years in (heading, said, named) if years]
    common = frozenset.intersection(*told) if told else frozenset()
    if len(common) == 1 and len(said) <= 1 and len(named) <= 1:
        return next(iter(common)), ""
    if not told:
        return None, ""
    listed = ", ".join(
        f"{name} says {' and '.join(map(str, sorted(years))) or 'no year'}"
        for name, years in (("heading", heading), ("text", said), ("address", named))
    )
    return None, f"the years disagree: {listed} ({evidence.describe()})"


def fiscal_years(timing: Timing) -> frozenset[int]:
    """The fiscal years named: "2026", and the one that "April 1, 2026" lies in."""
    return timing.years | {fiscal_year_of(day) for day in timing.starts}


def calendar_years(timing: Timing) -> frozenset[int]:
    """The calendar years named."""
    return timing.years | {day.year for day in timing.starts}


def october_of(fiscal_year: int) -> date:
    """The first day of a fiscal year."""
    return date(fiscal_year - 1, FISCAL_YEAR_FIRST_MONTH, 1)


def mid_year_of(fiscal_year: int) -> date:
    """The day of the mid-year update of a fiscal year, where no page names another."""
    return date(fiscal_year, _MID_YEAR_MONTHS.get(fiscal_year, _USUAL_MID_YEAR_MONTH), 1)


def starts_in(timing: Timing, fiscal_year: int) -> set[date]:
    """The first days named that lie in the year; "april" without a year is the one of this year."""
    months = {date(fiscal_year - (month >= FISCAL_YEAR_FIRST_MONTH), month, 1) for month in timing.months}
    return {day for day in timing.starts if fiscal_year_of(day) == fiscal_year} | months


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else speaks for a mid-year update: dates under the same heading. `posted` is an "Updated …" of the prose."""

    mid_year: date | None = None
    posted: date | None = None


def find_effective_date(
    evidence: Evidence, fiscal_year: int, contents: Contents, around: Surroundings, posted: date | None = None
) -> tuple[date | None, str]:
    """The first day of the release, or None and why text and address disagree.

    In this order: the date in the text (or, where the text has none, in the address); for code files the day of
    the update: after October 1 of its fiscal year it is the mid-year one; October 1.
    """
    said, named = starts_in(evidence.text_timing, fiscal_year), starts_in(evidence.slug_timing, fiscal_year)
    if len(said) > 1 or len(named) > 1 or (said and named and said != named):
        days = " and ".join(str(day) for day in sorted(said | named))
        return None, f"the dates disagree: {days} ({evidence.describe()})"
    if explicit := said | named:
        return explicit.pop(), ""
    october = october_of(fiscal_year)
    if contents in CODE_FILE_CONTENTS:
        named_around = around.mid_year if around.mid_year and fiscal_year_of(around.mid_year) == fiscal_year else None
        text, slug = evidence.text_timing, evidence.slug_timing
        updated = posted or evidence.posted or slug.posted or text.corrected or slug.corrected
        if updated:
            return (named_around or mid_year_of(fiscal_year) if updated > october else october), ""
        if contents is Contents.ADDENDA:
            return october, ""  # what is said of the code files is not said of the documents beside them
        if named_around:
            return named_around, ""
        # A day of another year is of the page, not of what stands on it.
        if around.posted and october < around.posted < october_of(fiscal_year + 1):
            return mid_year_of(fiscal_year), ""
    return october, ""


def is_harmless(contents: Contents) -> bool:
    """Whether a wrong year does no harm, so that a doubt is no alarm."""
    return contents in _HARMLESS


def name_missing(evidence: Evidence, what: str) -> str:
    """The reason for a link that does not tell what it must."""
    return f"neither heading, text nor address names {what}: {evidence.describe()}"
