"""Claims taken in: what is kept of a line, which lines are refused and why, and that twice is once."""

from __future__ import annotations

import random
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.claims.dataset import ClaimsDataset
from schema.claims import TEXT_COLUMNS, hide_claim_id, is_inpatient
from tests.claims_files import LINE, find_in_files, import_lines, list_faults, make_lines, read_kept, write_csv


def test_line_is_kept_with_its_types_and_both_key_dates(tmp_path: Path) -> None:
    found, dataset = import_lines(tmp_path, {})
    assert (found.rows, found.refused, found.is_known, found.quarantine) == (1, {}, False, None)
    [row] = read_kept(dataset)
    assert row == {
        **LINE,
        "claim_line_number": 1,
        "diagnosis_code_1": "E1165",
        "claim_start_date": date(2025, 3, 4),
        "claim_line_start_date": date(2025, 3, 5),
        "charge_amount": Decimal("120.50"),
        "paid_amount": Decimal("80.25"),
        "date_of_service": date(2025, 3, 5),
        "diagnosis_date": date(2025, 3, 5),
    }
    [part] = dataset.parts()
    assert Path(part.path).parent.name == "month=2025-03"
    assert Path(part.path).is_absolute()


@pytest.mark.parametrize(
    ("column", "written", "kept"),
    [
        ("hcpcs_code", " j0120 ", "J0120"),
        ("hcpcs_code", "\u00a0a4.226\u00a0", "A4226"),
        ("hcpcs_code", "99213.0", "99213"),
        ("hcpcs_code", "00100", "00100"),
        ("hcpcs_modifier_1", "lt", "LT"),
        ("hcpcs_modifier_1", "59.0", "59"),
        ("diagnosis_code_1", "e11.65", "E1165"),
        ("diagnosis_code_1", "250.0", "2500"),
        ("procedure_code_1", "0xh.k0zz", "0XHK0ZZ"),
        ("revenue_center_code", "0450", "0450"),
        ("place_of_service_code", "11.0", "11"),
        ("bill_type_code", " 0111 ", "0111"),
        ("diagnosis_code_type", "ICD-10-CM", "icd-10-cm"),
        ("payer", " Health & Co. ", "Health & Co."),
        ("claim_id", " 00123.0 ", "00123.0"),
        ("department", "Intensive\nCare", "Intensive\nCare"),
    ],
)
def test_text_is_kept_as_it_is_compared(column: str, written: str, kept: str, tmp_path: Path) -> None:
    _, dataset = import_lines(tmp_path, {column: written})
    assert [row[column] for row in read_kept(dataset)] == [kept]


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", '""'.strip('"')])
def test_blank_cell_is_kept_as_nothing(blank: str, tmp_path: Path) -> None:
    blanks = dict.fromkeys(("hcpcs_code", "payer", "charge_amount", "claim_start_date", "diagnosis_code_1"), blank)
    found, dataset = import_lines(tmp_path, blanks)
    assert found.refused == {}
    [row] = read_kept(dataset)
    assert not blanks.keys() & row.keys()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"claim_id": " "}, ("claim_id", "no claim id")),
        ({"claim_start_date": "", "claim_line_start_date": ""}, ("", "no date of service")),
        ({"claim_start_date": "03/04/2025"}, ("claim_start_date", "not a date")),
        ({"claim_line_start_date": "2025-02-30"}, ("claim_line_start_date", "not a date")),
        ({"claim_line_start_date": "2025-3-4"}, ("claim_line_start_date", "not a date")),
        ({"claim_line_start_date": "2025-W10-2"}, ("claim_line_start_date", "not a date")),
        ({"claim_line_start_date": "2025-03-04T25:00"}, ("claim_line_start_date", "not a date")),
        ({"claim_line_start_date": "45720"}, ("claim_line_start_date", "not a date")),
        ({"discharge_date": "soon"}, ("discharge_date", "not a date")),
        ({"charge_amount": "1,234.50"}, ("charge_amount", "not an amount")),
        ({"paid_amount": "$5"}, ("paid_amount", "not an amount")),
        ({"allowed_amount": "1e3"}, ("allowed_amount", "not an amount")),
        ({"allowed_amount": "NaN"}, ("allowed_amount", "not an amount")),
        ({"allowed_amount": "."}, ("allowed_amount", "not an amount")),
        ({"paid_amount": "0.00001"}, ("paid_amount", "more than 4 decimals")),
        ({"paid_amount": "100000000000000"}, ("paid_amount", "amount too large")),
    ],
)
def test_row_that_cannot_be_read_is_refused_alone(
    change: dict[str, str], fault: tuple[str, str], tmp_path: Path
) -> None:
    found, dataset = import_lines(tmp_path, {"claim_id": "A"}, change, {"claim_id": "B"})
    assert list_faults(found) == [(3, *fault)]
    assert sum(found.refused.values()) == 1
    assert found.rows == 2
    assert sorted(row["claim_id"] for row in read_kept(dataset)) == ["A", "B"]


@pytest.mark.parametrize(
    "written",
    ["2025-03-05", "20250305", "2025-03-05T00:00:00", "2025-03-05 23:59:59.999", "2025-03-05T10:00Z",
     "2025-03-05 01:02:03+05:30", " 2025-03-05 "],
)  # fmt: skip
def test_date_may_be_written_in_these_ways(written: str, tmp_path: Path) -> None:
    found, dataset = import_lines(tmp_path, {"claim_line_start_date": written})
    assert found.refused == {}
    assert [row["date_of_service"] for row in read_kept(dataset)] == [date(2025, 3, 5)]


@given(
    st.lists(
        st.decimals(
            min_value=-(10**13), max_value=10**13, places=4, allow_nan=False, allow_infinity=False
        ),
        min_size=1,
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_amounts_come_out_as_they_went_in(amounts: list[Decimal], chance: random.Random) -> None:
    import pyarrow as pa

    from loaders.claims.values import read_amounts

    def write(amount: Decimal) -> str:
        text = format(amount, "f")
        if chance.random() < 0.5:
            text = text.rstrip("0") if chance.random() < 0.5 else f"{text}000"
        if chance.random() < 0.3 and not text.startswith("-"):
            text = f"+00{text}"
        return f" {text} "

    kept, reasons = read_amounts(pa.array([write(amount) for amount in amounts]))
    assert kept.to_pylist() == amounts
    assert not any(where.true_count for _, where in reasons)


@pytest.mark.parametrize(
    ("bill_type", "dates", "expected"),
    [
        ("111", {"discharge_date": "2025-03-20", "claim_end_date": "2025-03-19"}, date(2025, 3, 20)),
        ("0117", {"discharge_date": "", "claim_end_date": "2025-03-19"}, date(2025, 3, 19)),
        ("11X", {"discharge_date": "", "claim_end_date": ""}, date(2025, 3, 5)),
        ("121", {"discharge_date": "2025-03-20", "claim_end_date": "2025-03-19"}, date(2025, 3, 5)),
        ("", {"discharge_date": "2025-03-20", "claim_end_date": "2025-03-19"}, date(2025, 3, 5)),
        ("00111", {"discharge_date": "2025-03-20", "claim_end_date": ""}, date(2025, 3, 5)),
    ],
)
def test_diagnoses_of_inpatients_go_by_discharge(
    bill_type: str, dates: dict[str, str], expected: date, tmp_path: Path
) -> None:
    _, dataset = import_lines(tmp_path, {"bill_type_code": bill_type, **dates})
    [row] = read_kept(dataset)
    assert row["diagnosis_date"] == expected
    assert row["date_of_service"] == date(2025, 3, 5)
    assert is_inpatient(bill_type) == (expected != date(2025, 3, 5) or bill_type == "11X")


def test_date_of_service_is_that_of_the_line_else_of_the_claim(tmp_path: Path) -> None:
    _, dataset = import_lines(tmp_path, {"claim_line_start_date": ""}, {})
    assert sorted(row["date_of_service"] for row in read_kept(dataset)) == [date(2025, 3, 4), date(2025, 3, 5)]


def test_claim_id_is_hidden_with_a_site_key(tmp_path: Path) -> None:
    found, dataset = import_lines(tmp_path, {"claim_id": "CLAIM-77"}, {"claim_id": " CLAIM-77 "}, site_key="secret")
    assert {row["claim_id"] for row in read_kept(dataset)} == {hide_claim_id("CLAIM-77", "secret")}
    assert find_in_files(dataset.folder, ["CLAIM-77"]) == []
    assert found.rows == 2


def test_same_bytes_count_once_under_any_name(tmp_path: Path) -> None:
    first, dataset = import_lines(tmp_path, {}, {"paid_amount": "x"})
    held = read_kept(dataset)
    shutil.copy(tmp_path / "lines.csv", tmp_path / "renamed.txt")
    again = dataset.import_file(tmp_path / "renamed.txt")
    assert (again.is_known, again.rows, again.refused, again.parts) == (True, 1, first.refused, first.parts)
    assert read_kept(dataset) == held
    assert dataset.summary().files == 1


def test_other_bytes_with_the_same_rows_are_another_file(tmp_path: Path) -> None:
    dataset = ClaimsDataset(tmp_path / "claims")
    for end in ("\n", "\r\n"):
        dataset.import_file(write_csv(tmp_path / "lines.csv", make_lines({}), end))
    assert (dataset.summary().files, dataset.summary().rows) == (2, 2)


def test_every_text_column_and_month_is_kept(tmp_path: Path) -> None:
    line = {name: f"v{n}" for n, name in enumerate(TEXT_COLUMNS)}
    changes = [{**line, "claim_line_start_date": f"{year}-{month:02}-01"} for year in (2024, 2025) for month in (1, 12)]
    found, dataset = import_lines(tmp_path, *changes)
    assert [Path(part.path).parent.name[6:] for part in found.parts] == ["2024-01", "2024-12", "2025-01", "2025-12"]
    for row in read_kept(dataset):
        assert {name: row[name].lower() for name in TEXT_COLUMNS} == line
    summary = dataset.summary()
    assert (summary.first_date, summary.last_date) == (date(2024, 1, 1), date(2025, 12, 1))
