"""Reviews, tasks, signatures and views are listed in an order of their own; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from schema.impact import Priority
from schema.review import Row
from schema.store import review_reader
from schema.store.database import open_database, reading, writing
from schema.store.review_rows import save_rows
from tests.stored_reviews import HOSTILE, KEY, OVERRIDE, READINESS, REVIEW, SIGNATURE, TASK, TRAINING, VIEW


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_database(database_url)
    yield found
    found.dispose()


def save(engine: Engine, *rows: Row) -> None:
    with writing(engine) as connection:
        save_rows(connection, rows)


def test_reviews_come_newest_first(engine: Engine) -> None:
    reviews = [
        replace(REVIEW, key=f"{system}@{day}", system=system, effective_date=date.fromisoformat(day))
        for system, day in (("icd10cm", "2023-10-01"), ("icd10pcs", "2024-10-01"), ("hcpcs", "2024-10-01"))
    ]
    save(engine, *reviews)
    with reading(engine) as connection:
        assert review_reader.list_reviews(connection) == reviews[::-1]


def test_tasks_are_found_by_owner_and_day(engine: Engine) -> None:
    late = replace(TASK, number="t2", due_date=date(2024, 8, 1), owner="clinic")
    done = replace(TASK, number="t3", is_done=True, done_by="bo", done_at=TRAINING.trained_at)
    other = replace(TASK, review="hcpcs@2025-01-01", owner=HOSTILE)
    urgent = replace(TASK, number="t9", priority=Priority.CRITICAL)
    save(engine, TASK, late, done, other, urgent)
    with reading(engine) as connection:
        assert review_reader.list_tasks(connection) == [late, urgent, other, TASK, done]
        assert review_reader.list_tasks(connection, review=KEY, is_done=False) == [late, urgent, TASK]
        assert review_reader.list_tasks(connection, owners=["clinic", HOSTILE, "\0"]) == [late, other]
        assert review_reader.list_tasks(connection, owners=[]) == []
        assert review_reader.list_tasks(connection, due_before=date(2024, 9, 1)) == [late]
        assert review_reader.list_tasks(connection, is_done=True) == [done]
        assert review_reader.list_tasks(connection, limit=1) == [late]


def test_what_belongs_to_a_review_is_listed_in_order(engine: Engine) -> None:
    ready = [replace(READINESS, payer="A", code=code) for code in ("", "A00")]
    marks = [replace(TRAINING, department=name) for name in ("", "clinic")]
    signatures = [SIGNATURE, replace(SIGNATURE, sequence=12, signer="bo")]
    overrides = [OVERRIDE, replace(OVERRIDE, sequence=13)]
    save(engine, *ready[::-1], *marks[::-1], *signatures[::-1], *overrides[::-1])
    save(engine, replace(SIGNATURE, sequence=14, scope="closeout@2024-10-31/30"))
    with reading(engine) as connection:
        assert review_reader.list_readiness(connection, KEY) == ready
        assert review_reader.list_training(connection, KEY) == marks
        assert review_reader.list_signatures(connection, KEY) == signatures
        assert review_reader.list_overrides(connection, KEY) == overrides
        assert [s.sequence for s in review_reader.list_signatures(connection, "closeout@2024-10-31/30")] == [14]


def test_views_are_ones_own_and_those_that_others_share(engine: Engine) -> None:
    own = [replace(VIEW, name="b", is_shared=False), replace(VIEW, name="C")]
    others = [replace(VIEW, account="bo", name="a"), replace(VIEW, account="bo", name="hidden", is_shared=False)]
    save(engine, *others, *own[::-1])
    with reading(engine) as connection:
        assert review_reader.list_views(connection, "ada") == [*own, others[0]]
        assert review_reader.list_views(connection, "cy") == [others[0], own[1]]
        assert review_reader.list_views(connection, "\0") == []
