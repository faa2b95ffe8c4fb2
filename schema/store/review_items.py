"""The list of changes under review: filtered, sorted, grouped and paged by the database.

A list is one of a total order: what it is grouped by, what it is sorted by, and the subject. So a page, the whole list,
and what stands before and after one change agree with each other, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, case, false, func, or_, select

from schema.impact import Priority
from schema.review import Action, Item
from schema.review_query import Facets, ItemGroup, ItemPage, ItemQuery, ItemSort
from schema.store.places import place_of
from schema.store.review_rows import select_short_items, words_of
from schema.store.tables import read_values
from schema.store.values import is_storable
from schema.tables_review import ITEM

# More narrows little, and each word is looked for in every title.
_LONGEST_TEXT = 200
_LARGEST_PAGE = 1000

Counted = tuple[int, tuple[tuple[str, int], ...]]

_BY_PRIORITY: tuple[Column[Any], ...] = (ITEM.c.rank, ITEM.c.paid_order, ITEM.c.code)
_SORTS: dict[ItemSort, tuple[Column[Any], ...]] = {
    ItemSort.PRIORITY: _BY_PRIORITY,
    ItemSort.CODE: (ITEM.c.code,),
    ItemSort.KIND: (ITEM.c.kind_order, *_BY_PRIORITY),
    ItemSort.PAID: (ITEM.c.paid,),
    ItemSort.BILLED: (ITEM.c.billed,),
    ItemSort.CLAIMS: (ITEM.c.claims,),
    ItemSort.USES: (ITEM.c.uses,),
    ItemSort.DUE: (ITEM.c.due_date,),
    ItemSort.OWNER: (ITEM.c.owner, ITEM.c.code),
    ItemSort.DECIDED: (ITEM.c.decided_at,),
}
_ACTION_ORDER = case({action.value: place for place, action in enumerate(Action, 1)}, value=ITEM.c.action, else_=0)
_RANKS = {priority: rank for rank, priority in enumerate(Priority)}
# What a group is sorted by, and what it is called by.
_GROUPS: dict[ItemGroup, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    ItemGroup.KIND: (ITEM.c.kind_order, ITEM.c.kind),
    ItemGroup.FAMILY: (ITEM.c.family, ITEM.c.family),
    ItemGroup.PRIORITY: (ITEM.c.rank, func.coalesce(ITEM.c.priority, "")),
    ItemGroup.OWNER: (ITEM.c.owner, ITEM.c.owner),
    ItemGroup.ACTION: (_ACTION_ORDER, func.coalesce(ITEM.c.action, "")),
}


def find_items(connection: Connection, key: str, query: ItemQuery, counted: Counted | None = None) -> ItemPage:
    """One page of the changes of a review that match, their detail left empty; a page beyond the last is the last.

    `counted` is what `count_items` says, where it is known already.
    Sorting by priority puts the most urgent first, every other sort the smallest; `is_descending` turns the list, its
    groups apart. No due date counts as later than any, and no decision likewise. `groups` are empty without a group.
    """
    if not is_storable(key):
        return ItemPage((), 0, 1, 1)
    wanted = _match(key, query)
    total, groups = counted or _count(connection, wanted, query.group)
    size = min(max(query.page_size, 1), _LARGEST_PAGE)
    pages = max(1, -(-total // size))
    page = min(max(query.page, 1), pages)
    chosen = _order(select(ITEM.c.review, ITEM.c.subject).where(wanted), query)
    # First which ones, from an index as far as it goes; the long columns of no other row are read.
    keys = chosen.limit(size).offset((page - 1) * size).subquery()
    rows = select_short_items().join(keys, and_(keys.c.review == ITEM.c.review, keys.c.subject == ITEM.c.subject))
    return ItemPage(tuple(read_values(connection, Item, _order(rows, query))), total, page, pages, groups)


def count_items(connection: Connection, key: str, query: ItemQuery) -> Counted:
    """How many changes match, and how many of them are in each group, in order; no groups without a group."""
    return _count(connection, _match(key, query), query.group) if is_storable(key) else (0, ())


def list_subjects(connection: Connection, key: str, query: ItemQuery) -> list[str]:
    """The subjects of every change that matches, in the list's order, whatever the page."""
    if not is_storable(key):
        return []
    return list(connection.execute(_order(select(ITEM.c.subject).where(_match(key, query)), query)).scalars())


def neighbours(connection: Connection, key: str, query: ItemQuery, subject: str) -> tuple[str | None, str | None]:
    """The subjects before and after this one in the order of the list, None at its ends.

    The change itself may have left the list, by a decision just made: its neighbours are those of the place that it
    would have. Both are None where it is no change of the review.
    """
    if not (is_storable(key) and is_storable(subject)):
        return None, None
    order = _order_columns(query)
    columns = [column.label(f"column_{place}") for place, (column, _) in enumerate(order)]
    here = connection.execute(select(*columns).where(ITEM.c.review == key, ITEM.c.subject == subject)).first()
    if here is None:
        return None, None
    wanted = _match(key, query)
    found = []
    for is_backward in (True, False):
        turned = [(column, is_descending != is_backward) for column, is_descending in order]
        beyond = _stands_after(turned, list(here))
        rows = select(ITEM.c.subject).where(wanted, beyond).order_by(*_directions(turned)).limit(1)
        found.append(connection.execute(rows).scalar())
    return found[0], found[1]


def count_facets(connection: Connection, key: str) -> Facets:
    """Counts over all changes of a review by kind, priority, class, action, and owner (assigned, or of a use)."""
    if not is_storable(key):
        return Facets()
    kinds, priorities, classes, actions, owners = (
        _count_values(connection, key, column)
        for column in (ITEM.c.kind, ITEM.c.priority, ITEM.c.classes, ITEM.c.action, ITEM.c.use_owners)
    )
    # An owner of a use to whom the change is assigned as well counts once.
    query = select(ITEM.c.owner, ITEM.c.use_owners, func.count().label("items")).where(
        ITEM.c.review == key, ITEM.c.owner != ""
    )
    assigned = Counter[str]()
    for row in connection.execute(query.group_by(ITEM.c.owner, ITEM.c.use_owners)):
        if row.owner not in json.loads(row.use_owners):
            assigned[row.owner] += row.items
    return Facets(
        kinds=_sort_counts(kinds),
        priorities=_sort_counts(priorities),
        classes=_sort_counts(_split_counts(classes)),
        actions=_sort_counts(actions),
        owners=_sort_counts(_split_counts(owners) + assigned),
    )


def _count_values(connection: Connection, key: str, column: Column[Any]) -> Counter[str]:
    query = select(column, func.count()).where(ITEM.c.review == key).group_by(column)
    return Counter({value or "": items for value, items in connection.execute(query)})


def _split_counts(counts: Counter[str]) -> Counter[str]:
    """The counts of the entries, where the counted values are lists of them; different lists are few."""
    entries = Counter[str]()
    for names, items in counts.items():
        for name in json.loads(names):
            entries[name] += items
    return entries


def _sort_counts(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _match(key: str, query: ItemQuery) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [ITEM.c.review == key]
    if query.kinds:
        wanted.append(ITEM.c.kind.in_([kind.value for kind in query.kinds]))
    if query.priorities:
        # By the rank, which is the place of the priority: the index of the list begins with it.
        wanted.append(ITEM.c.rank.in_([_RANKS[priority] for priority in query.priorities]))
    if query.classes:
        wanted.append(or_(*(_holds(ITEM.c.classes, name) for name in query.classes)))
    if query.actions:
        wanted.append(ITEM.c.action.in_([action.value for action in query.actions]))
    if query.is_open is not None:
        wanted.append(ITEM.c.is_open == int(query.is_open))
    if query.is_in_use is not None:
        wanted.append(ITEM.c.uses > 0 if query.is_in_use else ITEM.c.uses == 0)
    if query.is_decided is not None:
        wanted.append(ITEM.c.action.is_not(None) if query.is_decided else ITEM.c.action.is_(None))
    if query.owner:
        if not is_storable(query.owner):
            return false()
        wanted.append(or_(ITEM.c.owner == query.owner, _holds(ITEM.c.use_owners, query.owner)))
    return and_(*wanted, *_match_text(query.text))


def _match_text(text: str) -> list[ColumnElement[bool]]:
    words = words_of(text[:_LONGEST_TEXT]).split()
    if not words:
        return []
    if not is_storable(text):
        return [false()]
    # Not by LIKE, which goes through every title again and again.
    titles = and_(*(place_of(ITEM.c.words, word) > 0 for word in words))
    if len(words) > 1:
        return [titles]
    return [or_(titles, ITEM.c.code.startswith(text[:_LONGEST_TEXT].strip().replace(".", "").upper(), autoescape=True))]


def _holds(column: Column[Any], name: str) -> ColumnElement[bool]:
    # In canonical JSON an entry begins after a bracket or a comma; a quote inside another entry has a backslash before
    # it. Not by LIKE, for which SQLite takes small and capital letters for the same.
    entry = json.dumps(name, ensure_ascii=False)
    return or_(*(func.replace(column, mark + entry, "") != column for mark in "[,"))


def _count(connection: Connection, wanted: ColumnElement[bool], group: ItemGroup | None) -> Counted:
    if group is None:
        return connection.execute(select(func.count()).select_from(ITEM).where(wanted)).scalar_one(), ()
    order, name = _GROUPS[group]
    query = select(name.label("name"), func.count().label("items")).where(wanted).group_by(order, name).order_by(order)
    groups = tuple((row.name, row.items) for row in connection.execute(query))
    return sum(items for _, items in groups), groups


def _order_columns(query: ItemQuery) -> list[tuple[ColumnElement[Any], bool]]:
    """The columns of the total order, and whether each is descending."""
    turned: list[tuple[ColumnElement[Any], bool]] = [
        (column, query.is_descending) for column in (*_SORTS[query.sort], ITEM.c.subject)
    ]
    if query.group is None:
        return turned
    group = _GROUPS[query.group][0]
    # Inside a group its own column is the same everywhere; named twice it would keep the index from being used.
    return [(group, False), *(pair for pair in turned if pair[0] is not group)]


def _order(rows: Select[Any], query: ItemQuery) -> Select[Any]:
    return rows.order_by(*_directions(_order_columns(query)))


def _directions(order: Sequence[tuple[ColumnElement[Any], bool]]) -> list[ColumnElement[Any]]:
    return [_direct(column, is_descending) for column, is_descending in order]


def _direct(column: ColumnElement[Any], is_descending: bool) -> ColumnElement[Any]:
    direction = column.desc() if is_descending else column.asc()
    if not _may_be_null(column):
        return direction
    return direction.nulls_first() if is_descending else direction.nulls_last()


def _may_be_null(column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and bool(column.nullable)


def _stands_after(order: Sequence[tuple[ColumnElement[Any], bool]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a row comes after the one with these values: by the first column in which they differ."""
    cases: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (column, is_descending), value in zip(order, values, strict=True):
        cases.append(and_(*equal, _is_beyond(column, is_descending, value)))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*cases)


def _is_beyond(column: ColumnElement[Any], is_descending: bool, value: Any) -> ColumnElement[bool]:
    # Null is later than any value.
    if value is None:
        return column.is_not(None) if is_descending else false()
    if is_descending:
        return and_(column < value)
    return or_(column > value, column.is_(None)) if _may_be_null(column) else and_(column > value)
