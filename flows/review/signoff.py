"""Sign-off: what stands in the way, who may submit, sign, return and reopen when, and what a signature says. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from schema.access import Actor, Role
from schema.errors import AccessError, ConflictError, ReviewNotFoundError, SignOffError
from schema.records import canonical_json
from schema.review import Blocker, BlockerKind, Item, Override, Review, ReviewState, Signature
from schema.standing import Standing
from schema.systems import display_code

_NAMED_CODES = 5
"""How many codes a blocker names before it counts the others."""


def digest_approval(review: Review, decided: Iterable[Item]) -> str:
    """The sha256 (hex) of exactly what is approved: releases, evidence and decisions."""
    decisions = sorted(
        [item.subject, item.action.value, list(item.successors), item.reason, item.decided_by]
        for item in decided
        if item.action is not None
    )
    return digest_of_json(
        {
            "current": review.current,
            "previous": review.previous,
            "evidence": review.evidence,
            "decisions": decisions,
        }
    )


def digest_of_json(value: Any) -> str:
    """The sha256 (hex) of the canonical JSON of a value."""
    return sha256(canonical_json(value).encode()).hexdigest()


def list_blockers(review: Review) -> tuple[Blocker, ...]:
    """What stands in the way of a signature, overridden or not."""
    return tuple(Blocker(BlockerKind(kind), *rest) for kind, *rest in json.loads(review.blockers))


def write_blockers(blockers: Iterable[Blocker]) -> str:
    """The blockers as JSON text, by kind: the field of the review."""
    order = list(BlockerKind)
    listed = sorted(blockers, key=lambda blocker: order.index(blocker.kind))
    return canonical_json([[each.kind.value, each.what, each.fingerprint, each.can_be_overridden] for each in listed])


def open_blockers(review: Review, overrides: Iterable[Override]) -> tuple[Blocker, ...]:
    """Those that no override sets aside."""
    aside = {(override.blocker, override.fingerprint) for override in overrides if override.review == review.key}
    return tuple(
        blocker
        for blocker in list_blockers(review)
        if not blocker.can_be_overridden or (blocker.kind, blocker.fingerprint) not in aside
    )


def overrides_in_force(review: Review, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Those that set aside a blocker that is there now, as it is now."""
    there = {(blocker.kind, blocker.fingerprint) for blocker in list_blockers(review) if blocker.can_be_overridden}
    return tuple(
        override
        for override in overrides
        if override.review == review.key and (override.blocker, override.fingerprint) in there
    )


def settle(key: str, standing: Standing, version: int) -> Review:
    """The review with its counts, digest and blockers worked out anew; `version` is the last act about it.

    Depends on the rows alone: to settle twice changes nothing. Raises ReviewNotFoundError.
    """
    review = standing.review(key)
    if review is None:
        raise ReviewNotFoundError(f"there is no review {key}")
    counts = standing.counts(key)
    blockers = [found for found in list_blockers(review) if found.kind is not BlockerKind.DELETED_IN_USE]
    blockers += _find_deleted(review, standing.undecided_deleted(key))
    return replace(
        review,
        digest=digest_approval(review, standing.decided(key)),
        items=counts.items,
        to_decide=counts.to_decide,
        undecided=counts.undecided,
        deleted_in_use=counts.deleted_in_use,
        deleted_undecided=counts.deleted_undecided,
        blockers=write_blockers(blockers),
        version=version,
    )


def _find_deleted(review: Review, undecided: Iterable[Item]) -> list[Blocker]:
    found = sorted(undecided, key=lambda item: item.subject)
    if not found:
        return []
    names = ", ".join(display_code(review.system, item.code) for item in found[:_NAMED_CODES])
    more = f" and {len(found) - _NAMED_CODES} more" if len(found) > _NAMED_CODES else ""
    what = (
        f"1 deleted code that a use names has no decision: {names}"
        if len(found) == 1
        else f"{len(found)} deleted codes that uses name have no decision: {names}{more}"
    )
    fingerprint = digest_of_json([[item.subject, item.fingerprint] for item in found])
    return [Blocker(BlockerKind.DELETED_IN_USE, what, fingerprint)]


def list_valid(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """The signatures that nothing voided."""
    return tuple(signature for signature in signatures if signature.void_at is None)


def must_reopen(after: Review, signatures: Iterable[Signature]) -> bool:
    """Whether an automatic reopening has to follow: what was signed or approved is not what stands there now."""
    return any(signature.digest != after.digest for signature in list_valid(signatures))


def check_submit(review: Review, digest: str) -> None:
    """Raises SignOffError when it is not a draft or returned, ConflictError when it is not what was seen."""
    _check_state(review, (ReviewState.DRAFT, ReviewState.RETURNED), "submitted")
    _check_digest(review, digest)


def check_return(review: Review, digest: str) -> None:
    """Raises SignOffError when it is not in review, ConflictError when it is not what was seen."""
    _check_state(review, (ReviewState.IN_REVIEW,), "returned")
    _check_digest(review, digest)


def check_reopen(review: Review, digest: str | None = None) -> None:
    """Raises SignOffError when it is neither in review nor approved, ConflictError when it is not what was seen."""
    _check_state(review, (ReviewState.IN_REVIEW, ReviewState.APPROVED), "reopened")
    if digest is not None:
        _check_digest(review, digest)


def check_override(review: Review, kind: BlockerKind, fingerprint: str) -> Blocker:
    """The blocker that is to be set aside. Raises SignOffError when it cannot be, ConflictError when it is another."""
    found = next((blocker for blocker in list_blockers(review) if blocker.kind is kind), None)
    name = kind.value.replace("_", " ")
    if found is None:
        raise SignOffError(f"nothing of {name} stands in the way of {review.key}", "", "look at it as it is now")
    if not found.can_be_overridden:
        raise SignOffError(f"{name} cannot be set aside", found.what, "refresh the review")
    if found.fingerprint != fingerprint:
        raise ConflictError(f"{name} is not what you saw", found.what, "look at it as it is now, then do it again")
    return found


def check_sign(
    review: Review,
    signatures: Iterable[Signature],
    overrides: Iterable[Override],
    role: Role,
    actor: Actor,
    digest: str,
    sign_roles: Collection[Role],
) -> None:
    """Raises AccessError without the role, ConflictError when the review is not what was seen, and SignOffError when
    the state, a blocker, or a signature that is there already forbids it."""
    if role not in actor.roles:
        raise AccessError(
            f"{actor.name} may not sign as {role.value}",
            "the account has not that role",
            "ask an administrator for the role, or let another person sign",
        )
    check_signer(f"the review {review.key}", list_valid(signatures), role, actor.name, sign_roles)
    _check_state(review, (ReviewState.IN_REVIEW,), "signed")
    _check_digest(review, digest)
    blocking = open_blockers(review, overrides)
    if blocking:
        more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
        first = blocking[0]
        raise SignOffError(
            f"the review {review.key} cannot be signed",
            first.what + more,
            "decide, or set it aside with a reason" if first.can_be_overridden else "refresh the review",
        )


def check_signer(what: str, valid: Iterable[Signature], role: Role, signer: str, sign_roles: Collection[Role]) -> None:
    """Raises SignOffError when the role need not sign, has signed, or the person has; close-outs go by it too."""
    if role not in sign_roles:
        named = ", ".join(each.value for each in sign_roles)
        raise SignOffError(f"{role.value} does not sign {what}", f"those who sign it are {named}", "see the settings")
    for signature in valid:
        if signature.signer == signer:
            raise SignOffError(
                f"{signer} has signed {what} already",
                f"as {signature.role.value}; nobody signs alone for two roles",
                "let another person sign",
            )
        if signature.role is role:
            raise SignOffError(f"{role.value} has signed {what} already", f"it was {signature.signer}", "nothing to do")


def build_statement(
    review: Review, role: Role, overrides: Iterable[Override], sign_roles: Sequence[Role]
) -> dict[str, Any]:
    """What a signature says, as JSON values: the body of the act, and the statement of the signature.

    `sign_roles` are those of the settings: they say in the log what made the approval complete.
    """
    releases = json.loads(review.summary)["releases"]
    return {
        "review": review.key,
        "role": role.value,
        "sign_roles": [each.value for each in sign_roles],
        "digest": review.digest,
        "evidence": review.evidence,
        "previous": review.previous,
        "current": review.current,
        "sources": {side: releases[side]["sources"] for side in ("previous", "current")},
        "overrides": [
            {
                "sequence": override.sequence,
                "kind": override.blocker.value,
                "what": override.what,
                "fingerprint": override.fingerprint,
                "reason": override.reason,
                "overridden_by": override.overridden_by,
                "overridden_at": override.overridden_at.isoformat(),
            }
            for override in overrides_in_force(review, overrides)
        ],
        "counts": {
            "items": review.items,
            "to_decide": review.to_decide,
            "undecided": review.undecided,
            "deleted_in_use": review.deleted_in_use,
            "deleted_undecided": review.deleted_undecided,
            "differences": review.differences,
        },
    }


def is_complete(signatures: Iterable[Signature], sign_roles: Collection[Role]) -> bool:
    """Whether every role has a valid signature, each by another person, all on one digest."""
    valid = list_valid(signatures)
    return (
        bool(sign_roles)
        and set(sign_roles) <= {signature.role for signature in valid}
        and len({signature.signer for signature in valid}) == len(valid)
        and len({signature.digest for signature in valid}) == 1
    )


def _check_state(review: Review, states: Collection[ReviewState], what: str) -> None:
    if review.state in states:
        return
    named = " or ".join(state.value.replace("_", " ") for state in states)
    raise SignOffError(
        f"the review {review.key} cannot be {what}",
        f"it is {review.state.value.replace('_', ' ')}, not {named}",
        "look at it as it is now",
    )


def _check_digest(review: Review, digest: str) -> None:
    if digest != review.digest:
        raise ConflictError(
            f"the review {review.key} is not what you saw",
            f"its digest is {review.digest[:12]}, yours was {digest[:12]}",
            "look at it as it is now, then do it again",
        )
