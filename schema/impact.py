"""Impact: where the changes of an update hurt this organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from schema.changes import Change, Successor
from schema.claims import ClaimsSummary
from schema.releases import ReleaseId
from schema.uses import InventoryUse, Match

ZERO = Decimal(0)


class Priority(StrEnum):
    """How urgent an item is; the order is that of reports."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Measure:
    """Claims that hold a code: lines, distinct claim ids, and dollars of those lines."""

    lines: int = 0
    claims: int = 0
    billed: Decimal = ZERO
    allowed: Decimal = ZERO
    paid: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Exposure:
    """The claims of the window that hold a code, in all and parted; a part without lines is left out.

    Keys of the parts are the values in the claims, None where the claim does not tell. `principal` counts
    the lines whose first diagnosis (or procedure) is the code, `secondary` the others; both are None for
    HCPCS.
    """

    total: Measure = Measure()
    by_payer: Mapping[str | None, Measure] = field(default_factory=dict)
    by_department: Mapping[str | None, Measure] = field(default_factory=dict)
    by_place_of_service: Mapping[str | None, Measure] = field(default_factory=dict)
    by_claim_type: Mapping[str | None, Measure] = field(default_factory=dict)
    principal: Measure | None = None
    secondary: Measure | None = None


@dataclass(frozen=True, slots=True)
class UseHit:
    """One cell that holds a changed code. `entry` is the element as written."""

    use: str
    kind: str
    owner: str | None
    location: str
    column: str
    entry: str
    match: Match


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person has to do until `due_date`. `department` is set where it is a department's."""

    code: str
    what: str
    why: str
    owner: str | None
    due_date: date
    priority: Priority
    use: str | None = None
    department: str | None = None
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactItem:
    """One change that is held by a use or stands on claims. `reasons` are the names of the rules that gave
    the priority, the deciding one first."""

    change: Change
    priority: Priority
    reasons: tuple[str, ...]
    uses: tuple[UseHit, ...]
    exposure: Exposure
    successors: tuple[Successor, ...]

    @property
    def is_named(self) -> bool:
        """A use holds the code itself, not only a range, wildcard or category that it falls into."""
        return any(hit.match in (Match.EXACT, Match.LIST) for hit in self.uses)


@dataclass(frozen=True, slots=True)
class Move:
    """A new code and the claims of the codes that it comes from: what will move to it, at most."""

    code: str
    sources: Mapping[str, Measure]
    """By code that it may come from, those with claims alone."""
    is_in_charge_master: bool | None
    """Whether a charge master holds it; None where no charge master has codes of the system."""


@dataclass(frozen=True, slots=True)
class Training:
    """A change that alters what has to be documented or ordered. `aspects` are words such as `laterality`."""

    change: Change
    aspects: tuple[str, ...]
    exposure: Measure
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """The assessment of one change set. Items are sorted by priority, then dollars paid, then code."""

    system: str
    previous: ReleaseId
    current: ReleaseId
    window_from: date
    window_to: date
    """Both counted."""
    items: tuple[ImpactItem, ...]
    moves: tuple[Move, ...]
    training: tuple[Training, ...]
    tasks: tuple[Task, ...]
    inventory: tuple[InventoryUse, ...]
    claims: ClaimsSummary
    as_of: date

    @property
    def deleted_in_use(self) -> tuple[ImpactItem, ...]:
        """Deleted codes that a use still names: the number that must be 0 on the effective date.

        A range, wildcard or category that spans a deleted code stays as it is when it holds other codes too.
        """
        return tuple(item for item in self.items if item.change.kind == "deleted" and item.is_named)
