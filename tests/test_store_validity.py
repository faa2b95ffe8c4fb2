"""On which days codes count, read from the store, and the digests that prove it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from flows.sample.writer import write_sample
from flows.steps import diff_releases
from schema.changes import ChangeKind
from schema.contents import ReleaseInfo
from schema.releases import parse_release
from schema.store.database import open_database, reading
from schema.store.lookup import Lookup
from schema.store.reader import find_release
from schema.store.validity import read_unchanged, read_validity
from schema.tables import BOOK, RECORD
from schema.validity import Validity
from tests.command_line import CommandLine

UPDATES = {"hcpcs": ("2019Q1", "2020Q1"), "icd10cm": ("FY2024", "FY2025"), "icd10pcs": ("FY2023", "FY2024")}
FIRST_HELD = date(2018, 1, 1)
DAYS = {"hcpcs": date(2020, 1, 1), "icd10cm": date(2024, 10, 1), "icd10pcs": date(2023, 10, 1)}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The releases of the sample."""
    home = tmp_path_factory.mktemp("held")
    command = CommandLine(home)
    for release in write_sample(home / "releases"):
        command.load(release.system, release.label, release.path)
    return command.url


@pytest.fixture(scope="module")
def connection(url: str) -> Iterator[Connection]:
    with reading(open_database(url)) as connection:
        yield connection


@pytest.fixture(scope="module")
def current(connection: Connection) -> dict[str, ReleaseInfo]:
    return {system: find_release(connection, parse_release(system, pair[1])) for system, pair in UPDATES.items()}


@pytest.fixture(scope="module")
def validity(url: str, connection: Connection, current: dict[str, ReleaseInfo]) -> Validity:
    engine = open_database(url)
    updates = []
    for system, (previous, _) in UPDATES.items():
        before = find_release(connection, parse_release(system, previous))
        updates.append((diff_releases(engine, before, current[system]), current[system]))
    return read_validity(connection, updates)


@pytest.mark.parametrize("system", list(UPDATES))
def test_every_code_is_valid_on_the_effective_date_as_lookup_says(url: str, validity: Validity, system: str) -> None:
    codes = [code for of, code in validity.codes if of == system] + list(validity.known[system])
    with Lookup(open_database(url), system) as lookup:
        answers = {code: lookup.find(code, DAYS[system]).is_valid for code in codes}
    assert {code: validity.is_valid(system, code, DAYS[system]) for code in codes} == answers
    assert len(set(answers.values())) == 2, "the sample has codes of both sorts"


def test_code_that_no_release_holds_is_unknown(validity: Validity) -> None:
    assert validity.is_valid("hcpcs", "99213", DAYS["hcpcs"]) is None


def test_bounds_of_icd_are_those_of_the_release(validity: Validity) -> None:
    found = {entry.kind: entry for (system, _), entry in validity.codes.items() if system == "icd10cm"}
    assert (found["new"].first_date, found["new"].last_date) == (date(2024, 10, 1), None)
    assert (found["deleted"].first_date, found["deleted"].last_date) == (None, date(2024, 9, 30))
    assert (found["revised"].first_date, found["revised"].last_date) == (None, None)


def test_bounds_of_hcpcs_are_those_of_the_record(url: str, validity: Validity) -> None:
    later = validity.codes["hcpcs", "C9053"]
    assert (later.kind, later.first_date) == ("new", date(2020, 4, 1))
    ended = [entry for (system, _), entry in validity.codes.items() if system == "hcpcs" and entry.last_date]
    assert ended
    with Lookup(open_database(url), "hcpcs") as lookup:
        for entry in ended:
            last = entry.last_date or date.max
            if last >= FIRST_HELD:
                days = (last, last + timedelta(days=1))
                assert [lookup.find(entry.code, day).is_valid for day in days] == [True, False], entry.code


def test_later_release_that_brings_a_code_back_is_believed(validity: Validity) -> None:
    back = validity.codes["hcpcs", "G0365"]
    assert (back.kind, back.last_date, back.release) == ("deleted", None, "hcpcs@2020-04-01.1")


def test_headers_are_no_codes(validity: Validity) -> None:
    assert not {entry.kind for entry in validity.codes.values()} & {"new_header", "gone_header", "revised_header"}
    assert {ChangeKind(entry.kind) for entry in validity.codes.values()} >= {ChangeKind.NEW, ChangeKind.DELETED}


def test_record_digests_are_those_of_the_store(connection: Connection, validity: Validity) -> None:
    query = select(BOOK.c.system, RECORD.c.code, RECORD.c.digest).join(BOOK, BOOK.c.id == RECORD.c.book_id)
    held = {(row.system, row.code, row.digest.hex()) for row in connection.execute(query)}
    told = {(*key, entry.record_digest) for key, entry in validity.codes.items() if entry.record_digest}
    assert told
    assert told <= held


def test_unchanged_codes_have_evidence_too(
    connection: Connection, current: dict[str, ReleaseInfo], validity: Validity
) -> None:
    code = min(code for code in validity.known["icd10cm"] if len(code) > 3)
    found = read_unchanged(connection, current["icd10cm"], [code, code[:3], "ZZZZ"])
    assert sorted(found) == [code[:3], code]
    assert [found[one].is_valid(DAYS["icd10cm"]) for one in (code, code[:3])] == [True, False]
    assert {entry.release_digest for entry in found.values()} == {current["icd10cm"].digest}
