"""Tables in the lists that come beside the HCPCS code list: rows by the names of their columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from loaders.hcpcs.layout import normalise_header
from loaders.hcpcs.values import parse_code
from loaders.workbook import Sheet
from schema.errors import shorten_value

# Ctrl-Z, with which old programs ended a file; it stands in a cell of its own in some.
_END_OF_TEXT = "\x1a"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number from 1, its code ("" where the cell holds none), its cells by field name."""

    number: int
    code: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below a header, blank ones left out; `unknown_columns` are headers of no field.

    `unreadable` tells of rows whose code cell holds something that is no code: `row 12: see note`.
    """

    name: str
    rows: tuple[Row, ...]
    unknown_columns: tuple[str, ...]
    unreadable: tuple[str, ...]


def find_header(
    sheet: Sheet,
    headers: Mapping[str, Collection[str]],
    needed: Collection[str],
    without: Collection[str] = (),
) -> int | None:
    """The index of the header row that has all `needed` fields and none of `without`."""

    def accepts(cells: Sequence[str]) -> bool:
        found = _find_fields(cells, headers)
        return all(name in found for name in needed) and not any(name in found for name in without)

    return sheet.find_header(accepts)


def read_table(sheet: Sheet, header: int, headers: Mapping[str, Collection[str]]) -> Table:
    """The table below a header row. `headers` has a field `code`."""
    columns = _find_fields(sheet.rows[header], headers)
    known = set(columns.values())
    cells = (
        (number, {name: row[index] for name, index in columns.items() if index < len(row)})
        for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2)
    )
    return make_table(
        sheet.name,
        cells,
        tuple(c.strip() for i, c in enumerate(sheet.rows[header]) if c.strip() and i not in known),
    )


def make_table(
    name: str, cells: Iterable[tuple[int, Mapping[str, str]]], unknown_columns: tuple[str, ...] = ()
) -> Table:
    """The table of numbered rows, given as texts by field name."""
    rows: list[Row] = []
    unreadable: list[str] = []
    for number, values in cells:
        if all(value.strip() in ("", _END_OF_TEXT) for value in values.values()):
            continue
        written = values.get("code", "")
        code = parse_code(written)
        if code is None:
            unreadable.append(f"row {number}: {shorten_value(written.strip())}")
        rows.append(Row(number, code or "", values))
    return Table(name, tuple(rows), unknown_columns, tuple(unreadable))


def _find_fields(cells: Sequence[str], headers: Mapping[str, Collection[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        written = normalise_header(cell)
        for name, accepted in headers.items():
            if written in accepted and name not in found:
                found[name] = index
    return found
