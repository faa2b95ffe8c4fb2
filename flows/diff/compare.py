"""The change set of two releases: set algebra says which codes changed, DeepDiff how.

Pure: takes records and dates, returns changes. Equal records on both sides may be left out of the
input without changing the result (see `schema.store.reader.read_different`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.diff.cosmetics import is_cosmetic_change
from schema.changes import Cause, Change, ChangeKind, FieldChange, FieldClass
from schema.errors import DiffError
from schema.fields import NOT_COMPARED, class_of
from schema.records import CodeRecord

RecordKey = tuple[str, str]
"""(record kind, code): the key of a record inside one system."""
Records = Mapping[RecordKey, CodeRecord]

# Every compared field of a record that is not in its details.
_MAIN_FIELDS = ("long_descriptor", "short_descriptor", "added_date", "termination_date")


def compare_releases(
    previous: Records, current: Records, previous_date: date, current_date: date, *, has_record_dates: bool
) -> tuple[Change, ...]:
    """All changes previous → current, sorted by code.

    The dates are the effective dates of the two releases; HCPCS (`has_record_dates`) is judged by the
    dates inside the records against them, ICD by presence and billable flag. Raises DiffError when
    a record is not of the kind that the system's rules speak of.
    """
    changes = []
    for key in sorted(previous.keys() | current.keys(), key=lambda key: (key[1], key[0])):
        before, after = previous.get(key), current.get(key)
        if has_record_dates:
            change = _compare_dated(before, after, previous_date, current_date)
        else:
            change = _compare_flagged(before, after)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def is_ended(record: CodeRecord, effective_date: date) -> bool:
    """Whether a HCPCS row is ended in a release: its last usable day lies before the effective date."""
    return record.termination_date is not None and record.termination_date < effective_date


def list_fields(record: CodeRecord) -> dict[str, Any]:
    """The compared fields of a record by name, blank ones left out; dates as ISO strings."""
    fields: dict[str, Any] = {name: value for name, value in record.details.items() if name not in NOT_COMPARED}
    for name in _MAIN_FIELDS:
        value = getattr(record, name)
        if value:
            fields[name] = value.isoformat() if isinstance(value, date) else value
    return fields


def compare_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that differ, sorted by weight and name, with DeepDiff's evidence of where."""
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not names:
        return ()
    # 0.4 s to import, and most commands never compare.
    from deepdiff import DeepDiff

    one, other = ({name: side[name] for name in sorted(names & side.keys())} for side in (before, after))
    # Above the threshold's default, records with few fields in common count as one change of everything.
    evidence = DeepDiff(one, other, verbose_level=2, view="tree", threshold_to_diff_deeper=0)
    paths: dict[str, set[str]] = {name: set() for name in names}
    for items in evidence.values():
        for item in items:
            name, *inside = item.path(output_format="list")
            if inside:
                paths[str(name)].add("".join(f"[{part!r}]" for part in inside))
    changes = [
        _describe_field(name, before.get(name), after.get(name), tuple(sorted(places)))
        for name, places in paths.items()
    ]
    weight = list(FieldClass)
    return tuple(sorted(changes, key=lambda field: (weight.index(field.field_class), field.name)))


def _describe_field(name: str, before: Any, after: Any, paths: tuple[str, ...]) -> FieldChange:
    field_class = class_of(name)
    if field_class in (FieldClass.DESCRIPTOR, FieldClass.DISPLAY) and is_cosmetic_change(before or "", after or ""):
        field_class = FieldClass.COSMETIC
    return FieldChange(name, field_class, before, after, paths)


def _compare_flagged(before: CodeRecord | None, after: CodeRecord | None) -> Change | None:
    """ICD: a code is billable, a header, or absent; kinds are about billable codes."""
    record = after or before
    if record is None:
        return None
    for side in (before, after):
        if side is not None and side.is_billable is None:
            raise DiffError(f"record of {side.code} has no billable flag", "", "load the release again")
    was, now = (None if side is None else bool(side.is_billable) for side in (before, after))

    def build(kind: ChangeKind, cause: Cause | None = None, fields: tuple[FieldChange, ...] = ()) -> Change:
        return Change(record.code, record.kind, kind, before, after, cause, fields)

    if now and not was:
        return build(ChangeKind.NEW, Cause.WAS_HEADER if was is False else None)
    if was and not now:
        return build(ChangeKind.DELETED, Cause.NOW_HEADER if now is False else Cause.ABSENT)
    if before is None:
        return build(ChangeKind.NEW_HEADER)
    if after is None:
        return build(ChangeKind.GONE_HEADER)
    fields = compare_fields(list_fields(before), list_fields(after))
    if not fields:
        return None
    return build(ChangeKind.REVISED if now else ChangeKind.REVISED_HEADER, None, fields)


def _compare_dated(
    before: CodeRecord | None, after: CodeRecord | None, previous_date: date, current_date: date
) -> Change | None:
    """HCPCS: presence is not validity, the dates in the record are."""
    had_ended = before is not None and is_ended(before, previous_date)
    if after is None:
        if before is None:
            return None
        if had_ended:
            return Change(before.code, before.kind, ChangeKind.PURGED, before, None)
        return Change(before.code, before.kind, ChangeKind.DELETED, before, None, Cause.ABSENT)
    has_ended = is_ended(after, current_date)
    end = None if has_ended else after.termination_date

    def build(kind: ChangeKind, cause: Cause | None = None, **told: Any) -> Change:
        return Change(after.code, after.kind, kind, before, after, cause, ends_date=end, **told)

    if before is None:
        if has_ended:
            return build(ChangeKind.ADDED_AND_ENDED, Cause.TERMINATED)
        is_later = after.added_date is not None and after.added_date > current_date
        return build(ChangeKind.NEW, starts_date=after.added_date if is_later else None)
    is_redefined = None not in (before.added_date, after.added_date) and before.added_date != after.added_date
    if had_ended and not has_ended:
        return build(ChangeKind.REINSTATED, is_redefined=is_redefined)
    if has_ended and not had_ended:
        return build(ChangeKind.DELETED, Cause.TERMINATED, is_retroactive=is_ended(after, previous_date))
    fields = compare_fields(list_fields(before), list_fields(after))
    if not fields:
        return None
    return build(ChangeKind.REVISED, fields=fields, is_redefined=is_redefined)
