"""The assessment as a JSON document and as rows (docs/impact.schema.json describes the document)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flows.impact.assess import ImpactSettings
from flows.impact.priority import RULES
from schema.impact import Impact, ImpactItem, Measure, Move, Task, Training

ROW_COLUMNS = (
    "system",
    "previous",
    "current",
    "code",
    "kind",
    "priority",
    "reasons",
    "title",
    "use",
    "owner",
    "location",
    "entry",
    "match",
    "lines",
    "claims",
    "billed",
    "allowed",
    "paid",
    "successors",
)


def impact_document(impact: Impact, settings: ImpactSettings | None = None) -> dict[str, Any]:
    """The assessment as JSON values. Codes are as stored, without dots; amounts are numbers, exact to the cent;
    parts of an exposure are sorted by dollars paid, lines and name, null where the claims do not tell.
    """
    limits = settings or ImpactSettings()
    return {
        "system": impact.system,
        "previous": str(impact.previous),
        "current": str(impact.current),
        "window": {"from": impact.window_from.isoformat(), "to": impact.window_to.isoformat()},
        "items": [_item_document(item) for item in impact.items],
        "as_of": impact.as_of.isoformat(),
        "effective_date": impact.current.effective_date.isoformat(),
        "deleted_in_use": [item.change.code for item in impact.deleted_in_use],
        "moves": [_move_document(move) for move in impact.moves],
        "training": [_training_document(training) for training in impact.training],
        "tasks": [_task_document(task) for task in impact.tasks],
        "uses": [
            {
                "name": use.name,
                "kind": use.kind,
                "owner": use.owner,
                "entries": use.entries,
                "unreadable": len(use.unreadable),
            }
            for use in impact.inventory
        ],
        "claims": {
            "files": impact.claims.files,
            "rows": impact.claims.rows,
            "first_date": impact.claims.first_date.isoformat() if impact.claims.first_date else None,
            "last_date": impact.claims.last_date.isoformat() if impact.claims.last_date else None,
        },
        "thresholds": {
            **{name: _number(value) for name, value in asdict(limits.thresholds).items()},
            "lead_days": dict(limits.lead_days),
        },
        "rules": [{"name": rule.name, "priority": rule.priority.value, "says": rule.says} for rule in RULES],
    }


def impact_rows(impact: Impact) -> Iterator[tuple[str, ...]]:
    """One row of `ROW_COLUMNS` for each item and use; an item without a use has one row.

    The exposure is that of the item, the same in each of its rows: add it up by code, not by row.
    """
    for item in impact.items:
        total = item.exposure.total
        head = (
            impact.system,
            str(impact.previous),
            str(impact.current),
            item.change.code,
            item.change.kind.value,
            item.priority.value,
            "; ".join(item.reasons),
            item.change.record.long_descriptor,
        )
        tail = (
            str(total.lines),
            str(total.claims),
            *(f"{amount:.2f}" for amount in (total.billed, total.allowed, total.paid)),
            " ".join(successor.code for successor in item.successors),
        )
        for hit in item.uses:
            yield (*head, hit.use, hit.owner or "", hit.location, hit.entry, hit.match.value, *tail)
        if not item.uses:
            yield (*head, "", "", "", "", "", *tail)


def _item_document(item: ImpactItem) -> dict[str, Any]:
    exposure = item.exposure
    return {
        "code": item.change.code,
        "kind": item.change.kind.value,
        "priority": item.priority.value,
        "uses": [
            {
                "use": hit.use,
                "owner": hit.owner,
                "location": hit.location,
                "entry": hit.entry,
                "match": hit.match.value,
                "kind": hit.kind,
                "column": hit.column,
            }
            for hit in item.uses
        ],
        "exposure": _measure_document(exposure.total),
        "by_payer": _parts_document("payer", exposure.by_payer),
        "successors": [
            {
                "code": successor.code,
                "source": successor.source,
                "rank": successor.rank,
                "detail": successor.detail,
                "title": successor.title,
            }
            for successor in item.successors
        ],
        "cause": item.change.cause.value if item.change.cause else None,
        "title": item.change.record.long_descriptor,
        "field_classes": sorted({field.field_class.value for field in item.change.fields}),
        "reasons": list(item.reasons),
        "by_department": _parts_document("department", exposure.by_department),
        "by_place_of_service": _parts_document("place_of_service", exposure.by_place_of_service),
        "by_claim_type": _parts_document("claim_type", exposure.by_claim_type),
        "principal": _measure_document(exposure.principal) if exposure.principal else None,
        "secondary": _measure_document(exposure.secondary) if exposure.secondary else None,
    }


def _measure_document(measure: Measure) -> dict[str, Any]:
    return {
        "lines": measure.lines,
        "claims": measure.claims,
        "billed": _number(measure.billed),
        "allowed": _number(measure.allowed),
        "paid": _number(measure.paid),
    }


def _parts_document(name: str, parts: Mapping[str | None, Measure]) -> list[dict[str, Any]]:
    listed = sorted(parts.items(), key=lambda part: (-part[1].paid, -part[1].lines, part[0] is None, part[0] or ""))
    return [{name: value, **_measure_document(measure)} for value, measure in listed if measure.lines]


def _move_document(move: Move) -> dict[str, Any]:
    return {
        "code": move.code,
        "is_in_charge_master": move.is_in_charge_master,
        "sources": [{"code": code, **_measure_document(measure)} for code, measure in sorted(move.sources.items())],
    }


def _training_document(training: Training) -> dict[str, Any]:
    return {
        "code": training.change.code,
        "kind": training.change.kind.value,
        "title": training.change.record.long_descriptor,
        "aspects": list(training.aspects),
        "exposure": _measure_document(training.exposure),
        "departments": list(training.departments),
    }


def _task_document(task: Task) -> dict[str, Any]:
    return {
        "code": task.code,
        "what": task.what,
        "why": task.why,
        "owner": task.owner,
        "due_date": task.due_date.isoformat(),
        "priority": task.priority.value,
        "use": task.use,
        "department": task.department,
        "locations": list(task.locations),
    }


def _number(value: Decimal | int) -> float | int:
    """A JSON number; a double holds every amount below 90 trillion dollars exactly to the cent."""
    return float(value) if isinstance(value, Decimal) else value
