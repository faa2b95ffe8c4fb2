"""The rows that follow from the acts, in their tables: saved, removed, and read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from schema.access import Member, TokenGrant
from schema.review import Item, Override, Readiness, Review, Row, SavedView, Signature, Task, TrainingMark
from schema.standing import ItemCounts

AnyRow = TypeVar(
    "AnyRow",
    Review,
    Item,
    Task,
    TrainingMark,
    Readiness,
    Signature,
    Override,
    SavedView,
    Member,
    TokenGrant,
)


class StoredStanding:
    """`schema.standing.Standing` on the tables, inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def review(self, key: str) -> Review | None:
        raise NotImplementedError

    def items(self, review: str) -> Sequence[Item]:
        raise NotImplementedError

    def decided(self, review: str) -> Sequence[Item]:
        raise NotImplementedError

    def undecided_deleted(self, review: str) -> Sequence[Item]:
        raise NotImplementedError

    def counts(self, review: str) -> ItemCounts:
        raise NotImplementedError

    def item(self, review: str, subject: str) -> Item | None:
        raise NotImplementedError

    def tasks(self, review: str) -> Sequence[Task]:
        raise NotImplementedError

    def task(self, review: str, number: str) -> Task | None:
        raise NotImplementedError

    def training(self, review: str) -> Sequence[TrainingMark]:
        raise NotImplementedError

    def training_mark(self, review: str, subject: str, department: str) -> TrainingMark | None:
        raise NotImplementedError

    def readiness(self, review: str, payer: str, code: str) -> Readiness | None:
        raise NotImplementedError

    def signatures(self, scope: str) -> Sequence[Signature]:
        raise NotImplementedError

    def overrides(self, review: str) -> Sequence[Override]:
        raise NotImplementedError

    def view(self, account: str, name: str) -> SavedView | None:
        raise NotImplementedError

    def member(self, name: str) -> Member | None:
        raise NotImplementedError

    def grant(self, number: int) -> TokenGrant | None:
        raise NotImplementedError

    def evidence(self, digest: str) -> bytes | None:
        raise NotImplementedError


def save_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert or replace the rows by their keys, inside `writing`."""
    raise NotImplementedError


def remove_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Remove the rows with the keys of these, inside `writing`."""
    raise NotImplementedError


def iterate_rows(connection: Connection, kind: type[AnyRow]) -> Iterator[AnyRow]:
    """Every row of that kind, by key."""
    raise NotImplementedError
