"""What one cell asks for that holds a changed code: replace, review, update, check. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.impact.aspects import is_note
from schema.changes import Cause, Change, ChangeKind, FieldClass, Successor
from schema.impact import UseHit
from schema.systems import display_code
from schema.uses import Match

# A task names a few candidates; all of them stand beside the item.
_NAMED_SUCCESSORS = 3
# A successor of this rank or a weaker one is not valid in the current release (flows/diff/successors.py).
_UNUSABLE_RANK = 4
_BY_NAME = (Match.EXACT, Match.LIST)
_RULE_KINDS = ("payer_rule", "authorisation_list", "claim_edit")
_TITLES = (FieldClass.DESCRIPTOR, FieldClass.DISPLAY)


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do, as an imperative, and why, as a sentence without its full stop."""

    what: str
    why: str


def find_actions(system: str, change: Change, successors: Sequence[Successor], hit: UseHit) -> Iterator[Action]:
    """What the change asks of the cell; nothing where the cell can stay as it is."""
    is_named = hit.match in _BY_NAME
    entry = hit.entry
    if change.kind is ChangeKind.DELETED:
        why = describe_end(change)
        if is_named:
            yield Action(describe_replacement(system, successors), why)
        else:
            yield Action(f"Review the {hit.match} {entry}", f"It spans a deleted code: {why}")
    elif change.kind in (ChangeKind.NEW, ChangeKind.REINSTATED):
        word = "new" if change.kind is ChangeKind.NEW else "valid again"
        if is_named:
            starts = f" from {change.starts_date} on" if change.starts_date else ""
            yield Action("Check the entry", f"The code is {word}{starts} and stands here already")
        else:
            yield Action(f"Decide whether the {hit.match} {entry} is to hold the code", f"The code is {word}")
    elif change.kind in (ChangeKind.PURGED, ChangeKind.ADDED_AND_ENDED):
        if is_named:
            yield Action("Remove the code", "It ended before the effective date of the release")
    elif change.kind in (ChangeKind.GONE_HEADER, ChangeKind.NEW_HEADER):
        if is_named:
            why = "The header is gone" if change.kind is ChangeKind.GONE_HEADER else "The code is a header"
            yield Action(f"Review the category {entry}", why)
    else:
        yield from _actions_of_fields(change, hit, is_named)


def describe_end(change: Change) -> str:
    """Why a deleted code is none any more."""
    if change.cause is Cause.NOW_HEADER:
        return "The code was subdivided and is not billable any more"
    end = change.after.termination_date if change.after else None
    if end is not None:
        return f"The code ended; its last day is {end}"
    return "The code is not in the release any more"


def describe_replacement(system: str, successors: Sequence[Successor]) -> str:
    """What to do about a deleted code: the strongest candidates by name, guesses called so."""
    usable = [s for s in successors if s.rank < _UNUSABLE_RANK or s.is_guess]
    sure = [s for s in usable if not s.is_guess]
    shown = (sure or usable)[:_NAMED_SUCCESSORS]
    if not shown:
        return "Remove the code, or find a replacement: nobody names one"
    names = ", ".join(display_code(system, s.code) for s in shown)
    left = len(sure or usable) - len(shown)
    more = f" or one of {left} more" if left else ""
    return (
        f"Replace the code: {names}{more}" if sure else f"Remove or replace the code; a guess by title: {names}{more}"
    )


def _actions_of_fields(change: Change, hit: UseHit, is_named: bool) -> Iterator[Action]:
    classes = {field.field_class for field in change.fields}
    if change.is_redefined and is_named:
        yield Action("Check what the entry is meant for", "The number came back with another meaning")
    if is_named and hit.kind not in _RULE_KINDS and classes.intersection(_TITLES):
        yield Action("Update the description", "The title of the code changed")
    if FieldClass.COVERAGE in classes and (is_named or hit.kind in _RULE_KINDS):
        yield Action("Check the coverage policy", "The coverage of the code changed")
    if FieldClass.PAYMENT in classes and is_named:
        yield Action("Check the price", "How the code is priced changed")
    if is_named and any(is_note(field) for field in change.fields):
        yield Action("Check the entry against the notes", "Notes on the use of the code changed")
    if is_named and change.ends_date is not None:
        yield Action("Plan the replacement", f"The last day of the code is {change.ends_date}")
