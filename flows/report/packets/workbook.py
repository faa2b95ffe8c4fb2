"""A packet as a workbook: what it is, tasks, codes, training."""

from __future__ import annotations

from flows.report.impact_wording import PRIORITY_TITLES, words_of
from flows.report.impact_workbook import MEASURE_COLUMNS, candidate_lines, measure_cells
from flows.report.packets.model import DueDay, Packet, PacketKind, TaskRow
from flows.report.packets.wording import packet_sentence
from flows.report.sheets import CellValue, Column, SheetContent, render_workbook


def build_packet_workbook(packet: Packet) -> bytes:
    """The .xlsx file; equal packets give equal bytes. No cell holds a formula, whatever its text looks like."""
    heading = packet.heading
    title = f"{packet.title}: {heading.system_title} {heading.current.label}"
    return render_workbook(build_packet_sheets(packet), title, heading.effective_date)


def build_packet_sheets(packet: Packet) -> tuple[SheetContent, ...]:
    """Tasks first: they are what the workbook is opened for."""
    return _tasks(packet), _codes(packet), _training(packet), _about(packet)


def _tasks(packet: Packet) -> SheetContent:
    columns = (
        Column("Done", 7),
        Column("Due", 12),
        Column("Priority", 13),
        Column("Code", 11),
        Column("Title", 48),
        Column("To do", 44),
        Column("Why", 44),
        Column("Use", 26),
        Column("Where", 40),
        Column("Suggested successors", 56),
        Column("By whom", 16),
        Column("Note", 30),
    )
    rows = tuple(_task_cells(day, row) for day in packet.due_days for row in day.tasks)
    return SheetContent("Tasks", columns, rows)


def _task_cells(day: DueDay, row: TaskRow) -> tuple[CellValue, ...]:
    return (
        None,
        day.due_date,
        PRIORITY_TITLES[row.task.priority],
        row.code,
        row.title,
        row.task.what,
        row.task.why,
        row.task.use,
        "; ".join(row.task.locations),
        candidate_lines(row.candidates),
        None,
        None,
    )


def _codes(packet: Packet) -> SheetContent:
    is_department = packet.kind is PacketKind.DEPARTMENT
    columns = (
        Column("Code", 11),
        Column("Change", 26),
        Column("Title", 52),
        Column("Priority", 13),
        Column("Why", 30),
        *MEASURE_COLUMNS,
        *(() if is_department else (Column("Where", 60),)),
        Column("Suggested successors", 56),
    )
    rows = tuple(
        (
            code.row.code,
            code.row.kind,
            code.row.title,
            PRIORITY_TITLES[code.row.item.priority],
            "; ".join(code.row.why),
            *measure_cells(code.measure),
            *(
                ()
                if is_department
                else (
                    "\n".join(
                        f"{place.use}: " + "; ".join(f"{hit.location} ({hit.entry})" for hit in place.hits)
                        for place in code.places
                    ),
                )
            ),
            candidate_lines(code.row.candidates),
        )
        for code in packet.codes
    )
    return SheetContent("Codes", columns, rows)


def _training(packet: Packet) -> SheetContent:
    columns = (
        Column("Code", 11),
        Column("Change", 26),
        Column("Title", 60),
        Column("Title before", 60),
        Column("What is new to document or order", 34),
        *MEASURE_COLUMNS,
        Column("Departments", 40),
    )
    rows = tuple(
        (
            row.code,
            row.kind,
            row.title,
            row.before,
            ", ".join(words_of(aspect) for aspect in row.training.aspects),
            *measure_cells(row.training.exposure),
            ", ".join(row.training.departments),
        )
        for row in packet.training
    )
    return SheetContent("Training", columns, rows)


def _about(packet: Packet) -> SheetContent:
    heading = packet.heading
    rows: tuple[tuple[CellValue, ...], ...] = (
        ("What this is", packet_sentence(packet)),
        ("Department" if packet.kind is PacketKind.DEPARTMENT else "Owner", packet.title),
        ("Release", f"{heading.system_title} {heading.current.label}"),
        ("Compared with", heading.previous.label),
        ("Effective", heading.effective_date),
        ("As of", heading.as_of),
        ("Days left", heading.days_left),
        ("First due", packet.first_due_date),
        ("Tasks", packet.tasks),
        ("Deleted codes", packet.deleted),
        ("Claims from", heading.window_from),
        ("Claims to", heading.window_to),
        ("Billed on these codes", packet.total.billed),
        ("Paid on these codes", packet.total.paid),
        *(("Uses" if number == 0 else "", use) for number, use in enumerate(packet.uses)),
        *(("Limits of these figures" if number == 0 else "", note) for number, note in enumerate(heading.notes)),
    )
    return SheetContent("About", (Column("What", 26), Column("Value", 90)), rows)
