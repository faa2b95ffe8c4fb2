"""The lists beside the HCPCS code list: NOC codes, processing notes, corrections; and what is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from loaders.document import Document, Reader
from loaders.hcpcs import corrections
from loaders.hcpcs.layout import CODE
from loaders.hcpcs.table import Table, find_header, make_table, read_table
from loaders.hcpcs.values import parse_iso_date
from schema.errors import LayoutError, Place, shorten_value
from schema.fields import normalise_hcpcs_text
from schema.records import ListEntry, SupportingList

_NOC_HEADERS = {
    "code": CODE.headers,
    "long_descriptor": ("LONGDESCRIPTION", "LONGDESC", "LONGDESCRIPTOR", "DESCRIPTION"),
    "added_date": ("ADDDATE", "ADDDT", "DATEADDED"),
    "termination_date": ("TERMDATE", "TERMDT", "TERMINATIONDATE"),
    "short_descriptor": ("SHORTDESCRIPTION", "SHORTDESC", "SHORTDESCRIPTOR"),
    "action": ("ACTION", "ACTIONCD", "TYPEOFCHANGE"),
}
_NOC_NEEDED = ("code", "long_descriptor", "added_date", "termination_date")
# The code list and the other lists tell more than that.
_NOC_WITHOUT = ("short_descriptor", "action")
_NOC_PRINT_HEADER = re.compile(
    r"^ *(?P<code>HCPCS?) +(?P<long>LONG DESCRIPTION) +(?P<added>ADD DATE) +(?P<ended>TERM DATE)", re.MULTILINE
)

_NOTES_TITLE = re.compile(r"\bPROCESSING NOTES\b")
_NOTE_START = re.compile(r"\s*(\d{4})--(.*)", re.DOTALL)
_NOTE_IN_HEAD = re.compile(r"^\s*\d{4}--", re.MULTILINE)
# The old part of the file has an asterisk at the right margin, the new part one at the end of a note.
_MARGIN = re.compile(r"\s*\*\s*$")
# The rule under the title.
_RULE = re.compile(r"\s*_+\s*")

_DOCUMENTATION = re.compile(
    r"HCPCS Contractor Record|HCPCS_CNTRCTR_\d\d_REC|Alpha-?Numeric HCPCS File Content", re.IGNORECASE
)


def recognise_documentation(document: Document) -> bool:
    """Whether this is a text that explains HCPCS files and holds no list: read-me, record layout."""
    return document.form == "text" and _DOCUMENTATION.search(document.head) is not None


def recognise_noc_workbook(document: Document) -> bool:
    """Whether a sheet has a header row with code, long description and dates, and no more."""
    return document.form == "workbook" and any(
        find_header(sheet, _NOC_HEADERS, _NOC_NEEDED, _NOC_WITHOUT) is not None for sheet in document.sheets
    )


def read_noc_workbook(document: Document) -> SupportingList:
    """The codes for what is not otherwise classified; see `_build_noc`."""
    tables = [
        read_table(sheet, header, _NOC_HEADERS)
        for sheet in document.sheets
        if (header := find_header(sheet, _NOC_HEADERS, _NOC_NEEDED, _NOC_WITHOUT)) is not None
    ]
    return _build_noc(document, tables, is_abridged=False)


def recognise_noc_print(document: Document) -> bool:
    """Whether the text has the header line of a printed NOC list."""
    return document.form == "text" and _NOC_PRINT_HEADER.search(document.head) is not None


def read_noc_print(document: Document) -> SupportingList:
    """The NOC codes of a printed text; descriptions are cut at 80 letters. See `_build_noc`."""
    lines = document.windows_text().split("\n")
    header, match = next(
        ((i, found) for i, line in enumerate(lines) if (found := _NOC_PRINT_HEADER.match(line))), (0, None)
    )
    if match is None:
        raise LayoutError("no header line", "", "give the list as CMS ships it", Place(document.place_name))
    long, added, ended = (match.start(name) for name in ("long", "added", "ended"))

    def cut(line: str) -> dict[str, str]:
        dates = {"added_date": line[added:ended], "termination_date": line[ended:]}
        # A description runs on over the columns behind it where a row has no dates.
        end = added if any(map(parse_iso_date, dates.values())) else None
        return {"code": line[:long], "long_descriptor": line[long:end], **(dates if end else {})}

    cells = ((number, cut(line)) for number, line in enumerate(lines[header + 1 :], start=header + 2))
    return _build_noc(document, [make_table(document.base_name, cells)], is_abridged=True)


def _build_noc(document: Document, tables: Sequence[Table], is_abridged: bool) -> SupportingList:
    """The NOC codes in the order of the file.

    Fields: `long_descriptor`, `added_date` and `termination_date` (ISO or None). Facts: `codes`,
    `is_abridged`, `duplicates`, `unreadable` (rows without a code, and dates that are none).
    """
    entries: list[ListEntry] = []
    duplicates: list[str] = []
    unreadable = [text for table in tables for text in table.unreadable]
    for row in (row for table in tables for row in table.rows if row.code):
        dates: dict[str, Any] = {}
        for name in ("added_date", "termination_date"):
            written = row.cells.get(name, "").strip()
            dates[name] = parse_iso_date(written)
            if dates[name] is None and written.strip("0"):
                unreadable.append(f"row {row.number}: {name} {shorten_value(written)}")
        text = normalise_hcpcs_text(row.cells.get("long_descriptor", ""))
        if entries and entries[-1].code == row.code:
            # What is left of a long description; descriptions begin with a capital letter.
            if text[:1].islower() and not any(dates.values()):
                above = entries.pop().fields
                entries.append(ListEntry(row.code, {**above, "long_descriptor": f"{above['long_descriptor']} {text}"}))
                continue
            duplicates.append(f"{row.code} stands twice, on row {row.number} too")
        entries.append(ListEntry(row.code, {"long_descriptor": text, **dates}))
    return SupportingList(
        system="hcpcs",
        kind="noc",
        file=document.base_name,
        entries=tuple(entries),
        facts={
            "codes": len({entry.code for entry in entries}),
            "is_abridged": is_abridged,
            "duplicates": duplicates,
            "unreadable": unreadable,
        },
    )


def recognise_notes(document: Document) -> bool:
    """Whether this is the text of the processing notes."""
    return (
        document.form == "text"
        and _NOTES_TITLE.search(document.head) is not None
        and _NOTE_IN_HEAD.search(document.head) is not None
    )


def read_notes(document: Document) -> SupportingList:
    """The processing notes, to which the records' field `processing_note` points, in file order.

    The code of an entry is ""; fields `number` (four digits) and `text`. Facts: `notes` (how many),
    `duplicates` (numbers that stand twice). They name CPT codes by number alone.
    """
    notes: list[tuple[str, list[str]]] = []
    for line in document.windows_text().split("\n"):
        text = _MARGIN.sub("", line)
        if match := _NOTE_START.match(text):
            notes.append((match[1], [match[2]]))
        elif notes and not _RULE.fullmatch(text):
            notes[-1][1].append(text)
    numbers = [number for number, _ in notes]
    return SupportingList(
        system="hcpcs",
        kind="processing_notes",
        file=document.base_name,
        entries=tuple(
            ListEntry("", {"number": number, "text": normalise_hcpcs_text(" ".join(lines))}) for number, lines in notes
        ),
        facts={"notes": len(notes), "duplicates": sorted({n for n in numbers if numbers.count(n) > 1})},
    )


READERS: tuple[Reader, ...] = (
    Reader("HCPCS NOC list", "hcpcs", recognise_noc_workbook, read_noc_workbook),
    Reader("HCPCS NOC list, printed", "hcpcs", recognise_noc_print, read_noc_print),
    Reader("HCPCS processing notes", "hcpcs", recognise_notes, read_notes),
    *corrections.READERS,
)
