"""One change as a row of the list, and the groups that rows stand in. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from flows.report.impact_wording import NO_OWNER, PRIORITY_TITLES, dollars_text
from flows.report.wording import CLASS_TITLES, KIND_TITLES
from flows.web.act_words import ACTION_TITLES
from flows.web.change_query import write_query
from schema.changes import ChangeKind, FieldClass
from schema.families import families_of
from schema.impact import Priority
from schema.review import ACTIONS, Action, Item, Review
from schema.review_query import ItemGroup, ItemPage, ItemQuery
from schema.systems import display_code

_CENTS = Decimal(100)
_NO_PRIORITY = "Not touched"
_UNDECIDED = "Undecided"
# A row names so many owners of uses; the page of the change has all.
_MOST_OWNERS = 1


@dataclass(frozen=True, slots=True)
class RowView:
    """One row, every cell as text."""

    subject: str
    href: str
    code: str
    kind: str
    kind_title: str
    title: str
    notes: str
    priority: str
    priority_title: str
    uses: str
    claims: str
    paid: str
    owner: str
    is_owner_of_use: bool
    due: str
    is_late: bool
    action: str
    action_title: str
    successors: str
    decided_by: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """Rows of one group on this page. `total` counts the group over all pages, None where nothing is grouped."""

    title: str
    total: int | None
    rows: tuple[RowView, ...]


def changes_path(key: str, query: ItemQuery | None = None) -> str:
    """The address of the list."""
    text = write_query(query) if query else ""
    return f"/updates/{quote(key, safe='@')}/changes{'?' if text else ''}{text}"


def change_path(key: str, subject: str, query: ItemQuery | None = None) -> str:
    """The address of one change, which keeps the list that it was opened from."""
    text = write_query(query, is_paged=False) if query else ""
    return f"/updates/{quote(key, safe='@')}/changes/{quote(subject, safe=':')}{'?' if text else ''}{text}"


def view_row(item: Item, system: str, query_text: str, today: date) -> RowView:
    """One change as a row; `query_text` is the list that its page goes back to."""
    owners = item.use_owners
    names = ", ".join(owners[:_MOST_OWNERS]) + (f" +{len(owners) - _MOST_OWNERS}" if len(owners) > _MOST_OWNERS else "")
    path = f"/updates/{quote(item.review, safe='@')}/changes/{quote(item.subject, safe=':')}"
    return RowView(
        subject=item.subject,
        href=f"{path}?{query_text}" if query_text else path,
        code=display_item(system, item),
        kind=item.kind.value,
        kind_title=KIND_TITLES[item.kind],
        title=item.title,
        notes=classes_text(item.classes),
        priority=item.priority.value if item.priority else "",
        priority_title=PRIORITY_TITLES[item.priority] if item.priority else "",
        uses=f"{item.uses:,}" if item.uses else "",
        claims=f"{item.claims:,}" if item.claims else "",
        paid=cents_text(item.paid) if item.paid or item.claims else "",
        owner=item.owner or names,
        is_owner_of_use=not item.owner,
        due=item.due_date.isoformat() if item.due_date else "",
        is_late=item.is_open and item.due_date is not None and item.due_date < today,
        action=item.action.value if item.action else "",
        action_title=ACTION_TITLES[item.action] if item.action else "",
        successors=", ".join(display_code(system, code) for code in item.successors),
        decided_by=item.decided_by,
        is_open=item.is_open,
    )


def display_item(system: str, item: Item) -> str:
    """The code as people write it; a modifier has no dot anywhere."""
    return item.code if item.record_kind == "modifier" else display_code(system, item.code)


def cents_text(cents: int) -> str:
    """Whole dollars of an amount in cents."""
    return dollars_text(Decimal(cents) / _CENTS)


def classes_text(classes: Iterable[str]) -> str:
    """What differs, in words, heaviest first."""
    chosen = set(classes)
    return ", ".join(CLASS_TITLES[choice].lower() for choice in FieldClass if choice.value in chosen)


def view_groups(review: Review, query: ItemQuery, page: ItemPage, today: date) -> Iterator[GroupView]:
    """The rows of the page under the headings of their groups; one without heading where nothing is grouped."""
    text = write_query(query, is_paged=False)
    rows = [(item, view_row(item, review.system, text, today)) for item in page.rows]
    if query.group is None:
        if rows:
            yield GroupView("", None, tuple(row for _, row in rows))
        return
    totals = dict(page.groups)
    start = 0
    for end in range(1, len(rows) + 1):
        value = group_value(rows[start][0], query.group)
        if end == len(rows) or group_value(rows[end][0], query.group) != value:
            yield GroupView(
                group_title(review.system, query.group, value),
                totals.get(value),
                tuple(row for _, row in rows[start:end]),
            )
            start = end


def group_value(item: Item, group: ItemGroup) -> str:
    """The group that a change belongs to, as the store counts it."""
    if group is ItemGroup.KIND:
        return item.kind.value
    if group is ItemGroup.FAMILY:
        return item.family
    if group is ItemGroup.PRIORITY:
        return item.priority.value if item.priority else ""
    if group is ItemGroup.OWNER:
        return item.owner
    return item.action.value if item.action else ""


def group_title(system: str, group: ItemGroup, value: str) -> str:
    """A group in words."""
    if group is ItemGroup.KIND:
        return KIND_TITLES[ChangeKind(value)]
    if group is ItemGroup.FAMILY:
        return next((family.label for family in families_of(system) if family.key == value), value)
    if group is ItemGroup.PRIORITY:
        return PRIORITY_TITLES[Priority(value)] if value else _NO_PRIORITY
    if group is ItemGroup.ACTION:
        return ACTION_TITLES[Action(value)] if value else _UNDECIDED
    return value or NO_OWNER.capitalize()


def possible_actions(kinds: Iterable[ChangeKind]) -> list[tuple[str, str]]:
    """What can be decided about changes of every one of these kinds, as (value, title)."""
    wanted = [set(ACTIONS[kind]) for kind in kinds]
    return [(action.value, ACTION_TITLES[action]) for action in Action if all(action in some for some in wanted)]
