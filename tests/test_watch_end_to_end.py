"""The watch from files to its report, through the command line: a planted world, and the plan of it as the judge."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schema.remits import Category
from tests.command_line import CommandLine
from tests.watch_plan import Place, count_figures, list_places, report_days
from tests.watch_plan_world import EFFECTS, WATCHED, PlannedWorld, draw_world, load_updates, write_claims, write_mail

WEEKLY = report_days()
# One world is asked each week, the other on two days: a report takes a second or two.
ASKED = {11: WEEKLY, 12: [WEEKLY[5], WEEKLY[-1]]}
Item = dict[str, Any]


@dataclass
class Run:
    """One world, its home, and the report of each week, asked in their order."""

    world: PlannedWorld
    command: CommandLine
    mail: Path
    reports: dict[date, list[Item]]
    work: dict[date, list[dict[str, str]]]

    @property
    def days(self) -> list[date]:
        return list(self.reports)

    def alarms(self, day: date) -> Iterator[Item]:
        return (item for item in self.reports[day] if item["status"] == "alarm")


def run_command(command: CommandLine, *arguments: object) -> None:
    answer = command(*arguments)
    assert answer.code == 0, answer.err


def ask(command: CommandLine, day: date, folder: Path) -> tuple[list[Item], list[dict[str, str]]]:
    answer = command("watch", "report", "--as-of", day, "--format", "json", "--out", folder)
    assert answer.code in (0, 1), answer.err
    found: list[Item] = answer.json["items"]
    with (folder / "work.csv").open(encoding="utf-8", newline="") as file:
        return found, list(csv.DictReader(file))


def place_of(item: Item) -> Place:
    return item["system"], item["code"], item["payer"], Category(item["category"])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("held")
    command = CommandLine(folder / "home")
    load_updates(command, folder)
    return command.url


@pytest.fixture(scope="module", params=ASKED)
def run(request: pytest.FixtureRequest, database: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp(f"seed{request.param}")
    world = draw_world(request.param)
    command = CommandLine(folder / "home", database_url=database)
    run_command(command, "import", "claims", write_claims(world, folder))
    mail = write_mail(world, folder / "mail")
    run_command(command, "import", "remits", mail)
    asked = {day: ask(command, day, folder / f"{day}") for day in ASKED[request.param]}
    reports = {day: items for day, (items, _) in asked.items()}
    return Run(world, command, mail, reports, {day: work for day, (_, work) in asked.items()})


def test_figures_of_every_item_are_those_of_the_plan_to_the_cent(run: Run) -> None:
    for day, items in run.reports.items():
        figures = count_figures(run.world.claims, day)
        for item in items:
            place = place_of(item)
            denied = figures.denied.get(place, {})
            told = {name: item[f"{name}_claims"] for name in ("billed", "adjudicated", "denied", "rejected")}
            planned = {
                "billed": figures.billed.get(place[:3], 0),
                "adjudicated": figures.adjudicated.get(place[:3], 0),
                "denied": len(denied),
                "rejected": len(figures.rejected.get(place, ())),
            }
            assert told == planned, (day, place)
            assert Decimal(str(item["denied_amount"])) == sum(denied.values(), Decimal(0)), (day, place)


def test_every_denial_and_rejection_of_a_watched_code_stands_in_one_item(run: Run) -> None:
    for day, items in run.reports.items():
        figures = count_figures(run.world.claims, day)
        planned = {place for place in figures.denied.keys() | figures.rejected.keys() if place[:2] in WATCHED}
        told = Counter(place_of(item) for item in items if item["denied_claims"] + item["rejected_claims"])
        assert {place for place in told if place[:2] in WATCHED} == planned
        assert set(told.values()) <= {1}


def test_every_planted_effect_is_found_and_nothing_else(run: Run) -> None:
    right = {place for place, _ in list_places(EFFECTS)}
    found = {place_of(item) for day in run.days for item in run.alarms(day)}
    assert {code for code in EFFECTS if not any(place[:2] == code for place in found)} == set()
    assert found - right == set()


def test_fault_of_alarms_is_right(run: Run) -> None:
    faults = {place: effect.fault for place, effect in list_places(EFFECTS)}
    judged = [
        item["fault"] == faults[place_of(item)]
        for day in run.days
        for item in run.alarms(day)
        if faults.get(place_of(item))
    ]
    assert len(judged) > 10
    assert sum(judged) >= 0.98 * len(judged)


def test_work_list_names_the_claims_of_the_alarms_once_with_their_dollars(run: Run) -> None:
    for day in run.days:
        figures, work = count_figures(run.world.claims, day), run.work[day]
        named = Counter((row["system"], row["code"], row["claim_id"]) for row in work)
        assert set(named.values()) <= {1}
        for item in run.alarms(day):
            place = place_of(item)
            if place[2] is None:
                continue
            of_item = [row for row in work if (row["system"], row["code"], row["payer"], row["category"]) == place]
            told = {row["claim_id"]: Decimal(row["denied_amount"]) for row in of_item}
            rejected = dict.fromkeys(figures.rejected.get(place, ()), Decimal(0))
            assert told == {**figures.denied.get(place, {}), **rejected}, (day, place)


def test_first_alarm_is_that_of_the_first_report_and_does_not_move(run: Run, tmp_path: Path) -> None:
    first: dict[Place, str] = {}
    for day in run.days:
        for item in run.reports[day]:
            if item["status"] == "alarm":
                first.setdefault(place_of(item), day.isoformat())
            assert item["first_alarm_date"] == first.get(place_of(item)), (day, place_of(item))
    day = run.days[len(run.days) // 2 - 1]
    assert ask(run.command, day, tmp_path / "again")[0] == run.reports[day]


# Asked on its first report day, so that no earlier report has dated an alarm.
@pytest.mark.parametrize("run", [12], indirect=True)
def test_report_of_a_day_is_the_same_with_what_was_received_by_then_alone(
    database: str, run: Run, tmp_path: Path
) -> None:
    day = run.days[0]
    command = CommandLine(tmp_path / "home", database_url=database)
    run_command(command, "import", "claims", write_claims(run.world, tmp_path))
    run_command(command, "import", "remits", write_mail(run.world, tmp_path / "mail", until=day))
    assert ask(command, day, tmp_path / "out")[0] == run.reports[day]


def test_files_that_come_again_under_other_names_count_nothing(run: Run, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    for number, path in enumerate(sorted(run.mail.iterdir())):
        shutil.copy(path, again / f"copy{number}")
    run_command(run.command, "import", "remits", again)
    assert ask(run.command, run.days[-1], tmp_path / "out")[0] == run.reports[run.days[-1]]
