"""The change lists of the ICD-10-CM drafts FY2012 to FY2014 (`icd10cm_diff_YYYY.txt`).

One letter (A added, D deleted, O old title, N new title), a blank, the code in columns 3-9, a blank
and the long title from column 11 (CDC "icd10cm_diff_readme_2012.pdf"). Billable codes only. A summary
of counts follows, except in FY2013. ICD-10-PCS has no list of this kind.
"""

from __future__ import annotations

import re
from typing import Any

from loaders.document import Document, Reader
from loaders.icd10.addenda import AddendaLine, check_end, check_pairs, count_actions
from schema.errors import Place, RecordError
from schema.records import ListEntry, SupportingList
from schema.systems import SYSTEMS

SYSTEM = "icd10cm"

_LINE = re.compile(r"([ADON]) (.{7}) (\S.*)")
_RECOGNISED = re.compile(r"[ADON] [A-Z][0-9A-Z]{2}[0-9A-Z ]{4} \S")
_COUNT = re.compile(r"\s*(\d[\d,]*)\s+(old_lines_read|new_lines_read|additions|deletions|changes)\s*")
_ACTIONS = {"A": "add", "D": "delete", "O": "revise_from", "N": "revise_to"}
_COUNTS = {"old_lines_read": "before", "new_lines_read": "after", "changes": "revisions"}


def recognise_diff_list(document: Document) -> bool:
    """Whether every line of the beginning is one of a diff list."""
    if document.form != "text":
        return False
    # The last line of the head may be cut.
    lines = [line for line in document.head.split("\n") if line.strip()][:60]
    lines = lines[:-1] or lines
    return bool(lines) and all(_RECOGNISED.match(line) or _COUNT.fullmatch(line) for line in lines)


def read_diff_list(document: Document) -> SupportingList:
    """The changes in file order as codes addenda (see `loaders.icd10.addenda.read_addenda`).

    Facts: `codes` with before, after, additions, deletions, revisions as the summary says, absent where
    there is none; `counted` as the lines say; `layout` is `diff`. Raises RecordError with the line.
    """
    actions: list[AddendaLine] = []
    summary: dict[str, int] = {}
    text = document.text()
    check_end(text, document.place_name, is_action=lambda line: _LINE.fullmatch(line) is not None)
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _LINE.fullmatch(line):
            code = match[2].rstrip(" ")
            if not SYSTEMS[SYSTEM].code_pattern.fullmatch(code):
                raise RecordError(
                    f"code is not of {SYSTEMS[SYSTEM].title}", "its shape is wrong", "give the list of its system",
                    Place(document.place_name, number, 3, code),
                )  # fmt: skip
            fields = {
                "action": _ACTIONS[match[1]],
                "is_billable": True,
                "short_descriptor": None,
                "long_descriptor": match[3].rstrip(" "),
            }
            actions.append(AddendaLine(number, ListEntry(code, fields)))
        elif match := _COUNT.fullmatch(line):
            summary.setdefault(_COUNTS.get(match[2], match[2]), int(match[1].replace(",", "")))
        elif line.strip():
            raise RecordError(
                "line does not fit the diff list", "expected A, D, O or N, the code in columns 3-9, the title from 11",
                "download the file again", Place(document.place_name, number, value=line),
            )  # fmt: skip
    check_pairs(actions, document.place_name)
    facts: dict[str, Any] = {"codes": summary} if summary else {}
    facts |= {"counted": count_actions(actions, has_headers=False), "layout": "diff"}
    return SupportingList(SYSTEM, "codes_addenda", document.base_name, tuple(a.entry for a in actions), facts)


READERS: tuple[Reader, ...] = (
    Reader(f"{SYSTEMS[SYSTEM].title} diff list", SYSTEM, recognise_diff_list, read_diff_list),
)
