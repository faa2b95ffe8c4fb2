"""Text with delimiters: CSV as spreadsheets and databases export it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loaders.uses.table import REMEDY, Header, UseTable, explain_missing, find_header
from schema.errors import UseError

_DELIMITERS = ",;\t|"
# It occurs in no text, so that a line is one cell, in quotes or not.
_NO_DELIMITER = "\x1f"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The records by one delimiter, and what ended them early."""

    delimiter: str
    rows: list[list[str]]
    header: Header | None
    fault: str


def read_delimited(data: bytes, names: Sequence[str]) -> UseTable:
    """The one table of a text: rows are records, however many lines a quoted cell has, blank lines too.

    The delimiter is the one by which a row holds all names, soonest; a header row of one cell means that
    there is none. Raises UseError when no row does, when the text is neither UTF-8 nor Windows-1252, or
    when a quotation mark is not closed.
    """
    text = _decode(data)
    readings = [_read(text, delimiter, names) for delimiter in _DELIMITERS]
    found = [(reading.header.row, n) for n, reading in enumerate(readings) if reading.header]
    if not found:
        rows = (row for reading in readings for row in reading.rows)
        raise UseError("the header row was not found", explain_missing(rows, names), REMEDY)
    best = readings[min(found)[1]]
    if best.header and best.header.width == 1:
        best = _read(text, _NO_DELIMITER, names)
    if best.fault or best.header is None:
        raise UseError("it cannot be read as CSV", best.fault, "write a quotation mark within quotation marks twice")
    return UseTable(best.header, _number(best.rows, best.header.row), is_ragged_refused=True)


def _read(text: str, delimiter: str, names: Sequence[str]) -> _Reading:
    rows: list[list[str]] = []
    fault = ""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows.extend(lines)
    except csv.Error as error:
        fault = f"line {lines.line_num}: {error}"
    return _Reading(delimiter, rows, find_header(rows, names), fault)


def _decode(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise UseError("the text is UTF-16", "only UTF-8 and Windows-1252 are read", "save it as CSV UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in data:
        raise UseError("it is neither CSV, workbook nor Parquet", "it holds zero bytes", "save it as one of these")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            why = f"byte 0x{data[error.start]:02X} in line {line} is neither UTF-8 nor Windows-1252"
            raise UseError("its letters cannot be read", why, "save it as CSV UTF-8") from error


def _number(rows: list[list[str]], header_row: int) -> Iterator[tuple[int, list[str]]]:
    return ((number, row) for number, row in enumerate(rows[header_row:], start=header_row + 1))
