"""A table as a source gives it: its header row found by the names of columns, then its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schema.errors import shorten_value

REMEDY = "correct the names in [uses.columns], or the file"


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its row as a spreadsheet counts, and where each named column stands, from 0.

    A name may stand over several columns: merged, or twice in the row.
    """

    row: int
    positions: Mapping[str, tuple[int, ...]]
    width: int


@dataclass(frozen=True, slots=True)
class UseTable:
    """One table of a use. `rows` are (row as a spreadsheet counts, cells), those below the header alone.

    `refused` holds, by row and position, the written value and the reason of cells that no reading may
    trust. `is_ragged_refused`: a cell right of the header belongs to no column because of a fault.
    """

    header: Header
    rows: Iterable[tuple[int, Sequence[str]]]
    sheet: str | None = None
    refused: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    is_ragged_refused: bool = False


def name_of(cell: str) -> str:
    """The name in a header cell: without byte order mark, blanks at its ends and the blanks within made single."""
    return " ".join(cell.replace("\ufeff", "").split())


def find_header(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Header | None:
    """The first row that holds all names; where none does, the first that does in another case."""
    return _find_row(rows, names, name_of) or _find_row(rows, names, lambda cell: name_of(cell).casefold())


def _find_row(rows: Sequence[Sequence[str]], names: Sequence[str], fold: Callable[[str], str]) -> Header | None:
    wanted = {name: fold(name) for name in names}
    needed = set(wanted.values())
    for number, cells in enumerate(rows, start=1):
        given = [fold(cell) for cell in cells]
        # In another case two names may be one, and then nobody knows which column is meant.
        if needed.issubset(given) and len(needed) == len(wanted):
            positions = {name: tuple(n for n, cell in enumerate(given) if cell == wanted[name]) for name in names}
            return Header(number, positions, len(cells))
    return None


def explain_missing(rows: Iterable[Sequence[str]], names: Sequence[str]) -> str:
    """Why there is no header row: the names that stand in no row, or that no row holds all."""
    missing = {name_of(name).casefold(): name for name in names}
    for cells in rows:
        for given in {name_of(cell).casefold() for cell in cells} & missing.keys():
            del missing[given]
    if missing:
        return f"no row holds the {'column' if len(missing) == 1 else 'columns'} {_quote(missing.values())}"
    return f"no row holds all of the columns {_quote(names)}"


def _quote(names: Iterable[str]) -> str:
    return ", ".join(repr(shorten_value(name)) for name in names)
