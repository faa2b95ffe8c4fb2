"""The work beside decisions: tasks, training, payers, saved views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.review_acts import (
    assign_task,
    finish_task,
    mark_trained,
    remove_view,
    reopen_task,
    save_view,
    set_readiness,
)
from schema.errors import ConflictError, ReviewNotFoundError, SignOffError, UsageError
from schema.store.database import reading
from schema.store.review_reader import list_readiness, list_tasks, list_training, list_views
from tests.review_home import (
    ANNA,
    BEN,
    CARA,
    KEY,
    NOW,
    ReviewHome,
    find_lesson,
    list_numbers,
    make_home,
    write_releases,
)

DUE = date(2024, 9, 15)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    """The review as it was opened."""
    with make_home(tmp_path / "home", releases, database_url) as made:
        made.open()
        yield made


def test_task_is_finished_once_and_can_be_reopened_and_given_to_others(home: ReviewHome) -> None:
    number = list_numbers(home)[0]
    seen = home.review.version
    finish_task(home.engine, ANNA, KEY, number, "in test", seen, now=NOW)
    with pytest.raises(ConflictError, match="anna finished the task about"):
        finish_task(home.engine, BEN, KEY, number, "", seen, now=NOW)
    with pytest.raises(SignOffError, match="is done"):
        finish_task(home.engine, BEN, KEY, number, "", home.review.version, now=NOW)
    reopen_task(home.engine, BEN, KEY, number, "not in production", home.review.version, now=NOW)
    with pytest.raises(SignOffError, match="is not done"):
        reopen_task(home.engine, BEN, KEY, number, "again", home.review.version, now=NOW)
    assign_task(home.engine, CARA, KEY, number, "information technology", DUE, home.review.version, now=NOW)
    with reading(home.engine) as connection:
        task = next(task for task in list_tasks(connection, review=KEY) if task.number == number)
    assert (task.is_done, task.owner, task.due_date) == (False, "information technology", DUE)
    with pytest.raises(ReviewNotFoundError, match="no task"):
        finish_task(home.engine, ANNA, KEY, "0" * 16, "", home.review.version, now=NOW)


def test_training_is_marked_for_a_department_that_is_to_be_taught(home: ReviewHome) -> None:
    subject, department = find_lesson(home)
    mark_trained(home.engine, ANNA, KEY, subject, department, True, "in the huddle", home.review.version, now=NOW)
    with reading(home.engine) as connection:
        mark = list_training(connection, KEY)[0]
    assert (mark.is_trained, mark.trained_by, mark.note) == (True, "anna", "in the huddle")
    with pytest.raises(ConflictError, match="anna marked the training"):
        mark_trained(home.engine, BEN, KEY, subject, department, False, "", 1, now=NOW)
    with pytest.raises(ReviewNotFoundError, match="nothing to be taught"):
        mark_trained(home.engine, ANNA, KEY, subject, "elsewhere", True, "", home.review.version, now=NOW)


def test_readiness_is_said_of_a_payer_for_one_code_or_for_all(home: ReviewHome) -> None:
    start = home.review.version
    set_readiness(home.engine, ANNA, KEY, "Acme", "", True, None, "by letter", start, now=NOW)
    set_readiness(home.engine, ANNA, KEY, "Acme", "e66.8", False, DUE, "", start, now=NOW)
    with reading(home.engine) as connection:
        rows = {(row.payer, row.code): row for row in list_readiness(connection, KEY)}
    assert rows["Acme", ""].is_ready is True
    assert (rows["Acme", "E668"].is_ready, rows["Acme", "E668"].hold_until) == (False, DUE)
    with pytest.raises(ConflictError, match="anna spoke of the readiness"):
        set_readiness(home.engine, BEN, KEY, "Acme", "", False, DUE, "", start, now=NOW)
    with pytest.raises(UsageError, match="no claims held"):
        set_readiness(home.engine, BEN, KEY, "Acme", "", True, DUE, "", home.review.version, now=NOW)
    with pytest.raises(ReviewNotFoundError, match="no change"):
        set_readiness(home.engine, BEN, KEY, "Acme", "Q99", True, None, "", home.review.version, now=NOW)
    with pytest.raises(UsageError, match="payer"):
        set_readiness(home.engine, BEN, KEY, "", "", True, None, "", home.review.version, now=NOW)


def test_views_are_ones_own_and_the_later_one_of_a_name_counts(home: ReviewHome) -> None:
    save_view(home.engine, ANNA, "open ones", "open=1", True, NOW)
    save_view(home.engine, ANNA, "open ones", "open=1&owner=anna", False, NOW)
    with pytest.raises(ReviewNotFoundError, match="ben has no view"):
        remove_view(home.engine, BEN, "open ones", NOW)
    with reading(home.engine) as connection:
        assert [view.query for view in list_views(connection, "anna")] == ["open=1&owner=anna"]
        assert list_views(connection, "ben") == []
    remove_view(home.engine, ANNA, "open ones", NOW)
    with reading(home.engine) as connection:
        assert list_views(connection, "anna") == []
