"""Reminders: what people should be told of the reviews on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from flows.notifications import Event, EventKind, notify
from schema.acts import ActKind
from schema.releases import label_of
from schema.review import Review, ReviewState, Task
from schema.store.act_log import read_acts
from schema.store.database import open_database, reading
from schema.store.review_reader import list_readiness, list_reviews, list_tasks
from schema.systems import display_code, get_system

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from flows.settings import Settings

STEPS = (30, 14, 7, 1)
"""Days before the effective date on which an update that is not approved is told of, once for each."""
# Longer lists are read on the page.
_MOST_LINES = 10
_STATES = {
    ReviewState.DRAFT: "a draft",
    ReviewState.IN_REVIEW: "in review",
    ReviewState.RETURNED: "returned",
}


def send_reminders(settings: Settings, today: date) -> int:
    """How many messages were taken, see `flows.notifications.notify`: each reminder goes to each address once.
    Without addresses nothing happens. Raises AddendaError when the reviews cannot be read."""
    if not settings.notify_urls:
        return 0
    engine = open_database(settings.database)
    try:
        events = list_reminders(engine, settings, today)
    finally:
        engine.dispose()
    return notify(settings.notify_urls, events, settings.home)


def list_reminders(engine: Engine, settings: Settings, today: date) -> list[Event]:
    """Overdue tasks by owner (again each week), days left of updates that are not approved, returned sign-offs, and
    claims whose hold ends. No text that people typed stands in them but owners and payers: it goes to chat and mail."""
    with reading(engine) as connection:
        reviews = list_reviews(connection)
        overdue = list_tasks(connection, is_done=False, due_before=today)
        return [
            *_remind_of_tasks(overdue, today, settings),
            *(event for review in reviews for event in _remind_of_review(connection, review, today, settings)),
        ]


def _remind_of_tasks(tasks: Sequence[Task], today: date, settings: Settings) -> Iterator[Event]:
    year, week, _ = today.isocalendar()
    for owner in sorted({task.owner for task in tasks}):
        own = [task for task in tasks if task.owner == owner]
        newest = max(task.due_date for task in own)
        lines = [f"{_name_code(task)} {task.what} (due {task.due_date})" for task in own[:_MOST_LINES]]
        if len(own) > _MOST_LINES:
            lines.append(f"and {len(own) - _MOST_LINES:,} more")
        title = f"{_count(len(own), 'task')} overdue: {owner or 'nobody named'}"
        key = sha256(f"{owner}\0{newest}\0{year}-{week}".encode(errors="replace")).hexdigest()
        yield Event(EventKind.REMINDER, title, "\n".join([*lines, *_say_where(settings, "/tasks")]), f"overdue {key}")


def _remind_of_review(connection: Connection, review: Review, today: date, settings: Settings) -> Iterator[Event]:
    name, where = _name_review(review), _say_where(settings, f"/updates/{review.key}")
    days_left = (review.effective_date - today).days
    step = min((step for step in STEPS if days_left <= step), default=None)
    if step is not None and days_left >= 0 and review.state is not ReviewState.APPROVED:
        when = "takes effect today" if days_left == 0 else f"takes effect in {_count(days_left, 'day')}"
        lines = [
            f"It is {_STATES[review.state]}; {review.undecided:,} of {review.to_decide:,} decisions are open.",
            f"Deleted codes in use without a decision: {review.deleted_undecided:,}.",
            *where,
        ]
        yield Event(EventKind.REMINDER, f"{name} {when}", "\n".join(lines), f"left {review.key} {step}")
    if review.state is ReviewState.RETURNED:
        acts = read_acts(connection, review=review.key, kinds=[ActKind.RETURNED], limit=1)
        for act in acts:
            lines = [f"{act.actor} returned it on {act.at.date()}; the reason stands on its page.", *where]
            yield Event(EventKind.REMINDER, f"{name} was returned", "\n".join(lines), f"returned {act.sequence}")
    for said in list_readiness(connection, review.key):
        if said.is_ready or said.hold_until is None or said.hold_until > today + timedelta(days=1):
            continue
        what = display_code(review.system, said.code) if said.code else "all its codes"
        line = f"{said.payer}: {what}, until {said.hold_until}. Is the payer ready? Say so, or hold them longer."
        place = "\0".join((review.key, said.payer, said.code, said.hold_until.isoformat()))
        key = f"hold {sha256(place.encode(errors='replace')).hexdigest()}"
        title = f"{name}: the hold of claims to {said.payer} ends"
        yield Event(EventKind.REMINDER, title, "\n".join([line, *where]), key)


def _name_review(review: Review) -> str:
    return f"{get_system(review.system).title} {label_of(review.system, review.effective_date)}"


def _name_code(task: Task) -> str:
    return display_code(task.review.partition("@")[0], task.code)


def _say_where(settings: Settings, path: str) -> list[str]:
    return [settings.public_url.rstrip("/") + path] if settings.public_url else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
