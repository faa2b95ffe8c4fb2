"""The list of changes as it is drawn: its columns, choices with their counts, links. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flows.report.impact_wording import PRIORITY_TITLES
from flows.report.wording import CLASS_TITLES, KIND_TITLES
from flows.web.act_words import ACTION_TITLES
from flows.web.change_query import PAGE_SIZES, is_filtered, sort_by, toggle, write_query
from flows.web.change_rows import changes_path, view_groups
from schema.changes import ChangeKind, FieldClass
from schema.impact import Priority
from schema.review import Action, Review, SavedView
from schema.review_query import Facets, ItemGroup, ItemPage, ItemQuery, ItemSort

# A choice of owners longer than this is no choice; what is not in it can be looked for by name in the address.
MOST_OWNERS = 200

COLUMNS: tuple[tuple[ItemSort | None, str, str], ...] = (
    (ItemSort.PRIORITY, "Priority", "pri"),
    (ItemSort.CODE, "Code", "cod"),
    (ItemSort.KIND, "Kind", "knd"),
    (None, "Title", "ttl"),
    (ItemSort.USES, "Uses", "n use"),
    (ItemSort.CLAIMS, "Claims", "n clm"),
    (ItemSort.PAID, "Paid", "n pay"),
    (ItemSort.OWNER, "Owner", "own"),
    (ItemSort.DUE, "Due", "due"),
    (ItemSort.DECIDED, "Decision", "dec"),
)
"""What each column of the table is sorted by, its heading and its class."""
GROUP_TITLES: Mapping[ItemGroup, str] = {
    ItemGroup.PRIORITY: "Priority",
    ItemGroup.KIND: "Kind",
    ItemGroup.FAMILY: "Family",
    ItemGroup.OWNER: "Owner",
    ItemGroup.ACTION: "Decision",
}


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice of the filter: following the link chooses it, or no longer."""

    title: str
    count: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ColumnView:
    """The heading of a column. `order` is that of `aria-sort`, "" where the list is not sorted by it."""

    title: str
    style: str
    href: str
    order: str


def build_list(
    review: Review, query: ItemQuery, page: ItemPage, facets: Facets, views: Sequence[SavedView], today: date
) -> dict[str, Any]:
    """The values of the template `changes/list.html`."""
    first = (page.page - 1) * query.page_size + 1
    return {
        "review": review,
        "asked": query,
        "query_text": write_query(query, is_paged=False),
        "list_path": changes_path(review.key),
        "here": changes_path(review.key, query),
        "csv": f"{changes_path(review.key)}.csv?{write_query(query, is_paged=False)}",
        "columns": list(_view_columns(review.key, query)),
        "groups": list(view_groups(review, query, page, today)),
        "group_titles": GROUP_TITLES,
        "page_sizes": PAGE_SIZES,
        "choices": _view_choices(review.key, query, facets),
        "states": _view_states(review, query),
        "owners": [name for name in facets.owners if name][:MOST_OWNERS],
        "actions": [(action.value, ACTION_TITLES[action]) for action in Action],
        "views": [_view_saved(review.key, view) for view in views],
        "total": page.total,
        "first": first if page.rows else 0,
        "last": first + len(page.rows) - 1 if page.rows else 0,
        "number": page.page,
        "pages": page.pages,
        "page_links": _view_pages(review.key, query, page),
        "is_filtered": is_filtered(query),
    }


def _view_columns(key: str, query: ItemQuery) -> Iterator[ColumnView]:
    for sort, title, style in COLUMNS:
        if sort is None:
            yield ColumnView(title, style, "", "")
            continue
        is_largest_first = query.is_descending
        order = ("descending" if is_largest_first else "ascending") if sort is query.sort else ""
        yield ColumnView(title, style, changes_path(key, sort_by(query, sort)), order)


def _view_choices(key: str, query: ItemQuery, facets: Facets) -> list[tuple[str, list[ChoiceView]]]:
    """The choices of the filter by heading: those that occur, and those that are chosen."""
    parts: tuple[tuple[str, str, Mapping[str, int], Sequence[tuple[str, str]]], ...] = (
        ("Priority", "priorities", facets.priorities, [(p.value, PRIORITY_TITLES[p]) for p in Priority]),
        ("Kind", "kinds", facets.kinds, [(k.value, KIND_TITLES[k]) for k in ChangeKind]),
        ("Differs in", "classes", facets.classes, [(c.value, CLASS_TITLES[c]) for c in FieldClass]),
        ("Decision", "actions", facets.actions, [(a.value, ACTION_TITLES[a]) for a in Action]),
    )
    found = []
    for title, name, counts, choices in parts:
        chosen = {str(choice) for choice in getattr(query, name)}
        links = [
            ChoiceView(
                label, f"{counts.get(value, 0):,}", changes_path(key, _toggled(query, name, value)), value in chosen
            )
            for value, label in choices
            if counts.get(value) or value in chosen
        ]
        if links:
            found.append((title, links))
    return found


def _toggled(query: ItemQuery, name: str, value: str) -> ItemQuery:
    kinds: dict[str, Any] = {"priorities": Priority, "kinds": ChangeKind, "classes": str, "actions": Action}
    return toggle(query, name, kinds[name](value))


def _view_states(review: Review, query: ItemQuery) -> list[ChoiceView]:
    """The few questions that are asked most, as links; "All" leaves the other choices as they are."""
    plain = replace(query, is_open=None, is_in_use=None, is_decided=None, page=1)
    now = (query.is_open, query.is_in_use, query.is_decided)
    found = []
    for title, count, change in (
        ("All", f"{review.items:,}", (None, None, None)),
        ("Open", "", (True, None, None)),
        ("In use", "", (None, True, None)),
        ("Decided", "", (None, None, True)),
    ):
        is_open, is_in_use, is_decided = change
        asked = replace(plain, is_open=is_open, is_in_use=is_in_use, is_decided=is_decided)
        found.append(ChoiceView(title, count, changes_path(review.key, asked), now == change))
    return found


def _view_saved(key: str, view: SavedView) -> dict[str, Any]:
    text = view.query.removeprefix("?")
    return {"view": view, "href": f"{changes_path(key)}{'?' if text else ''}{text}"}


def _view_pages(key: str, query: ItemQuery, page: ItemPage) -> dict[str, str]:
    """Addresses of first, previous, next and last page, "" where there is none."""
    wanted = {
        "first": 1 if page.page > 1 else 0,
        "previous": page.page - 1,
        "next": page.page + 1 if page.page < page.pages else 0,
        "last": page.pages if page.page < page.pages else 0,
    }
    return {name: changes_path(key, replace(query, page=n)) if n > 0 else "" for name, n in wanted.items()}
