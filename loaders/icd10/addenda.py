"""Order addenda and codes addenda of ICD-10-CM and ICD-10-PCS: the publisher's own change lists.

A line is an action (`Add:`, `Delete:`, `Revise from:`, `Revise to:`, padded to 13 columns) and then,
by columns counted from 1:

| list | flag | code | short title | long title |
|---|---|---|---|---|
| ICD-10-CM order addenda | 14 | 16-22 | 24-83 | 85- |
| ICD-10-PCS order addenda | none | 14-20 | 22-81 | 83- |
| codes addenda of both | none | 14-20 | none | 22- |

Revisions come in pairs. A summary in words follows (`loaders/icd10/addenda_summary.py`); a list
without changes is that summary alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from loaders.document import Document, Reader
from loaders.icd10.addenda_summary import is_summary_line, read_summary
from schema.errors import LayoutError, Place, RecordError
from schema.records import ListEntry, SupportingList
from schema.systems import SYSTEMS

AddendaKind = Literal["order_addenda", "codes_addenda"]

_ACTION = re.compile(r"(Add|Delete|Revise from|Revise to):\s*(.*)", re.IGNORECASE)
_FLAGGED = re.compile(r"([01]) (.{7}) (.{60}) (.+)")
_PLAIN = re.compile(r"()(.{7}) (.{60}) (.+)")
_CODES = re.compile(r"()(.{7})()(?: (.+))")
_NAMED_SYSTEM = re.compile(r"icd[-_ ]?10[-_ ]?(cm|pcs)", re.IGNORECASE)
# Where the long title of an unflagged order addenda line begins, counted from the code.
_LONG_TITLE = 69
_COUNTED_AS = {"add": "additions", "delete": "deletions", "revise_from": "revisions"}


@dataclass(frozen=True, slots=True)
class AddendaLayout:
    """What the lines of an addenda file say together.

    `systems` are those it may belong to: both when nothing in it tells ICD-10-CM from ICD-10-PCS.
    """

    kind: AddendaKind
    is_flagged: bool
    systems: frozenset[str]


@dataclass(frozen=True, slots=True)
class AddendaLine:
    """One action: its line number, and the entry that comes of it."""

    line: int
    entry: ListEntry


def find_layout(document: Document) -> AddendaLayout | None:
    """The layout, judged by all lines together; None when this is no addenda file."""
    if document.form != "text":
        return None
    first = [line for line in document.head.split("\n", 40) if line.strip()][:10]
    if not any(_ACTION.match(line) or is_summary_line(line) for line in first):
        return None
    text = document.data.decode("latin-1").removeprefix("\xef\xbb\xbf").replace("\r\n", "\n")
    lines = text.split("\n")
    rests = [match[2] for line in lines if (match := _ACTION.match(line))]
    summary = read_summary(line for line in lines if not _ACTION.match(line))
    if not rests and not summary:
        return None
    flagged = sum(rest[1:2] == " " for rest in rests)
    is_flagged = 2 * flagged > len(rests)
    is_order = is_flagged or "headers" in summary or (bool(rests) and _has_two_titles(rests))
    systems = _find_systems([rest[2 * is_flagged :][:7].rstrip() for rest in rests], is_order)
    if len(systems) > 1:
        systems = _find_named_systems(lines) or systems
    if len(systems) > 1 and is_order and rests:
        systems = frozenset({"icd10cm" if is_flagged else "icd10pcs"})
    return AddendaLayout("order_addenda" if is_order else "codes_addenda", is_flagged, systems)


def _has_two_titles(rests: Sequence[str]) -> bool:
    """Whether most of the unflagged lines hold a short title of 60 columns before the long one."""
    rests = [rest for rest in rests if rest.isascii()] or rests
    fitting = [rest for rest in rests if rest[_LONG_TITLE - 1 : _LONG_TITLE] == " " and rest[_LONG_TITLE:].strip()]
    if 2 * len(fitting) <= len(rests):
        return False
    if any(rest[_LONG_TITLE - 2 : _LONG_TITLE] == "  " for rest in fitting):
        return True
    # Every title fills all 60 columns, or is one long title that happens to have a blank there: a
    # short title begins as its long one does.
    return all(rest[8:9].lower() == rest[_LONG_TITLE : _LONG_TITLE + 1].lower() for rest in fitting)


def _find_systems(codes: Sequence[str], is_order: bool) -> frozenset[str]:
    """The system that most of the codes speak for; both where every code could be of either.

    Most PCS codes begin with a digit, and all have 7 characters; only order addenda list tables, of 3.
    """
    votes: Counter[str] = Counter()
    for code in codes:
        cm, pcs = (SYSTEMS[name].usual_pattern.fullmatch(code) is not None for name in ("icd10cm", "icd10pcs"))
        pcs = pcs and (is_order or len(code) == 7)
        if cm != pcs:
            votes["icd10cm" if cm else "icd10pcs"] += 1
    return frozenset(name for name, _ in votes.most_common(1)) or frozenset(("icd10cm", "icd10pcs"))


def _find_named_systems(lines: Sequence[str]) -> frozenset[str]:
    found = (_NAMED_SYSTEM.search(line) for line in lines if is_summary_line(line))
    return frozenset(f"icd10{match[1].lower()}" for match in found if match)


def recognise_addenda(document: Document, system: str) -> bool:
    """Whether this is an addenda file of the system, or of either."""
    layout = find_layout(document)
    return layout is not None and system in layout.systems


def read_addenda(document: Document, system: str) -> SupportingList:
    """The actions in file order, one entry each: `action` (add, delete, revise_from, revise_to),
    `is_billable`, `short_descriptor` (None in codes addenda), `long_descriptor`.

    Facts: the summary's `headers` and `codes` where there are any, `counted` with the same keys as the
    lines themselves say, `layout`; `is_ambiguous` when the list could be of either ICD-10 system;
    `remarks`, the lines of the summary that mean nothing here. Raises LayoutError, or RecordError with
    the line that does not fit.
    """
    layout = find_layout(document)
    if layout is None:
        raise LayoutError(
            "file is no addenda list", "it has neither actions nor a summary", "give the file as it was published",
            Place(document.place_name),
        )  # fmt: skip
    actions: list[AddendaLine] = []
    others: list[str] = []
    remarks: list[str] = []
    is_in_summary = False
    text = document.text()
    check_end(text, document.place_name, is_action=lambda line: _ACTION.match(line) is not None)
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _ACTION.match(line):
            is_in_summary = False
            entry = _read_line(match[1], match[2], layout, system, Place(document.place_name, number, 14, line))
            actions.append(AddendaLine(number, entry))
        elif is_summary_line(line):
            is_in_summary = True
            others.append(line)
        elif is_in_summary and line.strip():
            remarks.append(line.strip())
        elif line.strip():
            raise RecordError(
                "line is no action of an addenda list", "expected Add, Delete, Revise from or Revise to",
                "download the file again", Place(document.place_name, number, value=line),
            )  # fmt: skip
    check_pairs(actions, document.place_name)
    facts: dict[str, Any] = dict(read_summary(others))
    facts["counted"] = count_actions(actions, has_headers=layout.kind == "order_addenda")
    facts["layout"] = "addenda"
    if len(layout.systems) > 1:
        facts["is_ambiguous"] = True
    if remarks:
        facts["remarks"] = remarks
    return SupportingList(system, layout.kind, document.base_name, tuple(a.entry for a in actions), facts)


def _read_line(action: str, rest: str, layout: AddendaLayout, system: str, place: Place) -> ListEntry:
    pattern = _FLAGGED if layout.is_flagged else _PLAIN if layout.kind == "order_addenda" else _CODES
    fields = _cut(pattern, rest)
    if fields is None:
        raise RecordError(
            "addenda line is cut or has other columns", "code, titles and their blanks are not where they should be",
            "download the file again", place,
        )  # fmt: skip
    flag, code, short, long = fields
    if not SYSTEMS[system].code_pattern.fullmatch(code):
        raise RecordError(
            f"code is not of {SYSTEMS[system].title}", "its shape is wrong", "give the list of the right system",
            Place(place.file, place.line, 16 if flag else 14, code),
        )  # fmt: skip
    is_order = layout.kind == "order_addenda"
    return ListEntry(
        code,
        {
            "action": "_".join(action.lower().split()),
            "is_billable": flag == "1" if flag else len(code) == 7 or not is_order,
            "short_descriptor": short if is_order else None,
            "long_descriptor": long,
        },
    )


def _cut(pattern: re.Pattern[str], rest: str) -> tuple[str, str, str, str] | None:
    """Flag, code, short and long title, trailing blanks off; None when the columns do not fit.

    Columns may be bytes: CMS aligned the one order file with a two-byte letter (FY2013) by bytes.
    """
    cuts = [rest] if rest.isascii() else [rest, rest.encode().decode("latin-1")]
    for cut, text in enumerate(cuts):
        match = pattern.fullmatch(text)
        if match and not match[4].startswith(" "):
            fields = [part.rstrip(" ") for part in match.groups()]
            if cut:
                fields = [part.encode("latin-1").decode("utf-8", errors="replace") for part in fields]
            return fields[0], fields[1], fields[2], fields[3]
    match = pattern.fullmatch(rest)
    return (match[1], match[2].rstrip(" "), match[3].rstrip(" "), match[4].rstrip(" ")) if match else None


def check_end(text: str, file: str, is_action: Callable[[str], bool]) -> None:
    """Raises RecordError when the last line is an action without an end: it may be cut in its title."""
    last = text[text.rfind("\n") + 1 :]
    if last and is_action(last):
        raise RecordError(
            "list is cut in the middle of a line", "the last line has no end", "download the file again",
            Place(file, text.count("\n") + 1),
        )  # fmt: skip


def check_pairs(actions: Sequence[AddendaLine], file: str) -> None:
    """Raises RecordError unless every "from" is followed at once by a "to" of the same code."""
    waiting: AddendaLine | None = None
    for action in actions:
        is_to = action.entry.fields["action"] == "revise_to"
        if is_to != (waiting is not None) or (waiting and waiting.entry.code != action.entry.code):
            raise _lonely(waiting or action, file)
        waiting = action if action.entry.fields["action"] == "revise_from" else None
    if waiting:
        raise _lonely(waiting, file)


def _lonely(action: AddendaLine, file: str) -> RecordError:
    other = "after" if action.entry.fields["action"] == "revise_from" else "before"
    return RecordError(
        "revision has only one of its two lines", f"the line {other} it is not of the same code",
        "download the file again", Place(file, action.line, value=action.entry.code),
    )  # fmt: skip


def count_actions(actions: Sequence[AddendaLine], has_headers: bool) -> dict[str, dict[str, int]]:
    """Additions, deletions and revisions as the lines say: for codes, and for headers where listed."""
    counted = {
        block: dict.fromkeys(("additions", "deletions", "revisions"), 0)
        for block in (("headers", "codes") if has_headers else ("codes",))
    }
    for action in actions:
        if key := _COUNTED_AS.get(action.entry.fields["action"]):
            counted["codes" if action.entry.fields["is_billable"] else "headers"][key] += 1
    return counted


READERS: tuple[Reader, ...] = tuple(
    Reader(
        f"{SYSTEMS[system].title} addenda",
        system,
        partial(recognise_addenda, system=system),
        partial(read_addenda, system=system),
    )
    for system in ("icd10cm", "icd10pcs")
)
