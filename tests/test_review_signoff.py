"""Sign-off: what stands in the way of a signature, and what the digest of an approval names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flows.review.signoff import (
    check_override,
    check_sign,
    digest_approval,
    list_blockers,
    open_blockers,
    overrides_in_force,
    settle,
)
from schema.access import SIGNING_ROLES, SYSTEM, Actor, Role
from schema.acts import ActKind
from schema.changes import Reconciliation
from schema.errors import ConflictError, ReviewNotFoundError, SignOffError
from schema.review import BlockerKind, ReviewState
from tests.report_samples import diagnosis_result
from tests.review_values import KEY, ROSA, SAM, Log, assessed, changes_of

AGREES = {"new": 1, "deleted": 1, "revised": 1}
DIFFERS = replace(diagnosis_result().reconciliation, basis="transaction report")


@pytest.fixture
def log() -> Log:
    """A review just opened."""
    log = Log()
    log.open()
    return log


def may_sign(log: Log, actor: Actor, role: Role, digest: str = "", roles: Any = SIGNING_ROLES) -> None:
    signatures, overrides = log.memory.signatures(KEY), log.memory.overrides(KEY)
    check_sign(log.review, signatures, overrides, role, actor, digest or log.review.digest, roles)


def kinds(log: Log) -> list[BlockerKind]:
    return [blocker.kind for blocker in list_blockers(log.review)]


def override(log: Log, kind: BlockerKind) -> None:
    blocker = next(blocker for blocker in list_blockers(log.review) if blocker.kind is kind)
    body = {"kind": kind.value, "what": blocker.what, "fingerprint": blocker.fingerprint, "reason": "we know"}
    log.write(SAM, ActKind.OVERRIDDEN, **body)


def test_review_begins_as_a_draft_with_its_counts(log: Log) -> None:
    review = log.review
    assert (review.state, review.state_why, review.version) == (ReviewState.DRAFT, "", 1)
    assert (review.items, review.to_decide, review.undecided) == (8, 4, 4)
    assert (review.deleted_in_use, review.deleted_undecided, review.differences) == (2, 2, 0)
    assert len(review.digest) == 64


def test_settling_twice_changes_nothing(log: Log) -> None:
    assert settle(KEY, log.memory, log.review.version) == log.review


def test_review_that_is_not_there_cannot_be_settled(log: Log) -> None:
    with pytest.raises(ReviewNotFoundError):
        settle("hcpcs@1999-01-01", log.memory, 1)


def test_deleted_codes_in_use_without_a_decision_stand_in_the_way(log: Log) -> None:
    (blocker,) = list_blockers(log.review)
    assert blocker.kind is BlockerKind.DELETED_IN_USE
    assert blocker.what == "2 deleted codes that uses name have no decision: E0001, E0002"
    log.decide(ROSA, "code:E0001", "retire")
    assert list_blockers(log.review)[0].what == "1 deleted code that a use names has no decision: E0002"
    log.decide(ROSA, "code:E0002", "needs_policy")
    assert list_blockers(log.review) == ()


def test_differences_from_the_publishers_list_stand_in_the_way() -> None:
    log = Log()
    log.open(assessed(*changes_of(), reconciliation=DIFFERS))
    assert kinds(log) == [BlockerKind.DELETED_IN_USE, BlockerKind.DIFFERENCES]
    assert log.review.differences == 2
    assert "2 places" in list_blockers(log.review)[1].what


def test_release_without_a_list_stands_in_its_own_way() -> None:
    log = Log()
    log.open(assessed(*changes_of(), reconciliation=Reconciliation("none", False, {}, AGREES, ())))
    assert "no list of the publisher" in list_blockers(log.review)[1].what


def test_update_that_nobody_assessed_stands_in_the_way() -> None:
    log = Log()
    log.open(assessed(*changes_of(), is_assessed=False))
    assert kinds(log) == [BlockerKind.NOT_ASSESSED]
    assert not log.review.is_assessed


def test_source_issued_anew_stands_in_the_way_until_the_review_is_refreshed(log: Log) -> None:
    log.decide_deleted()
    log.write(SYSTEM, ActKind.REOPENED, why="issued again", later="hcpcs@2024-10-01.2")
    log.write(SYSTEM, ActKind.REOPENED, why="issued again", later="hcpcs@2024-10-01.3")
    (blocker,) = list_blockers(log.review)
    assert (blocker.kind, blocker.can_be_overridden) == (BlockerKind.SOURCE_REISSUED, False)
    assert "hcpcs@2024-10-01.3" in blocker.what
    log.submit()
    with pytest.raises(SignOffError, match="refresh the review"):
        may_sign(log, ROSA, Role.CODER)
    log.refresh(assessed(*changes_of(), issue=3))
    assert list_blockers(log.review) == ()
    assert log.review.current == "hcpcs@2024-10-01.3"


def test_source_issued_anew_cannot_be_set_aside_even_by_an_override_in_the_log(log: Log) -> None:
    log.decide_deleted()
    log.write(SYSTEM, ActKind.REOPENED, why="issued again", later="hcpcs@2024-10-01.2")
    override(log, BlockerKind.SOURCE_REISSUED)
    assert open_blockers(log.review, log.memory.overrides(KEY)) == list_blockers(log.review)
    assert overrides_in_force(log.review, log.memory.overrides(KEY)) == ()


def test_override_holds_for_exactly_what_it_set_aside(log: Log) -> None:
    override(log, BlockerKind.DELETED_IN_USE)
    assert open_blockers(log.review, log.memory.overrides(KEY)) == ()
    assert len(overrides_in_force(log.review, log.memory.overrides(KEY))) == 1
    log.decide(ROSA, "code:E0001", "retire")
    assert len(open_blockers(log.review, log.memory.overrides(KEY))) == 1
    log.write(ROSA, ActKind.ITEM_REOPENED, "code:E0001", reason="again")
    assert open_blockers(log.review, log.memory.overrides(KEY)) == ()


def test_override_of_another_review_sets_nothing_aside(log: Log) -> None:
    override(log, BlockerKind.DELETED_IN_USE)
    elsewhere = [replace(each, review="hcpcs@2025-01-01") for each in log.memory.overrides(KEY)]
    assert open_blockers(log.review, elsewhere) == list_blockers(log.review)


def test_only_the_blocker_that_was_seen_can_be_set_aside(log: Log) -> None:
    (blocker,) = list_blockers(log.review)
    assert check_override(log.review, blocker.kind, blocker.fingerprint) == blocker
    with pytest.raises(ConflictError):
        check_override(log.review, blocker.kind, "0" * 64)
    with pytest.raises(SignOffError, match="nothing of"):
        check_override(log.review, BlockerKind.DIFFERENCES, blocker.fingerprint)
    log.write(SYSTEM, ActKind.REOPENED, why="issued again", later="hcpcs@2024-10-01.2")
    reissued = list_blockers(log.review)[-1]
    with pytest.raises(SignOffError, match="cannot be set aside"):
        check_override(log.review, reissued.kind, reissued.fingerprint)


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log.decide(ROSA, "code:E0003", "no_action"),
        lambda log: log.decide(ROSA, "code:E0001", "replace", "E0105"),
        lambda log: log.decide(ROSA, "code:E0001", "replace", "E0005", reason="another"),
        lambda log: log.decide(SAM, "code:E0001", "replace", "E0005"),
        lambda log: log.write(ROSA, ActKind.ITEM_REOPENED, "code:E0001", reason="no"),
        lambda log: log.refresh(assessed(*changes_of(), issue=2)),
        lambda log: log.refresh(assessed(*changes_of(), successors={"E0002": ()})),
    ],
)
def test_digest_names_decisions_evidence_and_issue(log: Log, change: Any) -> None:
    log.decide_deleted()
    before = log.review.digest
    change(log)
    assert log.review.digest != before


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log.decide(ROSA, "code:E0001", "replace", "E0005"),
        lambda log: log.write(ROSA, ActKind.COMMENTED, "code:E0001", text="hm"),
        lambda log: log.write(ROSA, ActKind.ASSIGNED, "code:E0001", owner="x", due_date=None),
        lambda log: log.write(ROSA, ActKind.TASK_DONE, log.memory.tasks(KEY)[0].number, note=""),
        lambda log: log.write(ROSA, ActKind.READINESS, payer="p", code="", is_ready=True, hold_until=None, note=""),
    ],
)
def test_digest_is_that_of_the_approval_alone(log: Log, change: Any) -> None:
    log.decide_deleted()
    before = log.review.digest
    change(log)
    assert log.review.digest == before
    assert log.review.version == len(log.acts)


def test_digest_does_not_follow_the_order_of_the_decisions(log: Log) -> None:
    log.decide_deleted()
    decided = log.memory.decided(KEY)
    assert digest_approval(log.review, reversed(decided)) == digest_approval(log.review, decided) == log.review.digest
