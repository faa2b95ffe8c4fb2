"""Parting one impact into packets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flows.report.impact_build import add_measures, group_places, kind_text, sort_owners, view_impact
from flows.report.impact_model import ImpactView, ItemRow
from flows.report.packets.model import (
    CodeRow,
    DueDay,
    Packet,
    PacketHeading,
    PacketKind,
    TaskRow,
    TrainingRow,
)
from flows.report.packets.names import name_files
from schema.impact import Impact, Priority, Task, Training
from schema.systems import display_code, get_system

NO_OWNER_SLUG = "no-owner"
_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


def build_packets(impact: Impact) -> tuple[Packet, ...]:
    """One packet for each owner by name, one for what has no owner, one for each department by name.

    Every task is in a packet: a department's in that of the department, every other in that of its owner. There
    is one for no owner where a use or a task has none. Pure: equal impacts give equal packets.
    """
    maker = _Maker(view_impact(impact))
    owners = sort_owners(
        (
            *(use.owner for use in impact.inventory),
            *(hit.owner for item in impact.items for hit in item.uses),
            *(task.owner for task in impact.tasks if task.department is None),
        )
    )
    departments = sorted(
        {
            department
            for department in (
                *(name for item in impact.items for name in item.exposure.by_department),
                *(task.department for task in impact.tasks),
                *(name for training in impact.training for name in training.departments),
            )
            if department is not None
        }
    )
    slugs = name_files(
        (
            *((PacketKind.OWNER.value, owner) for owner in owners if owner is not None),
            *((PacketKind.DEPARTMENT.value, department) for department in departments),
        )
    )
    return (
        *(
            maker.of_owner(owner, NO_OWNER_SLUG if owner is None else slugs[PacketKind.OWNER.value, owner])
            for owner in owners
        ),
        *(
            maker.of_department(department, slugs[PacketKind.DEPARTMENT.value, department])
            for department in departments
        ),
    )


def find_untaught(impact: Impact, packets: Iterable[Packet]) -> tuple[TrainingRow, ...]:
    """The training that no packet holds: nobody is named for it."""
    taught = {row.training.change.code for packet in packets for row in packet.training}
    return tuple(_training_row(impact.system, t) for t in impact.training if t.change.code not in taught)


@dataclass(frozen=True, slots=True)
class _Maker:
    view: ImpactView

    @property
    def impact(self) -> Impact:
        return self.view.impact

    def of_owner(self, owner: str | None, slug: str) -> Packet:
        rows = [row for row in self.view.items if owner in row.owners]
        codes = tuple(
            CodeRow(row, group_places(hit for hit in row.item.uses if hit.owner == owner), row.total) for row in rows
        )
        concerned = {row.item.change.code for row in rows}
        concerned |= {successor.code for row in rows for successor in row.item.successors if not successor.is_guess}
        tasks = [task for task in self.impact.tasks if task.department is None and task.owner == owner]
        return self._pack(
            PacketKind.NO_OWNER if owner is None else PacketKind.OWNER,
            owner,
            slug,
            tasks,
            codes,
            [training for training in self.impact.training if training.change.code in concerned],
            tuple(sorted(use.name for use in self.impact.inventory if use.owner == owner)),
        )

    def of_department(self, department: str, slug: str) -> Packet:
        codes = tuple(
            CodeRow(row, (), row.item.exposure.by_department[department])
            for row in self.view.items
            if department in row.item.exposure.by_department
        )
        tasks = [task for task in self.impact.tasks if task.department == department]
        taught = [training for training in self.impact.training if department in training.departments]
        return self._pack(PacketKind.DEPARTMENT, department, slug, tasks, codes, taught, ())

    def _pack(
        self,
        kind: PacketKind,
        name: str | None,
        slug: str,
        tasks: Sequence[Task],
        codes: tuple[CodeRow, ...],
        taught: Sequence[Training],
        uses: tuple[str, ...],
    ) -> Packet:
        return Packet(
            kind=kind,
            name=name,
            slug=slug,
            heading=build_heading(self.view),
            due_days=self._part_by_day(tasks),
            codes=codes,
            training=tuple(_training_row(self.impact.system, training) for training in taught),
            uses=uses,
            total=add_measures(code.measure for code in codes),
        )

    def _part_by_day(self, tasks: Sequence[Task]) -> tuple[DueDay, ...]:
        rows = {row.item.change.code: row for row in self.view.items}
        taught = {training.change.code: training for training in self.impact.training}
        moves = {row.stored_code: row.title for row in self.view.moves}
        ordered = sorted(tasks, key=_task_order)

        def view_task(task: Task) -> TaskRow:
            row: ItemRow | None = rows.get(task.code)
            training = taught.get(task.code)
            change = row.item.change if row else training.change if training else None
            return TaskRow(
                task=task,
                code=display_code(self.impact.system, task.code),
                title=change.record.long_descriptor if change else moves.get(task.code, ""),
                kind=kind_text(change) if change else "",
                candidates=row.candidates if row and row.item.change.kind == "deleted" else (),
            )

        return tuple(
            DueDay(day, (day - self.impact.as_of).days, tuple(view_task(task) for task in found))
            for day, found in groupby(ordered, key=lambda task: task.due_date)
        )


def build_heading(view: ImpactView) -> PacketHeading:
    """What all packets and the index share."""
    impact = view.impact
    return PacketHeading(
        system_title=get_system(impact.system).title,
        previous=impact.previous,
        current=impact.current,
        effective_date=impact.current.effective_date,
        as_of=impact.as_of,
        days_left=view.days_left,
        window_from=impact.window_from,
        window_to=impact.window_to,
        notes=view.notes,
    )


def _task_order(task: Task) -> tuple[date, int, str, str, str, tuple[str, ...], str, str]:
    return (
        task.due_date,
        _RANKS[task.priority],
        task.use or "",
        task.code,
        task.what,
        task.locations,
        task.why,
        task.owner or "",
    )


def _training_row(system: str, training: Training) -> TrainingRow:
    change = training.change
    title = change.record.long_descriptor
    before = change.before.long_descriptor if change.before else ""
    return TrainingRow(
        training=training,
        code=display_code(system, change.code),
        title=title,
        before=before if before != title else "",
        kind=kind_text(change),
    )
