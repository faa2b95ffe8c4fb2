"""`addenda releases --verify`: what was tampered with in the database is found, and at which release."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from flows.sample.writer import write_sample
from flows.steps import load_release
from schema.releases import ReleaseRef
from schema.store.database import open_database, reading
from schema.store.verify import verify_releases
from tests.command_line import CommandLine
from tests.held_store import CM, CM_NEXT, HCPCS
from tests.order_files import hcpcs_text, order_members, write_zip

SUPPLIES, BEFORE, AFTER = "hcpcs@2019-01-01.1", "icd10cm@2023-10-01.1", "icd10cm@2024-10-01.1"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of two releases of one system, which share all records but one, and one of another."""
    folder = tmp_path_factory.mktemp("loaded")
    command = CommandLine(folder / "home")
    command.load("icd10cm", "FY2024", write_zip(folder / "2024.zip", order_members("icd10cm", 2024, CM)))
    command.load("icd10cm", "FY2025", write_zip(folder / "2025.zip", order_members("icd10cm", 2025, CM_NEXT, CM)))
    command.load("hcpcs", "2019Q1", write_zip(folder / "hcpcs.zip", {"HCPC2019_ANWEB.txt": hcpcs_text(HCPCS)}))
    return (command.home / "addenda.db").read_bytes()


@pytest.fixture
def held(loaded: bytes, tmp_path: Path) -> CommandLine:
    (tmp_path / "addenda.db").write_bytes(loaded)
    return CommandLine(tmp_path)


def tamper(held: CommandLine, *statements: str) -> None:
    engine = create_engine(held.url)
    with engine.begin() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount >= 1, statement
    engine.dispose()


def verify(held: CommandLine, *arguments: str) -> dict[str | None, str]:
    """The findings by release, those without any left out."""
    answer = held("releases", "--verify", "--format", "json", *arguments)
    found = {told["release_id"]: "; ".join(told["findings"]) for told in answer.json["releases"] if told["findings"]}
    assert (answer.code, answer.err) == (int(bool(found)), "")
    return found


def test_store_that_nobody_touched_is_as_it_was_loaded(held: CommandLine) -> None:
    answer = held("releases", "--verify")
    assert answer.code == 0
    lines = [line.split(maxsplit=1) for line in answer.out.splitlines()[1:]]
    assert lines == [[name, "as it was loaded"] for name in (SUPPLIES, BEFORE, AFTER)]


def test_store_of_the_sample_is_as_it_was_loaded(database_url: str, tmp_path: Path) -> None:
    engine = open_database(database_url)
    for release in write_sample(tmp_path):
        load_release(engine, ReleaseRef(release.system, release.effective_date), [release.path])
    with reading(engine) as connection:
        results = verify_releases(connection)
    engine.dispose()
    assert len(results) > 8
    assert [(str(result.release_id), result.findings) for result in results if result.findings] == []


@pytest.mark.parametrize(
    "change",
    [
        "long_descriptor = 'Another thing'",
        "long_descriptor = long_descriptor || ' '",
        "short_descriptor = NULL",
        "is_billable = 1 - is_billable",
        "is_billable = NULL",
        "added_date = '2020-02-30'",
        "termination_date = '2020-01-01'",
        "details = '{}'",
        "code = 'A000'",
        "digest = x'00'",
        "digest = 'text'",
        "long_descriptor = x'ff'",
    ],
)
def test_record_that_was_changed_is_named_at_every_release_that_holds_it(change: str, held: CommandLine) -> None:
    tamper(held, f"UPDATE record SET {change} WHERE code = 'A001' AND is_billable = 1")
    found = verify(held)
    assert set(found) == {BEFORE, AFTER}
    code = "A000" if change.startswith("code") else "A001"
    assert all(f"(code {code}) is not what its digest says" in findings for findings in found.values())


def test_record_changed_together_with_its_digest_is_found_at_the_release(held: CommandLine) -> None:
    tamper(
        held,
        "UPDATE record SET digest = (SELECT digest FROM record o WHERE o.code = 'A002' AND o.book_id = record.book_id),"
        " code = 'A002', long_descriptor = 'Sample condition 2', short_descriptor = 'Sample condition 2'"
        " WHERE code = 'A001' AND is_billable = 1",
    )
    found = verify(held)
    assert set(found) == {BEFORE, AFTER}
    assert all("codes of icd10cm_order_20" in findings for findings in found.values())
    assert all("are not what was loaded" in findings and "is a double" in findings for findings in found.values())


def test_entry_of_a_list_that_was_changed_is_named(held: CommandLine) -> None:
    tamper(held, "UPDATE record SET details = '{}' WHERE book_id = (SELECT id FROM book WHERE kind = 'order_addenda')")
    found = verify(held)
    assert set(found) == {AFTER}
    assert found[AFTER].count("(order_addenda A199) is not what its digest says") == 2


def test_double_of_a_record_is_named(held: CommandLine) -> None:
    columns = "book_id, code, digest, is_billable, short_descriptor, long_descriptor"
    tamper(held, f"INSERT INTO record (id, {columns}) SELECT 9999, {columns} FROM record WHERE code = 'LT'")
    found = verify(held)
    assert "(modifier LT) has a double, record 9999" in found[SUPPLIES]
    assert found[None] == "record 9999 is in no release"
    assert len(found) == 2


def test_record_that_was_deleted_is_missed(held: CommandLine) -> None:
    tamper(held, "DELETE FROM record WHERE code = 'A0007'")
    found = verify(held)
    assert set(found) == {SUPPLIES}
    assert (
        "hold 59 hcpcs code, 1 hcpcs modifier, and were loaded with 60 hcpcs code, 1 hcpcs modifier" in found[SUPPLIES]
    )
    assert "are not what was loaded" in found[SUPPLIES]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "DELETE FROM run WHERE list_id = {codes} AND position > 0",
            ("gaps or doubles", "hold 179 icd10cm code, 20 icd10cm header"),
        ),
        ("UPDATE run SET last_id = last_id + 1 WHERE list_id = {codes} AND position > 0", ("gaps or doubles",)),
        ("UPDATE run SET last_id = 1000000000000 WHERE list_id = {codes}", ("gaps or doubles", "are not what")),
        ("UPDATE run SET position = position + 1 WHERE list_id = {codes} AND position > 0", ("gaps or doubles",)),
        ("UPDATE run SET first_id = 200, last_id = 200 WHERE list_id = {codes} AND position > 0", ("are not what",)),
        ("INSERT INTO run (list_id, first_id, position, last_id) VALUES ({codes}, 5, 200, 5)", ("gaps or doubles",)),
    ],
)
def test_runs_that_were_changed_are_found(statement: str, words: tuple[str, ...], held: CommandLine) -> None:
    tamper(held, statement.format(codes=list_of(AFTER)))
    found = verify(held)
    assert found.keys() - {None} == {AFTER}
    assert [word for word in words if word not in found[AFTER]] == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE release SET codes = codes + 1 WHERE {release}", "and were loaded with 181 icd10cm code"),
        ("UPDATE release SET headers = 0 WHERE {release}", "and were loaded with 180 icd10cm code"),
        ("UPDATE release SET modifiers = 4 WHERE {release}", "4 icd10cm modifier"),
        ("UPDATE release SET digest = 'x' WHERE {release}", "the code list is not that of the release"),
        ("UPDATE record_list SET digest = 'x' WHERE id = {codes}", "are not what was loaded"),
        ("UPDATE record_list SET rows = 3 WHERE id = {codes}", "gaps or doubles among their 3 rows"),
        ("UPDATE record_list SET kind = 'noc' WHERE id = {codes}", "the code list is not that of the release"),
    ],
)
def test_counts_and_digests_of_a_release_that_were_changed_are_found(
    statement: str, words: str, held: CommandLine
) -> None:
    release = "system = 'icd10cm' AND effective_date = '2024-10-01'"
    tamper(held, statement.format(release=release, codes=list_of(AFTER)))
    found = verify(held)
    assert set(found) == {AFTER}
    assert words in found[AFTER]


def test_records_of_a_release_that_was_deleted_are_counted(held: CommandLine) -> None:
    key = "(SELECT id FROM release WHERE system = 'hcpcs')"
    tables = ("source", "release_check", "record_list")
    tamper(
        held,
        f"DELETE FROM run WHERE list_id = {list_of(SUPPLIES)}",
        *(f"DELETE FROM {table} WHERE release_id = {key}" for table in tables),
        "DELETE FROM release WHERE system = 'hcpcs'",
    )
    found = verify(held)
    assert set(found) == {None}
    assert found[None].endswith("is in no release; 58 records more are like that")


def test_only_the_system_that_is_named_is_verified(held: CommandLine) -> None:
    tamper(held, "UPDATE release SET codes = 1 WHERE system = 'hcpcs'")
    assert verify(held, "icd10cm") == {}
    assert set(verify(held, "hcpcs")) == {SUPPLIES}


def test_findings_are_one_line_for_each_release(held: CommandLine) -> None:
    tamper(held, "UPDATE record SET long_descriptor = 'x' WHERE book_id = (SELECT min(id) FROM book)")
    answer = held("releases", "--verify")
    assert answer.code == 1
    assert len(answer.out.splitlines()) == 4
    assert "197 records more are like that" in answer.out
    rows = held("releases", "--verify", "--format", "csv").out.splitlines()
    assert rows[0] == "release,state"
    assert rows[1] == f"{SUPPLIES},as it was loaded"


def list_of(release: str) -> str:
    """The key of the code list of a release, as SQL."""
    system, _, day = release.removesuffix(".1").partition("@")
    return (
        "(SELECT l.id FROM record_list l JOIN release r ON r.id = l.release_id"
        f" WHERE l.kind = 'codes' AND r.system = '{system}' AND r.effective_date = '{day}')"
    )
