"""Claim lines into Parquet, one folder for each month of the date of service."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

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
from loaders.intake_months import MonthWriter, Shape
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, LINE_KEY

DATES = {
    DATE_OF_SERVICE: ("first_service_date", "last_service_date"),
    DIAGNOSIS_DATE: ("first_diagnosis_date", "last_diagnosis_date"),
}


def open_months(root: Path, stem: str) -> MonthWriter:
    """What takes claim lines and writes them below `root` as sorted row groups."""
    shape = Shape(
        folder="months",
        dates=DATES,
        arrange=_arrange,
        number=_number,
        rows_per_group=ROWS_PER_GROUP,
        rows_per_part=ROWS_PER_PART,
        waiting_bytes=WAITING_BYTES,
        open_months=OPEN_MONTHS,
        options=PARQUET_OPTIONS,
    )
    return MonthWriter(root, stem, shape)


def _number(table: pa.Table, name: str, first: int) -> pa.Table:
    """The rows with their line keys: a number of the part, and one of the row in it."""
    begin = (int.from_bytes(sha256(name.encode()).digest()[:8]) >> (ROW_BITS + 1) << ROW_BITS) + first
    keys = pa.array(range(begin, begin + table.num_rows), pa.int64())
    return table.set_column(table.schema.get_field_index(LINE_KEY), LINE_KEY, keys)


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
