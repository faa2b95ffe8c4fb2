"""Rows into Parquet, one folder for each month of the date that a dataset goes by."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loaders.intake_marker import HeldPart


@dataclass(frozen=True, slots=True)
class Shape:
    """How a dataset lies in Parquet.

    `dates` are the columns whose smallest and greatest value is told of each part, with the names of the two;
    the first of them is the date that tells the month. `arrange` makes of the rows that waited for a row group
    what is written; `number`, where it is given, puts the number of its row group's first row in its part to it.
    """

    folder: str
    dates: Mapping[str, tuple[str, str]]
    arrange: Callable[[pa.Table], pa.Table]
    rows_per_group: int
    rows_per_part: int
    waiting_bytes: int
    open_months: int
    options: Mapping[str, Any]
    number: Callable[[pa.Table, str, int], pa.Table] = lambda table, _name, _first: table

    @property
    def month_column(self) -> str:
        """The column that tells the month of a row."""
        return next(iter(self.dates))


class _Part:
    """One Parquet file as it is written: rows, dates and digest counted along."""

    def __init__(self, root: Path, name: str, schema: pa.Schema, shape: Shape) -> None:
        self.name, self._shape = name, shape
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = HashingFile(path.open("wb"))
        try:
            self._writer = pq.ParquetWriter(pa.PythonFile(self._file, "w"), schema, **shape.options)
        except BaseException:
            self._file.file.close()
            raise
        self.rows = 0
        self._dates: dict[str, list[date]] = {column: [] for column in shape.dates}

    def write(self, table: pa.Table) -> None:
        table = self._shape.number(table, self.name, self.rows)
        self._writer.write_table(table, row_group_size=self._shape.rows_per_group)
        self.rows += table.num_rows
        for column, seen in self._dates.items():
            found = pc.min_max(table.column(column)).as_py()
            seen += (found["min"], found["max"])

    def close(self) -> HeldPart:
        """The part as it lies on the disk now."""
        self._writer.close()
        self._file.sync()
        dates: dict[str, date] = {}
        for column, (first, last) in self._shape.dates.items():
            dates |= {first: min(self._dates[column]), last: max(self._dates[column])}
        return HeldPart(self.name, self.rows, self._file.size, self._file.digest.hexdigest(), dates)

    def give_up(self) -> None:
        """Let go of the file; what is in it counts for nobody."""
        self._file.file.close()


class HashingFile:
    """What Arrow writes to: the file, and the digest of all that went in."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.size = file, sha256(), 0

    closed = False

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self.file.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        """Arrow closes before the last word is said: see `sync`."""

    def sync(self) -> None:
        with self.file:
            self.file.flush()
            os.fsync(self.file.fileno())


@dataclass(slots=True)
class _Month:
    rows: int = 0
    size: int = 0
    waiting: list[pa.RecordBatch] = field(default_factory=list)


class MonthWriter:
    """Takes rows in any order and writes them as row groups, a part or more for each month.

    Rows wait until their month has a whole row group; when all months together hold too much, the fullest
    is written as it is. Parts are named `FOLDER/month=YYYY-MM/STEM-N.parquet` below `root`.
    """

    def __init__(self, root: Path, stem: str, shape: Shape) -> None:
        self._root, self._stem, self._shape = root, stem, shape
        self._months: dict[str, _Month] = {}
        self._open: dict[str, _Part] = {}
        self._closed: list[HeldPart] = []
        self._size = self._number = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Rows with a date each; all batches have the same columns."""
        dates = rows.column(self._shape.month_column)
        numbers = pc.add(pc.multiply(pc.year(dates), 12), pc.subtract(pc.month(dates), 1))
        months: Sequence[int] = pc.unique(numbers).to_pylist()
        for number in months:
            part = rows if len(months) == 1 else rows.take(pc.indices_nonzero(pc.equal(numbers, number)))
            self._wait(f"{number // 12:04}-{number % 12 + 1:02}", part)
        while self._size > self._shape.waiting_bytes:
            self._flush(max(self._months, key=lambda name: self._months[name].size))

    def close(self) -> tuple[HeldPart, ...]:
        """Write what waits; the parts, by name, all of them on the disk."""
        for name in sorted(self._months):
            self._flush(name)
        for name in list(self._open):
            self._close(name)
        return tuple(sorted(self._closed, key=lambda part: part.path))

    def give_up(self) -> None:
        """Close every file as it is."""
        for part in self._open.values():
            part.give_up()

    def _wait(self, name: str, rows: pa.RecordBatch) -> None:
        month = self._months.setdefault(name, _Month())
        # Texts are numbers here; their dictionaries are shared between the months of a batch.
        size = rows.num_rows * (4 * rows.num_columns + 64)
        month.waiting.append(rows)
        month.rows += rows.num_rows
        month.size += size
        self._size += size
        if month.rows >= self._shape.rows_per_group:
            self._flush(name)

    def _flush(self, name: str) -> None:
        month = self._months.pop(name)
        self._size -= month.size
        table = self._shape.arrange(pa.Table.from_batches(month.waiting))
        part = self._open.pop(name, None)
        if part is not None and part.rows + table.num_rows > self._shape.rows_per_part:
            self._closed.append(part.close())
            part = None
        if part is None:
            if len(self._open) >= self._shape.open_months:
                self._close(next(iter(self._open)))
            path = f"{self._shape.folder}/month={name}/{self._stem}-{self._number}.parquet"
            part = _Part(self._root, path, table.schema, self._shape)
            self._number += 1
        # At the end of the line: the month that was written longest ago is closed first.
        self._open[name] = part
        part.write(table)

    def _close(self, name: str) -> None:
        part = self._open[name]
        self._closed.append(part.close())
        del self._open[name]
