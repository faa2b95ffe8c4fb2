"""The envelope of an 837 file: interchanges, groups and transactions, each whole or the file is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO, cast

from schema.errors import ClaimsError, Place

# The interchange header has a fixed width and so names the separators by position (X12.5, ISA segment).
_ISA_LENGTH, _ISA_ELEMENTS = 106, 16
_ISA_VERSIONS = ("00401", "00501")
# The implementation guides of 837P and 837I, of whatever errata (005010X222A1, 005010X223A3, …).
_GUIDES = {"005010X222": "professional", "005010X223": "institutional"}
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
    "997": "an acknowledgement (997)",
    "999": "an acknowledgement (999)",
}
# Named, since str.strip takes away U+001C to U+001F too, which are usual separators.
_BLANKS = " \t\r\n"
_REMEDY = "nothing of it was taken; ask the sender for the whole file"


class Segment(NamedTuple):
    """One segment of a claims transaction. `fields[0]` is its name; `number` counts from 1 in the file."""

    fields: list[str]
    number: int
    component_separator: str
    claim_type: str

    def read(self, position: int) -> str:
        """The element at the position (1 for CLM01), blanks at its ends left out; empty where there is none."""
        return _at(self.fields, position)

    def components(self, position: int) -> list[str]:
        """The components of the element."""
        return [text.strip(_BLANKS) for text in self.read(position).split(self.component_separator)]


def refuse(path: Path, reason: str, number: int | None = None) -> ClaimsError:
    """The refusal of a whole file: its name and the reason, never a value, since any value may be a patient's."""
    where = f"segment {number}: " if number else ""
    return ClaimsError("the 837 file is refused", f"{where}{reason}", _REMEDY, Place(path.name))


def looks_like_x12(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an X12 interchange, or the cut beginning of one."""
    header = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not header.startswith(b"ISA"):
        return False
    # A line of a CSV file may begin with these letters too: in X12 the fourth byte parts ISA01, of two characters.
    mark = header[3:4]
    return not mark.isalnum() and header[6:7] in (b"", mark)


def read_segments(stream: TextIO, path: Path) -> Iterator[Segment]:
    """The segments from ST to SE of every transaction, SE itself included.

    Nothing is read ahead, so a fault far down is found only there: who acts on segments has to have come to
    the end once. Counts and control numbers are those of X12.6 (SE01 counts ST and SE, GE01 transactions,
    IEA01 groups). Raises ClaimsError for a file that is cut, miscounts, or holds another transaction.
    """
    envelope = _Envelope(path)
    source = _Source(stream)
    while source.skip_blanks():
        yield from _read_interchange(source, envelope)
    if not envelope.transactions:
        raise refuse(path, "it holds no claims transaction")


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
            yield Segment(fields, envelope.number, component, envelope.claim_type)
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

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.claim_type = ""
        self.transactions = 0
        self._interchange = self._group = self._transaction = ""
        self._inside: list[str] = []
        self._groups_in_interchange = self._transactions_in_group = self._segments_in_transaction = 0
        self._guide = ""

    def refuse(self, reason: str) -> ClaimsError:
        """The refusal, with the number of the last segment read."""
        return refuse(self.path, reason, self.number)

    def check_header(self, header: str) -> None:
        """Raises ClaimsError unless the text is an interchange header of full length."""
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
        """Count a segment; whether it lies in a transaction. Raises ClaimsError where it may not stand."""
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
            self._group, self._guide = _at(fields, 6), _at(fields, 8)
            self._inside.append("GS")
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
        if kind != "837":
            what = _OTHER_TRANSACTIONS.get(kind, "another transaction")
            raise self.refuse(f"it holds {what}, not claims (837)")
        guide = _at(fields, 3) or self._guide
        claim_type = _GUIDES.get(guide[:10])
        if claim_type is None:
            raise self.refuse("its claims are neither 837P (005010X222) nor 837I (005010X223)")
        self.claim_type = claim_type
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
