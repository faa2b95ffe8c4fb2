"""Acknowledgments taken in beside remittances: whole, once, dated by their own day, and nothing of a patient."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from loaders.remits.dataset import RemitsDataset
from schema.claims import hide_claim_id
from schema.remits import REJECTION_DATE_COLUMNS, REJECTION_TEXT_COLUMNS
from tests.acknowledgment_files import (
    AcknowledgedClaim,
    AcknowledgedLine,
    Acknowledgment,
    write_277ca,
    write_acknowledgments,
)

LINE = AcknowledgedLine("J0120", ("JZ",), ("A7:507",), "0002", "20251002")
REJECTED = AcknowledgedClaim("VISIT-1", ("A3:247",), (LINE,))
ACCEPTED = AcknowledgedClaim("VISIT-2")
DATA = write_277ca([REJECTED, ACCEPTED], "First Plan", "20251006")


@pytest.fixture
def dataset(tmp_path: Path) -> RemitsDataset:
    return RemitsDataset(tmp_path / "remits")


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read_kept(dataset: RemitsDataset) -> list[dict[str, Any]]:
    return [row for part in dataset.rejection_parts() for row in parquet.ParquetFile(part.path).read().to_pylist()]


def test_rejections_are_kept_with_the_columns_agreed(dataset: RemitsDataset, tmp_path: Path) -> None:
    found = dataset.import_file(write(tmp_path, "a.277", DATA))
    assert (found.kind, found.claims, found.rows, found.refusal) == ("277CA", 1, 2, None)
    claim, line = read_kept(dataset)
    assert claim.keys() == {*REJECTION_TEXT_COLUMNS, *REJECTION_DATE_COLUMNS}
    assert line == {
        "claim_id": "VISIT-1",
        "payer": "First Plan",
        "category_code": "A7",
        "status_code": "507",
        "line_number": "2",
        "code": "J0120",
        "modifiers": "JZ",
        "received_date": date(2025, 10, 6),
        "service_date": date(2025, 10, 2),
    }
    assert (claim["status_code"], claim["code"], claim["line_number"]) == ("247", None, None)
    assert dataset.line_parts() == ()


def test_parts_tell_the_days_of_receipt(dataset: RemitsDataset, tmp_path: Path) -> None:
    both = [Acknowledgment(((REJECTED,),), received_date=day) for day in ("20251006", "20251107")]
    found = dataset.import_file(write(tmp_path, "a.277", write_acknowledgments(both)))
    days = {(part.first_date, part.last_date) for part in found.parts}
    assert days == {(date(2025, 10, 6), date(2025, 10, 6)), (date(2025, 11, 7), date(2025, 11, 7))}
    assert dataset.rejection_parts() == found.parts
    assert (dataset.summary().rejections, dataset.summary().last_date) == (4, date(2025, 11, 7))


def test_same_acknowledgment_under_another_name_counts_once(dataset: RemitsDataset, tmp_path: Path) -> None:
    found = [dataset.import_file(write(tmp_path, name, DATA)) for name in ("a.277", "b.txt")]
    assert [one.is_known for one in found] == [False, True]
    assert len(read_kept(dataset)) == 2


def test_acknowledgment_that_only_accepts_is_known_and_keeps_nothing(dataset: RemitsDataset, tmp_path: Path) -> None:
    path = write(tmp_path, "a.277", write_277ca([ACCEPTED]))
    found = dataset.import_file(path)
    assert (found.claims, found.rows, found.refusal) == (0, 0, None)
    assert dataset.import_file(path).is_known
    assert read_kept(dataset) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (DATA[:-40], "cut off"),
        (DATA.replace(b"QTY*AA*1", b"QTY*AA*2"), "rejected claims, which is 1"),
        (DATA.replace(b"005010X214", b"005010X212"), "no claim acknowledgment"),
        (DATA.replace(b"HL*4*3*PT", b"HL*4*9*PT"), "HL02"),
    ],
    ids=["cut", "miscounts", "status answer", "wrong level"],
)
def test_refused_acknowledgment_leaves_its_name_digest_and_reason(
    dataset: RemitsDataset, tmp_path: Path, data: bytes, words: str
) -> None:
    dataset.import_file(write(tmp_path, "sound.277", DATA))
    kept = read_kept(dataset)
    found = dataset.import_file(write(tmp_path, "wrong.277", data))
    assert found.refusal is not None
    assert words in found.refusal
    assert (found.rows, found.parts) == (0, ())
    assert read_kept(dataset) == kept
    (told,) = (dataset.folder / "refused").glob("*.json")
    assert found.sha256 in told.name
    assert "wrong.277" in told.read_text()


def test_acknowledgment_cut_anywhere_keeps_nothing(dataset: RemitsDataset, tmp_path: Path) -> None:
    for length in range(3, DATA.rindex(b"~"), 31):
        assert dataset.import_file(write(tmp_path, "cut.277", DATA[:length])).refusal
    assert dataset.rejection_parts() == dataset.line_parts() == ()


def test_claim_ids_and_line_numbers_that_may_name_a_claim_are_hidden_with_a_key(
    dataset: RemitsDataset, tmp_path: Path
) -> None:
    claim = AcknowledgedClaim("VISIT-1", lines=(AcknowledgedLine(number="VISIT-1-2"), AcknowledgedLine(number="3")))
    dataset.import_file(write(tmp_path, "a.277", write_277ca([claim])), "a key of the site")
    rows = read_kept(dataset)
    assert {row["claim_id"] for row in rows} == {hide_claim_id("VISIT-1", "a key of the site")}
    assert [row["line_number"] for row in rows] == [hide_claim_id("VISIT-1-2", "a key of the site"), "3"]


def test_claim_without_a_number_is_kept_and_counts_as_no_claim(dataset: RemitsDataset, tmp_path: Path) -> None:
    nameless = AcknowledgedClaim("0", ("A7:254",))
    found = dataset.import_file(write(tmp_path, "a.277", write_277ca([nameless, REJECTED])))
    assert (found.claims, found.rows) == (1, 3)
    assert [row["claim_id"] for row in read_kept(dataset)] == [None, "VISIT-1", "VISIT-1"]


def test_nothing_of_a_patient_is_written(dataset: RemitsDataset, tmp_path: Path) -> None:
    patient = ("NM1*QC*1*PLANTED*PATIENT****MI*PLANTED77", "DMG*D8*19500101")
    claim = AcknowledgedClaim("VISIT-1", ("A7:254",), (LINE,), patient=patient, references=("REF*1K*PLANTED99",))
    data = write_277ca([claim]).replace(b"*U*100~", b"*U*100********PLANTED TEXT~")
    dataset.import_file(write(tmp_path, "a.277", data))
    dataset.import_file(write(tmp_path, "b.277", data[:-30]))
    assert len(read_kept(dataset)) == 2
    assert b"PLANTED" not in repr(read_kept(dataset)).encode()
    for path in dataset.folder.rglob("*"):
        assert path.is_dir() or b"PLANTED" not in path.read_bytes(), path.name
