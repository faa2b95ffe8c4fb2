"""Rows into Parquet, one folder for each month of the date of service."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loaders.claims.layout import (
    KEPT,
    OPEN_MONTHS,
    PARQUET_OPTIONS,
    ROW_BITS,
    ROWS_PER_GROUP,
    ROWS_PER_PART,
    SORT,
    WAITING_BYTES,
)
from loaders.claims.marker import HeldPart
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, LINE_KEY


class _Part:
    """One Parquet file as it is written: rows, dates and digest counted along."""

    def __init__(self, root: Path, name: str, schema: pa.Schema) -> None:
        self.name = name
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = _HashingFile(path.open("wb"))
        try:
            self._writer = pq.ParquetWriter(pa.PythonFile(self._file, "w"), schema, **PARQUET_OPTIONS)
        except BaseException:
            self._file.file.close()
            raise
        self.rows = 0
        self._first_key = int.from_bytes(sha256(name.encode()).digest()[:8]) >> (ROW_BITS + 1) << ROW_BITS
        self._dates: list[tuple[date, date, date, date]] = []

    def write(self, table: pa.Table) -> None:
        begin = self._first_key + self.rows
        keys = pa.array(range(begin, begin + table.num_rows), pa.int64())
        table = table.set_column(table.schema.get_field_index(LINE_KEY), LINE_KEY, keys)
        self._writer.write_table(table, row_group_size=ROWS_PER_GROUP)
        self.rows += table.num_rows
        service, diagnosis = (pc.min_max(table.column(name)).as_py() for name in (DATE_OF_SERVICE, DIAGNOSIS_DATE))
        self._dates.append((service["min"], service["max"], diagnosis["min"], diagnosis["max"]))

    def close(self) -> HeldPart:
        """The part as it lies on the disk now."""
        self._writer.close()
        self._file.sync()
        first, last, first_diagnosis, last_diagnosis = zip(*self._dates, strict=True)
        return HeldPart(
            self.name, self.rows, self._file.size, self._file.digest.hexdigest(),
            min(first), max(last), min(first_diagnosis), max(last_diagnosis),
        )  # fmt: skip

    def give_up(self) -> None:
        """Let go of the file; what is in it counts for nobody."""
        self._file.file.close()


class _HashingFile:
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
    """Takes rows in any order and writes them as sorted row groups, a part or more for each month.

    Rows wait until their month has a whole row group; when all months together hold too much, the fullest
    is written as it is. Parts are named `months/month=YYYY-MM/STEM-N.parquet` below `root`.
    """

    def __init__(self, root: Path, stem: str) -> None:
        self._root, self._stem = root, stem
        self._months: dict[str, _Month] = {}
        self._open: dict[str, _Part] = {}
        self._closed: list[HeldPart] = []
        self._size = self._number = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Rows with a date of service each; all batches have the same columns."""
        dates = rows.column(DATE_OF_SERVICE)
        numbers = pc.add(pc.multiply(pc.year(dates), 12), pc.subtract(pc.month(dates), 1))
        for number in pc.unique(numbers).to_pylist():
            part = rows.take(pc.indices_nonzero(pc.equal(numbers, number)))
            self._wait(f"{number // 12:04}-{number % 12 + 1:02}", part)
        while self._size > WAITING_BYTES:
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
        if month.rows >= ROWS_PER_GROUP:
            self._flush(name)

    def _flush(self, name: str) -> None:
        month = self._months.pop(name)
        self._size -= month.size
        table = _arrange(pa.Table.from_batches(month.waiting))
        part = self._open.pop(name, None)
        if part is not None and part.rows + table.num_rows > ROWS_PER_PART:
            self._closed.append(part.close())
            part = None
        if part is None:
            if len(self._open) >= OPEN_MONTHS:
                self._close(next(iter(self._open)))
            part = _Part(self._root, f"months/month={name}/{self._stem}-{self._number}.parquet", table.schema)
            self._number += 1
        # At the end of the line: the month that was written longest ago is closed first.
        self._open[name] = part
        part.write(table)

    def _close(self, name: str) -> None:
        part = self._open[name]
        self._closed.append(part.close())
        del self._open[name]


def _arrange(table: pa.Table) -> pa.Table:
    """One sorted chunk with all columns of the dataset; those that the file has not are empty."""
    table = table.unify_dictionaries().combine_chunks()
    keys = pa.table({name: _sortable(table, name) for name in SORT if name in table.column_names})
    table = table.take(pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]))
    columns = {
        kept.name: _compact(table.column(kept.name))
        if kept.name in table.column_names
        else pa.nulls(table.num_rows, kept.type)
        for kept in KEPT
    }
    return pa.table(columns)


def _compact(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A dictionary without what no row names: Parquet would keep it, and it may come from a refused row."""
    if not pa.types.is_dictionary(column.type):
        return column
    array = column.combine_chunks()
    used = array.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(used.indices, array.dictionary.take(used.dictionary))


def _sortable(table: pa.Table, name: str) -> pa.ChunkedArray:
    column = table.column(name)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
