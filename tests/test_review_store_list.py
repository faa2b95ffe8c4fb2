"""The list of changes: filtered, sorted, grouped and paged by the database as Python would do it; on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from schema.changes import ChangeKind, FieldClass
from schema.errors import ReviewNotFoundError
from schema.impact import Priority
from schema.review import Action, Item
from schema.review_query import Facets, ItemGroup, ItemPage, ItemQuery, ItemSort
from schema.store import review_reader
from schema.store.database import open_database, reading, writing
from schema.store.review_rows import save_rows
from tests.stored_reviews import (
    HOSTILE,
    ITEM,
    KEY,
    REVIEW,
    make_items,
)

NEVER = datetime.max.replace(tzinfo=UTC)
SORTS: dict[ItemSort, Callable[[Item], tuple[Any, ...]]] = {
    ItemSort.PRIORITY: lambda item: (item.rank, -item.paid, item.code),
    ItemSort.CODE: lambda item: (item.code,),
    ItemSort.KIND: lambda item: (list(ChangeKind).index(item.kind), item.rank, -item.paid, item.code),
    ItemSort.PAID: lambda item: (item.paid,),
    ItemSort.BILLED: lambda item: (item.billed,),
    ItemSort.CLAIMS: lambda item: (item.claims,),
    ItemSort.USES: lambda item: (item.uses,),
    ItemSort.DUE: lambda item: (item.due_date or date.max,),
    ItemSort.OWNER: lambda item: (item.owner, item.code),
    ItemSort.DECIDED: lambda item: (item.decided_at or NEVER,),
}
GROUPS: dict[ItemGroup, Callable[[Item], tuple[Any, str]]] = {
    ItemGroup.KIND: lambda item: (list(ChangeKind).index(item.kind), item.kind.value),
    ItemGroup.FAMILY: lambda item: (item.family, item.family),
    ItemGroup.PRIORITY: lambda item: (item.rank, item.priority or ""),
    ItemGroup.OWNER: lambda item: (item.owner, item.owner),
    ItemGroup.ACTION: lambda item: (list(Action).index(item.action) + 1 if item.action else 0, item.action or ""),
}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    odd = [
        replace(ITEM, subject="code:M25", code="M25", owner=HOSTILE, title="A % sign", paid=-1),
        replace(ITEM, subject="modifier:M25", code="M25", record_kind="modifier", use_owners=(HOSTILE, 'x"coding')),
        replace(ITEM, subject="code:X1", code="X1", use_owners=("Coding", "a,coding"), classes=("payment", "coverage")),
    ]
    return [*odd, *make_items(300)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, items: list[Item]
) -> Iterator[Engine]:
    """Filled once for the module: nothing here writes."""
    if request.param == "sqlite":
        yield from fill(f"sqlite:///{tmp_path_factory.mktemp('list') / 'addenda.db'}", items)
    else:
        from tests.conftest import name_database, run_sql

        server = request.getfixturevalue("postgres_url")
        run_sql(server, "CREATE DATABASE review_list TEMPLATE template0")
        yield from fill(name_database(server, "review_list"), items)
        run_sql(server, "DROP DATABASE review_list WITH (FORCE)")


def fill(url: str, items: list[Item]) -> Iterator[Engine]:
    engine = open_database(url)
    with writing(engine) as connection:
        save_rows(connection, [REVIEW, *items, *make_items(50, key="hcpcs@2025-01-01", seed=2)])
    yield engine
    engine.dispose()


def find(engine: Engine, query: ItemQuery, key: str = KEY) -> ItemPage:
    with reading(engine) as connection:
        return review_reader.find_items(connection, key, query)


def subjects(engine: Engine, query: ItemQuery) -> list[str]:
    with reading(engine) as connection:
        return review_reader.list_subjects(connection, KEY, query)


def matches(item: Item, query: ItemQuery) -> bool:
    words = query.text.casefold().split()
    is_code = len(words) == 1 and item.code.startswith(words[0].upper().replace(".", ""))
    return (
        (is_code or all(word in item.title.casefold() for word in words))
        and (not query.kinds or item.kind in query.kinds)
        and (not query.priorities or item.priority in query.priorities)
        and (not query.classes or bool(set(item.classes) & set(query.classes)))
        and (not query.actions or item.action in query.actions)
        and query.is_open in (None, item.is_open)
        and query.is_in_use in (None, item.uses > 0)
        and query.is_decided in (None, item.action is not None)
        and (not query.owner or query.owner == item.owner or query.owner in item.use_owners)
    )


def arrange(items: list[Item], query: ItemQuery) -> list[Item]:
    """The list as Python makes it."""
    found = [item for item in items if matches(item, query)]
    found.sort(key=lambda item: (*SORTS[query.sort](item), item.subject), reverse=query.is_descending)
    if query.group:
        found.sort(key=lambda item: GROUPS[query.group or ItemGroup.KIND](item))
    return found


@pytest.mark.parametrize(("sort", "group"), list(product(ItemSort, [None, *ItemGroup])))
@pytest.mark.parametrize("is_descending", [False, True])
def test_list_is_sorted_and_grouped_as_asked(
    engine: Engine, items: list[Item], sort: ItemSort, group: ItemGroup | None, is_descending: bool
) -> None:
    query = ItemQuery(sort=sort, group=group, is_descending=is_descending, page_size=1000)
    expected = arrange(items, query)
    page = find(engine, query)
    assert [item.subject for item in page.rows] == [item.subject for item in expected]
    assert set(page.rows) == {replace(item, detail="") for item in items}
    assert subjects(engine, query) == [item.subject for item in expected]
    if group is None:
        assert page.groups == ()
    else:
        named = [GROUPS[group](item)[1] for item in expected]
        assert page.groups == tuple((name, len(list(rows))) for name, rows in groupby(named))


QUERIES = st.builds(
    ItemQuery,
    text=st.sampled_from(
        ["", "obesity", "E66", "e66.8", "left FEMUR", "MÉNIÈRE", "%", "_", "100%", "M2", HOSTILE, "\0"]
    ),
    kinds=st.lists(st.sampled_from(ChangeKind), max_size=3).map(tuple),
    priorities=st.lists(st.sampled_from(Priority), max_size=2).map(tuple),
    classes=st.lists(st.sampled_from([*(c.value for c in FieldClass), "no such", '"']), max_size=2).map(tuple),
    actions=st.lists(st.sampled_from(Action), max_size=2).map(tuple),
    is_open=st.sampled_from([None, True, False]),
    is_in_use=st.sampled_from([None, True, False]),
    is_decided=st.sampled_from([None, True, False]),
    owner=st.sampled_from(["", "coding", "Coding", "a", "revenue integrity", HOSTILE, "nobody", "%", "\0", "\ud800"]),
    sort=st.sampled_from(ItemSort),
    is_descending=st.booleans(),
    group=st.sampled_from([None, *ItemGroup]),
    page=st.sampled_from([1, 2, 3, 99, 10**30, 0, -5]),
    page_size=st.sampled_from([1, 7, 50]),
)


@given(query=QUERIES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_question_is_answered_as_python_answers_it(engine: Engine, items: list[Item], query: ItemQuery) -> None:
    expected = arrange(items, query)
    page = find(engine, query)
    assert page.total == len(expected)
    assert page.pages == max(1, -(-len(expected) // query.page_size))
    assert page.page == min(max(1, query.page), page.pages)
    start = (page.page - 1) * query.page_size
    assert list(page.rows) == [replace(item, detail="") for item in expected[start : start + query.page_size]]
    assert subjects(engine, query) == [item.subject for item in expected]


@given(query=QUERIES, place=st.integers(0, 302))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_neighbours_are_those_of_the_list_also_for_what_has_left_it(
    engine: Engine, items: list[Item], query: ItemQuery, place: int
) -> None:
    item = items[place]
    with_it = arrange([item, *(other for other in items if other is not item and matches(other, query))], ItemQuery(
        sort=query.sort, group=query.group, is_descending=query.is_descending
    ))  # fmt: skip
    at = with_it.index(item)
    before = with_it[at - 1].subject if at else None
    after = with_it[at + 1].subject if at + 1 < len(with_it) else None
    with reading(engine) as connection:
        assert review_reader.neighbours(connection, KEY, query, item.subject) == (before, after)


INDEXED = (
    ItemQuery(),
    ItemQuery(is_descending=True),
    ItemQuery(sort=ItemSort.CODE),
    ItemQuery(sort=ItemSort.KIND),
    ItemQuery(sort=ItemSort.PAID, is_descending=True),
    ItemQuery(group=ItemGroup.PRIORITY),
    ItemQuery(group=ItemGroup.KIND),
    ItemQuery(is_open=True),
)


@pytest.mark.parametrize("query", INDEXED, ids=range(len(INDEXED)))
def test_usual_list_is_read_in_order_from_an_index(tmp_path: Path, query: ItemQuery) -> None:
    """So the first page of thousands costs what the first page of hundreds does."""
    engine = open_database(f"sqlite:///{tmp_path / 'addenda.db'}")
    asked: list[tuple[str, Any]] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _k, statement, values, *_: asked.append((statement, values))
    )
    subjects(engine, query)
    (statement, values), *others = [(sql, values) for sql, values in asked if "review_item" in sql]
    with engine.connect() as connection:
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
    engine.dispose()
    assert others == []
    assert "INDEX review_item_by" in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan


@pytest.mark.parametrize("odd", ["", "code:none", "\0", "\ud800", "' OR 1=1"])
def test_what_is_not_there_is_told_as_not_found(engine: Engine, odd: str) -> None:
    with reading(engine) as connection:
        assert review_reader.neighbours(connection, KEY, ItemQuery(), odd) == (None, None)
        assert review_reader.neighbours(connection, odd, ItemQuery(), ITEM.subject) == (None, None)
        assert review_reader.find_items(connection, odd, ItemQuery()) == ItemPage((), 0, 1, 1)
        assert review_reader.list_subjects(connection, odd, ItemQuery()) == []
        assert review_reader.count_facets(connection, odd) == Facets()
        with pytest.raises(ReviewNotFoundError):
            review_reader.find_review(connection, odd)
        with pytest.raises(ReviewNotFoundError):
            review_reader.find_item(connection, KEY, odd)
        assert review_reader.list_signatures(connection, odd) == []
        assert review_reader.list_overrides(connection, odd) == []
        assert review_reader.list_training(connection, odd) == []
        assert review_reader.list_readiness(connection, odd) == []
        assert review_reader.list_tasks(connection, review=odd) == []


def test_text_of_any_length_is_a_question(engine: Engine) -> None:
    assert find(engine, ItemQuery(text="x" * 1_000_000)).total == 0
    assert find(engine, ItemQuery(text="obesity " * 100_000)).total > 0
    assert find(engine, ItemQuery(owner="x" * 1_000_000)).total == 0


def test_facets_count_all_changes_of_the_review(engine: Engine, items: list[Item]) -> None:
    with reading(engine) as connection:
        facets = review_reader.count_facets(connection, KEY)
    assert facets.kinds == Counter(item.kind.value for item in items)
    assert facets.priorities == Counter(item.priority or "" for item in items)
    assert facets.classes == Counter(name for item in items for name in item.classes)
    assert facets.actions == Counter(item.action or "" for item in items)
    assert facets.owners == Counter(name for item in items for name in {item.owner, *item.use_owners} - {""})


def test_one_change_and_its_review_are_found(engine: Engine) -> None:
    with reading(engine) as connection:
        assert review_reader.find_review(connection, KEY) == REVIEW
        assert review_reader.find_item(connection, KEY, "modifier:M25").record_kind == "modifier"
