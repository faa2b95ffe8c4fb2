"""The inventory: every place of addenda.toml that holds codes, read afresh."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence

from loaders.uses.delimited import read_delimited
from loaders.uses.parquet import read_parquet
from loaders.uses.sheets import read_sheets_of_use
from loaders.uses.table import UseTable
from schema.errors import AddendaError, Place, UseError, shorten_value
from schema.expressions import CellReading, read_cell
from schema.uses import EntryForm, InventoryUse, Unreadable, UseCell, UseSpec

_CHECK_PATH = "correct path, which is relative to the settings file"
_PARQUET_SIGNATURE = b"PAR1"
_WORKBOOK_SIGNATURES = (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def read_inventory(specs: Sequence[UseSpec]) -> tuple[InventoryUse, ...]:
    """The uses in the order of the settings, with all their cells.

    Raises UseError, in one line that names the use, when a place is missing or cannot be read.
    """
    return tuple(_read_use(spec) for spec in specs)


def _read_use(spec: UseSpec) -> InventoryUse:
    found = _Found()
    try:
        for table in _open_tables(spec):
            _read_table(table, spec, found)
    except AddendaError as error:
        # What a reader of workbooks says of a publisher's file is said here of a use.
        where = error.place or (Place(str(spec.path)) if spec.path else None)
        raise UseError(f"use {shorten_value(spec.name)!r}: {error.what}", error.why, error.remedy, where) from error
    return InventoryUse(spec.name, spec.kind, spec.owner, found.entries, tuple(found.cells), tuple(found.unreadable))


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.entries = 0
        self.cells: list[UseCell] = []
        self.unreadable: list[Unreadable] = []


def _open_tables(spec: UseSpec) -> list[UseTable]:
    names = list(dict.fromkeys(name for columns in spec.columns.values() for name in columns))
    if spec.url is not None:
        from loaders.uses.sql import read_query

        return [read_query(spec.url, spec.query or "", names)]
    if spec.path is None:
        raise UseError("it has no place", "neither path nor url is set", "set one of them")
    try:
        if not stat.S_ISREG(spec.path.stat().st_mode):
            raise UseError("the file cannot be read", "it is a folder or no regular file", _CHECK_PATH)
        with spec.path.open("rb") as file:
            start = file.read(len(_PARQUET_SIGNATURE))
            data = start if start == _PARQUET_SIGNATURE else start + file.read()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UseError(
            "the file cannot be read", why, "correct path, which is relative to the settings file"
        ) from error
    if data.startswith(_WORKBOOK_SIGNATURES):
        return read_sheets_of_use(data, str(spec.path), spec.sheet, names)
    if spec.sheet is not None:
        raise UseError("it is no workbook", "sheet is set", "leave sheet out, or give a workbook")
    if data == _PARQUET_SIGNATURE:
        return [read_parquet(spec.path, names)]
    return [read_delimited(data, names)]


def _read_table(table: UseTable, spec: UseSpec, found: _Found) -> None:
    readings = _list_readings(spec.columns, spec.entries)
    places = [(place, column) for column in readings for place in table.header.positions[column]]
    prefix = f"sheet {table.sheet}, " if table.sheet is not None else ""
    width = table.header.width if table.is_ragged_refused else None
    for number, cells in table.rows:
        location = f"{prefix}row {number}"
        for place, column in places:
            refused = table.refused.get((number, place)) if table.refused else None
            if refused:
                found.entries += 1
                found.unreadable.append(Unreadable(location, *refused, column))
                continue
            text = cells[place] if place < len(cells) else ""
            if text and not text.isspace():
                found.entries += 1
                _read_filled(text, readings[column], column, location, found)
        if width is not None and len(cells) > width and (extra := [cell for cell in cells[width:] if cell.strip()]):
            why = "the row has more cells than the header row; a delimiter within a cell may lack its quotation marks"
            found.unreadable.append(Unreadable(location, " ".join(extra), why))


def _list_readings(
    columns: Mapping[str, Iterable[str]], entries: Mapping[str, EntryForm]
) -> dict[str, list[tuple[str, EntryForm]]]:
    """What each column may hold; one column may hold codes of several systems."""
    readings: dict[str, list[tuple[str, EntryForm]]] = {}
    for system, names in columns.items():
        for name in dict.fromkeys(names):
            readings.setdefault(name, []).append((system, entries.get(system, "code")))
    return readings


def _read_filled(
    text: str, readings: Sequence[tuple[str, EntryForm]], column: str, location: str, found: _Found
) -> None:
    results = [read_cell(text, system, form) for system, form in readings]
    for (system, form), result in zip(readings, results, strict=True):
        if result.elements:
            is_expression = form == "expression"
            found.cells.append(UseCell(system, column, location, result.elements, result.is_list, is_expression))
    found.unreadable += [Unreadable(location, value, why, column) for value, why in _unread_by_all(results)]


def _unread_by_all(results: Sequence[CellReading]) -> Iterable[tuple[str, str]]:
    """What no system could read, with the reason of the first."""
    if len(results) == 1:
        return results[0].unreadable
    read = {element.text for result in results for element in result.elements}
    told: dict[str, str] = {}
    for result in results:
        for value, why in result.unreadable:
            told.setdefault(value, why)
    return [(value, why) for value, why in told.items() if value not in read]
