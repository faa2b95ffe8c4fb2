"""What a code was on a day, ICD: the release in force decides; and what was known on another day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from schema.store.database import open_database
from schema.store.lookup import Lookup
from schema.tables import RELEASE
from tests.command_line import CommandLine
from tests.held_store import fresh_database
from tests.order_files import Code, make_codes, order_file, write_zip

CODES = make_codes("icd10cm", 60)
KEYS = ("system", "code", "on", "valid", "billable", "release", "short_descriptor", "long_descriptor")

# A00.1 is revised in April, becomes a header in FY2025 and gains a child; A00.2 goes; issue 2 corrects A00.3.
APRIL = [replace(code, long="Revised in April") if code.code == "A001" else code for code in CODES]
NEXT = [
    child
    for code in APRIL
    if code.code != "A002"
    for child in ([replace(code, is_billable=False), Code("A0010", "Child")] if code.code == "A001" else [code])
]
CORRECTED = [replace(code, long="Corrected") if code.code == "A003" else code for code in NEXT]
RELEASES = (
    ("2013-10-01", 2014, [*CODES[:30], Code("A02X", "Only in a draft"), *CODES[30:]]),
    ("2023-10-01", 2024, CODES),
    ("2024-04-01", 2024, APRIL),
    ("2024-10-01", 2025, NEXT),
    ("2024-10-01.2", 2025, CORRECTED),
)


# Code, day; valid, billable, release, long title.
DAYS: tuple[tuple[str, str, bool, bool | None, str | None, str | None], ...] = (
    ("A00.1", "2023-10-01", True, True, "icd10cm@2023-10-01.1", "Sample condition 1"),
    ("A00.1", "2024-03-31", True, True, "icd10cm@2023-10-01.1", "Sample condition 1"),
    ("A00.1", "2024-04-01", True, True, "icd10cm@2024-04-01.1", "Revised in April"),
    ("A00.1", "2024-09-30", True, True, "icd10cm@2024-04-01.1", "Revised in April"),
    ("A00.1", "2024-10-01", False, False, "icd10cm@2024-10-01.2", "Revised in April"),
    ("A00.1", "2031-01-01", False, False, "icd10cm@2024-10-01.2", "Revised in April"),
    ("A00.10", "2024-09-30", False, None, "icd10cm@2024-04-01.1", None),
    ("A00.10", "2024-10-01", True, True, "icd10cm@2024-10-01.2", "Child"),
    ("A00.2", "2024-09-30", True, True, "icd10cm@2024-04-01.1", "Sample condition 2"),
    ("A00.2", "2024-10-01", False, None, "icd10cm@2024-10-01.2", None),
    ("A00.3", "2024-12-01", True, True, "icd10cm@2024-10-01.2", "Corrected"),
    ("A00", "2024-01-01", False, False, "icd10cm@2023-10-01.1", "Sample condition 0"),
    ("Z99", "2024-01-01", False, None, "icd10cm@2023-10-01.1", None),
    # A draft is never in force, and neither is a release before its day.
    ("A00.1", "2013-12-01", False, None, None, None),
    ("A00.1", "2015-09-30", False, None, None, None),
    ("A00.1", "2015-10-01", False, None, None, None),
    ("A00.1", "2023-09-30", False, None, None, None),
    ("A00.1", "0001-01-01", False, None, None, None),
    ("A00.1", "9999-12-31", False, False, "icd10cm@2024-10-01.2", "Revised in April"),
)


def load_all(command: CommandLine, folder: Path) -> CommandLine:
    for release, year, codes in RELEASES:
        path = write_zip(folder / f"{release}.zip", {f"order_{year}.txt": order_file(codes)})
        command.load("icd10cm", release, path)
    return command


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A store that no test changes."""
    folder = tmp_path_factory.mktemp("lookup")
    with fresh_database(request) as url:
        yield load_all(CommandLine(folder / "home", url), folder)


@pytest.fixture
def engine(command: CommandLine) -> Iterator[Engine]:
    found = open_database(command.url)
    yield found
    found.dispose()


def ask(command: CommandLine, code: str, on: str, *more: str) -> dict[str, Any]:
    answer = command("lookup", "icd10cm", code, "--on", on, "--format", "json", *more)
    assert answer.code == 0, answer.err
    found: dict[str, Any] = answer.json
    return found


def test_release_in_force_on_the_day_decides(command: CommandLine) -> None:
    wrong = []
    for code, on, valid, billable, release, long in DAYS:
        answer = ask(command, code, on)
        wanted = ["icd10cm", code.replace(".", ""), on, valid, billable, release, long, long]
        if [answer[key] for key in KEYS] != wanted or not answer["reason"]:
            wrong.append((wanted, answer))
    assert wrong == []


def test_code_may_be_typed_in_any_way(command: CommandLine) -> None:
    answers = [ask(command, written, "2024-01-01") for written in ("a001", "A00.1", " a00.1 ", "A.0.0.1")]
    assert [(answer["code"], answer["valid"]) for answer in answers] == [("A001", True)] * 4


def test_day_is_today_unless_it_is_given(command: CommandLine) -> None:
    on = CommandLine(command.home, command.database_url, {"ADDENDA_TODAY": "2024-05-01"})
    assert on("lookup", "icd10cm", "A00.1", "--format", "json").json["on"] == "2024-05-01"


def test_reasons_are_sentences_that_say_what_to_do(command: CommandLine) -> None:
    reasons = {
        on: ask(command, code, on)["reason"]
        for code, on in (("A001", "2024-11-01"), ("A001", "2014-01-01"), ("A001", "2016-01-01"), ("Z99", "2024-11-02"))
    }
    assert reasons == {
        "2024-11-01": "a header in FY2025 (issue 2): use one of its children",
        "2014-01-01": "ICD-10-CM was not in force before 2015-10-01; earlier releases are drafts",
        "2016-01-01": "before the first release held (2023-10-01)",
        "2024-11-02": "not in FY2025 (issue 2)",
    }


def test_history_tells_each_change_once(command: CommandLine) -> None:
    history = ask(command, "A00.1", "2024-11-01")["history"]
    assert [(step["release"], step["state"], step["long_descriptor"]) for step in history] == [
        ("icd10cm@2013-10-01.1", "billable", "Sample condition 1"),
        ("icd10cm@2024-04-01.1", "billable", "Revised in April"),
        ("icd10cm@2024-10-01.2", "header", "Revised in April"),
    ]
    gone = ask(command, "A00.2", "2024-11-01")["history"]
    assert [(step["release"], step["state"]) for step in gone] == [
        ("icd10cm@2013-10-01.1", "billable"),
        ("icd10cm@2024-10-01.2", "absent"),
    ]
    assert [step["state"] for step in ask(command, "A02.X", "2024-11-01")["history"]] == ["billable", "absent"]
    assert ask(command, "Z98", "2024-11-01")["history"] == []


def known_on(engine: Engine, days: dict[tuple[date, int], date]) -> None:
    """As if the releases had been loaded on those days."""
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for (effective, issue), day in days.items():
            at = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
            connection.execute(
                update(RELEASE)
                .where(RELEASE.c.effective_date == effective, RELEASE.c.issue == issue)
                .values(loaded_at=at)
            )


def test_answer_as_known_on_a_day_leaves_out_what_came_later(database_url: str, tmp_path: Path) -> None:
    command = load_all(CommandLine(tmp_path / "home", database_url), tmp_path)
    engine = open_database(command.url)
    known_on(
        engine,
        {
            (date(2013, 10, 1), 1): date(2024, 7, 1),
            (date(2023, 10, 1), 1): date(2024, 7, 1),
            (date(2024, 4, 1), 1): date(2024, 8, 1),
            (date(2024, 10, 1), 1): date(2024, 9, 1),
            (date(2024, 10, 1), 2): date(2024, 12, 1),
        },
    )

    engine.dispose()

    def known(code: str, on: str, day: str) -> tuple[bool, str | None, str | None]:
        answer = ask(command, code, on, "--known", day)
        assert answer["known"] == day
        return answer["valid"], answer["release"], answer["long_descriptor"]

    assert known("A003", "2024-12-15", "2024-12-01") == (True, "icd10cm@2024-10-01.2", "Corrected")
    assert known("A003", "2024-12-15", "2024-11-30") == (True, "icd10cm@2024-10-01.1", "Sample condition 3")
    assert known("A001", "2024-12-15", "2024-08-31") == (True, "icd10cm@2024-04-01.1", "Revised in April")
    assert known("A001", "2024-12-15", "2024-07-31") == (True, "icd10cm@2023-10-01.1", "Sample condition 1")
    assert known("A001", "2024-12-15", "2024-06-30") == (False, None, None)
    assert ask(command, "A001", "2024-12-15", "--known", "2024-06-30")["reason"] == "no release is held"


def test_neighbours_are_those_of_the_release_of_the_day(engine: Engine) -> None:
    with Lookup(engine, "icd10cm") as lookup:

        def around(code: str, on: date = date(2024, 11, 1), count: int = 2) -> list[str]:
            return [record.code for record in lookup.neighbours(code, on, count)]

        assert around("A003") == ["A001", "A0010", "A004", "A005"]
        assert around("A003", date(2024, 1, 1)) == ["A001", "A002", "A004", "A005"]
        assert around("A002") == ["A001", "A0010", "A003", "A004"]
        assert around("A00") == ["A001", "A0010"]
        assert around("A059") == ["A057", "A058"]
        assert around("") == ["A00", "A001"]
        assert around("ZZZ", count=1) == ["A059"]
        assert around("A003", date(2014, 1, 1)) == []
        assert [code.code for code in CORRECTED] == [*reversed(around("ZZZ", count=100))][::-1]


def test_neighbours_are_found_behind_any_number_of_codes_that_are_gone(database_url: str, tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home", database_url)
    many = make_codes("icd10cm", 900)
    few = [*many[:2], *many[-2:]]
    for year, codes in ((2024, many), (2025, few)):
        path = write_zip(tmp_path / f"{year}.zip", {f"order_{year}.txt": order_file(codes)})
        who = ("--override", "shrinkage", "--note", "a test", "--by", "me")
        assert command("load", "icd10cm", f"FY{year}", path, *who).code == 0
    answer = ask(command, "A00.1", "2024-11-01")
    assert [record["code"] for record in answer["around"]] == [many[0].code, many[-2].code, many[-1].code]


def test_open_lookup_goes_on_seeing_what_it_saw(postgres_database_url: str, tmp_path: Path) -> None:
    """On PostgreSQL; on SQLite its one file is locked until the lookup is closed."""
    command = load_all(CommandLine(tmp_path / "home", postgres_database_url), tmp_path)
    engine = open_database(command.url)
    with Lookup(engine, "icd10cm") as lookup:
        path = write_zip(tmp_path / "new.zip", {"order_2026.txt": order_file([*CORRECTED, Code("Z99", "New")])})
        command.load("icd10cm", "FY2026", path)
        assert not lookup.find("Z99", date(2026, 1, 1)).is_valid
    with Lookup(engine, "icd10cm") as lookup:
        assert lookup.find("Z99", date(2026, 1, 1)).is_valid
    engine.dispose()
