"""The tables. A `table=True` model does not validate: values come in through `schema.store.writer`.

A release is a list of record ids, kept as runs of consecutive ids (`run`). A record is stored once
for each distinct content; a new release of 97,000 rows that changes 300 of them adds some 300
records and a few hundred runs. Lists that came with a release (addenda, conversion tables, notes …)
are stored the same way.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"instant without a time zone: {value}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def _text(*, nullable: bool = False) -> Any:
    return Column(Text, nullable=nullable)


class Book(SQLModel, table=True):
    """A set of records that are compared with each other: one system, one kind (code, notes …)."""

    __tablename__ = "book"
    __table_args__ = (UniqueConstraint("system", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())


class Record(SQLModel, table=True):
    """One distinct content. Ids are handed out in file order, without gaps inside one load."""

    __tablename__ = "record"
    __table_args__ = (
        # Not unique: the writer holds the store's lock and has read all digests, and the check would
        # cost a fifth of a load. `addenda releases --verify` looks for doubles.
        Index("record_by_code", "book_id", "code", "digest"),
        CheckConstraint("is_billable in (0, 1)", name="record_is_billable_flag"),
    )
    id: int = Field(primary_key=True)
    book_id: int = Field(foreign_key="book.id")
    code: str = Field(sa_column=_text())
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    is_billable: int | None = Field(default=None)
    short_descriptor: str | None = Field(default=None, sa_column=_text(nullable=True))
    long_descriptor: str | None = Field(default=None, sa_column=_text(nullable=True))
    added_date: date | None = Field(default=None, sa_column=Column(Date))
    termination_date: date | None = Field(default=None, sa_column=Column(Date))
    details: str | None = Field(default=None, sa_column=_text(nullable=True))


class Release(SQLModel, table=True):
    """One issue of one release. Written once, in one transaction; never updated."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("system", "effective_date", "issue"),
        CheckConstraint("issue >= 1", name="release_issue_from_1"),
    )
    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(sa_column=_text())
    effective_date: date = Field(sa_column=Column(Date, nullable=False))
    issue: int
    loaded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    digest: str = Field(sa_column=_text())
    codes: int
    headers: int
    modifiers: int


class Source(SQLModel, table=True):
    """A file that was given for a release."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("release_id", "sha256", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id")
    name: str = Field(sa_column=_text())
    sha256: str = Field(sa_column=_text())
    size: int
    loaded_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class RecordList(SQLModel, table=True):
    """A list of records of one release: the code list itself (kind `codes`) or a supporting list."""

    __tablename__ = "record_list"
    __table_args__ = (UniqueConstraint("release_id", "kind", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id")
    kind: str = Field(sa_column=_text())
    file: str = Field(sa_column=_text())
    digest: str = Field(sa_column=_text())
    rows: int
    facts: str = Field(sa_column=_text())
    loaded_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class Run(SQLModel, table=True):
    """Records `first_id` … `last_id` stand in the list from position `position` on, in that order.

    In the code list of a release no id stands twice, so its runs do not overlap; that is what
    `schema.store.lookup` relies on.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("first_id <= last_id", name="run_is_not_empty"),
        {"sqlite_with_rowid": False},
    )
    list_id: int = Field(foreign_key="record_list.id", primary_key=True)
    first_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    last_id: int


class Check(SQLModel, table=True):
    """The result of one release check, with the operator's note where it was overridden."""

    __tablename__ = "release_check"
    __table_args__ = (
        UniqueConstraint("release_id", "name"),
        CheckConstraint("is_passed = 1 or (is_required = 0 and override_note is not null)", name="release_check_holds"),
    )
    id: int | None = Field(default=None, primary_key=True)
    release_id: int = Field(foreign_key="release.id")
    name: str = Field(sa_column=_text())
    is_required: int
    is_passed: int
    message: str = Field(sa_column=_text())
    override_note: str | None = Field(default=None, sa_column=_text(nullable=True))


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model: queries are written on it."""
    table: Table = model.__dict__["__table__"]
    return table


# Queries are written on the tables: rows come by the 100,000, and objects would cost ten times as much.
BOOK = table_of(Book)
RECORD = table_of(Record)
RELEASE = table_of(Release)
SOURCE = table_of(Source)
RECORD_LIST = table_of(RecordList)
RUN = table_of(Run)
CHECK = table_of(Check)
