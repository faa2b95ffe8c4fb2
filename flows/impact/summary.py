"""The few figures of an assessment that a person reads first."""

from __future__ import annotations

from collections import Counter

from flows.impact.training import add_measures
from schema.changes import FieldClass
from schema.impact import Impact, Priority


def summarise(impact: Impact) -> tuple[tuple[str, str], ...]:
    """Name and value of each figure, in the order of reading.

    Dollars of changed coverage and payment are those paid in the window on the codes concerned: what may move.
    """
    counts = Counter(item.priority for item in impact.items)
    told = ", ".join(f"{counts[priority]} {priority.value}" for priority in Priority if counts[priority])
    claims = impact.claims
    reach = f", dates of service {claims.first_date} to {claims.last_date}" if claims.rows else ""
    rows = [
        ("deleted codes still in use", str(len(impact.deleted_in_use))),
        ("items", f"{len(impact.items)} ({told})" if told else "0"),
        ("uses without an owner", str(sum(not use.owner for use in impact.inventory))),
        ("uses", f"{len(impact.inventory)}, {sum(use.entries for use in impact.inventory)} entries"),
        ("entries that could not be read", str(sum(len(use.unreadable) for use in impact.inventory))),
        ("claim lines held", f"{claims.rows}{reach}"),
    ]
    for name, field_class in (("coverage", FieldClass.COVERAGE), ("payment", FieldClass.PAYMENT)):
        measures = [
            item.exposure.total
            for item in impact.items
            if any(field.field_class is field_class for field in item.change.fields)
        ]
        if measures:
            total = add_measures(measures)
            rows.append((f"{name} changed", f"{len(measures)} codes, {total.lines} lines, {total.paid:,.2f} paid"))
    missing = [move for move in impact.moves if move.is_in_charge_master is False]
    if missing:
        rows.append(("new codes that no charge master holds", str(len(missing))))
    rows.append(("tasks", str(len(impact.tasks))))
    return tuple(rows)
