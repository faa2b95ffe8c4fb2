"""The releases in force, each with the runs of its code list, kept in memory: a release never changes."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from schema.releases import ReleaseId
from schema.store.bulk import fetch_rows
from schema.store.writer import CODE_LIST
from schema.tables import RECORD_LIST, RELEASE

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Held:
    """One release in force, with the runs of its code list as two parallel sorted columns."""

    release_id: ReleaseId
    list_key: int
    firsts: Sequence[int]
    lasts: Sequence[int]

    def holds(self, key: int) -> bool:
        """Whether the record of that key is in the release."""
        at = bisect_right(self.firsts, key) - 1
        return at >= 0 and self.lasts[at] >= key


_Identity = tuple[ReleaseId, int, datetime, str]

_lock = Lock()
# A server asks for the same releases with every page; a run costs 16 bytes, and fetching them all 20 ms.
_kept: WeakKeyDictionary[Engine, dict[_Identity, Held]] = WeakKeyDictionary()


def read_held(connection: Connection, system: str, known_at: datetime | None = None) -> list[Held]:
    """The latest issue of each release of a system (known at an instant), the earliest effective date first."""
    query = (
        select(RELEASE.c.effective_date, RELEASE.c.issue, RECORD_LIST.c.id, RELEASE.c.loaded_at, RELEASE.c.digest)
        .join(RECORD_LIST, RECORD_LIST.c.release_id == RELEASE.c.id)
        .where(RELEASE.c.system == system, RECORD_LIST.c.kind == CODE_LIST)
        .order_by(RELEASE.c.effective_date, RELEASE.c.issue)
    )
    if known_at is not None:
        query = query.where(RELEASE.c.loaded_at <= known_at)
    latest: dict[date, _Identity] = {
        day: (ReleaseId(system, day, issue), key, loaded_at, digest)
        for day, issue, key, loaded_at, digest in connection.execute(query)
    }
    with _lock:
        kept = _kept.setdefault(connection.engine, {})
    return [kept.get(identity) or _keep(connection, kept, identity) for identity in latest.values()]


def _keep(connection: Connection, kept: dict[_Identity, Held], identity: _Identity) -> Held:
    release_id, key, _, _ = identity
    runs = sorted(fetch_rows(connection, "run", ("first_id", "last_id"), "list_id", key))
    held = Held(release_id, key, array("q", [run[0] for run in runs]), array("q", [run[1] for run in runs]))
    kept[identity] = held
    return held
