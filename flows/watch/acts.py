"""What people did to the watchlist: a list in `entries.json` to which acts are only ever added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from flows.watch.kept_files import holding_folder, read_kept, write_kept
from schema.watch import WatchAct

ACTS_NAME = "entries.json"
_FORMAT = 1
_WHAT = "the entries of the watchlist made by people"


def read_acts(folder: Path) -> tuple[WatchAct, ...]:
    """Everything that was done, in the order in which it was done; empty without a file. Raises WatchError."""
    return read_kept(folder / ACTS_NAME, _parse, (), _WHAT)


def append_act(folder: Path, act: WatchAct) -> None:
    """Add one act; those before it stay as they are. Raises WatchError."""
    with holding_folder(folder, _WHAT):
        _write(folder, (*read_acts(folder), act))


def _write(folder: Path, acts: Sequence[WatchAct]) -> None:
    rows = [{**asdict(act), "act_date": act.act_date.isoformat()} for act in acts]
    text = json.dumps({"format": _FORMAT, "acts": rows}, indent=1, ensure_ascii=True) + "\n"
    write_kept(folder / ACTS_NAME, text, _WHAT)


def _parse(text: str) -> tuple[WatchAct, ...]:
    document = json.loads(text)
    if document["format"] != _FORMAT:
        raise ValueError("it is of another version")
    acts = []
    for row in document["acts"]:
        if row["action"] not in ("add", "end"):
            raise ValueError("there is no such act")
        acts.append(WatchAct(**{**row, "act_date": date.fromisoformat(row["act_date"])}))
    return tuple(acts)
