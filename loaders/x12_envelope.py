"""The envelope of an X12 file: interchanges, groups and transactions, each whole or the file is refused."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO, cast

from schema.errors import AddendaError, Place

# The interchange header has a fixed width and so names the separators by position (X12.5, ISA segment).
_ISA_LENGTH, _ISA_ELEMENTS = 106, 16
_ISA_VERSIONS = ("00401", "00501")
# What a clearinghouse also sends; named so that the refusal tells what was given.
_OTHER_TRANSACTIONS = {
    "270": "an eligibility inquiry (270)",
    "271": "an eligibility answer (271)",
    "276": "a claim status inquiry (276)",
    "277": "a claim status answer (277)",
    "278": "an authorisation (278)",
    "820": "a premium payment (820)",
    "834": "an enrolment (834)",
    "835": "a remittance (835)",
    "837": "claims (837)",
    "997": "an acknowledgement (997)",
    "999": "an acknowledgement (999)",
}
# Named, since str.strip takes away U+001C to U+001F too, which are usual separators.
_BLANKS = " \t\r\n"
Row = dict[str, str | None]
"""What a reader makes of some segments: columns as text."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf".decode("latin-1")
_REMEDY = "nothing of it was taken; ask the sender for the whole file"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file has to hold, and the error and words by which another one is refused.

    `guides` names the implementation guides by their first ten characters, so that every errata of them counts;
    `noun` is what the file is called, `wanted` what its transactions are, `wrong_guide` the reason against others.
    """

    transaction: str
    guides: Mapping[str, str]
    error: type[AddendaError]
    noun: str
    wanted: str
    wrong_guide: str

    def refuse(self, path: Path, reason: str, number: int | None = None) -> AddendaError:
        """The refusal of a whole file: its name and the reason, never a value, since any may be a patient's."""
        where = f"segment {number}: " if number else ""
        return self.error(f"the {self.noun} file is refused", f"{where}{reason}", _REMEDY, Place(path.name))


class Segment(NamedTuple):
    """One segment of a transaction. `fields[0]` is its name; `number` counts from 1 in the file.

    `guide` is the name that `Contents.guides` gives the implementation guide of its transaction.
    """

    fields: list[str]
    number: int
    component_separator: str
    guide: str

    def read(self, position: int) -> str:
        """The element at the position (1 for CLM01), blanks at its ends left out; empty where there is none."""
        return _at(self.fields, position)

    def components(self, position: int) -> list[str]:
        """The components of the element."""
        return [text.strip(_BLANKS) for text in self.read(position).split(self.component_separator)]

    def read_organisation(self) -> str | None:
        """The name in an NM1 segment; None where there is none, or it is a person's."""
        return None if self.read(2) == "1" else decode_name(self.read(3)) or None


@functools.lru_cache(maxsize=1024)
def decode_name(name: str) -> str:
    """A name in the encoding that it was written in, UTF-8 where that fits, else Latin-1; single blanks."""
    with contextlib.suppress(UnicodeDecodeError):
        name = name.encode("latin-1").decode()
    return " ".join(name.split())


def looks_like_x12(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an X12 interchange, or the cut beginning of one."""
    header = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not header.startswith(b"ISA"):
        return False
    # A line of a CSV file may begin with these letters too: in X12 the fourth byte parts ISA01, of two characters.
    mark = header[3:4]
    return not mark.isalnum() and header[6:7] in (b"", mark)


def read_sound(
    path: Path, contents: Contents, read_rows: Callable[[Iterator[Segment]], Iterator[Row]]
) -> Iterator[Row]:
    """The rows that `read_rows` makes of the segments of a file.

    The file is gone through twice: the first row comes after the whole file was found sound. Raises the error
    of `contents`, which names file, segment and reason, never a value.
    """
    try:
        # Latin-1 gives every byte a character, so that a wrong byte in a name cannot stop the reading of codes.
        with path.open(encoding="latin-1", newline="") as stream:
            for _ in read_rows(_read_from_start(stream, path, contents)):
                pass
            yield from read_rows(_read_from_start(stream, path, contents))
    except OSError as error:
        raise contents.refuse(path, error.strerror or "it cannot be read") from error


def _read_from_start(stream: TextIO, path: Path, contents: Contents) -> Iterator[Segment]:
    stream.seek(0)
    if stream.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
        stream.seek(0)
    return _read_segments(stream, path, contents)


def _read_segments(stream: TextIO, path: Path, contents: Contents) -> Iterator[Segment]:
    """The segments from ST to SE of every transaction, SE itself included.

    Nothing is read ahead, so a fault far down is found only there: who acts on segments has to have come to
    the end once. Counts and control numbers are those of X12.6 (SE01 counts ST and SE, GE01 transactions,
    IEA01 groups). Raises the error of `contents` for a file that is cut, miscounts, or holds another transaction.
    """
    envelope = _Envelope(path, contents)
    source = _Source(stream)
    while source.skip_blanks():
        yield from _read_interchange(source, envelope)
    if not envelope.transactions:
        raise contents.refuse(path, f"it holds no transaction of {contents.wanted}")


def _read_interchange(source: _Source, envelope: _Envelope) -> Iterator[Segment]:
    # pyx12's reader of raw segments: eight times faster than its X12Reader, whose own findings about the
    # envelope name values and break off at an unmatched trailer.
    from pyx12.errors import X12Error
    from pyx12.rawx12file import RawX12File

    header = source.read(_ISA_LENGTH)
    envelope.check_header(header)
    source.put_back(header)
    try:
        raw = RawX12File(cast("TextIO", source))
    except X12Error:  # its words quote the header
        raise envelope.refuse("its interchange header cannot be read") from None
    element, component = header[3], header[-2]
    for line in raw:
        fields = line.lstrip(_BLANKS).split(element)
        if envelope.take(fields):
            yield Segment(fields, envelope.number, component, envelope.guide)
        elif fields[0] == "IEA":
            source.put_back(raw.buffer)
            return
    # RawX12File stops at an empty segment as it does at the end of the file.
    is_empty = raw.seg_term in raw.buffer
    raise envelope.refuse("an empty segment follows" if is_empty else "the file is cut off after it")


class _Source:
    """A text stream that takes back what was read too far, so that each interchange has its own separators."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._ahead = stream, ""

    def read(self, size: int) -> str:
        text, self._ahead = self._ahead[:size], self._ahead[size:]
        return text if len(text) == size else text + self._stream.read(size - len(text))

    def put_back(self, text: str) -> None:
        self._ahead = text + self._ahead

    def skip_blanks(self) -> bool:
        """Whether anything but blanks and line breaks is left; it is what is read next."""
        while text := self.read(_ISA_LENGTH):
            if rest := text.lstrip(_BLANKS):
                self.put_back(rest)
                return True
        return False


class _Envelope:
    """Where in the envelope the reading is, and what was counted."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._path, self._contents = path, contents
        self.number = 0
        self.guide = ""
        self.transactions = 0
        self._interchange = self._group = self._transaction = ""
        self._inside: list[str] = []
        self._groups_in_interchange = self._transactions_in_group = self._segments_in_transaction = 0
        self._guide_of_group = ""

    def refuse(self, reason: str) -> AddendaError:
        """The refusal, with the number of the last segment read."""
        return self._contents.refuse(self._path, reason, self.number)

    def check_header(self, header: str) -> None:
        """Raises unless the text is an interchange header of full length."""
        where = "after the last interchange" if self.number else "at its beginning"
        if not header.startswith("ISA"):
            raise self.refuse(f"{where} stands something else than an interchange")
        if len(header) < _ISA_LENGTH:
            raise self.refuse("the file is cut off in the interchange header")
        element, component, terminator = header[3], header[-2], header[-1]
        is_regular = len(header.split(element)) == _ISA_ELEMENTS + 1 and header[-3] == element
        if not is_regular or len({element, component, terminator}) < 3 or terminator in header[:-1]:
            raise self.refuse("its interchange header does not have the fixed width that names the separators")
        if any(mark.isalnum() for mark in (element, component, terminator)):
            raise self.refuse("its interchange header names a letter or digit as a separator")
        if header[84:89] not in _ISA_VERSIONS:
            raise self.refuse("its interchange header is of a version that is not known here")

    def take(self, fields: list[str]) -> bool:
        """Count a segment; whether it lies in a transaction. Raises where it may not stand."""
        self.number += 1
        name = fields[0]
        if self._inside[-1:] == ["ST"]:
            self._segments_in_transaction += 1
            if name == "SE":
                self._end("ST", fields, self._segments_in_transaction, self._transaction, "segments")
            elif name in ("ISA", "GS", "ST", "GE", "IEA"):
                raise self.refuse(f"{name} stands in a transaction that has not ended with SE")
            return True
        if name == "ST" and self._inside == ["ISA", "GS"]:
            self._begin_transaction(fields)
            return True
        if name == "GS" and self._inside == ["ISA"]:
            self._groups_in_interchange += 1
            self._transactions_in_group = 0
            self._group, self._guide_of_group = _at(fields, 6), _at(fields, 8)
            self._inside.append("GS")
        elif name == "TA1" and self._inside == ["ISA"]:
            pass  # an answer to an interchange of ours, which may stand in any one of theirs (X12.5)
        elif name == "ISA" and not self._inside:
            self._groups_in_interchange = 0
            self._interchange = _at(fields, 13)
            self._inside.append("ISA")
        elif name == "GE" and self._inside == ["ISA", "GS"]:
            self._end("GS", fields, self._transactions_in_group, self._group, "transactions")
        elif name == "IEA" and self._inside == ["ISA"]:
            self._end("ISA", fields, self._groups_in_interchange, self._interchange, "groups")
        else:
            raise self.refuse("a segment stands where the envelope allows none of its kind")
        return False

    def _begin_transaction(self, fields: list[str]) -> None:
        kind = _at(fields, 1)
        if kind != self._contents.transaction:
            what = _OTHER_TRANSACTIONS.get(kind, "another transaction")
            raise self.refuse(f"it holds {what}, not {self._contents.wanted} ({self._contents.noun})")
        guide = self._contents.guides.get((_at(fields, 3) or self._guide_of_group)[:10])
        if guide is None:
            raise self.refuse(self._contents.wrong_guide)
        self.guide = guide
        self.transactions += 1
        self._transactions_in_group += 1
        self._segments_in_transaction = 1
        self._transaction = _at(fields, 2)
        self._inside.append("ST")

    def _end(self, opened: str, fields: list[str], counted: int, control: str, what: str) -> None:
        told = _at(fields, 1)
        if not (told.isascii() and told.isdecimal() and int(told) == counted):
            raise self.refuse(f"{fields[0]}01 does not tell the number of {what}, which is {counted}")
        if _at(fields, 2) != control or not control:
            raise self.refuse(f"{fields[0]}02 is not the control number of its {opened}")
        self._inside.pop()


def _at(fields: list[str], position: int) -> str:
    return fields[position].strip(_BLANKS) if position < len(fields) else ""
