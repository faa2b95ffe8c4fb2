"""Every act of the review: what pages, REST and command line call. Each checks who may, and what is still so.

`seen` is the last act (`Review.version`) that the page of the actor knew: what changed after it is refused with
ConflictError. Everywhere AccessError says that the actor may not, ReviewNotFoundError that something is not there,
UsageError that a text or value cannot be kept. Nothing is written then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from flows.review.decisions import LINE_LIMIT, TEXT_LIMIT, check_decision, check_line, check_text
from flows.review_signing import override, reopen, send_back, sign, sign_closeout, submit
from flows.review_tasks import assign_task, finish_task, mark_trained, reopen_task, set_readiness
from flows.review_writing import (
    Desk,
    check_versions,
    draft_all,
    find_item,
    find_review,
    perform,
    perform_one,
    write_day,
)
from schema.access import Actor, Permission, require
from schema.acts import Act, ActKind
from schema.errors import ReviewNotFoundError, SignOffError, UsageError, shorten_value
from schema.releases import ReleaseId, parse_release
from schema.review import Decision, Item
from schema.store.act_log import ActDraft
from schema.store.reader import read_codes_in
from schema.systems import normalise_code

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
    """One act for each change decided, all or none; successors may be typed with dots and in lower case.

    Where somebody has signed, an automatic reopening follows as the last act. Raises UsageError too for an action
    that the kind of change does not have, and for successors that cannot be used.
    """
    require(actor, Permission.WORK, "decide about changes")
    successors = tuple(dict.fromkeys(normalise_code(code) for code in decision.successors))
    wanted = Decision(decision.action, decision.reason, successors)

    def prepare(desk: Desk) -> list[ActDraft]:
        items = _find_items(desk, key, subjects, seen)
        usable = _find_usable(desk, key, items[0].record_kind, successors)
        drafts = []
        for item in items:
            kept = check_decision(item, wanted, usable)
            body = {"action": kept.action.value, "reason": kept.reason, "successors": list(kept.successors)}
            drafts.append(ActDraft(actor, ActKind.DECIDED, key, item.subject, body))
        return drafts

    return perform(engine, now, prepare)


def reopen_items(
    engine: Engine, actor: Actor, key: str, subjects: Sequence[str], reason: str, seen: int, *, now: datetime
) -> list[Act]:
    """Take the decisions of changes back, all or none. Raises SignOffError when one of them has no decision."""
    require(actor, Permission.WORK, "reopen changes")

    def prepare(desk: Desk) -> list[ActDraft]:
        kept = check_text("the reason", reason)
        items = _find_items(desk, key, subjects, seen)
        bare = next((item.subject for item in items if item.action is None), None)
        if bare is not None:
            raise SignOffError(f"{bare} cannot be reopened", "nothing is decided about it", "leave it out")
        return draft_all(actor, ActKind.ITEM_REOPENED, key, [item.subject for item in items], {"reason": kept})

    return perform(engine, now, prepare)


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
    require(actor, Permission.WORK, "assign changes")

    def prepare(desk: Desk) -> list[ActDraft]:
        body = {"owner": check_line("the owner", owner, is_required=False), "due_date": write_day(due_date)}
        items = _find_items(desk, key, subjects, seen)
        return draft_all(actor, ActKind.ASSIGNED, key, [item.subject for item in items], body)

    return perform(engine, now, prepare)


def comment(engine: Engine, actor: Actor, key: str, subject: str, text: str, *, now: datetime) -> Act:
    """Say something about a change, or ("") about the review. Comments do not conflict."""
    require(actor, Permission.WORK, "comment")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the comment", text)
        find_review(desk, key)
        if subject:
            find_item(desk, key, subject)
        return ActDraft(actor, ActKind.COMMENTED, key, subject, {"text": kept})

    return perform_one(engine, now, prepare)


def save_view(engine: Engine, actor: Actor, name: str, query: str, is_shared: bool, now: datetime) -> Act:
    """Keep a filter of the list of changes under a name, in the place of an earlier one of that name."""
    require(actor, Permission.WORK, "save views")

    def prepare(_desk: Desk) -> ActDraft:
        kept = check_line("the name", name, limit=LINE_LIMIT)
        asked = check_line("the filter", query, limit=TEXT_LIMIT, is_required=False)
        return ActDraft(actor, ActKind.VIEW_SAVED, "", kept, {"query": asked, "is_shared": bool(is_shared)})

    return perform_one(engine, now, prepare)


def remove_view(engine: Engine, actor: Actor, name: str, now: datetime) -> Act:
    """Forget one of the actor's own saved views."""
    require(actor, Permission.WORK, "remove views")

    def prepare(desk: Desk) -> ActDraft:
        if desk.view(actor.name, name) is None:
            raise ReviewNotFoundError(
                f"{shorten_value(actor.name)} has no view {shorten_value(name)!r}", "", "see the list of views"
            )
        return ActDraft(actor, ActKind.VIEW_REMOVED, "", name, {})

    return perform_one(engine, now, prepare)


def _find_items(desk: Desk, key: str, subjects: Sequence[str], seen: int) -> list[Item]:
    """The changes, each once, none of which changed after `seen`."""
    find_review(desk, key)
    wanted = list(dict.fromkeys(subjects))
    if not wanted:
        raise UsageError("no change is named", "", "choose one or more")
    desk.hold_items(key, len(wanted))
    items = [find_item(desk, key, subject) for subject in wanted]
    check_versions(desk, key, [item.version for item in items], seen)
    return items


def _find_usable(desk: Desk, key: str, record_kind: str, codes: Sequence[str]) -> set[str]:
    """Those of the codes that the release under review holds and that can be billed on its effective date."""
    if not codes:
        return set()
    review = find_review(desk, key)
    ref = parse_release(review.system, review.current)
    current = ReleaseId(review.system, review.effective_date, ref.issue or 1)
    return {
        code
        for code, record in read_codes_in(desk.connection, current, list(codes)).items()
        if record.kind == record_kind and record.is_billable is not False
        if record.termination_date is None or record.termination_date >= review.effective_date
    }
