"""Accounts, sessions, tokens and failed logins in the store. Each change of one belongs inside `writing`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from schema.access import Account, Session, Token
from schema.errors import UsageError
from schema.store.tables import read_values, save_values
from schema.store.values import is_storable
from schema.tables_access import ACCOUNT, FAILURE, GRANT, SESSION, TOKEN

AnyAccess = TypeVar("AnyAccess", Account, Session, Token)


def read_account(connection: Connection, name: str) -> Account | None:
    """The account of that name."""
    return _find_one(connection, Account, select(ACCOUNT).where(ACCOUNT.c.name == name), name)


def list_accounts(connection: Connection) -> list[Account]:
    """All of them by name, inactive ones too."""
    return list(read_values(connection, Account, select(ACCOUNT).order_by(ACCOUNT.c.name)))


def save_account(connection: Connection, account: Account) -> None:
    """Insert or replace it by its name."""
    _refuse_unstorable((account.name, account.display_name, *account.teams))
    save_values(connection, ACCOUNT, [account])


def save_session(connection: Connection, session: Session) -> None:
    """Insert or replace it by its digest."""
    save_values(connection, SESSION, [session])


def read_session(connection: Connection, digest: str) -> Session | None:
    """The session of that secret, also when it has ended by time."""
    return _find_one(connection, Session, select(SESSION).where(SESSION.c.digest == digest), digest)


def touch_session(connection: Connection, digest: str, seen_at: datetime) -> None:
    """It was used at that instant."""
    connection.execute(update(SESSION).where(SESSION.c.digest == digest).values(seen_at=seen_at))


def remove_session(connection: Connection, digest: str) -> None:
    """End one session; nothing happens when there is none."""
    if is_storable(digest):
        connection.execute(delete(SESSION).where(SESSION.c.digest == digest))


def remove_sessions(connection: Connection, account: str, keep: str | None = None) -> int:
    """End the sessions of an account, but for the one whose digest is `keep`; how many there were."""
    query = delete(SESSION).where(SESSION.c.account == account)
    return connection.execute(query if keep is None else query.where(SESSION.c.digest != keep)).rowcount


def remove_ended_sessions(connection: Connection, now: datetime) -> int:
    """Forget the sessions that have ended by time; how many there were."""
    return connection.execute(delete(SESSION).where(SESSION.c.expires_at <= now)).rowcount


def save_token(connection: Connection, token: Token) -> None:
    """Insert or replace it by its digest."""
    _refuse_unstorable((token.label,))
    save_values(connection, TOKEN, [token])


def read_token(connection: Connection, digest: str) -> Token | None:
    """The token of that secret, also when it is revoked or has expired."""
    return _find_one(connection, Token, select(TOKEN).where(TOKEN.c.digest == digest), digest)


def list_tokens(connection: Connection, account: str | None = None) -> list[Token]:
    """Tokens (of one account) by number, revoked ones too."""
    query = select(TOKEN).order_by(TOKEN.c.number)
    if account is not None:
        query = query.where(TOKEN.c.account == account)
    return list(read_values(connection, Token, query))


def next_token_number(connection: Connection) -> int:
    """The number after the largest that was ever given, 1 for the first one."""
    largest = (connection.execute(select(func.max(table.c.number))).scalar() or 0 for table in (TOKEN, GRANT))
    return int(max(largest)) + 1


def add_failure(connection: Connection, key: str, at: datetime) -> None:
    """Note a failed login under a key, such as an account or an address."""
    _refuse_unstorable((key,))
    connection.execute(insert(FAILURE).values(key=key, at=at))


def count_failures(connection: Connection, key: str, since: datetime) -> int:
    """Failures under the key at or after `since`."""
    return len(list_failures(connection, key, since))


def list_failures(connection: Connection, key: str, since: datetime) -> list[datetime]:
    """When they were, the earliest first: the oldest that counts says how long to wait."""
    if not is_storable(key):
        return []
    query = select(FAILURE.c.at).where(FAILURE.c.key == key, FAILURE.c.at >= since).order_by(FAILURE.c.at)
    return list(connection.execute(query).scalars())


def clear_failures(connection: Connection, key: str) -> None:
    """Forget the failures under the key."""
    if is_storable(key):
        connection.execute(delete(FAILURE).where(FAILURE.c.key == key))


def remove_old_failures(connection: Connection, before: datetime) -> None:
    """Forget the failures before that instant, whatever their key: names that nobody has are tried too."""
    connection.execute(delete(FAILURE).where(FAILURE.c.at < before))


def _find_one(connection: Connection, kind: type[AnyAccess], query: Select[Any], key: str) -> AnyAccess | None:
    return next(iter(read_values(connection, kind, query)), None) if is_storable(key) else None


def _refuse_unstorable(texts: Iterable[str]) -> None:
    if not all(map(is_storable, texts)):
        raise UsageError("a name cannot be kept", "it holds characters that no database takes", "type another one")
