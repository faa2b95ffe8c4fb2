"""The work beside decisions as acts: tasks, training, and whether the payers are ready."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from flows.review.decisions import check_line, check_text
from flows.review_writing import Desk, check_versions, find_item, find_review, find_task, perform_one, write_day
from schema.access import Actor, Permission, require
from schema.acts import Act, ActKind
from schema.errors import ReviewNotFoundError, SignOffError, UsageError, shorten_value
from schema.review import subject_of
from schema.store.act_log import ActDraft
from schema.systems import normalise_code

if TYPE_CHECKING:
    from sqlalchemy import Engine


def finish_task(engine: Engine, actor: Actor, key: str, number: str, note: str, seen: int, *, now: datetime) -> Act:
    """Mark a task as done. Raises SignOffError when it is."""
    require(actor, Permission.WORK, "finish tasks")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the note", note, is_required=False)
        find_review(desk, key)
        task = find_task(desk, key, number)
        check_versions(desk, key, [task.version], seen)
        if task.is_done:
            raise SignOffError(f"task {number} is done", f"by {task.done_by}", "reopen it first, if it is not")
        return ActDraft(actor, ActKind.TASK_DONE, key, number, {"note": kept})

    return perform_one(engine, now, prepare)


def reopen_task(engine: Engine, actor: Actor, key: str, number: str, reason: str, seen: int, *, now: datetime) -> Act:
    """Mark a task as not done. Raises SignOffError when it is not done."""
    require(actor, Permission.WORK, "reopen tasks")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the reason", reason)
        find_review(desk, key)
        task = find_task(desk, key, number)
        check_versions(desk, key, [task.version], seen)
        if not task.is_done:
            raise SignOffError(f"task {number} is not done", "it is open already", "")
        return ActDraft(actor, ActKind.TASK_REOPENED, key, number, {"reason": kept})

    return perform_one(engine, now, prepare)


def assign_task(
    engine: Engine, actor: Actor, key: str, number: str, owner: str, due_date: date, seen: int, *, now: datetime
) -> Act:
    """Give a task another owner and due date."""
    require(actor, Permission.WORK, "assign tasks")

    def prepare(desk: Desk) -> ActDraft:
        body = {"owner": check_line("the owner", owner), "due_date": write_day(due_date)}
        find_review(desk, key)
        check_versions(desk, key, [find_task(desk, key, number).version], seen)
        return ActDraft(actor, ActKind.TASK_ASSIGNED, key, number, body)

    return perform_one(engine, now, prepare)


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
    """Say whether a department ("" where the claims name none) was taught a change."""
    require(actor, Permission.WORK, "mark training")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the note", note, is_required=False)
        find_review(desk, key)
        mark = desk.training_mark(key, subject, department)
        if mark is None:
            where = shorten_value(department) or "no department"
            raise ReviewNotFoundError(
                f"{shorten_value(subject)!r} is nothing to be taught in {where!r}", "", "see the training of the review"
            )
        check_versions(desk, key, [mark.version], seen)
        body = {"department": department, "is_trained": bool(is_trained), "note": kept}
        return ActDraft(actor, ActKind.TRAINED, key, subject, body)

    return perform_one(engine, now, prepare)


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
    """Say whether a payer is ready for the update, for one changed code or ("") for all; claims are held until a day.

    Raises UsageError when a payer that is ready has claims held.
    """
    require(actor, Permission.WORK, "record the readiness of payers")

    def prepare(desk: Desk) -> ActDraft:
        named, wanted = check_line("the payer", payer), normalise_code(code)
        kept = check_text("the note", note, is_required=False)
        if is_ready and hold_until is not None:
            raise UsageError("a payer that is ready has no claims held", f"hold until {hold_until}", "leave one out")
        find_review(desk, key)
        if wanted and not desk.item(key, subject_of("modifier", wanted)):
            find_item(desk, key, subject_of("code", wanted))
        earlier = desk.readiness(key, named, wanted)
        check_versions(desk, key, [earlier.version] if earlier else [], seen)
        body = {
            "payer": named,
            "code": wanted,
            "is_ready": bool(is_ready),
            "hold_until": write_day(hold_until),
            "note": kept,
        }
        return ActDraft(actor, ActKind.READINESS, key, "", body)

    return perform_one(engine, now, prepare)
