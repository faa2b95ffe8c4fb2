"""The log of acts: who did what when. An act is appended, never changed; each holds the hash of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from schema.access import Role, Via
from schema.records import canonical_json

FIRST_HASH = "0" * 64
"""What the first act names as the hash of the one before it."""


class ActKind(StrEnum):
    """What can be done. The docstring of `flows.review.projection` says what each body holds."""

    OPENED = "opened"
    REFRESHED = "refreshed"
    DECIDED = "decided"
    ITEM_REOPENED = "item_reopened"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    TASK_DONE = "task_done"
    TASK_REOPENED = "task_reopened"
    TASK_ASSIGNED = "task_assigned"
    TRAINED = "trained"
    READINESS = "readiness"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    RETURNED = "returned"
    OVERRIDDEN = "overridden"
    REOPENED = "reopened"
    CLOSEOUT_SIGNED = "closeout_signed"
    VIEW_SAVED = "view_saved"
    VIEW_REMOVED = "view_removed"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    PASSWORD_SET = "password_set"  # noqa: S105  the name of an act
    TOKEN_ADDED = "token_added"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"


ACCESS_KINDS = frozenset(
    {
        ActKind.ACCOUNT_ADDED,
        ActKind.ACCOUNT_CHANGED,
        ActKind.PASSWORD_SET,
        ActKind.TOKEN_ADDED,
        ActKind.TOKEN_REVOKED,
        ActKind.SIGNED_IN,
        ActKind.SIGN_IN_FAILED,
        ActKind.SIGNED_OUT,
    }
)
"""Acts about accounts, for those alone who may see the audit of them."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did. `sequence` counts from 1 without gaps; `review` and `subject` are what it is
    about, "" where it is about none; `body` is JSON (strings, numbers, lists, dictionaries)."""

    sequence: int
    at: datetime
    actor: str
    roles: tuple[Role, ...]
    via: Via
    kind: ActKind
    review: str
    subject: str
    body: Mapping[str, Any]
    previous_hash: str
    hash: str


def hash_act(act: Act) -> str:
    """The sha256 (hex) over everything in the act but its own hash, the hash of the act before it included."""
    content = [
        act.sequence,
        act.at.isoformat(),
        act.actor,
        [role.value for role in act.roles],
        act.via.value,
        act.kind.value,
        act.review,
        act.subject,
        act.body,
        act.previous_hash,
    ]
    return sha256(canonical_json(content).encode("utf-8", "surrogatepass")).hexdigest()
