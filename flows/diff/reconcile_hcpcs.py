"""HCPCS: the change set against the transaction report, or against the action codes in the records.

CMS gives each code one action, so a code agrees when the change set says at least that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.diff.reasons import (
    CORRECTION,
    IN_YEAR_CHANGE,
    IN_YEAR_CODE,
    REDEFINED_CODE,
    REISSUED_FILE,
    RETROACTIVE_END,
    SCHEDULED_END,
    UNANNOUNCED_CHANGE,
)
from schema.changes import Change, ChangeKind, ChangeSet, Difference, FieldClass, Reconciliation
from schema.records import CodeRecord, SupportingList

NO_CHANGE = "no_change"
_DISCONTINUED = "discontinued"

# Record layout of CMS, field 30 (column 293): the action codes in the words of the transaction report.
ACTIONS_BY_CODE: dict[str, str] = {
    "A": "add",
    "B": "coverage_and_long_description",
    "C": "long_description",
    "D": _DISCONTINUED,
    "F": "coverage",
    "N": NO_CHANGE,
    "P": "payment",
    "R": "reactivated",
    "S": "short_description",
    "T": "miscellaneous",
}
_AGREEING_KINDS: dict[str, frozenset[ChangeKind]] = {
    "add": frozenset({ChangeKind.NEW, ChangeKind.ADDED_AND_ENDED, ChangeKind.REINSTATED}),
    "reactivated": frozenset({ChangeKind.NEW, ChangeKind.REINSTATED}),
    _DISCONTINUED: frozenset({ChangeKind.DELETED, ChangeKind.ADDED_AND_ENDED}),
    NO_CHANGE: frozenset({ChangeKind.PURGED}),
}
# The same layout says what the other actions mean. P is MOG, pricing indicators, anesthesia units and
# ASC, T is BETOS and type of service, F is any other field that is no description.
_LONG, _SHORT = frozenset({"long_descriptor"}), frozenset({"short_descriptor"})
_DATA = frozenset({FieldClass.COVERAGE.value, FieldClass.ADMINISTRATIVE.value})
_SHOWN_BY: dict[str, tuple[frozenset[str], ...]] = {
    "payment": (frozenset({FieldClass.PAYMENT.value}),),
    "coverage": (_DATA,),
    "miscellaneous": (frozenset({FieldClass.ADMINISTRATIVE.value}),),
    "long_description": (_LONG,),
    "short_description": (_SHORT,),
    "long_and_short_description": (_LONG, _SHORT),
    "coverage_and_long_description": (_DATA, _LONG),
}
"""By action what a revision has to show: of each set one, a field's name or its class."""
_OFFICIAL_KINDS = {"add": "new", "reactivated": "new", _DISCONTINUED: "deleted", NO_CHANGE: None}


def reconcile_transactions(
    change_set: ChangeSet, report: SupportingList | None, records: Mapping[str, CodeRecord], corrected: set[str]
) -> Reconciliation:
    """Action by action. `records` are records of *current* by code: all of them without a report, else
    at least those that the report names and the change set does not; `corrected` are the codes that
    a correction list of either release names.

    Counts are over codes and modifiers together; `official` counts ADD and Re-activated as new,
    Discontinued as deleted and every other action as revised.
    """
    if report is not None:
        actions = {entry.code: str(entry.fields["action"]) for entry in report.entries}
        basis = f"transaction report {report.file}"
    else:
        actions = _read_actions(records, change_set)
        basis = "action codes in the records (no transaction report came with this release)"
    changes = {change.code: change for change in change_set.changes}
    differences = []
    for code in sorted(actions.keys() | changes.keys()):
        action, change = actions.get(code), changes.get(code)
        if not _agrees(action or NO_CHANGE, change):
            what = f"{_describe_change(change)} here, {_describe_action(action)}"
            reason = _find_reason(change_set, action, change, records.get(code), code in corrected)
            differences.append(Difference(code, what, reason))
    official = dict.fromkeys(("new", "deleted", "revised"), 0)
    for action in actions.values():
        kind = _OFFICIAL_KINDS.get(action, "revised")
        if kind is not None:
            official[kind] += 1
    counts = change_set.counts
    computed = {
        "new": counts[ChangeKind.NEW] + counts[ChangeKind.REINSTATED],
        "deleted": counts[ChangeKind.DELETED],
        "revised": counts[ChangeKind.REVISED],
    }
    remarks = _list_errors(report.facts) if report is not None else ()
    return Reconciliation(basis, not differences, official, computed, tuple(differences), remarks)


def _list_errors(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the report contradicts itself, as its reader found it."""
    names = {
        "duplicates": "the report lists a code twice",
        "disagreements": "the sheets of the report disagree",
        "unknown_actions": "the report has an action of unknown meaning",
        "unreadable": "the report has a row without a code",
    }
    return tuple(f"{words}: {text}" for name, words in names.items() for text in facts.get(name, ()))


def _read_actions(records: Mapping[str, CodeRecord], change_set: ChangeSet) -> dict[str, str]:
    """The actions in force in the period between the releases; older ones are history."""
    first, last = change_set.previous.effective_date, change_set.current.effective_date
    actions = {}
    for code, record in records.items():
        acted = _action_date(record)
        is_recent = acted is not None and first < acted <= last
        name = ACTIONS_BY_CODE.get(str(record.details.get("action_code", "N")), "unknown")
        actions[code] = name if is_recent else NO_CHANGE
    return actions


def _agrees(action: str, change: Change | None) -> bool:
    if action in _AGREEING_KINDS:
        if change is None:
            return action == NO_CHANGE
        return change.kind in _AGREEING_KINDS[action]
    if change is None or change.kind is not ChangeKind.REVISED or action not in _SHOWN_BY:
        return False
    return all(
        any(found.name in wanted or found.field_class.value in wanted for found in change.fields)
        for wanted in _SHOWN_BY[action]
    )


def _find_reason(
    change_set: ChangeSet, action: str | None, change: Change | None, record: CodeRecord | None, is_corrected: bool
) -> str | None:
    """The first known reason that the two records and the correction lists show."""
    first, last = change_set.previous.effective_date, change_set.current.effective_date
    if is_corrected:
        return CORRECTION
    if change is None:
        is_known = record is not None and record.added_date is not None and record.added_date > first
        return REISSUED_FILE if action == "add" and is_known else None
    after = change.after
    added, ended = (after.added_date, after.termination_date) if after else (None, None)
    if change.kind is ChangeKind.DELETED:
        if change.is_retroactive:
            return RETROACTIVE_END
        if ended is not None and first <= ended and (last - ended).days > 1:
            return IN_YEAR_CODE
    elif change.kind in (ChangeKind.NEW, ChangeKind.ADDED_AND_ENDED):
        if added is not None and added < last:
            return IN_YEAR_CODE
    elif change.is_redefined:
        return REDEFINED_CODE
    elif action == _DISCONTINUED and change.ends_date is not None:
        return SCHEDULED_END
    acted = _action_date(after) if after else None
    if acted is not None and first < acted < last:
        return IN_YEAR_CHANGE
    has_action = after is not None and after.details.get("action_code", "N") != "N"
    is_announced = has_action and acted is not None and acted >= last
    return UNANNOUNCED_CHANGE if action in (None, NO_CHANGE) and not is_announced else None


def _action_date(record: CodeRecord) -> date | None:
    text = record.details.get("action_date")
    return date.fromisoformat(text) if isinstance(text, str) else None


def _describe_change(change: Change | None) -> str:
    if change is None:
        return "not changed"
    if change.kind is ChangeKind.REVISED:
        return f"revised ({', '.join(found.name for found in change.fields)})"
    return change.kind.replace("_", " ")


def _describe_action(action: str | None) -> str:
    return "not in the list" if action is None else f"{action.replace('_', ' ')} in the list"
