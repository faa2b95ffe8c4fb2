"""One update at a time: a lock that the system itself takes back when its holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.errors import SourceError


@contextmanager
def holding_lock(home: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the update lock of a home folder; another process waits, and then finds the work done.

    `waiting` is called once when another one holds it. Nothing needs unlocking by hand: the lock ends
    with the process. Raises SourceError when the folder cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "update.lock").open("w", encoding="ascii")
    except OSError as error:
        raise SourceError(f"cannot write to {home}", str(error), "choose another ADDENDA_HOME") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
