"""Every act of the review: what pages, REST and command line call. Each checks who may, and what is still so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from flows.review_signing import override, reopen, send_back, sign, sign_closeout, submit
from schema.access import Actor
from schema.acts import Act
from schema.review import Decision

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = [
    "assign",
    "assign_task",
    "comment",
    "decide",
    "finish_task",
    "mark_trained",
    "override",
    "remove_view",
    "reopen",
    "reopen_items",
    "reopen_task",
    "save_view",
    "send_back",
    "set_readiness",
    "sign",
    "sign_closeout",
    "submit",
]


def decide(
    engine: Engine, actor: Actor, key: str, subjects: Sequence[str], decision: Decision, seen: int, *, now: datetime
) -> list[Act]:
    """One act for each change decided, all or none."""
    raise NotImplementedError


def reopen_items(
    engine: Engine, actor: Actor, key: str, subjects: Sequence[str], reason: str, seen: int, *, now: datetime
) -> list[Act]:
    """Take the decisions of changes back, all or none."""
    raise NotImplementedError


def assign(
    engine: Engine,
    actor: Actor,
    key: str,
    subjects: Sequence[str],
    owner: str,
    due_date: date | None,
    seen: int,
    *,
    now: datetime,
) -> list[Act]:
    """Give changes an owner ("" for none) and a due date, all or none."""
    raise NotImplementedError


def comment(engine: Engine, actor: Actor, key: str, subject: str, text: str, *, now: datetime) -> Act:
    """Say something about a change, or ("") about the review. Comments do not conflict."""
    raise NotImplementedError


def finish_task(engine: Engine, actor: Actor, key: str, number: str, note: str, seen: int, *, now: datetime) -> Act:
    """Mark a task as done."""
    raise NotImplementedError


def reopen_task(engine: Engine, actor: Actor, key: str, number: str, reason: str, seen: int, *, now: datetime) -> Act:
    """Mark a task as not done."""
    raise NotImplementedError


def assign_task(
    engine: Engine, actor: Actor, key: str, number: str, owner: str, due_date: date, seen: int, *, now: datetime
) -> Act:
    """Give a task another owner and due date."""
    raise NotImplementedError


def mark_trained(
    engine: Engine,
    actor: Actor,
    key: str,
    subject: str,
    department: str,
    is_trained: bool,
    note: str,
    seen: int,
    *,
    now: datetime,
) -> Act:
    """Say whether a department was taught a change."""
    raise NotImplementedError


def set_readiness(
    engine: Engine,
    actor: Actor,
    key: str,
    payer: str,
    code: str,
    is_ready: bool,
    hold_until: date | None,
    note: str,
    seen: int,
    *,
    now: datetime,
) -> Act:
    """Say whether a payer is ready for the update, for one code or ("") for all; claims are held until a day."""
    raise NotImplementedError


def save_view(engine: Engine, actor: Actor, name: str, query: str, is_shared: bool, now: datetime) -> Act:
    """Keep a filter of the list of changes under a name."""
    raise NotImplementedError


def remove_view(engine: Engine, actor: Actor, name: str, now: datetime) -> Act:
    """Forget one of the actor's own saved views."""
    raise NotImplementedError
