"""Opening what the publisher ships: a zip, a folder or a single file, without trusting any of it."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

from loaders.document import Document
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
_SIGNATURE_BYTES = 8
_PDF_SIGNATURE = b"%PDF"


def open_paths(paths: list[Path]) -> tuple[list[Document], tuple[SourceFile, ...]]:
    """The documents under the paths in a fixed order, and the files that they came in.

    A folder stands for all files below it, hidden ones apart. Raises SourceError for a path that is
    missing or cannot be read, ArchiveError for a broken or unsafe zip, LayoutError for an empty file
    or a web page in place of a file.
    """
    documents: list[Document] = []
    sources: dict[tuple[str, str], SourceFile] = {}
    for path in _list_files(paths):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError("file cannot be read", str(error), "check the path and the rights") from error
        source = SourceFile(path.name, sha256(data).hexdigest(), len(data))
        sources[source.name, source.sha256] = source
        documents.extend(_open_data(path.name, data))
    return documents, tuple(sources.values())


def _list_files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = (p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
            found = sorted(p for p in below if not any(part.startswith(".") for part in p.relative_to(path).parts))
            if not found:
                raise SourceError("folder is empty", "", "give the folder that holds the files", Place(str(path)))
            files.extend(found)
        elif path.exists():
            files.append(path)
        else:
            raise SourceError("no such file or folder", "", "check the path", Place(str(path)))
    return files


def _open_data(name: str, data: bytes) -> Iterator[Document]:
    if not data:
        raise LayoutError("file is empty", "", "download the file again", Place(name))
    document = Document.unpack(name, data)
    if document.form == "zip":
        yield from _open_zip(name, document.data, 1)
    elif document.form == "html":
        raise LayoutError(
            "file is a web page", "the site answered with a page in place of the file",
            "download the file again in a browser", Place(name),
        )  # fmt: skip
    elif name.lower().endswith(".zip") and document.form != "workbook":
        raise ArchiveError("file is not a zip archive", "", "download the file again", Place(name))
    else:
        yield document


def _open_zip(name: str, data: bytes, depth: int) -> Iterator[Document]:
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
    if sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise _unsafe(name, f"its members hold more than {MAX_TOTAL_BYTES} bytes")
    for info in infos:
        if info.is_dir():
            continue
        plain = _inflate(archive, info, name)
        member = Document.unpack(info.filename, plain, name)
        if member.form == "zip":
            yield from _open_zip(f"{name}/{info.filename}", member.data, depth + 1)
        elif plain:
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
    if not all(character.isprintable() for character in name):
        raise _unsafe(place, "a member name with control characters")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _unsafe(place, "a member is a link")
    if info.flag_bits & 0x1:
        raise _unsafe(place, "a member is encrypted")


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    place = f"{name}/{info.filename}"
    limit = min(MAX_MEMBER_BYTES, max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * max(info.compress_size, 1)))
    try:
        with archive.open(info) as member:
            start = member.read(_SIGNATURE_BYTES)
            if start.startswith(_PDF_SIGNATURE):
                return start
            plain = start + member.read(limit)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError("zip member is broken", str(error), "download the file again", Place(place)) from error
    if len(plain) > limit:
        raise _unsafe(place, f"it inflates to more than {limit} bytes from {info.compress_size}")
    return plain


def _unsafe(place: str, why: str) -> ArchiveError:
    return ArchiveError("archive is unsafe", why, "fetch it from the publisher again; nothing was read", Place(place))
