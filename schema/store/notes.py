"""The notes of the tabular list that hold for a code, as a release has them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from schema.notes import NotesInForce, notes_for
from schema.releases import ReleaseId
from schema.store.reader import NEWEST_LIST_FIRST
from schema.tables import BOOK, RECORD, RECORD_LIST, RELEASE, RUN

_SHORTEST_CODE = 3


def read_notes(connection: Connection, release_id: ReleaseId, code: str, known_at: datetime | None) -> dict[str, Any]:
    """The notes in force for a code, from the list that was loaded last (by an instant); {} without one."""
    lists = (
        select(RECORD_LIST.c.id)
        .join(RELEASE, RECORD_LIST.c.release_id == RELEASE.c.id)
        .where(RECORD_LIST.c.kind == "notes", RELEASE.c.system == release_id.system)
        .where(RELEASE.c.effective_date == release_id.effective_date, RELEASE.c.issue == release_id.issue)
        .order_by(*NEWEST_LIST_FIRST)
    )
    if known_at is not None:
        lists = lists.where(RECORD_LIST.c.loaded_at <= known_at)
    list_key = connection.execute(lists.limit(1)).scalar()
    if list_key is None:
        return {}
    chain = [code[:length] for length in range(len(code), _SHORTEST_CODE - 1, -1)]
    query = (
        select(RECORD.c.code, RECORD.c.details)
        .join(BOOK, RECORD.c.book_id == BOOK.c.id)
        .join(RUN, RECORD.c.id.between(RUN.c.first_id, RUN.c.last_id))
        .where(BOOK.c.system == release_id.system, BOOK.c.kind == "notes", RECORD.c.code.in_(chain))
        .where(RUN.c.list_id == list_key)
    )
    found = {row.code: json.loads(row.details) for row in connection.execute(query)}
    return flatten_notes(notes_for(code, found)) if found else {}


def flatten_notes(notes: NotesInForce) -> dict[str, Any]:
    """The notes in force as one dictionary: own fields, `inherited` by code, 7th characters."""
    told: dict[str, Any] = {name: value for name, value in notes.own.items() if name not in ("scope", "name")}
    if notes.inherited:
        told["inherited"] = {
            code: {name: value for name, value in fields.items() if name not in ("scope", "name")}
            for code, fields in notes.inherited
        }
    if notes.seventh_characters:
        told["seventh_characters"] = dict(notes.seventh_characters)
    if notes.seventh_character:
        told["seventh_character"] = notes.seventh_character
    return told
