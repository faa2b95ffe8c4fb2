"""What can be asked of the list of changes under review, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schema.changes import ChangeKind
from schema.impact import Priority
from schema.review import Action, Item


class ItemSort(StrEnum):
    """What the list of changes is sorted by."""

    PRIORITY = "priority"
    """Priority, then dollars paid, then code."""
    CODE = "code"
    KIND = "kind"
    PAID = "paid"
    BILLED = "billed"
    CLAIMS = "claims"
    USES = "uses"
    DUE = "due"
    OWNER = "owner"
    DECIDED = "decided"


class ItemGroup(StrEnum):
    """What the list of changes can be grouped by; groups come with their counts, and rows sorted by group first."""

    KIND = "kind"
    FAMILY = "family"
    PRIORITY = "priority"
    OWNER = "owner"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What is asked of the list of changes; empty means all. `text`: a beginning of the code, or words of the title."""

    text: str = ""
    kinds: tuple[ChangeKind, ...] = ()
    priorities: tuple[Priority, ...] = ()
    classes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    is_open: bool | None = None
    is_in_use: bool | None = None
    is_decided: bool | None = None
    owner: str = ""
    """Assigned owner, or an owner of a use."""
    sort: ItemSort = ItemSort.PRIORITY
    is_descending: bool = False
    group: ItemGroup | None = None
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of the list. `total` counts every match; `groups` are (value, count) of the group by, in order."""

    rows: tuple[Item, ...]
    total: int
    page: int
    pages: int
    groups: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all items of a review, whatever the filter: what the filter's choices show."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    actions: Mapping[str, int] = field(default_factory=dict)
    """"" counts the undecided."""
    owners: Mapping[str, int] = field(default_factory=dict)
