"""`addenda import claims`: exit codes, what it prints, 837 beside CSV, and that nothing of a patient stays."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from flows.settings import Settings
from loaders.claims.dataset import ClaimsDataset
from tests.claims_files import LINE, find_in_files, make_lines, read_kept, write_csv, write_parquet
from tests.command_line import Answer, CommandLine
from tests.x12_files import Claim, Line, write_837

SECRETS = ("Zsazsa Ignatowski", "MBR-55512", "1931-07-19", "SSN 078-05-1120", "12 Cherry Lane", "free text of a doctor")
PATIENT = {
    "patient_name": SECRETS[0],
    "member_id": SECRETS[1],
    "birth_date": SECRETS[2],
    "social security number": SECRETS[3],
    "address": SECRETS[4],
    "note": SECRETS[5],
}
REFUSED = [
    {"claim_id": "", "payer": "PAYER-X1"},
    {"claim_start_date": SECRETS[0]},
    {"paid_amount": SECRETS[3]},
    {"charge_amount": "$7777777"},
    {"discharge_date": SECRETS[2] + "x"},
]


def is_held(home: Path) -> ClaimsDataset:
    return ClaimsDataset(home / "claims")


def import_claims(home: Path, *arguments: object) -> Answer:
    return CommandLine(home)("import", "claims", *arguments)


def test_files_and_folders_are_taken_in_and_told(tmp_path: Path) -> None:
    home, files = tmp_path / "home", tmp_path / "files"
    one = write_csv(tmp_path / "one.csv", make_lines({}, {}))
    write_csv(files / "deep" / "two.csv", make_lines({"payer": "other"}))
    write_csv(files / ".hidden.csv", make_lines({"payer": "hidden"}))
    (files / "_SUCCESS").touch()
    write_parquet(files / "three.parquet", {"claim_id": ["A"], "claim_start_date": ["2025-01-01"]})
    answer = import_claims(home, one, files, "--format", "json")
    assert answer.code == 0, answer.err
    assert [(file["file"], file["rows"], file["known"]) for file in answer.json["files"]] == [
        ("one.csv", 2, False),
        ("two.csv", 1, False),
        ("three.parquet", 1, False),
    ]
    again = import_claims(home, files, "--format", "csv")
    assert again.code == 0
    assert [(row["file"], row["known"]) for row in csv.DictReader(io.StringIO(again.out))] == [
        ("two.csv", "yes"),
        ("three.parquet", "yes"),
    ]
    assert is_held(home).summary().rows == 4


def test_refused_rows_are_findings_the_first_time_and_counted_by_reason(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", make_lines({}, *REFUSED))
    answer = import_claims(tmp_path / "home", path, "--format", "json")
    assert answer.code == 1
    [file] = answer.json["files"]
    assert file["rows"] == 1
    assert file["refused"] == {
        "charge_amount: not an amount": 1,
        "claim_id: no claim id": 1,
        "claim_start_date: not a date": 1,
        "discharge_date: not a date": 1,
        "paid_amount: not an amount": 1,
    }
    assert len(Path(file["quarantine"]).read_text().splitlines()) == 6
    assert "lines.csv" in import_claims(tmp_path / "home", path).out
    assert import_claims(tmp_path / "home", path).code == 0


def test_refused_file_ends_the_import_and_those_before_it_stay(tmp_path: Path) -> None:
    good = write_csv(tmp_path / "good.csv", make_lines({}))
    bad = tmp_path / "bad.csv"
    bad.write_text("name\nJohn\n")
    answer = import_claims(tmp_path / "home", good, bad, write_csv(tmp_path / "later.csv", make_lines({}, {})))
    assert answer.code == 2
    assert answer.err.startswith("addenda: claims: ")
    assert answer.err.count("\n") == 1
    assert "bad.csv" in answer.err
    assert "good.csv" in answer.out
    assert is_held(tmp_path / "home").summary().rows == 1


@pytest.mark.parametrize("name", ["no.csv", "empty"])
def test_path_without_claims_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = import_claims(tmp_path / "home", tmp_path / name)
    assert answer.code == 2
    assert name in answer.err


def test_nothing_of_a_patient_is_kept_or_printed(tmp_path: Path) -> None:
    changes = [{**PATIENT, **change} for change in [{}, *REFUSED]]
    path = write_csv(tmp_path / "lines.csv", make_lines(*changes))
    with path.open("a") as file:
        file.write(f"{SECRETS[0]},{SECRETS[1]}\n")
    broken = tmp_path / "broken.csv"
    broken.write_text(f'claim_id,{SECRETS[0]},claim_start_date\nA,"{SECRETS[5]}\nB,"{SECRETS[1]},2025-01-01\n')
    wrong = write_csv(tmp_path / "wrong.csv", [{**PATIENT, "claim_id": SECRETS[0]}])
    columns = {name: [value] for name, value in {**PATIENT, "claim_id": "P"}.items()}
    parquet = write_parquet(tmp_path / "lines.parquet", {**columns, "claim_start_date": ["2025-01-01"]})
    home = tmp_path / "home"
    answers = [
        *(import_claims(home, path, "--format", form) for form in ("table", "json", "csv")),
        import_claims(home, parquet),
        import_claims(home, broken),
        import_claims(home, wrong),
        CommandLine(home)("--debug", "import", "claims", broken),
    ]
    assert [answer.code for answer in answers] == [1, 0, 0, 0, 2, 2, 2]
    words = [*SECRETS, *PATIENT, "PAYER-X1", "7777777"]
    assert find_in_files(home, words) == []
    said = "".join(answer.out + answer.err for answer in answers)
    assert [word for word in words if word.lower() in said.lower().replace("no claim id", "")] == []
    assert len(read_kept(is_held(home))) == 2


def test_file_name_cannot_hide_anything_in_what_is_printed_or_listed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "=cmd|\x1b[2J\n.csv", make_lines({}, {"paid_amount": "x"}))
    answer = import_claims(tmp_path / "home", path)
    assert answer.code == 1
    assert "\x1b" not in answer.out + answer.err
    [found] = (tmp_path / "home").rglob("quarantine/*.csv")
    [row] = csv.DictReader(io.StringIO(found.read_text()))
    assert row["file"] == "'=cmd|?[2J?.csv"


def test_site_key_hides_claim_ids(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", make_lines({"claim_id": "CLAIM-4711"}))
    command = CommandLine(tmp_path / "home", more={"ADDENDA_CLAIM_ID_KEY": "key of the site"})
    assert command("import", "claims", path).code == 0
    assert find_in_files(tmp_path / "home", ["CLAIM-4711", "key of the site"]) == []
    assert "key of the site" not in repr(Settings(claim_id_key="key of the site"))


def test_837_is_taken_in_by_the_same_rules_and_refused_whole_when_it_is_cut_off(tmp_path: Path) -> None:
    lines = (Line("j0120", ("jz",), "180.50", "20260203"), Line("99214", (), "12", "20260231"))
    claim = Claim(number="ACCT-77", facility="22:B:1", diagnoses=("ABK:E1165",), lines=lines, payer="First Payer")
    path, home = tmp_path / "claims.837", tmp_path / "home"
    path.write_bytes(write_837([claim]))
    answer = import_claims(home, path, "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    assert answer.json["files"][0]["refused"] == {"claim_line_start_date: not a date": 1}
    [row] = read_kept(is_held(home))
    assert {name: row[name] for name in ("hcpcs_code", "hcpcs_modifier_1", "charge_amount", "date_of_service")} == {
        "hcpcs_code": "J0120",
        "hcpcs_modifier_1": "JZ",
        "charge_amount": Decimal("180.50"),
        "date_of_service": date(2026, 2, 3),
    }
    assert find_in_files(home, ["SAMPLE STREET", "MBR0001", "19500101", "SUBSCRIBER"]) == []
    path.write_bytes(path.read_bytes()[:-60])
    assert import_claims(home, path).code == 2
    assert len(read_kept(is_held(home))) == 1


@pytest.mark.parametrize("engine", ["duckdb", "spark", " sc://localhost:15002 "])
def test_engine_may_be_named(engine: str) -> None:
    assert Settings(engine=engine).engine == engine.strip()


@pytest.mark.parametrize("engine", ["sqlite", "sc://", "sc://host", "sc://host:x", "http://host:1", "sc://a b:1"])
def test_engine_that_is_none_is_refused(engine: str, tmp_path: Path) -> None:
    answer = CommandLine(tmp_path, more={"ADDENDA_ENGINE": engine})("import", "claims", "x")
    assert answer.code == 2
    assert answer.err.startswith("addenda: settings: setting engine")


def test_json_is_one_document_even_when_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("x\n")
    answer = import_claims(tmp_path / "home", tmp_path / "bad.csv", "--format", "json")
    assert json.loads(answer.out) == {"files": []}
    assert LINE["claim_id"] not in answer.out
