"""Reviews as the command line prints them: JSON values, and rows for tables and CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from flows.review.signoff import list_blockers, open_blockers
from schema.acts import Act
from schema.review import Item, Override, Review, Signature, Task
from schema.systems import display_code

REVIEW_COLUMNS = ("review", "effective_date", "days_left", "state", "to_decide", "undecided", "deleted_undecided",
                  "blockers")  # fmt: skip
ITEM_COLUMNS = ("subject", "code", "kind", "priority", "title", "uses", "claims", "billed", "paid", "action",
                "successors", "decided_by", "owner", "due_date", "is_open", "version")  # fmt: skip
TASK_COLUMNS = ("number", "code", "what", "owner", "due_date", "priority", "is_done", "done_by", "version")
ACT_COLUMNS = ("sequence", "at", "actor", "roles", "via", "kind", "review", "subject", "body")


def describe_review(review: Review, today: date) -> dict[str, Any]:
    """One review in the list."""
    return {
        "review": review.key,
        "effective_date": review.effective_date.isoformat(),
        "days_left": (review.effective_date - today).days,
        "state": review.state.value,
        "state_why": review.state_why,
        "previous": review.previous,
        "current": review.current,
        "items": review.items,
        "to_decide": review.to_decide,
        "undecided": review.undecided,
        "deleted_in_use": review.deleted_in_use,
        "deleted_undecided": review.deleted_undecided,
        "blockers": len(list_blockers(review)),
        "digest": review.digest,
        "version": review.version,
    }


def describe_standing(
    review: Review, signatures: Sequence[Signature], overrides: Sequence[Override], today: date
) -> dict[str, Any]:
    """Everything about one review but its changes."""
    is_open = open_blockers(review, overrides)
    return {
        **describe_review(review, today),
        "evidence": review.evidence,
        "blockers": [
            {
                "kind": blocker.kind.value,
                "what": blocker.what,
                "fingerprint": blocker.fingerprint,
                "can_be_overridden": blocker.can_be_overridden,
                "is_overridden": blocker not in is_open,
            }
            for blocker in list_blockers(review)
        ],
        "overrides": [
            {
                "kind": one.blocker.value,
                "what": one.what,
                "reason": one.reason,
                "overridden_by": one.overridden_by,
                "overridden_at": one.overridden_at.isoformat(),
            }
            for one in overrides
        ],
        "signatures": [
            {
                "role": one.role.value,
                "signer": one.signer,
                "signed_at": one.signed_at.isoformat(),
                "digest": one.digest,
                "void_at": one.void_at.isoformat() if one.void_at else None,
                "void_why": one.void_why,
            }
            for one in signatures
        ],
        "summary": json.loads(review.summary),
    }


def describe_item(item: Item) -> dict[str, Any]:
    """One change with its work; amounts are text with two decimals."""
    system = item.review.partition("@")[0]
    return {
        "subject": item.subject,
        "code": display_code(system, item.code) if item.record_kind == "code" else item.code,
        "kind": item.kind.value,
        "priority": item.priority.value if item.priority else None,
        "title": item.title,
        "uses": item.uses,
        "claims": item.claims,
        "billed": write_money(item.billed),
        "paid": write_money(item.paid),
        "action": item.action.value if item.action else None,
        "reason": item.reason,
        "successors": list(item.successors),
        "decided_by": item.decided_by,
        "owner": item.owner,
        "due_date": item.due_date.isoformat() if item.due_date else None,
        "is_open": item.is_open,
        "version": item.version,
    }


def describe_task(task: Task) -> dict[str, Any]:
    """One task."""
    return {
        "number": task.number,
        "code": display_code(task.review.partition("@")[0], task.code),
        "what": task.what,
        "why": task.why,
        "owner": task.owner,
        "due_date": task.due_date.isoformat(),
        "priority": task.priority.value,
        "is_done": task.is_done,
        "done_by": task.done_by,
        "note": task.note,
        "version": task.version,
    }


def describe_act(act: Act) -> dict[str, Any]:
    """One act of the log, whole: with its hash anybody can prove it."""
    return {
        "sequence": act.sequence,
        "at": act.at.isoformat(),
        "actor": act.actor,
        "roles": [role.value for role in act.roles],
        "via": act.via.value,
        "kind": act.kind.value,
        "review": act.review,
        "subject": act.subject,
        "body": dict(act.body),
        "previous_hash": act.previous_hash,
        "hash": act.hash,
    }


def write_money(cents: int) -> str:
    """Dollars with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def list_cells(row: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    """The cells of a table or CSV: lists as words, other values as JSON."""
    return [_cell(row[column]) for column in columns]


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
