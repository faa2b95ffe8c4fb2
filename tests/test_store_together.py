"""Several processes at one store: nothing is doubled, nobody sees half a release."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from schema.store import database
from schema.store.database import open_database, reading, writing
from schema.store.lookup import Lookup
from schema.store.reader import list_releases, read_records
from schema.tables import BOOK, RECORD
from tests.command_line import CommandLine, count_rows, held_releases
from tests.held_store import check_refusal
from tests.order_files import Code, make_codes, order_members, write_zip
from tests.store_content import read_content
from tests.store_processes import CONTEXT, SECONDS, load, load_together, start

BASE = make_codes("icd10cm", 1_500)
LAST = BASE[-1].code


def write_release(folder: Path, year: int, codes: list[Code]) -> Path:
    return write_zip(folder / f"{year}-{len(codes)}.zip", order_members("icd10cm", year, codes))


def revise(codes: list[Code], year: int) -> list[Code]:
    return [replace(c, long=f"{c.long} as of {year}") if n % 20 == year % 20 else c for n, c in enumerate(codes)]


def load_all_at_once(url: str, releases: list[tuple[str, Path]]) -> list[tuple[str, str]]:
    """Each release in a process of its own, all beginning together; what each became."""
    gate, answers = CONTEXT.Barrier(len(releases)), CONTEXT.Queue()
    children = [start(load_together, gate, answers, url, "icd10cm", release, path) for release, path in releases]
    told = sorted(answers.get(timeout=SECONDS) for _ in releases)
    for child in children:
        child.join(SECONDS)
        assert child.exitcode == 0
    return told


def count_doubles(url: str) -> int:
    """Records that are stored more often than once, and books too."""
    engine = open_database(url)
    with reading(engine) as connection:
        keys = select(RECORD.c.book_id, RECORD.c.code, RECORD.c.digest).group_by(
            RECORD.c.book_id, RECORD.c.code, RECORD.c.digest
        )
        records = connection.execute(select(func.count()).select_from(keys.having(func.count() > 1).subquery()))
        books = connection.execute(select(BOOK.c.system, BOOK.c.kind)).all()
        found = records.scalar_one() + len(books) - len(set(books))
    engine.dispose()
    return found


def test_same_release_in_three_processes_is_stored_once(database_url: str, tmp_path: Path) -> None:
    path = write_release(tmp_path, 2024, BASE)
    told = load_all_at_once(database_url, [("FY2024", path)] * 3)
    assert told == [("FY2024", "held"), ("FY2024", "held"), ("FY2024", "loaded")]
    assert held_releases(database_url) == ["icd10cm@2023-10-01.1"]
    rows = count_rows(database_url)
    assert (rows["record"], rows["release"], rows["source"], rows["book"]) == (len(BASE), 1, 1, 1)


def test_different_releases_in_four_processes_are_all_there(database_url: str, tmp_path: Path) -> None:
    paths = {f"FY{year}": write_release(tmp_path, year, revise(BASE, year)) for year in range(2022, 2026)}
    told = load_all_at_once(database_url, list(paths.items()))
    assert told == [(release, "loaded") for release in paths]
    assert count_doubles(database_url) == 0
    one_by_one = f"sqlite:///{tmp_path}/alone.db"
    for release, path in paths.items():
        load(one_by_one, "icd10cm", release, path)
    assert read_content(database_url) == read_content(one_by_one)
    assert count_rows(database_url)["record"] == count_rows(one_by_one)["record"]


def test_two_contents_of_one_release_at_once_are_two_issues(database_url: str, tmp_path: Path) -> None:
    paths = [write_release(tmp_path, 2024, codes) for codes in (BASE, [*BASE, Code("Z99", "Last of all")])]
    told = load_all_at_once(database_url, [("FY2024", path) for path in paths])
    assert told == [("FY2024", "loaded"), ("FY2024", "new issue")]
    assert held_releases(database_url) == ["icd10cm@2023-10-01.1", "icd10cm@2023-10-01.2"]
    assert count_doubles(database_url) == 0


def test_writer_that_waits_too_long_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = CommandLine(tmp_path / "home")
    command.load("icd10cm", "FY2023", write_release(tmp_path, 2023, BASE))
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0.1)
    engine = open_database(command.url)
    with writing(engine):
        answer = command("load", "icd10cm", "FY2024", write_release(tmp_path, 2024, revise(BASE, 2024)))
        check_refusal(answer, "store", "database is locked", "nothing was changed; try again")
        assert command("lookup", "icd10cm", LAST, "--on", "2023-01-01", "--format", "json").json["valid"]
    engine.dispose()
    command.load("icd10cm", "FY2024", write_release(tmp_path, 2024, revise(BASE, 2024)))


def test_reader_sees_only_whole_releases(database_url: str, tmp_path: Path) -> None:
    load(database_url, "icd10cm", "FY2020", write_release(tmp_path, 2020, BASE))
    engine = open_database(database_url)
    years = range(2021, 2025)
    releases = [(f"FY{year}", write_release(tmp_path, year, revise(BASE, year))) for year in years]
    gate, answers = CONTEXT.Barrier(len(releases)), CONTEXT.Queue()
    children = [start(load_together, gate, answers, database_url, "icd10cm", *release) for release in releases]
    seen: set[int] = set()
    longest = 0.0
    while any(child.is_alive() for child in children) or len(seen) == 0:
        began = time.perf_counter()
        with reading(engine) as connection:
            infos = list_releases(connection)
            newest = infos[-1]
            assert sum(1 for _ in read_records(connection, newest.release_id)) == newest.codes + newest.headers
            assert all(len(info.checks) == 10 and len(info.sources) == 1 for info in infos)
        with Lookup(engine, "icd10cm") as lookup:
            answer = lookup.find(LAST, date(2024, 9, 30))
            assert answer.is_valid
            assert answer.release_id is not None
            assert answer.release_id >= newest.release_id
        longest = max(longest, time.perf_counter() - began)
        seen.add(len(infos))
    assert sorted(answers.get(timeout=SECONDS) for _ in releases) == [(release, "loaded") for release, _ in releases]
    assert seen <= {1, 2, 3, 4, 5}
    assert longest < SECONDS / 2
    engine.dispose()
