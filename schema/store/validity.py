"""On which days codes counted, read from the releases held: bounds, and the release and record that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from schema.changes import Change, ChangeKind, ChangeSet
from schema.contents import ReleaseInfo
from schema.records import CodeRecord, canonical_json, digest_record
from schema.releases import ReleaseId
from schema.store.reader import list_releases, read_billable_codes, read_codes_in, read_records
from schema.systems import get_system
from schema.validity import CodeValidity, Validity

_HEADERS = frozenset({ChangeKind.NEW_HEADER, ChangeKind.GONE_HEADER, ChangeKind.REVISED_HEADER})
_GONE = frozenset({ChangeKind.DELETED, ChangeKind.ADDED_AND_ENDED, ChangeKind.PURGED})
UNCHANGED = ""
"""The kind of a code that did not change."""


def read_validity(connection: Connection, updates: Sequence[tuple[ChangeSet, ReleaseInfo]]) -> Validity:
    """What these updates say: each a change set and its current release, at most one of a system.

    `codes` holds every changed code that can be billed before or after; a change of white space or case is none.
    Where a later release is held, its HCPCS records correct the bounds: it may end a code, or take an end back.
    `known` holds the other codes of the current releases that count on the effective date.
    """
    codes: dict[tuple[str, str], CodeValidity] = {}
    known = {}
    for change_set, current in updates:
        changed = {
            change.code: change
            for change in change_set.changes
            if change.kind not in _HEADERS and not change.is_cosmetic
        }
        for change in changed.values():
            codes[change_set.system, change.code] = describe_change(change, current)
        if get_system(change_set.system).has_record_dates:
            codes |= _read_corrections(connection, change_set.system, current, codes)
        known[change_set.system] = _read_known(connection, current.release_id) - changed.keys()
    return Validity(codes, known)


def describe_change(change: Change, current: ReleaseInfo) -> CodeValidity:
    """The days on which a changed code counts, by the current release.

    ICD codes begin and end with a release; HCPCS codes on the days in their record. Where the number of a code
    came back with another meaning, its first day is the earlier of both.
    """
    first, last = _find_bounds(change, current.release_id)
    return CodeValidity(
        system=current.release_id.system,
        code=change.code,
        kind=change.kind.value,
        first_date=first,
        last_date=last,
        release=str(current.release_id),
        release_digest=current.digest,
        record_digest=digest_of_record(change.after) if change.after else None,
    )


def read_unchanged(connection: Connection, current: ReleaseInfo, codes: Iterable[str]) -> dict[str, CodeValidity]:
    """The same of codes that did not change, by the release; codes that it does not hold are left out."""
    release_id = current.release_id
    found = {}
    for code, record in read_codes_in(connection, release_id, sorted(set(codes))).items():
        # A header counts on no day; its first day lies after its last.
        last = date.min if record.is_billable is False else record.termination_date
        found[code] = CodeValidity(
            release_id.system, code, UNCHANGED, record.added_date, last,
            str(release_id), current.digest, digest_of_record(record),
        )  # fmt: skip
    return found


def digest_of_record(record: CodeRecord) -> str:
    """The digest under which the store keeps the record, in hex."""
    details = canonical_json(dict(record.details)) if record.details else None
    return digest_record(
        record.code,
        record.is_billable,
        record.short_descriptor,
        record.long_descriptor,
        record.added_date,
        record.termination_date,
        details,
    ).hex()


def _read_corrections(
    connection: Connection, system: str, current: ReleaseInfo, codes: Mapping[tuple[str, str], CodeValidity]
) -> dict[tuple[str, str], CodeValidity]:
    """The codes whose last day is another one in the newest release held, as `schema.store.lookup` has it. A code
    that came back later on keeps its earlier end."""
    newest = [info for info in list_releases(connection, system) if not info.has_later_issue][-1]
    if newest.release_id.effective_date <= current.release_id.effective_date:
        return {}
    found = {}
    wanted = sorted(code for of, code in codes if of == system)
    for code, record in read_codes_in(connection, newest.release_id, wanted).items():
        known = codes[system, code]
        is_later = known.last_date is not None and record.added_date is not None and record.added_date > known.last_date
        if record.termination_date != known.last_date and not is_later:
            found[system, code] = replace(
                known,
                last_date=record.termination_date,
                release=str(newest.release_id),
                release_digest=newest.digest,
                record_digest=digest_of_record(record),
            )
    return found


def _find_bounds(change: Change, current: ReleaseId) -> tuple[date | None, date | None]:
    effective = current.effective_date
    if not get_system(current.system).has_record_dates:
        if change.kind in _GONE:
            return None, effective - timedelta(days=1)
        return (effective if change.kind is ChangeKind.NEW else None), None
    records = [record for record in (change.before, change.after) if record is not None]
    began = [record.added_date for record in records]
    first = None if None in began else min(day for day in began if day is not None)
    if change.kind in (ChangeKind.NEW, ChangeKind.REINSTATED) and change.after is not None:
        # A code that came back counted under its earlier record too; what it counted on then is long past.
        first = change.after.added_date or effective
    last = change.record.termination_date
    if change.after is None and (last is None or last >= effective):
        last = effective - timedelta(days=1)
    return first, last


def _read_known(connection: Connection, release_id: ReleaseId) -> frozenset[str]:
    if not get_system(release_id.system).has_record_dates:
        return frozenset(read_billable_codes(connection, release_id))
    day = release_id.effective_date
    return frozenset(
        record.code
        for record in read_records(connection, release_id)
        if record.termination_date is None or record.termination_date >= day
    )
