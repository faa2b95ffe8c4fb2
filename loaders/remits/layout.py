"""How remittances and rejections lie in Parquet: the columns, their types, and everything chosen by measurement."""

from __future__ import annotations

import pyarrow as pa

from loaders.intake_months import Shape
from schema.remits import (
    REJECTION_DATE_COLUMNS,
    REJECTION_TEXT_COLUMNS,
    REMIT_DATE_COLUMNS,
    REMIT_MONEY_COLUMNS,
    REMIT_NUMBER_COLUMNS,
    REMIT_TEXT_COLUMNS,
)

# Decimal(18, 4), as the claims have it: up to 99,999,999,999,999.9999 dollars, exact.
MONEY = pa.decimal128(18, 4)
ADJUSTMENT = pa.struct([("group", pa.string()), ("carc", pa.string()), ("amount", MONEY), ("level", pa.string())])
DATES = ("first_date", "last_date")
"""The names of the smallest and greatest `received_date` of a part."""

LINES = pa.schema(
    [
        *((name, pa.string()) for name in REMIT_TEXT_COLUMNS),
        *((name, pa.date32()) for name in REMIT_DATE_COLUMNS),
        *((name, MONEY) for name in REMIT_MONEY_COLUMNS),
        *((name, pa.int32()) for name in REMIT_NUMBER_COLUMNS),
        ("adjustments", pa.list_(ADJUSTMENT)),
        ("remarks", pa.list_(pa.string())),
    ]
)
REJECTIONS = pa.schema(
    [
        *((name, pa.string()) for name in REJECTION_TEXT_COLUMNS),
        *((name, pa.date32()) for name in REJECTION_DATE_COLUMNS),
    ]
)

_REPEATED = [
    *(name for name in (*REMIT_TEXT_COLUMNS, *REJECTION_TEXT_COLUMNS) if name != "claim_id"),
    *REMIT_DATE_COLUMNS,
    *(f"adjustments.list.element.{name}" for name in ("group", "carc", "level")),
    "remarks.list.element",
]
LINE_FOLDER, REJECTION_FOLDER = "lines", "rejections"


def shape_of(folder: str) -> Shape:
    """How the parts below this folder are written."""
    return Shape(
        folder=folder,
        dates={"received_date": DATES},
        arrange=pa.Table.combine_chunks,
        rows_per_group=131_072,
        rows_per_part=1 << 24,
        # A row of a remittance takes some 300 bytes as it waits, and is reckoned at 116.
        waiting_bytes=64 << 20,
        # The dates of a remittance are few.
        open_months=16,
        # Without its Arrow schema a file says plain strings; Sail refuses a schema of dictionaries.
        options={
            "compression": "zstd",
            "compression_level": 1,
            "version": "2.6",
            "store_schema": False,
            # Claim ids and amounts are hardly ever alike; only dates are asked for by their range.
            "use_dictionary": _REPEATED,
            "write_statistics": [*REMIT_DATE_COLUMNS],
        },
    )
