"""What opens, renews, signs, returns and reopens a review, and what that does to its rows. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.review.evidence import read_document
from flows.review.outcome import Outcome, find_review, impossible, read_text
from flows.review.refresh import begin_review, renew_review
from flows.review.signoff import digest_of_json, is_complete, list_blockers, list_valid, write_blockers
from schema.access import Role
from schema.acts import Act
from schema.records import canonical_json
from schema.review import (
    Blocker,
    BlockerKind,
    Override,
    Review,
    ReviewState,
    Signature,
)
from schema.standing import Standing


def open_review(act: Act, standing: Standing) -> Outcome:
    """The review, its changes, tasks and marks of training from the evidence."""
    if standing.review(act.review) is not None:
        raise impossible(act, f"the review {act.review} is there already")
    digest = act.body["evidence"]
    document = _read_evidence(act, digest, standing)
    return Outcome(tuple(begin_review(act.review, digest, document, act.at, act.sequence)))


def refresh_review(act: Act, standing: Standing) -> Outcome:
    """What newer evidence changes, with the work that still holds."""
    review = find_review(act, standing)
    digest = act.body["evidence"]
    before = _read_evidence(act, review.evidence, standing)
    after = _read_evidence(act, digest, standing)
    rows, removed = renew_review(review, digest, before, after, standing, act.sequence)
    return Outcome(tuple(rows), tuple(removed))


def _read_evidence(act: Act, digest: str, standing: Standing) -> dict[str, Any]:
    data = standing.evidence(digest)
    if data is None:
        raise impossible(act, f"the evidence {digest[:12]} is not kept")
    document = read_document(data)
    if f"{document['system']}@{document['effective_date']}" != act.review:
        raise impossible(act, f"the evidence {digest[:12]} is that of another release")
    return document


def submit_review(act: Act, standing: Standing) -> Outcome:
    """The review in review."""
    review = find_review(act, standing)
    return Outcome((replace(review, state=ReviewState.IN_REVIEW, state_why="", version=act.sequence),))


def sign_review(act: Act, standing: Standing) -> Outcome:
    """The signature, and the review: approved when it was the last one missing."""
    review = find_review(act, standing)
    signature = _signature(act, act.review)
    sign_roles = [Role(role) for role in act.body["sign_roles"]]
    if not is_complete([*standing.signatures(act.review), signature], sign_roles):
        return Outcome((replace(review, version=act.sequence), signature))
    return Outcome((replace(review, state=ReviewState.APPROVED, state_why="", version=act.sequence), signature))


def sign_closeout(act: Act, standing: Standing) -> Outcome:
    """The signature on a close-out of the watch."""
    return Outcome((_signature(act, act.subject),))


def _signature(act: Act, scope: str) -> Signature:
    return Signature(
        sequence=act.sequence,
        scope=scope,
        role=Role(act.body["role"]),
        signer=act.actor,
        signed_at=act.at,
        digest=read_text(act.body["digest"]),
        statement=canonical_json(act.body),
        void_at=None,
        void_why="",
    )


def return_review(act: Act, standing: Standing) -> Outcome:
    """The review returned, with the reason, and its signatures void."""
    reason = read_text(act.body["reason"])
    why = f"returned by {act.actor}: {reason}"
    return _step_back(act, standing, ReviewState.RETURNED, why)


def reopen_review(act: Act, standing: Standing) -> Outcome:
    """The review a draft again, with the why, and its signatures void; `later` makes the source a blocker."""
    outcome = _step_back(act, standing, ReviewState.DRAFT, read_text(act.body["why"]))
    later = act.body.get("later")
    if not later:
        return outcome
    review, *others = outcome.rows
    if not isinstance(review, Review):
        raise impossible(act, "it is about no review")
    what = f"the publisher issued a source again: {later} is held, and was not reviewed"
    blockers = [found for found in list_blockers(review) if found.kind is not BlockerKind.SOURCE_REISSUED]
    blockers.append(Blocker(BlockerKind.SOURCE_REISSUED, what, digest_of_json(read_text(later)), False))
    return Outcome((replace(review, blockers=write_blockers(blockers)), *others))


def _step_back(act: Act, standing: Standing, state: ReviewState, why: str) -> Outcome:
    """The review in an earlier state, and its signatures void. The review comes first."""
    review = find_review(act, standing)
    voided = [
        replace(signature, void_at=act.at, void_why=why) for signature in list_valid(standing.signatures(act.review))
    ]
    return Outcome((replace(review, state=state, state_why=why, version=act.sequence), *voided))


def override_blocker(act: Act, standing: Standing) -> Outcome:
    """The blocker set aside."""
    review = find_review(act, standing)
    override = Override(
        sequence=act.sequence,
        review=review.key,
        blocker=BlockerKind(act.body["kind"]),
        what=read_text(act.body["what"]),
        fingerprint=read_text(act.body["fingerprint"]),
        reason=read_text(act.body["reason"]),
        overridden_by=act.actor,
        overridden_at=act.at,
    )
    return Outcome((override,))
