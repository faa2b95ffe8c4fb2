"""Reviews opened, renewed, signed and reopened: from draft to approved, and what takes them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.review.signoff import list_blockers
from flows.review_acts import reopen
from flows.review_audit import verify_log
from flows.review_steps import open_review, refresh_review, reopen_reissued, try_open_review
from schema.access import SYSTEM, Actor, Role, Via
from schema.acts import ActKind
from schema.errors import (
    AccessError,
    ReviewNotFoundError,
    SignOffError,
    UseError,
)
from schema.impact import Priority
from schema.review import BlockerKind, ReviewState
from schema.store.database import reading
from schema.store.review_reader import list_reviews
from tests.review_home import (
    ANNA,
    BEN,
    BOSS,
    CARA,
    KEY,
    NOW,
    OPERATOR,
    READER,
    SIGNERS,
    TODAY,
    ReviewHome,
    find_blocker,
    make_home,
    set_aside,
    write_releases,
)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def empty(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    """Two releases, and no review yet."""
    with make_home(tmp_path / "home", releases, database_url) as made:
        yield made


@pytest.fixture
def home(empty: ReviewHome) -> ReviewHome:
    """The review as it was opened."""
    empty.open()
    return empty


def refresh(home: ReviewHome, actor: Actor = OPERATOR) -> None:
    refresh_review(home.engine, home.settings, home.config, KEY, actor, NOW)


def test_update_opens_the_review_as_a_draft_with_what_blocks_it(empty: ReviewHome) -> None:
    review = empty.open()
    assert (review.key, review.state, review.current) == (KEY, ReviewState.DRAFT, "icd10cm@2024-10-01.1")
    assert (review.items, review.to_decide, review.undecided, review.deleted_undecided) == (48, 4, 4, 3)
    assert [blocker.kind for blocker in list_blockers(review)] == [BlockerKind.DELETED_IN_USE]
    (act,) = empty.acts()
    assert (act.kind, act.actor, act.via) == (ActKind.OPENED, "addenda", Via.SYSTEM)
    assert verify_log(empty.engine, empty.settings) == []


def test_same_evidence_does_nothing(home: ReviewHome) -> None:
    before = home.review
    assert open_review(home.engine, home.prepare(today=TODAY + timedelta(days=1)), SYSTEM, NOW) == before
    refresh(home)
    assert (home.review, len(home.acts())) == (before, 1)


def test_day_that_comes_nearer_makes_a_draft_more_urgent_and_voids_no_signature(home: ReviewHome) -> None:
    late = home.prepare(today=TODAY + timedelta(days=40))
    approved = home.approve()
    assert open_review(home.engine, late, SYSTEM, NOW) == approved
    reopen(home.engine, BEN, KEY, "a payer wrote to us", settings=home.settings, now=NOW)
    assert home.item("E668").priority is Priority.HIGH
    open_review(home.engine, late, SYSTEM, NOW)
    item = home.item("E668")
    assert (item.priority, item.decided_by) == (Priority.CRITICAL, "anna")


def test_review_is_opened_and_refreshed_only_by_those_who_may(empty: ReviewHome) -> None:
    result = empty.prepare()
    for actor in (READER, BOSS):
        with pytest.raises(AccessError, match="may not open reviews"):
            open_review(empty.engine, result, actor, NOW)
    open_review(empty.engine, result, OPERATOR, NOW)
    with pytest.raises(AccessError, match="may not refresh reviews"):
        refresh(empty, READER)
    with pytest.raises(ReviewNotFoundError):
        refresh_review(empty.engine, empty.settings, empty.config, "icd10cm@2030-10-01", OPERATOR, NOW)


def test_two_issues_of_one_release_are_no_review(empty: ReviewHome) -> None:
    empty.reissue()
    result = empty.prepare("2024-10-01.1", "2024-10-01.2")
    assert try_open_review(empty.engine, result, NOW) == (None, None)
    with pytest.raises(SignOffError, match="are one release"):
        open_review(empty.engine, result, SYSTEM, NOW)
    with reading(empty.engine) as connection:
        assert list_reviews(connection) == []


def test_reissued_source_takes_an_approved_review_back_and_says_why(home: ReviewHome) -> None:
    home.approve()
    later = home.reissue()
    assert reopen_reissued(home.engine, NOW) == [KEY]
    assert reopen_reissued(home.engine, NOW) == [], "each issue is told once"
    review = home.review
    assert review.state is ReviewState.DRAFT
    assert review.state_why == f"the publisher issued icd10cm@2024-10-01.1 again: {later} is held since"
    assert all(one.void_at is not None for one in home.signatures())
    blocker = find_blocker(home, BlockerKind.SOURCE_REISSUED)
    home.submit()
    with pytest.raises(SignOffError, match="refresh"):
        home.sign(ANNA, Role.CODER)
    with pytest.raises(SignOffError, match="cannot be set aside"):
        set_aside(home, BEN, BlockerKind.SOURCE_REISSUED, print_=blocker.fingerprint)
    assert verify_log(home.engine, home.settings) == []


def test_reissue_that_nobody_told_of_stops_the_signature_too(home: ReviewHome) -> None:
    home.decide_deleted()
    home.submit()
    later = home.reissue()
    with pytest.raises(SignOffError, match=f"{later} was issued since"):
        home.sign(ANNA, Role.CODER)


def test_reissue_of_the_release_before_counts_too(home: ReviewHome) -> None:
    home.approve()
    later = home.reissue("FY2024")
    assert reopen_reissued(home.engine, NOW) == [KEY]
    assert f"the publisher issued icd10cm@2023-10-01.1 again: {later}" in home.review.state_why


def test_refresh_keeps_decisions_of_changes_that_are_the_same_and_can_be_approved_again(home: ReviewHome) -> None:
    home.approve()
    home.reissue()
    reopen_reissued(home.engine, NOW)
    refresh(home, ANNA)
    review = home.review
    assert (review.current, review.state) == ("icd10cm@2024-10-01.2", ReviewState.DRAFT)
    assert [blocker.kind for blocker in list_blockers(review)] == [BlockerKind.DIFFERENCES]
    assert home.item("E668").decided_by == "anna"
    assert "the source is icd10cm@2024-10-01.2 now" in home.acts()[-1].body["why"]
    home.override_all()
    home.submit()
    for actor, role in SIGNERS:
        home.sign(actor, role)
    assert home.review.state is ReviewState.APPROVED
    assert len(home.signatures()) == 6, "the void ones stay"
    assert verify_log(home.engine, home.settings) == []


def test_update_with_a_reissued_source_renews_the_review_by_itself(home: ReviewHome) -> None:
    approved = home.approve()
    home.reissue()
    review = home.open()
    assert (review.current, review.state) == ("icd10cm@2024-10-01.2", ReviewState.DRAFT)
    assert "the source is icd10cm@2024-10-01.2 now" in review.state_why
    assert {one.digest for one in home.signatures()} == {approved.digest}
    assert reopen_reissued(home.engine, NOW) == []


def test_newer_assessment_voids_the_signatures_and_brings_new_work(home: ReviewHome) -> None:
    home.approve()
    (home.settings.home / "problems.csv").write_text("diagnosis\nE66.8\nH81.41\n")
    refresh(home, BEN)
    review = home.review
    assert review.state is ReviewState.DRAFT
    assert review.state_why.startswith("newer evidence: the impact of 4 codes differs")
    assert (home.item("E668").decided_by, home.item("H8141").needs_decision) == ("anna", True)
    assert [blocker.kind for blocker in list_blockers(review)] == [BlockerKind.DELETED_IN_USE]
    assert verify_log(home.engine, home.settings) == []


def test_use_that_cannot_be_read_takes_no_work_away(home: ReviewHome) -> None:
    approved = home.approve()
    unassessed = replace(home.prepare(), impact=None)
    (home.settings.home / "problems.csv").unlink()
    with pytest.raises(UseError):
        refresh(home)
    assert open_review(home.engine, unassessed, SYSTEM, NOW) == approved
    assert home.review == approved


def test_result_of_an_earlier_issue_does_not_turn_the_review_back(home: ReviewHome) -> None:
    first = home.prepare()
    home.reissue()
    renewed = home.open()
    assert open_review(home.engine, first, SYSTEM, NOW) == renewed


def test_review_opened_on_an_earlier_issue_says_so_at_once(empty: ReviewHome) -> None:
    first = empty.prepare()
    empty.reissue()
    review = open_review(empty.engine, first, SYSTEM, NOW)
    assert BlockerKind.SOURCE_REISSUED in {blocker.kind for blocker in list_blockers(review)}


def test_review_without_an_assessment_waits_for_one_or_for_an_override(empty: ReviewHome) -> None:
    open_review(empty.engine, replace(empty.prepare(), impact=None), SYSTEM, NOW)
    assert [blocker.kind for blocker in list_blockers(empty.review)] == [BlockerKind.NOT_ASSESSED]
    empty.submit()
    with pytest.raises(SignOffError, match="nobody knows where"):
        empty.sign(ANNA, Role.CODER)
    set_aside(empty, CARA, BlockerKind.NOT_ASSESSED, "this clinic bills nothing")
    empty.sign(ANNA, Role.CODER)
