"""Accounts: who has a name here, with which roles; every change of them is an act in the log.

The doors (`sign_in` …) and the tokens lie in modules of their own and are had from here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flows.account_sessions import (
    authenticate_person,
    check_password,
    find_session,
    open_session,
    sign_in,
    sign_out,
)
from flows.account_tokens import add_token, authenticate_token, revoke_token
from schema.access import Account, Actor, Role

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = [
    "add_account",
    "add_first_administrator",
    "add_token",
    "authenticate_person",
    "authenticate_token",
    "change_account",
    "check_password",
    "find_session",
    "open_session",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
]


def add_account(
    engine: Engine,
    actor: Actor,
    name: str,
    display_name: str,
    roles: Iterable[Role],
    teams: Iterable[str],
    password: str | None,
    now: datetime,
) -> Account:
    """The new account; `password` None where another door is used. Raises AccessError, UsageError."""
    raise NotImplementedError


def add_first_administrator(
    engine: Engine, name: str, display_name: str, password: str | None, now: datetime
) -> Account:
    """The first administrator, for whom nobody has to answer. Raises AccessError when there is one."""
    raise NotImplementedError


def change_account(
    engine: Engine,
    actor: Actor,
    name: str,
    *,
    display_name: str | None = None,
    roles: Iterable[Role] | None = None,
    teams: Iterable[str] | None = None,
    is_active: bool | None = None,
    now: datetime,
) -> Account:
    """The changed account; what is None stays. Raises AccessError, ReviewNotFoundError, UsageError."""
    raise NotImplementedError


def set_password(
    engine: Engine, actor: Actor, name: str, password: str, now: datetime, *, old: str | None = None
) -> None:
    """A new password: one's own with the old one, or anybody's as administrator. Ends the sessions."""
    raise NotImplementedError
