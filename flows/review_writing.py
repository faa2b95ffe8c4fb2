"""How an act gets into the store: checked, appended, projected and settled in one write transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from flows.review.decisions import check_seen
from flows.review.projection import project
from flows.review.signoff import must_reopen, settle
from schema.access import SYSTEM, Actor
from schema.acts import Act, ActKind
from schema.errors import ReviewNotFoundError, UsageError, shorten_value
from schema.review import Item, Review, Row, Task
from schema.store.act_log import ActDraft, append_acts, read_acts, read_head
from schema.store.database import writing
from schema.store.review_rows import StoredStanding, remove_rows, save_rows
from schema.systems import display_code

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Above so many changes it is quicker to read all of a review at once than each by itself.
_MANY = 40
_NAMED = 3
_DONE = {
    ActKind.DECIDED: "decided",
    ActKind.ITEM_REOPENED: "took back the decision about",
    ActKind.ASSIGNED: "assigned",
    ActKind.TASK_DONE: "finished the task about",
    ActKind.TASK_REOPENED: "reopened the task about",
    ActKind.TASK_ASSIGNED: "assigned the task about",
    ActKind.TRAINED: "marked the training in",
    ActKind.READINESS: "spoke of the readiness for",
    ActKind.REFRESHED: "renewed the evidence of",
}


class Desk(StoredStanding):
    """The rows as they stand inside one write transaction; the changes of a review can be held at hand."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._held: dict[tuple[str, str], Item] = {}

    def item(self, review: str, subject: str) -> Item | None:
        """One change."""
        return self._held.get((review, subject)) or super().item(review, subject)

    def hold_items(self, review: str, count: int) -> None:
        """Read every change of the review at once where `count` of them are about to be asked for."""
        if count > _MANY:
            self._held = {(review, item.subject): item for item in self.items(review)}

    def forget_items(self) -> None:
        """What was held has changed."""
        self._held = {}


def perform(engine: Engine, now: datetime, prepare: Callable[[Desk], Sequence[ActDraft]]) -> list[Act]:
    """The acts that `prepare` drafts, written with all that follows from them; an automatic reopening comes last.

    What `prepare` looks at cannot change until all is written. It raises to refuse: then nothing was changed.
    """
    with writing(engine) as connection:
        desk = Desk(connection)
        drafts = prepare(desk)
        return write_acts(desk, drafts, now) if drafts else []


def perform_one(engine: Engine, now: datetime, prepare: Callable[[Desk], ActDraft]) -> Act:
    """As `perform`, for one act: the act that was drafted, not what followed from it."""
    return perform(engine, now, lambda desk: [prepare(desk)])[0]


def write_acts(desk: Desk, drafts: Sequence[ActDraft], now: datetime) -> list[Act]:
    """Append the acts, and bring the rows to what they add up to. No two of them may be about the same row."""
    keys = sorted({draft.review for draft in drafts} - {""})
    acts = append_acts(desk.connection, drafts, now)
    rows: list[Row] = []
    removed: list[Row] = []
    for act in acts:
        outcome = project(act, desk)
        rows += outcome.rows
        removed += outcome.removed
    remove_rows(desk.connection, removed)
    save_rows(desk.connection, rows)
    desk.forget_items()
    for key in keys:
        own = [act for act in acts if act.review == key]
        after = settle(key, desk, own[-1].sequence)
        save_rows(desk.connection, [after])
        if must_reopen(after, desk.signatures(key)):
            body = {"why": explain_acts(desk, own)}
            acts += write_acts(desk, [ActDraft(SYSTEM, ActKind.REOPENED, key, "", body)], now)
    return acts


def explain_acts(desk: Desk, acts: Sequence[Act]) -> str:
    """Why what these acts did voids a signature: who did what to which changes."""
    first = acts[0]
    if first.kind is ActKind.REFRESHED:
        return str(first.body["why"])
    names = ", ".join(name_subject(desk, first.review, act.subject) for act in acts[:_NAMED])
    more = f" and {len(acts) - _NAMED} more" if len(acts) > _NAMED else ""
    return f"{first.actor} {_DONE.get(first.kind, first.kind.value)} {names}{more}"


def find_review(desk: Desk, key: str) -> Review:
    """The review; raises ReviewNotFoundError."""
    review = desk.review(key)
    if review is None:
        raise ReviewNotFoundError(
            f"there is no review {shorten_value(key)!r}", "", "see addenda review list, or open one with addenda update"
        )
    return review


def find_item(desk: Desk, key: str, subject: str) -> Item:
    """One change of the review; raises ReviewNotFoundError."""
    item = desk.item(key, subject)
    if item is None:
        raise ReviewNotFoundError(
            f"{shorten_value(subject)!r} is no change of {key}", "", "see addenda review items, or load the page again"
        )
    return item


def find_task(desk: Desk, key: str, number: str) -> Task:
    """One task of the review; raises ReviewNotFoundError."""
    task = desk.task(key, number)
    if task is None:
        raise ReviewNotFoundError(f"there is no task {shorten_value(number)!r} of {key}", "", "see the list of tasks")
    return task


def check_versions(desk: Desk, key: str, versions: Iterable[int], seen: int) -> None:
    """Raises ConflictError, which names who did what when, when a row changed after act number `seen`; UsageError
    when nobody can have seen that number."""
    if not 0 <= seen <= read_head(desk.connection)[0]:
        raise UsageError(f"no page has seen act {seen}", "there is none of that number", "load the page again")
    latest = max(versions, default=0)
    if latest > seen:
        check_seen(latest, seen, _tell_act(desk, key, latest))


def _tell_act(desk: Desk, key: str, sequence: int) -> str:
    found = read_acts(desk.connection, review=key, after=sequence - 1, before=sequence + 1, limit=1)
    if not found:
        return f"act {sequence} was about it"
    act = found[0]
    verb = _DONE.get(act.kind, act.kind.value.replace("_", " "))
    return f"{act.actor} {verb} {name_subject(desk, key, act.subject)} at {act.at:%Y-%m-%d %H:%M} UTC"


def name_subject(desk: Desk, key: str, subject: str) -> str:
    """A change, task or review as people read it."""
    kind, _, code = subject.partition(":")
    if code:
        return display_code(key.partition("@")[0], code) if kind == "code" else f"modifier {code}"
    if task := desk.task(key, subject) if subject else None:
        return display_code(key.partition("@")[0], task.code)
    return subject or "the review"


def draft_all(
    actor: Actor, kind: ActKind, key: str, subjects: Iterable[str], body: Mapping[str, object]
) -> list[ActDraft]:
    """The same act about each of the subjects."""
    return [ActDraft(actor, kind, key, subject, body) for subject in subjects]


def write_day(day: date | None) -> str | None:
    """A day as the body of an act has it."""
    return day.isoformat() if day else None
