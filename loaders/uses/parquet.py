"""Parquet: the named columns alone are read, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from loaders.uses.cells import cell_text
from loaders.uses.table import REMEDY, UseTable, explain_missing, find_header
from schema.errors import UseError

_BATCH_ROWS = 65_536
# As a spreadsheet would show it, the names are row 1.
_FIRST_ROW = 2


def read_parquet(path: Path, names: Sequence[str]) -> UseTable:
    """The one table of a Parquet file. Raises UseError when it is broken or has not all the columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    faults = (pa.ArrowException, OSError, ValueError)
    try:
        file = pq.ParquetFile(path)
        fields = list(file.schema_arrow)
    except faults as error:
        raise _broken(error) from error
    given = [field.name for field in fields]
    header = find_header([given], names)
    if header is None:
        raise UseError("the columns were not found", explain_missing([given], names), REMEDY)
    wanted = sorted({n for places in header.positions.values() for n in places})
    for n in wanted:
        if given.count(given[n]) > 1 or pa.types.is_nested(fields[n].type):
            why = "it holds lists or structures" if given.count(given[n]) == 1 else "two columns have this name"
            raise UseError(f"column {given[n]!r} cannot be read", why, "write one text column of that name")

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        number = _FIRST_ROW
        try:
            for batch in file.iter_batches(_BATCH_ROWS, columns=[given[n] for n in wanted], use_threads=False):
                columns = {n: batch.column(given[n]).to_pylist() for n in wanted}
                for row in range(batch.num_rows):
                    cells = [""] * header.width
                    for n in wanted:
                        cells[n] = cell_text(columns[n][row])
                    yield number, cells
                    number += 1
        except faults as error:
            raise _broken(error) from error
        finally:
            file.close()

    return UseTable(header, rows())


def _broken(error: Exception) -> UseError:
    why = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return UseError("it cannot be read as Parquet", why, "write the file again")
