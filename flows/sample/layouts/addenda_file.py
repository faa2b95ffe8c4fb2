"""The change lists of ICD-10: order addenda and codes addenda with their summaries in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.sample.layouts.order_file import LONGEST_CODE, fit, fit_short
from flows.sample.titles import Title, TitleChanges, sort_codes

_ACTION_WIDTH = 13


@dataclass(frozen=True, slots=True)
class Step:
    """One release against the one before: all titles of both by code, the changes, the two order files' names."""

    previous: Mapping[str, Title]
    current: Mapping[str, Title]
    changes: TitleChanges
    previous_file: str
    current_file: str


@dataclass(frozen=True, slots=True)
class _Action:
    """One entry: what was (None when added), what is (None when deleted), and the level that it speaks of."""

    before: Title | None
    after: Title | None
    is_billable: bool


def write_order_addenda(step: Step, *, has_flags: bool) -> bytes:
    """The order addenda. ICD-10-CM has the billable flag in column 14 (`has_flags`), ICD-10-PCS has none."""
    actions = list(_list_actions(step))

    def line(title: Title) -> str:
        flag = f"{title.is_billable:d} " if has_flags else ""
        return f"{flag}{fit(title.code, LONGEST_CODE)} {fit_short(title)} {title.long}"

    lines = [f"{fit(name, _ACTION_WIDTH)}{line(title)}" for name, title in _list_lines(actions)]
    for is_billable in (False, True):
        lines += ["", *_summarise(step, actions, is_billable=is_billable, has_details=True)]
    return _join(lines)


def write_codes_addenda(step: Step) -> bytes:
    """The codes addenda of ICD-10-CM: billable codes and long titles alone."""
    actions = [
        action
        for action in _list_actions(step)
        if action.is_billable
        and (action.before is None or action.after is None or action.before.long != action.after.long)
    ]
    lines = [
        f"{fit(name, _ACTION_WIDTH)}{fit(title.code, LONGEST_CODE)} {title.long}"
        for name, title in _list_lines(actions)
    ]
    return _join([*lines, "", *_summarise(step, actions, is_billable=True, has_details=False)])


def _list_actions(step: Step) -> Iterator[_Action]:
    added = {title.code: title for title in step.changes.added}
    revised = {title.code: title for title in step.changes.revised if title.code not in step.changes.unlisted}
    for code in sort_codes([*step.changes.deleted, *added, *revised]):
        if code in step.changes.deleted:
            yield _Action(step.previous[code], None, step.previous[code].is_billable)
        if code in added:
            yield _Action(None, added[code], added[code].is_billable)
        if code in revised:
            yield _Action(step.previous[code], revised[code], revised[code].is_billable)


def _list_lines(actions: Iterable[_Action]) -> Iterator[tuple[str, Title]]:
    for action in actions:
        is_revision = action.before is not None and action.after is not None
        if action.before is not None:
            yield ("Revise from:" if is_revision else "Delete:"), action.before
        if action.after is not None:
            yield ("Revise to:" if is_revision else "Add:"), action.after


def _summarise(step: Step, actions: Iterable[_Action], *, is_billable: bool, has_details: bool) -> list[str]:
    name = "codes" if is_billable else "headers"
    own = [action for action in actions if action.is_billable is is_billable]
    pairs = [(a.before, a.after) for a in own if a.before is not None and a.after is not None]
    short = sum(before.long == after.long for before, after in pairs)
    long = sum(before.short == after.short for before, after in pairs)
    lines = [
        name.capitalize(),
        f"{_count(step.previous, is_billable):>7} {name} in {step.previous_file}",
        f"{_count(step.current, is_billable):>7} {name} in {step.current_file}",
        f"{sum(action.before is None for action in own):>7} additions",
        f"{sum(action.after is None for action in own):>7} deletions",
        f"{len(pairs):>7} revisions",
    ]
    if has_details:
        lines += [
            "of which",
            f"{len(pairs) - short - long:>7} revisions to both long and short titles",
            f"{long:>7} revisions to long title only",
            f"{short:>7} revisions to short title only",
        ]
    return lines


def _count(titles: Mapping[str, Title], is_billable: bool) -> int:
    return sum(title.is_billable is is_billable for title in titles.values())


def _join(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
