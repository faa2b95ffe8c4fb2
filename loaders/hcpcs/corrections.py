"""Corrections that CMS posts after a HCPCS release, as workbook and as printed text.

They are written by hand: what is to be done stands in words, dates are sometimes no dates. Up to
2019 the headers are CODE, ACTION, EFF DATE, SHORT DESC and so on, from 2024 on HCPCS/MOD Code,
Action, Effective Date, Short Description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.document import Document, Reader
from loaders.hcpcs.layout import CODE
from loaders.hcpcs.table import Table, find_header, make_table, read_table
from loaders.hcpcs.values import parse_code, parse_iso_date
from schema.errors import LayoutError, Place
from schema.fields import normalise_hcpcs_text
from schema.records import ListEntry, SupportingList

_HEADERS = {
    "code": CODE.headers,
    "action": ("ACTION", "CORRECTION"),
    "effective_date": ("EFFDATE", "EFFECTIVEDATE", "EFFDT"),
    "short_descriptor": ("SHORTDESC", "SHORTDESCRIPTION", "SHORTDESCRIPTOR"),
    "long_descriptor": ("LONGDESC", "LONGDESCRIPTION", "LONGDESCRIPTOR"),
    "types_of_service": ("TOS", "TYPEOFSERVICE"),
    "betos": ("BETOS",),
    "coverage": ("COV", "COVERAGE"),
    "price": ("PRICE", "PRICING"),
    "cross_reference": ("XREFCODE", "XREF", "CROSSREFERENCE"),
    "asc_indicator": ("ASCIND", "ASCINDICATOR", "ASC"),
    "asc_date": ("ASCDATE", "ASCEFFECTIVEDATE", "ASCDT"),
    "comments": ("COMMENTS", "COMMENT", "NOTES"),
}
_NEEDED = ("code", "action", "effective_date")

# The printed page: columns are cut to their width and stand without a gap, headers are centred in
# them. ACTION grows with its text, what follows EFF DATE has kept its widths.
_PRINT_HEADER = re.compile(
    r"^ *CODE +ACTION +(?P<date>EFF DATE) +SHORT DESC +LONG DESC +(?P<rest>TOBETO)", re.MULTILINE
)
_ACTION_START = 8
_PRINT_WIDTHS = {
    "effective_date": 9,
    "short_descriptor": 24,
    "long_descriptor": 28,
    "types_of_service": 2,
    "betos": 4,
    "coverage": 2,
    "price": 4,
    "cross_reference": 8,
    "asc_indicator": 5,
    "asc_date": 7,
}
_DATE_WIDTH = len("01/01/2019")
_TO_REST = sum(list(_PRINT_WIDTHS.values())[:3])


def recognise_workbook(document: Document) -> bool:
    """Whether a sheet has a header row with code, action and effective date."""
    return document.form == "workbook" and any(
        find_header(sheet, _HEADERS, _NEEDED) is not None for sheet in document.sheets
    )


def read_workbook(document: Document) -> SupportingList:
    """The corrections of a workbook; see `_build_list`."""
    tables = [
        read_table(sheet, header, _HEADERS)
        for sheet in document.sheets
        if (header := find_header(sheet, _HEADERS, _NEEDED)) is not None
    ]
    return _build_list(document, tables, is_abridged=False)


def recognise_print(document: Document) -> bool:
    """Whether the text has the header line of printed corrections."""
    return document.form == "text" and _PRINT_HEADER.search(document.head) is not None


def read_print(document: Document) -> SupportingList:
    """The corrections of a printed text; most of its words are cut. See `_build_list`.

    Raises LayoutError when the columns are not those of 2019.
    """
    lines = document.windows_text().split("\n")
    header, match = next(
        ((i, found) for i, line in enumerate(lines) if (found := _PRINT_HEADER.match(line))), (0, None)
    )
    if match is None or match.start("rest") != match.start("date") + _TO_REST:
        raise LayoutError(
            "printed corrections have other columns",
            "the columns behind EFF DATE are not where they were in 2019",
            "give the corrections as a workbook",
            Place(document.place_name, header + 1),
        )
    date_start = match.start("date")
    cells = (
        (number, _cut_line(line, date_start))
        for number, line in enumerate(lines[header + 1 :], start=header + 2)
        if line.strip()
    )
    return _build_list(document, [make_table(document.base_name, cells)], is_abridged=True)


def _cut_line(line: str, date_start: int) -> dict[str, str]:
    """The cells of a printed line. A text runs on over the columns behind it while they are empty."""
    cells = {"code": line[:_ACTION_START], "action": line[_ACTION_START:date_start]}
    start = date_start
    for name, width in _PRINT_WIDTHS.items():
        cells[name] = line[start : start + width]
        start += width
    cells["comments"] = line[start:]
    for name, following in (("effective_date", "short_descriptor"), ("asc_date", "comments")):
        joined = (cells[name] + cells[following]).rstrip()
        if cells[name].strip() and len(joined) <= _DATE_WIDTH and parse_iso_date(joined):
            cells[name], cells[following] = joined, ""
    return cells


def _build_list(document: Document, tables: list[Table], is_abridged: bool) -> SupportingList:
    """The corrections in the order of the file, one entry for each code that a row names.

    Fields: `action` (words), `effective_date` (ISO, or None with `effective_date_text` as written),
    `short_descriptor`, `long_descriptor`, `types_of_service` (sorted list), `betos`, `coverage`,
    `price`, `cross_reference`, `asc_indicator`, `asc_date` (ISO where it can be read), `comments`.
    Facts: `codes`, `is_abridged`, `unknown_columns`, `unreadable`.
    """
    entries = [
        ListEntry(code, fields)
        for table in tables
        for row in table.rows
        for fields in [_read_fields(row.cells)]
        for code in _find_codes(row.cells.get("code", ""))
    ]
    return SupportingList(
        system="hcpcs",
        kind="corrections",
        file=document.base_name,
        entries=tuple(entries),
        facts={
            "codes": len({entry.code for entry in entries if entry.code}),
            "is_abridged": is_abridged,
            "unknown_columns": sorted({column for table in tables for column in table.unknown_columns}),
            "unreadable": [
                text
                for table in tables
                for row, text in zip([r for r in table.rows if not r.code], table.unreadable, strict=True)
                if _find_codes(row.cells.get("code", "")) == [""]
            ],
        },
    )


def _find_codes(text: str) -> list[str]:
    """The codes in a cell that may hold several, or one "" where it holds anything else."""
    found = [parse_code(part) for part in re.split(r"[,;/&\s]+", normalise_hcpcs_text(text)) if part]
    codes = [code for code in found if code]
    return codes if codes and len(codes) == len(found) else [""]


def _read_fields(cells: Mapping[str, str]) -> dict[str, Any]:
    texts = {name: normalise_hcpcs_text(cells.get(name, "")) for name in _HEADERS if name != "code"}
    day = parse_iso_date(texts["effective_date"])
    return {
        **texts,
        "effective_date": day,
        "effective_date_text": texts["effective_date"] if day is None else None,
        "types_of_service": sorted(set(_split_values(texts["types_of_service"]))),
        "asc_date": parse_iso_date(texts["asc_date"]) or texts["asc_date"],
    }


def _split_values(text: str) -> Iterator[str]:
    return (part for part in re.split(r"[,;\s]+", text) if part)


READERS: tuple[Reader, ...] = (
    Reader("HCPCS corrections", "hcpcs", recognise_workbook, read_workbook),
    Reader("HCPCS corrections, printed", "hcpcs", recognise_print, read_print),
)
