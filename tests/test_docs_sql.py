"""The SQL in docs/store.md runs on SQLite and PostgreSQL and gives what Python gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update

from flows.sample.writer import write_sample
from loaders.release import read_release
from schema.contents import ReleaseContent
from schema.releases import ReleaseId
from schema.store import reader
from schema.store.database import open_database, reading, writing
from schema.store.lookup import Lookup
from schema.store.writer import write_release
from schema.tables import RELEASE
from tests.doc_pages import PAGES, read_queries

QUERIES = read_queries("store.md")
LITERALS = {
    "An ICD code on a day": {"code": "E66813", "on": "2024-12-24"},
    "A HCPCS code on a day": {"code": "G9890", "on": "2020-05-01"},
}
BEFORE, AFTER = (ReleaseId("icd10cm", date(year, 10, 1), 1) for year in (2023, 2024))


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> list[ReleaseContent]:
    """The sample. Each release but the first of a system has a second issue, with the codes of the one before."""
    releases = write_sample(tmp_path_factory.mktemp("sample"))
    read = [
        read_release(release.system, release.effective_date, [release.path])
        for release in releases
        if release.system != "icd10pcs"
    ]
    again = [
        replace(previous, effective_date=current.effective_date)
        for previous, current in pairwise(read)
        if previous.system == current.system
    ]
    return [*read, *again]


@pytest.fixture
def engine(database_url: str, contents: list[ReleaseContent]) -> Iterator[Engine]:
    """All of that, each release as if it had been loaded a month before it took effect."""
    opened = open_database(database_url)
    for content in contents:
        write_release(opened, content, [], None, datetime.now(UTC))
    with writing(opened) as connection:
        for row in reader.list_releases(connection):
            day = row.release_id.effective_date
            known = datetime.combine(day - timedelta(days=30), time(12), UTC)
            connection.execute(update(RELEASE).where(RELEASE.c.effective_date == day).values(loaded_at=known))
    yield opened
    opened.dispose()


def ask(connection: Connection, title: str, **names: str) -> list[Any]:
    """The rows of a query of the page; `on` and `code` take the place of the day and the code in it."""
    query = QUERIES[title]
    for name, text in names.items():
        literal = LITERALS[title][name]
        assert f"'{literal}'" in query
        query = query.replace(f"'{literal}'", f"'{text}'")
    return list(connection.exec_driver_sql(query))


def list_codes(connection: Connection, system: str) -> list[str]:
    """Every code that any release of the system holds, and one that none does."""
    held = {
        record.code
        for info in reader.list_releases(connection, system)
        for record in reader.read_records(connection, info.release_id)
    }
    return [*sorted(held), "X9999"]


def list_days(connection: Connection, system: str) -> list[date]:
    """The first and the last day of each release, and one long after."""
    starts = [info.release_id.effective_date for info in reader.list_releases(connection, system)]
    return [*starts, *(start - timedelta(days=1) for start in starts[1:]), date(2030, 1, 1)]


def test_codes_of_a_release_come_in_file_order(engine: Engine) -> None:
    with reading(engine) as connection:
        rows = ask(connection, "The codes of a release in file order")
        records = list(reader.read_records(connection, AFTER))
    assert [tuple(row) for row in rows] == [
        (record.code, int(bool(record.is_billable)), record.short_descriptor, record.long_descriptor)
        for record in records
    ]


@pytest.mark.parametrize("known", [None, date(2023, 9, 30), date(2020, 1, 1)])
def test_icd_code_on_a_day_is_what_lookup_says(known: date | None, engine: Engine) -> None:
    title = "An ICD code on a day"
    clause = re.findall(r"`(AND loaded_at < '([\d-]+)')`", PAGES["store.md"])
    assert len(clause) == 1
    with (
        reading(engine) as connection,
        Lookup(engine, "icd10cm", known) as lookup,
        pytest.MonkeyPatch.context() as patch,
    ):
        if known:
            added = clause[0][0].replace(clause[0][1], str(known + timedelta(days=1)))
            query = QUERIES[title].replace("    ORDER BY", f"      {added}\n    ORDER BY")
            patch.setitem(QUERIES, title, query)
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        for on in list_days(connection, "icd10cm"):
            for code in list_codes(connection, "icd10cm"):
                rows = ask(connection, title, on=str(on), code=code)
                answer = lookup.find(code, on)
                told = [(str(row.effective_date), row.is_billable, row.long_descriptor) for row in rows]
                if answer.record is None or answer.release_id is None:
                    assert told == []
                else:
                    day = str(answer.release_id.effective_date)
                    assert told == [(day, int(answer.is_valid), answer.record.long_descriptor)]


def test_hcpcs_code_on_a_day_is_what_lookup_says(engine: Engine) -> None:
    with reading(engine) as connection, Lookup(engine, "hcpcs") as lookup:
        verdicts = set()
        for on in list_days(connection, "hcpcs"):
            for code in list_codes(connection, "hcpcs"):
                rows = ask(connection, "A HCPCS code on a day", on=str(on), code=code)
                answer = lookup.find(code, on)
                verdicts.add(answer.is_valid)
                assert rows or not answer.is_valid
                assert len(rows) <= 1
                for row in rows:
                    assert bool(row.is_valid) is answer.is_valid
                    assert answer.record is not None
                    assert answer.release_id is not None
                    assert str(row.effective_date) == str(answer.release_id.effective_date)
                    assert (str(row.added_date), str(row.termination_date)) == (
                        str(answer.record.added_date),
                        str(answer.record.termination_date),
                    )
        assert verdicts == {True, False}


def test_records_that_only_one_release_has_are_those_of_the_diff(engine: Engine) -> None:
    with reading(engine) as connection:
        rows = ask(connection, "What one release has and another has not")
        _, after = reader.read_different(connection, BEFORE, AFTER)
    assert len(rows) > 10
    assert sorted(tuple(row) for row in rows) == sorted((r.code, r.long_descriptor) for r in after.values())


def test_entries_of_a_list_are_those_that_were_read(engine: Engine) -> None:
    with reading(engine) as connection:
        rows = ask(connection, "The entries of a supporting list")
        (conversion,) = reader.read_lists(connection, AFTER, "conversion")
    assert [(row.code, json.loads(row.details)) for row in rows] == [
        (entry.code, dict(entry.fields)) for entry in conversion.entries
    ]


def test_every_query_of_the_page_is_tested() -> None:
    assert len(QUERIES) == PAGES["store.md"].count("```sql")
    tested = Path(__file__).read_text()
    assert [title for title in QUERIES if f'"{title}"' not in tested] == []
