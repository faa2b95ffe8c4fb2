"""The tables of the log of acts, and of the documents that the acts rest on.

Values come in through `schema.store.act_log` and `schema.store.evidence`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from schema.access import Via
from schema.tables import Instant, table_of


def one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    """The check that a column holds one of the values, or null where it may."""
    return CheckConstraint(f"{column} in ({', '.join(repr(value.value) for value in values)})", name=name)


class ActRow(SQLModel, table=True):
    """One act. Triggers of the database refuse to change or to remove one."""

    __tablename__ = "act"
    __table_args__ = (
        CheckConstraint("sequence >= 1", name="act_sequence_from_1"),
        one_of("via", Via, "act_via_is_known"),
        Index("act_by_review", "review", "subject", "sequence"),
        Index("act_by_actor", "actor", "sequence"),
    )
    sequence: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor: str = Field(sa_type=Text)
    roles: str = Field(sa_type=Text)
    via: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    review: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    previous_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


class ActHeadRow(SQLModel, table=True):
    """The last act: an act that is cut off the end of the log is missed by this one row."""

    __tablename__ = "act_head"
    __table_args__ = (CheckConstraint("id = 1", name="act_head_is_one"),)
    id: int = Field(primary_key=True)
    sequence: int
    hash: str = Field(sa_type=Text)


class EvidenceRow(SQLModel, table=True):
    """An evidence document, compressed with zlib, under the sha256 of its own bytes."""

    __tablename__ = "evidence"
    digest: str = Field(sa_type=Text, primary_key=True)
    size: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


ACT = table_of(ActRow)
ACT_HEAD = table_of(ActHeadRow)
EVIDENCE = table_of(EvidenceRow)
