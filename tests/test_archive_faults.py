"""Killed, out of room, two at once, no such place: the archive stays whole and says so in one line."""

from __future__ import annotations

import errno
import os
import random
import time
from pathlib import Path
from typing import Any

import fsspec
import pytest

from loaders import archive_folder
from loaders.archive import Archive
from schema.errors import ArchiveError, SettingsError
from tests.archive_files import list_files, make_data, put, put_many, put_together
from tests.store_processes import CONTEXT, SECONDS, start


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_archive_killed_at_any_moment_is_whole(times: int, tmp_path: Path) -> None:
    dice = random.Random(times)
    archive = Archive(tmp_path)
    for turn in range(times):
        begun = CONTEXT.Event()
        child = start(put_many, begun, tmp_path, 1000 * turn)
        assert begun.wait(SECONDS)
        time.sleep(dice.uniform(0, 0.12))
        child.kill()
        child.join(SECONDS)
        problems = archive.verify()
        # Between the bytes and their manifest: the next fetch of the same bytes settles that.
        assert {problem.kind for problem in problems} <= {"orphaned"}
        for number in range(1000 * turn, 1000 * turn + 2):
            put(archive, make_data(number), f"https://example.org/{number}.zip")
    before = archive.find()
    for problem in archive.verify():
        assert problem.kind == "orphaned"
        put(archive, (tmp_path / problem.name).read_bytes())
    assert archive.verify() == []
    assert len(before) >= 2 * times
    assert all(archive.has(manifest.sha256) for manifest in before)


def test_two_processes_that_archive_the_same_bytes_keep_one_copy(tmp_path: Path) -> None:
    children, times = 3, 8
    gate, answers = CONTEXT.Barrier(children), CONTEXT.Queue()
    running = [start(put_together, gate, answers, tmp_path, number, times) for number in range(children)]
    assert sorted(answers.get(timeout=SECONDS) for _ in running) == list(range(children))
    for child in running:
        child.join(SECONDS)
    archive = Archive(tmp_path)
    assert archive.verify() == []
    assert len(archive.find()) == children * times
    assert len([name for name in list_files(tmp_path) if not name.endswith(".json")]) == times
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize("function", ["open", "fdopen", "fsync", "replace"])
@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "Input/output error")])
def test_disk_that_fails_gives_one_line_and_harms_nothing(
    function: str, number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path)
    kept = put(archive, b"before")
    before = list_files(tmp_path)

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(vars(archive_folder)["os"], function, fail)
        with pytest.raises(ArchiveError, match=words) as refusal:
            put(archive, b"after")
    assert "\n" not in refusal.value.line
    assert len(refusal.value.line) <= 400
    assert list_files(tmp_path) == before
    assert archive.find() == [kept]
    assert archive.verify() == []
    put(archive, b"after")
    assert archive.verify() == []


def test_folder_that_cannot_be_made_or_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    archive = Archive(tmp_path / "file" / "below")
    with pytest.raises(ArchiveError, match="Not a directory"):
        archive.part_path("x")
    with pytest.raises(ArchiveError, match="Not a directory"):
        archive.find()


def test_archive_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    assert (archive.find(), archive.verify(), archive.list_licences()) == ([], [], [])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("address", ["nope://x/y", "sftp-or-so://user:secret@host/x?key=secret"])
def test_address_that_no_file_system_knows_is_refused_without_its_secrets(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ADDENDA_ARCHIVE") as refusal:
        Archive(address, tmp_path)
    assert "secret" not in refusal.value.line


def test_label_shows_no_secrets(tmp_path: Path) -> None:
    assert Archive("memory://user:secret@bucket/x?key=secret#secret", tmp_path).label == "memory://bucket/x"


def test_any_error_of_a_remote_file_system_becomes_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive("memory://bucket/archive", tmp_path)
    files = fsspec.filesystem("memory")

    class BackendError(Exception):
        """What a cloud's own library raises."""

    def fail(*_: Any, **__: Any) -> Any:
        raise BackendError("key=secret")

    monkeypatch.setattr(type(files), "open", fail)
    with pytest.raises(ArchiveError, match="BackendError") as refusal:
        put(archive, b"x")
    assert "secret" not in refusal.value.line
    monkeypatch.setattr(type(files), "find", fail)
    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.find()


def test_remote_upload_that_arrives_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive("memory://changed/archive", tmp_path)
    chunks = archive_folder._chunks
    calls = 0

    def corrupt(file: Any) -> Any:
        nonlocal calls
        calls += 1
        return iter([b"wrong"]) if calls == 1 else chunks(file)

    monkeypatch.setattr(archive_folder, "_chunks", corrupt)
    with pytest.raises(ArchiveError, match="sha256"):
        put(archive, b"right")
    assert fsspec.filesystem("memory").find("/changed") == []


def test_what_a_killed_process_left_is_swept_away_after_a_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    resumable = archive.part_path("a download to be resumed")
    left, fresh = (tmp_path / "incoming" / f"writing-{name}.part" for name in ("old", "new"))
    for path in (resumable, left, fresh):
        path.write_bytes(b"half")
    for path in (resumable, left):
        os.utime(path, (0, 0))
    put(archive, b"x")
    assert sorted((tmp_path / "incoming").iterdir()) == sorted([resumable, fresh])
