"""One update as one JSON document: everything that a review is decided on, and nothing that depends on the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schema.changes import Change, Reconciliation, Successor, UpdateResult
from schema.contents import ReleaseInfo
from schema.families import family_of
from schema.impact import Exposure, Impact, ImpactItem, Measure, Move, Task
from schema.records import CodeRecord
from schema.review import subject_of
from schema.systems import get_system

FORMAT = 1
"""Goes into the document, so that a later program knows what it reads."""

_CENT = Decimal("0.01")
# UTF-8 cannot hold half of a surrogate pair, and PostgreSQL's text no NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def build_document(result: UpdateResult) -> dict[str, Any]:
    """The update as JSON values.

    `changes` are sorted by code and record kind; amounts are texts with two decimals. The day on which the result
    was made, and the instants of loading, are left out: the same content gives an equal document.
    """
    change_set, impact = result.change_set, result.impact
    system = get_system(change_set.system)
    touched = {(item.change.record_kind, item.change.code): item for item in impact.items} if impact else {}
    changes = sorted(change_set.changes, key=lambda change: (change.code, change.record_kind))
    document = {
        "format": FORMAT,
        "system": system.name,
        "system_title": system.title,
        "previous": str(change_set.previous),
        "current": str(change_set.current),
        "effective_date": change_set.current.effective_date.isoformat(),
        "releases": {"previous": _release(result.previous), "current": _release(result.current)},
        "counts": {kind.value: count for kind, count in change_set.counts.items()},
        "reconciliation": _reconciliation(result.reconciliation),
        "changes": [
            {
                "subject": subject_of(change.record_kind, change.code),
                "family": family_of(system.name, change.code, change.record_kind).label,
                "change": _change(change),
                "successors": [_successor(found) for found in result.successors.get(change.code, ())],
                "impact": _impact(touched.get((change.record_kind, change.code))),
            }
            for change in changes
        ],
        **_assessment(impact),
    }
    cleaned: dict[str, Any] = _clean(document)
    return cleaned


def _assessment(impact: Impact | None) -> dict[str, Any]:
    if impact is None:
        nothing: dict[str, Any] = {"is_assessed": False, "window": None, "claims": None}
        return {**nothing, "uses": [], "moves": [], "training": [], "tasks": []}
    claims = impact.claims
    return {
        "is_assessed": bool(impact.inventory) or claims.rows > 0,
        "window": {"from": impact.window_from.isoformat(), "to": impact.window_to.isoformat()},
        "claims": {
            "files": claims.files,
            "rows": claims.rows,
            "first_date": _iso(claims.first_date),
            "last_date": _iso(claims.last_date),
        },
        "uses": [
            {
                "name": use.name,
                "kind": use.kind,
                "owner": use.owner or "",
                "entries": use.entries,
                "unreadable": len(use.unreadable),
            }
            for use in impact.inventory
        ],
        "moves": [_move(move) for move in impact.moves],
        "training": [
            {
                "subject": subject_of(taught.change.record_kind, taught.change.code),
                "code": taught.change.code,
                "title": taught.change.record.long_descriptor,
                "aspects": list(taught.aspects),
                "exposure": _measure(taught.exposure),
                "departments": list(taught.departments),
            }
            for taught in impact.training
        ],
        "tasks": [_task(task) for task in impact.tasks],
    }


def _release(release: ReleaseInfo) -> dict[str, Any]:
    return {
        "release": str(release.release_id),
        "label": release.release_id.label,
        "digest": release.digest,
        "file": release.file,
        "codes": release.codes,
        "headers": release.headers,
        "modifiers": release.modifiers,
        "sources": sorted(
            ({"name": source.name, "sha256": source.sha256, "size": source.size} for source in release.sources),
            key=lambda source: (source["name"], source["sha256"]),
        ),
        "checks": [
            {
                "name": check.name,
                "is_required": check.is_required,
                "state": check.state,
                "message": check.message,
                "override": check.override,
            }
            for check in release.checks
        ],
    }


def _reconciliation(found: Reconciliation) -> dict[str, Any]:
    return {
        "agrees": found.agrees,
        "basis": found.basis,
        "official": dict(found.official),
        "computed": dict(found.computed),
        "remarks": list(found.remarks),
        "differences": [{"code": each.code, "what": each.what, "reason": each.reason} for each in found.differences],
    }


def _change(change: Change) -> dict[str, Any]:
    record = change.record
    return {
        "code": change.code,
        "record_kind": change.record_kind,
        "kind": change.kind.value,
        "cause": change.cause.value if change.cause else "",
        "is_redefined": change.is_redefined,
        "is_retroactive": change.is_retroactive,
        "is_cosmetic": change.is_cosmetic,
        "starts_date": _iso(change.starts_date),
        "ends_date": _iso(change.ends_date),
        "short_descriptor": record.short_descriptor,
        "long_descriptor": record.long_descriptor,
        "fields": [
            {"name": each.name, "class": each.field_class.value, "before": each.before, "after": each.after}
            for each in change.fields
        ],
        "before": _record(change.before),
        "after": _record(change.after),
    }


def _record(record: CodeRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "code": record.code,
        "kind": record.kind,
        "is_billable": record.is_billable,
        "short_descriptor": record.short_descriptor,
        "long_descriptor": record.long_descriptor,
        "added_date": _iso(record.added_date),
        "termination_date": _iso(record.termination_date),
        "details": dict(record.details),
    }


def _successor(found: Successor) -> dict[str, Any]:
    return {
        "code": found.code,
        "source": found.source,
        "rank": found.rank,
        "detail": found.detail,
        "title": found.title,
    }


def _impact(item: ImpactItem | None) -> dict[str, Any] | None:
    if item is None:
        return None
    exposure = item.exposure
    return {
        "priority": item.priority.value,
        "reasons": list(item.reasons),
        "is_named": item.is_named,
        "uses": [
            {
                "use": hit.use,
                "kind": hit.kind,
                "owner": hit.owner or "",
                "location": hit.location,
                "column": hit.column,
                "entry": hit.entry,
                "match": hit.match.value,
            }
            for hit in item.uses
        ],
        **_exposure(exposure),
    }


def _exposure(exposure: Exposure) -> dict[str, Any]:
    return {
        "total": _measure(exposure.total),
        "by_payer": _parts(exposure.by_payer),
        "by_department": _parts(exposure.by_department),
        "by_place_of_service": _parts(exposure.by_place_of_service),
        "by_claim_type": _parts(exposure.by_claim_type),
        "principal": _measure(exposure.principal) if exposure.principal else None,
        "secondary": _measure(exposure.secondary) if exposure.secondary else None,
    }


def _parts(parts: Mapping[str | None, Measure]) -> list[dict[str, Any]]:
    """By dollars paid, lines and name; the name is null where the claims do not tell."""
    listed = sorted(parts.items(), key=lambda part: (-part[1].paid, -part[1].lines, part[0] is None, part[0] or ""))
    return [{"name": name, **_measure(measure)} for name, measure in listed if measure.lines]


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "lines": measure.lines,
        "claims": measure.claims,
        "billed": _money(measure.billed),
        "allowed": _money(measure.allowed),
        "paid": _money(measure.paid),
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "code": move.code,
        "is_in_charge_master": move.is_in_charge_master,
        "sources": [{"code": code, **_measure(measure)} for code, measure in sorted(move.sources.items())],
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "code": task.code,
        "what": task.what,
        "why": task.why,
        "owner": task.owner or "",
        "due_date": task.due_date.isoformat(),
        "priority": task.priority.value,
        "use": task.use or "",
        "department": task.department or "",
        "locations": list(task.locations),
    }


def _money(amount: Decimal) -> str:
    return str(amount.quantize(_CENT, ROUND_HALF_UP))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _clean(value: Any) -> Any:
    """The value with every text storable, tuples as lists, dates as ISO texts."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_clean(name): _clean(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
