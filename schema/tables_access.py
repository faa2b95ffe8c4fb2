"""The tables of access: accounts and tokens as they are, and as the log of acts says they are.

Values come in through `schema.store.access` and, for `member` and `token_grant`, `schema.store.review_rows`. Of a
password there is the argon2 text, of a token and a session the sha256: never the secret.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from schema.tables import Instant, table_of


class AccountRow(SQLModel, table=True):
    """A person or program with a name."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("is_active in (0, 1)", name="account_is_active_flag"),)
    name: str = Field(sa_type=Text, primary_key=True)
    display_name: str = Field(sa_type=Text)
    roles: str = Field(sa_type=Text)
    teams: str = Field(sa_type=Text)
    is_active: int
    password_hash: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class SessionRow(SQLModel, table=True):
    """Someone who is signed in."""

    __tablename__ = "session"
    __table_args__ = (Index("session_by_account", "account"),)
    digest: str = Field(sa_type=Text, primary_key=True)
    account: str = Field(sa_type=Text, foreign_key="account.name")
    csrf: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class TokenRow(SQLModel, table=True):
    """A secret for programs."""

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("number >= 1", name="token_number_from_1"),
        CheckConstraint("is_revoked in (0, 1)", name="token_is_revoked_flag"),
    )
    digest: str = Field(sa_type=Text, primary_key=True)
    number: int
    account: str = Field(sa_type=Text, foreign_key="account.name")
    label: str = Field(sa_type=Text)
    scopes: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires_at: datetime | None = Field(sa_column=Column(Instant))
    is_revoked: int


class FailureRow(SQLModel, table=True):
    """A failed login, under an account or an address; what the throttle counts."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("login_failure_by_key", "key", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class MemberRow(SQLModel, table=True):
    """An account, as the log says."""

    __tablename__ = "member"
    __table_args__ = (CheckConstraint("is_active in (0, 1)", name="member_is_active_flag"),)
    name: str = Field(sa_type=Text, primary_key=True)
    display_name: str = Field(sa_type=Text)
    roles: str = Field(sa_type=Text)
    teams: str = Field(sa_type=Text)
    is_active: int
    password_digest: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class GrantRow(SQLModel, table=True):
    """A token, as the log says."""

    __tablename__ = "token_grant"
    __table_args__ = (CheckConstraint("is_revoked in (0, 1)", name="token_grant_is_revoked_flag"),)
    number: int = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    scopes: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    expires_at: datetime | None = Field(sa_column=Column(Instant))
    is_revoked: int
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))


ACCOUNT = table_of(AccountRow)
SESSION = table_of(SessionRow)
TOKEN = table_of(TokenRow)
FAILURE = table_of(FailureRow)
MEMBER = table_of(MemberRow)
GRANT = table_of(GrantRow)
