"""Accounts, sessions, tokens and failed logins in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from schema.access import Account, Session, Token


def read_account(connection: Connection, name: str) -> Account | None:
    """The account of that name."""
    raise NotImplementedError


def list_accounts(connection: Connection) -> list[Account]:
    """All of them by name, inactive ones too."""
    raise NotImplementedError


def save_account(connection: Connection, account: Account) -> None:
    """Insert or replace it by its name."""
    raise NotImplementedError


def save_session(connection: Connection, session: Session) -> None:
    """Keep a new session."""
    raise NotImplementedError


def read_session(connection: Connection, digest: str) -> Session | None:
    """The session of that secret, also when it has ended by time."""
    raise NotImplementedError


def touch_session(connection: Connection, digest: str, seen_at: datetime) -> None:
    """It was used."""
    raise NotImplementedError


def remove_session(connection: Connection, digest: str) -> None:
    """End one session."""
    raise NotImplementedError


def remove_sessions(connection: Connection, account: str) -> None:
    """End all sessions of an account."""
    raise NotImplementedError


def save_token(connection: Connection, token: Token) -> None:
    """Insert or replace it by its digest."""
    raise NotImplementedError


def read_token(connection: Connection, digest: str) -> Token | None:
    """The token of that secret, also when it is revoked or has expired."""
    raise NotImplementedError


def list_tokens(connection: Connection, account: str | None = None) -> list[Token]:
    """Tokens (of one account) by number."""
    raise NotImplementedError


def next_token_number(connection: Connection) -> int:
    """The number after the largest that was ever given, inside `writing`."""
    raise NotImplementedError


def add_failure(connection: Connection, key: str, at: datetime) -> None:
    """Note a failed login under a key (an account, an address)."""
    raise NotImplementedError


def count_failures(connection: Connection, key: str, since: datetime) -> int:
    """Failures under the key at or after `since`."""
    raise NotImplementedError


def clear_failures(connection: Connection, key: str) -> None:
    """Forget the failures under the key."""
    raise NotImplementedError
