"""Sign-off: what stands in the way, who may submit, sign, return and reopen when, and what a signature says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from schema.access import Actor, Role
from schema.review import Blocker, Item, Override, Review, Signature
from schema.standing import Standing


def digest_approval(review: Review, decided: Iterable[Item]) -> str:
    """The sha256 (hex) of exactly what is approved: releases, evidence and decisions."""
    raise NotImplementedError


def list_blockers(review: Review) -> tuple[Blocker, ...]:
    """What stands in the way of a signature, overridden or not."""
    raise NotImplementedError


def open_blockers(review: Review, overrides: Iterable[Override]) -> tuple[Blocker, ...]:
    """Those that no override sets aside."""
    raise NotImplementedError


def overrides_in_force(review: Review, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Those that set aside a blocker that is there now, as it is now."""
    raise NotImplementedError


def settle(key: str, standing: Standing, version: int) -> Review:
    """The review with its counts, digest and blockers worked out anew; `version` is the last act about it."""
    raise NotImplementedError


def explain_reopening(before: Review, after: Review, signatures: Iterable[Signature]) -> bool:
    """Whether an act has to be followed by an automatic reopening: something signed is not what stands there now."""
    raise NotImplementedError


def check_submit(review: Review, digest: str) -> None:
    """Raises SignOffError or ConflictError when it cannot be submitted."""
    raise NotImplementedError


def check_return(review: Review, digest: str) -> None:
    """Raises SignOffError or ConflictError when it cannot be returned."""
    raise NotImplementedError


def check_reopen(review: Review, digest: str) -> None:
    """Raises SignOffError or ConflictError when it cannot be reopened."""
    raise NotImplementedError


def check_sign(
    review: Review,
    signatures: Iterable[Signature],
    overrides: Iterable[Override],
    role: Role,
    actor: Actor,
    digest: str,
    sign_roles: Collection[Role],
) -> None:
    """Raises SignOffError, ConflictError or AccessError when this signature is not possible."""
    raise NotImplementedError


def build_statement(
    review: Review, role: Role, overrides: Iterable[Override], sign_roles: Sequence[Role]
) -> dict[str, Any]:
    """What a signature says, as JSON values: the body of the act, and the statement of the signature."""
    raise NotImplementedError


def is_complete(signatures: Iterable[Signature], sign_roles: Collection[Role]) -> bool:
    """Whether every role has a valid signature, each by another person, all on one digest."""
    raise NotImplementedError
