"""Putting a release into the store: whole or not at all, once however often it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import pairwise, repeat
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Table, func, insert, select

from schema.contents import CheckResult, CodeFile, ReleaseContent, SourceFile
from schema.errors import Place, ReleaseNotFoundError, StoreError
from schema.records import RecordBlock, SupportingList, canonical_json, digest_of
from schema.releases import ReleaseId, ReleaseRef
from schema.store.bulk import fetch_rows, insert_columns
from schema.store.database import writing
from schema.tables import BOOK, CHECK, RECORD, RECORD_LIST, RELEASE, SOURCE

Outcome = Literal["loaded", "new issue", "extended", "held"]
CODE_LIST = "codes"


@dataclass(frozen=True, slots=True)
class WrittenRelease:
    """What became of a load: `loaded` (first issue), `new issue` (other content than the latest
    issue), `extended` (held, and new sources or lists were added) or `held` (nothing new)."""

    release_id: ReleaseId
    outcome: Outcome
    new_records: int


def write_release(
    engine: Engine, content: ReleaseContent, checks: Sequence[CheckResult], issue: int | None, now: datetime
) -> WrittenRelease:
    """Store one release in one transaction.

    The same code list again, in whatever packaging, is the issue that is held; another code list for
    the same date is the next issue, or `issue` where the operator names it. Without a code list the
    supporting lists are added to the issue that is held; where none is, ReleaseNotFoundError. Raises
    StoreError.
    """
    with writing(engine) as connection:
        held = _read_issues(connection, ReleaseRef(content.system, content.effective_date))
        if content.code_file is None:
            number = issue or max(held, default=0)
            if number not in held:
                unknown = f"; not recognised: {', '.join(content.ignored[:3])}" if content.ignored else ""
                raise ReleaseNotFoundError(
                    f"no code list for {ReleaseRef(content.system, content.effective_date, issue)}",
                    "only supporting lists were given and the release is not held yet" + unknown,
                    "load its order file or code file first, or together with them",
                    Place(", ".join(sorted({supporting.file for supporting in content.lists})[:3])),
                )
            return _extend(connection, content, number, held[number][0], now)
        digest = content.code_file.digest
        same = [number for number, (_, other) in held.items() if other == digest]
        if issue is not None and issue in held and issue not in same:
            raise StoreError(
                f"{ReleaseRef(content.system, content.effective_date, issue)} is held with other content",
                "an issue is never changed",
                "leave the issue number away to load this as a new issue",
            )
        if same and issue in (None, *same):
            number = issue or max(same)
            return _extend(connection, content, number, held[number][0], now)
        number = issue or max(held, default=0) + 1
        added = _add_issue(connection, content, content.code_file, digest, number, checks, now)
        outcome: Outcome = "new issue" if held else "loaded"
        return WrittenRelease(ReleaseId(content.system, content.effective_date, number), outcome, added)


def _read_issues(connection: Connection, ref: ReleaseRef) -> dict[int, tuple[int, str]]:
    query = select(RELEASE.c.issue, RELEASE.c.id, RELEASE.c.digest).where(
        RELEASE.c.system == ref.system, RELEASE.c.effective_date == ref.effective_date
    )
    return {row.issue: (row.id, row.digest) for row in connection.execute(query)}


def _add_issue(
    connection: Connection,
    content: ReleaseContent,
    code_file: CodeFile,
    digest: str,
    number: int,
    checks: Sequence[CheckResult],
    now: datetime,
) -> int:
    kinds = {block.kind: block for block in code_file.blocks}
    codes, modifiers = kinds.get("code"), kinds.get("modifier")
    headers = list(codes.is_billable).count(False) if codes else 0
    release_key = _insert_key(
        connection,
        RELEASE,
        system=content.system,
        effective_date=content.effective_date,
        issue=number,
        loaded_at=now,
        digest=digest,
        codes=(len(codes) if codes else 0) - headers,
        headers=headers,
        modifiers=len(modifiers) if modifiers else 0,
    )
    written = [_write_block(connection, block) for block in code_file.blocks]
    added = sum(new for _, new in written)
    ids = written[0][0] if len(written) == 1 else [key for keys, _ in written for key in keys]
    _write_list(connection, release_key, CODE_LIST, code_file.file, digest, ids, dict(code_file.facts), now)
    for result in checks:
        connection.execute(
            insert(CHECK).values(
                release_id=release_key,
                name=result.name,
                is_required=int(result.is_required),
                is_passed=int(result.is_passed),
                message=result.message,
                override_note=result.override,
            )
        )
    _write_sources(connection, release_key, content.sources, now)
    for supporting in content.lists:
        added += _write_supporting(connection, release_key, supporting, now)
    return added


def _extend(
    connection: Connection, content: ReleaseContent, number: int, release_key: int, now: datetime
) -> WrittenRelease:
    before = connection.execute(
        select(func.count()).select_from(RECORD_LIST).where(RECORD_LIST.c.release_id == release_key)
    ).scalar_one()
    new_sources = _write_sources(connection, release_key, content.sources, now)
    added = sum(_write_supporting(connection, release_key, supporting, now) for supporting in content.lists)
    after = connection.execute(
        select(func.count()).select_from(RECORD_LIST).where(RECORD_LIST.c.release_id == release_key)
    ).scalar_one()
    outcome: Outcome = "extended" if new_sources or after > before else "held"
    return WrittenRelease(ReleaseId(content.system, content.effective_date, number), outcome, added)


def _write_block(connection: Connection, block: RecordBlock) -> tuple[Sequence[int], int]:
    """The ids of the block's records in file order, and how many of them were not known before."""
    book = _book_key(connection, block.system, block.kind)
    known = _read_known(connection, book)
    first = _next_record_id(connection)
    columns = {name: values for name, values in _columns_of(connection, block).items() if values is not None}
    size = len(block)
    if known:
        fresh = [place for place, digest in enumerate(block.digests) if digest not in known]
        columns = {name: [values[place] for place in fresh] for name, values in columns.items()}
        size = len(fresh)
    ids = range(first, first + size)
    insert_columns(connection, "record", {"id": ids, "book_id": repeat(book, size), **columns}, size)
    if not known:
        return ids, size
    known.update(zip(columns["digest"], ids, strict=True))
    return [known[digest] for digest in block.digests], size


def _columns_of(connection: Connection, block: RecordBlock) -> dict[str, Sequence[Any] | None]:
    """The block's columns as the database wants them; None for one that is blank in every row."""
    flags = block.is_billable
    return {
        "code": block.codes,
        "digest": block.digests,
        # PostgreSQL's COPY takes no boolean for an integer.
        "is_billable": flags if connection.dialect.name == "sqlite" else [None if f is None else int(f) for f in flags],
        "short_descriptor": block.short_descriptors,
        "long_descriptor": block.long_descriptors,
        "added_date": _as_texts(block.added_dates),
        "termination_date": _as_texts(block.termination_dates),
        "details": block.details,
    }


def _as_texts(days: Sequence[date | None] | None) -> list[str | None] | None:
    return None if days is None else [day.isoformat() if day else None for day in days]


def _next_record_id(connection: Connection) -> int:
    return (connection.execute(select(func.max(RECORD.c.id))).scalar() or 0) + 1


def _read_known(connection: Connection, book: int) -> dict[bytes, int]:
    """The ids of all records of a book by digest."""
    return dict(fetch_rows(connection, "record", ("digest", "id"), "book_id", book))


def _write_supporting(connection: Connection, release_key: int, supporting: SupportingList, now: datetime) -> int:
    details = [canonical_json(dict(entry.fields)) for entry in supporting.entries]
    digests = [digest_of(entry.code, text) for entry, text in zip(supporting.entries, details, strict=True)]
    digest = sha256(b"".join(digests)).hexdigest()
    held = select(RECORD_LIST.c.id).where(
        RECORD_LIST.c.release_id == release_key, RECORD_LIST.c.kind == supporting.kind, RECORD_LIST.c.digest == digest
    )
    if connection.execute(held).first():
        return 0
    book = _book_key(connection, supporting.system, supporting.kind)
    known = _read_known(connection, book)
    first = _next_record_id(connection)
    new: list[tuple[Any, ...]] = []
    for entry, entry_digest, text in zip(supporting.entries, digests, details, strict=True):
        if entry_digest not in known:
            known[entry_digest] = first + len(new)
            new.append((first + len(new), book, entry.code, entry_digest, text))
    names = ("id", "book_id", "code", "digest", "details")
    insert_columns(connection, "record", dict(zip(names, zip(*new, strict=True), strict=False)), len(new))
    ids = [known[entry_digest] for entry_digest in digests]
    _write_list(connection, release_key, supporting.kind, supporting.file, digest, ids, dict(supporting.facts), now)
    return len(new)


def _write_list(
    connection: Connection,
    release_key: int,
    kind: str,
    file: str,
    digest: str,
    ids: Sequence[int],
    facts: dict[str, Any],
    now: datetime,
) -> None:
    list_key = _insert_key(
        connection,
        RECORD_LIST,
        release_id=release_key,
        kind=kind,
        file=file,
        digest=digest,
        rows=len(ids),
        facts=canonical_json(facts),
        loaded_at=now,
    )
    runs = [(list_key, first, position, last) for position, first, last in collapse_runs(ids)]
    names = ("list_id", "first_id", "position", "last_id")
    insert_columns(connection, "run", dict(zip(names, zip(*runs, strict=True), strict=False)), len(runs))


def collapse_runs(ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Ids in list order as (position, first id, last id) of the longest runs of consecutive ids."""
    if not ids:
        return []
    if isinstance(ids, range):
        return [(0, ids[0], ids[-1])]
    breaks = [n for n, (one, next_one) in enumerate(pairwise(ids), start=1) if next_one != one + 1]
    starts = [0, *breaks]
    return [(start, ids[start], ids[end - 1]) for start, end in zip(starts, [*breaks, len(ids)], strict=True)]


def _write_sources(connection: Connection, release_key: int, sources: Sequence[SourceFile], now: datetime) -> int:
    held = {
        (row.name, row.sha256)
        for row in connection.execute(select(SOURCE.c.name, SOURCE.c.sha256).where(SOURCE.c.release_id == release_key))
    }
    new = [source for source in sources if (source.name, source.sha256) not in held]
    for source in new:
        connection.execute(
            insert(SOURCE).values(
                release_id=release_key, name=source.name, sha256=source.sha256, size=source.size, loaded_at=now
            )
        )
    return len(new)


def _book_key(connection: Connection, system: str, kind: str) -> int:
    query = select(BOOK.c.id).where(BOOK.c.system == system, BOOK.c.kind == kind)
    found = connection.execute(query).scalar()
    return found if found is not None else _insert_key(connection, BOOK, system=system, kind=kind)


def _insert_key(connection: Connection, table: Table, **values: Any) -> int:
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    if key is None:
        raise StoreError(f"no key for a new row of {table.name}")
    return int(key[0])
