"""What makes an import count: one JSON file for each imported file, written last."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FORMAT = 1

_PATH = re.compile(r"[a-z]+/month=[0-9]{4}-[0-9]{2}/[0-9a-f]{16}-[0-9]+\.parquet")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART_FIELDS = ("path", "rows", "size", "sha256")
_MARKER_FIELDS = ("format", "file", "sha256", "rows", "parts")


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part of a dataset: `path` is relative to its folder, `size` in bytes, `dates` the smallest and
    greatest that it holds, by name."""

    path: str
    rows: int
    size: int
    sha256: str
    dates: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Marker:
    """One imported file: its name, the digest of its bytes, and what came of it. `facts` are what this dataset
    tells beside it, in terms of JSON."""

    file: str
    sha256: str
    rows: int
    parts: tuple[HeldPart, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_marker(marker: Marker) -> bytes:
    """The marker as JSON; equal markers give equal bytes."""
    parts = [{name: getattr(part, name) for name in _PART_FIELDS} | dict(part.dates) for part in marker.parts]
    told = {"format": FORMAT, "file": marker.file, "sha256": marker.sha256, "rows": marker.rows, "parts": parts}
    return (json.dumps({**marker.facts, **told}, indent=1, sort_keys=True, default=date.isoformat) + "\n").encode()


def read_marker(data: bytes, dates: Sequence[str]) -> Marker:
    """The marker that `write_marker` wrote, with these dates in each part; raises ValueError for anything else."""
    values = json.loads(data)
    try:
        if values["format"] != FORMAT or not _DIGEST.fullmatch(values["sha256"]):
            raise ValueError(f"it is no marker of format {FORMAT}")
        parts = tuple(_read_part(part, dates) for part in values["parts"])
        facts = {name: value for name, value in values.items() if name not in _MARKER_FIELDS}
        return Marker(str(values["file"]), values["sha256"], int(values["rows"]), parts, facts)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it lacks or misspells a field") from error


def _read_part(values: Mapping[str, Any], dates: Sequence[str]) -> HeldPart:
    found = {name: date.fromisoformat(values[name]) for name in dates}
    part = HeldPart(values["path"], values["rows"], values["size"], values["sha256"], found)
    if not _PATH.fullmatch(part.path) or not isinstance(part.size, int) or not isinstance(part.rows, int):
        raise ValueError("a part of it is none")
    return part
