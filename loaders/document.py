"""One file as the publisher ships it, seen by its content: names are hints, never proof."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from loaders.workbook import Sheet, read_workbook
from schema.contents import CodeFile
from schema.errors import LayoutError, Place
from schema.records import SupportingList

Form = Literal["text", "workbook", "xml", "html", "zip", "pdf", "other"]

# Enough for any disclaimer that stands above a header row (the longest seen is 11 lines, 1.5 kB).
HEAD_BYTES = 16_384
# The largest text member seen is 15 MB; ten times that is no code list.
MAX_GZIP_BYTES = 200_000_000

_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*<(?:\?xml|[A-Za-z][\w.]*[\s>])")
GZIP_SIGNATURE = b"\x1f\x8b"
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Document:
    """A member of an archive, or a single file.

    `name` is its path inside `container` (the file it was given in), or its own base name.
    """

    name: str
    data: bytes
    container: str = ""

    @classmethod
    def unpack(cls, name: str, data: bytes, container: str = "") -> Document:
        """The document itself; a gzip layer, as mirrors add it, is taken off. Raises LayoutError."""
        if not data.startswith(GZIP_SIGNATURE):
            return cls(name, data, container)
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                plain = packed.read(MAX_GZIP_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise LayoutError(
                "broken gzip file", str(error), "download the file again", Place(cls(name, data, container).place_name)
            ) from error
        if len(plain) > MAX_GZIP_BYTES:
            raise LayoutError(
                "gzip file grows too large",
                f"more than {MAX_GZIP_BYTES} bytes",
                "give the real file",
                Place(cls(name, data, container).place_name),
            )
        return cls(name.removesuffix(".gz"), plain, container)

    @property
    def base_name(self) -> str:
        return PurePosixPath(self.name.replace("\\", "/")).name

    @property
    def place_name(self) -> str:
        """What an error calls it: `archive.zip/member.txt`."""
        return f"{self.container}/{self.name}" if self.container else self.name

    @cached_property
    def start(self) -> bytes:
        """The first bytes: all that recognition of a text needs."""
        return self.data[:HEAD_BYTES]

    @cached_property
    def form(self) -> Form:
        """What the bytes are."""
        if self.start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return self._zip_form()
        if self.start.startswith(_OLE_SIGNATURE):
            return "workbook"
        if self.start.startswith(b"%PDF"):
            return "pdf"
        if b"\x00" in self.start:
            return "other"
        if _HTML.match(self.head):
            return "html"
        return "xml" if _XML.match(self.head) else "text"

    def _zip_form(self) -> Form:
        try:
            names = zipfile.ZipFile(io.BytesIO(self.data)).namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return "zip"
        if any(n.startswith("xl/") for n in names):
            return "workbook"
        return "other" if "[Content_Types].xml" in names else "zip"

    @cached_property
    def head(self) -> str:
        """The beginning, for recognition only: every byte a character, line ends made single."""
        return self.start.decode("latin-1").removeprefix("\xef\xbb\xbf").replace("\r\n", "\n")

    @cached_property
    def sheets(self) -> Sequence[Sheet]:
        """The sheets of a workbook, cells as text; raises LayoutError when it cannot be read."""
        return read_workbook(self.data, self.place_name) if self.form == "workbook" else ()

    def text(self) -> str:
        """The whole text as UTF-8 without byte order mark, line ends made single.

        Raises LayoutError naming the line of the first byte that is not UTF-8.
        """
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise self.not_utf8(error.start) from error

    def not_utf8(self, position: int) -> LayoutError:
        """The error that the byte at this position is no UTF-8."""
        line = self.data.count(b"\n", 0, position) + 1
        start = self.data.rfind(b"\n", 0, position) + 1
        return LayoutError(
            "file is not UTF-8 text",
            f"byte 0x{self.data[position]:02X}",
            "download the file again",
            Place(self.place_name, line=line, column=position - start + 1),
        )

    def windows_text(self) -> str:
        """The whole text as Windows-1252, the encoding of the HCPCS files; unmapped bytes as Latin-1."""
        try:
            text = self.data.decode("cp1252")
        except UnicodeDecodeError:
            text = self.data.decode("latin-1")
        return text.replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Reader:
    """One layout of one source: `recognises` looks at content alone, `read` does the work.

    `read` returns the code list, a supporting list, or nothing for a document that is known and holds
    nothing for the store; it raises LayoutError or RecordError with the place.
    """

    name: str
    system: str
    recognises: Callable[[Document], bool]
    read: Callable[[Document], CodeFile | SupportingList | None]
