"""The assessment of an earlier day, read back from impact.json: what `addenda impact verify` compares with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from flows.impact.places import count_values
from loaders.intake_storage import write_whole
from schema.changes import ChangeKind
from schema.errors import ImpactError, Place, UsageError, shorten_value
from schema.impact import UseHit
from schema.releases import ReleaseId
from schema.uses import InventoryUse, Match

VALUES_NAME = "uses.json"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an assessment had found. `hits` and `kinds` are by changed code, `successors` by code the codes that may
    replace it, `missing` the new codes that no charge master held although claims will move to them."""

    system: str
    previous: str
    current: str
    effective_date: date
    as_of: date
    kinds: Mapping[str, ChangeKind]
    hits: Mapping[str, tuple[UseHit, ...]]
    successors: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    values: Mapping[str, Mapping[str, int]] | None = None
    """By use how many times it had each code and unreadable text (`count_values`); None where it was not kept."""

    def require(self, previous: ReleaseId, current: ReleaseId) -> None:
        """Raises UsageError when the assessment is of other releases."""
        if (self.previous, self.current) != (str(previous), str(current)):
            raise UsageError(
                "the assessment is of other releases",
                f"it is of {shorten_value(self.previous)} and {shorten_value(self.current)}",
                "name those, or run addenda impact for these",
            )


def write_values(inventory: Sequence[InventoryUse], system: str, folder: Path) -> Path:
    """Keep beside impact.json how often each use has each code, so that what is new there can be told later.

    Replaces `uses.json` whole and returns its path. Raises ImpactError when the folder cannot be written.
    """
    path = folder / VALUES_NAME
    document = {"format": 1, "system": system, "uses": count_values(inventory, system)}
    try:
        write_whole(path, (json.dumps(document, sort_keys=True) + "\n").encode("ascii"))
    except OSError as error:
        raise ImpactError(
            "the inventory cannot be written", error.strerror or str(error), "check the disk and the rights",
            Place(str(error.filename or folder)),
        ) from error  # fmt: skip
    return path


def read_baseline(path: Path) -> Baseline:
    """The assessment in a file, and what `write_values` kept beside it.

    Raises UsageError where there is none, ImpactError where it cannot be understood.
    """
    try:
        baseline = _read_document(json.loads(path.read_bytes()))
        beside = path.with_name(VALUES_NAME)
        return replace(baseline, values=_read_values(json.loads(beside.read_bytes()))) if beside.exists() else baseline
    except FileNotFoundError as error:
        raise UsageError(
            "there is no assessment to compare with", f"{path} is not there", "run addenda impact first"
        ) from error
    except OSError as error:
        raise ImpactError(
            "the assessment cannot be read", error.strerror or str(error), "check its rights", Place(str(path))
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ImpactError(
            "the assessment cannot be understood", "it is not what addenda impact writes", "run addenda impact again",
            Place(str(path)),
        ) from error  # fmt: skip


def _read_document(document: Mapping[str, Any]) -> Baseline:
    items: Sequence[Mapping[str, Any]] = document["items"]
    return Baseline(
        system=_text(document["system"]),
        previous=_text(document["previous"]),
        current=_text(document["current"]),
        effective_date=date.fromisoformat(document["effective_date"]),
        as_of=date.fromisoformat(document["as_of"]),
        kinds={_text(item["code"]): ChangeKind(item["kind"]) for item in items},
        hits={item["code"]: tuple(_read_hit(hit) for hit in item["uses"]) for item in items},
        successors={item["code"]: tuple(_text(one["code"]) for one in item["successors"]) for item in items},
        missing=tuple(_text(move["code"]) for move in document["moves"] if move["is_in_charge_master"] is False),
    )


def _read_values(document: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    return {
        _text(use): {_text(value): int(count) for value, count in counts.items()}
        for use, counts in document["uses"].items()
    }


def _read_hit(hit: Mapping[str, Any]) -> UseHit:
    owner = hit["owner"]
    return UseHit(
        _text(hit["use"]),
        _text(hit["kind"]),
        None if owner is None else _text(owner),
        _text(hit["location"]),
        _text(hit["column"]),
        _text(hit["entry"]),
        Match(hit["match"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of text")
    return value
