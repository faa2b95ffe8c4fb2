"""Working out what is shown of an impact, once for page, workbook and packets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from flows.report import wording
from flows.report.candidates import group_candidates
from flows.report.impact_model import (
    ImpactView,
    ItemRow,
    Mark,
    MoveRow,
    OwnerRow,
    Places,
    PriorityRow,
    Stakes,
    UseRow,
)
from flows.report.impact_wording import words_of
from schema.changes import Change, ChangeKind
from schema.impact import Impact, ImpactItem, Measure, Move, Priority, UseHit
from schema.systems import display_code

TOP = 10


def view_impact(impact: Impact) -> ImpactView:
    """What is shown of an impact. Pure: equal impacts give equal views."""
    rows = tuple(view_item(impact.system, item) for item in impact.items)
    deleted = sorted(
        (row for row in rows if row.item.change.kind is ChangeKind.DELETED and row.item.uses),
        key=lambda row: (not row.item.is_named, _by_money(row)),
    )
    return ImpactView(
        impact=impact,
        days_left=(impact.current.effective_date - impact.as_of).days,
        items=rows,
        top=tuple(sorted((row for row in rows if row.total.lines), key=_by_money)[:TOP]),
        deleted=tuple(deleted),
        deleted_by_name=len(impact.deleted_in_use),
        changed_stakes=_sum_stakes(rows),
        deleted_stakes=_sum_stakes(row for row in rows if row.item.change.kind is ChangeKind.DELETED),
        uses=_use_rows(impact),
        moves=_move_rows(impact),
        priorities=_priority_rows(rows),
        owners=_owner_rows(impact),
        notes=tuple(_notes(impact)),
        marks={
            (row.item.change.record_kind, row.item.change.code): Mark(row.item.priority, len(row.item.uses), row.total)
            for row in rows
        },
    )


def view_item(system: str, item: ImpactItem) -> ItemRow:
    """One item as it is shown."""
    return ItemRow(
        item=item,
        code=display_code(system, item.change.code),
        title=item.change.record.long_descriptor,
        kind=kind_text(item.change),
        why=tuple(words_of(reason) for reason in item.reasons),
        places=group_places(item.uses),
        owners=tuple(sort_owners(hit.owner for hit in item.uses)),
        candidates=group_candidates(system, item.successors),
    )


def kind_text(change: Change) -> str:
    """The kind of a change and its cause: `Deleted, became a header: subdivided`."""
    kind = wording.KIND_TITLES[change.kind]
    if change.kind in wording.HEADER_KINDS:
        kind = kind.removesuffix("s")
    return ", ".join(filter(None, (kind, wording.cause_of(change))))


def group_places(hits: Iterable[UseHit]) -> tuple[Places, ...]:
    """The cells that hold a code, by use and owner; uses by name."""
    found: dict[tuple[str, str | None], list[UseHit]] = {}
    for hit in hits:
        found.setdefault((hit.use, hit.owner), []).append(hit)
    order = sorted(found, key=lambda key: (key[0], key[1] is None, key[1] or ""))
    return tuple(Places(*key, tuple(found[key])) for key in order)


def sort_owners(owners: Iterable[str | None]) -> list[str | None]:
    """Each owner once, by name; None last."""
    return sorted(set(owners), key=lambda owner: (owner is None, owner or ""))


def add_measures(measures: Iterable[Measure]) -> Measure:
    """The sum of measures; lines and claims that stand in two of them count twice."""
    found = list(measures)
    return Measure(
        sum(m.lines for m in found),
        sum(m.claims for m in found),
        sum((m.billed for m in found), Decimal(0)),
        sum((m.allowed for m in found), Decimal(0)),
        sum((m.paid for m in found), Decimal(0)),
    )


def _by_money(row: ItemRow) -> tuple[Decimal, Decimal, str]:
    return -row.total.paid, -row.total.billed, row.item.change.code


def _sum_stakes(rows: Iterable[ItemRow]) -> Stakes:
    found = [row.total for row in rows if row.total.lines]
    total = add_measures(found)
    return Stakes(len(found), total.billed, total.paid)


def _use_rows(impact: Impact) -> tuple[UseRow, ...]:
    cells: dict[tuple[str, str | None], set[tuple[str, str]]] = {}
    codes: dict[tuple[str, str | None], set[str]] = {}
    for item in impact.items:
        for hit in item.uses:
            key = hit.use, hit.owner
            cells.setdefault(key, set()).add((hit.location, hit.column))
            codes.setdefault(key, set()).add(item.change.code)
    return tuple(
        UseRow(
            name=use.name,
            kind=words_of(use.kind),
            owner=use.owner,
            entries=use.entries,
            cells=len(cells.get((use.name, use.owner), ())),
            codes=len(codes.get((use.name, use.owner), ())),
            unreadable=use.unreadable,
        )
        for use in sorted(impact.inventory, key=lambda use: (use.owner is not None, use.name, use.owner or ""))
    )


def _move_rows(impact: Impact) -> tuple[MoveRow, ...]:
    titles = {item.change.code: item.change.record.long_descriptor for item in impact.items}
    titles |= {training.change.code: training.change.record.long_descriptor for training in impact.training}
    titles |= {s.code: s.title for item in impact.items for s in item.successors if s.title}
    rows = [_move_row(impact.system, move, titles.get(move.code, "")) for move in impact.moves]
    return tuple(sorted(rows, key=lambda row: (-row.total.billed, -row.total.lines, row.stored_code)))


def _move_row(system: str, move: Move, title: str) -> MoveRow:
    sources = sorted(move.sources.items(), key=lambda source: (-source[1].billed, -source[1].lines, source[0]))
    return MoveRow(
        code=display_code(system, move.code),
        stored_code=move.code,
        title=title,
        sources=tuple((display_code(system, code), measure) for code, measure in sources),
        total=add_measures(measure for _, measure in sources),
        is_in_charge_master=move.is_in_charge_master,
    )


def _priority_rows(rows: Iterable[ItemRow]) -> tuple[PriorityRow, ...]:
    found: dict[Priority, list[Measure]] = {priority: [] for priority in Priority}
    for row in rows:
        found[row.item.priority].append(row.total)
    totals = {priority: add_measures(measures) for priority, measures in found.items()}
    return tuple(
        PriorityRow(priority, len(measures), totals[priority].billed, totals[priority].paid)
        for priority, measures in found.items()
    )


def _owner_rows(impact: Impact) -> tuple[OwnerRow, ...]:
    owners = sort_owners(
        (
            *(use.owner for use in impact.inventory),
            *(hit.owner for item in impact.items for hit in item.uses),
            *(task.owner for task in impact.tasks if task.department is None),
        )
    )
    codes: dict[str | None, set[str]] = {}
    deleted: dict[str | None, set[str]] = {}
    for item in impact.items:
        for hit in item.uses:
            codes.setdefault(hit.owner, set()).add(item.change.code)
            if item.change.kind is ChangeKind.DELETED:
                deleted.setdefault(hit.owner, set()).add(item.change.code)
    rows = []
    for owner in owners:
        dates = [task.due_date for task in impact.tasks if task.owner == owner and task.department is None]
        rows.append(
            OwnerRow(
                owner=owner,
                uses=sum(use.owner == owner for use in impact.inventory),
                codes=len(codes.get(owner, ())),
                deleted=len(deleted.get(owner, ())),
                tasks=len(dates),
                first_due_date=min(dates, default=None),
            )
        )
    return tuple(rows)


def _notes(impact: Impact) -> Iterator[str]:
    claims = impact.claims
    if claims.first_date is None or claims.last_date is None:
        yield "No claims are held, so nothing is known of dollars."
    elif claims.last_date < impact.window_from or claims.first_date > impact.window_to:
        yield (
            f"The claims that are held reach from {claims.first_date.isoformat()} to "
            f"{claims.last_date.isoformat()}: none of them lies in the window."
        )
    elif claims.first_date > impact.window_from or claims.last_date < impact.window_to:
        yield (
            f"The claims that are held reach from {claims.first_date.isoformat()} to "
            f"{claims.last_date.isoformat()}, less than the window: the true figures are higher."
        )
    if not impact.inventory:
        yield "No use is named in addenda.toml, so nobody has looked where the codes stand."
