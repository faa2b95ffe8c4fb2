"""`addenda demo` ends with the watch: each problem planted in the answers of the payers is found, and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.sample.organisation.answers import DENIED, REVERSED, Answer, AnsweredLine, Receipt, draw_answers
from flows.sample.organisation.claims import build_claims
from flows.sample.organisation.later_claims import build_later_claims
from flows.sample.organisation.problems import EFFECTIVE, PROBLEMS, Problem
from schema.watch import Fault
from tests.command_line import Answer as Printed
from tests.command_line import CommandLine

DAYS = {system: effective + timedelta(days=60) for system, effective in EFFECTIVE.items()}
CPT_OR_CDT = re.compile(r"HC:(?:\d{4}[0-9FTUM]|D\d{4})\b")


class DemoRun:
    """One run of the demo, and the commands with its home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.call = CommandLine(folder)
        self.answer = self.call("demo", folder)

    def report(self, day: date) -> Printed:
        config = self.folder / "organisation" / "addenda.toml"
        return self.call("--config", config, "watch", "report", "--as-of", day, "--format", "json")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    run = DemoRun(tmp_path_factory.mktemp("run") / "demo")
    assert run.answer.code == 0, run.answer.err
    return run


@pytest.fixture(scope="module")
def alarms(demo: DemoRun) -> dict[str, list[dict[str, Any]]]:
    answers = {system: demo.report(day) for system, day in DAYS.items()}
    assert [answer.code for answer in answers.values()] == [1, 1]
    return {
        system: [item for item in answer.json["items"] if item["status"] == "alarm"]
        for system, answer in answers.items()
    }


@pytest.fixture(scope="module")
def drawn() -> tuple[list[Answer], list[Receipt]]:
    return draw_answers([*build_claims(), *build_later_claims()])


def list_denied(problem: Problem, answers: list[Answer], day: date) -> Iterator[list[AnsweredLine]]:
    """The lines that the problem stands on, of each claim whose last answer by the day denies them."""
    latest: dict[str, Answer] = {}
    for answer in answers:
        if answer.payer == problem.payer and answer.received_date <= day and answer.status != REVERSED:
            latest[answer.claim_id] = answer
    for answer in latest.values():
        lines = [line for line in answer.lines if problem.code in (line.code, line.submitted_code)]
        if problem.system == "icd10cm" and answer.status == DENIED:
            lines = list(answer.lines)
        hit = [line for line in lines if problem.reason in [one.carc for one in line.adjustments]]
        if hit and hit[0].service_date >= problem.effective_date:
            yield hit


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: f"{problem.code} {problem.category}")
def test_planted_problem_stands_in_alarm_with_the_figures_that_counting_gives(
    problem: Problem, alarms: dict[str, list[dict[str, Any]]], drawn: tuple[list[Answer], list[Receipt]]
) -> None:
    (item,) = [i for i in alarms[problem.system] if (i["code"], i["payer"]) == (problem.code, problem.payer)]
    assert (item["category"], item["fault"]) == (problem.category, problem.fault)
    assert item["is_watched"] is problem.is_watched
    day = DAYS[problem.system]
    answers, receipts = drawn
    rejected = {
        receipt.claim_id
        for receipt in receipts
        if (receipt.status, receipt.payer) == (problem.reason, problem.payer) and receipt.received_date <= day
    }
    denied = list(list_denied(problem, answers, day))
    assert (item["denied_claims"], item["rejected_claims"]) == (len(denied), len(rejected))
    assert item["denied_claims"] + item["rejected_claims"] >= 5
    amounts = [one.amount for lines in denied for line in lines for one in line.adjustments if one.carc != "45"]
    shares = [one.amount for lines in denied for line in lines for one in line.adjustments if one.group == "PR"]
    assert Decimal(str(item["denied_amount"])) == sum(amounts, Decimal(0)) - sum(shares, Decimal(0))


def test_nothing_that_was_not_planted_stands_in_alarm(alarms: dict[str, list[dict[str, Any]]]) -> None:
    planted = {(problem.system, problem.code, problem.category.value, problem.payer) for problem in PROBLEMS}
    found = {(i["system"], i["code"], i["category"], i["payer"]) for items in alarms.values() for i in items}
    assert {place for place in found if place[3] is not None} == planted
    assert {place[:3] for place in found} == {place[:3] for place in planted}


def test_claims_that_came_back_corrected_are_recovered(alarms: dict[str, list[dict[str, Any]]]) -> None:
    recovered = {i["code"] for items in alarms.values() for i in items if i["recovered_amount"] > 0}
    assert recovered == {problem.code for problem in PROBLEMS if problem.successor}


def test_work_list_says_correct_what_is_ours_and_appeal_what_is_the_payers(demo: DemoRun) -> None:
    wanted = {(p.system, p.code, p.payer): p for p in PROBLEMS if p.fault is not Fault.UNKNOWN}
    seen = set()
    for day in DAYS.values():
        path = demo.folder / "watch" / day.isoformat() / "work.csv"
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                problem = wanted.get((row["system"], row["code"], row["payer"]))
                if problem is not None and problem.category == row["category"]:
                    assert row["fault"] == problem.fault
                    assert row["action"] == ("appeal" if problem.fault is Fault.PAYER else "correct"), row
                    assert row["release"].startswith(f"{problem.system}@"), row
                    seen.add((row["system"], row["code"], row["payer"]))
    assert seen == wanted.keys()


def test_demo_names_each_problem_and_the_files_of_the_watch(demo: DemoRun) -> None:
    lines = demo.answer.out.splitlines()
    told = " ".join(line for line in lines if line.startswith("  in alarm: "))
    for problem in PROBLEMS:
        assert f"{problem.category.value.replace('_', ' ')} at {problem.payer}" in told
    paths = [Path(line.split()[-1]) for line in lines if "watch" in line and line.startswith("  ")]
    assert [path.name for path in paths] == ["dashboard.html", "work.csv"] * len(DAYS)
    assert all(path.is_file() for path in paths)


def test_places_for_people_in_the_answers_hold_nobody_and_no_cpt_code_is_in_them(demo: DemoRun) -> None:
    files = sorted((demo.folder / "organisation" / "remits").iterdir())
    assert {path.suffix for path in files} == {".835", ".277"}
    patients = {line for path in files for line in path.read_text().splitlines() if line.startswith("NM1*QC")}
    assert patients == {"NM1*QC*1*NOBODY*NOBODY****MI*NOBODY~"}
    assert [path.name for path in files if CPT_OR_CDT.search(path.read_text())] == []


def test_answers_hold_what_every_import_has_to_net_and_ordinary_denials_before_the_updates(
    drawn: tuple[list[Answer], list[Receipt]],
) -> None:
    answers, receipts = drawn
    reversed_claims = [answer.claim_id for answer in answers if answer.status == REVERSED]
    assert len(reversed_claims) > 20
    assert len(set(reversed_claims)) == len(reversed_claims)
    first = min(EFFECTIVE.values())
    ordinary = [
        line
        for answer in answers
        if answer.received_date < first
        for line in answer.lines
        if not line.paid and line.charge
    ]
    assert len({one.carc for line in ordinary for one in line.adjustments}) > 6
    assert any(not receipt.status for receipt in receipts)
