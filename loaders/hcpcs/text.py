"""The HCPCS code list as a text file of 320 columns: `HCPC2019_CONTR_ANWEB.txt` and its kin.

Windows-1252, lines ended by CR LF, disclaimers above the first record. A long description is wrapped
at words over up to 17 records of 80 columns; only the first of them holds the other fields.
Continuations may end behind the text (2020: 91 columns) or lack some of the blanks at the end (one
line of 2019 has 316); first lines have all 320 in every file seen, and need the 293 that hold fields.
"""

from __future__ import annotations

import re
from typing import Any

from loaders.document import Document, Reader
from loaders.hcpcs.assembly import CodeFileBuilder
from loaders.hcpcs.layout import (
    CONTINUATION_LENGTH,
    CONTINUATIONS,
    DATA_FIELDS,
    FIRST_LINE_LENGTH,
    FIRST_LINES,
    LONG_DESCRIPTOR,
    RECORD_ID,
    RECORD_LENGTH,
    SEQUENCE_STEP,
    SHORT_DESCRIPTOR,
)
from schema.contents import CodeFile
from schema.errors import LayoutError, Place, RecordError
from schema.records import RecordKind

# A code in columns 1-5, or a modifier in 4-5, then five digits and the record id.
_RECORD = re.compile(rb"(?:[A-Z0-9]{5}|   [A-Z0-9]{2})[0-9]{5}[0-9A-Z]")
_RECORD_IN_HEAD = re.compile(r"^(?:[A-Z0-9]{5}|   [A-Z0-9]{2})[0-9]{5}[0-9A-Z].{80}", re.MULTILINE)
# Editors of old ended a text with Ctrl-Z.
_END_OF_TEXT = b"\x1a"
_UTF8_MARK = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# The long and the short description, the only columns that may hold letters beyond ASCII.
_TEXT_COLUMNS = slice(LONG_DESCRIPTOR.first - 1, SHORT_DESCRIPTOR.last)

_SLICES = [
    (
        field.name,
        [
            slice(field.first - 1 + i * field.width, field.first - 1 + (i + 1) * field.width)
            for i in range(field.count)
        ],
    )
    for field in DATA_FIELDS
]  # fmt: skip


def recognise_text(document: Document) -> bool:
    """Whether a line near the top has the shape of a HCPCS record."""
    return document.form == "text" and _RECORD_IN_HEAD.search(document.head) is not None


def read_text(document: Document) -> CodeFile:
    """The modifiers and codes of a 320-column text file, in file order.

    Facts: those of CodeFileBuilder.finish, `ends_with_newline`, and `unknown_columns` and
    `missing_columns`, which are empty for a text. Raises RecordError, with the line, for a record
    that is cut, too long, doubled, out of order, or holds a date that cannot be read or a byte that
    does not belong there; LayoutError when there is no record at all.
    """
    builder = CodeFileBuilder(document.base_name, document.place_name)
    lines = document.data.removeprefix(_UTF8_MARK).split(b"\n")
    has_begun = False
    sequence = 0
    for number, packed in enumerate(lines, start=1):
        line = packed.removesuffix(b"\r")
        if not _RECORD.match(line):
            if has_begun and line.strip() not in (b"", _END_OF_TEXT):
                raise _explain_stranger(document, number, line)
            continue
        has_begun = True
        record_id = chr(line[RECORD_ID.first - 1])
        kind = _check_shape(document, number, line, record_id)
        text = _decode(document, number, line)
        code = text[:5].strip()
        previous, sequence = sequence, int(text[5:10])
        # A line that is lost from the middle of a description shows nowhere else.
        if sequence != (SEQUENCE_STEP if record_id in FIRST_LINES else previous + SEQUENCE_STEP):
            builder.note_sequence_break(number, code)
        long = text[LONG_DESCRIPTOR.first - 1 : LONG_DESCRIPTOR.last]
        if record_id in CONTINUATIONS:
            builder.add_continuation(number, code, kind, long)
            continue
        builder.add_first_line(
            number,
            code,
            kind,
            text[SHORT_DESCRIPTOR.first - 1 : SHORT_DESCRIPTOR.last],
            long,
            {name: [text[part] for part in parts] for name, parts in _SLICES},
        )
    if not has_begun:
        raise LayoutError(
            "no HCPCS record in the file",
            "no line has a code, a sequence number and a record id in columns 1-11",
            "give the file HCPCyyyy_ANWEB.txt as CMS ships it",
            Place(document.place_name),
        )
    facts: dict[str, Any] = {
        "ends_with_newline": document.data.endswith(b"\n"),
        "unknown_columns": [],
        "missing_columns": [],
    }
    return builder.finish(facts)


def _check_shape(document: Document, number: int, line: bytes, record_id: str) -> RecordKind:
    """The kind of a record, after its id, code and length have been found in order."""
    kind = FIRST_LINES.get(record_id) or CONTINUATIONS.get(record_id)
    if kind is None:
        raise RecordError(
            "unknown record id",
            "column 11 is 3 or 4 for a code, 7 or 8 for a modifier",
            "download the file again",
            Place(document.place_name, number, RECORD_ID.first, record_id),
        )
    if (kind == "modifier") != line.startswith(b"   "):
        raise RecordError(
            "record id does not suit the code",
            "a code fills columns 1-5, a modifier stands in 4-5",
            "download the file again",
            Place(document.place_name, number, RECORD_ID.first, line[:11].decode("latin-1")),
        )
    least = FIRST_LINE_LENGTH if record_id in FIRST_LINES else CONTINUATION_LENGTH
    if not least <= len(line) <= RECORD_LENGTH:
        raise RecordError(
            "record is cut" if len(line) < least else "record is too long",
            f"it has {len(line)} columns; such a record has {least} to {RECORD_LENGTH}",
            "download the file again",
            Place(document.place_name, number, len(line), line[:11].decode("latin-1")),
        )
    return "modifier" if kind == "modifier" else "code"


def _decode(document: Document, number: int, line: bytes) -> str:
    """The record as text; letters beyond ASCII stand in the descriptions or nowhere."""
    if line.isascii():
        text = line.decode("ascii")
    else:
        for column, byte in enumerate(line, start=1):
            if byte > 0x7F and not _TEXT_COLUMNS.start < column <= _TEXT_COLUMNS.stop:
                raise RecordError(
                    "byte is not ASCII",
                    "only the descriptions, columns 12-119, hold other letters",
                    "download the file again",
                    Place(document.place_name, number, column, f"0x{byte:02X}"),
                )
        try:
            text = line.decode("cp1252")
        except UnicodeDecodeError as error:
            raise RecordError(
                "byte is no letter of Windows-1252",
                "",
                "download the file again",
                Place(document.place_name, number, error.start + 1, f"0x{line[error.start]:02X}"),
            ) from error
    if control := _CONTROL.search(text):
        raise RecordError(
            "control character in a record",
            "",
            "download the file again",
            Place(document.place_name, number, control.start() + 1, f"0x{ord(control[0]):02X}"),
        )
    return text


def _explain_stranger(document: Document, number: int, line: bytes) -> RecordError:
    return RecordError(
        "line is no HCPCS record",
        "below the first record every line has a code, a sequence number and a record id in columns 1-11",
        "download the file again",
        Place(document.place_name, number, 1, line[:40].decode("latin-1")),
    )


READERS: tuple[Reader, ...] = (Reader("HCPCS text file", "hcpcs", recognise_text, read_text),)
