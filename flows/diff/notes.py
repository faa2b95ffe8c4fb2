"""Notes of the tabular list as fields of a code: what a coder must know although no title changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flows.diff.compare import compare_fields
from schema.changes import Change, ChangeKind, FieldChange, FieldClass
from schema.records import CodeRecord, SupportingList

CodeReader = Callable[[list[str]], tuple[dict[str, CodeRecord], dict[str, CodeRecord]]]
"""Gives the records of the named codes in the previous and in the current release."""

_REVISED_KINDS = (ChangeKind.REVISED, ChangeKind.REVISED_HEADER)
# Keys of a notes entry that say where it stands, not what a coder has to do.
_NOT_NOTES = frozenset({"scope", "name", "title"})


def add_note_changes(
    changes: tuple[Change, ...], previous: SupportingList, current: SupportingList, read_codes: CodeReader
) -> tuple[Change, ...]:
    """The changes with those of the notes added; a code whose notes alone differ becomes revised.

    Both lists are of kind `notes`. Notes count where the code is in both releases at the same level;
    a new or deleted code is told as such, and its notes with it.
    """
    before, after = _notes_by_code(previous), _notes_by_code(current)
    differing = sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))
    if not differing:
        return changes
    fields = {code: compare_fields(before.get(code, {}), after.get(code, {})) for code in differing}
    known = {change.code: change for change in changes}
    merged = [
        replace(change, fields=_sorted_fields(change.fields + fields[change.code]))
        if change.code in fields and change.kind in _REVISED_KINDS
        else change
        for change in changes
    ]
    were, are = read_codes([code for code in differing if code not in known])
    for code in were.keys() & are.keys():
        kind = ChangeKind.REVISED if are[code].is_billable else ChangeKind.REVISED_HEADER
        merged.append(Change(code, are[code].kind, kind, were[code], are[code], None, fields[code]))
    return tuple(sorted(merged, key=lambda change: change.code))


def _notes_by_code(notes: SupportingList) -> dict[str, Mapping[str, Any]]:
    return {
        entry.code: {name: value for name, value in entry.fields.items() if name not in _NOT_NOTES}
        for entry in notes.entries
        if entry.code
    }


def _sorted_fields(fields: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
    weight = list(FieldClass)
    return tuple(sorted(fields, key=lambda field: (weight.index(field.field_class), field.name)))
