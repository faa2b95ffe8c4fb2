"""The conversion tables of ICD-10-CM (NCHS) and ICD-10-PCS (CMS): which code a new code was before.

Workbooks, and the same as text with tabs, commas or wide gaps between the columns. Text in prose
stands above the header row. ICD-10-CM has the current code with its dot, the effective date and the
previous codes; ICD-10-PCS has also titles, kind of change, comment, and the effective date in two
columns. The tables are cumulative since October 2016 and not one-to-one: candidates, never a recoding.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from loaders.document import Document, Reader
from loaders.icd10.previous_codes import read_previous_codes
from loaders.workbook import Sheet
from schema.errors import LayoutError, Place, RecordError
from schema.records import ListEntry, SupportingList
from schema.releases import FISCAL_YEAR_FIRST_MONTH, MONTHS
from schema.systems import SYSTEMS, normalise_code

# Column -> how its header begins, lower case, single blanks. The order decides between two that fit.
_HEADERS = {
    "current": r"current code",
    "previous": r"previous code",
    "effective_month": r"effective month",
    "effective": r"effective",
    "previous_title": r"predecessor",
    "title": r"code title",
    "change_type": r"change type",
    "comment": r"comment",
}
_REQUIRED = ("current", "previous", "effective")
_TEXT_COLUMNS = ("title", "previous_title", "change_type", "comment")
_GAPS = re.compile(r"\t|,|;| {2}")
_NO_CODE = {"", "NONE", "NOPCS"}

# Day 0 of the serial dates of spreadsheets, which is what a date cell is once its format is lost.
_SERIAL_ORIGIN = date(1899, 12, 30)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T00:00:00)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_IN_WORDS = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})")
_SERIAL = re.compile(r"[3-6]\d{4}")
_MONTH_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})")


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """One row: its line (or row of the sheet), and its cells by column name, blanks at the ends off."""

    place: Place
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class ConversionTable:
    """A table whose header row was found: its prose, its rows, the systems its codes can be of."""

    title: str
    rows: Sequence[ConversionRow]
    systems: frozenset[str]


def find_table(document: Document) -> ConversionTable | None:
    """The conversion table in a workbook or text; None when there is none."""
    title: list[str] = []
    rows: list[ConversionRow] = []
    columns: dict[str, int] = {}
    for sheet in _find_sheets(document):
        header = sheet.find_header(lambda cells: bool(_find_columns(cells)))
        if header is None:
            continue
        columns = _find_columns(sheet.rows[header])
        title += [" ".join(cell.split()) for row in sheet.rows[:header] for cell in row if cell.strip()]
        name = document.place_name + (f" sheet {sheet.name}" if sheet.name else "")
        for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
            cells = {column: row[at].strip() for column, at in columns.items() if at < len(row)}
            if any(cell.strip() for cell in row):
                rows.append(ConversionRow(Place(name, number), cells))
    if not columns:
        return None
    return ConversionTable(" ".join(title), rows, _find_systems(rows, is_titled="previous_title" in columns))


def _find_sheets(document: Document) -> Iterator[Sheet]:
    if document.form == "workbook":
        yield from document.sheets
    elif document.form == "text" and (gap := _find_gap(document.head)):
        text = _read_text(document)
        if gap == "  ":
            # The last of three columns may have wide gaps of its own.
            yield Sheet("", [re.split(r" {2,}", line.strip(), maxsplit=2) for line in text.split("\n")])
        else:
            yield Sheet("", _read_lines(text, gap, document.place_name))


def _find_gap(head: str) -> str:
    """What parts the columns of a text: it stands between two of the header's names; "" without a header."""
    for line in head.lower().split("\n"):
        first, last = line.find("current code"), line.rfind("previous code")
        if first >= 0 and (match := _GAPS.search(line, first, max(first, last))):
            return match[0]
    return ""


def _read_text(document: Document) -> str:
    # What a spreadsheet program writes as text is Windows-1252; codes are ASCII in either.
    try:
        return document.text()
    except LayoutError:
        return document.windows_text()


def _read_lines(text: str, gap: str, name: str) -> list[list[str]]:
    """The rows, at the index of their (last) line, so that a row's number is its line's."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=gap, strict=True)
    try:
        for row in reader:
            rows += [[]] * (reader.line_num - len(rows) - 1)
            rows.append(row)
    except csv.Error as error:
        raise RecordError(
            "row cannot be split into columns", f"{error}", "download the file again", Place(name, reader.line_num)
        ) from error
    return rows


def _find_columns(cells: Sequence[str]) -> dict[str, int]:
    """Column name -> index, where the cells are the header of a conversion table; else empty."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        text = " ".join(cell.lower().split()).replace("(s)", "")
        name = next((name for name, pattern in _HEADERS.items() if re.match(pattern, text)), None)
        if name is not None:
            found.setdefault(name, index)
    return found if all(name in found for name in _REQUIRED) else {}


def _find_systems(rows: Sequence[ConversionRow], is_titled: bool) -> frozenset[str]:
    cells = [row.cells.get(column, "").upper() for row in rows for column in ("current", "previous")]
    cells = [cell for cell in cells if cell not in _NO_CODE]
    patterns = [SYSTEMS[name].usual_pattern for name in ("icd10cm", "icd10pcs")]
    # Whatever is no single code without a dot (ranges, lists) speaks for ICD-10-CM, which has many.
    cm = sum(not patterns[1].fullmatch(cell) for cell in cells)
    pcs = sum(not patterns[0].fullmatch(cell) and patterns[1].fullmatch(cell) is not None for cell in cells)
    if cm or pcs:
        return frozenset({"icd10cm" if cm > pcs else "icd10pcs"})
    return frozenset({"icd10pcs"}) if is_titled else frozenset({"icd10cm", "icd10pcs"})


def recognise_conversion(document: Document, system: str) -> bool:
    """Whether this is a conversion table of the system."""
    table = find_table(document)
    return table is not None and system in table.systems


def read_conversion(document: Document, system: str) -> SupportingList:
    """The rows in file order, one entry each, under the current code ("" where the row says there is none).

    Fields: `effective_date` (ISO), `previous` (sorted elements: code, category or range, see
    `schema.crosswalk.expand_previous`), `previous_text` as written; for ICD-10-PCS also `title`,
    `previous_title`, `change_type`, `comment`, blank ones left out; `previous_unread` holds words of the
    cell that mean nothing here. Facts: `title`, `unread` (number of such cells), `footnotes`,
    `is_ambiguous`. Raises LayoutError; RecordError with the row for a current code or a date that
    cannot be read.
    """
    table = find_table(document)
    if table is None:
        raise LayoutError(
            "file is no conversion table", "it has no header row with current code, effective and previous code",
            "give the file as it was published", Place(document.place_name),
        )  # fmt: skip
    entries: list[ListEntry] = []
    footnotes: list[str] = []
    for row in table.rows:
        filled = [cell for cell in row.cells.values() if cell]
        if len(filled) <= 1 and not SYSTEMS[system].code_pattern.fullmatch(normalise_code("".join(filled))):
            footnotes += filled
        else:
            entries.append(_read_row(row, system))
    facts: dict[str, Any] = {
        "title": table.title,
        "unread": sum("previous_unread" in entry.fields for entry in entries),
    }
    if footnotes:
        facts["footnotes"] = footnotes
    if len(table.systems) > 1:
        facts["is_ambiguous"] = True
    return SupportingList(system, "conversion", document.base_name, tuple(entries), facts)


def _read_row(row: ConversionRow, system: str) -> ListEntry:
    code = normalise_code(row.cells.get("current", ""))
    if code in _NO_CODE:
        code = ""
    elif not SYSTEMS[system].code_pattern.fullmatch(code):
        raise RecordError(
            f"current code is not of {SYSTEMS[system].title}", "its shape is wrong", "download the file again",
            Place(row.place.file, row.place.line, value=row.cells.get("current", "")),
        )  # fmt: skip
    written = " ".join(row.cells.get("effective", "").split())
    month_day = row.cells.get("effective_month", "")
    effective = read_effective_date(written, month_day)
    if effective is None:
        raise RecordError(
            "effective date cannot be read", "it is neither a year nor a date", "download the file again",
            Place(row.place.file, row.place.line, value=f"{written} {month_day}".strip()),
        )  # fmt: skip
    previous_text = row.cells.get("previous", "")
    previous, unread = read_previous_codes(previous_text, system)
    fields: dict[str, Any] = {
        "effective_date": effective.isoformat(),
        "previous": previous,
        "previous_text": previous_text,
    }
    if unread:
        fields["previous_unread"] = unread
    fields |= {column: row.cells[column] for column in _TEXT_COLUMNS if row.cells.get(column)}
    return ListEntry(code, fields)


def read_effective_date(text: str, month_day: str = "") -> date | None:
    """The first day on which a code counts; None when the text cannot be read.

    A year alone means October 1 of it, as the tables say in their title, unless `month_day` ("04.01")
    says otherwise. A date may be ISO, month/day/year, in words, or a spreadsheet's serial number.
    """
    try:
        if _YEAR.fullmatch(text):
            if not month_day:
                return date(int(text), FISCAL_YEAR_FIRST_MONTH, 1)
            match = _MONTH_DAY.fullmatch(month_day)
            return date(int(text), int(match[1]), int(match[2])) if match else None
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _SLASHED.fullmatch(text):
            year = int(match[3])
            return date(year if year > 99 else 2000 + year, int(match[1]), int(match[2]))
        if match := _IN_WORDS.fullmatch(text):
            return date(int(match[3]), MONTHS.get(match[1].lower(), 0), int(match[2]))
        if _SERIAL.fullmatch(text):
            return _SERIAL_ORIGIN + timedelta(days=int(text))
    except ValueError:
        return None
    return None


READERS: tuple[Reader, ...] = tuple(
    Reader(
        f"{SYSTEMS[system].title} conversion table",
        system,
        partial(recognise_conversion, system=system),
        partial(read_conversion, system=system),
    )
    for system in ("icd10cm", "icd10pcs")
)
