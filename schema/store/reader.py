"""Reading releases back: the catalogue, the records, the lists, what differs between two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from schema.contents import CheckResult, ListInfo, ReleaseInfo, SourceFile
from schema.errors import ReleaseNotFoundError
from schema.records import CodeRecord, ListEntry, ListKind, SupportingList
from schema.releases import ReleaseId, ReleaseRef
from schema.store.bulk import fetch_rows
from schema.store.runs import holds_key, subtract_runs
from schema.store.writer import CODE_LIST
from schema.systems import get_system
from schema.tables import BOOK, CHECK, RECORD, RECORD_LIST, RELEASE, RUN, SOURCE

_RECORD_FIELDS = (
    RECORD.c.id,
    # Not by a join: it would tempt the planner to begin with the book, and to look for each of its
    # records through every run.
    select(BOOK.c.kind).where(BOOK.c.id == RECORD.c.book_id).correlate(RECORD).scalar_subquery().label("kind"),
    RECORD.c.code,
    RECORD.c.is_billable,
    RECORD.c.short_descriptor,
    RECORD.c.long_descriptor,
    RECORD.c.added_date,
    RECORD.c.termination_date,
    RECORD.c.details,
)
NEWEST_LIST_FIRST = (RECORD_LIST.c.loaded_at.desc(), RECORD_LIST.c.file.desc(), RECORD_LIST.c.digest)
# Below the smallest limit on the number of values in one statement (SQLite before 3.32).
_KEYS_AT_ONCE = 900


def list_releases(
    connection: Connection, system: str | None = None, known_at: datetime | None = None
) -> list[ReleaseInfo]:
    """All releases held (of one system, known at an instant), by system, effective date and issue."""
    query = select(RELEASE).order_by(RELEASE.c.system, RELEASE.c.effective_date, RELEASE.c.issue)
    if system is not None:
        query = query.where(RELEASE.c.system == system)
    if known_at is not None:
        query = query.where(RELEASE.c.loaded_at <= known_at)
    rows = connection.execute(query).all()
    latest = {(row.system, row.effective_date): row.issue for row in rows}
    return [_build_info(connection, row, latest[row.system, row.effective_date] > row.issue) for row in rows]


def find_release(connection: Connection, ref: ReleaseRef) -> ReleaseInfo:
    """The release asked for, its latest issue when none is named; raises ReleaseNotFoundError."""
    query = (
        select(RELEASE)
        .where(RELEASE.c.system == ref.system, RELEASE.c.effective_date == ref.effective_date)
        .order_by(RELEASE.c.issue)
    )
    rows = connection.execute(query).all()
    wanted = [row for row in rows if ref.issue in (None, row.issue)]
    if not wanted:
        held = ", ".join(
            str(info.release_id) for info in list_releases(connection, ref.system) if not info.has_later_issue
        )
        raise ReleaseNotFoundError(
            f"release {ref} is not held",
            f"held: {held}" if held else f"no release of {ref.system} is held",
            f"load it with: addenda load {ref.system} {ref.effective_date} PATH",
        )
    return _build_info(connection, wanted[-1], wanted[-1].issue < rows[-1].issue)


def find_previous(connection: Connection, system: str, effective_date: date) -> ReleaseInfo | None:
    """The release in force before that date (its latest issue), or None."""
    query = (
        select(RELEASE)
        .where(RELEASE.c.system == system, RELEASE.c.effective_date < effective_date)
        .order_by(RELEASE.c.effective_date.desc(), RELEASE.c.issue.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _build_info(connection, row, False) if row else None


def find_issues(connection: Connection, ref: ReleaseRef) -> list[ReleaseInfo]:
    """The issues held of one release, or the one that is named, the earliest first."""
    query = select(RELEASE).where(RELEASE.c.system == ref.system, RELEASE.c.effective_date == ref.effective_date)
    rows = connection.execute(query.order_by(RELEASE.c.issue)).all()
    return [_build_info(connection, row, row is not rows[-1]) for row in rows if ref.issue in (None, row.issue)]


def find_twins(connection: Connection, ref: ReleaseRef, digest: str) -> list[ReleaseId]:
    """The releases of other dates that have this very code list."""
    query = select(RELEASE.c.effective_date, RELEASE.c.issue).where(
        RELEASE.c.system == ref.system, RELEASE.c.effective_date != ref.effective_date, RELEASE.c.digest == digest
    )
    return sorted(ReleaseId(ref.system, row.effective_date, row.issue) for row in connection.execute(query))


def read_records(connection: Connection, release_id: ReleaseId) -> Iterator[CodeRecord]:
    """Every code and modifier of a release in file order."""
    query = (
        select(*_RECORD_FIELDS)
        .join(RUN, RECORD.c.id.between(RUN.c.first_id, RUN.c.last_id))
        .where(RUN.c.list_id == _code_list_key(connection, release_id))
        .order_by(RUN.c.position, RECORD.c.id)
    )
    for row in connection.execute(query):
        yield build_record(release_id.system, row)


def read_codes_in(connection: Connection, release_id: ReleaseId, codes: list[str]) -> dict[str, CodeRecord]:
    """The records of the named codes that the release holds."""
    # By code and then by membership: a join would look through every run for every code.
    runs = _read_runs(connection, _code_list_key(connection, release_id))
    found: dict[str, CodeRecord] = {}
    for start in range(0, len(codes), _KEYS_AT_ONCE):
        query = select(*_RECORD_FIELDS).join(BOOK, RECORD.c.book_id == BOOK.c.id)
        query = query.where(BOOK.c.system == release_id.system, BOOK.c.kind.in_(("code", "modifier")))
        query = query.where(RECORD.c.code.in_(codes[start : start + _KEYS_AT_ONCE]))
        for row in connection.execute(query):
            if holds_key(runs, row.id):
                found[row.code] = build_record(release_id.system, row)
    return found


def read_billable_codes(connection: Connection, release_id: ReleaseId) -> list[str]:
    """The billable ICD codes of a release, in file order."""
    query = (
        select(RECORD.c.code)
        .join(RUN, RECORD.c.id.between(RUN.c.first_id, RUN.c.last_id))
        .where(RUN.c.list_id == _code_list_key(connection, release_id), RECORD.c.is_billable == 1)
        .order_by(RUN.c.position, RECORD.c.id)
    )
    return list(connection.execute(query).scalars())


def read_last_code(connection: Connection, release_id: ReleaseId) -> str | None:
    """The last code in file order."""
    query = (
        select(RECORD.c.code)
        .join(RUN, RECORD.c.id == RUN.c.last_id)
        .where(RUN.c.list_id == _code_list_key(connection, release_id))
        .order_by(RUN.c.position.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def read_different(
    connection: Connection, previous: ReleaseId, current: ReleaseId
) -> tuple[dict[tuple[str, str], CodeRecord], dict[tuple[str, str], CodeRecord]]:
    """The records in which two releases of one system can differ, each side by (kind, code).

    That is every record that only one of them holds, its counterpart on the other side included by
    nature, and every record whose last day lies between the two effective dates: such a code ends
    although not a byte of its record changes.
    """
    one = _read_runs(connection, _code_list_key(connection, previous))
    other = _read_runs(connection, _code_list_key(connection, current))
    ended = _read_ending(connection, previous, current) if get_system(current.system).has_record_dates else set()
    only_one, only_other = subtract_runs(one, other), subtract_runs(other, one)
    both = {key for key in ended if holds_key(one, key) and holds_key(other, key)}
    return (
        _read_by_key(connection, previous.system, only_one | both),
        _read_by_key(connection, current.system, only_other | both),
    )


def read_lists(connection: Connection, release_id: ReleaseId, kind: ListKind) -> list[SupportingList]:
    """The supporting lists of that kind that came with a release, the one loaded last first; of those
    loaded together the last by name, so that packaging and order do not matter."""
    query = (
        select(RECORD_LIST)
        .where(RECORD_LIST.c.release_id == _release_key(connection, release_id), RECORD_LIST.c.kind == kind)
        .order_by(*NEWEST_LIST_FIRST)
    )
    lists = []
    for row in connection.execute(query).all():
        entries = connection.execute(
            select(RECORD.c.code, RECORD.c.details)
            .join(RUN, RECORD.c.id.between(RUN.c.first_id, RUN.c.last_id))
            .where(RUN.c.list_id == row.id)
            .order_by(RUN.c.position, RECORD.c.id)
        )
        lists.append(
            SupportingList(
                release_id.system,
                kind,
                row.file,
                tuple(ListEntry(entry.code, json.loads(entry.details)) for entry in entries),
                json.loads(row.facts),
            )
        )
    return lists


def build_record(system: str, row: Any) -> CodeRecord:
    """A row of `_RECORD_FIELDS` as a record."""
    return CodeRecord(
        system,
        row.kind,
        row.code,
        None if row.is_billable is None else bool(row.is_billable),
        row.short_descriptor or "",
        row.long_descriptor or "",
        row.added_date,
        row.termination_date,
        json.loads(row.details) if row.details else {},
    )


def _read_ending(connection: Connection, previous: ReleaseId, current: ReleaseId) -> set[int]:
    """The records of any release whose last day lies between the two effective dates."""
    first, last = sorted((previous.effective_date, current.effective_date))
    query = select(RECORD.c.id).join(BOOK, RECORD.c.book_id == BOOK.c.id)
    query = query.where(BOOK.c.system == current.system, BOOK.c.kind.in_(("code", "modifier")))
    query = query.where(RECORD.c.termination_date >= first, RECORD.c.termination_date < last)
    return set(connection.execute(query).scalars())


def _read_runs(connection: Connection, list_key: int) -> list[tuple[int, int]]:
    return sorted(fetch_rows(connection, "run", ("first_id", "last_id"), "list_id", list_key))


def _read_by_key(connection: Connection, system: str, keys: set[int]) -> dict[tuple[str, str], CodeRecord]:
    found: dict[tuple[str, str], CodeRecord] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        query = select(*_RECORD_FIELDS).where(RECORD.c.id.in_(wanted[start : start + _KEYS_AT_ONCE]))
        for row in connection.execute(query):
            found[row.kind, row.code] = build_record(system, row)
    return found


def _release_key(connection: Connection, release_id: ReleaseId) -> int:
    query = select(RELEASE.c.id).where(
        RELEASE.c.system == release_id.system,
        RELEASE.c.effective_date == release_id.effective_date,
        RELEASE.c.issue == release_id.issue,
    )
    key: int | None = connection.execute(query).scalar()
    if key is None:
        raise ReleaseNotFoundError(f"release {release_id} is not held", "", "see: addenda releases")
    return key


def _code_list_key(connection: Connection, release_id: ReleaseId) -> int:
    query = select(RECORD_LIST.c.id).where(
        RECORD_LIST.c.release_id == _release_key(connection, release_id), RECORD_LIST.c.kind == CODE_LIST
    )
    return int(connection.execute(query).scalar_one())


def _build_info(connection: Connection, row: Row[Any], has_later_issue: bool) -> ReleaseInfo:
    lists = connection.execute(
        select(RECORD_LIST).where(RECORD_LIST.c.release_id == row.id).order_by(RECORD_LIST.c.id)
    ).all()
    sources = connection.execute(select(SOURCE).where(SOURCE.c.release_id == row.id).order_by(SOURCE.c.id)).all()
    checks = connection.execute(select(CHECK).where(CHECK.c.release_id == row.id).order_by(CHECK.c.id)).all()
    return ReleaseInfo(
        release_id=ReleaseId(row.system, row.effective_date, row.issue),
        loaded_at=row.loaded_at,
        digest=row.digest,
        codes=row.codes,
        headers=row.headers,
        modifiers=row.modifiers,
        file=next(entry.file for entry in lists if entry.kind == CODE_LIST),
        sources=tuple(SourceFile(source.name, source.sha256, source.size) for source in sources),
        lists=tuple(
            ListInfo(entry.kind, entry.file, entry.rows, json.loads(entry.facts), entry.loaded_at)
            for entry in lists
            if entry.kind != CODE_LIST
        ),
        checks=tuple(
            CheckResult(check.name, bool(check.is_required), bool(check.is_passed), check.message, check.override_note)
            for check in checks
        ),
        has_later_issue=has_later_issue,
    )
