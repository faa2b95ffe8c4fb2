"""The words in which a report speaks of kinds, causes, fields, sources and days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from schema.changes import TITLE_LIKENESS, Cause, Change, ChangeKind, FieldClass

KIND_TITLES = MappingProxyType(
    {
        ChangeKind.NEW: "New",
        ChangeKind.REINSTATED: "Reinstated",
        ChangeKind.DELETED: "Deleted",
        ChangeKind.REVISED: "Revised",
        ChangeKind.ADDED_AND_ENDED: "Added and ended",
        ChangeKind.PURGED: "Purged",
        ChangeKind.NEW_HEADER: "New headers",
        ChangeKind.GONE_HEADER: "Gone headers",
        ChangeKind.REVISED_HEADER: "Revised headers",
    }
)

KIND_MEANINGS = MappingProxyType(
    {
        ChangeKind.NEW: "Not usable in the previous release, usable in the current one.",
        ChangeKind.REINSTATED: "Ended in the previous release, usable again in the current one.",
        ChangeKind.DELETED: "Usable in the previous release, no longer usable in the current one.",
        ChangeKind.REVISED: "Usable in both releases; at least one field differs.",
        ChangeKind.ADDED_AND_ENDED: "Added after the previous release and ended before the current one.",
        ChangeKind.PURGED: "Ended long ago, and now gone from the publisher's file. Nothing to do for current claims.",
        ChangeKind.NEW_HEADER: "Headings that are new. A header is never billable.",
        ChangeKind.GONE_HEADER: "Headings that are gone. A header is never billable.",
        ChangeKind.REVISED_HEADER: "Headings whose wording changed. A header is never billable.",
    }
)

HEADER_KINDS = frozenset({ChangeKind.NEW_HEADER, ChangeKind.GONE_HEADER, ChangeKind.REVISED_HEADER})
DATED_KINDS = frozenset({ChangeKind.REINSTATED, ChangeKind.ADDED_AND_ENDED, ChangeKind.PURGED})

CLASS_TITLES = MappingProxyType(
    {
        FieldClass.COVERAGE: "Coverage",
        FieldClass.PAYMENT: "Payment",
        FieldClass.DESCRIPTOR: "Long title",
        FieldClass.DISPLAY: "Short title",
        FieldClass.ADMINISTRATIVE: "Administrative",
        FieldClass.COSMETIC: "Cosmetic",
    }
)

CLASS_MEANINGS = MappingProxyType(
    {
        FieldClass.COVERAGE: "whether and when a payer covers the code",
        FieldClass.PAYMENT: "how the code is priced or paid",
        FieldClass.DESCRIPTOR: "the official wording",
        FieldClass.DISPLAY: "the abbreviated wording on screens and bills",
        FieldClass.ADMINISTRATIVE: "dates, references and groupings",
        FieldClass.COSMETIC: "white space, case, accents or punctuation alone",
    }
)

COSMETIC = "cosmetic"

_SOURCE_TITLES = {
    "children": "subdivision",
    "correction": "publisher's correction",
}
_FIELD_TITLES = {
    "long_descriptor": "Long title",
    "short_descriptor": "Short title",
    "added_date": "Added",
    "termination_date": "Last usable day",
    "is_billable": "Billable",
}
_REASON_TITLES = {
    "in_year_code": "In-year code",
    "in_year_change": "In-year change",
    "reissued_file": "Re-issued file",
    "no_list": "No list came with the release",
    "other_base_file": "List made against another file",
    "list_error": "List contradicts itself",
    "long_titles_only": "List has long titles only",
}
_ABBREVIATIONS = {"asc", "mog", "cim", "mcm", "betos", "opps", "poa", "xref", "ncd", "tos", "noc"}


def title_of_field(name: str) -> str:
    """A field's name in words: `multiple_pricing` is `Multiple pricing`, `asc_group` is `ASC group`."""
    if name in _FIELD_TITLES:
        return _FIELD_TITLES[name]
    words = [word.upper() if word.lower() in _ABBREVIATIONS else word for word in name.replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def sources_text(sources: Iterable[tuple[str, str]]) -> str:
    """Where a candidate comes from, in words: (source, detail) pairs, each named once, in the order given."""
    named = dict.fromkeys(_source_text(source, detail) for source, detail in sources)
    text = ", ".join(named)
    return text[:1].upper() + text[1:]


def _source_text(source: str, detail: str) -> str:
    if source == TITLE_LIKENESS:
        return f"guess: titles alike ({detail})" if detail else "guess: titles alike"
    # The detail of a subdivision only names the code that is subdivided, beside which this stands.
    if source == "children" or not detail:
        return _SOURCE_TITLES.get(source, source)
    return detail if source in detail else f"{_SOURCE_TITLES.get(source, source)} {detail}"


def title_of_reason(reason: str | None) -> str:
    """A known reason in words; `No known reason` for None."""
    if reason is None:
        return "No known reason"
    if reason in _REASON_TITLES:
        return _REASON_TITLES[reason]
    words = reason if " " in reason else reason.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def cause_of(change: Change) -> str:
    """Why a code is new or deleted, in words; "" where the kind says it all."""
    if change.cause is Cause.NOW_HEADER:
        return "became a header: subdivided"
    if change.cause is Cause.WAS_HEADER:
        return "was a header"
    if change.cause is Cause.TERMINATED:
        last = change.after.termination_date if change.after else None
        return f"ended, last day {last.isoformat()}" if last else "ended"
    if change.cause is Cause.ABSENT and change.after is None:
        return "no longer listed"
    return ""


def remarks_of(change: Change) -> tuple[str, ...]:
    """What else must be known of a change, each a few words."""
    remarks = []
    if change.starts_date:
        remarks.append(f"starts {change.starts_date.isoformat()}")
    if change.ends_date:
        remarks.append(f"scheduled last day {change.ends_date.isoformat()}")
    if change.is_retroactive:
        remarks.append("retroactive: ended before the previous release took effect")
    if change.is_redefined:
        remarks.append("redefined: the number has another meaning now")
    if change.is_cosmetic:
        remarks.append(COSMETIC)
    return tuple(remarks)


def count_of(number: int, singular: str, plural: str = "") -> str:
    """`1 code`, `2 codes`, `1,234 codes`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def long_date(day: date) -> str:
    """`October 1, 2024`."""
    return f"{day:%B} {day.day}, {day.year}"


def days_left_text(effective_date: date, as_of: date) -> str:
    """How far the effective date is from the day of the report, in words."""
    days = (effective_date - as_of).days
    if days == 0:
        return "in force today"
    if days > 0:
        return f"{count_of(days, 'day')} left"
    return f"in force since {long_date(effective_date)}"
