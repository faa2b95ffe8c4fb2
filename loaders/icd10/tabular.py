"""The ICD-10-CM tabular list in XML: the notes of chapters, sections and codes.

Root `ICD10CM.tabular`: `version`, `chapter`s with `name` (number), `desc` and notes, in them
`section`s with `id`, `desc` and notes, in them `diag`s with `name` (the code with its dot), `desc`,
notes and further `diag`s. Codes whose 7th character is built from `sevenChrDef` are no `diag` of their
own (see `schema.notes.notes_for`). Source: CDC/NCHS, with `icd10cm_tabular.xsd`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from loaders.document import Document, Reader
from loaders.icd10.xml_reading import find_root_name, parse_xml
from schema.errors import Place, RecordError
from schema.records import ListEntry, SupportingList
from schema.systems import SYSTEMS, normalise_code

SYSTEM = "icd10cm"
ROOT = "ICD10CM.tabular"

Scope = Literal["chapter", "section", "code"]

_SCOPES: dict[str, Scope] = {"chapter": "chapter", "section": "section", "diag": "code"}
_FIELDS = {
    "includes": "includes",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "inclusionTerm": "inclusion_terms",
    "notes": "notes",
    "instruction": "instructions",
    "sevenChrNote": "seventh_character_note",
}
# The section index says again what the sections themselves say.
_SKIPPED = {"sectionIndex"}
# Elements that hold text; what may be marked up inside them belongs to that text.
_TEXTS = {"version", "name", "desc", "note", "extension"}


@dataclass(slots=True)
class _Part:
    """A chapter, section or code while it is read; children of the element it stands for lie at `depth` + 1."""

    scope: Scope
    line: int
    depth: int
    name: str = ""
    title: str = ""
    is_placeholder: bool = False
    notes: dict[str, list[str]] = field(default_factory=dict)
    seventh: dict[str, str] = field(default_factory=dict)
    seventh_notes: dict[str, list[str]] = field(default_factory=dict)


class _Collector:
    """Takes the elements one by one; afterwards `parts` holds what they said, in document order."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.version = ""
        self._open: list[_Part] = []
        self._path: list[str] = []
        self._character = ""
        self._text: list[str] = []
        self._text_depth = 0
        self._container = ""

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._path.append(tag)
        depth = len(self._path)
        if self._text_depth:
            return
        if tag in _TEXTS:
            self._text_depth = depth
        said = self._take_text()
        if self._open and depth > self._open[-1].depth + 1:
            self._keep(self._open[-1], said)
        if scope := _SCOPES.get(tag):
            part = _Part(scope, line, depth, attributes.get("id", "") if scope == "section" else "")
            part.is_placeholder = attributes.get("placeholder", "").lower() == "true"
            self.parts.append(part)
            self._open.append(part)
        elif self._open and depth == self._open[-1].depth + 1:
            self._container = tag
            self._character = ""
        elif tag == "extension":
            self._character = attributes.get("char", "")

    def text(self, characters: str) -> None:
        self._text.append(characters)

    def end(self, tag: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._text_depth and depth > self._text_depth:
            return
        self._text_depth = 0
        said = self._take_text()
        if not self._open:
            if tag == "version" and depth == 2:
                self.version = said
            return
        part = self._open[-1]
        if depth == part.depth:
            self._open.pop()
        elif depth == part.depth + 1 and tag == "name":
            part.name = part.name or said
        elif depth == part.depth + 1 and tag == "desc":
            part.title = said
        elif self._container == "sevenChrDef" and tag == "extension":
            part.seventh[self._character] = said
        else:
            self._keep(part, said)

    def _take_text(self) -> str:
        said = " ".join("".join(self._text).split())
        self._text.clear()
        return said

    def _keep(self, part: _Part, said: str) -> None:
        if not said or self._container in _SKIPPED:
            return
        if self._container == "sevenChrDef":
            part.seventh_notes.setdefault(self._character, []).append(said)
        else:
            name = _FIELDS.get(self._container) or _name_field(self._container)
            part.notes.setdefault(name, []).append(said)


def _name_field(tag: str) -> str:
    """A tag that is not known here, as a field name: visualImpairment -> visual_impairment."""
    return re.sub(r"\W", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", tag)).lower()


def recognise_tabular(document: Document) -> bool:
    """Whether this is the ICD-10-CM tabular list in XML."""
    return find_root_name(document) == ROOT


def read_tabular(document: Document) -> SupportingList:
    """The notes in document order: one entry a chapter and a section (code "") and a code.

    Fields, blank ones left out: `scope` (chapter, section, code), `name` as written, `title`, lists of
    notes `includes`, `excludes1`, `excludes2`, `code_first`, `use_additional`, `code_also`,
    `inclusion_terms`, `notes`, `instructions`, `seventh_character_note`; `seventh_characters` (character
    -> meaning) where they are defined, `seventh_character_notes` (character -> notes that follow it),
    `is_placeholder`; elements of other names under their own name as lists of texts. White space is made
    single. Facts: `version`, `chapters`, `sections`, `diags`. Raises LayoutError, or RecordError with
    the line for a code that is none or stands twice.
    """
    collector = _Collector()
    parse_xml(document, collector.start, collector.text, collector.end)
    codes: dict[str, int] = {}
    entries: list[ListEntry] = []
    for part in collector.parts:
        code = normalise_code(part.name) if part.scope == "code" else ""
        place = Place(document.place_name, part.line, value=part.name)
        if part.scope == "code" and not SYSTEMS[SYSTEM].code_pattern.fullmatch(code):
            raise RecordError(
                f"code is not of {SYSTEMS[SYSTEM].title}", "its shape is wrong", "download the file again", place
            )
        if code in codes:
            raise RecordError("code stands twice", f"first on line {codes[code]}", "download the file again", place)
        if code:
            codes[code] = part.line
        entries.append(ListEntry(code, _fields_of(part)))
    scopes = [part.scope for part in collector.parts]
    facts: dict[str, Any] = {
        "version": collector.version,
        "chapters": scopes.count("chapter"),
        "sections": scopes.count("section"),
        "diags": len(codes),
    }
    return SupportingList(SYSTEM, "notes", document.base_name, tuple(entries), facts)


def _fields_of(part: _Part) -> dict[str, Any]:
    fields: dict[str, Any] = {"scope": part.scope, "name": part.name, "title": part.title}
    if part.is_placeholder:
        fields["is_placeholder"] = True
    fields |= part.notes
    if part.seventh:
        fields["seventh_characters"] = part.seventh
    if part.seventh_notes:
        fields["seventh_character_notes"] = part.seventh_notes
    return fields


READERS: tuple[Reader, ...] = (
    Reader(f"{SYSTEMS[SYSTEM].title} tabular list", SYSTEM, recognise_tabular, read_tabular),
)
