"""Places in the uses: what stands where now, and where a place of an earlier day is today. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from flows.impact.matching import find_codes
from schema.impact import UseHit
from schema.uses import Element, Form, InventoryUse, Match, UseCell

Place = tuple[str, str, str]
"""Use, column, location."""

_Keys = Callable[[UseHit], list[object]]
_BY_NAME = (Match.EXACT, Match.LIST)
_NAMED = (Form.CODE, Form.CODE_WITH_MODIFIERS)
_LOCATION = re.compile(r"(.*?)row ([0-9]+)", re.DOTALL)
# A charge master holds CPT codes (AMA) and dental codes (ADA, the D codes) beside HCPCS Level II; neither is held.
_OTHER_SETS = re.compile(r"[0-9][0-9]{3}[0-9A-Z]|D[0-9]{4}")


@dataclass(frozen=True)
class CurrentCodes:
    """What is valid in the current release: codes (ICD: billable) and modifiers, as stored."""

    system: str
    valid: frozenset[str]
    modifiers: frozenset[str] = frozenset()

    @cached_property
    def ordered(self) -> Sequence[str]:
        """The codes without the modifiers, sorted: what ranges, wildcards and categories hold."""
        return sorted(self.valid - self.modifiers)

    def is_of_another_set(self, code: str) -> bool:
        """Whether it is a CPT or CDT code, of which nobody here knows whether it is valid."""
        return self.system == "hcpcs" and bool(_OTHER_SETS.fullmatch(code))

    def holds_below(self, code: str) -> bool:
        """Whether valid codes begin with this one."""
        at = bisect_right(self.ordered, code)
        return at < len(self.ordered) and self.ordered[at].startswith(code)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places of one code in one use, then and now: those that are both, those that are gone, those that are new."""

    kept: list[tuple[UseHit, UseHit]] = field(default_factory=list)
    gone: list[UseHit] = field(default_factory=list)
    added: list[UseHit] = field(default_factory=list)


class Places:
    """The cells of one system by place, and how far the rows of each use have moved since the baseline."""

    def __init__(
        self,
        system: str,
        inventory: Sequence[InventoryUse],
        before: Mapping[str, Sequence[UseHit]],
        now: Mapping[str, Sequence[UseHit]],
    ) -> None:
        self._cells: dict[Place, list[UseCell]] = {}
        self._unreadable: dict[Place, str] = {}
        self._counts = count_values(inventory, system)
        for use in inventory:
            for cell in use.cells:
                if cell.system == system:
                    self._cells.setdefault((use.name, cell.column, cell.location), []).append(cell)
            for fault in use.unreadable:
                self._unreadable.setdefault((use.name, fault.column, fault.location), fault.value)
        self._anchors = _find_anchors(before, now)
        self._counted: dict[tuple[Element, bool], int] = {}

    def find_rows(self, hit: UseHit) -> list[Place]:
        """Where the place of a hit is now: in its row, moved as the codes that stand around it have moved. Where those
        above and below moved differently, both rows."""
        match = _LOCATION.fullmatch(hit.location)
        if match is None:
            return [(hit.use, hit.column, hit.location)]
        head, row = match[1], int(match[2])
        anchors = self._anchors.get((hit.use, head), ())
        at = bisect_left(anchors, (row, 0))
        around = [anchors[n] for n in (at - 1, at) if 0 <= n < len(anchors)] or [(row, row)]
        moved = dict.fromkeys(now - then for then, now in around)
        return [(hit.use, hit.column, f"{head}row {row + shift}") for shift in moved]

    def pair(self, before: Sequence[UseHit], now: Sequence[UseHit]) -> Pairs:
        """Each place of now with one of before, of one code in one use: that to which its row moved, else one of the
        same column, else any.

        A range that was rewritten is another one, so places that only span a code pair by column and entry.
        """
        is_named = all(hit.match in _BY_NAME for hit in (*before, *now))

        def place_of(hit: UseHit) -> list[object]:
            return [*self.find_rows(hit)] if is_named else [(*at, hit.entry) for at in self.find_rows(hit)]

        def stands_at(hit: UseHit) -> list[object]:
            at = hit.use, hit.column, hit.location
            return [at] if is_named else [(*at, hit.entry)]

        def column_of(hit: UseHit) -> list[object]:
            return [hit.column] if is_named else [(hit.column, hit.entry)]

        def nothing(_: UseHit) -> list[object]:
            return [None]

        steps: list[tuple[_Keys, _Keys]] = [(place_of, stands_at), (column_of, column_of)]
        if is_named:
            steps.append((nothing, nothing))
        pairs, waiting, left = Pairs(), list(before), list(now)
        for keys_then, keys_now in steps:
            waiting, left = _match_up(pairs, waiting, left, keys_then, keys_now)
        pairs.gone.extend(waiting)
        pairs.added.extend(left)
        return pairs

    def codes_at(self, at: Place) -> list[str]:
        """The codes and modifiers that the cell names."""
        return [code for cell in self._cells.get(at, ()) for code in _named_in(cell.elements)]

    def unreadable_at(self, at: Place) -> str:
        """What stands there and is no code; "" where there is nothing of the kind."""
        return self._unreadable.get(at, "")

    def is_expression(self, at: Place) -> bool:
        """Whether a code in the cell stands for its longer codes."""
        return any(cell.is_expression for cell in self._cells.get(at, ()))

    def count_in_use(self, use: str, value: str) -> int:
        """How many times the use has the value, in the spelling of `count_values`."""
        return self._counts.get(use, Counter())[value]

    def count_valid(self, hit: UseHit, current: CurrentCodes) -> int:
        """How many valid codes the entry of a hit holds by itself."""
        cells = self._cells.get((hit.use, hit.column, hit.location), ())
        for cell in cells:
            for element in cell.elements:
                if element.text == hit.entry:
                    return self._count(element, current, is_expression=cell.is_expression)
        return 0

    def _count(self, element: Element, current: CurrentCodes, *, is_expression: bool) -> int:
        key = element, is_expression
        if key not in self._counted:
            has_categories = is_expression and current.system != "hcpcs"
            held = set(find_codes(element, current.ordered, has_categories=has_categories))
            named = current.valid.intersection(_named_in([element]))
            self._counted[key] = len(held | named)
        return self._counted[key]


def _match_up(
    pairs: Pairs,
    before: Sequence[UseHit],
    now: Sequence[UseHit],
    keys_then: _Keys,
    keys_now: _Keys,
) -> tuple[list[UseHit], list[UseHit]]:
    """Adds the places that share a key to the pairs, each once; gives back those of then and of now that are left."""
    by_key: dict[object, list[UseHit]] = {}
    for hit in now:
        for key in keys_now(hit):
            by_key.setdefault(key, []).append(hit)
    waiting = []
    for hit in before:
        found = next((places for key in keys_then(hit) if (places := by_key.get(key))), None)
        if found:
            pairs.kept.append((hit, found.pop(0)))
        else:
            waiting.append(hit)
    taken = {id(hit) for _, hit in pairs.kept}
    return waiting, [hit for hit in now if id(hit) not in taken]


def count_values(inventory: Iterable[InventoryUse], system: str) -> dict[str, Counter[str]]:
    """By use how many times it names each code of the system, and has each text that is no code (`name_unreadable`)."""
    return {
        use.name: Counter(
            [code for cell in use.cells if cell.system == system for code in _named_in(cell.elements)]
            + [name_unreadable(fault.value) for fault in use.unreadable]
        )
        for use in inventory
    }


def name_unreadable(value: str) -> str:
    """A text that is no code, as it is counted: by its digest, since nobody knows what a person wrote there."""
    return "~" + sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _named_in(elements: Iterable[Element]) -> list[str]:
    return [code for element in elements if element.form in _NAMED for code in element.codes]


def _find_anchors(
    before: Mapping[str, Sequence[UseHit]], now: Mapping[str, Sequence[UseHit]]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """By use and sheet the rows, then and now, of codes that stood and stand in one row of a column alone."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for code, hits in before.items():
        then = _single_rows(hits)
        for key, row in _single_rows(now.get(code, ())).items():
            if key in then:
                found.setdefault(key[:2], {})[then[key]] = row
    return {key: sorted(rows.items()) for key, rows in found.items()}


def _single_rows(hits: Iterable[UseHit]) -> dict[tuple[str, str, str], int]:
    rows: dict[tuple[str, str, str], list[int]] = {}
    for hit in hits:
        match = _LOCATION.fullmatch(hit.location)
        if match and hit.match in _BY_NAME:
            rows.setdefault((hit.use, match[1], hit.column), []).append(int(match[2]))
    return {key: found[0] for key, found in rows.items() if len(found) == 1}
