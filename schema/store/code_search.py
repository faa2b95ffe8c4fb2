"""Looking for codes by words of their titles, and the rows of the conversion tables that name one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from sqlalchemy import Column, ColumnElement, Connection, and_, or_, select, true

from schema.crosswalk import expand_previous
from schema.records import CodeRecord, ListEntry
from schema.store.held import Held, read_held
from schema.store.reader import NEWEST_LIST_FIRST, build_record
from schema.store.values import is_storable
from schema.systems import get_system
from schema.tables import BOOK, RECORD, RECORD_LIST, RELEASE, RUN

# More words narrow little, and each is looked for in every title.
MOST_WORDS = 8
_SHORTEST_CODE = 3
# Of a code only some records are in the release of the day: so many are read to find those that are.
_RECORDS_AT_ONCE = 500
# Sorts after every character that a code may have.
_END = "\x7f"


def search_codes(
    connection: Connection, system: str, text: str, on: date, limit: int = 100
) -> tuple[list[CodeRecord], bool]:
    """Codes and modifiers of the release of the day, by code, and whether there are more than `limit`.

    One word that begins codes finds those. Anything else finds the codes of which one title has all its words, as
    parts of words, capital or small alike. Nothing before the first release that is held.
    """
    words = text.lower().split()[:MOST_WORDS]
    held = release_on(connection, system, on)
    if held is None or not words or not is_storable(text):
        return [], False
    if len(words) == 1:
        code = text.strip().replace(".", "").upper()
        begins = and_(RECORD.c.code >= code, RECORD.c.code < code + _END)
        found = _collect(connection, system, held, begins, limit)
        if found[0]:
            return found
    titles = or_(
        *(
            and_(*(_has_word(connection, column, word) for word in words))
            for column in (RECORD.c.long_descriptor, RECORD.c.short_descriptor)
        )
    )
    return _collect(connection, system, held, titles, limit)


def _collect(
    connection: Connection, system: str, held: Held, wanted: ColumnElement[bool], limit: int
) -> tuple[list[CodeRecord], bool]:
    books = select(BOOK.c.id).where(BOOK.c.system == get_system(system).name, BOOK.c.kind.in_(("code", "modifier")))
    kinds = select(BOOK.c.kind).where(BOOK.c.id == RECORD.c.book_id).correlate(RECORD).scalar_subquery().label("kind")
    query = select(RECORD, kinds).where(RECORD.c.book_id.in_(books), wanted).order_by(RECORD.c.code, RECORD.c.id)
    found: list[CodeRecord] = []
    after: ColumnElement[bool] = true()
    while True:
        rows = connection.execute(query.where(after).limit(_RECORDS_AT_ONCE)).all()
        for row in rows:
            if held.holds(row.id):
                if len(found) == limit:
                    return found, True
                found.append(build_record(system, row))
        if len(rows) < _RECORDS_AT_ONCE:
            return found, False
        last = rows[-1]
        after = or_(RECORD.c.code > last.code, and_(RECORD.c.code == last.code, RECORD.c.id > last.id))


def _has_word(connection: Connection, column: Column[str], word: str) -> ColumnElement[bool]:
    # SQLite's LIKE takes capital and small letters of ASCII for the same, and is twice as fast without lower().
    if connection.dialect.name == "sqlite":
        return column.contains(word, autoescape=True)
    return column.icontains(word, autoescape=True)


def release_on(connection: Connection, system: str, on: date) -> Held | None:
    """The release whose codes are those of the day, a draft of ICD-10 too; None before the first that is held."""
    earlier = [held for held in read_held(connection, get_system(system).name) if held.release_id.effective_date <= on]
    return earlier[-1] if earlier else None


def read_conversions(
    connection: Connection, system: str, code: str, was_billable: Callable[[date], bool]
) -> tuple[list[ListEntry], list[ListEntry]]:
    """The rows of the newest conversion table of a system that lead to a code, and those that lead away from it, each
    by effective date.

    `was_billable` says whether the code was so on a day: a category in the table stands for the codes that were below
    it before the row took effect, not for those that came with it.
    """
    key = _newest_table(connection, system)
    if key is None or not is_storable(code):
        return [], []
    into = _read_entries(connection, key, RECORD.c.code == code)
    away = (
        entry
        for entry in _read_entries(connection, key, _may_name(code))
        if entry.code != code
        and "effective_date" in entry.fields
        and expand_previous(entry.fields.get("previous", ()), [code])
        and was_billable(date.fromisoformat(entry.fields["effective_date"]) - timedelta(days=1))
    )
    return sorted(into, key=_by_date), sorted(away, key=_by_date)


def _by_date(entry: ListEntry) -> tuple[str, str]:
    return str(entry.fields.get("effective_date") or ""), entry.code


def _newest_table(connection: Connection, system: str) -> int | None:
    query = (
        select(RECORD_LIST.c.id)
        .join(RELEASE, RECORD_LIST.c.release_id == RELEASE.c.id)
        .where(RELEASE.c.system == get_system(system).name, RECORD_LIST.c.kind == "conversion")
        .order_by(RELEASE.c.effective_date.desc(), RELEASE.c.issue.desc(), *NEWEST_LIST_FIRST)
        .limit(1)
    )
    key: int | None = connection.execute(query).scalar()
    return key


def _may_name(code: str) -> ColumnElement[bool]:
    """Rows that name the code, a category above it, or any range: which of these hold it is seen in Python."""
    names = [code[:length] for length in range(_SHORTEST_CODE, len(code) + 1)]
    stands = [RECORD.c.details.contains(json.dumps(name), autoescape=True) for name in names]
    return or_(*stands, RECORD.c.details.like('%"previous":[%-%]%'))


def _read_entries(connection: Connection, list_key: int, wanted: ColumnElement[bool]) -> Iterator[ListEntry]:
    query = (
        select(RECORD.c.code, RECORD.c.details)
        .join(RUN, RECORD.c.id.between(RUN.c.first_id, RUN.c.last_id))
        .where(RUN.c.list_id == list_key, wanted)
        .order_by(RUN.c.position, RECORD.c.id)
    )
    for row in connection.execute(query):
        yield ListEntry(row.code, json.loads(row.details))
