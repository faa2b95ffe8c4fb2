"""What a code was on a day: the as-of question, answered from the records in force."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Engine, select

from schema.records import CodeRecord, RecordKind
from schema.releases import ReleaseId
from schema.store.database import driver_errors, name_read_fault, naming_read_faults
from schema.store.held import Held, read_held
from schema.store.notes import read_notes
from schema.systems import get_system
from schema.tables import BOOK, RECORD

_COLUMNS = (
    RECORD.c.id,
    RECORD.c.code,
    RECORD.c.is_billable,
    RECORD.c.short_descriptor,
    RECORD.c.long_descriptor,
    RECORD.c.added_date,
    RECORD.c.termination_date,
    RECORD.c.details,
)


_NEIGHBOURS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """The answer for one code on one day.

    `is_valid` is whether a claim with that date of service (ICD inpatient: discharge date) may carry
    the code; `is_billable` is False for an ICD header. `release_id` is the release that decides,
    None where none does. `reason` is a sentence, always there.
    """

    system: str
    code: str
    on: date
    is_valid: bool
    is_billable: bool | None
    release_id: ReleaseId | None
    record: CodeRecord | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """The statement for all records of one code, as the driver wants it."""

    text: str
    names: Sequence[str] | None
    books: dict[RecordKind, int] = field(default_factory=dict)


class Lookup:
    """As-of questions on one system, as known at one instant (None: now).

    Holds the release catalogue in memory (a few thousand numbers for each release, kept for the next one on the
    same engine) and one open read transaction; each question is one indexed query. Close it, or use it in a `with`.
    """

    def __init__(self, engine: Engine, system: str, known: date | None = None) -> None:
        self.system = get_system(system)
        self._known_at = None if known is None else datetime.combine(known, time.max, UTC)
        self._faults = driver_errors(engine)
        with naming_read_faults(engine):
            self._connection: Connection = engine.connect()
            try:
                self._held = read_held(self._connection, self.system.name, self._known_at)
                self._starts = [held.release_id.effective_date for held in self._held]
                self._rows = self._prepare()
                self._cursor = self._connection.connection.cursor()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Lookup:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def find(self, code: str, on: date) -> CodeAnswer:
        """What the code (as stored: upper case, no dots) was on that day."""
        if self.system.has_record_dates:
            return self._find_by_record(code, on)
        return self._find_by_release(code, on)

    def history(self, code: str) -> list[tuple[ReleaseId, CodeRecord | None]]:
        """The code through all releases in force, oldest first; equal neighbours are told once."""
        found = self._read_code(code)
        steps: list[tuple[ReleaseId, CodeRecord | None]] = []
        before: int | None = None
        for held in self._held:
            key = next((key for key, _ in found if held.holds(key)), None)
            if key != before:
                record = next((record for other, record in found if other == key), None)
                steps.append((held.release_id, record))
            before = key
        return steps

    def neighbours(self, code: str, on: date, count: int = 2) -> list[CodeRecord]:
        """The codes (for a modifier the modifiers) around it in text order, in the release of the day."""
        held, kind = self._held_on(on), self._kind_of(code)
        if held is None or kind not in self._rows.books:
            return []
        with naming_read_faults(self._connection.engine):
            before = self._read_side(held, kind, code, count, is_after=False)
            return [*reversed(before), *self._read_side(held, kind, code, count, is_after=True)]

    def _read_side(self, held: Held, kind: RecordKind, code: str, count: int, *, is_after: bool) -> list[CodeRecord]:
        """The nearest codes on one side; codes of other releases may stand between, as many as there are."""
        found: list[CodeRecord] = []
        while len(found) < count:
            query = select(*_COLUMNS).where(RECORD.c.book_id == self._rows.books[kind])
            query = query.where(RECORD.c.code > code if is_after else RECORD.c.code < code)
            query = query.order_by(RECORD.c.code if is_after else RECORD.c.code.desc()).limit(_NEIGHBOURS_AT_ONCE)
            rows = self._connection.execute(query).all()
            if not rows:
                break
            if len(rows) == _NEIGHBOURS_AT_ONCE and rows[0][1] != rows[-1][1]:
                # Of the last code only some records may have come; it is read again with the next ones.
                rows = [row for row in rows if row[1] != rows[-1][1]]
            found += [self._build(row, kind) for row in rows if held.holds(row[0])]
            code = rows[-1][1]
        return found[:count]

    def notes(self, code: str, on: date) -> dict[str, Any]:
        """The notes of the tabular list that hold for the code, where the release in force has them."""
        held = self._held_on(on)
        if held is None:
            return {}
        with naming_read_faults(self._connection.engine):
            return read_notes(self._connection, held.release_id, code, self._known_at)

    def _held_on(self, on: date) -> Held | None:
        """The release whose codes are those of the day; None before the first, and for drafts."""
        if not self.system.has_record_dates:
            return self._release_on(on)[0]
        at = bisect_right(self._starts, on) - 1
        return self._held[at] if at >= 0 else None

    def _find_by_release(self, code: str, on: date) -> CodeAnswer:
        held, reason = self._release_on(on)
        if held is None:
            return CodeAnswer(self.system.name, code, on, False, None, None, None, reason)
        label = held.release_id.label
        for key, record in self._read_code(code):
            if held.holds(key):
                billable = bool(record.is_billable)
                reason = f"billable in {label}" if billable else f"a header in {label}: use one of its children"
                return CodeAnswer(self.system.name, code, on, billable, billable, held.release_id, record, reason)
        return CodeAnswer(self.system.name, code, on, False, None, held.release_id, None, f"not in {label}")

    def _release_on(self, on: date) -> tuple[Held | None, str]:
        force = self.system.in_force_date
        if force is not None and on < force:
            return None, f"{self.system.title} was not in force before {force}; earlier releases are drafts"
        at = bisect_right(self._starts, on) - 1
        if at < 0 or (force is not None and self._starts[at] < force):
            real = next((start for start in self._starts if force is None or start >= force), None)
            return None, f"before the first release held ({real})" if real else "no release is held"
        return self._held[at], ""

    def _find_by_record(self, code: str, on: date) -> CodeAnswer:
        """The newest row whose added date has come decides; a later issue or release corrects it."""
        name = self.system.name
        if not self._held or on < self._starts[0]:
            start = self._starts[0] if self._held else None
            reason = f"before the first release held ({start})" if start else "no release is held"
            return CodeAnswer(name, code, on, False, None, None, None, reason)
        found = self._read_code(code)
        newest: tuple[Held, CodeRecord] | None = None
        for held in reversed(self._held):
            record = next((record for key, record in found if held.holds(key)), None)
            if record is None:
                continue
            newest = newest or (held, record)
            if record.added_date is None or record.added_date <= on:
                end = record.termination_date
                is_valid = end is None or on <= end
                reason = f"added {record.added_date}" + (f", last day {end}" if end else "")
                reason = f"{reason}, by {held.release_id.label}"
                if is_valid and newest[0] is held is not self._held[-1]:
                    reason += " and in no release after it"
                return CodeAnswer(name, code, on, is_valid, is_valid, held.release_id, record, reason)
        if newest is not None:
            held, record = newest
            reason = f"added {record.added_date}, after this day, by {held.release_id.label}"
            return CodeAnswer(name, code, on, False, False, held.release_id, record, reason)
        return CodeAnswer(name, code, on, False, None, self._held[-1].release_id, None, "in no release held")

    def _prepare(self) -> _Rows:
        """Compile the one query once: SQLAlchemy's own execution costs five times the query."""
        query = select(BOOK.c.kind, BOOK.c.id).where(
            BOOK.c.system == self.system.name, BOOK.c.kind.in_(("code", "modifier"))
        )
        books: dict[RecordKind, int] = {row[0]: row[1] for row in self._connection.execute(query)}
        one = -1
        statement = select(*_COLUMNS).where(RECORD.c.book_id == one, RECORD.c.code == "")
        compiled = statement.compile(dialect=self._connection.engine.dialect)
        names = compiled.positiontup if compiled.positional else None
        return _Rows(str(compiled), names, books)

    def _read_code(self, code: str) -> list[tuple[int, CodeRecord]]:
        kind = self._kind_of(code)
        book = self._rows.books.get(kind)
        if book is None:
            return []
        try:
            if self._rows.names is None:
                self._cursor.execute(self._rows.text, {"book_id_1": book, "code_1": code})
            else:
                self._cursor.execute(self._rows.text, (book, code))
            return [(row[0], self._build(row, kind)) for row in self._cursor.fetchall()]
        except self._faults as error:
            raise name_read_fault(error) from error

    def _kind_of(self, code: str) -> RecordKind:
        return "modifier" if self.system.modifier_pattern and len(code) == 2 else "code"

    def _build(self, row: Any, kind: RecordKind = "code") -> CodeRecord:
        return CodeRecord(
            self.system.name,
            kind,
            row[1],
            None if row[2] is None else bool(row[2]),
            row[3] or "",
            row[4] or "",
            _as_date(row[5]),
            _as_date(row[6]),
            json.loads(row[7]) if row[7] else {},
        )


def _as_date(value: str | date | None) -> date | None:
    """SQLite's driver gives the ISO text, PostgreSQL's the date."""
    return date.fromisoformat(value) if isinstance(value, str) else value
