"""When the pages of a system were last looked at, and which systems it is time for."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flows.sources.calendar import DAY, polling_interval
from schema.errors import SourceError

LEDGER_NAME = "looks.json"
# How long an event is offered to `notify` again: it knows what was told, so this is for what it could not tell.
KEEP_EVENTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at the pages of a system: `tried` is its day, `seen` the last day on which it succeeded."""

    tried: date
    seen: date | None = None


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """What happened on a day, in the words of a notification."""

    day: date
    kind: str
    key: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the checks before this one left."""

    looks: Mapping[str, Look] = field(default_factory=dict)
    events: tuple[KeptEvent, ...] = ()

    def add(self, today: date, tried: Iterable[str], failed: Collection[str], events: Iterable[KeptEvent]) -> Ledger:
        """The ledger after a check that looked at the systems `tried`; `failed` are to be seen again tomorrow."""
        looks = dict(self.looks)
        for system in tried:
            before = looks.get(system, Look(today))
            looks[system] = replace(before, tried=today) if system in failed else Look(today, today)
        kept = {(event.kind, event.key): event for event in self.events if abs(today - event.day) <= KEEP_EVENTS}
        for event in events:
            kept.setdefault((event.kind, event.key), event)
        return Ledger(looks, tuple(kept.values()))


def list_due(
    systems: Iterable[str], looks: Mapping[str, Look], today: date, alarmed: Collection[str] = ()
) -> list[str]:
    """The systems whose pages are to be looked at on this day, in the order given.

    Each at most once a day. A week after the last look that succeeded, in the season a day, and a day
    too for the `alarmed` systems, of which something is late or missing. What failed is due tomorrow.
    """
    return [system for system in systems if _is_due(system, looks.get(system), today, system in alarmed)]


def _is_due(system: str, look: Look | None, today: date, is_alarmed: bool) -> bool:
    if look is None or today < look.tried:
        # A look in the future was made with a wrong clock.
        return True
    if look.tried == today:
        return False
    if look.seen is None or look.seen < look.tried:
        return True
    return today - look.seen >= (DAY if is_alarmed else polling_interval(system, today))


def read_ledger(home: Path) -> Ledger:
    """The ledger of a home folder; an empty one when there is none or it cannot be understood, since
    nothing is lost by one look too many. Raises SourceError when it cannot be read."""
    path = home / LEDGER_NAME
    try:
        found = json.loads(path.read_bytes())
        looks = {str(name): _read_look(values) for name, values in found["looks"].items()}
        return Ledger(looks, tuple(_read_event(values) for values in found["events"]))
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        raise SourceError(f"cannot read {path}", str(error), "check its rights") from error
    except (ValueError, TypeError, KeyError, AttributeError):
        return Ledger()


def write_ledger(home: Path, ledger: Ledger) -> None:
    """Replace the ledger whole. The caller holds the update lock. Raises SourceError."""
    path = home / LEDGER_NAME
    value = {
        "format": 1,
        "looks": {
            system: {"tried": look.tried.isoformat(), "seen": look.seen.isoformat() if look.seen else None}
            for system, look in ledger.looks.items()
        },
        "events": [
            {"day": event.day.isoformat(), "kind": event.kind, "key": event.key, "title": event.title,
             "body": event.body}
            for event in ledger.events
        ],
    }  # fmt: skip
    beside = path.with_suffix(".part")
    try:
        beside.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="ascii")
        os.replace(beside, path)
    except OSError as error:
        raise SourceError(f"cannot write {path}", str(error), "free space or check its rights") from error


def _read_look(values: Mapping[str, Any]) -> Look:
    seen = values["seen"]
    return Look(date.fromisoformat(values["tried"]), date.fromisoformat(seen) if seen else None)


def _read_event(values: Mapping[str, Any]) -> KeptEvent:
    texts = [str(values[name]) for name in ("kind", "key", "title", "body")]
    return KeptEvent(date.fromisoformat(values["day"]), *texts)
