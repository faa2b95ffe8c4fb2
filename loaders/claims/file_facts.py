"""One pass over the raw bytes of a file: its digest, and what tells whether rows got lost in reading."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from schema.errors import ClaimsError, Place

_CHUNK_BYTES = 1 << 20
HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`head` are the first bytes, `lines` the number of lines, the last one counted without its end too.

    `stamp` changes when the file is written to.
    """

    sha256: str
    head: bytes
    lines: int
    has_blank_lines: bool
    is_utf8: bool
    stamp: tuple[int, int, int]


def measure_file(path: Path) -> FileFacts:
    """Read the whole file once. Raises ClaimsError when it cannot be read, or holds nothing."""
    digest, feeds, returns, pairs = sha256(), 0, 0, 0
    head, tail, is_blank = b"", b"\n", False
    decoder = _Utf8()
    try:
        with path.open("rb") as file:
            stamp = stamp_of(path)
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                decoder.take(chunk)
                head = head or chunk[:HEAD_BYTES]
                feeds += chunk.count(b"\n")
                seen = tail + chunk
                if b"\r" in seen:
                    returns += chunk.count(b"\r")
                    pairs += seen.count(b"\r\n") - tail.count(b"\r\n")
                is_blank = is_blank or any(mark in seen for mark in (b"\n\n", b"\n\r\n", b"\r\r"))
                tail = seen[-2:]
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ClaimsError("file of claims cannot be read", why, "check the path", Place(path.name)) from error
    if not head:
        raise ClaimsError("file of claims is refused", "it is empty", "export it again", Place(path.name))
    lines = feeds + returns - pairs + (not tail.endswith((b"\n", b"\r")))
    return FileFacts(digest.hexdigest(), head, lines, is_blank, decoder.take(b"", is_last=True), stamp)


class _Utf8:
    """Whether the bytes that were taken are UTF-8."""

    def __init__(self) -> None:
        self._decoder, self._is_right = getincrementaldecoder("utf-8")(), True

    def take(self, chunk: bytes, is_last: bool = False) -> bool:
        try:
            # The first wrong byte settles it: a Parquet file is not gone through twice.
            self._is_right = self._is_right and self._decoder.decode(chunk, is_last) is not None
        except UnicodeDecodeError:
            self._is_right = False
        return self._is_right


def stamp_of(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced or written to."""
    status = os.stat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns
