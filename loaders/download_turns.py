"""Politeness: one request at a time over all hosts, a pause between two to one host, waits before a retry."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

MAX_ATTEMPTS = 5
# A site that refuses is asked once less.
MAX_REFUSALS = 4
REFUSALS = frozenset({403, 404})


def _ask_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from: seconds that only grow, the instant (UTC), and how to wait."""

    count: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _ask_time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one attempt may take, in seconds.

    It goes on while bytes arrive, however slowly, but for two limits that keep a drip from holding up
    all else: `drip_bytes` have to come in each `drip` seconds, and all of it within `whole`. What came is
    kept, and the next attempt goes on from there. A Retry-After above `retry_after` ends the attempts.
    """

    stall: float = 60.0
    drip: float = 120.0
    drip_bytes: int = 2_000
    whole: float = 3_600.0
    retry_after: float = 600.0


class Turns:
    """One request at a time, over all hosts and threads of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ended: dict[str, float] = {}

    @contextmanager
    def take(self, host: str, interval: float, stamp: Path) -> Iterator[None]:
        """Hold the turn for one request, once `interval` seconds have passed since the last to this host ended.

        `stamp` is a file whose time says when that was, for the process that comes after this one.
        """
        with self._lock:
            wait = interval
            if host in self._ended:
                wait -= self._clock.count() - self._ended[host]
            else:
                wait -= max(0.0, self._clock.now().timestamp() - _read_stamp(stamp))
            if wait > 0:
                self._clock.sleep(wait)
            try:
                self._write_stamp(stamp)
                yield
            finally:
                self._ended[host] = self._clock.count()
                self._write_stamp(stamp)

    def _write_stamp(self, stamp: Path) -> None:
        now = self._clock.now().timestamp()
        # Only manners hang on it: on a full disk the request's own error is the one to tell.
        with suppress(OSError):
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.touch()
            os.utime(stamp, (now, now))


TURNS = Turns(Clock())


def _read_stamp(stamp: Path) -> float:
    try:
        return stamp.stat().st_mtime
    except OSError:
        return 0.0


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now` that a Retry-After header asks for (RFC 9110 section 10.2.3), None without a usable one."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def tell_wait(attempt: int, interval: float, retry_after: float | None) -> float:
    """Seconds to wait before this attempt (2 to 5): interval × 2ⁿ, or what the site asks for if that is longer."""
    return max(interval * 2.0**attempt, retry_after or 0.0)
