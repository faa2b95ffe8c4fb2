"""Counts that are kept up from act to act are those that the database counts anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from flows.web.facet_cache import read_count, read_tally
from schema.review import Action, Item, Review
from schema.review_query import ItemGroup, ItemQuery
from schema.store.database import open_database, reading, writing
from schema.store.review_items import count_facets, count_items
from schema.store.review_rows import remove_rows, save_rows
from schema.store.review_totals import count_open_owners
from tests.stored_reviews import KEY, REVIEW, make_items

QUERIES = [
    ItemQuery(group=group, text=text, is_open=is_open)
    for group in (None, *ItemGroup)
    for text in ("", "left")
    for is_open in (None, True)
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'addenda.db'}")
    yield made
    made.dispose()


def check(engine: Engine, review: Review) -> None:
    with reading(engine) as connection:
        tally = read_tally(connection, review)
        assert tally.facets == count_facets(connection, KEY)
        assert list(tally.open_owners) == count_open_owners(connection, KEY)
        for query in QUERIES * 2:
            assert read_count(connection, review, query) == count_items(connection, KEY, query)


def work_on(item: Item, version: int, random: Random) -> Item:
    """The item after some act."""
    return replace(
        item,
        owner=random.choice(["", "coding", "imaging", 'a"b,c']),
        is_open=random.random() < 0.5,
        action=None if item.action is None else random.choice(list(Action)),
        version=version,
    )


@pytest.mark.parametrize("seed", range(3))
def test_kept_counts_are_those_of_the_database(engine: Engine, seed: int) -> None:
    random = Random(seed)
    items = {item.subject: replace(item, version=1) for item in make_items(300, seed=seed)}
    review = replace(REVIEW, version=1, items=300)
    with writing(engine) as connection:
        save_rows(connection, [review, *items.values(), *make_items(20, key="hcpcs@2025-01-01")])
    check(engine, review)
    for version in range(2, 8):
        changed = [work_on(items[subject], version, random) for subject in random.sample(sorted(items), 5)]
        items |= {item.subject: item for item in changed}
        review = replace(review, version=version)
        with writing(engine) as connection:
            save_rows(connection, [review, *changed])
        check(engine, review)


def test_evidence_that_is_another_is_counted_anew(engine: Engine) -> None:
    items = [replace(item, version=1) for item in make_items(50)]
    review = replace(REVIEW, version=1, items=50)
    with writing(engine) as connection:
        save_rows(connection, [review, *items])
    check(engine, review)
    review = replace(review, version=2, items=40, evidence="f" * 64)
    with writing(engine) as connection:
        save_rows(connection, [review])
        remove_rows(connection, items[:10])
    check(engine, review)


def test_asking_of_an_earlier_version_does_not_undo_the_later_one(engine: Engine) -> None:
    items = [replace(item, version=1) for item in make_items(50)]
    review = replace(REVIEW, version=1, items=50)
    with writing(engine) as connection:
        save_rows(connection, [review, *items])
    with writing(engine) as connection:
        save_rows(connection, [replace(review, version=2), replace(items[0], owner="new owner", version=2)])
    with reading(engine) as connection:
        assert "new owner" in read_tally(connection, replace(review, version=2)).facets.owners
        # What is asked of an earlier version is read from the rows, and does not undo what is known of the later one.
        read_tally(connection, review)
        assert "new owner" in read_tally(connection, replace(review, version=2)).facets.owners
