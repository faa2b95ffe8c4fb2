"""What every reader of claims gives: some rows of a file, column by column, as they were written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

FIRST_ROW = 2
"""The first row of data as a spreadsheet counts: the header is row 1. Parquet is counted the same way."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`rows` rows that follow each other; `columns` has our columns alone, under our names.

    `first_row` is the number of the first row and `skipped` the numbers from there on that are no rows of
    this batch, sorted. `ragged` are rows that have another number of cells than the header.
    """

    rows: int
    columns: Mapping[str, pa.Array]
    first_row: int
    skipped: Sequence[int] = ()
    ragged: Sequence[int] = ()

    def number_rows(self, positions: Sequence[int]) -> Iterator[int]:
        """The row numbers of positions in the batch, which are sorted."""
        passed = 0
        for position in positions:
            number = self.first_row + position + passed
            while passed < len(self.skipped) and self.skipped[passed] <= number:
                passed += 1
                number += 1
            yield number

    @property
    def next_row(self) -> int:
        """The number that the row after the last one has at least."""
        return next(self.number_rows([self.rows - 1])) + 1 if self.rows else self.first_row

    def without(self, numbers: Sequence[int]) -> Batch:
        """The batch without the rows of these numbers, which are sorted."""
        inside = numbers[bisect_left(numbers, self.first_row) : bisect_left(numbers, self.next_row)]
        if not inside:
            return self
        left_out = set(inside)
        kept = [p for p, number in enumerate(self.number_rows(range(self.rows))) if number not in left_out]
        chosen = pa.array(kept, pa.int64())
        columns = {name: array.take(chosen) for name, array in self.columns.items()}
        return replace(self, rows=len(kept), columns=columns, skipped=sorted({*self.skipped, *inside}))
