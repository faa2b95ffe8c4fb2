"""The HCPCS code list as a spreadsheet: one row a code, 48 columns, `.xlsx` and the true `.xls` of 2020.

The header row stands on row 1, 8 or 11 below a disclaimer. The long description is in one cell, but
for one stray continuation row (G0503, record id 4, since 2019), whose text is added to the row above.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from loaders.document import Document, Reader
from loaders.hcpcs.assembly import CodeFileBuilder
from loaders.hcpcs.layout import (
    ADDED_DATE,
    CODE,
    CONTINUATIONS,
    DATA_FIELDS,
    FIRST_LINES,
    LONG_DESCRIPTOR,
    RECORD_ID,
    SHORT_DESCRIPTOR,
    TERMINATION_DATE,
    read_header,
)
from loaders.hcpcs.values import parse_code
from loaders.workbook import Sheet
from schema.contents import CodeFile
from schema.errors import LayoutError, Place, RecordError
from schema.records import RecordKind

# The lists beside it have codes and descriptions too, but at most seven columns of these names.
_LEAST_FIELDS = 8
_END_OF_TEXT = "\x1a"
# White space may stand in a cell, line ends too; U+0085 is one.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")

Columns = Mapping[str, Sequence[int]]


def recognise_workbook(document: Document) -> bool:
    """Whether a sheet has a header row of the code list."""
    return document.form == "workbook" and any(_find_header(sheet) is not None for sheet in document.sheets)


def read_workbook(document: Document) -> CodeFile:
    """The modifiers and codes of a spreadsheet, in file order; the same records as its text file.

    Facts: those of CodeFileBuilder.finish, `ends_with_newline` (a workbook that opens is whole),
    `unknown_columns` and `missing_columns` (header names). Raises LayoutError when a column is missing
    that a release cannot do without, or when two sheets hold a code list; RecordError, with the row,
    for a row that cannot be read.
    """
    found = [(sheet, index) for sheet in document.sheets if (index := _find_header(sheet)) is not None]
    if len(found) != 1:
        raise LayoutError(
            "workbook holds no code list" if not found else "workbook holds two code lists",
            ", ".join(sheet.name for sheet, _ in found),
            "give the file HCPCyyyy_ANWEB.xlsx as CMS ships it",
            Place(document.place_name),
        )
    sheet, header = found[0]
    names = read_header(sheet.rows[header])
    if names.missing_required:
        raise LayoutError(
            "a column of the code list is missing",
            f"no header {' or '.join(names.missing_required)}",
            "give the file HCPCyyyy_ANWEB.xlsx as CMS ships it",
            Place(document.place_name, header + 1),
        )
    builder = CodeFileBuilder(document.base_name, document.place_name, has_columns=False)
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        if any(cell.strip() and cell != _END_OF_TEXT for cell in row):
            _add_row(builder, names.columns, row, number)
    facts: dict[str, Any] = {
        "ends_with_newline": True,
        "unknown_columns": list(names.unknown),
        "missing_columns": list(names.missing),
    }
    return builder.finish(facts)


def _find_header(sheet: Sheet) -> int | None:
    def accepts(cells: Sequence[str]) -> bool:
        columns = read_header(cells).columns
        has_dates = ADDED_DATE.name in columns or TERMINATION_DATE.name in columns
        return CODE.name in columns and has_dates and len(columns) >= _LEAST_FIELDS

    return sheet.find_header(accepts)


def _add_row(builder: CodeFileBuilder, columns: Columns, row: Sequence[str], number: int) -> None:
    if control := _CONTROL.search("\n".join(row)):
        raise RecordError(
            "control character in a row",
            "",
            "open the workbook and look at the row; download it again",
            builder.place(number, None, f"0x{ord(control[0]):02X}"),
        )
    values = {name: [row[index] for index in indexes if index < len(row)] for name, indexes in columns.items()}
    written = _first(values, CODE.name)
    code = parse_code(written)
    if code is None:
        raise RecordError(
            "row has no code or modifier",
            "a code has five characters, a modifier two",
            "open the workbook and look at the row; download it again",
            builder.place(number, columns[CODE.name][0] + 1, written),
        )
    kind: RecordKind = "modifier" if len(code) == 2 else "code"
    record_id = _first(values, RECORD_ID.name).strip()
    known = FIRST_LINES.get(record_id) or CONTINUATIONS.get(record_id)
    if record_id and known != kind:
        raise RecordError(
            "unknown record id" if known is None else "record id does not suit the code",
            "3 or 4 for a code, 7 or 8 for a modifier",
            "open the workbook and look at the row; download it again",
            builder.place(number, columns[RECORD_ID.name][0] + 1, record_id),
        )
    long = _first(values, LONG_DESCRIPTOR.name)
    if record_id in CONTINUATIONS:
        builder.add_continuation(number, code, kind, long, may_repeat=True)
        return
    data = {field.name: values.get(field.name, []) for field in DATA_FIELDS}
    builder.add_first_line(number, code, kind, _first(values, SHORT_DESCRIPTOR.name), long, data)


def _first(values: Mapping[str, Sequence[str]], name: str) -> str:
    found = values.get(name)
    return found[0] if found else ""


READERS: tuple[Reader, ...] = (Reader("HCPCS spreadsheet", "hcpcs", recognise_workbook, read_workbook),)
