"""A packet as one value: what one owner or department has to do, know and teach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.report.impact_model import ItemRow, Places
from flows.report.model import CandidateGroup
from schema.impact import Measure, Task, Training
from schema.releases import ReleaseId


class PacketKind(StrEnum):
    """Whose packet it is; the order is that of the index."""

    OWNER = "owner"
    NO_OWNER = "no owner"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class PacketHeading:
    """What all packets of one impact share. `days_left` is negative when the release is already in force."""

    system_title: str
    previous: ReleaseId
    current: ReleaseId
    effective_date: date
    as_of: date
    days_left: int
    window_from: date
    window_to: date
    notes: tuple[str, ...]
    """What limits the figures, each a sentence."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as it is read. `code` is displayed; title and kind are "" where no item tells them."""

    task: Task
    code: str
    title: str
    kind: str
    candidates: tuple[CandidateGroup, ...]


@dataclass(frozen=True, slots=True)
class DueDay:
    """The tasks that are due on one day, by priority. `days` is counted from the day of the packet."""

    due_date: date
    days: int
    tasks: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One changed code of the packet: where this owner holds it, and its claims (the department's own)."""

    row: ItemRow
    places: tuple[Places, ...]
    measure: Measure


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One change that alters what is documented or ordered. `before` is an earlier title, "" where it is the same."""

    training: Training
    code: str
    title: str
    before: str
    kind: str


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything that a page and a workbook of one owner or department show.

    `slug` is the name of its files without ending: safe, unique among the packets, short. `total` sums over
    `codes`: a claim line with two of them counts for each.
    """

    kind: PacketKind
    name: str | None
    slug: str
    heading: PacketHeading
    due_days: tuple[DueDay, ...]
    codes: tuple[CodeRow, ...]
    training: tuple[TrainingRow, ...]
    uses: tuple[str, ...]
    """The uses of this owner, whether or not they hold a changed code; none for a department."""
    total: Measure

    @property
    def title(self) -> str:
        """Whose it is, in words."""
        return self.name or "No owner"

    @property
    def tasks(self) -> int:
        """The number of tasks."""
        return sum(len(day.tasks) for day in self.due_days)

    @property
    def first_due_date(self) -> date | None:
        """The first day on which something is due; None without a task."""
        return self.due_days[0].due_date if self.due_days else None

    @property
    def deleted(self) -> int:
        """How many of its codes are deleted."""
        return sum(code.row.item.change.kind == "deleted" for code in self.codes)
