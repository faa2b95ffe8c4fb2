"""The ICD-10-CM tabular list in XML: chapters, sections, codes below each other, and their notes."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from flows.sample.titles import Title
from schema.families import family_of
from schema.systems import display_code

Notes = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By code, by element of the tabular list (`excludes1`, `codeFirst`, `sevenChrDef` …): the notes."""

SYSTEM = "icd10cm"
_LONGEST_LISTED_CODE = 6
_SEVENTH_CHARACTERS = "sevenChrDef"
_INDENT = "  "


def read_notes(table: str) -> Notes:
    """The notes in a table of the `rows` modules; raises ValueError for a line that is none.

    A line with a code alone begins the notes of the code; a line set in is an element, `: ` and a note. Of a
    7th character the note begins with the character and a blank.
    """
    notes: dict[str, dict[str, tuple[str, ...]]] = {}
    code = ""
    for line in table.strip("\n").split("\n"):
        if not line.startswith(" "):
            code = line
            notes[code] = {}
            continue
        element, separator, note = line.strip().partition(": ")
        if not separator or not code:
            raise ValueError(f"no note of a code: {line!r}")
        notes[code][element] = (*notes[code].get(element, ()), note)
    return notes


def write_tabular_file(year: int, titles: Mapping[str, Title], notes: Notes) -> bytes:
    """The list of a year. Codes of 7 characters are left out: they follow from the 7th characters of those
    above them, unless these define none (Z86.0100). Raises ValueError for notes of a code that is not listed."""
    listed = [code for code in titles if len(code) <= _LONGEST_LISTED_CODE or not _has_seventh_characters(code, notes)]
    if strangers := notes.keys() - set(listed):
        raise ValueError(f"notes of codes that are not listed: {sorted(strangers)}")
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<ICD10CM.tabular>", f"{_INDENT}<version>{year}</version>"]
    chapter = section = ""
    open_codes: list[str] = []
    for code in [*listed, ""]:
        while open_codes and not (code and code.startswith(open_codes[-1])):
            open_codes.pop()
            lines.append(f"{_INDENT * (3 + len(open_codes))}</diag>")
        family = family_of(SYSTEM, code) if code else None
        next_section = code[:3]
        next_chapter = family.key if family else ""
        if section and next_section != section:
            lines.append(f"{_INDENT * 2}</section>")
        if chapter and next_chapter != chapter:
            lines.append(f"{_INDENT}</chapter>")
        if family is not None and next_chapter != chapter:
            lines += [f"{_INDENT}<chapter>", *_describe(2, family.key, f"{family.title} ({family.codes})")]
        if code and next_section != section:
            lines += [
                f"{_INDENT * 2}<section id={quoteattr(code)}>",
                *_describe(3, "", f"{titles[code].long} ({code})"),
            ]
        chapter, section = next_chapter, next_section
        if code:
            depth = 3 + len(open_codes)
            lines.append(f"{_INDENT * depth}<diag>")
            lines += _describe(depth + 1, display_code(SYSTEM, code), titles[code].long)
            lines += _write_notes(depth + 1, notes.get(code, {}))
            open_codes.append(code)
    lines.append("</ICD10CM.tabular>")
    return "".join(f"{line}\n" for line in lines).encode()


def _has_seventh_characters(code: str, notes: Notes) -> bool:
    return any(_SEVENTH_CHARACTERS in notes.get(code[:length], {}) for length in range(3, len(code)))


def _describe(depth: int, name: str, title: str) -> list[str]:
    named = [f"{_INDENT * depth}<name>{escape(name)}</name>"] if name else []
    return [*named, f"{_INDENT * depth}<desc>{escape(title)}</desc>"]


def _write_notes(depth: int, notes: Mapping[str, tuple[str, ...]]) -> list[str]:
    lines = []
    for element, texts in notes.items():
        lines.append(f"{_INDENT * depth}<{element}>")
        for text in texts:
            if element == _SEVENTH_CHARACTERS:
                character, _, meaning = text.partition(" ")
                lines.append(
                    f"{_INDENT * (depth + 1)}<extension char={quoteattr(character)}>{escape(meaning)}</extension>"
                )
            else:
                lines.append(f"{_INDENT * (depth + 1)}<note>{escape(text)}</note>")
        lines.append(f"{_INDENT * depth}</{element}>")
    return lines
