"""The rows that follow from the acts, in their tables: saved, removed, and read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Select, Table, and_, bindparam, delete, func, literal, select

from schema.access import Member, TokenGrant
from schema.changes import ChangeKind
from schema.errors import AuditError, ReviewNotFoundError
from schema.review import Item, Override, Readiness, Review, Row, SavedView, Signature, Task, TrainingMark
from schema.standing import ItemCounts
from schema.store.evidence import read_evidence
from schema.store.tables import read_values, upsert_rows
from schema.store.values import LARGEST_NUMBER, encode_value, is_storable
from schema.tables_access import GRANT, MEMBER
from schema.tables_review import ITEM, ITEM_DETAIL, OVERRIDE, READINESS, REVIEW, SIGNATURE, TASK, TRAINING, VIEW

AnyRow = TypeVar("AnyRow", bound=Row)

# The order is that of the audit: what others name comes first.
TABLES: Mapping[type[Any], Table] = {
    Review: REVIEW,
    Item: ITEM,
    Task: TASK,
    TrainingMark: TRAINING,
    Readiness: READINESS,
    Signature: SIGNATURE,
    Override: OVERRIDE,
    SavedView: VIEW,
    Member: MEMBER,
    TokenGrant: GRANT,
}
"""The table of each kind of row; the long part of an item stands in another one."""

_KIND_ORDER = {kind.value: place for place, kind in enumerate(ChangeKind)}
_ROWS_AT_ONCE = 2_000
_DELETED_IN_USE = (ITEM.c.kind == ChangeKind.DELETED.value, ITEM.c.is_named == 1)
_ITEM_WITHOUT_DETAIL: Select[Any] = select(ITEM, literal("").label("detail"))
_WHOLE_ITEM: Select[Any] = select(ITEM, ITEM_DETAIL.c.detail).outerjoin(
    ITEM_DETAIL, and_(ITEM_DETAIL.c.review == ITEM.c.review, ITEM_DETAIL.c.subject == ITEM.c.subject)
)


class StoredStanding:
    """`schema.standing.Standing` on the tables, inside the transaction of `connection`.

    Every method raises AuditError at a row that addenda never wrote.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def review(self, key: str) -> Review | None:
        """The review of a release."""
        return self._find(Review, key)

    def items(self, review: str) -> Sequence[Item]:
        """Every change of it, by subject."""
        return sorted(self._list(Item, ITEM.c.review == review), key=lambda item: item.subject)

    def decided(self, review: str) -> Sequence[Item]:
        """Those with an action, by subject; without their detail."""
        return self._list_short(review, ITEM.c.action.is_not(None))

    def undecided_deleted(self, review: str) -> Sequence[Item]:
        """Deleted codes that a use names and that have no decision, by subject; without their detail."""
        return self._list_short(review, ITEM.c.action.is_(None), *_DELETED_IN_USE)

    def counts(self, review: str) -> ItemCounts:
        """Counts over the items."""
        is_undecided = ITEM.c.action.is_(None)
        query = select(
            func.count(),
            func.count().filter(ITEM.c.needs_decision == 1),
            func.count().filter(ITEM.c.needs_decision == 1, is_undecided),
            func.count().filter(*_DELETED_IN_USE),
            func.count().filter(*_DELETED_IN_USE, is_undecided),
        ).where(ITEM.c.review == review)
        return ItemCounts(*self.connection.execute(query).one())

    def item(self, review: str, subject: str) -> Item | None:
        """One change."""
        return self._find(Item, review, subject)

    def tasks(self, review: str) -> Sequence[Task]:
        """By number."""
        return sorted(self._list(Task, TASK.c.review == review), key=lambda task: task.number)

    def task(self, review: str, number: str) -> Task | None:
        """One task."""
        return self._find(Task, review, number)

    def training(self, review: str) -> Sequence[TrainingMark]:
        """By subject and department."""
        marks = self._list(TrainingMark, TRAINING.c.review == review)
        return sorted(marks, key=lambda mark: (mark.subject, mark.department))

    def training_mark(self, review: str, subject: str, department: str) -> TrainingMark | None:
        """One of them."""
        return self._find(TrainingMark, review, subject, department)

    def readiness(self, review: str, payer: str, code: str) -> Readiness | None:
        """What was said of one payer and code."""
        return self._find(Readiness, review, payer, code)

    def all_readiness(self, review: str) -> list[Readiness]:
        """What was said of all payers, by payer and code."""
        return sorted(self._list(Readiness, READINESS.c.review == review), key=lambda said: (said.payer, said.code))

    def signatures(self, scope: str) -> Sequence[Signature]:
        """Void ones too, the earliest first."""
        if not is_storable(scope):
            return []
        return sorted(self._list(Signature, SIGNATURE.c.scope == scope), key=lambda signature: signature.sequence)

    def overrides(self, review: str) -> Sequence[Override]:
        """The earliest first."""
        return sorted(self._list(Override, OVERRIDE.c.review == review), key=lambda override: override.sequence)

    def view(self, account: str, name: str) -> SavedView | None:
        """A saved view."""
        return self._find(SavedView, account, name)

    def member(self, name: str) -> Member | None:
        """An account."""
        return self._find(Member, name)

    def grant(self, number: int) -> TokenGrant | None:
        """A token."""
        return self._find(TokenGrant, number) if 0 < number <= LARGEST_NUMBER else None

    def evidence(self, digest: str) -> bytes | None:
        """The evidence document of that digest; raises AuditError when it is not what the digest says."""
        try:
            return read_evidence(self.connection, digest)
        except ReviewNotFoundError:
            return None

    def _find(self, kind: type[AnyRow], *key: str | int) -> AnyRow | None:
        if not all(is_storable(part) for part in key if isinstance(part, str)):
            return None
        columns = TABLES[kind].primary_key.columns
        return next(self._list(kind, *(column == part for column, part in zip(columns, key, strict=True))), None)

    def _list(self, kind: type[AnyRow], *wanted: Any) -> Iterator[AnyRow]:
        return read_values(self.connection, kind, select_rows(kind).where(*wanted))

    def _list_short(self, review: str, *wanted: Any) -> list[Item]:
        query = select_short_items().where(ITEM.c.review == review, *wanted)
        return sorted(read_values(self.connection, Item, query), key=lambda item: item.subject)


def save_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert or replace the rows by their keys, inside `writing`. Of two rows with one key the later one stays."""
    encoded: dict[type[Row], list[dict[str, Any]]] = {}
    for row in rows:
        encoded.setdefault(type(row), []).append(encode_value(row))
    for kind, found in encoded.items():
        if kind is Item:
            _save_items(connection, found)
        else:
            upsert_rows(connection, TABLES[kind], found)


def remove_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Remove the rows with the keys of these, inside `writing`; what is not there is no fault."""
    keys: dict[type[Row], list[dict[str, Any]]] = {}
    for row in rows:
        columns = TABLES[type(row)].primary_key.columns
        keys.setdefault(type(row), []).append({f"key_{column.name}": getattr(row, column.name) for column in columns})
    for kind, found in keys.items():
        for table in (ITEM_DETAIL, ITEM) if kind is Item else (TABLES[kind],):
            columns = table.primary_key.columns
            wanted = and_(*(column == bindparam(f"key_{column.name}") for column in columns))
            connection.execute(delete(table).where(wanted), found)


def iterate_rows(connection: Connection, kind: type[AnyRow]) -> Iterator[AnyRow]:
    """Every row of that kind, by key as the database sorts it. Raises AuditError at one that addenda never wrote,
    and at an item whose columns for searching and sorting do not follow from the others."""
    query = select_rows(kind).order_by(*TABLES[kind].primary_key.columns)
    start = 0
    while True:
        part = query.limit(_ROWS_AT_ONCE).offset(start)
        rows = list(read_values(connection, kind, part))
        if kind is Item:
            _check_derived(connection, part)
        yield from rows
        if len(rows) < _ROWS_AT_ONCE:
            return
        start += _ROWS_AT_ONCE


def words_of(title: str) -> str:
    """The title as it is searched."""
    return title.casefold()


def select_rows(kind: type[Any]) -> Select[Any]:
    """The query for all rows of a kind, whose columns are its fields and those that it is sorted by."""
    return _WHOLE_ITEM if kind is Item else select(TABLES[kind])


def select_short_items() -> Select[Any]:
    """The query for items as a list shows them: their detail, which is long, is left out and stays empty."""
    return _ITEM_WITHOUT_DETAIL


def _save_items(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    details = [{"review": row["review"], "subject": row["subject"], "detail": row.pop("detail")} for row in rows]
    upsert_rows(connection, ITEM, [row | _derive(row) for row in rows])
    upsert_rows(connection, ITEM_DETAIL, details)


def _derive(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind_order": _KIND_ORDER[row["kind"]], "words": words_of(row["title"]), "paid_order": -row["paid"]}


def _check_derived(connection: Connection, query: Select[Any]) -> None:
    for row in connection.execute(query).mappings():
        derived = _derive(cast(Mapping[str, Any], row))
        if any(row[name] != value for name, value in derived.items()):
            raise AuditError(
                "a stored Item is not as it was written",
                f"{row['review']} {row['subject']}: it would be found or sorted as something else",
                "see the audit",
            )
