"""What the pages ask about reviews: a review, a change, tasks, signatures. The list: `schema.store.review_items`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, true

from schema.errors import ReviewNotFoundError, shorten_value
from schema.impact import Priority
from schema.review import Item, Override, Readiness, Review, SavedView, Signature, Task, TrainingMark
from schema.store.review_items import count_facets as count_facets
from schema.store.review_items import find_items as find_items
from schema.store.review_items import list_subjects as list_subjects
from schema.store.review_items import neighbours as neighbours
from schema.store.review_rows import StoredStanding
from schema.store.tables import read_values
from schema.store.values import LARGEST_NUMBER, is_storable
from schema.tables_review import REVIEW, TASK, VIEW

_PRIORITY_ORDER = {priority.value: place for place, priority in enumerate(Priority)}


def list_reviews(connection: Connection) -> list[Review]:
    """All reviews, the newest effective date first, then by system."""
    query = select(REVIEW).order_by(REVIEW.c.effective_date.desc(), REVIEW.c.system)
    return list(read_values(connection, Review, query))


def find_review(connection: Connection, key: str) -> Review:
    """The review of that key (`icd10cm@2024-10-01`); raises ReviewNotFoundError."""
    review = StoredStanding(connection).review(key)
    if review is None:
        raise ReviewNotFoundError(
            f"there is no review {shorten_value(key)!r}", "", "see addenda review list, or open one with addenda update"
        )
    return review


def find_item(connection: Connection, key: str, subject: str) -> Item:
    """One change of a review by its subject (`code:E66813`); raises ReviewNotFoundError."""
    item = StoredStanding(connection).item(key, subject)
    if item is None:
        raise ReviewNotFoundError(
            f"{shorten_value(subject)!r} is no change of {shorten_value(key)}", "", "see addenda review items"
        )
    return item


def list_tasks(
    connection: Connection,
    *,
    review: str | None = None,
    owners: Collection[str] | None = None,
    is_done: bool | None = None,
    due_before: date | None = None,
    limit: int = 1000,
) -> list[Task]:
    """At most `limit` tasks that match, the earliest due first, then the most urgent; no `owners`: none match."""
    if review is not None and not is_storable(review):
        return []
    wanted: list[Any] = [true()]
    if review is not None:
        wanted.append(TASK.c.review == review)
    if owners is not None:
        wanted.append(TASK.c.owner.in_([owner for owner in sorted(owners) if is_storable(owner)]))
    if is_done is not None:
        wanted.append(TASK.c.is_done == int(is_done))
    if due_before is not None:
        wanted.append(TASK.c.due_date < due_before)
    urgency = case(_PRIORITY_ORDER, value=TASK.c.priority)
    query = select(TASK).where(and_(*wanted)).order_by(TASK.c.due_date, urgency, TASK.c.review, TASK.c.number)
    return list(read_values(connection, Task, query.limit(max(0, min(limit, LARGEST_NUMBER)))))


def list_training(connection: Connection, key: str) -> list[TrainingMark]:
    """What is to be taught, by subject and department."""
    return list(StoredStanding(connection).training(key)) if is_storable(key) else []


def list_readiness(connection: Connection, key: str) -> list[Readiness]:
    """What was said of payers, by payer and code."""
    return StoredStanding(connection).all_readiness(key) if is_storable(key) else []


def list_signatures(connection: Connection, scope: str) -> list[Signature]:
    """Void ones too, the earliest first. `scope` is a review's key or that of a close-out."""
    return list(StoredStanding(connection).signatures(scope))


def list_overrides(connection: Connection, key: str) -> list[Override]:
    """The earliest first."""
    return list(StoredStanding(connection).overrides(key)) if is_storable(key) else []


def list_views(connection: Connection, account: str) -> list[SavedView]:
    """The account's own views by name, then those that others share."""
    if not is_storable(account):
        return []
    is_own = VIEW.c.account == account
    query = select(VIEW).where(or_(is_own, VIEW.c.is_shared == 1))
    order = (case((is_own, 0), else_=1), func.lower(VIEW.c.name), VIEW.c.account, VIEW.c.name)
    return list(read_values(connection, SavedView, query.order_by(*order)))
