"""The list of changes in an address: what is asked of it as a query string, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from schema.changes import ChangeKind, FieldClass
from schema.errors import UsageError, shorten_value
from schema.impact import Priority
from schema.review import Action
from schema.review_query import ItemGroup, ItemQuery, ItemSort

LONGEST_TEXT = 200
LONGEST_QUERY = 2000
PAGE_SIZES = (25, 50, 100, 200)
# Beyond this no list has pages; a larger number would only make the database skip in vain.
LAST_PAGE = 100_000
STEPPED_SORTS = frozenset({ItemSort.PAID, ItemSort.BILLED, ItemSort.CLAIMS, ItemSort.USES})
"""Columns of figures: the first click shows the largest."""

_Choice = TypeVar("_Choice", bound=StrEnum)
_REMEDY = "open the list of changes anew and choose again"


def read_query(pairs: Iterable[tuple[str, str]]) -> ItemQuery:
    """What names and values of a query string ask for; names that are not ours are left alone.

    Raises UsageError for a value that is no choice.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            given.setdefault(name, []).append(value)
    query = ItemQuery(
        text=_read_text("q", given),
        kinds=_read_choices("kind", given, ChangeKind),
        priorities=_read_choices("priority", given, Priority),
        classes=tuple(choice.value for choice in _read_choices("class", given, FieldClass)),
        actions=_read_choices("action", given, Action),
        is_open=_read_flag("open", given),
        is_in_use=_read_flag("use", given),
        is_decided=_read_flag("decided", given),
        owner=_read_text("owner", given),
        is_descending=bool(_read_flag("desc", given)),
    )
    sort = _read_choices("sort", given, ItemSort)
    group = _read_choices("group", given, ItemGroup)
    return replace(
        query,
        sort=sort[-1] if sort else ItemSort.PRIORITY,
        group=group[-1] if group else None,
        page=_read_number("page", given, 1, range(1, LAST_PAGE + 1)),
        page_size=_read_number("size", given, ItemQuery().page_size, PAGE_SIZES),
    )


def parse_query(text: str) -> ItemQuery:
    """`read_query` of a query string, as a form or a saved view holds it; raises UsageError."""
    if len(text) > LONGEST_QUERY:
        raise UsageError("the filter is too long", f"it has more than {LONGEST_QUERY} characters", _REMEDY)
    try:
        return read_query(parse_qsl(text.removeprefix("?"), max_num_fields=100))
    except ValueError as error:
        raise UsageError("cannot read the filter", str(error), _REMEDY) from error


def write_query(query: ItemQuery, *, is_paged: bool = True) -> str:
    """The query string, "" for the plain list; equal questions give equal strings. Without page: the whole list."""
    plain = ItemQuery()
    pairs: list[tuple[str, str]] = []
    if query.text:
        pairs.append(("q", query.text))
    for name, choices in (
        ("kind", query.kinds),
        ("priority", query.priorities),
        ("class", query.classes),
        ("action", query.actions),
    ):
        pairs += [(name, str(choice)) for choice in choices]
    for name, flag in (("open", query.is_open), ("use", query.is_in_use), ("decided", query.is_decided)):
        if flag is not None:
            pairs.append((name, "1" if flag else "0"))
    if query.owner:
        pairs.append(("owner", query.owner))
    if query.sort is not plain.sort:
        pairs.append(("sort", query.sort.value))
    if query.is_descending:
        pairs.append(("desc", "1"))
    if query.group is not None:
        pairs.append(("group", query.group.value))
    if query.page_size != plain.page_size:
        pairs.append(("size", str(query.page_size)))
    if is_paged and query.page != plain.page:
        pairs.append(("page", str(query.page)))
    return urlencode(pairs)


def sort_by(query: ItemQuery, sort: ItemSort) -> ItemQuery:
    """The list by that column: the way round that one looks for first, the other way when it is sorted so already."""
    is_descending = not query.is_descending if query.sort is sort else sort in STEPPED_SORTS
    return replace(query, sort=sort, is_descending=is_descending, page=1)


def toggle(query: ItemQuery, name: str, choice: str) -> ItemQuery:
    """The list with one more choice of kinds, priorities, classes or actions, or without it when it was chosen."""
    chosen: Sequence[str] = getattr(query, name)
    kept = tuple(c for c in chosen if c != choice) if choice in chosen else (*chosen, choice)
    change: dict[str, Any] = {name: kept}
    return replace(query, page=1, **change)


def is_filtered(query: ItemQuery) -> bool:
    """Whether it leaves anything out."""
    plain = ItemQuery(sort=query.sort, is_descending=query.is_descending, group=query.group)
    return replace(query, page=1, page_size=plain.page_size) != plain


def _read_text(name: str, given: dict[str, list[str]]) -> str:
    text = given.get(name, [""])[-1].strip()
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise UsageError(
            f"cannot look for {shorten_value(text)!r}",
            f"it has to be one line of at most {LONGEST_TEXT} characters",
            _REMEDY,
        )
    return text


def _read_choices(name: str, given: dict[str, list[str]], kind: Callable[[str], _Choice]) -> tuple[_Choice, ...]:
    try:
        return tuple(dict.fromkeys(kind(value) for value in given.get(name, ())))
    except ValueError as error:
        raise UsageError(f"{name} has no such choice", str(error), _REMEDY) from error


def _read_flag(name: str, given: dict[str, list[str]]) -> bool | None:
    value = given.get(name, [""])[-1]
    if value not in ("", "0", "1"):
        raise UsageError(f"{name} has no such choice", f"{shorten_value(value)!r} is neither 0 nor 1", _REMEDY)
    return value == "1" if value else None


def _read_number(name: str, given: dict[str, list[str]], usual: int, allowed: Sequence[int]) -> int:
    value = given.get(name, [""])[-1]
    if not value:
        return usual
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else -1
    if number not in allowed:
        raise UsageError(f"{name} has no such choice", f"{shorten_value(value)!r} is not possible", _REMEDY)
    return number
