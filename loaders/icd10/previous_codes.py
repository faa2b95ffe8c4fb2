"""The "previous code(s)" cells of the conversion tables, which are written for people.

Seen in the tables of FY2018 to FY2025: `A04.7`, `None`, `NoPCS`, `T85.110A, T85.111A`, `F50.8; F50.9`,
`M96.89 & Y84.8`, `S20.301A and S20.302A`, codes in lines of their own, `H44.20-H44.23 and H33.2`,
`I63.- and P91.88`, `K31.89 and a code from R11-`, `K59.09 AND Code from categories T36-T50`,
`Codes in Categories T15-T19`; blanks and non-breaking blanks anywhere between.
"""

from __future__ import annotations

import re

from schema.systems import normalise_code

# With its dot, or without as the rest of the tables' columns may have it. The digit that a category
# must hold keeps words apart from codes.
_ICD10CM = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])(?:\.?[0-9A-Z]{1,4})?(?![0-9A-Za-z])"
_ICD10PCS = r"[0-9A-HJ-NP-Z]{7}(?![0-9A-Za-z])"
_CODES = {"icd10cm": _ICD10CM, "icd10pcs": _ICD10PCS}

# A range uses any dash; "I63.-" is the publisher's spelling of "every code below I63".
_DASH = "[-\u2010-\u2015\u2212]"
_FILLER = (
    r"[\s,;&+/.:()*]+"
    r"|(?i:and|or|any|an?|the|of|from|in|within|under|codes?|(?:sub)?categor(?:y|ies)|range|none|nopcs|n/a)(?![0-9A-Za-z])"
)


def _compile(code: str) -> re.Pattern[str]:
    # A range before a category, a category before a code: the longest reading wins.
    return re.compile(
        rf"(?P<low>{code})\s*(?:{_DASH}|(?i:to|through|thru)\s)\s*(?P<high>{code})"
        rf"|(?P<code>{code})(?:\s?\.?{_DASH})?"
        rf"|(?P<filler>{_FILLER})"
        r"|(?P<unread>[^\s,;&+/()]+)"
    )


_ELEMENTS = {system: _compile(code) for system, code in _CODES.items()}


def read_previous_codes(cell: str, system: str) -> tuple[list[str], str]:
    """The elements of a cell, and the words in it that could not be read.

    Elements are sorted, each once, without dots: a code or category (`A047`, `I63`) or a range
    (`H02101-H02106`). A cell that says there is none gives no element. The second value is "" where all
    was understood.
    """
    found: set[str] = set()
    unread: list[str] = []
    for match in _ELEMENTS[system].finditer(cell):
        if match["low"]:
            found.add(f"{normalise_code(match['low'])}-{normalise_code(match['high'])}")
        elif match["code"]:
            found.add(normalise_code(match["code"]))
        elif match["unread"]:
            unread.append(match["unread"])
    return sorted(found), " ".join(unread)
