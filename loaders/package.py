"""Opening what the publisher ships: a zip, a folder or a single file, without trusting any of it."""

from __future__ import annotations

import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from loaders.document import GZIP_SIGNATURE, HEAD_BYTES, Document
from schema.contents import SourceFile
from schema.errors import ArchiveError, LayoutError, Place, SourceError

# The largest archive seen has 15 members, 16 MB in the largest, at a ratio of 28; the limits leave
# room for ten times that and none for a bomb.
MAX_MEMBERS = 1_000
MAX_MEMBER_BYTES = 200_000_000
MAX_TOTAL_BYTES = 600_000_000
MAX_RATIO = 200
# Below this size a high ratio harms nobody: a list of blanks is no bomb.
RATIO_COUNTS_FROM_BYTES = 1_000_000
# DMEPOS and ASP archives hold archives; none is known to go deeper.
MAX_NESTING = 2

_DRIVE = re.compile(r"[A-Za-z]:")


class _Allowance:
    """What one call may still unpack: archives inside archives count together."""

    def __init__(self) -> None:
        self.left = MAX_TOTAL_BYTES

    def take(self, size: int, place: str) -> None:
        self.left -= size
        if self.left < 0:
            raise _unsafe(place, f"all together hold more than {MAX_TOTAL_BYTES} bytes")


class PackedDocument(Document):
    """A member of a zip, inflated when it is read: most archives hold more than a load needs."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, container: str) -> None:
        # The parent is frozen; these three are set once, here.
        object.__setattr__(self, "name", info.filename)
        object.__setattr__(self, "container", container)
        object.__setattr__(self, "_member", (archive, info))

    @cached_property
    def start(self) -> bytes:
        """The first bytes; raises ArchiveError as `data` does."""
        return self._inflate(HEAD_BYTES)

    @cached_property
    def data(self) -> bytes:
        """All bytes, verified against the archive's checksum; raises ArchiveError."""
        plain = self._inflate(self._limit + 1)
        if len(plain) > self._limit:
            raise _unsafe(self.place_name, f"it inflates to more than {self._limit} bytes")
        told: int = self._member[1].file_size  # type: ignore[attr-defined]
        if len(plain) != told:
            why = f"it holds {len(plain)} bytes, the archive says {told}"
            raise ArchiveError("zip member is broken", why, "download the file again", Place(self.place_name))
        return plain

    @property
    def _limit(self) -> int:
        packed: int = self._member[1].compress_size  # type: ignore[attr-defined]
        return min(MAX_MEMBER_BYTES, max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * max(packed, 1)))

    def _inflate(self, size: int) -> bytes:
        archive, info = self._member  # type: ignore[attr-defined]
        try:
            with archive.open(info) as member:
                plain: bytes = member.read(size)
                return plain
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise ArchiveError(
                "zip member is broken", str(error), "download the file again", Place(self.place_name)
            ) from error


def open_paths(paths: list[Path]) -> tuple[Iterator[Document], tuple[SourceFile, ...]]:
    """The documents under the paths in a fixed order, and the files that they came in.

    The documents come one by one, so that what has been read need not stay in memory. A folder
    stands for all files below it, hidden ones apart. Raises SourceError for a path that is missing or
    cannot be read, ArchiveError for a broken or unsafe zip, LayoutError for an empty file or a web
    page in place of a file.
    """
    sources: dict[tuple[str, str], SourceFile] = {}
    files: list[tuple[str, bytes]] = []
    for path in _list_files(paths):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
        # A name that is no UTF-8 could be neither stored nor printed.
        name = os.fsencode(path.name).decode(errors="backslashreplace")
        source = SourceFile(name, sha256(data).hexdigest(), len(data))
        sources[source.name, source.sha256] = source
        files.append((name, data))
    allowance = _Allowance()
    documents = (document for name, data in files for document in _open_data(name, data, allowance))
    return documents, tuple(sources.values())


def _list_files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        try:
            found = _list_folder(path) if stat.S_ISDIR(path.stat().st_mode) else [path]
            for file in found:
                _check_file(file)
        except FileNotFoundError as error:
            raise SourceError("no such file or folder", "", "check the path", Place(str(path))) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        if not found:
            why = "hidden files and links do not count"
            raise SourceError("folder is empty", why, "give the folder that holds the files", Place(str(path)))
        files.extend(found)
    return files


def _list_folder(folder: Path) -> list[Path]:
    """The files below a folder; raises OSError where a folder in it cannot be read."""

    def stop(error: OSError) -> None:
        raise error

    files = []
    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found = (Path(parent, name) for name in names if not name.startswith("."))
        files += [path for path in found if stat.S_ISREG(path.lstat().st_mode)]
    return sorted(files)


def _check_file(path: Path) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        # A pipe or a device might never end.
        raise SourceError("not a file", "it is a pipe or a device", "save it as a file first", Place(str(path)))
    if status.st_size > MAX_TOTAL_BYTES:
        why = f"it has {status.st_size} bytes, the limit is {MAX_TOTAL_BYTES}"
        raise SourceError("file is too large", why, "give the files of one release", Place(str(path)))


def _unreadable(path: Path, error: OSError) -> SourceError:
    place = Place(str(error.filename or path))
    return SourceError(
        "file or folder cannot be read", error.strerror or str(error), "check the path and the rights", place
    )


def _open_data(name: str, data: bytes, allowance: _Allowance) -> Iterator[Document]:
    if not data:
        raise LayoutError("file is empty", "", "download the file again", Place(name))
    document = Document.unpack(name, data)
    allowance.take(len(document.data), name)
    if document.form == "zip":
        yield from _open_zip(name, document.data, 1, allowance)
    elif document.form == "html":
        raise LayoutError(
            "file is a web page", "the site answered with a page in place of the file",
            "download the file again in a browser", Place(name),
        )  # fmt: skip
    elif name.lower().endswith(".zip") and document.form != "workbook":
        raise ArchiveError("file is not a zip archive", "", "download the file again", Place(name))
    else:
        yield document


def _open_zip(name: str, data: bytes, depth: int, allowance: _Allowance) -> Iterator[Document]:
    if depth > MAX_NESTING:
        raise ArchiveError("archive is nested too deeply", "", "unpack it by hand and look inside", Place(name))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ArchiveError("zip archive is broken", str(error), "download the file again", Place(name)) from error
    if len(infos) > MAX_MEMBERS:
        raise _unsafe(name, f"{len(infos)} members, more than {MAX_MEMBERS}")
    seen: set[str] = set()
    for info in infos:
        _refuse_unsafe_name(name, info)
        if info.filename in seen:
            raise _unsafe(f"{name}/{info.filename}", "two members have this name")
        seen.add(info.filename)
    for info in infos:
        if info.file_size > max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * max(info.compress_size, 1)):
            why = f"it inflates to {info.file_size} bytes from {info.compress_size}"
            raise _unsafe(f"{name}/{info.filename}", why)
    if all(info.is_dir() for info in infos):
        raise ArchiveError("zip archive is empty", "", "download the file again", Place(name))
    allowance.take(sum(info.file_size for info in infos), name)
    for info in infos:
        if info.is_dir():
            continue
        member: Document = PackedDocument(archive, info, name)
        if member.start.startswith(GZIP_SIGNATURE):
            member = Document.unpack(info.filename, member.data, name)
            allowance.take(len(member.data), member.place_name)
        if member.form == "zip":
            yield from _open_zip(f"{name}/{info.filename}", member.data, depth + 1, allowance)
        else:
            yield member


def _refuse_unsafe_name(archive: str, info: zipfile.ZipInfo) -> None:
    """One unsafe name refuses the whole archive: who packs `../x` cannot be trusted with the rest."""
    # The name as packed: zipfile cuts at a NUL byte and turns the local separator into a slash.
    name = info.orig_filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    place = f"{archive}/{info.filename}"
    if name.startswith("/") or _DRIVE.match(name):
        raise _unsafe(place, "an absolute member name")
    if ".." in parts:
        raise _unsafe(place, "a member name leaves the archive")
    # A blank of any width is harmless, and the old encoding of zip names has one (U+00A0).
    if not all(character.isprintable() or unicodedata.category(character) == "Zs" for character in name):
        raise _unsafe(place, "a member name with control characters")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _unsafe(place, "a member is a link")
    if info.flag_bits & 0x1:
        raise _unsafe(place, "a member is encrypted")


def _unsafe(place: str, why: str) -> ArchiveError:
    return ArchiveError("archive is unsafe", why, "fetch it from the publisher again; nothing was read", Place(place))
