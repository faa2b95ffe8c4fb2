"""Remittance lines, rejections and claims of the watch as parts in Parquet, without the loaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from loaders.remits.layout import LINES, REJECTIONS
from schema.remits import RemitPart
from schema.validity import CodeValidity, Validity

Row = dict[str, Any]

DAY = date(2025, 10, 1)
"""The effective date in the tests."""


def adjust(group: str, carc: str, amount: int | str, level: str = "line") -> Row:
    return {"group": group, "carc": carc, "amount": Decimal(amount), "level": level}


def make_remit(**values: Any) -> Row:
    """A paid line of one claim, answered three weeks after the effective date; `values` say what differs."""
    return {
        "claim_id": "C1",
        "payer": "Medicare",
        "claim_status": "1",
        "line_number": "1",
        "code": "J0001",
        "received_date": date(2025, 10, 22),
        "service_date": DAY,
        "charge_amount": Decimal(100),
        "paid_amount": Decimal(60),
        "sequence": 1,
        "adjustments": [adjust("CO", "45", 40)],
        "remarks": [],
        **values,
    }


def make_denied(carc: str, amount: int | str = 100, group: str = "CO", **values: Any) -> Row:
    """A line of which nothing was paid for this reason."""
    return make_remit(**{"paid_amount": Decimal(0), "adjustments": [adjust(group, carc, amount)], **values})


def make_rejection(**values: Any) -> Row:
    """A rejected claim: its HCPCS code is not valid."""
    return {
        "claim_id": "C1",
        "payer": "Clearing",
        "category_code": "A7",
        "status_code": "507",
        "received_date": date(2025, 10, 5),
        **values,
    }


def write_remits(path: Path, rows: Sequence[Row], schema: pa.Schema = LINES) -> RemitPart:
    """Rows as one part; columns that a row does not name are null."""
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns, schema=schema), path, store_schema=False)
    days = [row["received_date"] for row in rows]
    return RemitPart(str(path), len(rows), min(days), max(days))


def write_rejections(path: Path, rows: Sequence[Row]) -> RemitPart:
    return write_remits(path, rows, REJECTIONS)


def make_validity(*entries: tuple[str, str, str, date | None, date | None], **known: Sequence[str]) -> Validity:
    """The validity of (system, code, kind, first day, last day), and by system the codes that did not change."""
    codes = {
        (system, code): CodeValidity(system, code, kind, first, last, f"{system}@{DAY}.1", "d1", "d2")
        for system, code, kind, first, last in entries
    }
    return Validity(codes, {system: frozenset(names) for system, names in known.items()})
