"""Where the archive lies: a local folder, or any fsspec address; either shows a file whole or not at all."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from schema.errors import AddendaError, ArchiveError, Place, SettingsError, shorten_value

INCOMING = "incoming"
_CHUNK_BYTES = 1 << 20
# Written once: nobody has reason to change it. The mode counts for later openers, not for the one who creates.
_READ_ONLY = 0o444
# What a killed process left is swept away when nobody can be writing to it any more.
_LEFT_BEHIND = "writing-*.part"
_LEFT_BEHIND_SECONDS = 24 * 3600
_LOCAL_PROTOCOLS = ("file", "local")


class Folder(Protocol):
    """What the archive needs of a place. Names are relative, with slashes."""

    label: str
    """The address as it may be shown: without user, password and query."""

    def list_names(self, below: str) -> list[str]:
        """The names of all files below a sub-folder, sorted; empty when it is not there."""

    def read(self, name: str) -> bytes:
        """The bytes of a small file; raises FileNotFoundError."""

    def measure(self, name: str) -> tuple[str, int]:
        """The sha256 (hex) and size of a file as it lies there now; raises FileNotFoundError."""

    def write(self, name: str, source: BinaryIO, digest: str) -> None:
        """Put the bytes of `source` at `name`, whole or not at all. Raises ArchiveError, also when
        what was written does not have this sha256."""

    def reading(self, name: str) -> AbstractContextManager[BinaryIO]:
        """The file, open to be read; raises FileNotFoundError."""

    def local_path(self, name: str) -> Path | None:
        """The file itself where it is a local one; else None."""


def open_folder(address: str) -> Folder:
    """The place at a path or fsspec address; nothing is made yet. Raises SettingsError."""
    if "://" not in address and "::" not in address:
        return LocalFolder(Path(address).expanduser().absolute())
    from fsspec.core import url_to_fs

    label = hide_secrets(address)
    try:
        # A listing kept from before would hide what another process has written since.
        files, root = url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError, TypeError, OSError) as error:
        why = shorten_value(str(error), 120) if isinstance(error, ImportError) else "no such kind of address"
        raise SettingsError(f"archive {label} cannot be opened", why, "correct ADDENDA_ARCHIVE") from error
    protocols = (files.protocol,) if isinstance(files.protocol, str) else files.protocol
    if any(protocol in _LOCAL_PROTOCOLS for protocol in protocols) and "::" not in address:
        return LocalFolder(Path(root))
    return RemoteFolder(files, root, label)


def hide_secrets(address: str) -> str:
    """An address as it may be shown: one line without user, password, query and fragment."""
    if "://" not in address:
        return shorten_value(address, 160)
    head, _, _ = address.partition("?")
    scheme, _, rest = head.partition("#")[0].partition("://")
    authority, slash, path = rest.partition("/")
    return shorten_value(f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}", 160)


class LocalFolder:
    """A folder on this machine: written beside, synced, then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.label = shorten_value(str(root), 160)

    def list_names(self, below: str) -> list[str]:
        with explain_failure(self.label, "read"):
            found = []
            for parent, _, names in os.walk(self.root / below, onerror=_stop_unless_gone):
                relative = Path(parent).relative_to(self.root).as_posix()
                found += [f"{relative}/{name}" for name in names]
            return sorted(found)

    def read(self, name: str) -> bytes:
        with explain_failure(self.label, "read"):
            return (self.root / name).read_bytes()

    def measure(self, name: str) -> tuple[str, int]:
        with self.reading(name) as file:
            return _measure(file)

    def write(self, name: str, source: BinaryIO, digest: str) -> None:
        target = self.root / name
        # A name of our own: no other process can write to what is renamed in the end.
        beside = self.root / INCOMING / f"writing-{uuid.uuid4().hex}.part"
        with explain_failure(self.label, "written"):
            for folder in (beside.parent, target.parent):
                _make_folder(folder)
            _sweep(beside.parent)
            try:
                written = _write_synced(beside, source)
                if written != digest:
                    raise _refuse_bytes(self.label, name)
                os.replace(beside, target)
            finally:
                beside.unlink(missing_ok=True)
            _sync_folder(target.parent)

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        with explain_failure(self.label, "read"), (self.root / name).open("rb") as file:
            yield file

    def local_path(self, name: str) -> Path | None:
        return self.root / name


class RemoteFolder:
    """A folder of any fsspec file system: uploaded beside, read back, then moved."""

    def __init__(self, files: Any, root: str, label: str) -> None:
        self._files, self._root, self.label = files, root.rstrip("/"), label

    def list_names(self, below: str) -> list[str]:
        with explain_failure(self.label, "read", is_remote=True):
            self._files.invalidate_cache()
            try:
                found = self._files.find(self._path(below))
            except FileNotFoundError:
                return []
            lead = self._path("").lstrip("/")
            return sorted(str(path).lstrip("/")[len(lead) :] for path in found)

    def read(self, name: str) -> bytes:
        with explain_failure(self.label, "read", is_remote=True):
            data: bytes = self._files.cat_file(self._path(name))
            return data

    def measure(self, name: str) -> tuple[str, int]:
        with self.reading(name) as file:
            return _measure(file)

    def write(self, name: str, source: BinaryIO, digest: str) -> None:
        beside, target = self._path(f"{INCOMING}/writing-{uuid.uuid4().hex}.part"), self._path(name)
        with explain_failure(self.label, "written", is_remote=True):
            for path in (beside, target):
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            try:
                with self._files.open(beside, "wb") as file:
                    for chunk in _chunks(source):
                        file.write(chunk)
                with self._files.open(beside, "rb") as file:
                    written, _ = _measure(file)
                if written != digest:
                    raise _refuse_bytes(self.label, name)
                self._files.mv(beside, target)
            finally:
                with suppress(FileNotFoundError):
                    self._files.rm_file(beside)

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        with explain_failure(self.label, "read", is_remote=True), self._files.open(self._path(name), "rb") as file:
            yield file

    def local_path(self, name: str) -> Path | None:
        return None

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


@contextmanager
def explain_failure(label: str, what: str, *, is_remote: bool = False) -> Iterator[None]:
    """Every error of a place as an ArchiveError of one line; FileNotFoundError of a reader passes."""
    try:
        yield
    except AddendaError:
        raise
    except FileNotFoundError:
        if what != "written":
            raise
        raise _failed(label, what, "the folder vanished", "give the command again") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _failed(label, what, "the disk is full", "make room, then give the command again") from error
        why = error.strerror or type(error).__name__
        raise _failed(label, what, why, "check the address and the rights") from error
    except Exception as error:
        if not is_remote:
            raise
        # Every fsspec file system lets its own library's errors through. Their texts may hold keys.
        raise _failed(label, what, type(error).__name__, "check the address and the rights") from error


def _failed(label: str, what: str, why: str, remedy: str) -> ArchiveError:
    return ArchiveError(f"the archive cannot be {what}", why, f"{remedy}; what it holds is unharmed", Place(label))


def _refuse_bytes(label: str, name: str) -> ArchiveError:
    why = f"they are not what belongs to {name}"
    return ArchiveError("bytes do not have their sha256", why, "fetch the file again", Place(label))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _measure(file: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    for chunk in _chunks(file):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _write_synced(path: Path, source: BinaryIO) -> str:
    """Write a file that is not there, down to the disk; the sha256 of what was written."""
    digest = sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY), "wb") as file:
        for chunk in _chunks(source):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sweep(folder: Path) -> None:
    oldest = time.time() - _LEFT_BEHIND_SECONDS
    for path in folder.glob(_LEFT_BEHIND):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stop_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
