"""`addenda uses`: what it prints, how it ends, and that it needs no database."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine
from tests.use_places import write_text, write_workbook

CONFIG = """
[[uses]]
name = "charge master"
kind = "charge_master"
owner = "revenue integrity"
path = "cdm.csv"
[uses.columns]
hcpcs = ["HCPCS"]

[[uses]]
name = "payer rules"
kind = "payer_rule"
path = "rules.xlsx"
[uses.columns]
icd10cm = ["Dx"]
hcpcs = ["HCPCS"]
[uses.entries]
icd10cm = "expression"
hcpcs = "expression"
"""
RULES: list[list[Any]] = [
    ["Dx", "HCPCS"],
    ["E08-E13, E11.6-", "A4226-J5; nix"],
    ["=A1", "J1*\nJ0120"],
    ["=A1&B1", None],
]


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """The settings file of an organisation with a clean charge master and rules that nobody owns."""
    write_text(tmp_path / "cdm.csv", "Line,HCPCS", "1,J1234", "2,99213")
    write_workbook(tmp_path / "rules.xlsx", Rules=RULES)
    (tmp_path / "addenda.toml").write_text(CONFIG)
    return tmp_path / "addenda.toml"


@pytest.fixture
def addenda(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def test_json_has_the_agreed_keys_and_all_that_is_unreadable(addenda: CommandLine, organisation: Path) -> None:
    answer = addenda("--config", organisation, "uses", "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    assert list(answer.json) == ["uses"]
    first, second = answer.json["uses"]
    assert first == {
        "name": "charge master",
        "kind": "charge_master",
        "owner": "revenue integrity",
        "entries": 2,
        "unreadable": [],
    }
    assert (second["owner"], second["entries"]) == (None, 5)
    assert [(entry["location"], entry["value"]) for entry in second["unreadable"]] == [
        ("sheet Rules, row 2", "nix"),
        ("sheet Rules, row 3", "=A1"),
        ("sheet Rules, row 4", "=A1&B1"),
    ]
    assert all(set(entry) == {"location", "value", "reason"} for entry in second["unreadable"])


def test_table_tells_forms_unreadable_entries_and_what_has_no_owner(addenda: CommandLine, organisation: Path) -> None:
    answer = addenda("--config", organisation, "uses")
    lines = [line.split() for line in answer.out.splitlines()]
    assert lines[1] == ["charge", "master", "charge_master", "revenue", "integrity", "2", "2", "0", "0", "0", "0"]
    assert lines[2] == ["payer", "rules", "payer_rule", "no", "owner", "5", "1", "1", "1", "2", "3"]
    assert "unreadable: 3" in answer.out
    assert "no owner: payer rules" in answer.out


def test_csv_has_a_row_for_each_unreadable_entry_and_no_formula(addenda: CommandLine, organisation: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(addenda("--config", organisation, "uses", "--format", "csv").out)))
    assert [(row["name"], row["location"], row["value"]) for row in rows] == [
        ("charge master", "", ""),
        ("payer rules", "sheet Rules, row 2", "nix"),
        ("payer rules", "sheet Rules, row 3", "'=A1"),
        ("payer rules", "sheet Rules, row 4", "'=A1&B1"),
    ]


def test_a_long_list_is_cut_in_the_table_alone(addenda: CommandLine, organisation: Path) -> None:
    write_text(organisation.parent / "cdm.csv", "HCPCS", *(f"\x1b[31m{'x' * 300}{n}" for n in range(50)))
    table = addenda("--config", organisation, "uses").out
    assert "and 33 more" in table
    assert "\x1b" not in table
    assert max(map(len, table.splitlines())) < 260
    uses = addenda("--config", organisation, "uses", "--format", "json").json["uses"]
    assert [len(use["unreadable"]) for use in uses] == [50, 3]
    assert uses[0]["unreadable"][49]["value"] == f"\x1b[31m{'x' * 300}49"


def test_an_inventory_without_findings_ends_with_0(addenda: CommandLine, organisation: Path) -> None:
    organisation.write_text(CONFIG.partition('[[uses]]\nname = "payer')[0])
    assert addenda("--config", organisation, "uses").code == 0


@pytest.mark.parametrize(("output", "told"), [("json", '{"uses":[]}\n'), ("table", "no uses: addenda.toml has no")])
def test_no_uses_are_no_fault(addenda: CommandLine, tmp_path: Path, output: str, told: str) -> None:
    (tmp_path / "addenda.toml").write_text("")
    answer = addenda("--config", tmp_path / "addenda.toml", "uses", "--format", output)
    assert (answer.code, answer.out[: len(told)]) == (0, told)


def test_a_place_that_is_gone_is_refused_in_one_line_with_the_name_of_the_use(
    addenda: CommandLine, organisation: Path
) -> None:
    (organisation.parent / "cdm.csv").unlink()
    answer = addenda("--config", organisation, "uses")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("addenda: use: use 'charge master': ")
    assert len(answer.err.splitlines()) == 1


def test_no_database_is_opened(addenda: CommandLine, organisation: Path) -> None:
    elsewhere = CommandLine(addenda.home, "postgresql://nobody@127.0.0.1:9/none")
    assert elsewhere("--config", organisation, "uses").code == 1
    assert not addenda.home.exists()
