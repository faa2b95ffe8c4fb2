"""What makes an import count: one JSON file for each imported file, written last."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

FORMAT = 1

_PATH = re.compile(r"months/month=[0-9]{4}-[0-9]{2}/[0-9a-f]{16}-[0-9]+\.parquet")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part of the dataset: `path` is relative to its folder, `size` in bytes."""

    path: str
    rows: int
    size: int
    sha256: str
    first_service_date: date
    last_service_date: date
    first_diagnosis_date: date
    last_diagnosis_date: date


@dataclass(frozen=True, slots=True)
class Marker:
    """One imported file: its name, the digest of its bytes, and what came of it."""

    file: str
    sha256: str
    rows: int
    refused: Mapping[str, int]
    parts: tuple[HeldPart, ...]

    @property
    def stem(self) -> str:
        """What the names of its parts begin with."""
        return self.sha256[:16]


def write_marker(marker: Marker) -> bytes:
    """The marker as JSON; equal markers give equal bytes."""
    values = {"format": FORMAT, **asdict(marker)}
    return (json.dumps(values, indent=1, sort_keys=True, default=date.isoformat) + "\n").encode()


def read_marker(data: bytes) -> Marker:
    """The marker that `write_marker` wrote; raises ValueError for anything else."""
    values = json.loads(data)
    try:
        if values["format"] != FORMAT or not _DIGEST.fullmatch(values["sha256"]):
            raise ValueError(f"it is no marker of format {FORMAT}")
        parts = tuple(_read_part(part) for part in values["parts"])
        refused = {str(reason): int(count) for reason, count in values["refused"].items()}
        return Marker(str(values["file"]), values["sha256"], int(values["rows"]), refused, parts)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it lacks or misspells a field") from error


def _read_part(values: Mapping[str, Any]) -> HeldPart:
    dates = {name: date.fromisoformat(text) for name, text in values.items() if name.endswith("_date")}
    part = HeldPart(**{field.name: dates.get(field.name, values[field.name]) for field in fields(HeldPart)})
    if not _PATH.fullmatch(part.path) or not isinstance(part.size, int) or not isinstance(part.rows, int):
        raise ValueError("a part of it is none")
    return part
