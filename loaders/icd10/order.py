"""The ICD-10-CM and ICD-10-PCS order files, and the codes files beside them.

One record a line (CMS "ICD10OrderFiles.pdf" in each archive; columns counted from 1): 1-5 order
number, 7-13 code without dot, 15 flag (1 valid for HIPAA transactions, 0 header), 17-76 short
title, 78- long title. Columns are bytes, as FY2013 shows, which has a letter of two bytes in a title
(L705); a line that is aligned by characters is read as well.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from typing import Any

from loaders.document import Document, Reader
from schema.contents import CodeFile
from schema.errors import LayoutError, Place, RecordError
from schema.records import RecordBlock, digest_all
from schema.systems import SYSTEMS

# Column 6 is blank so far; FY2027 has 98,403 rows, and the number needs it once they are 100,000.
_ORDER_NUMBER = r"(\d{5}[\d ])"
_ANY_LINE = re.compile(_ORDER_NUMBER + r"([0-9A-Za-z]{3,7}) *(?<=.{13} )(.) (.{60}) (.+)")
_RECOGNISED = re.compile(r"\d{5}[\d ][0-9A-Z]{3}[0-9A-Z ]{4} \S .{60} .", re.MULTILINE)
_CODES_LINE = re.compile(r"[A-Z0-9]{3}[A-Z0-9 ]{4} \S")
# Deleting them in one go and comparing lengths takes a quarter of the time of a pattern.
_CONTROL_BYTES = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\n")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def _compile_line(code: str) -> re.Pattern[str]:
    # The look-ahead holds the flag to column 15, so the code may be matched without its padding; the
    # long title ends before trailing blanks and the carriage return.
    return re.compile(rf"^{_ORDER_NUMBER}(?=.{{7}} [01] )({code}) *([01]) (.{{60}}) (.*\S)\s*?$", re.MULTILINE)


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PIECE_BYTES = 500_000
_FLAGS = {"0": False, "1": True}
_LINES = {name: _compile_line(SYSTEMS[name].code_pattern.pattern) for name in ("icd10cm", "icd10pcs")}


def recognise_order_file(document: Document, system: str) -> bool:
    """Whether this is an order file, and not clearly one of the other system.

    Half of the lines near the top have to look like it: one that is damaged there is refused with its
    line, not left out as unknown. A NUL byte makes a text `other`.
    """
    if document.form not in ("text", "other"):
        return False
    lines = document.head.split("\n", 60)[:60]
    codes = [line[6:13].rstrip() for line in lines if _RECOGNISED.match(line)]
    if 2 * len(codes) < sum(bool(line.strip()) for line in lines) or not codes:
        return False
    own, other = (
        sum(SYSTEMS[name].usual_pattern.fullmatch(code) is not None for code in codes)
        for name in (system, "icd10pcs" if system == "icd10cm" else "icd10cm")
    )
    return own >= other


def read_order_file(document: Document, system: str) -> CodeFile:
    """The code list of an order file.

    Facts: `rows`, `billable`, `first_order_break` (line of the first order number that is not its
    line's). Raises RecordError at the first line that does not fit the layout or holds a control character.
    """
    data = document.data
    if not data.endswith(b"\n"):
        raise RecordError(
            "order file is cut in the middle of a line",
            "the last line has no end",
            "download the file again",
            Place(document.place_name, line=data.count(b"\n") + 1),
        )
    order_break: int | None = None
    codes: list[str] = []
    flags: list[str] = []
    shorts: list[str] = []
    longs: list[str] = []
    digests: list[bytes] = []
    for lines, count in _cut_pieces(document):
        rows = _LINES[system].findall(lines)
        if len(rows) != count:
            raise _explain_bad_line(document, lines, system, len(codes))
        numbers, new_codes, new_flags, padded, long = zip(*rows, strict=True)
        short = [title.rstrip() for title in padded]
        order_break = order_break or _find_order_break(numbers, len(codes))
        codes += new_codes
        flags += new_flags
        shorts += short
        longs += long
        digests += digest_all(zip(new_codes, new_flags, short, long, strict=True))
    facts: dict[str, Any] = {
        "rows": len(codes),
        "billable": flags.count("1"),
        "first_order_break": order_break,
    }
    block = RecordBlock(
        system=system,
        kind="code",
        codes=codes,
        digests=digests,
        is_billable=list(map(_FLAGS.__getitem__, flags)),
        short_descriptors=shorts,
        long_descriptors=longs,
    )
    return CodeFile(system, document.base_name, (block,), facts)


def _cut_pieces(document: Document) -> Iterator[tuple[str, int]]:
    """The text in pieces of whole lines, and the number of lines in each: 15 MB at once would leave the
    processor's cache at every step, and stand in memory four times.
    """
    data = document.data
    start = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    while start < len(data):
        end = data.find(b"\n", start + _PIECE_BYTES) + 1 or len(data)
        piece = data[start:end]
        try:
            lines = piece.decode()
        except UnicodeDecodeError as error:
            raise document.not_utf8(start + error.start) from error
        count = piece.count(b"\n")
        # One pass shows that there is nothing but printable text and whole line ends; looking for each
        # by itself would cost a tenth of a load.
        strays = len(piece) - len(piece.translate(None, _CONTROL_BYTES))
        if strays not in (0, count) or not lines.isascii():
            lines = lines.replace("\r\n", "\n")
            if _CONTROL.search(lines):
                raise _explain_control(document, data[:start].count(b"\n"), lines)
            lines = "\n".join(line if line.isascii() else _align_to_characters(line) for line in lines.split("\n"))
        yield lines, count
        start = end


def _align_to_characters(line: str) -> str:
    """The line with its long title in character column 78, wherever the bytes had put it."""
    if line[76:77] == " " and line[77:78].strip():
        return line
    packed = line.encode()
    short, blank, long = packed[16:76], packed[76:77], packed[77:]
    if blank != b" ":
        return line
    return f"{line[:16]}{short.decode(errors='replace'):<60} {long.decode(errors='replace')}"


def recognise_codes_file(document: Document) -> bool:
    """Whether this is a codes file: billable codes with long titles, no flag, no order number."""
    if document.form != "text":
        return False
    lines = document.head.splitlines()[:-1][:60]
    return bool(lines) and all(_CODES_LINE.match(line) for line in lines)


def count_codes(document: Document) -> int:
    """The number of codes in a codes file: one a line."""
    return document.data.count(b"\n") + (not document.data.endswith(b"\n"))


def _explain_control(document: Document, lines_before: int, text: str) -> RecordError:
    found = _CONTROL.search(text)
    at = found.start() if found else 0
    return RecordError(
        "control character in a line", f"U+{ord(text[at]):04X}", "download the file again",
        Place(document.place_name, lines_before + text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)),
    )  # fmt: skip


def _explain_bad_line(document: Document, text: str, system: str, lines_before: int) -> LayoutError:
    accepts = _LINES[system].match
    lines = enumerate(text.split("\n")[:-1], start=lines_before + 1)
    number, line = next((n, line) for n, line in lines if not accepts(line))
    place = Place(document.place_name, line=number)
    match = _ANY_LINE.match(line)
    if match is None:
        return RecordError(
            "line does not fit the order file", "columns 1-5 order number, 7-13 code, 15 flag, 17-76 and 78- titles",
            "download the file again", Place(document.place_name, line=number, value=line),
        )  # fmt: skip
    code, flag = match[2], match[3]
    if flag not in "01":
        return RecordError(
            "flag is neither 0 nor 1", "", "download the file again", Place(place.file, number, 15, flag)
        )
    other = next((s for s in _LINES if s != system and SYSTEMS[s].code_pattern.fullmatch(code)), None)
    if other and not SYSTEMS[system].code_pattern.fullmatch(code):
        return RecordError(
            f"code is not of {SYSTEMS[system].title}", f"it looks like {SYSTEMS[other].title}",
            f"load {SYSTEMS[other].title} files with: addenda load {other}",
            Place(place.file, number, 7, code),
        )  # fmt: skip
    return RecordError(
        f"code is not of {SYSTEMS[system].title}", "its shape is wrong",
        "download the file again", Place(place.file, number, 7, code),
    )  # fmt: skip


def _find_order_break(numbers: Sequence[str], lines_before: int) -> int | None:
    """The line of the first order number that is not its line's: a line is missing or moved."""
    is_rising = all(map(operator.lt, numbers, numbers[1:]))
    first, last = int(numbers[0]), int(numbers[-1])
    if is_rising and first == lines_before + 1 and last == lines_before + len(numbers):
        return None
    lines = enumerate(map(int, numbers), start=lines_before + 1)
    return next((line for line, number in lines if line != number), None)


READERS = tuple(
    Reader(
        f"{SYSTEMS[system].title} order file",
        system,
        lambda document, system=system: recognise_order_file(document, system),  # type: ignore[misc]
        lambda document, system=system: read_order_file(document, system),  # type: ignore[misc]
    )
    for system in _LINES
)
