"""The ICD-10-CM and ICD-10-PCS order files, and the codes files beside them.

One record a line (CMS "ICD10OrderFiles.pdf" in each archive; columns counted from 1): 1-5 order
number, 7-13 code without dot, 15 flag (1 valid for HIPAA transactions, 0 header), 17-76 short
title, 78- long title. Columns are bytes, as FY2013 shows, which has a letter of two bytes in a title
(L705); a line that is aligned by characters is read as well.
"""

from __future__ import annotations

import operator
import re
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


def _compile_line(code: str) -> re.Pattern[str]:
    # The look-ahead holds the flag to column 15, so the code may be matched without its padding.
    return re.compile(rf"^{_ORDER_NUMBER}(?=.{{7}} [01] )({code}) *([01]) (.{{60}}) (.+)$", re.MULTILINE)


_FLAGS = {"0": False, "1": True}
_LINES = {name: _compile_line(SYSTEMS[name].code_pattern.pattern) for name in ("icd10cm", "icd10pcs")}


def recognise_order_file(document: Document, system: str) -> bool:
    """Whether this is an order file, and not clearly one of the other system."""
    if document.form != "text":
        return False
    lines = document.head.split("\n", 60)[:60]
    if not _RECOGNISED.match(lines[0]):
        return False
    codes = [line[6:13].rstrip() for line in lines if _RECOGNISED.match(line)]
    own, other = (
        sum(SYSTEMS[name].code_pattern.fullmatch(code) is not None for code in codes)
        for name in (system, "icd10pcs" if system == "icd10cm" else "icd10cm")
    )
    return own >= other


def read_order_file(document: Document, system: str) -> CodeFile:
    """The code list of an order file.

    Facts: `rows`, `billable`, `first_order_break` (line of the first order number that is not its
    line's). Raises RecordError at the first line that does not fit the layout.
    """
    text = document.text()
    if text and not text.endswith("\n"):
        raise RecordError(
            "order file is cut in the middle of a line",
            "the last line has no end",
            "download the file again",
            Place(document.place_name, line=text.count("\n") + 1),
        )
    if not text.isascii():
        text = "\n".join(line if line.isascii() else _align_to_characters(line) for line in text.split("\n"))
    rows = _LINES[system].findall(text)
    if len(rows) != text.count("\n") or not rows:
        raise _explain_bad_line(document, text, system)
    order_numbers, codes, flags, shorts, longs = (list(column) for column in zip(*rows, strict=True))
    del rows
    shorts = [title.rstrip() for title in shorts]
    if " \n" in text:
        longs = [title.rstrip() for title in longs]
    facts: dict[str, Any] = {
        "rows": len(codes),
        "billable": flags.count("1"),
        "first_order_break": _find_order_break(order_numbers),
    }
    block = RecordBlock(
        system=system,
        kind="code",
        codes=codes,
        digests=digest_all(zip(codes, flags, shorts, longs, strict=True)),
        is_billable=list(map(_FLAGS.__getitem__, flags)),
        short_descriptors=shorts,
        long_descriptors=longs,
    )
    return CodeFile(system, document.base_name, (block,), facts)


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


def _explain_bad_line(document: Document, text: str, system: str) -> LayoutError:
    lines = text.split("\n")[:-1]
    if not lines:
        return LayoutError("order file is empty", "", "download the file again", Place(document.place_name))
    accepts = _LINES[system].match
    number, line = next((n, line) for n, line in enumerate(lines, start=1) if not accepts(line))
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


def _find_order_break(order_numbers: list[str]) -> int | None:
    """The line of the first order number that is not its line's: a line is missing or moved."""
    is_rising = all(map(operator.lt, order_numbers, order_numbers[1:]))
    if is_rising and int(order_numbers[0]) == 1 and int(order_numbers[-1]) == len(order_numbers):
        return None
    lines = enumerate(map(int, order_numbers), start=1)
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
