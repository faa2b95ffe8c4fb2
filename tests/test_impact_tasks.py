"""Tasks: what each use has to do, until when, and what departments are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.impact.assess import ImpactSettings, build_impact, window_before
from flows.impact.priority import Thresholds
from flows.impact.tasks import LEAD_DAYS
from schema.changes import Cause, Change, ChangeKind, FieldClass, Successor
from schema.impact import Exposure, Impact, Priority, Task
from schema.uses import InventoryUse
from tests.impact_values import (
    EFFECTIVE,
    NO_CLAIMS,
    cell_of,
    change_of,
    code_element,
    exposure_of,
    field_of,
    range_element,
    result_of,
    use_of,
)

NAMED = cell_of(code_element("E0001"))
SPANNING = cell_of(range_element("E0000", "E0009"))
DELETED, NEW, REVISED = ChangeKind.DELETED, ChangeKind.NEW, ChangeKind.REVISED


def assess(
    *changes: Change,
    uses: tuple[InventoryUse, ...] = (),
    exposures: Mapping[str, Exposure] | None = None,
    successors: Mapping[str, tuple[Successor, ...]] | None = None,
    system: str = "hcpcs",
    settings: ImpactSettings | None = None,
) -> Impact:
    """The assessment of these changes."""
    result = result_of(system, *changes, successors=successors)
    window = window_before(EFFECTIVE)
    return build_impact(result, uses, exposures or {}, NO_CLAIMS, window, settings or ImpactSettings())


def only_task(impact: Impact) -> Task:
    """The one task there is."""
    assert len(impact.tasks) == 1, impact.tasks
    return impact.tasks[0]


@pytest.mark.parametrize("kind", [*LEAD_DAYS, "a kind of our own"])
def test_due_date_is_counted_back_by_the_kind_of_use(kind: str) -> None:
    impact = assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED, kind=kind),))
    days = LEAD_DAYS.get(kind, LEAD_DAYS["other"])
    assert only_task(impact).due_date == EFFECTIVE - timedelta(days=days)


def test_due_date_of_a_code_that_starts_later_is_counted_from_its_own_first_day() -> None:
    change = change_of(NEW, "E0001", starts_date=date(2025, 1, 1))
    impact = assess(change, uses=(use_of(NAMED, kind="order_set"),))
    assert only_task(impact).due_date == date(2025, 1, 1) - timedelta(days=LEAD_DAYS["order_set"])


def test_lead_days_may_be_set() -> None:
    settings = ImpactSettings(lead_days={**LEAD_DAYS, "order_set": 3})
    impact = assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED, kind="order_set"),), settings=settings)
    assert only_task(impact).due_date == EFFECTIVE - timedelta(days=3)


def test_cells_of_one_use_are_one_task_with_every_location() -> None:
    cells = [replace(NAMED, location=f"row {row}") for row in (2, 7, 5)]
    task = only_task(assess(change_of(DELETED, "E0001"), uses=(use_of(*cells, name="orders"),)))
    assert (task.use, task.owner, task.locations) == ("orders", "somebody", ("row 2", "row 7", "row 5"))


def test_deleted_code_is_replaced_by_what_somebody_names() -> None:
    successors = {
        "E0001": (
            Successor("E0099", "title likeness", 5),
            Successor("E0002", "cross reference", 1),
            Successor("E0003", "conversion table", 4),
        )
    }
    impact = assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED),), successors=successors)
    assert only_task(impact).what == "Replace the code: E0002", "a guess and one that is not valid are left out"


def test_guess_is_called_a_guess() -> None:
    successors = {"E0001": (Successor("E0099", "title likeness", 5),)}
    impact = assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED),), successors=successors)
    assert only_task(impact).what == "Remove or replace the code; a guess by title: E0099"


def test_deleted_code_without_a_successor_is_to_be_removed() -> None:
    assert only_task(assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED),))).what.startswith("Remove the code, or")


def test_many_successors_are_counted_not_listed() -> None:
    successors = {"E0001": tuple(Successor(f"E10{n:02}", "children", 3) for n in range(9))}
    impact = assess(change_of(DELETED, "E0001"), uses=(use_of(NAMED),), successors=successors)
    assert only_task(impact).what == "Replace the code: E1000, E1001, E1002 or one of 6 more"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (change_of(DELETED, "E0001"), "Review the range E0000-E0009"),
        (change_of(NEW, "E0001"), "Decide whether the range E0000-E0009 is to hold the code"),
        (change_of(ChangeKind.REINSTATED, "E0001"), "Decide whether the range E0000-E0009 is to hold the code"),
        (change_of(REVISED, "E0001", field_of(FieldClass.COVERAGE)), "Check the coverage policy"),
    ],
)
def test_range_is_to_be_reviewed(change: Change, what: str) -> None:
    assert only_task(assess(change, uses=(use_of(SPANNING, kind="payer_rule"),))).what == what


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (change_of(NEW, "E0001"), "Check the entry"),
        (change_of(ChangeKind.PURGED, "E0001"), "Remove the code"),
        (change_of(ChangeKind.ADDED_AND_ENDED, "E0001"), "Remove the code"),
        (change_of(REVISED, "E0001", field_of(FieldClass.DESCRIPTOR)), "Update the description"),
        (change_of(REVISED, "E0001", field_of(FieldClass.COVERAGE)), "Check the coverage policy"),
        (change_of(REVISED, "E0001", field_of(FieldClass.PAYMENT)), "Check the price"),
        (change_of(REVISED, "E0001", is_redefined=True), "Check what the entry is meant for"),
        (change_of(REVISED, "E0001", ends_date=date(2025, 1, 1)), "Plan the replacement"),
    ],
)
def test_entry_by_name_is_told_what_to_do(change: Change, what: str) -> None:
    assert what in [task.what for task in assess(change, uses=(use_of(NAMED, kind="charge_master"),)).tasks]


@pytest.mark.parametrize("field_class", [FieldClass.COSMETIC, FieldClass.ADMINISTRATIVE])
def test_change_that_alters_nothing_gives_no_task(field_class: FieldClass) -> None:
    assert assess(change_of(REVISED, "E0001", field_of(field_class)), uses=(use_of(NAMED),)).tasks == ()


def test_reason_tells_a_subdivision_from_an_end() -> None:
    cell = cell_of(code_element("E119"), system="icd10cm")
    for cause, words in ((Cause.NOW_HEADER, "subdivided"), (Cause.ABSENT, "not in the release")):
        change = change_of(DELETED, "E119", system="icd10cm", cause=cause)
        assert words in assess(change, uses=(use_of(cell),), system="icd10cm").tasks[0].why


MOVE = {"E0001": (Successor("E0002", "cross reference", 1),)}


def test_new_code_that_a_charge_master_lacks_is_to_be_added() -> None:
    charge_master = use_of(NAMED, kind="charge_master", name="charges", owner=None)
    impact = assess(change_of(DELETED, "E0001"), change_of(NEW, "E0002"), uses=(charge_master,), successors=MOVE)
    added = [task for task in impact.tasks if task.code == "E0002"]
    assert [(t.what, t.use, t.owner) for t in added] == [("Add the new code to the charge master", "charges", None)]
    assert [(move.code, move.is_in_charge_master) for move in impact.moves] == [("E0002", False)]


def test_new_code_that_a_charge_master_holds_is_not_to_be_added() -> None:
    charge_master = use_of(NAMED, cell_of(code_element("E0002"), row=3), kind="charge_master")
    impact = assess(change_of(DELETED, "E0001"), change_of(NEW, "E0002"), uses=(charge_master,), successors=MOVE)
    assert [move.is_in_charge_master for move in impact.moves] == [True]
    assert [task.what for task in impact.tasks if task.code == "E0002"] == ["Check the entry"]


def test_large_volume_that_moves_makes_the_addition_urgent() -> None:
    charge_master = use_of(NAMED, kind="charge_master")
    for lines, priority in ((Thresholds().large_lines, Priority.HIGH), (1, Priority.MEDIUM)):
        impact = assess(
            change_of(DELETED, "E0001"),
            change_of(NEW, "E0002"),
            uses=(charge_master,),
            exposures={"E0001": exposure_of(lines)},
            successors=MOVE,
        )
        assert [task.priority for task in impact.tasks if task.code == "E0002"] == [priority]
        assert impact.moves[0].sources["E0001"].lines == lines


def test_without_a_charge_master_nobody_can_tell_what_it_lacks() -> None:
    impact = assess(
        change_of(DELETED, "E0001"),
        change_of(NEW, "E0002"),
        exposures={"E0001": exposure_of(3)},
        successors=MOVE,
    )
    assert [move.is_in_charge_master for move in impact.moves] == [None]
    assert [task for task in impact.tasks if task.code == "E0002"] == []


def test_volume_of_a_code_that_did_not_change_moves_too() -> None:
    impact = assess(
        change_of(NEW, "E0002"),
        exposures={"E0500": exposure_of(9)},
        successors={"E0002": (Successor("E0500", "conversion table", 1),)},
    )
    assert [(move.code, {code: m.lines for code, m in move.sources.items()}) for move in impact.moves] == [
        ("E0002", {"E0500": 9})
    ]
    assert impact.items == (), "neither of the two is an item: the new code has no claims, the other no change"


def test_guess_moves_no_volume() -> None:
    guess = {"E0001": (Successor("E0002", "title likeness", 5),)}
    exposures = {"E0001": exposure_of(9)}
    assert (
        assess(change_of(DELETED, "E0001"), change_of(NEW, "E0002"), exposures=exposures, successors=guess).moves == ()
    )


def test_department_that_bills_a_deleted_code_is_told() -> None:
    exposure = exposure_of(9, departments={"Oncology": 5, "Emergency": 4, None: 3})
    impact = assess(change_of(DELETED, "E0001"), exposures={"E0001": exposure})
    assert [(t.department, t.owner, t.due_date) for t in impact.tasks] == [
        (name, None, EFFECTIVE - timedelta(days=LEAD_DAYS["department"])) for name in ("Emergency", "Oncology")
    ]


def test_department_below_the_limit_is_not_told() -> None:
    exposure = exposure_of(9, departments={"Oncology": 5, "Emergency": 4})
    settings = ImpactSettings(Thresholds(department_lines=5))
    impact = assess(change_of(DELETED, "E0001"), exposures={"E0001": exposure}, settings=settings)
    assert [task.department for task in impact.tasks] == ["Oncology"]


def test_tasks_are_sorted_by_due_date_then_priority() -> None:
    uses = tuple(
        use_of(NAMED, cell_of(code_element("E0005"), row=3), name=kind, kind=kind, owner=kind) for kind in LEAD_DAYS
    )
    impact = assess(change_of(DELETED, "E0001"), change_of(REVISED, "E0005", field_of(FieldClass.PAYMENT)), uses=uses)
    order = list(Priority)
    keys = [(task.due_date, order.index(task.priority)) for task in impact.tasks]
    assert len(keys) > len(LEAD_DAYS)
    assert keys == sorted(keys)
