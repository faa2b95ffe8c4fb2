"""Updates of any size for the bench of the review pages: half of their changes hurt, as in no real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from schema.changes import Cause, Change, ChangeKind, ChangeSet, FieldClass, Successor, UpdateResult
from schema.claims import ClaimsSummary
from schema.impact import Exposure, Impact, ImpactItem, Measure, Priority, Task, Training, UseHit
from schema.uses import InventoryUse, Match
from tests.report_samples import make_change, make_record, make_result, revise

KINDS = (ChangeKind.NEW, ChangeKind.REVISED, ChangeKind.NEW, ChangeKind.DELETED, ChangeKind.REVISED)
PRIORITIES = (Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW)
OWNERS = ("revenue integrity", "cancer center", "emergency", "coding", "contracts", "imaging")
PAYERS = ("Medicare", "Medicaid", "Aetna", "Blue Cross", "Cigna", None)
DEPARTMENTS = ("oncology", "radiology", "surgery", "emergency", None)
TITLE = "Other specified disorder of the {} part of the lower limb, initial encounter, with complication {}"
PARTS = ("upper", "lower", "left", "right", "inner", "outer", "front")


def invent_update(count: int, previous: date, current: date, as_of: date) -> UpdateResult:
    """An ICD-10-CM update of so many changes, of which every second one is used and billed here."""
    changes = tuple(_change(number) for number in range(count))
    successors: dict[str, tuple[Successor, ...]] = {
        change.code: (_successor(change, 1), _successor(change, 2))
        for change in changes
        if change.kind is ChangeKind.DELETED
    }
    result = make_result("icd10cm", changes, successors=successors, previous=previous, current=current, as_of=as_of)
    return _assess(result, successors, as_of)


def _change(number: int) -> Change:
    kind = KINDS[number % len(KINDS)]
    code = f"{'ABCDEFGHIJ'[number % 10]}{number % 90 + 10}{number:04d}"
    title = TITLE.format(PARTS[number % len(PARTS)], number)
    record = make_record("icd10cm", code, title)
    if kind is ChangeKind.NEW:
        return make_change(kind, None, record, cause=Cause.ABSENT)
    if kind is ChangeKind.DELETED:
        return make_change(kind, record, None, cause=Cause.ABSENT)
    before = make_record("icd10cm", code, title.replace("complication", "trouble"))
    field = revise("long_descriptor", FieldClass.DESCRIPTOR, before.long_descriptor, record.long_descriptor)
    return make_change(kind, before, record, field)


def _successor(change: Change, rank: int) -> Successor:
    source = "conversion table" if rank == 1 else "title likeness"
    return Successor(f"Z{rank}{change.code[1:]}"[:7], source, rank, "", f"What follows {change.code}")


def _measure(number: int, share: int) -> Measure:
    lines = number % 400 + share
    return Measure(lines, lines, Decimal(lines * 211), Decimal(lines * 140), Decimal(lines * 97 + number % 97))


def _exposure(number: int) -> Exposure:
    return Exposure(
        _measure(number, 60),
        {payer: _measure(number, n) for n, payer in enumerate(PAYERS)},
        {department: _measure(number, n) for n, department in enumerate(DEPARTMENTS)},
        {"11": _measure(number, 3), "22": _measure(number, 2)},
        {"professional": _measure(number, 4), "institutional": _measure(number, 1)},
        _measure(number, 20),
        _measure(number, 40),
    )


def _assess(result: UpdateResult, successors: dict[str, tuple[Successor, ...]], as_of: date) -> UpdateResult:
    change_set: ChangeSet = result.change_set
    items, tasks, training = [], [], []
    for number, change in enumerate(change_set.changes):
        if number % 2:
            continue
        owner = OWNERS[number % len(OWNERS)]
        uses = tuple(
            UseHit(f"list of {owner} {n}", "order_set", owner, f"row {number + n}", "dx", change.code, Match.EXACT)
            for n in range(number % 4 + 1)
        )
        priority = PRIORITIES[number % len(PRIORITIES)]
        items.append(ImpactItem(change, priority, ("title",), uses, _exposure(number), successors.get(change.code, ())))
        tasks.append(
            Task(
                change.code, "Replace it", "It changes", owner, change_set.current.effective_date, priority, uses[0].use
            )
        )
        if not number % 5:
            training.append(Training(change, ("laterality",), _measure(number, 9), DEPARTMENTS[:2]))
    impact = Impact(
        change_set.system,
        change_set.previous,
        change_set.current,
        change_set.previous.effective_date,
        change_set.current.effective_date,
        tuple(items),
        (),
        tuple(training),
        tuple(tasks),
        tuple(InventoryUse(f"list of {owner} 0", "order_set", owner, 900, (), ()) for owner in OWNERS),
        ClaimsSummary(3, 1_000_000, change_set.previous.effective_date, as_of),
        as_of,
    )
    return replace(result, impact=impact)
