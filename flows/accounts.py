"""Accounts: who has a name here, with which roles; every change of them is an act in the log.

The doors (`sign_in` …) and the tokens lie in modules of their own and are had from here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.account_log import (
    check_display_name,
    check_name,
    check_roles,
    check_teams,
    digest_secret,
    keep_act,
    spell_name,
)
from flows.account_sessions import (
    authenticate_person,
    check_password,
    find_seat,
    find_session,
    make_actor,
    open_session,
    sign_in,
    sign_out,
)
from flows.account_tokens import add_token, authenticate_token, revoke_token
from flows.passwords import hash_password
from schema.access import SYSTEM, Account, Actor, Permission, Role, Via, require
from schema.acts import ActKind
from schema.errors import AccessError, ReviewNotFoundError, UsageError, shorten_value
from schema.store.access import list_accounts, read_account, remove_sessions, save_account
from schema.store.database import writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = [
    "add_account",
    "add_first_administrator",
    "add_token",
    "authenticate_person",
    "authenticate_token",
    "change_account",
    "check_password",
    "find_seat",
    "find_session",
    "make_actor",
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
    """The new account; `password` is None where a proxy or an OpenID provider opens the door.

    Raises AccessError, and UsageError for a name that is taken or cannot be one, and a password that is too short.
    """
    require(actor, Permission.ACCOUNTS, "add accounts")
    account = _make_account(name, display_name, roles, teams, password, now)
    with writing(engine) as connection:
        _insert(connection, actor, account, now)
    return account


def add_first_administrator(
    engine: Engine, name: str, display_name: str, password: str | None, now: datetime
) -> Account:
    """The first administrator, for whom nobody has to answer but who may use the database of this machine.

    Raises AccessError when an active account has the role, and UsageError as `add_account`.
    """
    account = _make_account(name, display_name, [Role.ADMINISTRATOR], [], password, now)
    with writing(engine) as connection:
        if _list_administrators(connection):
            why = "there is an administrator already"
            raise AccessError(f"{account.name} cannot be the first administrator", why, "say who adds it: --by NAME")
        _insert(connection, replace(SYSTEM, via=Via.COMMAND), account, now)
    return account


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
    """The changed account; what is None stays. A disabled account loses its sessions and keeps its history.

    Raises AccessError, also when no active administrator would be left, ReviewNotFoundError, and UsageError.
    """
    require(actor, Permission.ACCOUNTS, "change accounts")
    wanted: dict[str, Any] = {
        "display_name": None if display_name is None else check_display_name(display_name),
        "roles": None if roles is None else check_roles(roles),
        "teams": None if teams is None else check_teams(teams),
        "is_active": is_active,
    }
    with writing(engine) as connection:
        before = _find_account(connection, name)
        after = replace(before, **{key: value for key, value in wanted.items() if value is not None})
        if after == before:
            return before
        is_administrator = after.is_active and Role.ADMINISTRATOR in after.roles
        if not is_administrator and _list_administrators(connection) == [before.name]:
            why = "no other active account is an administrator"
            raise AccessError(f"{before.name} has to stay administrator", why, "give the role to somebody else first")
        save_account(connection, after)
        if not after.is_active:
            remove_sessions(connection, after.name)
        keep_act(connection, actor, ActKind.ACCOUNT_CHANGED, after.name, _describe(after), now)
    return after


def set_password(
    engine: Engine, actor: Actor, name: str, password: str, now: datetime, *, old: str | None = None
) -> None:
    """A new password: one's own with the `old` one, or that of another as administrator. Ends its sessions.

    Raises AccessError, CredentialsError for a wrong old one, ReviewNotFoundError, and UsageError when the new one
    cannot be used.
    """
    spelled = spell_name(name)
    if spelled != actor.name:
        require(actor, Permission.ACCOUNTS, "set the passwords of others")
    elif actor.scopes is not None:
        raise AccessError("a token sets no password", "", "sign in with the password")
    else:
        check_password(engine, spelled, old or "", now)
    fresh = hash_password(password)
    with writing(engine) as connection:
        account = replace(_find_account(connection, spelled), password_hash=fresh)
        save_account(connection, account)
        remove_sessions(connection, account.name)
        body = {"password_digest": digest_secret(fresh)}
        keep_act(connection, actor, ActKind.PASSWORD_SET, account.name, body, now)


def _make_account(
    name: str, display_name: str, roles: Iterable[Role], teams: Iterable[str], password: str | None, now: datetime
) -> Account:
    spelled, shown = check_name(name), check_display_name(display_name)
    given, groups = check_roles(roles), check_teams(teams)
    return Account(spelled, shown, given, groups, True, None if password is None else hash_password(password), now)


def _insert(connection: Connection, actor: Actor, account: Account, now: datetime) -> None:
    if read_account(connection, account.name) is not None:
        why = "an account has that name; a disabled one keeps it, so that the log stays clear"
        raise UsageError(f"there can be no second account {account.name}", why, "choose another name")
    save_account(connection, account)
    hashed = account.password_hash
    body = {**_describe(account), "password_digest": digest_secret(hashed) if hashed else ""}
    keep_act(connection, actor, ActKind.ACCOUNT_ADDED, account.name, body, now)


def _describe(account: Account) -> dict[str, Any]:
    return {
        "display_name": account.display_name,
        "roles": [role.value for role in account.roles],
        "teams": list(account.teams),
        "is_active": account.is_active,
    }


def _find_account(connection: Connection, name: str) -> Account:
    account = read_account(connection, spell_name(name))
    if account is None:
        raise ReviewNotFoundError(f"there is no account {shorten_value(name)}", "", "see: addenda account list")
    return account


def _list_administrators(connection: Connection) -> list[str]:
    return [a.name for a in list_accounts(connection) if a.is_active and Role.ADMINISTRATOR in a.roles]
