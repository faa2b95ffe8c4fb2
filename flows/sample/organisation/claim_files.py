"""The claims of the invented organisation in the three forms that are imported: Parquet, CSV and 837P."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from flows.sample.organisation.claims import Line

# In the order of https://thetuvaproject.com/connectors/input-layer, with the department behind.
COLUMNS = (
    "claim_id",
    "claim_line_number",
    "claim_type",
    "payer",
    "claim_start_date",
    "claim_end_date",
    "claim_line_start_date",
    "discharge_date",
    "place_of_service_code",
    "bill_type_code",
    "revenue_center_code",
    "hcpcs_code",
    "hcpcs_modifier_1",
    "charge_amount",
    "allowed_amount",
    "paid_amount",
    "diagnosis_code_type",
    *(f"diagnosis_code_{n}" for n in range(1, 5)),
    "procedure_code_type",
    "procedure_code_1",
    "department",
)

# Rows that an import refuses, each alone and for another reason.
REFUSED: Sequence[Line] = (
    {"claim_id": "", "claim_start_date": "2024-02-01", "charge_amount": "10.00"},
    {"claim_id": "JV24-NODAY", "charge_amount": "10.00", "diagnosis_code_1": "E668"},
    {"claim_id": "JV24-MONEY", "claim_start_date": "2024-02-01", "charge_amount": "12,5O", "diagnosis_code_1": "E668"},
)


def write_csv(lines: Iterable[Line]) -> bytes:
    """The lines as CSV with a byte order mark, as a spreadsheet saves it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def write_parquet(lines: Iterable[Line]) -> bytes:
    """The lines as Parquet with dates, exact amounts and numbers."""
    import pyarrow
    from pyarrow import parquet

    types = {
        name: pyarrow.decimal128(18, 2)
        if name.endswith("_amount")
        else pyarrow.date32()
        if name.endswith("_date")
        else pyarrow.int32()
        if name == "claim_line_number"
        else pyarrow.string()
        for name in COLUMNS
    }
    rows = [{name: _convert(name, line.get(name, "")) for name in COLUMNS} for line in lines]
    written = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows, pyarrow.schema(types.items())), written)
    return written.getvalue()


def _convert(name: str, text: str) -> str | int | date | Decimal | None:
    if not text:
        return None
    if name.endswith("_amount"):
        return Decimal(text)
    if name.endswith("_date"):
        return date.fromisoformat(text)
    return int(text) if name == "claim_line_number" else text
