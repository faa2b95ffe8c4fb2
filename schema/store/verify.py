"""Whether the store still says what was loaded: every digest and count, worked out again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Text, select, type_coerce

from schema.records import digest_of, digest_record
from schema.releases import ReleaseId
from schema.store.writer import CODE_LIST
from schema.tables import BOOK, RECORD, RECORD_LIST, RELEASE, RUN

# 200,000 records are 60 MB as rows, and only their digests are needed later.
_ROWS_AT_ONCE = 5_000
_EXAMPLES = 3

_COLUMNS = (
    BOOK.c.system,
    BOOK.c.kind,
    RECORD.c.id,
    RECORD.c.book_id,
    RECORD.c.code,
    RECORD.c.digest,
    RECORD.c.is_billable,
    RECORD.c.short_descriptor,
    RECORD.c.long_descriptor,
    # Whatever stands there is compared, also what is no date: SQLite takes anything.
    type_coerce(RECORD.c.added_date, Text).label("added_date"),
    type_coerce(RECORD.c.termination_date, Text).label("termination_date"),
    RECORD.c.details,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What is wrong with one release, in sentences; none where it is as it was loaded.

    `release_id` is None for what is wrong with records that no release holds.
    """

    release_id: ReleaseId | None
    findings: tuple[str, ...]


@dataclass(slots=True)
class _Records:
    """All records by id as columns of one length, and what is wrong with some of them by id.

    `kinds` are `system kind`, headers apart; `held` marks those that a list of a release holds.
    """

    ids: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    held: bytearray = field(default_factory=bytearray)
    faults: dict[int, str] = field(default_factory=dict)


def verify_releases(connection: Connection, system: str | None = None) -> list[Verification]:
    """One result for each release (of one system), by system, effective date and issue; after them, where
    there are any, the findings on records that no release holds.

    A record has to have the digest of its content and no double; a list the digest, the number of rows
    and the positions that were stored with it; a release the counts and the digest of its code list.
    """
    records = _read_records(connection, system)
    query = select(RELEASE).order_by(RELEASE.c.system, RELEASE.c.effective_date, RELEASE.c.issue)
    if system is not None:
        query = query.where(RELEASE.c.system == system)
    results = [
        Verification(ReleaseId(row.system, row.effective_date, row.issue), tuple(_verify(connection, row, records)))
        for row in connection.execute(query).all()
    ]
    left = {
        key: f"record {key} is in no release" for key, held in zip(records.ids, records.held, strict=True) if not held
    }
    if left:
        results.append(Verification(None, tuple(_name_some(left, list(left)))))
    return results


def _read_records(connection: Connection, system: str | None) -> _Records:
    query = select(*_COLUMNS).join(BOOK, RECORD.c.book_id == BOOK.c.id).order_by(RECORD.c.id)
    if system is not None:
        query = query.where(BOOK.c.system == system)
    records = _Records()
    firsts: dict[tuple[int, bytes], int] = {}
    names: dict[str, str] = {}
    faults: dict[int, str] = {}
    for row in connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        digest = row.digest if isinstance(row.digest, bytes) else b""
        if digest != _digest(row):
            faults[row.id] = f"record {row.id} ({row.kind} {row.code}) is not what its digest says"
        first = firsts.setdefault((row.book_id, digest), row.id)
        if first != row.id:
            faults[row.id] = f"record {row.id} ({row.kind} {row.code}) is a double of record {first}"
            faults.setdefault(first, f"record {first} ({row.kind} {row.code}) has a double, record {row.id}")
        name = f"{row.system} {'header' if row.is_billable == 0 else row.kind}"
        records.ids.append(row.id)
        records.digests.append(digest)
        records.kinds.append(names.setdefault(name, name))
    records.held = bytearray(len(records.ids))
    records.faults = dict(sorted(faults.items()))
    return records


def _digest(row: Any) -> bytes:
    if row.kind not in ("code", "modifier"):
        return digest_of(str(row.code), str(row.details))
    return digest_record(
        str(row.code),
        row.is_billable,
        str(row.short_descriptor),
        str(row.long_descriptor),
        row.added_date,
        row.termination_date,
        None if row.details is None else str(row.details),
    )


def _verify(connection: Connection, release: Any, records: _Records) -> Iterator[str]:
    faulty = list(records.faults)
    lists = connection.execute(
        select(RECORD_LIST).where(RECORD_LIST.c.release_id == release.id).order_by(RECORD_LIST.c.id)
    ).all()
    if [row.digest for row in lists if row.kind == CODE_LIST] != [release.digest]:
        yield "the code list is not that of the release"
    faults: set[int] = set()
    for row in lists:
        digest, counts, place, is_in_order = sha256(), Counter[str](), 0, True
        runs = select(RUN.c.position, RUN.c.first_id, RUN.c.last_id).where(RUN.c.list_id == row.id)
        for position, first, last in connection.execute(runs.order_by(RUN.c.position, RUN.c.first_id)):
            is_in_order &= position == place
            place += last - first + 1
            found = slice(bisect_left(records.ids, first), bisect_right(records.ids, last))
            digest.update(b"".join(records.digests[found]))
            counts.update(records.kinds[found])
            records.held[found] = b"\x01" * (found.stop - found.start)
            faults.update(faulty[bisect_left(faulty, first) : bisect_right(faulty, last)])
        loaded = {row.kind: row.rows}
        if row.kind == CODE_LIST:
            loaded = {"code": release.codes, "header": release.headers, "modifier": release.modifiers}
        expected = Counter({f"{release.system} {kind}": count for kind, count in loaded.items() if count})
        if counts != expected:
            yield f"{row.kind} of {row.file} hold {_describe(counts)}, and were loaded with {_describe(expected)}"
        if not is_in_order or place != row.rows:
            yield f"{row.kind} of {row.file} have gaps or doubles among their {row.rows} rows"
        if digest.hexdigest() != row.digest:
            yield f"{row.kind} of {row.file} are not what was loaded"
    yield from _name_some(records.faults, sorted(faults))


def _name_some(faults: Mapping[int, str], keys: Sequence[int]) -> Iterator[str]:
    yield from (faults[key] for key in keys[:_EXAMPLES])
    if len(keys) > _EXAMPLES:
        yield f"{len(keys) - _EXAMPLES} records more are like that"


def _describe(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
