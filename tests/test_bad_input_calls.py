"""Wrong words on the command line, wrong settings, files and databases that cannot be reached."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.command_line import CommandLine
from tests.held_store import CM, CM_NEXT, Refusal, check_refusal, hold_releases, refusing
from tests.order_files import make_codes, order_file, order_members, write_zip

NOBODY = 65534


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return hold_releases(tmp_path_factory.mktemp("held"))


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    with refusing(held, tmp_path) as refusal:
        yield refusal


@pytest.mark.parametrize(
    ("system", "release"),
    [
        ("icd10cm", "FY20x"),
        ("icd10cm", "FY0000"),
        ("icd10cm", "FY2025-smarch"),
        ("icd10cm", "2026Q1"),
        ("icd10cm", "2026-02-30"),
        ("icd10cm", "2026-13"),
        ("icd10cm", "next year"),
        ("icd10cm", ""),
        ("icd10cm", "icd10pcs@2025-10-01.1"),
        ("icd10cm", "2025-10-01.0"),
        ("icd10cm", "2025-10-01.99999999999999999999"),
        ("icd10cm", "\x1b[31mFY2025"),
        ("hcpcs", "FY2026"),
        ("hcpcs", "2026Q5"),
    ],
)
def test_label_that_names_no_release_is_refused(system: str, release: str, refuse: Refusal) -> None:
    files = {"icd10cm_order_2025.txt": order_file(CM_NEXT)}
    line = refuse(system, release, files)
    assert line.startswith("addenda: usage: ")
    assert "YYYY-MM-DD" in line or "same system" in line


@pytest.mark.parametrize("system", ["cpt", "", "icd10", "icd9cm", "\u0130CD10CM"])
def test_unknown_system_is_refused(system: str, refuse: Refusal) -> None:
    refuse(system, "FY2025", {"order.txt": order_file(CM_NEXT)}, "unknown code system", "icd10cm, icd10pcs, hcpcs")


@pytest.mark.parametrize("option", ["--on", "--known"])
@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "1/2/2026", "", "0000-01-01", "99999-01-01"])
def test_day_that_is_none_is_refused(option: str, day: str, held: CommandLine) -> None:
    check_refusal(held("lookup", "icd10cm", "A00.1", option, day), option, "YYYY-MM-DD")


@pytest.mark.parametrize("code", ["", " ", ".", "\u0391001", "A\xdf1", "A00\n1", "A" * 500])
def test_code_that_can_be_none_is_refused(code: str, held: CommandLine) -> None:
    check_refusal(held("lookup", "icd10cm", code, "--on", "2024-01-15"), "code")


def test_code_of_bytes_that_are_no_text_is_refused(held: CommandLine) -> None:
    with held.start("lookup", "icd10cm", os.fsdecode(b"A\xff1")) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith("addenda: usage: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("load",),
        ("load", "icd10cm"),
        ("load", "icd10cm", "FY2025"),
        ("lookup", "icd10cm"),
        ("diff", "icd10cm", "FY2024"),
        ("diff", "icd10cm", "FY2024", "FY2025", "FY2026"),
        ("diff", "icd10cm", "FY2024", "FY2025", "--format", "yaml"),
        ("releases", "--no-such-option"),
        ("no-such-command",),
        ("update",),
        ("update", "icd10cm"),
        ("update", "icd10cm", "hcpcs", "--from", "."),
        ("--config",),
    ],
    ids=" ".join,
)
def test_command_that_is_not_whole_is_refused(arguments: tuple[str, ...], held: CommandLine) -> None:
    if arguments:
        assert check_refusal(held(*arguments)).startswith("addenda: usage: ")
    else:
        assert "Usage" in held().out + held().err


def test_release_that_is_not_held_is_refused_with_those_that_are(held: CommandLine) -> None:
    answer = held("diff", "icd10cm", "FY2023", "FY2024")
    check_refusal(answer, "release-not-found", "icd10cm@2022-10-01", "held: icd10cm@2023-10-01.1", "addenda load")


def test_missing_path_is_refused(refuse: Refusal) -> None:
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder / "no.zip"], "no.zip", "no such file")


def test_path_through_a_file_is_refused(refuse: Refusal) -> None:
    (refuse.folder / "a.txt").write_text("x")
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder / "a.txt" / "b.zip"], "a.txt/b.zip")


def test_name_that_is_too_long_is_refused(refuse: Refusal) -> None:
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder / ("x" * 5000)], "cannot be read")


def test_empty_folder_is_refused(refuse: Refusal) -> None:
    (refuse.folder / "sub" / ".hidden").mkdir(parents=True)
    (refuse.folder / "sub" / ".hidden" / "order.txt").write_bytes(order_file(CM_NEXT))
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder], "folder is empty", str(refuse.folder.name))


def test_folder_of_links_alone_is_refused(refuse: Refusal) -> None:
    (refuse.folder / "loop").symlink_to(refuse.folder)
    (refuse.folder / "order.txt").symlink_to("/etc/hostname")
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder], "folder is empty", "links do not count")


def test_link_to_itself_is_refused(refuse: Refusal) -> None:
    (refuse.folder / "loop.zip").symlink_to("loop.zip")
    refuse.of_paths("icd10cm", "FY2025", [refuse.folder / "loop.zip"], "loop.zip")


@pytest.mark.parametrize("name", ["pipe", "/dev/zero"])
def test_pipe_or_device_is_refused_at_once(name: str, refuse: Refusal) -> None:
    path = refuse.folder / name
    if not path.exists():
        os.mkfifo(path)
    refuse.of_paths("icd10cm", "FY2025", [path], name, "not a file")


def test_file_of_a_strange_name_is_loaded_under_a_name_that_can_be_printed(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    path = tmp_path / os.fsdecode(b"order\xff\n2025.txt")
    path.write_bytes(order_file(CM))
    assert command("load", "icd10cm", "FY2025", path).code == 0
    sources = command("releases", "--format", "json").json["releases"][0]["sources"]
    assert sources[0]["name"].encode() == b"order\\xff\n2025.txt"


@pytest.fixture
def another_user() -> Iterator[Path]:
    """A folder of a user without rights, whom this process then is."""
    if os.geteuid() != 0:
        folder = Path(tempfile.mkdtemp(prefix="addenda-"))
        yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="addenda-"))
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(0)
        subprocess.run(["rm", "-rf", folder], check=True)


def test_folder_that_may_not_be_read_is_refused(another_user: Path) -> None:
    command = CommandLine(another_user / "home")
    files = another_user / "files"
    (files / "secret").mkdir(parents=True)
    (files / "order_2025.txt").write_bytes(order_file(CM))
    (files / "secret").chmod(0)
    try:
        check_refusal(command("load", "icd10cm", "FY2025", files), "files/secret", "Permission denied")
        check_refusal(command("load", "icd10cm", "FY2025", files / "secret" / "a.zip"), "secret", "Permission denied")
    finally:
        (files / "secret").chmod(0o700)
    assert command("releases", "--format", "json").json == {"releases": []}


def test_file_that_may_not_be_read_is_refused(another_user: Path) -> None:
    path = another_user / "order_2025.txt"
    path.write_bytes(order_file(CM))
    path.chmod(0)
    check_refusal(CommandLine(another_user)("load", "icd10cm", "FY2025", path), "order_2025.txt", "Permission denied")


def test_home_that_may_not_be_written_is_refused_and_still_answers(another_user: Path) -> None:
    home = another_user / "home"
    command = CommandLine(home)
    before = write_zip(another_user / "2024.zip", order_members("icd10cm", 2024, CM))
    after = write_zip(another_user / "2025.zip", order_members("icd10cm", 2025, CM_NEXT))
    command.load("icd10cm", "FY2024", before)
    (home / "addenda.db").chmod(0o400)
    home.chmod(0o500)
    try:
        check_refusal(command("load", "icd10cm", "FY2025", after), "store", "readonly")
        assert command("lookup", "icd10cm", "A00.1", "--on", "2024-01-01", "--format", "json").json["valid"]
        check_refusal(CommandLine(home / "deeper")("releases"), "Permission denied", "ADDENDA_HOME")
    finally:
        home.chmod(0o700)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_disk_is_refused_and_nothing_is_stored(small_disk: Path, tmp_path: Path) -> None:
    command = CommandLine(small_disk / "home")
    few = write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM))
    many = make_codes("icd10cm", 9_000, "A long title that takes up room on the disk, number")
    command.load("icd10cm", "FY2024", few)
    before = command("releases").out
    full = command("load", "icd10cm", "FY2025", write_zip(tmp_path / "2025.zip", order_members("icd10cm", 2025, many)))
    check_refusal(full, "store", "full", "nothing was changed")
    assert command("releases").out == before
    assert command("lookup", "icd10cm", "A00.1", "--on", "2024-01-15", "--format", "json").json["valid"]


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
