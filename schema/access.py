"""Who may do what: roles, permissions, accounts, and the person (or program) behind an act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schema.errors import AccessError


class Role(StrEnum):
    """What a person is in the governance of updates; one may have several."""

    READER = "reader"
    CODER = "coder"
    COMPLIANCE = "compliance"
    REVENUE_LEAD = "revenue_lead"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What may be done; also the scopes of a token."""

    READ = "read"
    """See reviews, codes, tasks, the watch, and who did what in a review."""
    WORK = "work"
    """Decide, assign, comment, finish tasks, mark trained, record a payer's readiness, save views."""
    SIGN = "sign"
    """Submit, return, reopen and, for a role that has to, sign."""
    OVERRIDE = "override"
    """Set a blocker aside with a written reason."""
    REFRESH = "refresh"
    """Open a review, and renew its evidence."""
    AUDIT = "audit"
    """See who signed in, who failed to, and what was done to accounts."""
    ACCOUNTS = "accounts"
    """Add and change accounts."""


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.READ}),
    Role.CODER: frozenset({Permission.READ, Permission.WORK, Permission.SIGN, Permission.REFRESH}),
    Role.COMPLIANCE: frozenset(
        {Permission.READ, Permission.WORK, Permission.SIGN, Permission.OVERRIDE, Permission.REFRESH, Permission.AUDIT}
    ),
    Role.REVENUE_LEAD: frozenset(
        {Permission.READ, Permission.WORK, Permission.SIGN, Permission.OVERRIDE, Permission.REFRESH}
    ),
    Role.OPERATOR: frozenset({Permission.READ, Permission.REFRESH}),
    Role.ADMINISTRATOR: frozenset({Permission.READ, Permission.AUDIT, Permission.ACCOUNTS}),
}
SIGNING_ROLES = (Role.CODER, Role.COMPLIANCE, Role.REVENUE_LEAD)
"""Roles that can sign; which of them have to is a setting."""


class Via(StrEnum):
    """The way an act came in."""

    PAGE = "page"
    REST = "rest"
    COMMAND = "command"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, now. `scopes` limit a token to less than its account may do; None: no limit."""

    name: str
    roles: frozenset[Role]
    via: Via
    teams: tuple[str, ...] = ()
    """Names of owners in addenda.toml and in tasks that this person stands for."""
    scopes: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles permits it, and the token does."""
        if self.scopes is not None and permission not in self.scopes:
            return False
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)


SYSTEM = Actor("addenda", frozenset({Role.OPERATOR}), Via.SYSTEM)
"""The program itself: opens reviews, and reopens them when their ground moves."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person or program with a name. `password_hash` (argon2) is None where another door is used."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    is_active: bool
    password_hash: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who is signed in. `digest` is the sha256 (hex) of the secret in the cookie, never the secret.

    `csrf` goes into every form. The session ends at `expires_at`, or when it was not used for the idle time.
    """

    digest: str
    account: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A secret for programs. `digest` is the sha256 (hex) of it; `number` names it for people."""

    digest: str
    number: int
    account: str
    label: str
    scopes: tuple[Permission, ...]
    created_at: datetime
    expires_at: datetime | None
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Member:
    """What the log says of an account; the password is only known by its digest, here and in the account."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    is_active: bool
    password_digest: str
    """The sha256 (hex) of the argon2 text, "" without a password."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What the log says of a token."""

    number: int
    account: str
    label: str
    scopes: tuple[Permission, ...]
    digest: str
    expires_at: datetime | None
    is_revoked: bool
    created_at: datetime


def require(actor: Actor, permission: Permission, what: str) -> None:
    """Raises AccessError when the actor may not; `what` completes "… may not"."""
    if actor.may(permission):
        return
    roles = ", ".join(sorted(role.value for role in actor.roles)) or "no role"
    allowed = ", ".join(role.value for role in roles_with(permission))
    is_scope = actor.scopes is not None and permission not in actor.scopes
    why = f"the token has no scope {permission.value}" if is_scope else f"the account has {roles}, it takes {allowed}"
    raise AccessError(f"{actor.name} may not {what}", why, "ask an administrator for the role")


def roles_with(permission: Permission) -> Iterable[Role]:
    """The roles that permit it."""
    return [role for role in Role if permission in ROLE_PERMISSIONS[role]]
