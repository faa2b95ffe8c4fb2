"""The rows that follow from the acts: what is saved comes back, and what was never written is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, text

from schema.changes import ChangeKind
from schema.errors import AuditError
from schema.review import Item, Review, ReviewState, Row, Signature
from schema.standing import ItemCounts, Standing
from schema.store.database import open_database, reading, writing
from schema.store.evidence import save_evidence
from schema.store.review_rows import TABLES, StoredStanding, iterate_rows, remove_rows, save_rows
from tests.stored_reviews import (
    DECIDED,
    GRANT,
    HOSTILE,
    ITEM,
    KEY,
    MEMBER,
    NOW,
    OVERRIDE,
    READINESS,
    REVIEW,
    ROWS,
    SIGNATURE,
    TASK,
    TRAINING,
    VIEW,
    make_items,
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_database(database_url)
    yield found
    found.dispose()


def save(engine: Engine, *rows: Row) -> None:
    with writing(engine) as connection:
        save_rows(connection, rows)


def read_all(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return [row for kind in TABLES for row in iterate_rows(connection, kind)]


def test_every_row_comes_back_as_it_was_saved(engine: Engine) -> None:
    save(engine, *ROWS)
    found = read_all(engine)
    assert set(found) == set(ROWS)
    assert len(found) == len(ROWS)


def test_row_saved_again_replaces_the_earlier_one(engine: Engine) -> None:
    save(engine, *ROWS)
    again = (
        replace(REVIEW, state=ReviewState.APPROVED, version=9),
        replace(ITEM, title="Another title", detail="{}", version=9, kind=ChangeKind.REVISED, paid=-5),
        replace(DECIDED, action=None, decided_by="", decided_at=None, due_date=None, successors=()),
        replace(TASK, is_done=True, done_by="bo", done_at=NOW),
        replace(SIGNATURE, void_at=NOW, void_why="a source was re-issued"),
        replace(VIEW, is_shared=False),
        replace(MEMBER, roles=()),
        replace(GRANT, is_revoked=True),
    )
    save(engine, *again)
    kept = (TRAINING, READINESS, OVERRIDE)
    assert set(read_all(engine)) == {*again, *kept}


def test_of_two_rows_with_one_key_the_later_one_stays(engine: Engine) -> None:
    later = replace(ITEM, title="later")
    save(engine, ITEM, later)
    assert read_all(engine) == [later]


def test_removed_rows_are_gone_and_only_they(engine: Engine) -> None:
    save(engine, *ROWS)
    with writing(engine) as connection:
        remove_rows(connection, [replace(ITEM, title="what it was called does not matter"), TASK, VIEW, TRAINING])
        remove_rows(connection, [TASK])
    assert set(read_all(engine)) == set(ROWS) - {ITEM, TASK, VIEW, TRAINING}


def test_standing_finds_rows_by_their_keys(engine: Engine) -> None:
    save(engine, *ROWS)
    with writing(engine) as connection:
        digest = save_evidence(connection, b"{}")
    with reading(engine) as connection:
        standing: Standing = StoredStanding(connection)
        assert standing.review(KEY) == REVIEW
        assert standing.item(KEY, ITEM.subject) == ITEM
        assert standing.items(KEY) == [DECIDED, ITEM]
        assert standing.decided(KEY) == [replace(DECIDED, detail="")]
        assert (standing.task(KEY, "t1"), standing.tasks(KEY)) == (TASK, [TASK])
        assert standing.training_mark(KEY, TRAINING.subject, "") == TRAINING
        assert standing.training(KEY) == [TRAINING]
        assert standing.readiness(KEY, HOSTILE, "") == READINESS
        assert standing.signatures(KEY) == [SIGNATURE]
        assert standing.overrides(KEY) == [OVERRIDE]
        assert standing.view("ada", HOSTILE) == VIEW
        assert standing.member("ada") == MEMBER
        assert standing.grant(1) == GRANT
        assert standing.evidence(digest) == b"{}"


@pytest.mark.parametrize("odd", ["", "no such", "\0", "\ud800", "'; DROP TABLE review; --"])
def test_standing_has_nothing_where_nothing_is(engine: Engine, odd: str) -> None:
    save(engine, *ROWS)
    with reading(engine) as connection:
        standing = StoredStanding(connection)
        found: list[object] = [standing.review(odd), standing.item(KEY, odd), standing.task(KEY, odd)]
        found += [standing.readiness(KEY, odd, odd), standing.view("ada", odd), standing.member(odd)]
        found += [standing.training_mark(KEY, ITEM.subject, odd or "x"), standing.evidence(odd)]
        found += [standing.grant(number) for number in (0, -1, 2, 2**31, 2**80)]
        assert found == [None] * 13
        assert standing.signatures(odd) == []


def test_counts_are_those_of_the_items(engine: Engine) -> None:
    items = list(make_items(500))
    save(engine, *items, *make_items(20, key="hcpcs@2025-01-01"))
    needing = [item for item in items if item.needs_decision]
    deleted = [item for item in items if item.kind is ChangeKind.DELETED and item.is_named]
    with reading(engine) as connection:
        standing = StoredStanding(connection)
        assert standing.counts(KEY) == ItemCounts(
            500,
            len(needing),
            len([item for item in needing if item.action is None]),
            len(deleted),
            len([item for item in deleted if item.action is None]),
        )
        assert standing.undecided_deleted(KEY) == sorted(
            (replace(item, detail="") for item in deleted if item.action is None), key=lambda item: item.subject
        )
        assert standing.counts("none") == ItemCounts(0, 0, 0, 0, 0)


def test_thousands_of_items_are_saved_in_seconds_and_read_in_order(engine: Engine) -> None:
    items = list(make_items(5_000))
    begun = time.process_time()
    save(engine, *items)
    spent = time.process_time() - begun
    with reading(engine) as connection:
        assert set(iterate_rows(connection, Item)) == set(items)
    # About a second on one core; row by row it would be a multiple.
    assert spent < 6


TAMPERINGS = (
    ("UPDATE review SET blockers = 'x', summary = ''", Review, None),
    ("UPDATE review_item SET classes = '[\"descriptor\" ]'", Item, "classes"),
    ("UPDATE review_item SET successors = '7'", Item, "successors"),
    ("UPDATE review_item SET priority = 'whenever'", Item, "priority"),
    ("UPDATE review_item SET words = 'other'", Item, "found or sorted as something else"),
    ("UPDATE review_item SET kind_order = kind_order + 1", Item, "found or sorted as something else"),
    ("UPDATE review_item SET paid_order = 0", Item, "found or sorted as something else"),
    ("DELETE FROM review_item_detail", Item, "detail"),
    ("UPDATE review_signature SET role = 'king'", Signature, "role"),
)


@pytest.mark.parametrize(("statement", "kind", "told"), TAMPERINGS)
def test_row_that_addenda_never_wrote_is_told_or_comes_back_changed(
    engine: Engine, statement: str, kind: type[Any], told: str | None
) -> None:
    save(engine, *ROWS)
    with engine.begin() as connection:
        connection.execute(text(statement))
    with reading(engine) as connection:
        if told is None:
            assert list(iterate_rows(connection, kind)) != [REVIEW]
        else:
            with pytest.raises(AuditError, match=told):
                list(iterate_rows(connection, kind))


def columns_of(tables: Iterator[Table]) -> Iterator[tuple[str, str]]:
    for table in tables:
        for column in table.columns:
            yield table.name, column.name


def change_column(connection: Connection, table: str, column: str) -> None:
    """Another value of the same type, as somebody at the database would put it."""
    kind = type(
        next(c for t in TABLES.values() if t.name == table for c in t.columns if c.name == column).type
    ).__name__
    flag = f"1 - {column}" if column.startswith(("is_", "has_", "needs_")) else f"{column} + 1"
    value = {"Integer": flag, "BigInteger": flag, "Date": "'2031-02-03'", "Instant": "'2031-02-03 04:05:06.000000'"}
    connection.execute(text(f"UPDATE {table} SET {column} = {value.get(kind, repr('forged'))}"))


CHANGED: tuple[Row, ...] = (
    REVIEW, DECIDED, replace(TASK, is_done=True, done_at=NOW), TRAINING, READINESS,
    replace(SIGNATURE, void_at=NOW, void_why="why"), OVERRIDE, VIEW, MEMBER, replace(GRANT, expires_at=NOW),
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One row of each kind with no field empty; who changes one rolls back."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('rows') / 'addenda.db'}")
    save(engine, *CHANGED)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("table", "column"), list(columns_of(iter(TABLES.values()))))
def test_change_of_any_column_of_any_table_is_seen(filled: Engine, table: str, column: str) -> None:
    with filled.connect() as connection, connection.begin() as transaction:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("DELETE FROM review_item_detail"))
        change_column(connection, table, column)
        connection.execute(
            text("INSERT INTO review_item_detail SELECT review, subject, :detail FROM review_item"),
            {"detail": DECIDED.detail},
        )
        try:
            found = {row for kind in TABLES for row in iterate_rows(connection, kind)}
        except AuditError:
            found = set()
        transaction.rollback()
    assert found != set(CHANGED)


def test_database_refuses_rows_that_contradict_themselves(engine: Engine) -> None:
    save(engine, *ROWS)
    for statement in (
        "UPDATE review SET state = 'finished'",
        "UPDATE review SET undecided = 99",
        "UPDATE review_item SET action = 'ignore'",
        "UPDATE review_item SET action = NULL",
        "UPDATE review_item SET rank = 6",
        "UPDATE review_signature SET void_why = 'why'",
        "UPDATE review_override SET reason = ''",
        "UPDATE member SET is_active = 2",
        "INSERT INTO review_item_detail VALUES ('x', 'y', '{}')",
    ):
        with pytest.raises(Exception, match=r"(?i)constraint"), engine.begin() as connection:
            connection.execute(text(statement))
    assert set(read_all(engine)) == set(ROWS)


def test_dates_before_and_after_the_usual_ones_come_back(engine: Engine) -> None:
    odd = replace(READINESS, hold_until=date(1, 1, 1)), replace(READINESS, code="A00", hold_until=date(9999, 12, 31))
    save(engine, *odd)
    assert read_all(engine) == list(odd)
