"""Workbooks: every sheet that has the columns, hidden ones too, with its merged headers and formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from loaders.uses.sheet_parts import Area, SheetParts, read_sheet_parts
from loaders.uses.table import REMEDY, Header, UseTable, explain_missing, find_header, name_of
from loaders.workbook import Sheet, read_workbook
from schema.errors import ArchiveError, LayoutError, UseError, shorten_value

_ZIP_SIGNATURE = b"PK"
# The rows that a merged header cell may span; more is no header.
_TALLEST_HEADER = 20


def read_sheets_of_use(data: bytes, file: str, sheet: str | None, names: Sequence[str]) -> list[UseTable]:
    """A table for each sheet that has all the columns, or for the one that is named.

    Raises UseError when there is none, or the workbook is broken, unsafe or in a form whose formulas cannot
    be told from values.
    """
    if not data.startswith(_ZIP_SIGNATURE):
        why = "it is an old .xls, whose formulas cannot be told from values, or protected by a password"
        raise UseError("the workbook cannot be read", why, "save it as .xlsx without a password")
    try:
        sheets = read_workbook(data, file)
    except (ArchiveError, LayoutError) as error:
        # What is said there of a publisher's file would send people to a download.
        raise UseError(error.what, error.why, "mend it in a spreadsheet program, or save the sheet as CSV") from error
    if sheet is not None:
        sheets = [_pick_sheet(sheets, sheet)]
    parts = read_sheet_parts(data)
    tables = [
        table
        for found in sheets
        if (table := _read_sheet(found, parts.get(found.name, SheetParts()), names)) is not None
    ]
    if not tables:
        what = "the header row was not found" if sheet is None else f"sheet {shorten_value(sheet)!r} has no header row"
        raise UseError(what, explain_missing((row for found in sheets for row in found.rows), names), REMEDY)
    return tables


def _pick_sheet(sheets: Sequence[Sheet], name: str) -> Sheet:
    # Spreadsheet programs hold names of sheets that differ in case alone for the same.
    for fold in (str, str.casefold):
        for sheet in sheets:
            if fold(sheet.name.strip()) == fold(name.strip()):
                return sheet
    there = ", ".join(repr(shorten_value(sheet.name)) for sheet in sheets)
    raise UseError(f"there is no sheet {shorten_value(name)!r}", f"its sheets are {there}", "correct sheet")


def _read_sheet(sheet: Sheet, parts: SheetParts, names: Sequence[str]) -> UseTable | None:
    header = find_header(_spread_names(sheet.rows, parts.merged, names), names)
    if header is None:
        return None
    places = sorted({n for found in header.positions.values() for n in found})
    refused = {key: told for key, told in parts.refused.items() if key[0] > header.row and key[1] in places}
    for (top, left, bottom, right), told in parts.areas:
        for row in range(max(top, header.row + 1), min(bottom, len(sheet.rows)) + 1):
            for column in places:
                if left <= column <= right:
                    refused.setdefault((row, column), told)
    last = max([len(sheet.rows), *(row for row, _ in refused)])
    return UseTable(header, _number(sheet, header, last), sheet.name, refused)


def _number(sheet: Sheet, header: Header, last: int) -> Iterator[tuple[int, Sequence[str]]]:
    for row in count(header.row + 1):
        if row > last:
            return
        yield row, sheet.rows[row - 1] if row <= len(sheet.rows) else ()


def _spread_names(
    rows: Sequence[Sequence[str]], merged: Sequence[Area], names: Sequence[str]
) -> Sequence[Sequence[str]]:
    """The rows with every merged cell that holds a name of a column repeated where it is shown."""
    wanted = {name_of(name).casefold() for name in names}
    spread: dict[int, list[str]] = {}
    width = max((len(row) for row in rows), default=0)
    for top, left, bottom, right in merged:
        text = rows[top - 1][left] if top <= len(rows) and left < len(rows[top - 1]) else ""
        if name_of(text).casefold() not in wanted:
            continue
        for row in range(top, min(bottom, top + _TALLEST_HEADER, len(rows)) + 1):
            cells = spread.setdefault(row - 1, list(rows[row - 1]))
            cells.extend([""] * (min(right, width - 1) + 1 - len(cells)))
            for column in range(left, min(right, width - 1) + 1):
                cells[column] = text
    return [spread.get(n, row) for n, row in enumerate(rows)] if spread else rows
