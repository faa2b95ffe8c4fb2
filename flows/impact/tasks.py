"""What has to be done about the items, by whom and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flows.impact.actions import Action, describe_end, describe_replacement, find_actions
from flows.impact.moves import find_charge_masters
from flows.impact.priority import Thresholds, rank_of
from flows.impact.training import add_measures, list_departments
from schema.changes import ChangeKind, Successor
from schema.impact import ImpactItem, Move, Priority, Task, Training
from schema.systems import display_code
from schema.uses import InventoryUse

DEPARTMENT = "department"
OTHER = "other"

# Days before the effective date on which the work in each kind of use has to be done, by what follows from it.
LEAD_DAYS: Mapping[str, int] = {
    "charge_master": 30,  # price, cost centre and tests of the interfaces follow
    "fee_schedule": 45,  # contracts and rates are agreed before charges are built
    "authorisation_list": 45,  # requests for services after the date are made weeks before it
    "payer_rule": 30,  # the payer's bulletin has to be read, the rule tested
    "claim_edit": 14,  # tested with claims that the new charges make
    "order_set": 21,  # clinical approval and build
    "preference_list": 21,
    "encounter_form": 21,
    "problem_list": 14,
    "report": 7,
    "registry": 7,
    DEPARTMENT: 14,  # what is taught earlier is forgotten by the date
    OTHER: 21,
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """From which day due dates are counted, and how many days before it by kind of use (`OTHER` for the rest)."""

    effective_date: date
    lead_days: Mapping[str, int]

    def due_date(self, kind: str, starts_date: date | None = None) -> date:
        """The last day for the work in a use of that kind; `starts_date` is the code's own first day, where later."""
        days = self.lead_days.get(kind, self.lead_days[OTHER])
        return (starts_date or self.effective_date) - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class TaskMaker:
    """Makes the tasks of one change set; every method gives them in no particular order."""

    system: str
    schedule: Schedule
    thresholds: Thresholds
    successors: Mapping[str, tuple[Successor, ...]]

    def of_uses(self, item: ImpactItem) -> Iterator[Task]:
        """One task for each use and thing to do, with every location."""
        groups: dict[tuple[str, str, str | None, Action], list[str]] = {}
        for hit in item.uses:
            for action in find_actions(self.system, item.change, item.successors, hit):
                groups.setdefault((hit.use, hit.kind, hit.owner, action), []).append(hit.location)
        for (use, kind, owner, action), locations in groups.items():
            yield Task(
                code=item.change.code,
                what=action.what,
                why=action.why,
                owner=owner,
                due_date=self.schedule.due_date(kind, item.change.starts_date),
                priority=item.priority,
                use=use,
                locations=tuple(dict.fromkeys(locations)),
            )

    def of_move(self, move: Move, charge_masters: Sequence[InventoryUse], starts_date: date | None) -> Iterator[Task]:
        """One task for each charge master, where none of them holds the new code."""
        if move.is_in_charge_master is not False:
            return
        total = add_measures(list(move.sources.values()))
        limits = self.thresholds
        is_large = total.lines > 0 and (
            (total.paid or total.billed) >= limits.large_dollars or total.lines >= limits.large_lines
        )
        candidates = self.successors.get(move.code, ())
        named = ", ".join(display_code(self.system, s.code) for s in candidates if s.code in move.sources)
        volume = f"; {total.lines} lines of it stand on claims" if total.lines else ""
        for use in charge_masters:
            yield Task(
                code=move.code,
                what="Add the new code to the charge master",
                why=f"It may take the place of {named}{volume}" if named else "It may take the place of a code there",
                owner=use.owner,
                due_date=self.schedule.due_date(use.kind, starts_date),
                priority=Priority.HIGH if is_large else Priority.MEDIUM,
                use=use.name,
            )

    def of_departments(self, item: ImpactItem) -> Iterator[Task]:
        """One task for each department that bills a deleted code."""
        if item.change.kind is not ChangeKind.DELETED:
            return
        what = describe_replacement(self.system, item.successors)
        for department in list_departments([item.exposure], self.thresholds.department_lines):
            yield self._teach(
                item.change.code,
                f"Bill the code no more. {what}",
                f"{describe_end(item.change)}; {item.exposure.by_department[department].lines} lines of the window",
                item.priority,
                department,
            )

    def of_training(self, training: Training, priority: Priority) -> Iterator[Task]:
        """One task for each department that has to learn the change."""
        what = f"Teach what changes: {', '.join(training.aspects)}"
        for department in training.departments:
            yield self._teach(training.change.code, what, training.change.record.long_descriptor, priority, department)

    def _teach(self, code: str, what: str, why: str, priority: Priority, department: str) -> Task:
        due_date = self.schedule.due_date(DEPARTMENT)
        return Task(code, what, why, None, due_date, priority, department=department)


def build_tasks(
    maker: TaskMaker,
    items: Sequence[ImpactItem],
    moves: Sequence[Move],
    training: Sequence[Training],
    inventory: Sequence[InventoryUse],
    starts_dates: Mapping[str, date],
) -> tuple[Task, ...]:
    """All tasks, by due date, priority, owner, use, department and code.

    `starts_dates` are the first days of the new codes that begin later than the release.
    """
    priorities = {item.change.code: item.priority for item in items}
    charge_masters = find_charge_masters(inventory, maker.system)
    tasks: list[Task] = []
    for item in items:
        tasks += maker.of_uses(item)
        tasks += maker.of_departments(item)
    for move in moves:
        tasks += maker.of_move(move, charge_masters, starts_dates.get(move.code))
    for taught in training:
        tasks += maker.of_training(taught, priorities.get(taught.change.code, Priority.MEDIUM))
    return tuple(sorted(tasks, key=_order_of))


def _order_of(task: Task) -> tuple[object, ...]:
    who = (task.owner or "", task.use or "", task.department or "")
    return (task.due_date, rank_of(task.priority), *who, task.code, task.what)
