"""How the claims that are kept lie in Parquet: the columns, their types, and everything chosen by measurement."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from schema.claims import (
    DATE_COLUMNS,
    DATE_OF_SERVICE,
    DIAGNOSIS_DATE,
    LINE_KEY,
    MONEY_COLUMNS,
    MONEY_DIGITS,
    MONEY_SCALE,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
)
from schema.errors import ClaimsError, Place

READ_COLUMNS = (*TEXT_COLUMNS, *DATE_COLUMNS, *MONEY_COLUMNS, *NUMBER_COLUMNS)
"""All that is ever read of a file of claims."""

MONEY = pa.decimal128(MONEY_DIGITS, MONEY_SCALE)

# What a Parquet file of the dataset is like: docs/impact-layout.md tells what was tried and measured.
ROWS_PER_GROUP = 131_072
SORT = (DATE_OF_SERVICE, "claim_id")
"""The order of the rows within a row group: lines of a claim side by side make the file 8 % smaller."""
# Almost every value is another one: a dictionary of them makes the file larger and every answer slower.
_WITHOUT_DICTIONARY = ("claim_id", *MONEY_COLUMNS, LINE_KEY)
PARQUET_OPTIONS = {
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": [
        name for name in (*READ_COLUMNS, DIAGNOSIS_DATE, DATE_OF_SERVICE) if name not in _WITHOUT_DICTIONARY
    ],
    # Numbers that go up by one: nothing to store, and read with every column that is asked.
    "column_encoding": {LINE_KEY: "DELTA_BINARY_PACKED"},
    "write_statistics": True,
    "version": "2.6",
    # Without it the file says plain strings to Arrow too. Sail refuses a schema of dictionaries.
    "store_schema": False,
}
# A line key is a number of the part and, in its last bits, one of the row. The part's are the first bits of a
# digest of its name: among 10,000 parts two are alike in one of 10,000 datasets, and impact then refuses them.
ROW_BITS = 24
ROWS_PER_PART = 1 << ROW_BITS
# Rows that wait for their row group, all months together: memory against the size of row groups.
WAITING_BYTES = 96 << 20
# Files open for writing at once; more months than this get more than one part.
OPEN_MONTHS = 64


def kept_type(column: str) -> pa.DataType:
    """The Arrow type of a column of the dataset."""
    if column in DATE_COLUMNS or column in (DATE_OF_SERVICE, DIAGNOSIS_DATE):
        return pa.date32()
    if column in MONEY_COLUMNS:
        return MONEY
    if column == LINE_KEY:
        return pa.int64()
    return pa.int32() if column in NUMBER_COLUMNS else pa.string()


KEPT = pa.schema([(column, kept_type(column)) for column in (*READ_COLUMNS, DATE_OF_SERVICE, DIAGNOSIS_DATE, LINE_KEY)])
"""The dataset: every part has all of these columns, in this order."""


def match_columns(names: Sequence[str], file: str) -> dict[str, int]:
    """The position of each of our columns among the names of a file; other columns are left out.

    Names are compared without case, blanks at the ends and a byte order mark. Raises ClaimsError when one
    of ours stands twice, or there is no claim id or no date of service. No other name is ever shown.
    """
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        ours = name.strip().removeprefix("\ufeff").strip().casefold()
        if ours not in READ_COLUMNS:
            continue
        if ours in found:
            remedy = "leave one of the two out"
            raise ClaimsError("file of claims is refused", f"column {ours} stands twice", remedy, Place(file))
        found[ours] = position
    remedy = "name the columns as in Tuva's medical_claim, separated by commas"
    if "claim_id" not in found:
        raise ClaimsError("file of claims is refused", "it has no column claim_id", remedy, Place(file))
    if not {"claim_start_date", "claim_line_start_date"} & found.keys():
        why = "it has neither claim_line_start_date nor claim_start_date"
        raise ClaimsError("file of claims is refused", why, remedy, Place(file))
    return found
