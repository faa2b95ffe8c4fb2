"""Signatures: who may give one when, what it says, and what makes it void."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from flows.review.signoff import (
    build_statement,
    check_reopen,
    check_return,
    check_sign,
    check_submit,
    is_complete,
    list_blockers,
    list_valid,
)
from schema.access import SIGNING_ROLES, Actor, Role
from schema.acts import ActKind
from schema.errors import AccessError, ConflictError, SignOffError
from schema.review import BlockerKind, ReviewState, Signature
from tests.review_values import KEY, ROSA, SAM, START, TESS, UMA, Log, assessed, changes_of, signed_log


@pytest.fixture
def log() -> Log:
    """A review just opened."""
    log = Log()
    log.open()
    return log


def may_sign(log: Log, actor: Actor, role: Role, digest: str = "", roles: Any = SIGNING_ROLES) -> None:
    signatures, overrides = log.memory.signatures(KEY), log.memory.overrides(KEY)
    check_sign(log.review, signatures, overrides, role, actor, digest or log.review.digest, roles)


def override(log: Log, kind: BlockerKind) -> None:
    blocker = next(blocker for blocker in list_blockers(log.review) if blocker.kind is kind)
    body = {"kind": kind.value, "what": blocker.what, "fingerprint": blocker.fingerprint, "reason": "we know"}
    log.write(SAM, ActKind.OVERRIDDEN, **body)


CHECKS = {"submitted": check_submit, "returned": check_return, "reopened": check_reopen}
ALLOWED = {
    "submitted": {ReviewState.DRAFT, ReviewState.RETURNED},
    "returned": {ReviewState.IN_REVIEW},
    "reopened": {ReviewState.IN_REVIEW, ReviewState.APPROVED},
}


@pytest.mark.parametrize("what", CHECKS)
@pytest.mark.parametrize("state", ReviewState)
def test_state_says_what_may_follow(log: Log, what: str, state: ReviewState) -> None:
    review = replace(log.review, state=state)
    if state in ALLOWED[what]:
        CHECKS[what](review, review.digest)
        with pytest.raises(ConflictError, match="not what you saw"):
            CHECKS[what](review, "0" * 64)
    else:
        with pytest.raises(SignOffError, match=f"cannot be {what}"):
            CHECKS[what](review, review.digest)


@pytest.mark.parametrize("state", [state for state in ReviewState if state is not ReviewState.IN_REVIEW])
def test_signing_is_possible_in_review_alone(log: Log, state: ReviewState) -> None:
    log.decide_deleted()
    review = replace(log.review, state=state)
    with pytest.raises(SignOffError, match="cannot be signed"):
        check_sign(review, [], [], Role.CODER, ROSA, review.digest, SIGNING_ROLES)


def test_signature_needs_role_setting_digest_and_no_blocker(log: Log) -> None:
    log.submit()
    with pytest.raises(SignOffError, match=r"2 deleted codes .* set it aside with a reason"):
        may_sign(log, ROSA, Role.CODER)
    log.decide_deleted()
    may_sign(log, ROSA, Role.CODER)
    with pytest.raises(AccessError, match="may not sign as compliance"):
        may_sign(log, ROSA, Role.COMPLIANCE)
    with pytest.raises(SignOffError, match="coder does not sign"):
        may_sign(log, ROSA, Role.CODER, roles=[Role.COMPLIANCE])
    with pytest.raises(ConflictError, match="not what you saw"):
        may_sign(log, ROSA, Role.CODER, digest="0" * 64)


def test_nobody_signs_for_two_roles_and_no_role_twice(log: Log) -> None:
    log.decide_deleted()
    log.submit()
    log.sign(UMA, Role.CODER)
    with pytest.raises(SignOffError, match="nobody signs alone for two roles"):
        may_sign(log, UMA, Role.COMPLIANCE)
    with pytest.raises(SignOffError, match="coder has signed"):
        may_sign(log, ROSA, Role.CODER)
    may_sign(log, SAM, Role.COMPLIANCE)


def test_last_signature_of_all_roles_approves(log: Log) -> None:
    log.decide_deleted()
    log.submit()
    log.sign(ROSA, Role.CODER)
    log.sign(SAM, Role.COMPLIANCE)
    states = [log.review.state]
    log.sign(TESS, Role.REVENUE_LEAD)
    assert [*states, log.review.state] == [ReviewState.IN_REVIEW, ReviewState.APPROVED]


def test_setting_says_who_has_to_sign(log: Log) -> None:
    log.decide_deleted()
    log.submit()
    log.sign(SAM, Role.COMPLIANCE, [Role.COMPLIANCE])
    assert log.review.state is ReviewState.APPROVED


def test_return_voids_the_signatures_and_says_why(log: Log) -> None:
    log.decide_deleted()
    log.submit()
    log.sign(ROSA, Role.CODER)
    log.write(SAM, ActKind.RETURNED, digest=log.review.digest, reason="E0003?")
    assert (log.review.state, log.review.state_why) == (ReviewState.RETURNED, "returned by sam: E0003?")
    (signature,) = log.memory.signatures(KEY)
    assert (signature.void_at, signature.void_why) == (log.acts[-1].at, "returned by sam: E0003?")
    log.submit()
    assert (log.review.state, log.review.state_why) == (ReviewState.IN_REVIEW, "")
    may_sign(log, ROSA, Role.CODER)


def test_changed_decision_reopens_what_was_signed_and_says_why() -> None:
    log = signed_log()
    log.decide(ROSA, "code:E0003", "no_action")
    assert log.acts[-1].kind is ActKind.REOPENED
    assert (log.review.state, log.review.state_why) == (ReviewState.DRAFT, "what was signed has changed")
    assert list_valid(log.memory.signatures(KEY)) == ()
    assert len(log.memory.signatures(KEY)) == 4


def test_changed_decision_without_signatures_leaves_the_state(log: Log) -> None:
    log.submit()
    log.decide(ROSA, "code:E0003", "no_action")
    assert log.review.state is ReviewState.IN_REVIEW
    assert log.acts[-1].kind is ActKind.DECIDED


def test_work_that_is_not_approved_leaves_an_approval() -> None:
    log = signed_log()
    log.write(ROSA, ActKind.TASK_DONE, log.memory.tasks(KEY)[-1].number, note="")
    assert log.review.state is ReviewState.APPROVED


def test_newer_evidence_reopens_what_was_approved() -> None:
    log = signed_log()
    log.refresh(assessed(*changes_of(), issue=2))
    assert log.review.state is ReviewState.DRAFT
    assert list_valid(log.memory.signatures(KEY)) == ()


def test_statement_says_what_is_signed_and_what_was_set_aside(log: Log) -> None:
    override(log, BlockerKind.DELETED_IN_USE)
    review = log.review
    statement = build_statement(review, Role.CODER, log.memory.overrides(KEY), SIGNING_ROLES)
    assert json.loads(json.dumps(statement)) == statement
    for name in ("digest", "evidence", "previous", "current"):
        assert statement[name] == getattr(review, name)
    assert statement["sign_roles"] == ["coder", "compliance", "revenue_lead"]
    assert statement["sources"]["current"][0]["sha256"].startswith("2024")
    (aside,) = statement["overrides"]
    assert (aside["reason"], aside["overridden_by"], aside["sequence"]) == ("we know", "sam", 2)
    assert statement["counts"]["deleted_undecided"] == 2
    log.submit()
    log.sign(ROSA, Role.CODER)
    assert json.loads(log.memory.signatures(KEY)[0].statement)["overrides"] == [aside]


def signature(role: Role, signer: str, digest: str = "a", *, is_void: bool = False) -> Signature:
    return Signature(1, KEY, role, signer, START, digest, "{}", START if is_void else None, "x" if is_void else "")


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ([signature(Role.CODER, "a"), signature(Role.COMPLIANCE, "b")], True),
        ([signature(Role.CODER, "a")], False),
        ([], False),
        ([signature(Role.CODER, "a"), signature(Role.COMPLIANCE, "a")], False),
        ([signature(Role.CODER, "a"), signature(Role.COMPLIANCE, "b", "other")], False),
        ([signature(Role.CODER, "a"), signature(Role.COMPLIANCE, "b", is_void=True)], False),
        (
            [
                signature(Role.CODER, "a", "other", is_void=True),
                signature(Role.CODER, "a"),
                signature(Role.COMPLIANCE, "b"),
            ],
            True,
        ),
    ],
)
def test_approval_is_complete_when_every_role_signed_one_digest(signatures: list[Signature], expected: bool) -> None:
    assert is_complete(signatures, [Role.CODER, Role.COMPLIANCE]) is expected


def test_approval_by_nobody_is_never_complete() -> None:
    assert not is_complete([signature(Role.CODER, "a")], [])
