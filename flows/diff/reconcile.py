"""The computed change set against the publisher's own list: every disagreement gets a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.diff.reasons import NO_LIST
from flows.diff.reconcile_hcpcs import reconcile_transactions
from flows.diff.reconcile_icd import reconcile_addenda
from schema.changes import ChangeKind, ChangeSet, Difference, Reconciliation
from schema.records import CodeRecord, SupportingList


@dataclass(frozen=True, slots=True)
class Evidence:
    """What reconciling needs beside the change set.

    `lists` came with *current*, newest first within a kind; `corrections` came with either release.
    `previous_billable` is the number of billable codes in *previous* (ICD). `records` are HCPCS records
    of *current* by code: all of them when there is no transaction report, for their action codes are
    the publisher's list then; else those that the report names and the change set does not.
    """

    lists: Sequence[SupportingList]
    previous_billable: int
    corrections: Sequence[SupportingList] = ()
    records: Mapping[str, CodeRecord] = field(default_factory=dict)

    def newest(self, kind: str) -> SupportingList | None:
        """The newest list of that kind."""
        return next((supporting for supporting in self.lists if supporting.kind == kind), None)


def reconcile_changes(change_set: ChangeSet, evidence: Evidence) -> Reconciliation:
    """The reconciliation with the best list there is.

    ICD: order addenda, else codes addenda (or the `diff` list of 2012-2014). HCPCS: the transaction
    report, else the action codes in the records.
    """
    if change_set.system == "hcpcs":
        report = evidence.newest("transaction_report")
        corrected = {entry.code for supporting in evidence.corrections for entry in supporting.entries}
        if report is not None or evidence.records:
            return reconcile_transactions(change_set, report, evidence.records, corrected)
        return _without_list(change_set)
    addenda = evidence.newest("order_addenda")
    codes_addenda = evidence.newest("codes_addenda")
    # An order addenda that holds not even a summary says nothing; the codes addenda then may.
    best = addenda if addenda is not None and (addenda.entries or addenda.facts.get("codes")) else codes_addenda
    best = best or addenda
    return reconcile_addenda(change_set, best, evidence.previous_billable) if best else _without_list(change_set)


def _without_list(change_set: ChangeSet) -> Reconciliation:
    counts = change_set.counts
    computed = {kind.value: counts[kind] for kind in (ChangeKind.NEW, ChangeKind.DELETED, ChangeKind.REVISED)}
    nothing = Difference("", "the publisher sent no change list with this release", NO_LIST)
    return Reconciliation("none", False, {"new": 0, "deleted": 0, "revised": 0}, computed, (nothing,))
