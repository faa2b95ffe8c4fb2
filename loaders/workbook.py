"""Reading workbooks: every cell as text, whatever the sheet says its type is."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema.errors import LayoutError, Place


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` are lists of cell texts; row 1 of the spreadsheet is `rows[0]`."""

    name: str
    rows: Sequence[Sequence[str]]

    def find_header(self, accepts: Callable[[Sequence[str]], bool], within: int = 40) -> int | None:
        """The index of the first of the first `within` rows that `accepts`, given stripped cells."""
        for index, row in enumerate(self.rows[:within]):
            if accepts([cell.strip() for cell in row]):
                return index
        return None


def read_workbook(data: bytes, name: str) -> list[Sheet]:
    """All sheets of an .xlsx or .xls file. Raises LayoutError when it is broken."""
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return [
                Sheet(
                    sheet,
                    [
                        [format_cell(cell) for cell in row]
                        for row in workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
                    ],
                )
                for sheet in workbook.sheet_names
            ]
    except Exception as error:  # calamine has no common base for what a broken file raises
        raise LayoutError(
            "workbook cannot be read", f"{error}", "open it in a spreadsheet program, or download it again", Place(name)
        ) from error


def format_cell(cell: Any) -> str:
    """A cell as text: 99213.0 is `99213`, a date is ISO, a formula's value is its text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
