"""What a cell of a code use says: a code, or an expression of codes, modifiers, ranges and wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schema.systems import normalise_code
from schema.uses import VALUE_COLUMNS, Element, EntryForm, Form


@dataclass(frozen=True, slots=True)
class CellReading:
    """The readable elements of a cell in their order, and (text, reason) of each that is none.

    `is_list`: more than one element is written in the cell, readable or not.
    """

    elements: tuple[Element, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    is_list: bool = False


# Shapes, not presence in a release: what a later release brings is readable today. A charge master holds
# CPT codes beside HCPCS Level II, hence the digit in the first and the letter in the last place (0001T).
_CODES = {
    "hcpcs": re.compile(r"[A-Z0-9][0-9]{3}[A-Z0-9]"),
    "icd10cm": re.compile(r"[A-Z](?:[0-9][A-Z0-9]|[A-Z][0-9])[A-Z0-9]{0,4}"),
    "icd10pcs": re.compile(r"[0-9A-HJ-NP-Z]{7}"),
    # https://www.cms.gov/medicare/coding-billing/place-of-service-codes (two digits); revenue codes have
    # four digits (UB-04, form locator 42), written with three where the leading zero is left out; OPPS
    # status indicators are a letter, with a second sign in J1, Q1-Q4 (Addendum D1).
    "place_of_service": re.compile(r"[0-9]{2}"),
    "revenue_code": re.compile(r"[0-9]{3,4}"),
    "status_indicator": re.compile(r"[A-Z][A-Z0-9]?"),
}
# In an expression a part of a PCS code, table or longer, stands for all below it.
_PCS_PART = re.compile(r"[0-9A-HJ-NP-Z]{3,7}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_SHAPES_IN_WORDS = {
    "hcpcs": "no HCPCS code (letter or digit, three digits, letter or digit) and no modifier (two characters)",
    "icd10cm": "no ICD-10-CM code (a letter, digit and alphanumeric or letter and digit, up to four more)",
    "icd10pcs": "no ICD-10-PCS code (seven digits and letters, without I and O)",
    "place_of_service": "no place of service (two digits)",
    "revenue_code": "no revenue code (three or four digits)",
    "status_indicator": "no status indicator (a letter, or a letter and one more sign)",
}
_NAMES_OF_FORMS = {
    Form.CODE: "a code",
    Form.CODE_WITH_MODIFIERS: "a code with modifiers",
    Form.RANGE: "a range",
    Form.WILDCARD: "a wildcard",
}

# A spreadsheet's numeric cell, as exports write it. A number has no leading zeros.
_NUMBER = re.compile(r"(0|[1-9][0-9]*)\.0+")
_SEPARATOR = re.compile(r"([,;\n\r\v\f\x85\u2028\u2029]+)")
_WILDCARD = re.compile(r"[A-Z0-9*?]+")
_BOUNDS = re.compile(r"([^\s–-]+)\s*([–-])\s*([^\s–-]+)")
_MODIFIER_SEPARATOR = re.compile(r"\s*[-:]\s*|\s+")

_FORMULA = "it is a formula, and what it would give is not known"


def read_cell(text: str, system: str, form: EntryForm) -> CellReading:
    """What one cell says; a blank cell says nothing.

    `system` is one of `CODE_COLUMNS` or `VALUE_COLUMNS`; of the latter a cell holds one value, whatever
    `form` says. With `code` the cell is one code or unreadable as a whole. With `expression` elements are
    parted by comma, semicolon or line break; each is read by itself.
    """
    written = text.strip()
    if not written:
        return CellReading()
    if form == "code" or system in VALUE_COLUMNS:
        return _read_single(written, system)
    parts = _split(written)
    if not parts:
        return CellReading(unreadable=((written, "there is nothing but separators"),))
    elements: list[Element] = []
    unreadable: list[tuple[str, str]] = []
    for part in parts:
        found = _read_element(part, system)
        if isinstance(found, Element):
            elements.append(found)
        else:
            unreadable.append((part, found))
    return CellReading(tuple(elements), tuple(unreadable), is_list=len(parts) > 1)


def _read_single(written: str, system: str) -> CellReading:
    code = _fold(written)
    if _CODES[system].fullmatch(code) or (system == "hcpcs" and _MODIFIER.fullmatch(code)):
        return CellReading((Element(Form.CODE, written, (code,)),))
    return CellReading(unreadable=((written, _explain_single(written, code, system)),))


def _explain_single(written: str, code: str, system: str) -> str:
    if written.startswith("="):
        return _FORMULA
    if system not in VALUE_COLUMNS:
        reading = read_cell(written, system, "expression")
        if reading.is_list and reading.elements:
            return "it is a list, and the column holds single codes"
        if reading.elements and reading.elements[0].form is not Form.CODE:
            return f"it is {_NAMES_OF_FORMS[reading.elements[0].form]}, and the column holds single codes"
    return _explain_shape(code, system)


def _split(written: str) -> list[str]:
    """The elements that are not blank. A formula's own commas, in brackets or quotes, part nothing."""
    parts = _SEPARATOR.split(written)
    if "=" not in written:
        return [stripped for part in parts[::2] if (stripped := part.strip())]
    return list(_join_formulas(parts))


def _join_formulas(parts: list[str]) -> Iterator[str]:
    formula, brackets, quotes = "", 0, 0
    for n in range(0, len(parts), 2):
        part = parts[n]
        if not formula and not part.lstrip().startswith("="):
            if part.strip():
                yield part.strip()
            continue
        formula += (parts[n - 1] if formula else "") + part
        brackets += part.count("(") - part.count(")")
        quotes += part.count('"')
        if brackets <= 0 and quotes % 2 == 0:
            yield formula.strip()
            formula, brackets, quotes = "", 0, 0
    if formula:
        yield formula.strip()


def _fold(text: str) -> str:
    """The code as compared. Text beyond ASCII stays as it is: the upper case of some of it is ASCII."""
    bare = text.replace("\xa0", " ").strip()
    if not bare.isascii():
        return bare
    number = _NUMBER.fullmatch(bare)
    return number[1] if number else normalise_code(bare)


def _read_element(part: str, system: str) -> Element | str:
    """The element, or the reason why it is none."""
    if part.startswith("="):
        return _FORMULA
    code = _fold(part)
    if _is_code(code, system) or (system == "hcpcs" and _MODIFIER.fullmatch(code)):
        return Element(Form.CODE, part, (code,))
    if "*" in code or "?" in code or code.endswith("-"):
        return _read_wildcard(part, code)
    if system == "hcpcs":
        first, *modifiers = (_fold(piece) for piece in _MODIFIER_SEPARATOR.split(part))
        if modifiers and _is_code(first, system) and all(map(_MODIFIER.fullmatch, modifiers)):
            return Element(Form.CODE_WITH_MODIFIERS, part, (first, *modifiers))
    if bounds := _BOUNDS.fullmatch(part):
        return _read_range(part, _fold(bounds[1]), _fold(bounds[3]), system)
    return _explain_shape(code, system)


def _is_code(code: str, system: str) -> bool:
    pattern = _PCS_PART if system == "icd10pcs" else _CODES[system]
    return bool(pattern.fullmatch(code))


def _read_wildcard(part: str, code: str) -> Element | str:
    pattern = f"{code[:-1]}*" if code.endswith("-") else code
    if code == "-" or not _WILDCARD.fullmatch(pattern):
        return "a wildcard has letters, digits, * and ? alone, and a - at its end"
    return Element(Form.WILDCARD, part, (re.sub(r"\*+", "*", pattern),))


def _read_range(part: str, first: str, last: str, system: str) -> Element | str:
    for bound in (first, last):
        if not _is_code(bound, system):
            return f"it looks like a range, but {bound!r} is {_SHAPES_IN_WORDS[system].partition(' and no ')[0]}"
    if first > last:
        return f"the range is reversed: {first} comes after {last}"
    return Element(Form.RANGE, part, (first, last))


def _explain_shape(code: str, system: str) -> str:
    if not code.isascii():
        return "it has signs that no code has, such as letters of another alphabet or invisible ones"
    if system in ("hcpcs", "icd10pcs") and code.isdigit() and len(code) < (5 if system == "hcpcs" else 7):
        return f"it is {_SHAPES_IN_WORDS[system]}; leading zeros may be lost, and nothing is padded"
    return f"it is {_SHAPES_IN_WORDS[system]}"
