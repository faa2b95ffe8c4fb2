"""What a workbook's XML says beside the values: formulas, error values and merged cells of each sheet.

The reader of values gives a formula's last result, which nobody may trust, and nothing at all where there is
none, as for errors. Elements and attributes: ECMA-376 part 1, sections 18.2.19, 18.3.1.4, 18.3.1.40, 18.3.1.55.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from schema.errors import UseError

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows count from 1, columns from 0."""

_WORKBOOK = "xl/workbook.xml"
_WORKBOOK_LINKS = "xl/_rels/workbook.xml.rels"
_REMEDY = "open it in a spreadsheet program and save it as .xlsx"
_WORTH_PARSING = re.compile(rb"""<(?:\w+:)?(?:f|mergeCell)\b|\bt\s*=\s*["']e["']""")
_CELL_NAME = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_FORMULA = "it is a formula, and its result is not trusted"
_ERROR = "it is an error value"


@dataclass(frozen=True, slots=True)
class SheetParts:
    """What is in one sheet. `refused` has the written value and the reason by (row, column), `areas` the
    cells that one formula fills, `merged` the merged cells."""

    refused: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    areas: list[tuple[Area, tuple[str, str]]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)


def read_sheet_parts(data: bytes) -> Mapping[str, SheetParts]:
    """The parts by name of sheet, of a workbook that was found to be of measured size. Raises UseError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
            if _WORKBOOK not in members or _WORKBOOK_LINKS not in members:
                raise UseError("it is no .xlsx workbook", "formulas in it could not be told from values", _REMEDY)
            links = _read_links(archive.read(_WORKBOOK_LINKS))
            found = {}
            for name, link in _read_sheet_names(archive.read(_WORKBOOK)):
                member = links.get(link, "")
                if member not in members:
                    raise UseError("the workbook is broken", f"sheet {name!r} has no part", _REMEDY)
                found[name] = _parse_sheet(archive.read(member))
            return found
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, ValueError, KeyError) as error:
        raise UseError("the workbook is broken", str(error), _REMEDY) from error


def _parse(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    """A parser that calls `start(local name, attributes)` and refuses a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UseError("the workbook is unsafe", "its XML declares a document type", _REMEDY)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    return parser


def _read_links(xml: bytes) -> dict[str, str]:
    links = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            links[attributes.get("Id", "")] = posixpath.join("/xl", attributes.get("Target", "")).lstrip("/")

    _parse(xml, start).Parse(xml, True)
    return {link: posixpath.normpath(target) for link, target in links.items()}


def _read_sheet_names(xml: bytes) -> list[tuple[str, str]]:
    names = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            names.append((attributes.get("name", ""), link))

    _parse(xml, start).Parse(xml, True)
    return names


class _SheetReader:
    """Where the parser is in a sheet, and what it has found."""

    def __init__(self, xml: bytes) -> None:
        self.found = SheetParts()
        self._row = self._column = self._depth = 0
        self._type = ""
        self._text: list[str] = []
        self._attributes: dict[str, str] = {}
        self._masters: dict[str, str] = {}
        self._parser = _parse(xml, self._open)
        self._parser.Parse(xml, True)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._column += 1
            if name := attributes.get("r"):
                self._row, self._column = _read_cell_name(name)
            self._type = attributes.get("t", "")
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1
        elif tag == "f" or (tag == "v" and self._type == "e"):
            self._attributes = attributes
            self._text = []
            self._parser.CharacterDataHandler = self._text.append
            self._parser.EndElementHandler = self._close_formula if tag == "f" else self._close_error
        elif tag == "mergeCell":
            self.found.merged.append(_read_area(attributes.get("ref", "")))

    def _close_formula(self, _tag: str) -> None:
        self._stop()
        text, shared = "".join(self._text), self._attributes.get("si", "")
        if text and shared:
            self._masters[shared] = text
        # A cell that shares a formula does not repeat it, and its references are others.
        told = (f"={text}" if text else "=…", _FORMULA)
        self.found.refused[self._row, self._column] = told
        if self._attributes.get("t") in ("array", "dataTable") and (ref := self._attributes.get("ref")):
            self.found.areas.append((_read_area(ref), told))

    def _close_error(self, _tag: str) -> None:
        self._stop()
        self.found.refused.setdefault((self._row, self._column), ("".join(self._text), _ERROR))

    def _stop(self) -> None:
        self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = None


def _parse_sheet(xml: bytes) -> SheetParts:
    return _SheetReader(xml).found if _WORTH_PARSING.search(xml) else SheetParts()


def _read_cell_name(name: str) -> tuple[int, int]:
    match = _CELL_NAME.fullmatch(name.replace("$", "").upper())
    if match is None:
        raise ValueError(f"{name!r} is no cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def _read_area(ref: str) -> Area:
    first, _, last = ref.partition(":")
    return *_read_cell_name(first), *_read_cell_name(last or first)
