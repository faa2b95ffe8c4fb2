"""The summary in words at the end of an addenda file: how many headers and codes, before and after.

    Codes
      73674 codes in icd10cm_order_2023.txt
      74044 codes in icd10cm_order_2024.txt
        395 additions
         25 deletions
         22 revisions
    of which
         13 revisions to both long and short titles
          0 revisions to long title only
          9 revisions to short title only

Order addenda have a block for headers and one for codes, codes addenda the second alone, without
"of which". The FY2022 PCS errata have no file names, or nothing at all. The file names are those of
the publisher's working copies; they are not reliable (two different files under one name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_BLOCK = re.compile(r"(headers|codes)\s*:?", re.IGNORECASE)
_OF_WHICH = re.compile(r"of which\s*:?", re.IGNORECASE)
_HELD = re.compile(r"(\d[\d,]*)\s+(header|code)s?\s+in\s+(\S.*)", re.IGNORECASE)
_CHANGED = re.compile(r"(\d[\d,]*)\s+(addition|deletion|revision)s?", re.IGNORECASE)
_REVISED = re.compile(
    r"(\d[\d,]*)\s+revisions?\s+to\s+(both long and short|long|short)\s+titles?(?:\s+only)?", re.IGNORECASE
)
_REVISED_KEYS = {
    "both long and short": "revisions_of_both",
    "long": "revisions_of_long_only",
    "short": "revisions_of_short_only",
}


def is_summary_line(line: str) -> bool:
    """Whether a line is one of those that a summary is made of (a blank line is not)."""
    line = line.strip()
    return any(p.fullmatch(line) for p in (_HELD, _CHANGED, _BLOCK, _OF_WHICH, _REVISED))


def read_summary(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The counts by block: `headers` and `codes`, each only where the summary has it.

    A block has `before`, `after`, `before_file`, `after_file`, `additions`, `deletions`, `revisions`,
    and `revisions_of_both`, `revisions_of_long_only`, `revisions_of_short_only`; what the summary does
    not say is left out. Counts without a block title are those of codes.
    """
    summary: dict[str, dict[str, Any]] = {}
    name = "codes"
    for line in map(str.strip, lines):
        if match := _BLOCK.fullmatch(line):
            name = match[1].lower()
        elif match := _HELD.fullmatch(line):
            name = f"{match[2].lower()}s"
            block = summary.setdefault(name, {})
            side = "after" if "before" in block else "before"
            block.setdefault(side, _number(match[1]))
            block.setdefault(f"{side}_file", match[3])
        elif match := _CHANGED.fullmatch(line):
            summary.setdefault(name, {}).setdefault(f"{match[2].lower()}s", _number(match[1]))
        elif match := _REVISED.fullmatch(line):
            key = _REVISED_KEYS[match[2].lower()]
            summary.setdefault(name, {}).setdefault(key, _number(match[1]))
    return summary


def _number(text: str) -> int:
    return int(text.replace(",", ""))
