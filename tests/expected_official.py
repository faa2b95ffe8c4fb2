"""The publisher's files read in the plainest way, by nothing of the project: what the tests compare with."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath

from python_calamine import CalamineWorkbook

Titles = tuple[str, str]
"""Short and long title."""


def find_member(folder: Path, is_wanted: Callable[[str], bool]) -> bytes:
    """The one file or zip member below the folder whose base name in lower case is wanted."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if is_wanted(PurePosixPath(name).name.lower())]
                found += [archive.read(name) for name in names]
        elif path.is_file() and is_wanted(path.name.lower().removesuffix(".gz")):
            data = path.read_bytes()
            found.append(gzip.decompress(data) if path.suffix == ".gz" else data)
    assert len(found) == 1, (folder, len(found))
    return found[0]


@dataclass(frozen=True)
class OrderRow:
    """A row of an order file; titles without the blanks that fill up the columns."""

    is_billable: bool
    titles: Titles


@lru_cache(maxsize=2)
def read_order(folder: Path) -> dict[str, OrderRow]:
    """The order file: columns 7-13 code, 15 flag, 17-76 short title, 78- long title, cut as bytes."""
    data = find_member(folder, lambda name: "order" in name and "addenda" not in name and name.endswith(".txt"))
    rows = {}
    for line in data.split(b"\r\n")[:-1]:
        short, long = line[16:76].decode().rstrip(), line[77:].decode().rstrip()
        rows[line[6:13].decode().rstrip()] = OrderRow(line[14:15] == b"1", (short, long))
    return rows


def diff_orders(before: dict[str, OrderRow], after: dict[str, OrderRow]) -> dict[str, tuple[str, str | None]]:
    """Kind and cause of every code that is not the same in two order files (design, section 3)."""
    changes: dict[str, tuple[str, str | None]] = {}
    for code in before.keys() | after.keys():
        one, other = before.get(code), after.get(code)
        if one == other:
            continue
        was, now = one is not None and one.is_billable, other is not None and other.is_billable
        if was != now:
            seen_before, seen_after = ("was_header" if one else None), ("now_header" if other else "absent")
            changes[code] = ("new", seen_before) if now else ("deleted", seen_after)
        elif one is None:
            changes[code] = ("new_header", None)
        elif other is None:
            changes[code] = ("gone_header", None)
        else:
            changes[code] = ("revised" if now else "revised_header", None)
    return changes


@dataclass
class OfficialChanges:
    """A change list at one level, codes or headers. `revised` holds the titles before and after."""

    new: dict[str, Titles] = field(default_factory=dict)
    deleted: dict[str, Titles] = field(default_factory=dict)
    revised: dict[str, tuple[Titles, Titles]] = field(default_factory=dict)


def read_addenda(folder: Path, system: str) -> tuple[OfficialChanges, OfficialChanges]:
    """The order addenda: changes of codes, and of headers."""
    data = find_member(folder, lambda name: "order" in name and "addenda" in name and name.endswith(".txt"))
    shift = 2 if system == "icd10cm" else 0  # the flag and a blank; PCS addenda have none
    levels = {True: OfficialChanges(), False: OfficialChanges()}
    revised_from: Titles = ("", "")
    for line in data.decode().split("\r\n"):
        action, rest = line[:13].strip(), line[13 + shift :]
        code, titles = rest[:7].rstrip(), (rest[8:68].rstrip(), rest[69:].rstrip())
        level = levels[line[13:14] == "1" if shift else len(code) == 7]
        if action == "Add:":
            level.new[code] = titles
        elif action == "Delete:":
            level.deleted[code] = titles
        elif action == "Revise from:":
            revised_from = titles
        elif action == "Revise to:" and titles != revised_from:
            level.revised[code] = (revised_from, titles)
    return levels[True], levels[False]


def read_diff_list(folder: Path) -> OfficialChanges:
    """The change list of the drafts: a letter, the code in columns 3-9, the long title from 11."""
    changes = OfficialChanges()
    before = ""
    for line in find_member(folder, lambda name: "_diff_" in name and name.endswith(".txt")).decode().split("\r\n"):
        letter, code, title = line[:2], line[2:9].rstrip(), line[10:].rstrip()
        if letter == "A ":
            changes.new[code] = ("", title)
        elif letter == "D ":
            changes.deleted[code] = ("", title)
        elif letter == "O ":
            before = title
        elif letter == "N ":
            changes.revised[code] = (("", before), ("", title))
    return changes


# The 320-column record, columns counted from 0 (start, width of one value, number of values), and the headers of
# the same fields in the spreadsheet. Code and text apart; sequence number, record id and action are no fields.
_HCPCS_FIELDS: dict[str, tuple[int, int, int, str]] = {
    "short_descriptor": (91, 28, 1, "SHORT DESCRIPTION"),
    "pricing_indicators": (119, 2, 4, "PRICE"),
    "multiple_pricing": (127, 1, 1, "MULT_PI"),
    "coverage_manual_references": (128, 6, 3, "CIM"),
    "carrier_manual_references": (146, 8, 3, "MCM"),
    "statute": (170, 10, 1, "STATUTE"),
    "lab_certifications": (180, 3, 8, "LABCERT"),
    "cross_references": (204, 5, 5, "XREF"),
    "coverage": (229, 1, 1, "COV"),
    "asc_group": (230, 2, 1, "ASC_GRP"),
    "asc_date": (232, 8, 1, "ASC_DT"),
    "mog": (240, 3, 1, "OPPS"),
    "mog_policy": (243, 1, 1, "OPPS_PI"),
    "mog_date": (244, 8, 1, "OPPS_DT"),
    "processing_note": (252, 4, 1, "PROCNOTE"),
    "betos": (256, 3, 1, "BETOS"),
    "types_of_service": (260, 1, 5, "TOS"),
    "anesthesia_units": (265, 3, 1, "ANEST_BU"),
    "added_date": (268, 8, 1, "ADD DT"),
    "termination_date": (284, 8, 1, "TERM DT"),
}
# Where zeros alone mean that nothing is there, and leading ones mean nothing.
_ZERO_IS_BLANK = frozenset(
    {"mog", "processing_note", "anesthesia_units", "asc_date", "mog_date", "added_date", "termination_date"}
)


@lru_cache(maxsize=2)
def read_hcpcs(folder: Path) -> dict[str, dict[str, frozenset[str]]]:
    """By code or modifier its fields, each the set of its values; blank fields left out."""
    workbook = folder / "anweb.xlsx"
    lines = _cut_workbook(workbook) if workbook.exists() else _cut_text(folder)
    texts: dict[str, list[str]] = {}
    rows: dict[str, dict[str, frozenset[str]]] = {}
    for record_id, code, text, values in lines:
        texts.setdefault(code, []).append(text)
        if record_id in "37":
            blanks = {name: "0" if name in _ZERO_IS_BLANK else "" for name in values}
            kept = {name: frozenset(v for v in found if v.strip(blanks[name])) for name, found in values.items()}
            rows[code] = {name: found for name, found in kept.items() if found}
    for code, parts in texts.items():
        rows[code]["long_descriptor"] = frozenset({" ".join(" ".join(parts).split())})
    return rows


_Line = tuple[str, str, str, dict[str, list[str]]]


def _cut_text(folder: Path) -> Iterator[_Line]:
    data = find_member(folder, lambda name: "anweb" in name and name.endswith(".txt"))
    for line in data.decode("cp1252", errors="replace").split("\r\n"):
        if re.match(r".{5}\d{5}[3478]", line):
            fields = line.ljust(320)
            values = {
                name: [" ".join(fields[start + n * width :][:width].split()) for n in range(count)]
                for name, (start, width, count, _) in _HCPCS_FIELDS.items()
            }
            yield line[10], line[:5].strip(), line[11:91], values


def _cut_workbook(path: Path) -> Iterator[_Line]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    header = next(n for n, row in enumerate(rows) if row[0] == "HCPC")
    columns = {str(name): n for n, name in enumerate(rows[header])}
    for row in rows[header + 1 :]:
        cells = [str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell) for cell in row]
        if cells[0].strip():
            values = {
                name: [
                    " ".join(cells[columns[f"{title}{n + 1}" if count > 1 else title]].split()) for n in range(count)
                ]
                for name, (_, _, count, title) in _HCPCS_FIELDS.items()
            }
            yield cells[columns["RECID"]], cells[0].strip(), cells[columns["LONG DESCRIPTION"]], values


def read_actions(folder: Path) -> dict[str, str]:
    """The transaction report: by code or modifier what was done to it, in the words of the report."""
    data = find_member(folder, lambda name: "trans" in name and name.endswith(".xlsx"))
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    sheet = next(name for name in book.sheet_names if "HCPC" in name)
    rows = book.get_sheet_by_name(sheet).to_python()
    header = next(n for n, row in enumerate(rows) if str(row[0]).startswith("HCPC"))
    return {str(row[0]).strip(): str(row[1]).strip() for row in rows[header + 1 :] if str(row[0]).strip()}
