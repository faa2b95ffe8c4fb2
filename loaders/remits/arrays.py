"""Arrow arrays that belong to the rows of another table: sums and lists by parent, and cleaned texts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Wide enough for the sum of every amount of a file, and of two such sums.
SUM = pa.decimal128(30, 4)


def count_from(number: int) -> pa.Array:
    """The numbers from 0 up to, not including, this one."""
    return pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), number)), 1)


def sum_by(parents: pa.Array, amounts: pa.Array, number: int) -> pa.Array:
    """The exact sum of the amounts of each of `number` parents, 0 where it has none. Parents are told by position."""
    keys = pa.chunked_array([count_from(number), parents])
    values = pa.chunked_array([pa.repeat(pa.scalar(Decimal(0), SUM), number), amounts.cast(SUM)])
    return _fold(keys, values, "sum").cast(SUM)


def count_by(parents: pa.Array, number: int) -> pa.Array:
    """How many rows each of `number` parents has."""
    keys = pa.chunked_array([count_from(number), parents])
    return pc.subtract(_fold(keys, keys, "count"), 1)


def _fold(keys: pa.ChunkedArray, values: pa.ChunkedArray, how: str) -> pa.Array:
    # Every parent stands once at the front, so that groups come out in the order of the parents.
    found = pa.table({"key": keys, "value": values}).group_by("key", use_threads=False).aggregate([("value", how)])
    return found.column(f"value_{how}").combine_chunks()


def starts_of(counts: pa.Array) -> pa.Array:
    """Where the rows of each parent begin when they stand in its order, and at last their number."""
    return pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(counts.cast(pa.int64()))])


def sum_runs(amounts: pa.Array, starts: pa.Array) -> pa.Array:
    """The sums of runs of ten-thousandths of a dollar. They are exact where the sum of each run is in range:
    what the running total wraps around by falls out of the differences."""
    totals = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(amounts)]).take(starts)
    return pc.subtract(totals[1:], totals[:-1])


def count_ten_thousandths(amounts: pa.Array) -> pa.Array:
    """Amounts of money as whole numbers."""
    return pc.multiply(amounts, pa.scalar(Decimal(10_000), pa.decimal128(5, 0))).cast(pa.int64())


def list_by(starts: pa.Array, values: pa.Array) -> pa.ListArray:
    """The values as lists that begin at these places."""
    return pa.ListArray.from_arrays(starts.cast(pa.int32()), values)


def join_lists(first: pa.ListArray, second: pa.ListArray) -> pa.ListArray:
    """Row by row, the items of the first list and then those of the second."""
    if not len(second.flatten()):
        return first
    if not len(first.flatten()):
        return second
    order = pc.array_sort_indices(  # a stable one
        pa.concat_arrays([pc.list_parent_indices(lists).cast(pa.int64()) for lists in (first, second)])
    )
    values = pa.concat_arrays([first.flatten(), second.flatten()])
    counts = pc.add(pc.list_value_length(first), pc.list_value_length(second))
    return list_by(starts_of(counts), values.take(order))


def clean_texts(column: pa.Array) -> pa.Array:
    """Codes as they are compared: in upper case, without blanks; nothing where nothing is left."""
    return map_texts(column, lambda text: "".join(text.upper().split()))


def map_texts(column: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Every text changed; nothing where nothing is left. Each distinct one is looked at once."""
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.cast(pa.string()).to_pylist()
    values = pa.array([change(text) or None for text in texts], pa.string())
    return values.take(encoded.indices)


def first_true(mask: pa.Array) -> int | None:
    """The position of the first that is true, None without one."""
    position: Any = pc.index(mask, True).as_py()
    return None if position < 0 else int(position)
