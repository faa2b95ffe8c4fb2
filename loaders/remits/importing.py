"""One file of remittances or acknowledgments read, checked and written to parts that nobody counts yet."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from loaders.intake_folder import STEM_LENGTH, IntakeFolder
from loaders.intake_marker import Marker
from loaders.intake_months import MonthWriter
from loaders.remits.acknowledgment import read_277ca
from loaders.remits.content import REMITTANCE, normalise_bytes
from loaders.remits.layout import LINE_FOLDER, REJECTION_FOLDER, REJECTIONS, shape_of
from loaders.remits.line_numbers import keep_line_number
from loaders.remits.x12_835_balance import Fault, find_fault
from loaders.remits.x12_835_rows import make_rows
from loaders.remits.x12_835_tables import Tables, check_transactions, read_tables, refuse
from schema.claims import hide_claim_id
from schema.errors import Place, RemitsError
from schema.remits import REJECTION_DATE_COLUMNS

_ROWS_AT_ONCE = 16_384


def import_remittances(intake: IntakeFolder, path: Path, data: bytes, digest: str, kind: str, site_key: str) -> Marker:
    """Write the rows of a file as parts; the marker that is given back makes them count.

    Raises RemitsError when the file is refused, OSError when the disk does not take them; then no part is left.
    """
    folder = LINE_FOLDER if kind == REMITTANCE else REJECTION_FOLDER
    months = MonthWriter(intake.folder, digest[:STEM_LENGTH], shape_of(folder))
    counts: Counter[str] = Counter()
    try:
        if kind == REMITTANCE:
            _write_lines(months, normalise_bytes(data), site_key, counts)
        else:
            _write_rejections(months, path, data, site_key, counts)
        parts = months.close()
    except BaseException:
        months.give_up()
        intake.drop(digest)
        raise
    claims = counts.pop("claims")
    facts = {"kind": kind, "claims": claims, "notes": {name: count for name, count in sorted(counts.items()) if count}}
    return Marker(path.name, digest, sum(part.rows for part in parts), parts, facts)


def _write_lines(months: MonthWriter, data: bytes, site_key: str, counts: Counter[str]) -> None:
    fault: Fault | None = None
    transactions = 0
    for tables in read_tables(data):
        # A file that is cut has sums that are off too: what is wrong with its envelope is told at its end.
        fault = fault or _find_fault(tables)
        transactions += tables["payments"].num_rows
        if fault is None:
            rows, notes = make_rows(tables, site_key)
            counts.update(notes)
            if rows.num_rows:
                months.add(rows)
    if fault:
        raise refuse(*fault)
    if not transactions:
        raise refuse("it holds no remittance")


def _find_fault(tables: Tables) -> Fault | None:
    return check_transactions(tables["payments"]) or find_fault(tables)


def _write_rejections(months: MonthWriter, path: Path, data: bytes, site_key: str, counts: Counter[str]) -> None:
    rows = read_277ca(path)
    seen: set[str] = set()
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        seen.update(row["claim_id"] for row in some if row["claim_id"])
        counts["rejections without a claim number"] += sum(not row["claim_id"] for row in some)
        kept = [_convert(row, site_key) for row in some]
        months.add(pa.RecordBatch.from_pylist(kept, schema=REJECTIONS))
    if path.read_bytes() != data:
        why = "it changed while it was read"
        raise RemitsError("the 277CA file is refused", why, "import it when it is finished", Place(path.name))
    counts["claims"] = len(seen)


def _convert(row: dict[str, str | None], site_key: str) -> dict[str, Any]:
    values: dict[str, Any] = dict(row)
    for name in REJECTION_DATE_COLUMNS:
        text = row.get(name)
        values[name] = date.fromisoformat(text) if text else None
    if claim_id := row.get("claim_id"):
        values["claim_id"] = hide_claim_id(claim_id, site_key)
    values["line_number"] = keep_line_number(row.get("line_number") or "", site_key) or None
    return values
