"""What a download keeps on disk: pages and robots.txt with their validators, and the unfinished file."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from schema.errors import DiskError, Place, SourceError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an error of the file system into a DiskError: a full disk, a folder without rights."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            "download cannot be written",
            error.strerror or str(error),
            "free space or mend the rights, then run it again",
            Place(str(error.filename or path)),
        ) from error


def load_json(path: Path) -> dict[str, Any]:
    """What `store_json` wrote, or an empty dictionary: what is broken or gone is asked for again."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def store_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write all or nothing. Raises SourceError."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_text(json.dumps(value, ensure_ascii=True), encoding="utf-8")
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


def name_entry(folder: Path, url: str) -> Path:
    """Where the cache keeps what belongs to an address."""
    return folder / f"{sha256(url.encode()).hexdigest()}.json"


@dataclass(frozen=True, slots=True)
class PartState:
    """What is known of the unfinished file: whose bytes they are, and what proves that more belong to them."""

    url: str
    final_url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None

    @property
    def validator(self) -> str:
        """For If-Range, which takes a strong validator alone (RFC 9110 section 13.1.5); "" without one."""
        return self.etag if self.etag.startswith('"') else self.last_modified


@dataclass(frozen=True, slots=True)
class PartFile:
    """An unfinished file and, beside it, its state. One process at a time writes it."""

    path: Path

    @property
    def _state_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep others away; the system lets go when the process is killed. Raises SourceError."""
        with writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.open("ab")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                why = "another process downloads it"
                raise SourceError("file is being written", why, "wait for it", Place(str(self.path))) from error
            yield

    def find_state(self, url: str) -> tuple[int, PartState | None]:
        """How many bytes of this address are here, and their state; 0 and None when they cannot be gone on with."""
        values = load_json(self._state_path)
        try:
            state = PartState(**values)
        except TypeError:
            return 0, None
        size = self.path.stat().st_size if self.path.exists() else 0
        if not size or state.url != url or not state.validator or (state.total is not None and size >= state.total):
            return 0, None
        return size, state

    def restart(self, state: PartState) -> None:
        """Begin anew: no bytes, then the state, so that a kill in between leaves nothing wrong. Raises DiskError."""
        with writing(self.path):
            os.truncate(self.path, 0)
        store_json(self._state_path, {name: getattr(state, name) for name in PartState.__slots__})

    def append(self, chunks: Iterator[bytes]) -> None:
        """Write each chunk as it comes: what has arrived outlives a kill. Raises SourceError, as `chunks` does."""
        # No buffer between: a chunk is with the system once it is written.
        with self.path.open("ab", buffering=0) as file:
            for chunk in chunks:
                view = memoryview(chunk)
                with writing(self.path):
                    while view:
                        view = view[file.write(view) :]

    def finish(self) -> None:
        """The bytes are all there and on the disk; the state is no longer needed."""
        with writing(self.path), self.path.open("rb") as file:
            os.fsync(file.fileno())
        with suppress(OSError):
            self._state_path.unlink()

    def drop(self) -> None:
        """Forget the bytes, but keep hold of the file."""
        with suppress(OSError):
            self._state_path.unlink()
        with suppress(OSError):
            os.truncate(self.path, 0)

    def remove(self) -> None:
        """Leave nothing behind."""
        self.drop()
        with suppress(OSError):
            self.path.unlink()
