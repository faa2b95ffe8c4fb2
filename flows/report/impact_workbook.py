"""The sheets of the impact: items, the cells that hold them, what moves, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from flows.report.impact_model import ImpactView, ItemRow
from flows.report.impact_wording import PRIORITY_TITLES, owner_text, words_of
from flows.report.model import CandidateGroup
from flows.report.sheets import CellValue, Column, SheetContent
from schema.impact import Measure

MEASURE_COLUMNS = (
    Column("Lines", 9),
    Column("Claims", 9),
    Column("Billed", 15),
    Column("Allowed", 15),
    Column("Paid", 15),
)
_IN_CHARGE_MASTER = {True: "has it", False: "missing", None: "not asked"}


def measure_cells(measure: Measure | None) -> tuple[CellValue, ...]:
    """The cells below `MEASURE_COLUMNS`; blank for None."""
    if measure is None:
        return (None,) * len(MEASURE_COLUMNS)
    return measure.lines, measure.claims, measure.billed, measure.allowed, measure.paid


def candidate_lines(groups: Iterable[CandidateGroup]) -> str:
    """One line for each candidate: code, title and where it comes from."""
    return "\n".join(
        f"{candidate.code} {candidate.title}".rstrip() + f" ({group.source})"
        for group in groups
        for candidate in group.candidates
    )


def summarise_impact(view: ImpactView) -> tuple[tuple[CellValue, ...], ...]:
    """The rows that the summary sheet gets."""
    impact = view.impact
    return (
        ("Claims from", impact.window_from),
        ("Claims to", impact.window_to),
        ("Deleted codes still in use", view.deleted_by_name if impact.inventory else "not known: no use was read"),
        (
            "Deleted codes that entries span",
            len(view.deleted) - view.deleted_by_name if impact.inventory else None,
        ),
        ("Billed on changed codes", view.changed_stakes.billed),
        ("Paid on changed codes", view.changed_stakes.paid),
        ("Billed on deleted codes", view.deleted_stakes.billed),
        ("Paid on deleted codes", view.deleted_stakes.paid),
        ("Uses without owner", len(view.ownerless)),
        ("Entries that could not be read", view.unreadable),
        *(("Limits of these figures" if number == 0 else "", note) for number, note in enumerate(view.notes)),
    )


def impact_sheets(view: ImpactView) -> tuple[SheetContent, ...]:
    """Impact and Impact uses; moves and what could not be read only where there is any."""
    sheets = (_items(view), _uses(view), _moves(view), _unreadable(view))
    return tuple(sheet for number, sheet in enumerate(sheets) if number < 2 or sheet.rows)


def _items(view: ImpactView) -> SheetContent:
    columns = (
        Column("Priority", 13),
        Column("Code", 11),
        Column("Stored code", 12),
        Column("Change", 26),
        Column("Title", 56),
        Column("Why", 30),
        *MEASURE_COLUMNS,
        Column("Lines as principal", 11),
        Column("Lines as secondary", 11),
        Column("Cells that hold it", 11),
        Column("Uses", 30),
        Column("Owners", 26),
        Column("Candidate codes", 20),
        Column("Where they come from", 52),
    )
    return SheetContent("Impact", columns, tuple(_item_cells(row) for row in view.items))


def _item_cells(row: ItemRow) -> tuple[CellValue, ...]:
    exposure = row.item.exposure
    return (
        PRIORITY_TITLES[row.item.priority],
        row.code,
        row.item.change.code,
        row.kind,
        row.title,
        "; ".join(row.why),
        *measure_cells(exposure.total),
        exposure.principal.lines if exposure.principal else None,
        exposure.secondary.lines if exposure.secondary else None,
        len(row.item.uses),
        "; ".join(dict.fromkeys(place.use for place in row.places)),
        "; ".join(owner_text(owner) for owner in row.owners),
        ", ".join(candidate.code for group in row.candidates for candidate in group.candidates),
        candidate_lines(row.candidates),
    )


def _uses(view: ImpactView) -> SheetContent:
    columns = (
        Column("Use", 28),
        Column("Kind of use", 18),
        Column("Owner", 24),
        Column("Place", 26),
        Column("Column", 20),
        Column("Entry", 22),
        Column("Held by", 10),
        Column("Code", 11),
        Column("Change", 26),
        Column("Priority", 13),
        Column("Candidate codes", 24),
    )
    rows = tuple(
        (
            hit.use,
            words_of(hit.kind),
            owner_text(hit.owner),
            hit.location,
            hit.column,
            hit.entry,
            hit.match.value,
            row.code,
            row.kind,
            PRIORITY_TITLES[row.item.priority],
            ", ".join(candidate.code for group in row.candidates for candidate in group.candidates),
        )
        for row in view.items
        for place in row.places
        for hit in place.hits
    )
    return SheetContent("Impact uses", columns, rows)


def _moves(view: ImpactView) -> SheetContent:
    columns = (
        Column("Code", 11),
        Column("Title", 56),
        Column("Charge master", 14),
        Column("Comes from", 40),
        *MEASURE_COLUMNS,
    )
    rows = tuple(
        (
            row.code,
            row.title,
            _IN_CHARGE_MASTER[row.is_in_charge_master],
            ", ".join(code for code, _ in row.sources),
            *measure_cells(row.total),
        )
        for row in view.moves
    )
    return SheetContent("Impact moves", columns, rows)


def _unreadable(view: ImpactView) -> SheetContent:
    columns = (
        Column("Use", 28),
        Column("Owner", 24),
        Column("Place", 26),
        Column("Column", 20),
        Column("As written", 30),
        Column("Why it is no code", 60),
    )
    rows = tuple(
        (use.name, owner_text(use.owner), found.location, found.column, found.value, found.reason)
        for use in view.uses
        for found in use.unreadable
    )
    return SheetContent("Impact unreadable", columns, rows)
