"""The notes of the ICD-10-CM tabular list that are in force for a code, its own and those above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# No 7th character stands before the 7th place; shorter codes are filled up with X (guidelines I.A.4-5).
_SEVENTH = 6
_SHORTEST_CODE = 3


@dataclass(frozen=True, slots=True)
class NotesInForce:
    """What the tabular list says of one code.

    `own` are the fields of its own entry (empty where the code is built with a 7th character).
    `inherited` are the entries above it that say anything, nearest first, as (code, fields): an
    Excludes note at a category holds for every code below. `seventh_characters` are those of the nearest
    entry that defines any, the code's own included, and `seventh_characters_at` is its code; in a
    7-character code that is no entry itself, `seventh_character` is the meaning of its last character,
    "" where there is none.
    """

    code: str
    own: Mapping[str, Any] = field(default_factory=dict)
    inherited: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    seventh_characters: Mapping[str, str] = field(default_factory=dict)
    seventh_characters_at: str = ""
    seventh_character: str = ""


def notes_for(code: str, notes: Mapping[str, Mapping[str, Any]]) -> NotesInForce:
    """The notes in force for a code of the order file.

    `notes` are the fields of the list's entries by code, without dots (chapters and sections have no
    code). The walk goes up by taking the last character off, placeholders X included, so it finds the
    category T36 from T360X1A.
    """
    own = notes.get(code, {})
    above = [code[:length] for length in range(len(code) - 1, _SHORTEST_CODE - 1, -1)]
    inherited = tuple((name, notes[name]) for name in above if name in notes)
    meanings: Mapping[str, str] = {}
    at = ""
    for name, fields in ((code, own), *inherited):
        if fields.get("seventh_characters"):
            meanings, at = fields["seventh_characters"], name
            break
    is_built = len(code) == _SEVENTH + 1 and not own
    return NotesInForce(code, own, inherited, meanings, at, meanings.get(code[_SEVENTH:], "") if is_built else "")
