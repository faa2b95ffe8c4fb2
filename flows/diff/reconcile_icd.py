"""ICD: the change set against order addenda, codes addenda or the old `diff` lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.diff.cosmetics import is_white_space_change
from flows.diff.reasons import LIST_ERROR, LONG_TITLES_ONLY, OTHER_BASE_FILE, WHITE_SPACE_ONLY
from schema.changes import Change, ChangeKind, ChangeSet, Difference, Reconciliation
from schema.records import ListEntry, SupportingList

_TITLES = ("short_descriptor", "long_descriptor")


@dataclass(slots=True)
class _Side:
    """One side of the comparison at one level (codes or headers): titles by code, by kind of change.

    Titles are (short, long); a list that has no short titles holds None there.
    """

    new: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    deleted: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    revised: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def by_kind(self) -> dict[str, dict[str, tuple[Any, Any]]]:
        return {"new": self.new, "deleted": self.deleted, "revised": self.revised}

    def kinds_by_code(self) -> dict[str, list[str]]:
        """The kinds of each code: one, unless a list contradicts itself."""
        kinds: dict[str, list[str]] = {}
        for kind, codes in self.by_kind().items():
            for code in codes:
                kinds.setdefault(code, []).append(kind)
        return kinds


def reconcile_addenda(change_set: ChangeSet, addenda: SupportingList, previous_billable: int) -> Reconciliation:
    """Code for code: who is new, deleted or revised, and with which titles; headers likewise.

    The counts are of billable codes. A list against another file than *previous* (its summary or its
    lines say so) gives its differences that reason.
    """
    # The codes addenda and the old lists have billable codes with long titles alone.
    is_whole = addenda.kind == "order_addenda"
    official = {level: _read_official(addenda, level) for level in (True, False)}
    computed = {level: _read_computed(change_set, level) for level in (True, False)}
    remarks, is_other_base = _describe_base(addenda, previous_billable, official[True], computed[True])
    changes = {change.code: change for change in change_set.changes}
    differences = list(_check_summary(addenda))
    for is_billable in (True, False) if is_whole else (True,):
        differences += _compare_sides(
            official[is_billable], computed[is_billable], is_billable, changes, is_other_base, is_whole
        )
    return Reconciliation(
        basis=f"{addenda.kind.replace('_', ' ')} {addenda.file}",
        agrees=not differences,
        official={name: len(codes) for name, codes in official[True].by_kind().items()},
        computed={name: len(codes) for name, codes in computed[True].by_kind().items()},
        differences=tuple(sorted(differences, key=lambda found: (found.code, found.what))),
        remarks=tuple(remarks),
    )


def _read_official(addenda: SupportingList, is_billable: bool) -> _Side:
    side = _Side()
    targets = {"add": side.new, "delete": side.deleted, "revise_to": side.revised}
    for before, entry in zip((None, *addenda.entries), addenda.entries, strict=False):
        if before is not None and entry.fields["action"] == "revise_to" and _has_same_titles(before, entry):
            # Only the trailing blanks differed, which the fixed width has no room for (PCS FY2019: X2A).
            continue
        target = targets.get(entry.fields["action"])
        flag = entry.fields.get("is_billable")
        if target is not None and (flag is None or bool(flag) is is_billable):
            target[entry.code] = (entry.fields.get("short_descriptor"), entry.fields.get("long_descriptor"))
    return side


def _has_same_titles(one: ListEntry, other: ListEntry) -> bool:
    return all(one.fields.get(name) == other.fields.get(name) for name in _TITLES)


def _read_computed(change_set: ChangeSet, is_billable: bool) -> _Side:
    """What the change set says at one level, in the words of the list: a code that became a header
    is a deletion among the codes and an addition among the headers."""
    side = _Side()
    for change in change_set.changes:
        before, after = (
            (r.short_descriptor, r.long_descriptor) if r is not None and r.is_billable is is_billable else None
            for r in (change.before, change.after)
        )
        if before is None and after is not None:
            side.new[change.code] = after
        elif after is None and before is not None:
            side.deleted[change.code] = before
        elif after is not None and any(found.name in _TITLES for found in change.fields):
            side.revised[change.code] = after
    return side


def _compare_sides(
    official: _Side,
    computed: _Side,
    is_billable: bool,
    changes: Mapping[str, Change],
    is_other_base: bool,
    has_short_titles: bool,
) -> list[Difference]:
    level = "code" if is_billable else "header"
    differences = []
    ours, theirs = computed.kinds_by_code(), official.kinds_by_code()
    for code in ours.keys() | theirs.keys():
        held, listed = ours.get(code, []), theirs.get(code, [])
        if held == listed:
            kind = held[0]
            differences += _compare_titles(
                code, level, kind, official.by_kind()[kind][code], computed.by_kind()[kind][code]
            )
            continue
        here = f"{level} is {held[0]} here" if held else f"{level} is not changed here"
        there = f"{' and '.join(listed)} in the list" if listed else "not in the list"
        if len(listed) > 1:
            reason: str | None = LIST_ERROR
        else:
            reason = _find_reason(changes.get(code) if held else None, is_other_base, has_short_titles)
        differences.append(Difference(code, f"{here}, {there}", reason))
    return differences


def _compare_titles(
    code: str, level: str, kind: str, official: tuple[Any, Any], computed: tuple[Any, Any]
) -> list[Difference]:
    found = []
    for name, listed, held in zip(_TITLES, official, computed, strict=True):
        if listed is not None and listed != held:
            reason = WHITE_SPACE_ONLY if is_white_space_change(listed, held) else None
            what = f"{level} is {kind} in both, and its {name.replace('_', ' ')} differs"
            found.append(Difference(code, what, reason))
    return found


def _find_reason(change: Change | None, is_other_base: bool, has_short_titles: bool) -> str | None:
    if change is not None and change.kind in (ChangeKind.REVISED, ChangeKind.REVISED_HEADER):
        titles = [found for found in change.fields if found.name in _TITLES]
        if all(is_white_space_change(found.before or "", found.after or "") for found in titles):
            return WHITE_SPACE_ONLY
        if not has_short_titles and all(found.name == "short_descriptor" for found in titles):
            return LONG_TITLES_ONLY
    return OTHER_BASE_FILE if is_other_base else None


def _describe_base(
    addenda: SupportingList, previous_billable: int, official: _Side, computed: _Side
) -> tuple[list[str], bool]:
    """What the list says it was made against, and whether that is another file than *previous*.

    A list without a summary (PCS errata of 2022) says it by its lines: taken back from *current*, they
    leave so many codes.
    """
    codes: Mapping[str, Any] = addenda.facts.get("codes", {})
    before, name = codes.get("before"), codes.get("before_file")
    if before is None:
        growth, listed = (len(side.new) - len(side.deleted) for side in (computed, official))
        before = previous_billable + growth - listed
        against = (
            f"{addenda.file} does not say what it was made against; by its lines, a file with {before} billable codes"
        )
    else:
        against = f"{addenda.file} was made against {name or 'a file'} with {before} billable codes"
    if before == previous_billable:
        return [f"{against}, as many as the previous release has"], False
    return [f"{against}; the previous release has {previous_billable}"], True


def _check_summary(addenda: SupportingList) -> list[Difference]:
    """The publisher's summary against the publisher's own lines."""
    found = []
    counted: Mapping[str, Any] = addenda.facts.get("counted", {})
    for level, said in sorted(addenda.facts.items()):
        if level not in ("codes", "headers") or level not in counted:
            continue
        for name in ("additions", "deletions", "revisions"):
            lines = counted[level].get(name)
            if name in said and lines is not None and said[name] != lines:
                what = f"the summary says {said[name]} {name} of {level}, the lines are {lines}"
                found.append(Difference("", what, LIST_ERROR))
    return found
