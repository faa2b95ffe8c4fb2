"""`addenda import claims` takes 837 files in: whole, once, the refused lines named, and nothing of a cut one."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from schema.claims import hide_claim_id
from tests.command_line import CommandLine
from tests.x12_files import Claim, Interchange, Line, write_837, write_interchange

INPATIENT = Claim(
    number="STAY-1",
    facility="11:A:1",
    diagnoses=("ABK:I214:::::::Y", "ABF:E119"),
    procedures=("BBR:02703ZZ:D8:20260111",),
    lines=(Line("", charge="900.1", service_date="", revenue="0120"), Line("C1874", charge="45", revenue="0278")),
    statement="20260110-20260214",
)
VISIT = Claim(number="VISIT-1", lines=(Line("99214", ("25",), "180.5", "20260203"),))


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def read_kept(command: CommandLine) -> list[dict[str, Any]]:
    files = sorted(command.home.glob("claims/months/**/*.parquet"))
    rows = [row for path in files for row in parquet.ParquetFile(path).read().to_pylist()]
    return sorted(rows, key=lambda row: (row["claim_id"], row["claim_line_number"]))


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_inpatient_stay_is_kept_with_the_last_day_of_the_statement_as_its_diagnosis_date(
    command: CommandLine, tmp_path: Path
) -> None:
    answer = command("import", "claims", write(tmp_path, "a.837", write_837([INPATIENT], "institutional")))
    assert answer.code == 0, answer.err
    room, device = read_kept(command)
    assert (room["date_of_service"], device["date_of_service"]) == (date(2026, 1, 10), date(2026, 1, 15))
    assert {row["diagnosis_date"] for row in (room, device)} == {date(2026, 2, 14)}
    assert {row["bill_type_code"] for row in (room, device)} == {"111"}
    assert (room["charge_amount"], room["hcpcs_code"], room["revenue_center_code"]) == (Decimal("900.1"), None, "0120")
    assert (device["hcpcs_code"], device["diagnosis_code_2"], device["procedure_code_1"]) == (
        "C1874",
        "E119",
        "02703ZZ",
    )
    assert {row[name] for row in (room, device) for name in ("allowed_amount", "paid_amount", "discharge_date")} == {
        None
    }


def test_professional_lines_go_by_their_own_day(command: CommandLine, tmp_path: Path) -> None:
    answer = command("import", "claims", write(tmp_path, "a.837", write_837([VISIT])), "--format", "json")
    assert answer.json["files"][0]["rows"] == 1
    (row,) = read_kept(command)
    assert (row["date_of_service"], row["diagnosis_date"]) == (date(2026, 2, 3), date(2026, 2, 3))
    assert (row["hcpcs_code"], row["hcpcs_modifier_1"], row["place_of_service_code"]) == ("99214", "25", "11")


def test_same_837_under_another_name_counts_once(command: CommandLine, tmp_path: Path) -> None:
    data = write_837([VISIT])
    answers = [command("import", "claims", write(tmp_path, name, data), "--format", "json") for name in ("a", "b.837")]
    assert [answer.json["files"][0]["known"] for answer in answers] == [False, True]
    assert len(read_kept(command)) == 1


def test_claim_id_is_hidden_by_the_site_key(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home", more={"ADDENDA_CLAIM_ID_KEY": "key"})
    command("import", "claims", write(tmp_path, "a.837", write_837([VISIT])))
    assert [row["claim_id"] for row in read_kept(command)] == [hide_claim_id("VISIT-1", "key")]


def test_lines_that_cannot_be_read_are_refused_alone_and_counted_from_the_first_line(
    command: CommandLine, tmp_path: Path
) -> None:
    lines = (Line(), Line(service_date="2026"), Line(charge="12,50"), Line(service_date=""), Line("J0120"))
    nameless = Claim(number="")
    answer = command("import", "claims", write(tmp_path, "a.837", write_837([Claim(lines=lines), nameless])))
    assert answer.code == 1
    assert len(read_kept(command)) == 2
    (path,) = command.home.glob("claims/quarantine/*.csv")
    with path.open(encoding="utf-8", newline="") as listed:
        refused = [(row["row"], row["column"]) for row in csv.DictReader(listed)]
    assert refused == [("2", "claim_line_start_date"), ("3", "charge_amount"), ("4", ""), ("6", "claim_id")]


def test_cut_837_leaves_the_claims_as_they_were(command: CommandLine, tmp_path: Path) -> None:
    command("import", "claims", write(tmp_path, "a.837", write_837([VISIT])))
    before = read_kept(command)
    # More lines than one batch holds, so that a reader that gives rows too early would have written some.
    many = write_interchange(Interchange([[[Claim(lines=VISIT.lines * 50)] * 400]]))
    for length in (1, 2, 3, 105, 106, len(many) // 2, len(many) - 1):
        answer = command("import", "claims", write(tmp_path, "cut.837", many[:length]))
        assert (answer.code, answer.out) == (2, ""), length
        assert answer.err.count("\n") == 1
    assert read_kept(command) == before
    assert len(list(command.home.glob("claims/files/*"))) == 1
    assert not list(command.home.glob("claims/quarantine/*"))
