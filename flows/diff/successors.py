"""Candidate successors of deleted codes, and what new codes come from. Never applied by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from schema.changes import Cause, Change, ChangeKind, ChangeSet, Successor
from schema.crosswalk import CodeOrder, expand_previous
from schema.records import ListEntry, SupportingList
from schema.systems import display_code

CONVERSION_TABLE = "conversion table"
CROSS_REFERENCE = "cross reference"
CHILDREN = "children"
CORRECTION = "correction"

# Rank 1: the publisher names this very replacement; 2: a correction list does; 3: the structure of the codes does.
_RANKS = {CONVERSION_TABLE: 1, CROSS_REFERENCE: 1, CORRECTION: 2, CHILDREN: 3}
# The table names it, and it is not valid in the current release: shown, so that nobody looks for it in vain.
UNUSABLE_RANK = 4
# An expanded range or category may hold hundreds of codes; a person needs to see that, not all of them.
MAX_SUCCESSORS = 60
# A cross reference may name a CPT code (the number is a fact, its text is the AMA's) or a modifier.
_REFERENCE_LENGTHS = (2, 5)


@dataclass(slots=True)
class _Conversions:
    """The rows of the conversion tables in the period: by code what came of it, what it came from, and how."""

    later: dict[str, dict[str, str]] = field(default_factory=dict)
    earlier: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, previous: str, current: str, detail: str) -> None:
        self.later.setdefault(previous, {}).setdefault(current, detail)
        self.earlier.setdefault(current, {}).setdefault(previous, detail)


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
    Conversion rows count when they take effect after *previous* and not after *current*; over several
    years they are followed from row to row, until a code of the other release is reached.
    """
    found: dict[str, dict[str, Successor]] = {}
    in_previous, in_current = set(previous_codes), set(current_codes)
    sorted_codes = sorted(current_codes)

    def add(code: str, other: str, source: str, detail: str, rank: int | None = None) -> None:
        candidate = Successor(other, source, rank or _RANKS[source], detail, titles.get(other, ""))
        known = found.setdefault(code, {}).get(other)
        if known is None or known.rank > candidate.rank:
            found[code][other] = candidate

    conversions = _read_conversions(change_set, lists, previous_codes)
    for change in change_set.changes:
        code = change.code
        if change.kind is ChangeKind.NEW:
            for other, detail in _follow(code, conversions.earlier, in_previous, change_set.system):
                if not in_previous or other in in_previous:
                    add(code, other, CONVERSION_TABLE, detail)
        elif change.kind is ChangeKind.DELETED:
            for other, detail in _follow(code, conversions.later, in_current, change_set.system):
                is_usable = not in_current or other in in_current
                add(code, other, CONVERSION_TABLE, detail, None if is_usable else UNUSABLE_RANK)
            if change.cause is Cause.NOW_HEADER:
                for child in _children(code, sorted_codes):
                    add(code, child, CHILDREN, f"child of {display_code(change_set.system, code)}")
            for target in _cross_references(change):
                add(code, target, CROSS_REFERENCE, "cross reference in the record")
            for entry, file in _corrections(lists, code):
                target = str(entry.fields.get("cross_reference") or "")
                if target and target != code:
                    add(code, target, CORRECTION, file)
    return {
        code: tuple(sorted(candidates.values(), key=lambda s: (s.rank, s.code))[:MAX_SUCCESSORS])
        for code, candidates in sorted(found.items())
    }


def _read_conversions(
    change_set: ChangeSet, lists: Sequence[SupportingList], previous_codes: Sequence[str]
) -> _Conversions:
    first, last = change_set.previous.effective_date, change_set.current.effective_date
    rows = []
    for supporting in lists:
        if supporting.kind != "conversion":
            continue
        for entry in supporting.entries:
            text = entry.fields.get("effective_date")
            if text is not None and first < date.fromisoformat(text) <= last:
                rows.append((text, entry, f"effective {text}"))
    conversions = _Conversions()
    known = set(previous_codes)
    # Ranges run in the order of the order file; past the first step, whose codes are known in that
    # order, in text order.
    codes: CodeOrder | list[str] = CodeOrder(previous_codes)
    for _, step in groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0]):
        step_rows = list(step)
        for _, entry, detail in step_rows:
            for previous in expand_previous(entry.fields.get("previous", ()), codes):
                conversions.add(previous, entry.code, detail)
        known.update(entry.code for _, entry, _ in step_rows)
        codes = sorted(known)
    return conversions


def _follow(
    code: str, links: Mapping[str, Mapping[str, str]], ends: set[str], system: str
) -> Iterator[tuple[str, str]]:
    """The codes that the links lead to, with the detail of how: up to the first of `ends`, or the last there is."""
    waiting = [(code, "")]
    seen = {code}
    while waiting:
        at, way = waiting.pop()
        for other, detail in links.get(at, {}).items():
            if other in seen:
                continue
            seen.add(other)
            told = f"{detail}{way}"
            if not ends or other in ends or other not in links:
                yield other, told
            else:
                waiting.append((other, f"{way}, by way of {display_code(system, other)}"))


def _children(code: str, sorted_codes: Sequence[str]) -> Iterator[str]:
    for child in sorted_codes[bisect_right(sorted_codes, code) :]:
        if not child.startswith(code):
            break
        yield child


def _cross_references(change: Change) -> list[str]:
    references = change.record.details.get("cross_references", ())
    return [str(code) for code in references if len(code) in _REFERENCE_LENGTHS and code != change.code]


def _corrections(lists: Sequence[SupportingList], code: str) -> Iterator[tuple[ListEntry, str]]:
    for supporting in lists:
        if supporting.kind == "corrections":
            yield from ((entry, supporting.file) for entry in supporting.entries if entry.code == code)
