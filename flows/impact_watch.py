"""Watching the work that an assessment asked for, each day until its release takes effect."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.impact.baseline import read_baseline
from flows.impact.verify import State, Verification
from flows.impact.writer import IMPACT_NAME
from flows.impact_verification import read_uses, verify_baseline
from flows.notifications import Event, EventKind
from flows.settings import Settings
from loaders.intake_storage import write_whole
from schema.errors import AddendaError, ImpactError, Place, shorten_value
from schema.records import canonical_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from schema.uses import InventoryUse

STATE_NAME = "verified.json"
_WORDS = {
    State.NOT_YET: "not yet",
    State.APPLIED_WRONGLY: "applied wrongly",
    State.NEW_STALE: "newly stale",
    State.APPLIED: "applied",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What became of one assessment. `problem` says in one line why it could not be verified, "" when it was.
    `state` is the same as long as nothing happens, `changed_date` the day on which it began."""

    name: str
    verification: Verification | None
    problem: str
    state: str
    changed_date: date
    is_changed: bool

    @property
    def has_open(self) -> bool:
        """Whether a person should look."""
        return self.verification is None or self.verification.has_open

    @property
    def line(self) -> str:
        """The state in one line."""
        if self.verification is None:
            return f"impact {shorten_value(self.name, 100)}: {self.problem}"
        done = self.verification
        counts = ", ".join(f"{done.counts[state]:,} {words}" for state, words in _WORDS.items())
        days = (done.effective_date - done.as_of).days
        return f"impact {done.previous} → {done.current}: {counts}; in force in {days} day{'' if days == 1 else 's'}"

    @property
    def event(self) -> Event:
        """What people are told, once for each state and the day on which it began."""
        if self.verification is None:
            return Event(EventKind.IMPACT, f"impact {self.name} cannot be verified", self.problem, self._key)
        current = self.verification.current
        count = sum(
            self.verification.counts[state] for state in (State.NOT_YET, State.APPLIED_WRONGLY, State.NEW_STALE)
        )
        title = f"{current}: {count:,} places to correct" if count else f"{current}: everything is done"
        return Event(EventKind.IMPACT, title, self.line, self._key)

    @property
    def _key(self) -> str:
        return f"{self.name} {self.state} {self.changed_date}"


def verify_pending(engine: Engine, settings: Settings, config: Path | None, today: date) -> list[Watched]:
    """Every assessment below the home folder whose release has not yet taken effect (its first day counted in).

    The uses are read once. What hinders one is told in its own `problem`. Remembers the states in `verified.json`, so
    that the next call knows what changed. Raises ImpactError when that file cannot be written.
    """
    folder = settings.home / "impact"
    paths = sorted(folder.glob(f"*/{IMPACT_NAME}"))
    if not paths:
        return []
    before = _read_states(folder / STATE_NAME)
    uses = _Uses(config)
    found = []
    for path in paths:
        name = path.parent.name
        try:
            baseline = read_baseline(path)
            if baseline.effective_date < today:
                continue
            done = verify_baseline(engine, baseline, uses.read(), today)
        except AddendaError as error:
            found.append(_watch(name, None, error.line, before.get(name), today))
        else:
            found.append(_watch(name, done, "", before.get(name), today))
    _write_states(folder / STATE_NAME, found)
    return found


class _Uses:
    """The inventory, read when it is first needed."""

    def __init__(self, config: Path | None) -> None:
        self._config = config
        self._found: Sequence[InventoryUse] | None = None

    def read(self) -> Sequence[InventoryUse]:
        if self._found is None:
            self._found = read_uses(self._config)
        return self._found


def _watch(
    name: str, done: Verification | None, problem: str, before: Mapping[str, str] | None, today: date
) -> Watched:
    told = [[item.code, item.use, item.location, item.state.value] for item in done.items] if done else [problem]
    state = sha256(canonical_json(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if before and before["state"] == state:
        return Watched(name, done, problem, state, date.fromisoformat(before["changed_date"]), is_changed=False)
    return Watched(name, done, problem, state, today, is_changed=True)


def _read_states(path: Path) -> dict[str, dict[str, str]]:
    """The states by name; none when the file is not there or not understood: then everything is told once more."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())["states"]
        return {
            name: {"state": str(one["state"]), "changed_date": date.fromisoformat(one["changed_date"]).isoformat()}
            for name, one in found.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write_states(path: Path, found: Sequence[Watched]) -> None:
    states = {one.name: {"state": one.state, "changed_date": one.changed_date.isoformat()} for one in found}
    text = json.dumps({"format": 1, "states": states}, indent=1, sort_keys=True) + "\n"
    try:
        write_whole(path, text.encode("ascii"))
    except OSError as error:
        why = error.strerror or str(error)
        raise ImpactError(
            "the states cannot be kept", why, "check the disk and the rights", Place(str(path))
        ) from error
