"""Candidate successors of deleted codes, and what new codes come from. Never applied by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from types import MappingProxyType

from flows.diff.references import CORRECTION, CROSS_REFERENCE, References
from schema.changes import Cause, ChangeKind, ChangeSet, Successor
from schema.crosswalk import CodeOrder, expand_previous
from schema.records import CodeRecord, SupportingList
from schema.systems import display_code

CONVERSION_TABLE = "conversion table"
CHILDREN = "children"

# Rank 1: the publisher names this very replacement; 2: a correction list does; 3: the structure of the codes does.
_RANKS = {CONVERSION_TABLE: 1, CROSS_REFERENCE: 1, CORRECTION: 2, CHILDREN: 3}
# The table names it, and it is not valid in the current release: shown, so that nobody looks for it in vain.
UNUSABLE_RANK = 4
# An expanded range or category may hold hundreds of codes; a person needs to see that, not all of them.
MAX_SUCCESSORS = 60
_NO_RECORDS: Mapping[str, CodeRecord] = MappingProxyType({})


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
    current_records: Mapping[str, CodeRecord] = _NO_RECORDS,
) -> dict[str, tuple[Successor, ...]]:
    """By deleted code its candidate replacements; by new code what it may replace.

    `lists` came with *current*. `previous_codes` and `current_codes` are the billable codes of each
    release in file order (HCPCS: may be empty). `titles` are long titles by code, where known.
    Conversion rows count when they take effect after *previous* and not after *current*; over several
    years they are followed from row to row, until a code of the other release is reached. HCPCS:
    `current_records` are the records of the current release by code, by which cross references and
    corrections are followed to codes that are valid.
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
    references = References(change_set, lists, current_records)
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
                if not is_usable:
                    # What the table names was subdivided itself, and no row says into what.
                    for child in _children(other, sorted_codes):
                        add(code, child, CHILDREN, f"child of {display_code(change_set.system, other)}, {detail}")
            if change.cause is Cause.NOW_HEADER:
                for child in _children(code, sorted_codes):
                    add(code, child, CHILDREN, f"child of {display_code(change_set.system, code)}")
            for reference in references.follow(code):
                rank = None if reference.is_usable else UNUSABLE_RANK
                add(code, reference.code, reference.source, reference.detail, rank)
    return {
        code: tuple(sorted(candidates.values(), key=lambda s: (s.rank, s.code))[:MAX_SUCCESSORS])
        for code, candidates in sorted(found.items())
    }


def has_usable(found: Mapping[str, Sequence[Successor]], code: str) -> bool:
    """Whether something names a successor of the code that can be billed."""
    return any(successor.rank < UNUSABLE_RANK for successor in found.get(code, ()))


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
            # Some rows have no code of their own: it was deleted and, says the table, nothing came of it.
            if entry.code and text is not None and first < date.fromisoformat(text) <= last:
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
