"""The algebra of runs against Python's own sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schema.store.runs import holds_key, subtract_runs
from schema.store.writer import collapse_runs

KEYS = st.sets(st.integers(1, 60), max_size=40)
LISTS = st.lists(st.integers(1, 30), max_size=60)


def runs_of(keys: set[int]) -> list[tuple[int, int]]:
    return [(first, last) for _, first, last in collapse_runs(sorted(keys))]


@given(KEYS, KEYS)
def test_difference_of_runs_is_the_difference_of_sets(one: set[int], other: set[int]) -> None:
    assert subtract_runs(runs_of(one), runs_of(other)) == one - other


@given(KEYS, KEYS)
def test_runs_that_are_cut_otherwise_say_the_same(one: set[int], other: set[int]) -> None:
    """A release that was stored in another order has the same ids in shorter runs."""
    single = [(key, key) for key in sorted(other)]
    assert subtract_runs(runs_of(one), single) == one - other
    assert subtract_runs(single, runs_of(one)) == other - one


@given(KEYS, st.integers(0, 61))
def test_runs_hold_what_the_set_holds(keys: set[int], key: int) -> None:
    assert holds_key(runs_of(keys), key) == (key in keys)


@given(LISTS)
def test_runs_unroll_to_the_list_they_were_made_of(ids: list[int]) -> None:
    runs = collapse_runs(ids)
    unrolled = {position + n: key for position, first, last in runs for n, key in enumerate(range(first, last + 1))}
    assert [unrolled[position] for position in range(len(ids))] == ids


@given(KEYS)
def test_runs_are_as_few_as_can_be(keys: set[int]) -> None:
    runs = runs_of(keys)
    assert all(after[0] > before[1] + 1 for before, after in pairwise(runs))


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_a_range_is_one_run(first: int, size: int) -> None:
    assert collapse_runs(range(first, first + size)) == collapse_runs(list(range(first, first + size)))
