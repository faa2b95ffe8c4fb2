"""The impact as one value: everything that the impact page, its sheets and the packets show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows.report.model import CandidateGroup
from schema.impact import Impact, ImpactItem, Measure, Priority, UseHit
from schema.uses import Unreadable


@dataclass(frozen=True, slots=True)
class Places:
    """The cells of one use that hold one code, in the order of the use."""

    use: str
    owner: str | None
    hits: tuple[UseHit, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as a reader sees it. `code` is displayed, `item.change.code` is the stored one."""

    item: ImpactItem
    code: str
    title: str
    kind: str
    """`Deleted`, and in words why where the releases tell."""
    why: tuple[str, ...]
    """The rules that gave the priority, in words, the deciding one first."""
    places: tuple[Places, ...]
    owners: tuple[str | None, ...]
    """Named owners by name, then None where a use has none."""
    candidates: tuple[CandidateGroup, ...]

    @property
    def total(self) -> Measure:
        """All its claims of the window."""
        return self.item.exposure.total


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use: filled cells, how many of them hold a changed code, and what could not be read of them."""

    name: str
    kind: str
    owner: str | None
    entries: int
    cells: int
    codes: int
    """Changed codes that it holds."""
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A new code and what may move to it, at most: the sum over the codes it may come from."""

    code: str
    stored_code: str
    title: str
    sources: tuple[tuple[str, Measure], ...]
    """Displayed codes, the largest sum first."""
    total: Measure
    is_in_charge_master: bool | None


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """The items of one priority."""

    priority: Priority
    items: int
    billed: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """What one owner has to do. `first_due_date` is None without a task."""

    owner: str | None
    uses: int
    codes: int
    deleted: int
    tasks: int
    first_due_date: date | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside a change in the list of changes: cells that hold it, and its claims."""

    priority: Priority
    cells: int
    total: Measure


@dataclass(frozen=True, slots=True)
class Stakes:
    """Sums over codes: a claim line that holds two of them counts for each."""

    codes: int
    billed: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class ImpactView:
    """Everything a rendering of the impact needs; rows are sorted as they are shown."""

    impact: Impact
    days_left: int
    items: tuple[ItemRow, ...]
    """By priority, dollars paid, code."""
    top: tuple[ItemRow, ...]
    """The items with most money, ten at most."""
    deleted: tuple[ItemRow, ...]
    """Deleted codes still in use: those that a use names first, then those that a range or the like spans."""
    deleted_by_name: int
    """How many of them a use holds by their own name."""
    changed_stakes: Stakes
    deleted_stakes: Stakes
    uses: tuple[UseRow, ...]
    """Those without owner first."""
    moves: tuple[MoveRow, ...]
    """By dollars billed."""
    priorities: tuple[PriorityRow, ...]
    owners: tuple[OwnerRow, ...]
    notes: tuple[str, ...]
    """What limits the figures, each a sentence."""
    marks: Mapping[tuple[str, str], Mark]
    """By record kind and stored code."""

    @property
    def ownerless(self) -> tuple[UseRow, ...]:
        """The uses that nobody owns."""
        return tuple(row for row in self.uses if row.owner is None)

    @property
    def unreadable(self) -> int:
        """Cells and elements that could not be read as a code."""
        return sum(len(row.unreadable) for row in self.uses)

    @property
    def missing(self) -> tuple[MoveRow, ...]:
        """New codes that volume may move to and no charge master holds."""
        return tuple(row for row in self.moves if row.is_in_charge_master is False)
