"""Tokens: secrets for programs, with no more rights than the account has and the scopes allow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from schema.access import Actor, Permission, Via

if TYPE_CHECKING:
    from sqlalchemy import Engine


def add_token(
    engine: Engine,
    actor: Actor,
    label: str,
    scopes: Iterable[Permission],
    expires_at: datetime | None,
    now: datetime,
) -> str:
    """The secret of a new token of the actor's own account, shown this once: `addenda_` and 43 characters."""
    raise NotImplementedError


def revoke_token(engine: Engine, actor: Actor, number: int, now: datetime) -> None:
    """Revoke an own token, or as administrator any. Raises AccessError."""
    raise NotImplementedError


def authenticate_token(engine: Engine, secret: str, now: datetime, via: Via) -> Actor:
    """Who acts by a token. Raises CredentialsError."""
    raise NotImplementedError
