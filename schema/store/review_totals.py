"""What the pages ask about the work of reviews in figures, and the tasks in pages; counted by the database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, true

from schema.changes import ChangeKind
from schema.impact import Priority
from schema.review import Item, Task, TrainingMark
from schema.store.review_rows import select_short_items
from schema.store.tables import read_values
from schema.tables_review import ITEM, TASK, TRAINING

_DELETED = list(ChangeKind).index(ChangeKind.DELETED)


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What is asked of the tasks; None or empty means all. An owner that is "" finds what nobody owns."""

    review: str = ""
    owners: tuple[str, ...] | None = None
    is_done: bool | None = None
    due_before: date | None = None
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of the tasks, the earliest due first. `total` counts every match."""

    rows: tuple[Task, ...]
    total: int
    page: int
    pages: int


def list_undecided(connection: Connection, key: str, limit: int) -> list[Item]:
    """The first deleted codes that a use names and nobody has decided, the most urgent first; without detail."""
    found = select_short_items().where(
        # By the place of the kind, which the index begins with.
        ITEM.c.review == key, ITEM.c.kind_order == _DELETED, ITEM.c.is_named == 1, ITEM.c.action.is_(None)
    )  # fmt: skip
    return list(read_values(connection, Item, found.order_by(ITEM.c.rank, ITEM.c.paid_order, ITEM.c.code).limit(limit)))


def count_open_owners(connection: Connection, key: str) -> list[tuple[str, int]]:
    """(owner, open changes) of a review, "" for those without an owner; by owner.

    A change that was given to nobody counts for every owner of its uses.
    """
    columns = (ITEM.c.owner, ITEM.c.use_owners)
    found = select(*columns, func.count()).where(ITEM.c.review == key, ITEM.c.is_open == 1).group_by(*columns)
    counts: dict[str, int] = {}
    for assigned, use_owners, count in connection.execute(found):
        for owner in (assigned,) if assigned else _texts(use_owners) or ("",):
            counts[owner] = counts.get(owner, 0) + count
    return sorted(counts.items())


def count_tasks(connection: Connection, today: date, key: str = "") -> list[tuple[str, int, int]]:
    """(owner, tasks that are not done, those of them that are overdue) of a review, or of all; by owner."""
    overdue = func.sum(case((TASK.c.due_date < today, 1), else_=0))
    found = select(TASK.c.owner, func.count(), overdue).where(TASK.c.is_done == 0, _of(TASK.c.review, key))
    rows = connection.execute(found.group_by(TASK.c.owner).order_by(TASK.c.owner))
    return [(owner, count, int(late)) for owner, count, late in rows]


def count_training(connection: Connection, key: str) -> list[tuple[str, int, int]]:
    """(department, what has to be taught, what was) of a review; by department."""
    found = select(TRAINING.c.department, func.count(), func.sum(TRAINING.c.is_trained)).where(TRAINING.c.review == key)
    rows = connection.execute(found.group_by(TRAINING.c.department).order_by(TRAINING.c.department))
    return [(department, count, int(trained)) for department, count, trained in rows]


def list_untrained(connection: Connection, key: str, limit: int) -> list[TrainingMark]:
    """The first marks that are not set, by department and subject."""
    columns = [TRAINING.c[name] for name in TrainingMark.__slots__]
    found = select(*columns).where(TRAINING.c.review == key, TRAINING.c.is_trained == 0)
    rows = connection.execute(found.order_by(TRAINING.c.department, TRAINING.c.subject).limit(limit)).mappings()
    return [TrainingMark(**{**row, "aspects": _texts(row["aspects"]), "is_trained": False}) for row in rows]


def find_tasks(connection: Connection, query: TaskQuery) -> TaskPage:
    """One page of the tasks that match; a page beyond the last is the last."""
    wanted = _match(query)
    total = connection.execute(select(func.count()).select_from(TASK).where(wanted)).scalar_one()
    pages = max(1, -(-total // query.page_size))
    page = min(max(query.page, 1), pages)
    found = select(*(TASK.c[name] for name in Task.__slots__)).where(wanted)
    order = (TASK.c.is_done, TASK.c.due_date, TASK.c.review, TASK.c.number)
    rows = connection.execute(found.order_by(*order).limit(query.page_size).offset((page - 1) * query.page_size))
    return TaskPage(tuple(_task(row) for row in rows.mappings()), total, page, pages)


def _match(query: TaskQuery) -> ColumnElement[bool]:
    parts: Iterable[ColumnElement[bool]] = (
        _of(TASK.c.review, query.review),
        true() if query.owners is None else TASK.c.owner.in_(query.owners),
        true() if query.is_done is None else TASK.c.is_done == int(query.is_done),
        true() if query.due_before is None else TASK.c.due_date < query.due_before,
    )
    return and_(*parts)


def _of(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    return column == key if key else true()


def _task(row: Any) -> Task:
    values = {
        **row,
        "priority": Priority(row["priority"]),
        "locations": _texts(row["locations"]),
        "is_done": bool(row["is_done"]),
    }
    return Task(**values)


def _texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
