"""Sign-off as acts: submit, sign, return, set a blocker aside, reopen; each is anchored outside the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flows.settings import Settings
from schema.access import Actor, Role
from schema.acts import Act
from schema.review import BlockerKind

if TYPE_CHECKING:
    from sqlalchemy import Engine


def submit(engine: Engine, actor: Actor, key: str, digest: str, *, settings: Settings, now: datetime) -> Act:
    """Put a draft, or what was returned, before the signers. `digest` is the one that was seen."""
    raise NotImplementedError


def sign(
    engine: Engine,
    actor: Actor,
    key: str,
    role: Role,
    digest: str,
    sign_roles: Sequence[Role],
    *,
    settings: Settings,
    now: datetime,
) -> Act:
    """Sign for one role; the last of `sign_roles` approves."""
    raise NotImplementedError


def send_back(
    engine: Engine, actor: Actor, key: str, digest: str, reason: str, *, settings: Settings, now: datetime
) -> Act:
    """Return a review to those who prepared it."""
    raise NotImplementedError


def override(
    engine: Engine,
    actor: Actor,
    key: str,
    kind: BlockerKind,
    reason: str,
    fingerprint: str,
    *,
    settings: Settings,
    now: datetime,
) -> Act:
    """Set a blocker aside, with a reason that stays beside the signatures."""
    raise NotImplementedError


def reopen(engine: Engine, actor: Actor, key: str, reason: str, *, settings: Settings, now: datetime) -> Act:
    """Take a review in review, or approved, back to draft; its signatures are void."""
    raise NotImplementedError


def sign_closeout(
    engine: Engine, settings: Settings, actor: Actor, scope: str, role: Role, digest: str, now: datetime
) -> Act:
    """Sign a close-out of the watch: `scope` is `closeout@2024-10-31/30`, `digest` that of its bytes."""
    raise NotImplementedError
