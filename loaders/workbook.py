"""Reading workbooks: every cell as text, whatever the sheet says its type is."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from loaders.workbook_limits import check_workbook
from schema.errors import LayoutError, Place

# The largest .xls seen (January 2020, 2.6 MB) takes 150 MB and one second to read.
MAX_APART_BYTES = 2_000_000_000
MAX_APART_SECONDS = 120
_ZIP_SIGNATURE = b"PK"
_APART = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
from loaders.workbook import read_sheets
try:
    told = {"sheets": [(sheet.name, sheet.rows) for sheet in read_sheets(sys.stdin.buffer.read())]}
except Exception as error:
    told = {"error": str(error)}
json.dump(told, sys.stdout)
"""


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
    """All sheets of an .xlsx or .xls file. Raises LayoutError when it is broken, ArchiveError for a bomb."""
    if data.startswith(_ZIP_SIGNATURE):
        check_workbook(data, name)
        try:
            return read_sheets(data)
        except Exception as error:
            raise _broken(name, str(error)) from error
    return _read_apart(data, name)


def read_sheets(data: bytes) -> list[Sheet]:
    """The sheets as calamine reads them; raises whatever calamine raises."""
    import python_calamine

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


def _read_apart(data: bytes, name: str) -> list[Sheet]:
    """The sheets of an old .xls file, read by a process of its own.

    A damaged one makes calamine panic, or ask for all the memory there is and abort, and neither can be
    caught. CMS ships one such file a year at most, so half a second does not matter.
    """
    root = str(Path(__file__).parents[1])
    try:
        run = subprocess.run(  # noqa: S603  our own interpreter and our own words
            [sys.executable, "-P", "-c", _APART, root, str(MAX_APART_BYTES)],
            input=data, capture_output=True, timeout=MAX_APART_SECONDS, check=False,
        )  # fmt: skip
        answer = run.stdout if run.returncode == 0 else b'{"error": "the program that reads it broke off"}'
        told: dict[str, Any] = json.loads(answer)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise _broken(name, str(error)) from error
    if "error" in told:
        raise _broken(name, told["error"])
    return [Sheet(sheet, rows) for sheet, rows in told["sheets"]]


def _broken(name: str, why: str) -> LayoutError:
    remedy = "open it in a spreadsheet program, or download it again"
    return LayoutError("workbook cannot be read", why, remedy, Place(name))


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
