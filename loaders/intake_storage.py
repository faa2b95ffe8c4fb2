"""Folder and files of a dataset: one import at a time, and what is written is whole or not there."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schema.errors import AddendaError, Place


@dataclass(frozen=True, slots=True)
class Holding:
    """What a dataset holds: the noun in its messages (a plural) and the error that they are raised as."""

    noun: str
    error: type[AddendaError]


@contextmanager
def holding_lock(folder: Path, holding: Holding, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the dataset for an import; another one waits, and `waiting` is called once. Raises its error.

    The system takes the lock back when its holder dies.
    """
    with explain_failure(folder, holding):
        # What concerns patients is nobody else's business.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "import.lock").open("w", encoding="ascii")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def explain_failure(folder: Path, holding: Holding) -> Iterator[None]:
    """Every error of the disk as the dataset's own, of one line."""
    try:
        yield
    except AddendaError:
        raise
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "the disk is full" if is_full else error.strerror or type(error).__name__
        remedy = "make room" if is_full else "check the folder and its rights"
        raise holding.error(
            f"{holding.noun} cannot be kept", why,
            f"{remedy}, then give the command again; what is held is unharmed", Place(str(folder)),
        ) from error  # fmt: skip


def write_whole(path: Path, data: bytes) -> None:
    """Put these bytes at a path, down to the disk, whole or not at all. Raises OSError, and leaves nothing then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def put_in_place(beside: Path, path: Path) -> None:
    """Rename a written file, and bring the name to the disk."""
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
