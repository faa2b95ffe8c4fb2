"""`addenda demo` and the commands on what it writes: every fact that was planted in the organisation is found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.sample.organisation import charge_master, lists, order_sets, rules
from flows.sample.organisation.claim_files import REFUSED
from flows.sample.organisation.claims import Line, build_claims
from tests.command_line import Answer, CommandLine

ICD_STEP, HCPCS_STEP = ("icd10cm", "FY2024", "FY2025"), ("hcpcs", "2019Q1", "2020Q1")
WINDOWS = {"icd10cm": ("2023-10-02", "2024-09-30"), "hcpcs": ("2019-01-01", "2019-12-31")}


class DemoRun:
    """One run of the demo, and the commands with its home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.call = CommandLine(folder)
        self.config = folder / "organisation" / "addenda.toml"
        self.answer = self.call("demo", folder)

    def ask(self, *arguments: object) -> Answer:
        return self.call("--config", self.config, *arguments)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    run = DemoRun(tmp_path_factory.mktemp("run") / "demo")
    assert run.answer.code == 0, run.answer.err
    return run


@pytest.fixture(scope="module")
def impacts(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    answers = {
        step[0]: demo.ask("impact", *step, "--out", tmp_path_factory.mktemp("out") / "new", "--format", "json")
        for step in (ICD_STEP, HCPCS_STEP)
    }
    assert {system: answer.code for system, answer in answers.items()} == {"icd10cm": 1, "hcpcs": 1}
    return {system: answer.json for system, answer in answers.items()}


def find_item(document: Any, code: str) -> Any:
    return next(item for item in document["items"] if item["code"] == code)


def test_demo_prints_where_everything_lies(demo: DemoRun) -> None:
    paths = re.findall(rf"{re.escape(str(demo.folder))}/[^\s,]+\.(?:html|xlsx|csv|json|db)", demo.answer.out)
    assert {Path(path).name for path in paths} >= {"report.html", "changes.xlsx", "index.html", "addenda.db"}
    assert [path for path in paths if not Path(path).is_file()] == []
    packets = list((demo.folder / "impact").glob("*/packets/owner-*.xlsx"))
    assert len({path.name for path in packets}) > 4


def test_demo_can_run_again_in_its_folder(demo: DemoRun) -> None:
    again = demo.call("demo", demo.folder)
    assert (again.code, again.out) == (0, demo.answer.out)


def test_nothing_is_applied_right_after_the_demo_and_one_correction_is_seen(demo: DemoRun) -> None:
    answer = demo.ask("impact", "verify", *HCPCS_STEP, "--format", "json")
    assert answer.code == 1
    states = {item["state"] for item in answer.json["items"]}
    assert states == {"not_yet", "nothing_to_do"}
    fees = demo.folder / "organisation" / "fee_schedule.csv"
    before = fees.read_bytes()
    fees.write_bytes(before.replace(b"J9031", b"J9030"))
    try:
        items = demo.ask("impact", "verify", *HCPCS_STEP, "--format", "json").json["items"]
    finally:
        fees.write_bytes(before)
    applied = [(item["code"], item["use"]) for item in items if item["state"] == "applied"]
    assert applied == [("J9031", "fee schedule")]


def test_every_cell_that_is_no_code_is_named_and_so_is_the_list_that_nobody_owns(demo: DemoRun) -> None:
    answer = demo.ask("uses", "--format", "json")
    assert answer.code == 1
    uses = {use["name"]: use for use in answer.json["uses"]}
    found = {name: {entry["value"] for entry in use["unreadable"]} for name, use in uses.items() if use["unreadable"]}
    assert found == {
        "charge master": set(charge_master.UNREADABLE),
        "order sets": set(order_sets.UNREADABLE),
        "problem list": set(lists.UNREADABLE_PROBLEMS),
        "payer rules": set(rules.UNREADABLE_RULES),
        "claim edits": set(rules.UNREADABLE_EDITS),
    }
    assert [name for name, use in uses.items() if use["owner"] is None] == ["authorisation list"]
    cells = [cell for row in charge_master.build_charge_master() for cell in (row[4], row[5], row[6], row[7], row[8])]
    assert uses["charge master"]["entries"] == sum(bool(cell) for cell in cells)


def test_claims_are_all_there_and_refused_rows_are_listed(demo: DemoRun) -> None:
    files = sorted((demo.folder / "organisation" / "claims").iterdir())
    answer = demo.ask("import", "claims", *files, "--format", "json")
    assert answer.code == 0
    assert [found["known"] for found in answer.json["files"]] == [True] * len(files)
    assert sum(found["rows"] for found in answer.json["files"]) == len(build_claims())
    refused = Counter[str]()
    for found in answer.json["files"]:
        refused.update(found["refused"])
    assert sum(refused.values()) == len(REFUSED) == len(refused)


def list_lines(system: str, code: str) -> Iterator[Line]:
    """The lines of the window that hold the code, counted here line by line."""
    first, last = WINDOWS[system]
    for line in build_claims():
        is_stay = line.get("bill_type_code") == "111"
        day = line["claim_line_start_date"] if "claim_line_start_date" in line else line["claim_start_date"]
        if system == "icd10cm":
            day = line["discharge_date"] if is_stay else day
            codes = {line.get(f"diagnosis_code_{n}") for n in range(1, 26)}
        else:
            codes = {line.get("hcpcs_code"), *(line.get(f"hcpcs_modifier_{n}") for n in range(1, 6))}
        if code in codes and first <= day <= last:
            yield line


def measure(lines: Sequence[Line]) -> dict[str, Any]:
    amounts = {
        name: sum((Decimal(line[f"{column}_amount"] or 0) for line in lines), start=Decimal(0))
        for name, column in (("billed", "charge"), ("paid", "paid"))
    }
    return {"lines": len(lines), "claims": len({line["claim_id"] for line in lines}), **amounts}


@pytest.mark.parametrize("system", ["icd10cm", "hcpcs"])
def test_every_exposure_is_what_counting_line_by_line_gives(impacts: dict[str, Any], system: str) -> None:
    document = impacts[system]
    assert (document["window"]["from"], document["window"]["to"]) == WINDOWS[system]
    measured = 0
    for item in document["items"]:
        lines = list(list_lines(system, item["code"]))
        # No amount is known of what came as 837 but the charge.
        expected = measure(lines)
        found = item["exposure"]
        assert (found["lines"], found["claims"]) == (expected["lines"], expected["claims"]), item["code"]
        assert Decimal(str(found["billed"])) == expected["billed"], item["code"]
        partner = [line for line in lines if line.get("place_of_service_code") == "19"]
        assert Decimal(str(found["paid"])) == expected["paid"] - measure(partner)["paid"], item["code"]
        assert {part["payer"]: part["lines"] for part in item["by_payer"]} == Counter(line["payer"] for line in lines)
        measured += bool(lines)
    assert measured > 10


def test_stay_that_ended_in_the_window_counts_and_one_that_ended_after_it_does_not() -> None:
    ids = {line["claim_id"] for line in list_lines("icd10cm", "T8132XA")}
    assert "JV23-STAY1" in ids
    assert "JV24-STAY2" not in ids


def test_line_that_holds_a_code_twice_counts_once_and_is_principal(impacts: dict[str, Any]) -> None:
    item = find_item(impacts["icd10cm"], "H8143")
    lines = list(list_lines("icd10cm", "H8143"))
    assert any(line["claim_id"] == "JV24-TWICE" for line in lines)
    principal = [line for line in lines if line["diagnosis_code_1"] == "H8143"]
    assert item["principal"]["lines"] == len(principal)
    assert item["secondary"]["lines"] == len(lines) - len(principal)


@pytest.mark.parametrize(
    ("system", "code", "use", "match"),
    [
        ("icd10cm", "E668", "order sets", "list"),
        ("icd10cm", "E668", "problem list", "exact"),
        ("icd10cm", "E66811", "payer rules", "wildcard"),
        ("icd10cm", "E10A1", "payer rules", "range"),
        ("icd10cm", "C83390", "quality reports", "range"),
        ("icd10cm", "T81320A", "payer rules", "category"),
        ("icd10cm", "Z860101", "order sets", "category"),
        ("hcpcs", "J9031", "charge master", "exact"),
        ("hcpcs", "GD", "charge master", "exact"),
        ("hcpcs", "GD", "claim edits", "list"),
        ("hcpcs", "C9035", "order sets", "exact"),
        ("hcpcs", "J9030", "payer rules", "wildcard"),
        ("hcpcs", "C9407", "payer rules", "range"),
        ("hcpcs", "J1944", "payer rules", "range"),
        ("hcpcs", "J1942", "authorisation list", "list"),
    ],
)
def test_planted_use_is_found(impacts: dict[str, Any], system: str, code: str, use: str, match: str) -> None:
    hits = find_item(impacts[system], code)["uses"]
    assert match in {hit["match"] for hit in hits if hit["use"] == use}


def test_code_of_the_hidden_sheet_and_codes_in_lower_case_are_found(impacts: dict[str, Any]) -> None:
    hits = find_item(impacts["hcpcs"], "C9035")["uses"]
    assert any(order_sets.HIDDEN_SHEET in hit["location"] and hit["entry"] == "c9035" for hit in hits)
    assert any(hit["use"] == "charge master" and hit["entry"] == "c9035" for hit in hits)


def test_deleted_codes_in_use_are_critical_where_claims_are_made(impacts: dict[str, Any]) -> None:
    document = impacts["hcpcs"]
    assert {"J9031", "J1942", "C9035", "G0515"} <= set(document["deleted_in_use"])
    assert find_item(document, "J9031")["priority"] == "critical"


def test_new_codes_come_with_what_will_move_and_whether_the_charge_master_has_them(impacts: dict[str, Any]) -> None:
    moves = {move["code"]: move for move in impacts["hcpcs"]["moves"]}
    assert moves["A9590"]["is_in_charge_master"] is False
    sources = {source["code"]: source["lines"] for source in moves["A9590"]["sources"]}
    assert sources == {code: len(list(list_lines("hcpcs", code))) for code in sources}
    assert sum(sources.values()) > 100


def test_tasks_are_due_before_the_first_day_of_the_release_or_of_the_code(impacts: dict[str, Any]) -> None:
    starts = {"C9053": date(2020, 4, 1)}  # announced a quarter early
    for document in impacts.values():
        effective_date = date.fromisoformat(document["effective_date"])
        due = {(task["code"], date.fromisoformat(task["due_date"])) for task in document["tasks"]}
        assert due
        assert [(code, day) for code, day in due if day >= starts.get(code, effective_date)] == []
