"""Whether people did what the changes ask for: the uses as they are now against an earlier assessment. Pure.

What the states mean, for a code, a use and a place in it. *Named* is a code that a cell holds as a code or in a list,
*spanned* one that it holds by range, wildcard or category alone; *ended* are deleted, added-and-ended and purged codes.

| at the baseline | now | state |
|---|---|---|
| ended, named | still named in the use, in whatever row or column | `not_yet` |
| ended, named | gone; its place is empty, or holds codes valid in the current release | `applied` |
| ended, named | gone; its place holds a code that is not valid, or what cannot be read | `applied_wrongly` |
| ended, not named in the use (or in fewer rows) | named | `new_stale` |
| ended, spanned | the entry is there and holds valid codes | `nothing_to_do` |
| ended, spanned | the entry is there and holds no valid code | `not_yet` |
| ended, spanned | the entry is gone or was changed | `applied` |
| ended, spanned | the entry is gone, and its place holds what cannot be read or is not valid | `applied_wrongly` |
| ended | the use is no longer in the settings, so nobody can see | `not_yet` |
| new, claims move to it, in no charge master | a charge master names it | `applied` |
| new, claims move to it, in no charge master | no charge master names it | `not_yet` |
| any other kind | nothing about it can be seen in codes | counted as `not_visible`, no item |

CPT and CDT codes are not held, so one that stands where an ended code stood counts as valid, and the reason says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from flows.impact.baseline import Baseline
from flows.impact.matching import match_uses
from flows.impact.moves import find_charge_masters
from flows.impact.places import CurrentCodes, Place, Places, name_unreadable
from schema.changes import ChangeKind, ChangeSet
from schema.errors import shorten_value
from schema.families import family_of
from schema.impact import UseHit
from schema.systems import display_code
from schema.uses import Form, InventoryUse, Match

ENDED = (ChangeKind.DELETED, ChangeKind.ADDED_AND_ENDED, ChangeKind.PURGED)
_BY_NAME = (Match.EXACT, Match.LIST)
NOT_VISIBLE = "not_visible"


class State(StrEnum):
    """What became of an item; the order is that in which a person should read them."""

    NOT_YET = "not_yet"
    APPLIED_WRONGLY = "applied_wrongly"
    NEW_STALE = "new_stale"
    APPLIED = "applied"
    NOTHING_TO_DO = "nothing_to_do"


OPEN = (State.NOT_YET, State.APPLIED_WRONGLY, State.NEW_STALE)


@dataclass(frozen=True, slots=True)
class VerifiedItem:
    """One code in one place. `location` is where it stands now, or where it stood at the baseline."""

    code: str
    kind: str
    use: str
    owner: str | None
    location: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Every item, by code, use and place; `not_visible` counts the places of changes of which codes tell nothing."""

    system: str
    previous: str
    current: str
    effective_date: date
    as_of: date
    items: tuple[VerifiedItem, ...]
    not_visible: int

    @property
    def counts(self) -> dict[str, int]:
        """The number of items in each state, and `not_visible`; every state has a key."""
        found = Counter(item.state for item in self.items)
        return {**{state.value: found[state] for state in State}, NOT_VISIBLE: self.not_visible}

    @property
    def has_open(self) -> bool:
        """Whether somebody still has something to do."""
        return any(item.state in OPEN for item in self.items)


def verify_uses(
    baseline: Baseline, inventory: Sequence[InventoryUse], change_set: ChangeSet, current: CurrentCodes, as_of: date
) -> Verification:
    """What became of each place of the baseline, and which ended codes are new in a use.

    `inventory` is read now, `change_set` that of the baseline's releases, `current` what is valid in its current one.
    """
    items = tuple(_Verifier(baseline, inventory, change_set, current).list_items())
    others = [code for code, kind in baseline.kinds.items() if kind not in ENDED]
    not_visible = sum(len(baseline.hits[code]) for code in others)
    return Verification(
        baseline.system, baseline.previous, baseline.current, baseline.effective_date, as_of, items, not_visible
    )


class _Verifier:
    def __init__(
        self, baseline: Baseline, inventory: Sequence[InventoryUse], change_set: ChangeSet, current: CurrentCodes
    ) -> None:
        self._baseline, self._inventory, self._current = baseline, inventory, current
        self._system = baseline.system
        self._owners = {use.name: use.owner for use in inventory}
        self._kinds = {change.code: change.kind for change in change_set.changes if change.kind in ENDED}
        self._now = match_uses(inventory, self._system, change_set.changes)
        self._places = Places(self._system, inventory, baseline.hits, self._now)

    def list_items(self) -> Iterator[VerifiedItem]:
        """The items by code; within a code by use, those that stand somewhere now first."""
        for code in sorted({*self._kinds, *self._baseline.missing}):
            if code in self._kinds:
                yield from self._verify_ended(code)
            else:
                yield self._verify_missing(code)

    def _verify_ended(self, code: str) -> Iterator[VerifiedItem]:
        before, now = self._baseline.hits.get(code, ()), self._now.get(code, ())
        for use in dict.fromkeys(hit.use for hit in (*before, *now)):
            was, stands = ([hit for hit in hits if hit.use == use] for hits in (before, now))
            if use not in self._owners:
                for hit in was:
                    why = "the use is no longer in the settings, so nobody can see what became of it"
                    yield self._make(code, hit, State.NOT_YET, why)
                continue
            yield from self._verify_named(code, *([h for h in hits if h.match in _BY_NAME] for hits in (was, stands)))
            yield from self._verify_spanned(
                code, *([h for h in hits if h.match not in _BY_NAME] for hits in (was, stands))
            )

    def _verify_named(self, code: str, was: Sequence[UseHit], stands: Sequence[UseHit]) -> Iterator[VerifiedItem]:
        pairs = self._places.pair(was, stands)
        for _, hit in pairs.kept:
            yield self._make(code, hit, State.NOT_YET, f"{self._show(code)} is still there")
        for hit in pairs.added:
            day = self._baseline.as_of
            more = f"stands in more places than on {day}" if was else f"this use did not name it on {day}"
            why = f"{self._show(code)} has ended, and {more}"
            yield self._make(code, hit, State.NEW_STALE, why)
        for hit in pairs.gone:
            if wrong := self._find_wrong(code, hit):
                yield wrong
            else:
                yield self._make(code, hit, State.APPLIED, self._describe_gone(code, hit))

    def _verify_spanned(self, code: str, was: Sequence[UseHit], stands: Sequence[UseHit]) -> Iterator[VerifiedItem]:
        pairs = self._places.pair(was, stands)
        for _, hit in pairs.kept:
            held = self._places.count_valid(hit, self._current)
            if held:
                codes = "code" if held == 1 else "codes"
                why = f"the {hit.match.value} {_quote(hit.entry)} still holds {held:,} valid {codes}"
                yield self._make(code, hit, State.NOTHING_TO_DO, why)
            else:
                why = f"the {hit.match.value} {_quote(hit.entry)} holds no valid code any more"
                yield self._make(code, hit, State.NOT_YET, why)
        for hit in pairs.gone:
            if wrong := self._find_wrong(code, hit):
                yield wrong
            else:
                why = f"the {hit.match.value} {_quote(hit.entry)} is gone or was changed"
                yield self._make(code, hit, State.APPLIED, why)

    def _describe_gone(self, code: str, hit: UseHit) -> str:
        """What became of a named code that is gone, where nothing wrong stands in its place."""
        candidates = {one for one in self._baseline.successors.get(code, ()) if self._is_valid(one)}
        named = [found for at in self._places.find_rows(hit) for found in self._places.codes_at(at)]
        chosen = next((found for found in named if found in candidates and self._is_added(hit.use, found)), None)
        if chosen:
            return f"replaced by {self._show(chosen)}, a suggested successor"
        # A row that moved up into the place of one that was taken out holds nothing new.
        for found in named if hit.match is Match.EXACT else ():
            if self._is_added(hit.use, found):
                return self._describe_other(code, found)
        added = [one for one in sorted(candidates) if self._is_added(hit.use, one)]
        return f"gone; {self._show(added[0])}, a suggested successor, is new in the use" if added else "removed"

    def _find_wrong(self, code: str, hit: UseHit) -> VerifiedItem | None:
        """The item of a place that holds now what it should not; None where there is nothing of the kind."""
        for at in self._places.find_rows(hit):
            wrong = self._describe_wrong(hit, at)
            if wrong:
                return self._make(code, replace(hit, location=at[2]), State.APPLIED_WRONGLY, wrong)
        return None

    def _describe_wrong(self, hit: UseHit, at: Place) -> str:
        for found in self._places.codes_at(at):
            if not self._is_valid(found) and not self._is_category(at, found) and self._is_added(hit.use, found):
                return f"{self._show(found)} stands there now and is not valid in {self._baseline.current}"
        value = self._places.unreadable_at(at)
        if value and self._is_added(hit.use, name_unreadable(value)):
            return f"{_quote(value)} stands there now and cannot be read as a code"
        return ""

    def _is_added(self, use: str, value: str) -> bool:
        """Whether the use has it more often than at the baseline: what was there before replaces nothing."""
        if self._baseline.values is None:
            return all(hit.use != use for hit in self._baseline.hits.get(value, ()))
        return self._places.count_in_use(use, value) > self._baseline.values.get(use, {}).get(value, 0)

    def _is_valid(self, code: str) -> bool:
        return code in self._current.valid or self._current.is_of_another_set(code)

    def _is_category(self, at: Place, code: str) -> bool:
        return self._places.is_expression(at) and self._current.holds_below(code)

    def _describe_other(self, code: str, found: str) -> str:
        if found not in self._current.valid:
            return f"gone; {self._show(found)} stands there now, a CPT or CDT code, of which nothing is held here"
        families = [family_of(self._system, one) for one in (code, found)]
        is_same = families[0] == families[1]
        of = "the same family" if is_same else f"another family ({families[1].label}): look whether it is meant"
        return f"gone; {self._show(found)} stands there now: valid, no suggested successor, of {of}"

    @cached_property
    def _charged(self) -> dict[str, tuple[str, str]]:
        """By code that a charge master names, the first use and place."""
        found: dict[str, tuple[str, str]] = {}
        for use in find_charge_masters(self._inventory, self._system):
            for cell in use.cells:
                for element in cell.elements if cell.system == self._system else ():
                    if element.form in (Form.CODE, Form.CODE_WITH_MODIFIERS):
                        for code in element.codes:
                            found.setdefault(code, (use.name, cell.location))
        return found

    def _verify_missing(self, code: str) -> VerifiedItem:
        if code in self._charged:
            use, location = self._charged[code]
            why = f"{self._show(code)} is in the charge master now"
            return VerifiedItem(code, ChangeKind.NEW, use, self._owners[use], location, State.APPLIED, why)
        masters = find_charge_masters(self._inventory, self._system)
        use = masters[0].name if masters else ""
        why = f"{self._show(code)} is in no charge master, although it takes over claims or a charge"
        return VerifiedItem(code, ChangeKind.NEW, use, self._owners.get(use), "", State.NOT_YET, why)

    def _make(self, code: str, hit: UseHit, state: State, reason: str) -> VerifiedItem:
        owner = self._owners.get(hit.use, hit.owner)
        return VerifiedItem(code, self._kinds[code].value, hit.use, owner, hit.location, state, reason)

    def _show(self, code: str) -> str:
        return display_code(self._system, code)


def _quote(text: str) -> str:
    return repr(shorten_value(text))
