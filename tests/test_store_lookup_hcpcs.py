"""What a HCPCS code was on a day: the dates of the newest row known decide, not the release."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from schema.store.database import open_database
from schema.store.lookup import Lookup
from schema.tables import RELEASE
from tests.command_line import CommandLine
from tests.held_store import fresh_database
from tests.order_files import Row, act_on, hcpcs_text

FILLERS = [Row(f"E{n:04}", f"Filler {n}") for n in range(40)]
BASE = {
    row.code: row
    for row in (
        Row("A0001", "Unchanged"),
        Row("A0002", "Ended later, with a date in the past"),
        Row("A0003", "Ends at a scheduled day", ended="20191231"),
        Row("A0004", "Comes back with another meaning", ended="20181231"),
        Row("A0005", "Vanishes without a word"),
        Row("A0006", "Ended before", ended="20180630"),
        Row("A0007", "Ended, then reinstated", ended="20190331"),
        Row("LT", "A modifier"),
        Row("Q1", "An ended modifier", ended="20190430"),
    )
}
ANNUAL = {
    **BASE,
    "A0002": replace(BASE["A0002"], ended="20190214"),
    "A0004": Row("A0004", "Another meaning", added="20200101"),
    "A0007": replace(BASE["A0007"], ended=""),
    "A0008": Row("A0008", "Added and ended inside the year", added="20190401", ended="20190930"),
    "A0009": Row("A0009", "Starts later", added="20200401"),
}
del ANNUAL["A0005"], ANNUAL["A0006"]
RELEASES = (("2019Q1", "HCPC2019_ANWEB.txt", BASE, "20190101"), ("2020Q1", "HCPC2020_ANWEB.txt", ANNUAL, "20200101"))

# Code, day: valid, the release whose row decides, words of the reason.
ANSWERS = (
    ("A0001", "2019-01-01", True, "2020-01-01", "added 2018-01-01"),
    ("A0001", "2026-01-01", True, "2020-01-01", "added 2018-01-01"),
    ("A0001", "2018-12-31", False, None, "before the first release held (2019-01-01)"),
    ("A0002", "2019-02-14", True, "2020-01-01", "last day 2019-02-14"),
    ("A0002", "2019-02-15", False, "2020-01-01", "last day 2019-02-14"),
    ("A0003", "2019-12-31", True, "2020-01-01", "last day 2019-12-31"),
    ("A0003", "2020-01-01", False, "2020-01-01", "last day 2019-12-31"),
    ("A0004", "2019-06-01", False, "2019-01-01", "last day 2018-12-31"),
    ("A0004", "2020-01-01", True, "2020-01-01", "added 2020-01-01"),
    ("A0005", "2019-06-01", True, "2019-01-01", "and in no release after it"),
    ("A0006", "2020-06-01", False, "2019-01-01", "last day 2018-06-30"),
    ("A0007", "2019-06-01", True, "2020-01-01", "added 2018-01-01"),
    ("A0008", "2019-03-31", False, "2020-01-01", "after this day"),
    ("A0008", "2019-04-01", True, "2020-01-01", "last day 2019-09-30"),
    ("A0008", "2019-09-30", True, "2020-01-01", "last day 2019-09-30"),
    ("A0008", "2019-10-01", False, "2020-01-01", "last day 2019-09-30"),
    ("A0009", "2020-03-31", False, "2020-01-01", "after this day"),
    ("A0009", "2020-04-01", True, "2020-01-01", "added 2020-04-01"),
    ("A9999", "2020-04-01", False, "2020-01-01", "in no release held"),
    ("LT", "2020-02-01", True, "2020-01-01", "added 2018-01-01"),
    ("lt", "2020-02-01", True, "2020-01-01", "added 2018-01-01"),
    ("Q1", "2019-05-01", False, "2020-01-01", "last day 2019-04-30"),
    ("ZZ", "2020-02-01", False, "2020-01-01", "in no release held"),
)


def load_all(command: CommandLine, folder: Path) -> CommandLine:
    for release, name, rows, day in RELEASES:
        (folder / name).write_bytes(hcpcs_text([*rows.values(), *act_on(FILLERS, day, 2)]))
        command.load("hcpcs", release, folder / name)
    return command


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A store that no test changes."""
    folder = tmp_path_factory.mktemp("lookup")
    with fresh_database(request) as url:
        yield load_all(CommandLine(folder / "home", url), folder)


def ask(command: CommandLine, code: str, on: str, *more: str) -> dict[str, Any]:
    answer = command("lookup", "hcpcs", code, "--on", on, "--format", "json", *more)
    assert answer.code == 0, answer.err
    found: dict[str, Any] = answer.json
    return found


def test_newest_row_whose_first_day_has_come_decides(command: CommandLine) -> None:
    wrong = []
    for code, on, valid, release, reason in ANSWERS:
        answer = ask(command, code, on)
        wanted = (valid, f"hcpcs@{release}.1" if release else None)
        if (answer["valid"], answer["release"]) != wanted or reason not in answer["reason"]:
            wrong.append((code, on, wanted, reason, answer))
    assert wrong == []


def test_what_was_known_before_the_correction_is_told_as_it_was(tmp_path: Path) -> None:
    command = load_all(CommandLine(tmp_path / "home"), tmp_path)
    engine = open_database(command.url)
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for year in (2019, 2020):
            at = datetime(year, 1, 5, tzinfo=UTC)
            connection.execute(update(RELEASE).where(RELEASE.c.effective_date == date(year, 1, 1)).values(loaded_at=at))
    engine.dispose()
    assert ask(command, "A0002", "2019-06-01", "--known", "2019-12-31")["valid"]
    assert not ask(command, "A0002", "2019-06-01", "--known", "2020-01-05")["valid"]
    assert not ask(command, "A0008", "2019-06-01", "--known", "2019-12-31")["valid"]
    assert ask(command, "A0001", "2019-06-01", "--known", "2019-01-04")["reason"] == "no release is held"


def test_second_issue_corrects_the_first(tmp_path: Path) -> None:
    command = load_all(CommandLine(tmp_path / "home"), tmp_path)
    rows = {**ANNUAL, "A0001": replace(ANNUAL["A0001"], ended="20200331")}
    (tmp_path / "HCPC2020_ANWEB.txt").write_bytes(hcpcs_text([*rows.values(), *act_on(FILLERS, "20200101", 2)]))
    command.load("hcpcs", "2020Q1", tmp_path / "HCPC2020_ANWEB.txt")
    answer = ask(command, "A0001", "2020-04-01")
    assert (answer["valid"], answer["release"]) == (False, "hcpcs@2020-01-01.2")
    assert "2020Q1 (issue 2)" in answer["reason"]


def test_neighbours_of_a_code_are_codes_and_of_a_modifier_modifiers(command: CommandLine) -> None:
    around = {
        code: [record["code"] for record in ask(command, code, "2020-02-01")["around"]]
        for code in ("A0002", "A0009", "LT", "M0")
    }
    assert around == {
        "A0002": ["A0001", "A0003", "A0004"],
        "A0009": ["A0007", "A0008", "E0000", "E0001"],
        "LT": ["Q1"],
        "M0": ["LT", "Q1"],
    }


def test_answer_tells_the_other_fields(command: CommandLine) -> None:
    answer = ask(command, "A0003", "2019-02-01")
    assert (answer["added_date"], answer["termination_date"]) == ("2018-01-01", "2019-12-31")
    assert answer["details"]["coverage"] == "C"
    assert answer["details"]["pricing_indicators"] == ["00"]


Rows = dict[str, tuple[date, date | None]]


def parse(text: str) -> date | None:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date() if text.strip("0 ") else None


def read_text(text: bytes) -> Rows:
    """Codes and their two dates by columns 1-5, 11, 269-276 and 285-292, without the loaders."""
    rows: Rows = {}
    for line in text.decode("cp1252").split("\r\n"):
        if len(line) > 292 and line[5:11].isdigit() and line[10] in "37":
            added = parse(line[268:276])
            assert added is not None
            rows[line[:5].strip()] = (added, parse(line[284:292]))
    return rows


def read_sheet(data: bytes) -> Rows:
    import python_calamine

    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    header = next(n for n, row in enumerate(table) if "ADD DT" in row)
    code, record_id, added, ended = (table[header].index(n) for n in ("HCPC", "RECID", "ADD DT", "TERM DT"))
    rows: Rows = {}
    for row in table[header + 1 :]:
        texts = [str(int(cell)) if isinstance(cell, float) else str(cell).strip() for cell in row]
        if texts[code] and texts[record_id] in ("3", "7"):
            first = parse(texts[added])
            assert first is not None
            rows[texts[code]] = (first, parse(texts[ended]))
    return rows


def read_files(releases: Path) -> list[tuple[date, Rows]]:
    """The five real releases by effective date, oldest first."""
    folder = releases / "hcpcs"
    texts = {}
    for year in (2019, 2020):
        with zipfile.ZipFile(folder / f"{year}-01" / f"{year}-Alpha-Numeric-HCPCS-File.zip") as archive:
            name = next(n for n in archive.namelist() if "ANWEB" in n and n.endswith(".txt"))
            texts[year] = archive.read(name)
    texts[2018] = gzip.decompress((folder / "2018-01" / "HCPC2018_CONTR_ANWEB_disc.txt.gz").read_bytes())
    found = [(date(year, 1, 1), read_text(texts[year])) for year in sorted(texts)]
    sheets = [(date(2020, month, 1), folder / f"2020-{month:02}" / "anweb.xlsx") for month in (4, 7)]
    return found + [(day, read_sheet(path.read_bytes())) for day, path in sheets]


def is_valid(files: list[tuple[date, Rows]], code: str, on: date) -> bool:
    """The rule as the design has it, read word for word."""
    if on < files[0][0]:
        return False
    for _, rows in reversed(files):
        added, ended = rows.get(code, (date.max, None))
        if added <= on:
            return ended is None or on <= ended
    return False


@pytest.fixture(scope="module")
def real(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, Path]:
    command = CommandLine(tmp_path_factory.mktemp("real") / "home")
    for folder in ("2018-01", "2019-01", "2020-01", "2020-04", "2020-07"):
        command.load("hcpcs", folder, releases / "hcpcs" / folder)
    return command, releases


def test_two_thousand_answers_are_those_of_the_files(real: tuple[CommandLine, Path]) -> None:
    command, releases = real
    files = read_files(releases)
    assert [len(rows) for _, rows in files] == [6559, 6800, 7079, 7097, 7158]
    codes = sorted({code for _, rows in files for code in rows} | {"Z9999", "XX"})
    moments = sorted({day for _, rows in files for pair in rows.values() for day in pair if day and day.year > 2017})
    dice = random.Random(2020)
    probes = [
        (dice.choice(codes), dice.choice(moments) + timedelta(days=dice.choice((-1, 0, 1, dice.randrange(900)))))
        for _ in range(1_400)
    ]
    # Half of what changes is in few codes: those with a date in these years.
    changing = sorted({c for _, rows in files for c, pair in rows.items() if any(d and d.year > 2017 for d in pair)})
    probes += [
        (dice.choice(changing), dice.choice(moments) + timedelta(days=dice.choice((-1, 0, 1)))) for _ in range(600)
    ]
    engine = open_database(command.url)
    with Lookup(engine, "hcpcs") as lookup:
        answers = [lookup.find(code, on) for code, on in probes]
    engine.dispose()
    wrong = [
        (answer.code, answer.on, answer.is_valid, answer.reason)
        for answer in answers
        if answer.is_valid != is_valid(files, answer.code, answer.on)
    ]
    assert wrong == []
    assert 200 < sum(answer.is_valid for answer in answers) < 1_900
