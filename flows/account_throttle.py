"""The throttle of failed logins: after too many the door stays shut until the oldest of them is 15 minutes old."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from schema.store.access import add_failure, clear_failures, list_failures, remove_old_failures

if TYPE_CHECKING:
    from sqlalchemy import Connection

WINDOW = timedelta(minutes=15)


def check_throttle(connection: Connection, keys: Mapping[str, int], now: datetime) -> int:
    """Minutes that the door stays shut, 0 when it is open; `keys` are what is counted by, with their limits."""
    return max((_wait(connection, key, limit, now) for key, limit in keys.items()), default=0)


def note_failure(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    """Count a failure under every key, inside `writing`; what is too old to count goes."""
    remove_old_failures(connection, now - WINDOW)
    for key in keys:
        add_failure(connection, key, now)


def forget_failures(connection: Connection, keys: Iterable[str]) -> None:
    """Whoever came in is not held for what was typed wrongly before."""
    for key in keys:
        clear_failures(connection, key)


def _wait(connection: Connection, key: str, limit: int, now: datetime) -> int:
    times = list_failures(connection, key, now - WINDOW)
    if len(times) < limit:
        return 0
    opens_at = times[len(times) - limit] + WINDOW
    return max(1, math.ceil((opens_at - now).total_seconds() / 60))
