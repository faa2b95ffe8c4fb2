"""The ICD-10-CM codes that are exempt from "present on admission" reporting, and the changes of that list.

The archive of a year holds the list and its additions, deletions and revisions, each as text with tabs
and as a workbook that says the same, and a read-me with the number of codes in each:

| list | columns |
|---|---|
| full list | order number (`Order24`, `OrdFY25`, `OrdApr23`, `Order2021`), `POAexemptCode`, `Description` |
| additions | the same three |
| deletions | `POAexemptCode`, `Description` |
| revisions | order number, `Action` (`Revise from:`, `Revise to:`), `POAexemptCode`, `Description` |

Codes have their dot. The list of one year is a selection from the order file, so the order number is
not kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from loaders.document import Document, Reader
from loaders.icd10.addenda import AddendaLine, check_pairs
from schema.errors import LayoutError, Place, RecordError
from schema.records import ListEntry, SupportingList
from schema.systems import SYSTEMS, normalise_code

SYSTEM = "icd10cm"

Part = Literal["full", "additions", "deletions", "revisions"]

# Full lists have 37,000 codes and more, the longest list of additions (FY2023) 602.
_SHORTEST_FULL_LIST = 5_000

_CODE_HEADER = re.compile(r"poa ?exempt ?codes?")
_TITLE_HEADER = re.compile(r"(?:long )?(?:description|title)s?")
_ORDER_HEADER = re.compile(r"ord.*")
_ACTIONS = {"revise from": "revise_from", "revise to": "revise_to", "add": "add", "delete": "delete"}
_PART_ACTIONS = {"additions": "add", "deletions": "delete"}


@dataclass(frozen=True, slots=True)
class PoaTable:
    """A table whose header was found: which part it is, its columns, its rows by line or sheet row."""

    part: Part
    columns: dict[str, int]
    header: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[str]]]


def recognise_poa(document: Document) -> bool:
    """Whether this is the list of exempt codes or one of its change lists."""
    if document.form == "workbook":
        return any(sheet.find_header(_is_header) is not None for sheet in document.sheets)
    return document.form == "text" and _is_header(document.head.split("\n", 1)[0].split("\t"))


def read_poa(document: Document) -> SupportingList:
    """The codes in file order: kind `poa_exempt` with `long_descriptor`, or `poa_addenda` with `action`
    (add, delete, revise_from, revise_to) too.

    Facts: `part` (full, additions, deletions, revisions), `format` (text, workbook), `header` as
    written. Raises LayoutError; RecordError with the line.
    """
    table = _read_table(document)
    lines: list[AddendaLine] = []
    for number, row in table.rows:
        cells = {column: row[at].strip() if at < len(row) else "" for column, at in table.columns.items()}
        if any(cell.strip() for cell in row):
            lines.append(AddendaLine(number, _read_row(cells, table.part, Place(document.place_name, number))))
    if table.part == "revisions":
        check_pairs(lines, document.place_name)
    facts: dict[str, Any] = {
        "part": table.part,
        "format": "workbook" if document.form == "workbook" else "text",
        "header": list(table.header),
    }
    kind: Literal["poa_exempt", "poa_addenda"] = "poa_exempt" if table.part == "full" else "poa_addenda"
    return SupportingList(SYSTEM, kind, document.base_name, tuple(line.entry for line in lines), facts)


def _read_row(cells: dict[str, str], part: Part, place: Place) -> ListEntry:
    code = normalise_code(cells["code"])
    if not SYSTEMS[SYSTEM].code_pattern.fullmatch(code) or not cells["title"]:
        raise RecordError(
            f"row has no {SYSTEMS[SYSTEM].title} code with a title", "", "download the file again",
            Place(place.file, place.line, value=cells["code"]),
        )  # fmt: skip
    if part == "full":
        return ListEntry(code, {"long_descriptor": cells["title"]})
    written = " ".join(cells.get("action", "").lower().rstrip(":").split())
    action = _PART_ACTIONS.get(part) or _ACTIONS.get(written)
    if action is None:
        raise RecordError(
            "action of the row is unknown", "expected Revise from or Revise to", "download the file again",
            Place(place.file, place.line, value=cells.get("action", "")),
        )  # fmt: skip
    return ListEntry(code, {"action": action, "long_descriptor": cells["title"]})


def _read_table(document: Document) -> PoaTable:
    if document.form == "workbook":
        headed = [(sheet, at) for sheet in document.sheets if (at := sheet.find_header(_is_header)) is not None]
        header = tuple(headed[0][0].rows[headed[0][1]]) if len(headed) == 1 else ()
        rows = [(number, row) for sheet, at in headed for number, row in enumerate(sheet.rows[at + 1 :], at + 2)]
    else:
        lines = _read_lines(document)
        header = tuple(lines[0][1]) if lines else ()
        rows = [(number, row) for number, row in lines[1:]]
    columns = _find_columns(header)
    if not columns:
        raise LayoutError(
            "file is no list of POA-exempt codes", "no one row names the columns POAexemptCode and Description",
            "give the file as it was published", Place(document.place_name),
        )  # fmt: skip
    return PoaTable(_tell_part(columns, len(rows), document.base_name), columns, header, rows)


def _tell_part(columns: dict[str, int], rows: int, name: str) -> Part:
    if "action" in columns:
        return "revisions"
    if "order" not in columns:
        return "deletions"
    # The list and its additions have the same columns (FY2024), so their size tells them apart; a list
    # shorter than any that CMS published is taken for additions when its name says so.
    return "additions" if rows < _SHORTEST_FULL_LIST and "add" in name.lower() else "full"


def _is_header(cells: Sequence[str]) -> bool:
    return bool(_find_columns(cells))


def _find_columns(cells: Sequence[str]) -> dict[str, int]:
    """Column name -> index, where the cells are the header of one of the lists; else empty."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        text = " ".join(cell.lower().split())
        for name, pattern in (("code", _CODE_HEADER), ("title", _TITLE_HEADER), ("order", _ORDER_HEADER)):
            if pattern.fullmatch(text):
                found.setdefault(name, index)
        if text == "action":
            found.setdefault(text, index)
    return found if "code" in found and "title" in found else {}


def _read_lines(document: Document) -> list[tuple[int, Sequence[str]]]:
    """The cells of each line; titles with a comma are in quotes."""
    text = document.text()
    if text and not text.endswith("\n"):
        raise RecordError(
            "list is cut in the middle of a line", "the last line has no end", "download the file again",
            Place(document.place_name, text.count("\n") + 1),
        )  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        for row in reader:
            if reader.line_num != len(rows) + 1:
                raise csv.Error("a quoted title runs over the end of its line")
            rows.append((len(rows) + 1, row))
    except csv.Error as error:
        raise RecordError(
            "line cannot be split into columns", f"{error}", "download the file again",
            Place(document.place_name, len(rows) + 1),
        ) from error  # fmt: skip
    return rows


READERS: tuple[Reader, ...] = (Reader(f"{SYSTEMS[SYSTEM].title} POA-exempt codes", SYSTEM, recognise_poa, read_poa),)
