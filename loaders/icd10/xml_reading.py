"""Reading the publisher's XML without trusting it: no document type, no entities, one pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from loaders.document import Document
from schema.errors import LayoutError, Place

# What may stand before the root: declaration, instructions, comments, a document type (refused later).
# Possessive throughout, so that no input makes the search go back and forth.
_PROLOG = r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>)*+"
_ROOT = re.compile(rf"{_PROLOG}<([A-Za-z_][\w.:-]*)", re.DOTALL)

# No file of the publisher nests deeper than 12; a parser's stack is not for the input to fill.
MAX_DEPTH = 64


def find_root_name(document: Document) -> str:
    """The name of the root element as the head has it; "" when the document is no XML."""
    if document.form not in ("xml", "text") or not (match := _ROOT.match(document.head)):
        return ""
    return match[1]


def parse_xml(
    document: Document,
    start: Callable[[str, dict[str, str], int], None],
    text: Callable[[str], None],
    end: Callable[[str], None],
) -> None:
    """Calls `start(tag, attributes, line)`, `text(characters)`, `end(tag)` in document order.

    Raises LayoutError with the line when the document is not well formed, declares a document type or
    an entity (which could make it grow without bound, or read files), or nests too deep.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def refuse(what: str) -> LayoutError:
        return LayoutError(
            what, "the publisher's files have none", "download the file again",
            Place(document.place_name, parser.CurrentLineNumber),
        )  # fmt: skip

    def refuse_declaration(*_: object) -> None:
        raise refuse("XML declares a document type or an entity")

    def open_element(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refuse(f"XML nests deeper than {MAX_DEPTH} elements")
        start(tag, attributes, parser.CurrentLineNumber)

    def close_element(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(tag)

    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.EntityDeclHandler = refuse_declaration
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    parser.CharacterDataHandler = text
    try:
        parser.Parse(document.data, True)
    except expat.ExpatError as error:
        raise LayoutError(
            "XML is broken", expat.ErrorString(error.code), "download the file again",
            Place(document.place_name, error.lineno, error.offset + 1),
        ) from error  # fmt: skip
