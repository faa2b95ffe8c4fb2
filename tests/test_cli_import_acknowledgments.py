"""`addenda import remits` takes acknowledgments (277CA) in beside remittances, and tells nothing of a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from tests.acknowledgment_files import AcknowledgedClaim, AcknowledgedLine, write_277ca
from tests.command_line import Answer, CommandLine
from tests.remit_files import RemitClaim, RemitLine, Remittance, write_835
from tests.x12_files import Claim, Line, write_837

PATIENT = ("NM1*QC*1*PLANTED*PATIENT****MI*PLANTED77",)
REJECTED = AcknowledgedClaim("VISIT-1", ("A7:255",), (AcknowledgedLine("J0120"),), patient=PATIENT)
SOUND = write_277ca([REJECTED, AcknowledgedClaim("VISIT-2", patient=PATIENT)])
CUT = SOUND[:-30]


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def read_kept(command: CommandLine, pattern: str) -> list[dict[str, Any]]:
    paths = sorted(command.home.glob(pattern))
    return [row for path in paths for row in parquet.ParquetFile(path).read().to_pylist()]


def is_silent(answer: Answer) -> bool:
    return not [word for word in ("PLANTED", "VISIT-", "J0120") if word in answer.out + answer.err]


def test_folder_of_remittances_and_acknowledgments_is_told_apart_by_content(command: CommandLine, inbox: Path) -> None:
    (inbox / "one.txt").write_bytes(SOUND)
    (inbox / "two.txt").write_text(write_835(Remittance([RemitClaim("VISIT-2", [RemitLine("J0120", "100")])])))
    answer = command("import", "remits", inbox, "--format", "json")
    assert answer.code == 0, answer.err
    first, second = answer.json["files"]
    assert (first["kind"], first["claims"], first["rows"], first["known"]) == ("277CA", 1, 2, False)
    assert (second["kind"], second["claims"], second["rows"]) == ("835", 1, 1)
    assert [row["claim_id"] for row in read_kept(command, "remits/rejections/**/*.parquet")] == ["VISIT-1"] * 2
    assert [row["claim_id"] for row in read_kept(command, "remits/lines/**/*.parquet")] == ["VISIT-2"]
    assert is_silent(answer)


def test_same_acknowledgment_again_is_known(command: CommandLine, inbox: Path) -> None:
    for name in ("a.277", "b.277"):
        (inbox / name).write_bytes(SOUND)
    answer = command("import", "remits", inbox, "--format", "json")
    assert [found["known"] for found in answer.json["files"]] == [False, True]
    assert len(read_kept(command, "remits/rejections/**/*.parquet")) == 2


def test_cut_acknowledgment_is_refused_in_one_line(command: CommandLine, inbox: Path) -> None:
    path = inbox / "cut.277"
    path.write_bytes(CUT)
    answer = command("import", "remits", path)
    assert answer.code == 2
    assert answer.err.startswith("addenda: remits: ")
    assert answer.err.count("\n") == 1
    assert "cut.277" in answer.err
    assert is_silent(answer)
    assert read_kept(command, "remits/**/*.parquet") == []


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_sound_files_beside_a_refused_one_are_taken_in(command: CommandLine, inbox: Path, output: str) -> None:
    (inbox / "a.277").write_bytes(CUT)
    (inbox / "b.277").write_bytes(SOUND)
    answer = command("import", "remits", inbox, "--format", output)
    assert answer.code == 1
    assert "a.277" in answer.err
    assert is_silent(answer)
    assert len(read_kept(command, "remits/rejections/**/*.parquet")) == 2


def test_status_answer_is_no_acknowledgment(command: CommandLine, inbox: Path) -> None:
    path = inbox / "answer.277"
    path.write_bytes(SOUND.replace(b"005010X214", b"005010X212"))
    answer = command("import", "remits", path)
    assert answer.code == 2
    assert "no claim acknowledgment" in answer.err


def test_hidden_claim_ids_still_lead_to_their_claims(tmp_path: Path, inbox: Path) -> None:
    command = CommandLine(tmp_path / "home", more={"ADDENDA_CLAIM_ID_KEY": "a key of the site"})
    (inbox / "a.277").write_bytes(SOUND)
    claims = inbox / "a.837"
    claims.write_bytes(write_837([Claim("VISIT-1", lines=(Line("J0120"),)), Claim("VISIT-9")]))
    assert command("import", "claims", claims).code == 0
    assert command("import", "remits", inbox / "a.277").code == 0
    billed = {
        row["claim_id"] for row in read_kept(command, "claims/months/**/*.parquet") if row["hcpcs_code"] == "J0120"
    }
    rejected = {row["claim_id"] for row in read_kept(command, "remits/rejections/**/*.parquet")}
    assert rejected == billed
    assert [path for path in command.home.rglob("*") if path.is_file() and b"VISIT-" in path.read_bytes()] == []


def test_nothing_of_a_patient_is_left_in_the_home(command: CommandLine, inbox: Path) -> None:
    (inbox / "a.277").write_bytes(CUT)
    (inbox / "b.277").write_bytes(SOUND)
    command("import", "remits", inbox)
    kept = [path for path in command.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in kept)
    assert [path for path in kept if b"PLANTED" in path.read_bytes()] == []
