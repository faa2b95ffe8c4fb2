"""Claims taken in from Parquet: every type that a column may have, and files that are broken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders.claims import parquet_file
from loaders.claims.dataset import ClaimsDataset
from loaders.claims.layout import KEPT
from schema.errors import ClaimsError
from tests.claims_files import import_lines, list_faults, read_kept, write_parquet

ROWS = 3
BASE: dict[str, Any] = {"claim_id": ["A", "B", "C"], "claim_start_date": [date(2025, 1, 1)] * ROWS}


def take_in(folder: Path, columns: dict[str, Any]) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]]]:
    """The kept rows by claim id, and the faults, of a Parquet file with these columns."""
    dataset = ClaimsDataset(folder / "claims")
    found = dataset.import_file(write_parquet(folder / "lines.parquet", {**BASE, **columns}))
    return sorted(read_kept(dataset), key=lambda row: str(row["claim_id"])), list_faults(found)


@pytest.mark.parametrize(
    ("codes", "kept"),
    [
        (["99213", " a0425 ", None], ["99213", "A0425", None]),
        (pa.array(["99213", "a0425", None]).dictionary_encode(), ["99213", "A0425", None]),
        (pa.array(["99213", "a0425", ""], pa.large_string()), ["99213", "A0425", None]),
        (pa.array(["99213", "a0425", None], pa.string_view()), ["99213", "A0425", None]),
        ([99213, 100, None], ["99213", "100", None]),
        ([99213.0, 100.0, None], ["99213", "100", None]),
        (pa.array([Decimal("99213.0"), Decimal("100"), None], pa.decimal128(9, 1)), ["99213", "100", None]),
        (pa.nulls(3), [None, None, None]),
    ],
)
def test_codes_of_any_type_are_read_as_text(codes: Any, kept: list[str | None], tmp_path: Path) -> None:
    rows, faults = take_in(tmp_path, {"hcpcs_code": codes})
    assert [row.get("hcpcs_code") for row in rows] == kept
    assert faults == []


@pytest.mark.parametrize(
    "days",
    [
        pa.array([date(2025, 3, 5)] * ROWS),
        pa.array([date(2025, 3, 5)] * ROWS, pa.date64()),
        pa.array([datetime(2025, 3, 5, 23, 59, 59, 999999)] * ROWS, pa.timestamp("us")),  # noqa: DTZ001
        pa.array([datetime(2025, 3, 5, tzinfo=UTC)] * ROWS, pa.timestamp("ns", "UTC")),
        pa.array([datetime(2025, 3, 6, 3, tzinfo=UTC)] * ROWS, pa.timestamp("ms", "America/New_York")),
        pa.array(["2025-03-05", "20250305", "2025-03-05T00:00:00"]),
        pa.array([20250305] * ROWS, pa.int32()),
        pa.array([20250305.0] * ROWS),
    ],
)
def test_dates_of_any_type_are_read(days: pa.Array, tmp_path: Path) -> None:
    rows, faults = take_in(tmp_path, {"claim_line_start_date": days})
    assert [row["date_of_service"] for row in rows] == [date(2025, 3, 5)] * ROWS
    assert faults == []


def test_date_that_is_out_of_the_calendar_is_refused(tmp_path: Path) -> None:
    days = pa.array([0, 10**8, None], pa.int32()).cast(pa.date32())
    rows, faults = take_in(tmp_path, {"discharge_date": days})
    assert faults == [(3, "discharge_date", "not a date")]
    assert [row.get("discharge_date") for row in rows] == [date(1970, 1, 1), None]


@pytest.mark.parametrize(
    ("amounts", "kept", "faults"),
    [
        ([0.1, 1234567.89, None], ["0.1", "1234567.89", None], []),
        ([0.1 + 0.2, 1e-4, -0.0], ["0.0001", "0"], [(2, "paid_amount", "more than 4 decimals")]),
        ([98765432101234.5, float("inf"), 1e14], ["98765432101234.5"],
         [(3, "paid_amount", "not an amount"), (4, "paid_amount", "amount too large")]),
        (pa.array([12.34, 0.1, 1e7], pa.float32()), ["12.34", "0.1", "10000000"], []),
        ([5, -7, None], ["5", "-7", None], []),
        (pa.array([Decimal("0"), Decimal("12.3400000000"), Decimal("1.00001")], pa.decimal128(38, 10)),
         ["0", "12.34"], [(4, "paid_amount", "more than 4 decimals")]),
        (pa.array([Decimal("1.1"), Decimal(10) ** 14, None], pa.decimal256(60, 2)), ["1.1", None],
         [(3, "paid_amount", "amount too large")]),
        (pa.array([Decimal("100"), None, Decimal("-300")], pa.decimal128(9, 0)), ["100", None, "-300"], []),
        (["1.5", " 2 ", "x"], ["1.5", "2"], [(4, "paid_amount", "not an amount")]),
    ],
)  # fmt: skip
def test_amounts_of_any_type_are_exact(amounts: Any, kept: list[str | None], faults: Any, tmp_path: Path) -> None:
    rows, found = take_in(tmp_path, {"paid_amount": amounts})
    assert [row.get("paid_amount") for row in rows] == [None if text is None else Decimal(text) for text in kept]
    assert found == faults


def test_claim_id_that_is_a_number_is_text(tmp_path: Path) -> None:
    rows, _ = take_in(tmp_path, {"claim_id": [2.0**53, 12.0, None]})
    assert [row["claim_id"] for row in rows] == ["12", "9007199254740992"]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("hcpcs_code", [["SMITH"], [], None]),
        ("payer", [{"name": "SMITH"}] * ROWS),
        ("claim_start_date", [True, False, None]),
        ("paid_amount", [date(2025, 1, 1)] * ROWS),
        ("hcpcs_code", [b"SMITH"] * ROWS),
    ],
)
def test_column_of_a_type_that_says_nothing_refuses_the_file(name: str, column: Any, tmp_path: Path) -> None:
    with pytest.raises(ClaimsError) as refusal:
        take_in(tmp_path, {name: column})
    assert name in refusal.value.line
    assert "SMITH" not in refusal.value.line


def test_columns_of_others_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = pq.ParquetFile.iter_batches

    def look(file: pq.ParquetFile, *arguments: Any, columns: list[str], **options: Any) -> Any:
        asked.extend(columns)
        return original(file, *arguments, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", look)
    rows, _ = take_in(tmp_path, {"patient_name": ["SMITH"] * ROWS, " Payer\u00a0": ["P"] * ROWS})
    assert sorted(asked) == [" Payer\u00a0", "claim_id", "claim_start_date"]
    assert [row["payer"] for row in rows] == ["P"] * ROWS


def test_rows_are_counted_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "_ROWS", 7)
    ids = [None if n % 5 == 0 else str(n) for n in range(50)]
    rows, faults = take_in(tmp_path, {"claim_id": ids, "claim_start_date": ["2025-01-01"] * 50})
    assert [row for row, _, _ in faults] == [n + 2 for n in range(0, 50, 5)]
    assert sorted(int(row["claim_id"]) for row in rows) == [n for n in range(50) if n % 5]


@pytest.mark.parametrize("cut", [4, 200, -8, -1])
def test_file_that_is_cut_off_is_refused(cut: int, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "lines.parquet", BASE)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ClaimsError, match="broken or cut off"):
        ClaimsDataset(tmp_path / "claims").import_file(path)


def test_file_with_a_damaged_page_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "lines.parquet", {**BASE, "payer": ["p" * 500, "q" * 500, "r" * 500]})
    data = bytearray(path.read_bytes())
    data[4:120] = b"\xff" * 116
    path.write_bytes(bytes(data))
    dataset = ClaimsDataset(tmp_path / "claims")
    with pytest.raises(ClaimsError, match="broken or cut off"):
        dataset.import_file(path)
    assert dataset.parts() == ()


def test_parts_are_plain_strings_to_every_reader(tmp_path: Path) -> None:
    _, dataset = import_lines(tmp_path, {})
    [part] = dataset.parts()
    with pq.ParquetFile(part.path) as file:
        assert file.schema_arrow.equals(KEPT)
        assert not file.schema_arrow.metadata
