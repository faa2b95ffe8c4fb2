"""Claims as Parquet: only our columns are read, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from loaders.claims.batches import FIRST_ROW, Batch
from loaders.claims.layout import match_columns
from schema.claims import DATE_COLUMNS, MONEY_COLUMNS, NUMBER_COLUMNS
from schema.errors import ClaimsError, Place

MAGIC = b"PAR1"
_ROWS = 65_536


def read_parquet(path: Path) -> Iterator[Batch]:
    """The rows of a Parquet file; columns are of any type that can be read as what they hold.

    Raises ClaimsError for a broken file, or a column of ours with a type that says nothing (a list, say).
    """
    row = FIRST_ROW
    try:
        # Without buffering a row group's columns would stand whole in memory.
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            schema = file.schema_arrow
            found = match_columns(schema.names, path.name)
            for name, position in found.items():
                _check_type(name, schema.field(position).type, path.name)
        texts = [schema.names[found[name]] for name in found if name not in ("claim_id", *MONEY_COLUMNS)]
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False, read_dictionary=texts) as file:
            for read in file.iter_batches(_ROWS, columns=[schema.names[n] for n in found.values()], use_threads=False):
                # By name, since Arrow gives them in the file's order.
                columns = {name: read.column(schema.names[position]) for name, position in found.items()}
                yield Batch(read.num_rows, columns, row)
                row += read.num_rows
    except (pa.ArrowException, OSError, KeyError):
        why = "the Parquet file is broken or cut off"
        raise ClaimsError("file of claims is refused", why, "write it again", Place(path.name)) from None


def _check_type(name: str, kind: pa.DataType, file: str) -> None:
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    is_day = types.is_date(kind) or types.is_timestamp(kind)
    if types.is_null(kind) or is_text or (is_number and not types.is_float16(kind)):
        return
    if name in DATE_COLUMNS and is_day:
        return
    what = "dates" if name in DATE_COLUMNS else "numbers" if name in (*MONEY_COLUMNS, *NUMBER_COLUMNS) else "text"
    why = f"column {name} holds neither {what} nor what can be read so"
    raise ClaimsError("file of claims is refused", why, "write the column as text", Place(file))
