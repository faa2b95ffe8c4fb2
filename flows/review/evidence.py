"""Evidence: one update as one document, and the rows of the review that come from it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from flows.review.evidence_document import FORMAT, build_document
from flows.review.evidence_summary import summarise_document
from schema.changes import ChangeKind, FieldClass, UpdateResult
from schema.errors import AuditError
from schema.impact import Priority
from schema.records import canonical_json
from schema.review import Item, Task, TrainingMark

_RANKS = {priority: rank for rank, priority in enumerate(Priority)}
NO_RANK = len(_RANKS)
"""The rank of a change that touches nothing of this organisation."""

# Enough that two tasks of an update never share a number, and short enough to be typed.
_NUMBER_DIGITS = 16
_NOTHING: dict[str, Any] = {"lines": 0, "claims": 0, "billed": "0.00", "allowed": "0.00", "paid": "0.00"}


def build_evidence(result: UpdateResult) -> bytes:
    """The canonical JSON document of one update, UTF-8; equal content gives equal bytes, whatever the day."""
    return canonical_json(build_document(result)).encode()


def read_document(data: bytes) -> dict[str, Any]:
    """The document as JSON values. Raises AuditError when the bytes are none, or of a later program."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise AuditError("the evidence is no document", str(error), "restore the database from a backup") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise AuditError("the evidence has another format", "another program wrote it", "use the newest addenda")
    return document


def list_items(key: str, document: dict[str, Any]) -> list[Item]:
    """Every change of the review of that key, by subject, without work on it and with version 0."""
    return sorted((_item(key, entry) for entry in document["changes"]), key=lambda item: item.subject)


def list_tasks(key: str, document: dict[str, Any]) -> list[Task]:
    """The tasks, by number, none of them done, with version 0.

    The number is made from code, what, use and department, so that a later assessment with other reasons, owners or
    dates speaks of the same task; two that share them are counted.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    tasks = []
    for entry in document["tasks"]:
        named = (entry["code"], entry["what"], entry["use"], entry["department"])
        number = sha256(canonical_json([*named, seen[named]]).encode()).hexdigest()[:_NUMBER_DIGITS]
        seen[named] += 1
        tasks.append(
            Task(
                review=key,
                number=number,
                code=entry["code"],
                what=entry["what"],
                why=entry["why"],
                owner=entry["owner"],
                due_date=date.fromisoformat(entry["due_date"]),
                priority=Priority(entry["priority"]),
                use=entry["use"],
                department=entry["department"],
                locations=tuple(entry["locations"]),
                is_done=False,
                done_by="",
                done_at=None,
                note="",
                version=0,
            )
        )
    return sorted(tasks, key=lambda task: task.number)


def list_training(key: str, document: dict[str, Any]) -> list[TrainingMark]:
    """What has to be taught, by subject and department, none of it taught, with version 0."""
    marks = [
        TrainingMark(
            review=key,
            subject=entry["subject"],
            department=department,
            code=entry["code"],
            title=entry["title"],
            aspects=tuple(entry["aspects"]),
            is_trained=False,
            trained_by="",
            trained_at=None,
            note="",
            version=0,
        )
        for entry in document["training"]
        for department in entry["departments"] or [""]
    ]
    return sorted(marks, key=lambda mark: (mark.subject, mark.department))


def build_summary(document: dict[str, Any]) -> str:
    """The one page of the review as JSON text."""
    return canonical_json(summarise_document(document))


def _item(key: str, entry: dict[str, Any]) -> Item:
    change, impact = entry["change"], entry["impact"]
    priority = Priority(impact["priority"]) if impact else None
    total = impact["total"] if impact else _NOTHING
    uses = impact["uses"] if impact else []
    needs_decision = priority is not None and priority is not Priority.INFORMATIONAL
    classes = {field["class"] for field in change["fields"]}
    return Item(
        review=key,
        subject=entry["subject"],
        code=change["code"],
        record_kind=change["record_kind"],
        kind=ChangeKind(change["kind"]),
        cause=change["cause"],
        family=entry["family"],
        title=change["long_descriptor"],
        classes=tuple(each.value for each in FieldClass if each.value in classes),
        priority=priority,
        rank=_RANKS[priority] if priority else NO_RANK,
        claims=total["claims"],
        billed=_cents(total["billed"]),
        paid=_cents(total["paid"]),
        uses=len(uses),
        use_owners=tuple(sorted({hit["owner"] for hit in uses if hit["owner"]})),
        is_named=bool(impact and impact["is_named"]),
        needs_decision=needs_decision,
        fingerprint=sha256(canonical_json(change).encode()).hexdigest(),
        detail=canonical_json({name: entry[name] for name in ("change", "successors", "impact")}),
        action=None,
        reason="",
        successors=(),
        decided_by="",
        decided_at=None,
        owner="",
        due_date=None,
        is_open=needs_decision,
        version=0,
    )


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)
