"""Databases that cannot be opened or hold something else, and settings that cannot be used."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.command_line import CommandLine
from tests.held_store import CM, check_refusal
from tests.order_files import make_codes, order_members, write_zip


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", ("cannot read the database address",)),
        ("sqlite:", ("cannot read the database address",)),
        ("mysql://root@localhost/x", ("cannot read the database address", "mysql")),
        ("postgres://localhost/x", ("cannot read the database address", "postgresql://")),
        ("postgresql://u:secret@localhost:port/x", ("cannot read the database address",)),
        ("postgresql://u:secret@localhost:1/x", ("cannot open the database", "postgresql://u:***@localhost:1/x")),
        ("postgresql://u:secret@/x?host=/nonexistent", ("cannot open the database",)),
        ("postgresql://u:secret@localhost:1/x?no_such=1", ("cannot open the database", "no_such")),
        ("sqlite:///{folder}", ("cannot open the database",)),
        ("sqlite:///{folder}/a.db?no_such=1", ("no_such",)),
        ("sqlite:////proc/none/a.db", ("/proc/none",)),
        ("sqlite:///{folder}/file/a.db", ("file",)),
    ],
)
def test_database_that_cannot_be_opened_is_refused(url: str, words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    command = CommandLine(tmp_path / "home", url.format(folder=tmp_path))
    line = check_refusal(command("releases"), *words)
    assert line.startswith("addenda: store: ")
    assert "secret" not in line


def test_missing_driver_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    line = check_refusal(CommandLine(tmp_path, "postgresql://u:secret@localhost/x")("releases"), "psycopg")
    assert "pip install 'addenda[postgres]'" in line
    assert "secret" not in line


def test_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    command = CommandLine(tmp_path)
    (tmp_path / "addenda.db").write_bytes(b"My diary\n" * 1000)
    check_refusal(command("releases"), "store", "addenda.db", "not a database")
    assert (tmp_path / "addenda.db").read_bytes() == b"My diary\n" * 1000


def test_damaged_database_is_refused_without_a_traceback(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    many = make_codes("icd10cm", 2_000)
    command.load("icd10cm", "FY2024", write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, many)))
    path = tmp_path / "home" / "addenda.db"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    for call in (
        ("lookup", "icd10cm", "A00.1", "--on", "2024-01-15"),
        ("releases",),
        ("load", "icd10cm", "FY2024", tmp_path / "2024.zip"),
    ):
        check_refusal(command(*call), "store", "malformed")


def test_database_of_a_newer_version_is_refused_and_left_alone(database_url: str, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, text

    command = CommandLine(tmp_path / "home", database_url)
    command.load("icd10cm", "FY2024", write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM)))
    engine = create_engine(make_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    line = check_refusal(command("releases"), "newer version of addenda", "9999")
    assert "secret" not in line
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() == len(CM)
    engine.dispose()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"home = ", ("addenda.toml", "not TOML")),
        (b"home = 5", ("home",)),
        (b"today = 'soon'", ("today", "ADDENDA_TODAY")),
        (b"database_url = ['a']", ("database_url",)),
        (b"home = '\xff'", ("addenda.toml",)),
        (b"\x00", ("addenda.toml",)),
    ],
)
def test_settings_file_that_cannot_be_used_is_refused(text: bytes, words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "addenda.toml"
    path.write_bytes(text)
    environment = {"ADDENDA_DATABASE_URL": "", "ADDENDA_HOME": ""}
    command = CommandLine(tmp_path, more=environment)
    assert check_refusal(command("--config", path, "releases"), *words).startswith("addenda: settings: ")


def test_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    command = CommandLine(tmp_path)
    check_refusal(command("--config", tmp_path / "no.toml", "releases"), "settings", "no.toml")
    check_refusal(command("--config", tmp_path, "releases"), "settings", str(tmp_path))


def test_setting_in_the_environment_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    command = CommandLine(tmp_path, more={"ADDENDA_TODAY": "soon"})
    check_refusal(command("releases"), "settings", "ADDENDA_TODAY")


def test_empty_settings_count_as_not_given(tmp_path: Path) -> None:
    command = CommandLine(tmp_path, more={"ADDENDA_HOME": "", "XDG_DATA_HOME": str(tmp_path), "ADDENDA_TODAY": ""})
    assert command("releases").code == 0
    assert (tmp_path / "addenda" / "addenda.db").is_file()


def test_home_may_begin_with_a_tilde(tmp_path: Path) -> None:
    command = CommandLine(tmp_path, more={"ADDENDA_HOME": "~/store", "HOME": str(tmp_path)})
    assert command("releases").code == 0
    assert (tmp_path / "store" / "addenda.db").is_file()


def test_home_may_have_any_name(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "100%20 #1 of:them")
    assert command("releases").code == 0
    assert sqlite3.connect(command.home / "addenda.db").execute("SELECT count(*) FROM release").fetchone() == (0,)
