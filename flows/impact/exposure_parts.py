"""What the Parquet files of the claims tell of themselves, so that nothing is asked that cannot be there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, LINE_KEY, ClaimsPart
from schema.errors import ImpactError, Place


def choose_parts(
    parts: Sequence[ClaimsPart], date_columns: Sequence[str], first: date, last: date
) -> tuple[ClaimsPart, ...]:
    """The parts with a row whose key date, by any of these columns, may lie in the window."""
    return tuple(part for part in parts if any(_overlaps(part, column, first, last) for column in date_columns))


def _overlaps(part: ClaimsPart, column: str, first: date, last: date) -> bool:
    dates = {
        DATE_OF_SERVICE: (part.first_service_date, part.last_service_date),
        DIAGNOSIS_DATE: (part.first_diagnosis_date, part.last_diagnosis_date),
    }
    begin, end = dates[column]
    return begin <= last and end >= first


def find_filled_columns(parts: Sequence[ClaimsPart]) -> frozenset[str]:
    """The columns that hold anything but null in any of the files, by their statistics.

    Raises ImpactError when a file cannot be read, or when two have the same line keys: lines of one would
    then be taken for lines of the other.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    filled: set[str] = set()
    keys: list[tuple[int, int, str]] = []
    for part in parts:
        try:
            metadata = pq.read_metadata(part.path)
        except (OSError, pa.ArrowException) as error:
            remedy = "import the file of claims again"
            raise ImpactError(
                "a part of the claims cannot be read", type(error).__name__, remedy, Place(part.path)
            ) from error
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group)
            for number in range(metadata.num_columns):
                column = rows.column(number)
                name, statistics = column.path_in_schema, column.statistics
                if name == LINE_KEY and statistics is not None and statistics.has_min_max:
                    keys.append((statistics.min, statistics.max, part.path))
                is_empty = (
                    statistics is not None and statistics.has_null_count and statistics.null_count == rows.num_rows
                )
                if not is_empty:
                    filled.add(name)
    for (_, end, path), (begin, _, other) in pairwise(sorted(keys)):
        if begin <= end:
            why = (
                "lines of it have the same keys as lines of another part"
                if path != other
                else "keys of its lines repeat"
            )
            raise ImpactError(
                "a part of the claims cannot be used", why, "import that file of claims again", Place(other)
            )
    return frozenset(filled)
