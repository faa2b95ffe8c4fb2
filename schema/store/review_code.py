"""What work there is around one change of a review: its tasks, who has to be taught, which payers are ready."""

from __future__ import annotations

from sqlalchemy import Connection, select

from schema.review import Readiness, Task, TrainingMark
from schema.store.tables import read_values
from schema.store.values import is_storable
from schema.tables_review import READINESS, TASK, TRAINING


def list_code_tasks(connection: Connection, key: str, code: str) -> list[Task]:
    """The tasks of one code, the earliest due first."""
    if not (is_storable(key) and is_storable(code)):
        return []
    query = select(TASK).where(TASK.c.review == key, TASK.c.code == code).order_by(TASK.c.due_date, TASK.c.number)
    return list(read_values(connection, Task, query))


def list_code_training(connection: Connection, key: str, subject: str) -> list[TrainingMark]:
    """Who has to be taught one change, by department."""
    if not (is_storable(key) and is_storable(subject)):
        return []
    query = select(TRAINING).where(TRAINING.c.review == key, TRAINING.c.subject == subject)
    return list(read_values(connection, TrainingMark, query.order_by(TRAINING.c.department)))


def list_code_readiness(connection: Connection, key: str, code: str) -> list[Readiness]:
    """What was said of payers about one code, and about all codes, by payer; about the code first."""
    if not (is_storable(key) and is_storable(code)):
        return []
    query = select(READINESS).where(READINESS.c.review == key, READINESS.c.code.in_((code, "")))
    return list(read_values(connection, Readiness, query.order_by(READINESS.c.payer, READINESS.c.code.desc())))
