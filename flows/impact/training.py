"""The changes that people have to learn before the effective date: what to document, how to order. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flows.impact.aspects import find_aspects
from schema.changes import Change, ChangeKind, Successor
from schema.impact import Exposure, Measure, Training

_ARRIVED = (ChangeKind.NEW, ChangeKind.REINSTATED)


def find_training(
    changes: Sequence[Change],
    successors: Mapping[str, tuple[Successor, ...]],
    exposures: Mapping[str, Exposure],
    concerned: Collection[str],
    department_lines: int,
) -> tuple[Training, ...]:
    """The changes that alter documentation or ordering and concern this organisation, most lines first.

    A change counts when it is among the codes `concerned`, or when claims hold it or, for a new code, a code
    that it comes from. `exposure` is that of the code itself, for a new code that of what it comes from added;
    `claims` may then count a claim twice. `departments` are those with `department_lines` lines or more, sorted
    by lines.
    """
    found = []
    for change in changes:
        is_new = change.kind in _ARRIVED
        named = [candidate for candidate in successors.get(change.code, ()) if not candidate.is_guess]
        counted = [change.code, *(candidate.code for candidate in named if is_new)]
        measured = [exposures[code] for code in counted if code in exposures]
        if change.code not in concerned and not measured:
            continue
        titles = [candidate.title for candidate in named]
        aspects = find_aspects(change, sources=titles if is_new else (), targets=() if is_new else titles)
        if aspects:
            total = add_measures([exposure.total for exposure in measured])
            found.append(Training(change, aspects, total, list_departments(measured, department_lines)))
    return tuple(sorted(found, key=lambda training: (-training.exposure.lines, training.change.code)))


def add_measures(measures: Sequence[Measure]) -> Measure:
    """The sum; a claim that two of them hold is counted twice."""
    return Measure(
        sum(measure.lines for measure in measures),
        sum(measure.claims for measure in measures),
        sum((measure.billed for measure in measures), start=Measure().billed),
        sum((measure.allowed for measure in measures), start=Measure().allowed),
        sum((measure.paid for measure in measures), start=Measure().paid),
    )


def list_departments(exposures: Sequence[Exposure], least: int) -> tuple[str, ...]:
    """The departments with `least` lines or more in all, most lines first; lines without a department are left out."""
    lines: dict[str, int] = {}
    for exposure in exposures:
        for department, measure in exposure.by_department.items():
            if department is not None:
                lines[department] = lines.get(department, 0) + measure.lines
    return tuple(
        sorted((name for name, count in lines.items() if count >= least), key=lambda name: (-lines[name], name))
    )
