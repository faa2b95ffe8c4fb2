"""Records: what a release is made of, and the supporting lists that came with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Literal

RecordKind = Literal["code", "modifier"]
"""What a main record is. HCPCS modifiers are their own kind of record, not codes."""

ListKind = Literal[
    "order_addenda",
    "codes_addenda",
    "transaction_report",
    "conversion",
    "corrections",
    "noc",
    "poa_exempt",
    "poa_addenda",
    "notes",
    "processing_notes",
]
"""A supporting list. The old `diff` lists of 2012-2014 are codes addenda in another spelling."""

# 128 bits: at 10^7 distinct records the chance of any collision is below 10^-24.
DIGEST_SIZE = 16


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """One code or modifier as one release has it.

    `is_billable` is None where the system has no such flag (HCPCS). `added_date` and
    `termination_date` (the last usable day) are None for ICD. `details` holds the remaining fields by
    name, blank ones left out; values are strings, or sorted lists of strings for numbered columns.
    """

    system: str
    kind: RecordKind
    code: str
    is_billable: bool | None
    short_descriptor: str
    long_descriptor: str
    added_date: date | None = None
    termination_date: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Main records of one kind, in file order, as parallel columns of one length.

    Columns, not objects: a release has 100,000 rows, and the store wants them as columns.
    `digests` identify the content (see `digest_of`); `details` are canonical JSON texts.
    """

    system: str
    kind: RecordKind
    codes: Sequence[str]
    digests: Sequence[bytes]
    is_billable: Sequence[bool | None]
    short_descriptors: Sequence[str]
    long_descriptors: Sequence[str]
    added_dates: Sequence[date | None] | None = None
    termination_dates: Sequence[date | None] | None = None
    details: Sequence[str | None] | None = None

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line of a supporting list: the code it speaks of ("" where it speaks of none), its fields."""

    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SupportingList:
    """A list that came with a release: addenda, conversion table, NOC codes, notes …

    `facts` are statements about the whole list, for example the publisher's own summary counts.
    `file` names the member it was read from. The fields of each kind's entries: docs/lists.md.
    """

    system: str
    kind: ListKind
    file: str
    entries: tuple[ListEntry, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


def canonical_json(value: Any) -> str:
    """The one JSON spelling of a value, so that equal content has equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(*parts: str) -> bytes:
    """The content digest of a record: its normalised fields, joined by the unit separator."""
    return blake2b("\x1f".join(parts).encode(), digest_size=DIGEST_SIZE).digest()


def digest_record(
    code: str,
    is_billable: int | None,
    short_descriptor: str,
    long_descriptor: str,
    added_date: date | None,
    termination_date: date | None,
    details: str | None,
) -> bytes:
    """The content digest of a main record; `details` is its canonical JSON.

    A record without dates and details, as every one of ICD, has the digest of its first four fields.
    """
    flag = "" if is_billable is None else str(int(is_billable))
    if details is None and added_date is None and termination_date is None:
        return digest_of(code, flag, short_descriptor, long_descriptor)
    return digest_of(
        code, flag, short_descriptor, long_descriptor, str(added_date), str(termination_date), details or ""
    )


def digest_all(records: Iterable[Sequence[str]]) -> list[bytes]:
    """`digest_of` for 100,000 records at a time: the calls alone would cost a tenth of a load."""
    join, encode, size = "\x1f".join, str.encode, DIGEST_SIZE
    return [blake2b(encode(join(parts)), digest_size=size).digest() for parts in records]


def build_block(system: str, kind: RecordKind, records: Sequence[CodeRecord]) -> RecordBlock:
    """A block of whole records (HCPCS, samples, tests); order files go the faster way of columns."""
    details = [canonical_json(dict(r.details)) if r.details else None for r in records]
    return RecordBlock(
        system=system,
        kind=kind,
        codes=[r.code for r in records],
        digests=[
            digest_record(
                r.code,
                r.is_billable,
                r.short_descriptor,
                r.long_descriptor,
                r.added_date,
                r.termination_date,
                d,
            )
            for r, d in zip(records, details, strict=True)
        ],
        is_billable=[r.is_billable for r in records],
        short_descriptors=[r.short_descriptor for r in records],
        long_descriptors=[r.long_descriptor for r in records],
        added_dates=[r.added_date for r in records],
        termination_dates=[r.termination_date for r in records],
        details=details,
    )
