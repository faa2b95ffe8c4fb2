"""One change as its page shows it: fields before and after, uses, exposure, successors. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from markupsafe import Markup

from flows.report.html import mark_segments
from flows.report.impact_wording import words_of
from flows.report.word_marks import mark_values, value_text
from flows.report.wording import CLASS_TITLES, sources_text, title_of_field
from schema.changes import TITLE_LIKENESS, ChangeKind, FieldClass
from schema.fields import NOT_COMPARED, class_of
from schema.systems import display_code

# The cells of one use that are listed; an expression over a chapter may stand in thousands.
MOST_CELLS = 200
UNUSABLE_RANK = 4
PART_TITLES = {
    "by_payer": "Payer",
    "by_department": "Department",
    "by_place_of_service": "Place of service",
    "by_claim_type": "Claim type",
}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field. `class_title` is "" where it does not differ; `before` is then what stands on both sides."""

    title: str
    class_title: str
    before: Markup | str
    after: Markup | str


@dataclass(frozen=True, slots=True)
class UseView:
    """One use that holds the code: its cells as (location, column, entry, how it matches)."""

    name: str
    kind: str
    owner: str
    count: int
    cells: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class SuccessorView:
    """A candidate; `is_usable` is False for one that the table names and that cannot be billed."""

    code: str
    shown: str
    title: str
    source: str
    is_guess: bool
    is_usable: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """Claims of one payer, department or the like. `share` is of the largest dollars paid, in per cent."""

    name: str
    lines: int
    claims: int
    billed: Decimal
    paid: Decimal
    share: str


def view_change(system: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the page takes from the evidence of a change."""
    change, impact = detail["change"], detail.get("impact")
    return {
        "change": change,
        "differing": list(_view_fields(change)),
        "same": list(_view_same(change)),
        "remarks": list(_remarks(change)),
        "successors": [view_successor(system, found) for found in detail.get("successors") or ()],
        "is_origin": change["kind"] in (ChangeKind.NEW, ChangeKind.REINSTATED),
        "impact": impact,
        "reasons": [words_of(reason) for reason in impact["reasons"]] if impact else [],
        "uses": list(view_uses(impact["uses"])) if impact else [],
        "total": _view_measure("", impact["total"], Decimal(0)) if impact else None,
        "exposure": [
            (title, view_parts(impact[name])) for name, title in PART_TITLES.items() if impact and impact.get(name)
        ],
        "positions": [
            (title, _view_measure(title, impact[name], Decimal(0)))
            for name, title in (("principal", "First-listed"), ("secondary", "Further down"))
            if impact and impact.get(name)
        ],
    }


def _view_fields(change: Mapping[str, Any]) -> Iterator[FieldView]:
    """What differs; of a code that came or went by what it is (billable, header), that too."""
    for field in list_fields(change):
        before, after = mark_values(_plain(field["before"]), _plain(field["after"]))
        yield FieldView(
            title_of_field(field["name"]),
            CLASS_TITLES[FieldClass(field["class"])],
            mark_segments(before, "del"),
            mark_segments(after, "ins"),
        )


def list_fields(change: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The fields that the change set names; where it names none and both records are there, what differs in them."""
    if change["fields"] or not (change.get("before") and change.get("after")):
        return list(change["fields"])
    before, after = _flat(change["before"]), _flat(change["after"])
    return [
        {"name": name, "class": class_of(name).value, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name) and name not in NOT_COMPARED
    ]


def _view_same(change: Mapping[str, Any]) -> Iterator[FieldView]:
    """The fields that do not differ, or of the one record that there is."""
    differing = {field["name"] for field in list_fields(change)}
    for name, value in _flat(change.get("after") or change.get("before") or {}).items():
        if name not in differing and value not in (None, "", [], ()):
            text = value_text(_plain(value))
            yield FieldView(title_of_field(name), "", text, text)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in record.items() if name not in ("code", "kind", "details")}
    return {**own, **(record.get("details") or {})}


def _plain(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _remarks(change: Mapping[str, Any]) -> Iterator[str]:
    cause = {
        "now_header": "became a header: subdivided",
        "was_header": "was a header",
        "terminated": "ended by its own date",
        "absent": "no longer listed",
    }.get(change.get("cause") or "")
    if cause and not (change["cause"] == "absent" and change.get("after")):
        yield cause
    if change.get("starts_date"):
        yield f"starts {change['starts_date']}"
    if change.get("ends_date"):
        yield f"scheduled last day {change['ends_date']}"
    if change.get("is_retroactive"):
        yield "retroactive: ended before the previous release took effect"
    if change.get("is_redefined"):
        yield "redefined: the number has another meaning now"
    if change.get("is_cosmetic"):
        yield "cosmetic: white space, case, accents or punctuation alone"


def view_successor(system: str, found: Mapping[str, Any]) -> SuccessorView:
    """A candidate as it is shown."""
    return SuccessorView(
        code=found["code"],
        shown=display_code(system, found["code"]),
        title=found["title"],
        source=sources_text([(found["source"], found["detail"])]),
        is_guess=found["source"] == TITLE_LIKENESS,
        is_usable=found["rank"] < UNUSABLE_RANK,
    )


def view_uses(hits: Iterable[Mapping[str, Any]]) -> Iterator[UseView]:
    """The uses by name, each with its cells in their order."""

    def by_use(hit: Mapping[str, Any]) -> tuple[str, str, str]:
        return hit["use"], hit["owner"], hit["kind"]

    for (name, owner, kind), found in groupby(sorted(hits, key=by_use), key=by_use):
        cells = [(hit["location"], hit["column"], hit["entry"], hit["match"]) for hit in found]
        yield UseView(name, words_of(kind), owner, len(cells), tuple(cells[:MOST_CELLS]))


def view_parts(parts: Sequence[Mapping[str, Any]]) -> list[PartView]:
    """The parts of an exposure, most dollars first, as the evidence lists them."""
    largest = max((Decimal(part["paid"]) for part in parts), default=Decimal(0))
    return [_view_measure(part["name"] or "", part, largest) for part in parts]


def _view_measure(name: str, measure: Mapping[str, Any], largest: Decimal) -> PartView:
    paid = Decimal(measure["paid"])
    share = f"{max(paid, Decimal(0)) / largest * 100:.1f}" if largest > 0 else "0"
    return PartView(name, measure["lines"], measure["claims"], Decimal(measure["billed"]), paid, share)
