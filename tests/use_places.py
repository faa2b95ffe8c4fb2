"""Places that hold codes, as the tests write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loaders.uses.inventory import read_inventory
from schema.uses import EntryForm, InventoryUse, UseSpec

HCPCS: Mapping[str, tuple[str, ...]] = {"hcpcs": ("HCPCS",)}


def make_spec(columns: Mapping[str, tuple[str, ...]] = HCPCS, form: EntryForm = "code", **more: Any) -> UseSpec:
    """A use of kind charge master whose cells, of every code system, may hold `form`."""
    given = {"name": "charges", "kind": "charge_master", "columns": columns, "entries": dict.fromkeys(columns, form)}
    return UseSpec(**{**given, **more})


def read_use(columns: Mapping[str, tuple[str, ...]] = HCPCS, form: EntryForm = "code", **more: Any) -> InventoryUse:
    """The one use of such a specification."""
    (use,) = read_inventory([make_spec(columns, form, **more)])
    return use


def write_text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """A text with a line break after each line."""
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def found_codes(use: InventoryUse) -> list[tuple[str, tuple[str, ...]]]:
    """Location and all codes of each cell that was read."""
    return [(cell.location, tuple(code for e in cell.elements for code in e.codes)) for cell in use.cells]


def refused_entries(use: InventoryUse) -> list[tuple[str, str]]:
    """Location and value of all that was not read."""
    return [(entry.location, entry.value) for entry in use.unreadable]


def write_workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """An .xlsx with these rows; text that begins with = is a formula, as openpyxl writes it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
