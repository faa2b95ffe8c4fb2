"""Whether what came is what was asked for: judged by the bytes alone, never by the content type that was told."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from loaders.document import HEAD_BYTES, Document
from loaders.download_addresses import wants_zip
from loaders.download_faults import AttemptError, make_error
from loaders.package import MAX_MEMBERS, MAX_RATIO, MAX_TOTAL_BYTES, RATIO_COUNTS_FROM_BYTES
from schema.errors import ArchiveError, shorten_value

# No larger file is known to be published; the store's own limit is the same.
MAX_FILE_BYTES = MAX_TOTAL_BYTES
# The CMS page of ICD-10 has 200 kB.
MAX_PAGE_BYTES = 20_000_000

_CHUNK = 1 << 20


def read_head(path: Path) -> bytes:
    """The first 16 kB."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def check_file(path: Path, url: str, head: bytes, *, is_page: bool) -> None:
    """Raises AttemptError for what a further attempt may bring right, ArchiveError for a zip that is unsafe to open."""
    if not head:
        raise AttemptError("the answer was empty")
    form = Document("", head).form
    if form == "html" and not is_page:
        raise AttemptError(f"a web page came in place of the {'zip' if wants_zip(url) else 'file'}")
    if form == "zip" or head.startswith(b"PK\x03\x04"):
        _check_zip(path, url)
    elif wants_zip(url):
        raise AttemptError("what came is not a zip")


def _check_zip(path: Path, url: str) -> None:
    """Every member is inflated and compared with its checksum, within the limits that loading has too."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            _refuse_bomb(infos, url)
            for info in infos:
                _read_member(archive, info)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise AttemptError(f"the zip is broken ({shorten_value(str(error))})") from error


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    try:
        with archive.open(info) as member:
            while member.read(_CHUNK):
                pass
    except (NotImplementedError, RuntimeError):
        # A packing that Python does not know, or a password: the bytes came as they are, loading refuses them.
        return


def _refuse_bomb(infos: list[zipfile.ZipInfo], url: str) -> None:
    why = ""
    if not infos:
        raise AttemptError("the zip is empty")
    if len(infos) > MAX_MEMBERS:
        why = f"{len(infos)} members, more than {MAX_MEMBERS}"
    elif sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        why = f"it inflates to more than {MAX_TOTAL_BYTES} bytes"
    elif any(i.file_size > max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * i.compress_size) for i in infos):
        why = f"a member inflates to more than {MAX_RATIO} times its size"
    if why:
        raise make_error(ArchiveError, "archive is unsafe", why, "it was not kept; ask the publisher", url)


def decode_page(data: bytes, charset: str | None) -> str:
    """The text of a page, in the charset that was told, else UTF-8, else Windows-1252.

    Raises AttemptError for what is no text: an empty answer, a zip, binary data.
    """
    if not data.strip():
        raise AttemptError("the answer was empty")
    if b"\x00" in data[:HEAD_BYTES] or data.startswith(b"PK\x03\x04"):
        raise AttemptError("a file came in place of the page")
    for name in filter(None, (charset, "utf-8")):
        try:
            return data.decode(name).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", errors="replace")
