"""What work on a review does to its rows: decisions, assignments, tasks, training, readiness. Pure."""

from __future__ import annotations

from dataclasses import replace

from flows.review.decisions import is_open
from flows.review.outcome import Outcome, find_review, impossible, read_day, read_flag, read_text
from schema.acts import Act
from schema.review import (
    Action,
    Item,
    Readiness,
    Task,
)
from schema.standing import Standing


def decide(act: Act, standing: Standing) -> Outcome:
    """The change with its decision."""
    item = _item(act, standing)
    action = Action(act.body["action"])
    decided = replace(
        item,
        action=action,
        reason=read_text(act.body["reason"]),
        successors=tuple(read_text(code) for code in act.body["successors"]),
        decided_by=act.actor,
        decided_at=act.at,
        is_open=is_open(item.needs_decision, action),
        version=act.sequence,
    )
    return Outcome((decided,))


def reopen_item(act: Act, standing: Standing) -> Outcome:
    """The change without a decision."""
    item = _item(act, standing)
    undone = replace(
        item,
        action=None,
        reason="",
        successors=(),
        decided_by="",
        decided_at=None,
        is_open=item.needs_decision,
        version=act.sequence,
    )
    return Outcome((undone,))


def assign(act: Act, standing: Standing) -> Outcome:
    """The change with its owner and due date."""
    item = _item(act, standing)
    owner, due_date = read_text(act.body["owner"]), read_day(act.body["due_date"])
    return Outcome((replace(item, owner=owner, due_date=due_date, version=act.sequence),))


def finish_task(act: Act, standing: Standing) -> Outcome:
    """The task done."""
    done = replace(
        _task(act, standing), is_done=True, done_by=act.actor, done_at=act.at, note=read_text(act.body["note"])
    )
    return Outcome((replace(done, version=act.sequence),))


def reopen_task(act: Act, standing: Standing) -> Outcome:
    """The task to be done again; the reason is its note."""
    task = replace(_task(act, standing), is_done=False, done_by="", done_at=None, note=read_text(act.body["reason"]))
    return Outcome((replace(task, version=act.sequence),))


def assign_task(act: Act, standing: Standing) -> Outcome:
    """The task with another owner and, where one is named, another due date."""
    task = _task(act, standing)
    due_date = read_day(act.body["due_date"]) or task.due_date
    return Outcome((replace(task, owner=read_text(act.body["owner"]), due_date=due_date, version=act.sequence),))


def train(act: Act, standing: Standing) -> Outcome:
    """The mark of training."""
    mark = standing.training_mark(act.review, act.subject, read_text(act.body["department"]))
    if mark is None:
        raise impossible(act, f"the review {act.review} has no such training of {act.subject}")
    is_trained = read_flag(act.body["is_trained"])
    marked = replace(
        mark,
        is_trained=is_trained,
        trained_by=act.actor if is_trained else "",
        trained_at=act.at if is_trained else None,
        note=read_text(act.body["note"]),
        version=act.sequence,
    )
    return Outcome((marked,))


def say_readiness(act: Act, standing: Standing) -> Outcome:
    """What was said of the payer."""
    find_review(act, standing)
    body = act.body
    said = Readiness(
        review=act.review,
        payer=read_text(body["payer"]),
        code=read_text(body["code"]),
        is_ready=read_flag(body["is_ready"]),
        hold_until=read_day(body["hold_until"]),
        note=read_text(body["note"]),
        said_by=act.actor,
        said_at=act.at,
        version=act.sequence,
    )
    return Outcome((said,))


def _item(act: Act, standing: Standing) -> Item:
    item = standing.item(act.review, act.subject)
    if item is None:
        raise impossible(act, f"the review {act.review} has no change {act.subject}")
    return item


def _task(act: Act, standing: Standing) -> Task:
    task = standing.task(act.review, act.subject)
    if task is None:
        raise impossible(act, f"the review {act.review} has no task {act.subject}")
    return task
