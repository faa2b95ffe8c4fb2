"""Paths that cannot be read, folders that may not be written, a disk that is full."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
