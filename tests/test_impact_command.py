"""`addenda impact`, and what updates and reports say of it, through the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

from flows.sample.writer import write_sample
from tests.command_line import ROOT, Answer, CommandLine

PAIR = ("icd10cm", "FY2024", "FY2025")
EFFECTIVE = date(2024, 10, 1)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The releases of the sample."""
    home = tmp_path_factory.mktemp("held")
    command = CommandLine(home)
    for release in write_sample(home / "releases"):
        if release.system == "icd10cm":
            command.load(release.system, release.label, release.path)
    return command.url


@pytest.fixture
def command(database: str, tmp_path: Path) -> CommandLine:
    """A home without uses and claims on that database."""
    return CommandLine(tmp_path / "home", database_url=database)


def find_deleted(command: CommandLine) -> str:
    changes = command("diff", *PAIR, "--format", "json").json["changes"]
    return str(next(change["code"] for change in changes if change["kind"] == "deleted"))


def write_config(folder: Path, codes: str, more: str = "") -> Path:
    """A settings file with one use that holds these codes, one a line."""
    (folder / "codes.csv").write_text(f"code\n{codes}\n")
    config = folder / "addenda.toml"
    use = (
        '[[uses]]\nname = "=HYPERLINK(1)"\nkind = "order_set"\npath = "codes.csv"\n[uses.columns]\nicd10cm = ["code"]\n'
    )
    config.write_text(use + more)
    return config


def write_claims(folder: Path, code: str, *days: date) -> Path:
    """A line of 10 dollars and 10 cents for each day."""
    path = folder / "claims.csv"
    rows = "".join(f"c{n},{day},icd-10-cm,{code},10.10,7,5.05\n" for n, day in enumerate(days))
    head = "claim_id,claim_start_date,diagnosis_code_type,diagnosis_code_1,charge_amount,allowed_amount,paid_amount\n"
    path.write_text(head + rows)
    return path


def ask(command: CommandLine, *more: object, config: Path | None = None) -> Answer:
    return command(*(("--config", config) if config else ()), "impact", *PAIR, *more)


def test_without_uses_and_claims_the_answer_is_empty(command: CommandLine) -> None:
    answer = ask(command, "--format", "json")
    assert (answer.code, answer.json["items"]) == (0, [])
    assert answer.json["window"] == {"from": "2023-10-02", "to": "2024-09-30"}
    assert re.search(r"deleted codes still in use +0\n", ask(command).out)


def test_deleted_code_in_use_is_a_finding(command: CommandLine, tmp_path: Path) -> None:
    code = find_deleted(command)
    config = write_config(tmp_path, f"{code}\nA00.1")
    answer = ask(command, "--format", "json", config=config)
    assert answer.code == 1
    assert answer.json["deleted_in_use"] == [code]
    assert re.search(r"deleted codes still in use +1\n", ask(command, config=config).out)
    assert ask(command, config=write_config(tmp_path, "A00.1")).code == 0


def test_answer_is_of_the_documented_shape_and_written_for_verify(command: CommandLine, tmp_path: Path) -> None:
    config = write_config(tmp_path, find_deleted(command))
    answer = ask(command, "--format", "json", "--out", tmp_path / "out", config=config)
    jsonschema.validate(answer.json, json.loads((ROOT / "docs" / "impact.schema.json").read_text()))
    assert json.loads((tmp_path / "out" / "impact.json").read_text()) == answer.json


def test_files_go_below_the_home_folder(command: CommandLine, tmp_path: Path) -> None:
    ask(command)
    written = [path.relative_to(command.home) for path in command.home.rglob("impact.json")]
    assert written == [Path("impact") / "icd10cm@2024-10-01.1_from_2023-10-01.1" / "impact.json"]


def test_uses_are_read_afresh_each_time(command: CommandLine, tmp_path: Path) -> None:
    code = find_deleted(command)
    config = write_config(tmp_path, code)
    assert ask(command, config=config).code == 1
    (tmp_path / "codes.csv").write_text("code\nA001\n")
    assert ask(command, config=config).code == 0


def test_both_ends_of_the_window_count(command: CommandLine, tmp_path: Path) -> None:
    code = find_deleted(command)
    days = [EFFECTIVE - timedelta(days=before) for before in (366, 365, 1, 0)]
    assert command("import", "claims", write_claims(tmp_path, code, *days)).code == 0

    def measure(*more: object) -> tuple[int, float]:
        items = ask(command, "--format", "json", *more).json["items"]
        exposure = items[0]["exposure"] if items else {"lines": 0, "billed": 0}
        return exposure["lines"], exposure["billed"]

    assert measure() == (2, 20.2)
    assert measure("--claims-from", days[0], "--claims-to", days[3]) == (4, 40.4)
    assert measure("--claims-from", days[0]) == (3, 30.3)
    assert measure("--claims-to", days[1]) == (1, 10.1)
    assert measure("--claims-from", "2020-01-01", "--claims-to", "2020-12-31") == (0, 0)


@pytest.mark.parametrize(
    "options",
    [("--claims-from", "2024-13-01"), ("--claims-to", "soon"), ("--claims-from", "2024-10-02")],
)
def test_window_that_is_none_is_refused(command: CommandLine, options: tuple[str, str]) -> None:
    answer = ask(command, *options)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)


def test_rows_of_csv_are_disarmed(command: CommandLine, tmp_path: Path) -> None:
    answer = ask(command, "--format", "csv", config=write_config(tmp_path, find_deleted(command)))
    rows = list(csv.DictReader(io.StringIO(answer.out, newline="")))
    assert [row["use"] for row in rows] == ["'=HYPERLINK(1)"]


def test_use_that_cannot_be_read_is_refused(command: CommandLine, tmp_path: Path) -> None:
    config = write_config(tmp_path, "A001")
    (tmp_path / "codes.csv").unlink()
    answer = ask(command, config=config)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "codes.csv" in answer.err


def test_key_of_the_settings_that_nobody_knows_is_refused(command: CommandLine, tmp_path: Path) -> None:
    answer = ask(command, config=write_config(tmp_path, "A001", "[impact]\nlarge_dolars = 1\n"))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "large_dolars" in answer.err


def test_report_says_where_the_changes_hurt(command: CommandLine, tmp_path: Path) -> None:
    config = write_config(tmp_path, find_deleted(command))
    with_impact, without = tmp_path / "with", tmp_path / "without"
    assert command("--config", config, "report", *PAIR, "--out", with_impact).code in (0, 1)
    assert command("report", *PAIR, "--out", without).code in (0, 1)
    texts = [(folder / "report.html").read_text() for folder in (with_impact, without)]
    assert ["HYPERLINK(1)" in text for text in texts] == [True, False]


def test_update_goes_on_when_a_use_cannot_be_read(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    write_sample(tmp_path / "releases")
    config = write_config(tmp_path, "A001")
    folder = tmp_path / "releases" / "icd10cm"
    answer = command("--config", config, "update", "icd10cm", "--from", folder, "--out", tmp_path / "first")
    assert "impact: " in answer.out
    assert "left out" not in answer.out
    (tmp_path / "codes.csv").unlink()
    answer = command("--config", config, "update", "icd10cm", "--from", folder, "--out", tmp_path / "second")
    assert answer.code == 1
    assert "impact left out" in answer.out
    assert (tmp_path / "second" / "report.html").is_file()
