"""Candidate successors of deleted codes, and what new codes come from. Never applied by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date

from schema.changes import Cause, ChangeKind, ChangeSet, Successor
from schema.crosswalk import CodeOrder, expand_previous
from schema.records import CodeRecord, SupportingList
from schema.systems import SYSTEMS, display_code

CONVERSION_TABLE = "conversion table"
CROSS_REFERENCE = "cross reference"
CHILDREN = "children"
CORRECTION = "correction"

# Rank 1: the publisher names this very replacement; 2: a correction list does; 3: the structure of the codes does.
_RANKS = {CONVERSION_TABLE: 1, CROSS_REFERENCE: 1, CORRECTION: 2, CHILDREN: 3}
# An expanded range or category may hold hundreds of codes; a person needs to see that, not all of them.
MAX_SUCCESSORS = 60


def find_successors(
    change_set: ChangeSet,
    lists: Sequence[SupportingList],
    previous_codes: Sequence[str],
    current_codes: Sequence[str],
    titles: Mapping[str, str],
) -> dict[str, tuple[Successor, ...]]:
    """By deleted code its candidate replacements; by new code what it may replace.

    `lists` came with *current*. `previous_codes` and `current_codes` are the billable codes of each
    release in file order (HCPCS: may be empty). `titles` are long titles by code, where known.
    Conversion rows count when they take effect after *previous* and not after *current*.
    """
    found: dict[str, dict[str, Successor]] = {}

    def add(code: str, other: str, source: str, detail: str) -> None:
        candidate = Successor(other, source, _RANKS[source], detail, titles.get(other, ""))
        known = found.setdefault(code, {}).get(other)
        if known is None or known.rank > candidate.rank:
            found[code][other] = candidate

    order = CodeOrder(previous_codes)
    sorted_codes = sorted(current_codes)
    deleted = {c.code: c for c in change_set.changes if c.kind is ChangeKind.DELETED}
    new = {c.code for c in change_set.changes if c.kind is ChangeKind.NEW}
    for supporting in lists:
        if supporting.kind == "conversion":
            for current, previous, detail in _read_conversion(supporting, change_set, order):
                if previous in deleted:
                    add(previous, current, CONVERSION_TABLE, detail)
                if current in new:
                    add(current, previous, CONVERSION_TABLE, detail)
        elif supporting.kind == "corrections":
            for entry in supporting.entries:
                target = str(entry.fields.get("cross_reference") or "")
                if entry.code in deleted and target:
                    add(entry.code, target, CORRECTION, supporting.file)
    for code, change in deleted.items():
        if change.cause is Cause.NOW_HEADER:
            for child in _children(code, sorted_codes):
                add(code, child, CHILDREN, f"child of {display_code(change_set.system, code)}")
        for target in _cross_references(change.after or change.before):
            add(code, target, CROSS_REFERENCE, "cross reference in the record")
    return {
        code: tuple(sorted(candidates.values(), key=lambda s: (s.rank, s.code))[:MAX_SUCCESSORS])
        for code, candidates in sorted(found.items())
    }


def _read_conversion(supporting: SupportingList, change_set: ChangeSet, order: CodeOrder) -> list[tuple[str, str, str]]:
    first, last = change_set.previous.effective_date, change_set.current.effective_date
    rows = []
    for entry in supporting.entries:
        text = entry.fields.get("effective_date")
        if text is None or not first < date.fromisoformat(text) <= last:
            continue
        detail = f"{supporting.file}, effective {text}"
        for previous in expand_previous(entry.fields.get("previous", ()), order):
            rows.append((entry.code, previous, detail))
    return rows


def _children(code: str, codes: Sequence[str]) -> list[str]:
    start = bisect_right(codes, code)
    children = []
    for child in codes[start:]:
        if not child.startswith(code):
            break
        children.append(child)
    return children


def _cross_references(record: CodeRecord | None) -> list[str]:
    if record is None:
        return []
    pattern = SYSTEMS["hcpcs"].code_pattern
    # A cross reference may name a CPT number: the number is a fact, its text is the AMA's.
    return [
        str(code) for code in record.details.get("cross_references", ()) if pattern.fullmatch(code) or len(code) == 5
    ]
