"""Files of claims as CSV: names of columns, cells, blank lines and quotes, and files that are refused whole."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from loaders.claims import csv_file
from loaders.claims.dataset import ClaimsDataset
from schema.errors import ClaimsError
from tests.claims_files import list_faults, make_lines, read_kept, write_csv


def refuse(path: Path) -> ClaimsError:
    """The error of a file that is refused whole; nothing of it may be held."""
    dataset = ClaimsDataset(path.parent / "claims")
    with pytest.raises(ClaimsError) as refusal:
        dataset.import_file(path)
    assert dataset.summary().files == 0
    assert dataset.parts() == ()
    assert not list((path.parent / "claims").rglob("*.parquet"))
    return refusal.value


def test_rows_with_another_number_of_cells_are_refused_alone_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    for turn in range(30):
        monkeypatch.setattr(csv_file, "BLOCK_BYTES", chance.choice([200, 400, 5000]))
        folder = tmp_path / str(turn)
        folder.mkdir()
        good, expected = [], []
        with (folder / "lines.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator=chance.choice(["\n", "\r\n"]))
            writer.writerow(["claim_id", "note", "claim_start_date", "paid_amount"])
            for row in range(2, 80):
                match chance.choice(["good", "good", "blank", "short", "long", "bad", "lines"]):
                    case "blank" if turn % 2:
                        file.write("\r\n")
                    case "short":
                        writer.writerow(["x", "y"])
                        expected.append((row, "", "another number of cells than the header"))
                    case "long":
                        writer.writerow([f"{row}", "n", "2025-01-01", "1", ""])
                        expected.append((row, "", "another number of cells than the header"))
                    case "bad":
                        writer.writerow([f"{row}", "n", "2025-01-01", "one"])
                        expected.append((row, "paid_amount", "not an amount"))
                    case what:
                        note = 'a "note",\nof lines\n\n' if what == "lines" else "note"
                        writer.writerow([f"{row}", note, "2025-01-01", "1"])
                        good.append(str(row))
        dataset = ClaimsDataset(folder / "claims")
        found = dataset.import_file(folder / "lines.csv")
        assert sorted(list_faults(found)) == expected
        assert sorted(row["claim_id"] for row in read_kept(dataset)) == sorted(good)


def test_last_row_may_lack_its_line_end_and_a_file_may_have_no_rows(tmp_path: Path) -> None:
    dataset = ClaimsDataset(tmp_path / "claims")
    for number, (text, rows) in enumerate(
        [("claim_id,claim_start_date\nA,20250101", 1), ("claim_id,claim_start_date", 0),
         ("claim_start_date,claim_id\r\n", 0), ("claim_id,claim_start_date\rA,20250101\rB,20250101\r", 2)]
    ):  # fmt: skip
        path = tmp_path / f"{number}.csv"
        path.write_text(text, newline="")
        assert dataset.import_file(path).rows == rows


@pytest.mark.parametrize(
    "header",
    ["\ufeffclaim_id,claim_start_date", '\ufeff"Claim_ID", CLAIM_START_DATE ', "CLAIM_ID\u00a0,claim_start_date"],
)
def test_names_of_columns_are_compared_without_case_blanks_and_byte_order_mark(header: str, tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(f"{header}\nA,2025-01-01\n", encoding="utf-8")
    dataset = ClaimsDataset(tmp_path / "claims")
    dataset.import_file(tmp_path / "lines.csv")
    assert [row["claim_id"] for row in read_kept(dataset)] == ["A"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"claim_start_date\n2025-01-01\n", "no column claim_id"),
        (b"claim_id,claim_end_date\nA,2025-01-01\n", "neither claim_line_start_date nor claim_start_date"),
        (b"claim_id,claim_start_date,Claim_ID \nA,2025-01-01,B\n", "column claim_id stands twice"),
        (b"SMITH JOHN;1970-01-01\n", "no column claim_id"),
        (b"\n\nclaim_id,claim_start_date\nA,2025-01-01\n", "no column claim_id"),
        (b"claim_id,claim_start_date,payer\nA,2025-01-01,M\xfcller\n", "not UTF-8"),
        (b'claim_id,claim_start_date,note\nA,2025-01-01,"SMITH\nB,2025-01-01,\n', "quote"),
        (b'claim_id,claim_start_date,note\nA,2025-01-01,"SMITH\nB,2025-01-01,"JOHN\nC,2025-01-01,\n', "quote"),
        (b'claim_id,"claim_start_date\nA,2025-01-01\n', "quote"),
        (b"PAR1 and nothing of Parquet", "broken or cut off"),
        (b"PK\x03\x04 SMITH", "no column claim_id"),
    ],
)
def test_file_that_is_none_of_claims_is_refused_whole_without_its_values(
    content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / "lines.csv").write_bytes(content)
    error = refuse(tmp_path / "lines.csv")
    assert words in error.line
    assert "lines.csv" in error.line
    assert "SMITH" not in error.line


def test_row_larger_than_a_block_is_refused_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1000)
    write_csv(tmp_path / "lines.csv", make_lines({}, {"note": "SMITH " * 1000}))
    assert "SMITH" not in refuse(tmp_path / "lines.csv").line
