"""What REST answers of the changes under review. Money is dollars with two decimals, as text."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field

from flows.web.rest_models import Answer
from schema.changes import ChangeKind
from schema.impact import Priority
from schema.review import (
    Action,
    Item,
)
from schema.review_query import Facets, ItemPage

Money = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", examples=["1234.50"])]


class ItemRow(Answer):
    """One change in a list."""

    subject: str
    code: str
    record_kind: str
    kind: ChangeKind
    cause: str
    family: str
    title: str
    classes: list[str]
    priority: Priority | None
    claims: int
    billed: Money
    paid: Money
    uses: int
    use_owners: list[str]
    is_named: bool
    needs_decision: bool
    action: Action | None
    reason: str
    successors: list[str]
    decided_by: str
    decided_at: datetime | None
    owner: str
    due_date: date | None
    is_open: bool
    version: int

    @classmethod
    def of(cls, item: Item) -> Self:
        """Of a change."""
        return cls(**_take_item(item))


class ItemDetail(ItemRow):
    """One change with everything known of it; docs/review.md tells the form of `detail`."""

    detail: dict[str, Any]

    @classmethod
    def of(cls, item: Item) -> Self:
        """Of a change."""
        return cls(**_take_item(item), detail=json.loads(item.detail))


class Items(Answer):
    """One page of changes. `total` counts all that match; `groups` are the values of the group by, in order."""

    class Group(Answer):
        """One value that the changes are grouped by."""

        value: str
        count: int

    items: list[ItemRow]
    total: int
    page: int
    pages: int
    groups: list[Group]

    @classmethod
    def of(cls, page: ItemPage) -> Items:
        """Of a page."""
        return cls(
            items=[ItemRow.of(item) for item in page.rows],
            total=page.total,
            page=page.page,
            pages=page.pages,
            groups=[cls.Group(value=value, count=count) for value, count in page.groups],
        )


class Counts(Answer):
    """Counts over all changes of a review by value; "" among the actions counts the undecided."""

    kinds: dict[str, int]
    priorities: dict[str, int]
    classes: dict[str, int]
    actions: dict[str, int]
    owners: dict[str, int]

    @classmethod
    def of(cls, facets: Facets) -> Counts:
        """Of the counts in the store."""
        return cls(**{name: dict(getattr(facets, name)) for name in cls.model_fields})


def tell_money(cents: int) -> str:
    """1234 is "12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _take_item(item: Item) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in ItemRow.model_fields}
    return values | {
        "billed": tell_money(item.billed),
        "paid": tell_money(item.paid),
        "classes": list(item.classes),
        "use_owners": list(item.use_owners),
        "successors": list(item.successors),
    }
