"""Which cells of the organisation hold which changed codes. Pure: an inventory and changes in, hits out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from schema.changes import Change
from schema.impact import UseHit
from schema.uses import Element, Form, InventoryUse, Match, UseCell

# A code of these systems stands for every longer one where the cell may hold expressions.
_SYSTEMS_WITH_CATEGORIES = ("icd10cm", "icd10pcs")
_RANK = {match: rank for rank, match in enumerate(Match)}

_Held = tuple[str, Match, str]
"""A changed code, how the cell holds it, the element as written."""


def match_uses(
    inventory: Sequence[InventoryUse], system: str, changes: Sequence[Change]
) -> dict[str, tuple[UseHit, ...]]:
    """By changed code the cells that hold it, in the order of the inventory; codes without a cell are left out.

    One hit for each cell and code, the best of exact, list, range, wildcard, category. Only cells of `system` count.
    A new code inside a range is a hit as a deleted one is: what the two releases say of a code does not matter here.
    """
    codes = _ChangedCodes(system, changes)
    # A charge master repeats its codes and a payer's rules repeat their ranges: each distinct cell is read once.
    known: dict[tuple[tuple[Element, ...], bool, bool], tuple[_Held, ...]] = {}
    found: dict[str, list[UseHit]] = {}
    for use in inventory:
        for cell in use.cells:
            if cell.system != system:
                continue
            key = (cell.elements, cell.is_list, cell.is_expression)
            held = known.get(key)
            if held is None:
                held = known[key] = codes.find_held(cell)
            for code, match, entry in held:
                hit = UseHit(use.name, use.kind, use.owner, cell.location, cell.column, entry, match)
                found.setdefault(code, []).append(hit)
    return {code: tuple(hits) for code, hits in sorted(found.items())}


def find_codes(element: Element, codes: Sequence[str], *, has_categories: bool) -> Iterator[str]:
    """Those of the sorted `codes` that the element holds beside those it names: by range, wildcard or, with
    `has_categories`, as a longer code. A code that it names may be among them."""
    if element.form is Form.RANGE:
        yield from _slice_range(element.codes[0], element.codes[1], codes)
    elif element.form is Form.WILDCARD:
        yield from _match_wildcard(element.codes[0], codes)
    elif has_categories:
        yield from _slice_prefix(element.codes[0], codes)


class _ChangedCodes:
    """The changed codes, sorted, so that a range is a slice of them."""

    def __init__(self, system: str, changes: Iterable[Change]) -> None:
        self._kinds = {change.code: change.record_kind for change in changes}
        # Ranges and wildcards never hold modifiers, and a modifier is no category.
        self._codes = sorted(code for code, kind in self._kinds.items() if kind == "code")
        self._has_categories = system in _SYSTEMS_WITH_CATEGORIES

    def find_held(self, cell: UseCell) -> tuple[_Held, ...]:
        """What the cell holds, each code once with its best match; among equals the first element counts."""
        best: dict[str, tuple[Match, str]] = {}
        for element in cell.elements:
            for code, match in self._read_element(element, cell):
                known = best.get(code)
                if known is None or _RANK[match] < _RANK[known[0]]:
                    best[code] = match, element.text
        return tuple((code, match, entry) for code, (match, entry) in best.items())

    def _read_element(self, element: Element, cell: UseCell) -> Iterator[tuple[str, Match]]:
        if element.form in (Form.CODE, Form.CODE_WITH_MODIFIERS):
            named = Match.LIST if cell.is_list else Match.EXACT
            yield from ((code, named) for code in element.codes if code in self._kinds)
        wider = _WIDER[element.form]
        has_categories = self._has_categories and cell.is_expression
        for code in find_codes(element, self._codes, has_categories=has_categories):
            yield code, wider


_WIDER = {
    Form.CODE: Match.CATEGORY,
    Form.CODE_WITH_MODIFIERS: Match.CATEGORY,
    Form.RANGE: Match.RANGE,
    Form.WILDCARD: Match.WILDCARD,
}


def _slice_range(first: str, last: str, codes: Sequence[str]) -> Sequence[str]:
    """`first` <= code, and the first len(`last`) characters of the code <= `last`: a slice, since cutting codes to one
    length keeps their order."""
    size = len(last)
    return codes[bisect_left(codes, first) : bisect_right(codes, last, key=lambda code: code[:size])]


def _slice_prefix(prefix: str, codes: Sequence[str]) -> Sequence[str]:
    size = len(prefix)
    start = bisect_left(codes, prefix)
    return codes[start : bisect_right(codes, prefix, lo=start, key=lambda code: code[:size])]


def _match_wildcard(pattern: str, codes: Sequence[str]) -> Iterator[str]:
    literal = re.match(r"[^*?]*", pattern)
    candidates = _slice_prefix(literal[0], codes) if literal and literal[0] else codes
    # Stars in a row mean one star, and would cost a power of their number.
    parts = (re.escape(part) for part in re.split(r"\*+", pattern))
    expression = re.compile(".*".join(parts).replace(r"\?", "."), re.DOTALL)
    return (code for code in candidates if expression.fullmatch(code))
