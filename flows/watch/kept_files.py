"""Files that the watch keeps from day to day: read whole, replaced whole, changed by one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from loaders.intake_storage import write_whole
from schema.errors import Place, WatchError

Value = TypeVar("Value")


def read_kept(path: Path, parse: Callable[[str], Value], nothing: Value, what: str) -> Value:
    """What the file says, `nothing` where there is none. Raises WatchError when it is not as it was written:
    what people did and when an alarm began cannot be found out again."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return nothing
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        why = error.strerror or "" if isinstance(error, OSError) else "it is not what was written"
        remedy = "bring the file back from a backup, or move it away to begin anew"
        raise WatchError(f"{what} cannot be read", why, remedy, Place(str(path))) from error


def write_kept(path: Path, text: str, what: str) -> None:
    """Put the text at the path, down to the disk, whole or not at all. Raises WatchError."""
    with _explaining(path, what):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text.encode())


@contextmanager
def holding_folder(folder: Path, what: str) -> Iterator[None]:
    """Hold the folder between reading a file of it and writing it; others wait. Raises WatchError.

    The system takes the lock back when its holder dies.
    """
    with _explaining(folder, what):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "watch.lock").open("w", encoding="ascii")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _explaining(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise WatchError(f"{what} cannot be kept", why, "check the disk and the rights", Place(str(path))) from error
