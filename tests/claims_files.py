"""Files of claims as the tests write them, and what the dataset holds afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from loaders.claims.dataset import ClaimsDataset
from schema.claims import LINE_KEY, ClaimsImport

LINE: dict[str, str] = {
    "claim_id": "C1",
    "claim_line_number": "1",
    "claim_type": "professional",
    "payer": "Blue Payer",
    "place_of_service_code": "11",
    "hcpcs_code": "99213",
    "hcpcs_modifier_1": "25",
    "diagnosis_code_type": "icd-10-cm",
    "diagnosis_code_1": "E11.65",
    "claim_start_date": "2025-03-04",
    "claim_line_start_date": "2025-03-05",
    "charge_amount": "120.50",
    "paid_amount": "80.25",
}


def make_lines(*changes: Mapping[str, str]) -> list[dict[str, str]]:
    """One claim line for each, whole but for what is said."""
    return [{**LINE, **change} for change in changes]


def write_csv(path: Path, lines: Sequence[Mapping[str, str]], end: str = "\r\n") -> Path:
    """Lines as CSV; the columns are all that occur."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator=end, restval="")
    writer.writeheader()
    writer.writerows(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode())
    return path


def write_parquet(path: Path, columns: Mapping[str, Any], **options: Any) -> Path:
    """Columns as Parquet; a list becomes what Arrow makes of it."""
    pq.write_table(pa.table(dict(columns)), path, **options)
    return path


def import_lines(folder: Path, *changes: Mapping[str, str], site_key: str = "") -> tuple[ClaimsImport, ClaimsDataset]:
    """Lines written as CSV and taken in, in a folder of their own."""
    dataset = ClaimsDataset(folder / "claims")
    return dataset.import_file(write_csv(folder / "lines.csv", make_lines(*changes)), site_key), dataset


def read_kept(dataset: ClaimsDataset) -> list[dict[str, Any]]:
    """All rows that count, those of each part in its order, nothing but what is filled, without the line keys."""
    rows = [row for part in dataset.parts() for row in pq.ParquetFile(part.path).read().to_pylist()]
    return [{name: value for name, value in row.items() if value is not None and name != LINE_KEY} for row in rows]


def list_faults(found: ClaimsImport) -> list[tuple[int, str, str]]:
    """Row, column and reason of each row in the quarantine."""
    if found.quarantine is None:
        return []
    with Path(found.quarantine).open(encoding="utf-8", newline="") as file:
        return [(int(line["row"]), line["column"], line["reason"]) for line in csv.DictReader(file)]


def find_in_files(folder: Path, words: Sequence[str]) -> list[tuple[str, str]]:
    """Which of the words stand, in any letter case, in the bytes or the name of any file below a folder."""
    return [
        (path.name, word)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for content in [path.read_bytes().lower() + path.name.lower().encode() + _unpack(path)]
        for word in words
        if word.lower().encode() in content
    ]


def _unpack(path: Path) -> bytes:
    """What stands in a Parquet file, which is compressed."""
    if path.suffix != ".parquet":
        return b""
    with pq.ParquetFile(path) as file:
        return (repr(file.schema_arrow) + repr(file.read().to_pydict())).lower().encode()
