"""The throttle of failed logins: after too many the door stays shut until the oldest of them is 15 minutes old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from schema.store.access import add_failure, clear_failures, count_failures

if TYPE_CHECKING:
    from sqlalchemy import Connection

WINDOW_MINUTES = 15


def check_throttle(connection: Connection, keys: Mapping[str, int], now: datetime) -> int:
    """Minutes that the door stays shut, 0 when it is open; `keys` are what is counted by, with their limits."""
    return max((_wait(connection, key, limit, now) for key, limit in keys.items()), default=0)


def note_failure(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    """Count a failure under every key, inside `writing`."""
    for key in keys:
        if not count_failures(connection, key, _window(now, 0)):
            # What is older counts no more, and goes.
            clear_failures(connection, key)
        add_failure(connection, key, now)


def forget_failures(connection: Connection, keys: Iterable[str]) -> None:
    """Whoever came in is not held for what was typed wrongly before."""
    for key in keys:
        clear_failures(connection, key)


def _wait(connection: Connection, key: str, limit: int, now: datetime) -> int:
    if count_failures(connection, key, _window(now, 0)) < limit:
        return 0
    later = (m for m in range(1, WINDOW_MINUTES) if count_failures(connection, key, _window(now, m)) < limit)
    return next(later, WINDOW_MINUTES)


def _window(now: datetime, minutes: int) -> datetime:
    """The instant from which failures count, as seen some minutes from now."""
    return now - timedelta(minutes=WINDOW_MINUTES - minutes)
