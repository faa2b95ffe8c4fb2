"""What a store says, apart from keys and instants: equal for equal releases, however they came in."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import Any, get_args

from flows.steps import diff_releases
from schema.records import ListKind
from schema.store import reader
from schema.store.database import open_database, reading


def read_content(url: str) -> dict[str, Any]:
    """By release id: its facts, its records in file order, its lists."""
    engine = open_database(url)
    content: dict[str, Any] = {}
    try:
        with reading(engine) as connection:
            for info in reader.list_releases(connection):
                lists = [
                    found
                    for kind in get_args(ListKind)
                    for found in reader.read_lists(connection, info.release_id, kind)
                ]
                content[str(info.release_id)] = {
                    "counts": (info.codes, info.headers, info.modifiers, info.digest, info.file),
                    "sources": sorted((source.name, source.sha256) for source in info.sources),
                    "records": [asdict(record) for record in reader.read_records(connection, info.release_id)],
                    "lists": sorted(
                        (found.kind, found.file, repr([(entry.code, dict(entry.fields)) for entry in found.entries]))
                        for found in lists
                    ),
                    "is_latest": not info.has_later_issue,
                }
    finally:
        engine.dispose()
    return content


def read_diffs(url: str, system: str) -> dict[str, Any]:
    """The change set of every two releases of a system, the earlier one first."""
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            infos = reader.list_releases(connection, system)
        return {
            f"{one.release_id} {other.release_id}": [
                asdict(change) for change in diff_releases(engine, one, other).changes
            ]
            for one, other in combinations(infos, 2)
        }
    finally:
        engine.dispose()
