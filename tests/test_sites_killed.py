"""An update that is killed at any moment, finds the disk full or meets another one: the next run ends the work."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.sources.lock import holding_lock
from loaders.archive import Archive
from tests.command_line import Answer, CommandLine
from tests.replica.replica import Replica
from tests.site_runs import command_for
from tests.store_content import read_content
from tests.update_processes import CONTEXT, update

KILLS = 20
MANY_KILLS = 150
SEED = 20261122
SECONDS = 60.0
SYSTEMS = ("icd10cm", "icd10pcs")


@dataclass(frozen=True)
class Whole:
    """What an undisturbed update left, and how many seconds it took."""

    content: dict[str, Any]
    objects: set[str]
    seconds: float


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    """One for all tests here: none of them changes what it offers."""
    with Replica({"icd10cm": ["FY2025", "FY2026"], "icd10pcs": ["FY2026"]}, has_other_sets=False) as running:
        yield running


@pytest.fixture(scope="module")
def whole(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    start_child(command_for(replica, folder / "first")).join(SECONDS)
    # The first child waited for the imports.
    command = command_for(replica, folder / "second")
    began = time.monotonic()
    child = start_child(command)
    child.join(SECONDS)
    seconds = time.monotonic() - began
    assert child.exitcode == 0, read_output(command)
    content = read_content(command.url)
    assert len(content) == 3
    return Whole(content, list_objects(command.home), seconds)


def start_child(command: CommandLine) -> Any:
    command.home.parent.mkdir(parents=True, exist_ok=True)
    child = CONTEXT.Process(target=update, args=(command.environment, output_of(command)))
    child.start()
    return child


def output_of(command: CommandLine) -> Path:
    return command.home.with_suffix(".out")


def read_output(command: CommandLine) -> str:
    return output_of(command).read_text(encoding="utf-8")


def list_objects(home: Path) -> set[str]:
    """The digests of the archived bytes."""
    archive = home / "archive" / "objects"
    return {path.parent.name + path.name for path in archive.glob("??/*") if path.suffix != ".json"}


def check_killed(command: CommandLine, whole: Whole) -> None:
    """Whatever is visible is whole; nothing unfinished has the name of something finished."""
    answer = command("releases", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    held = {row["release_id"] for row in answer.json["releases"]}
    content = read_content(command.url)
    assert held == content.keys() <= whole.content.keys()
    for release_id, found in content.items():
        assert found == whole.content[release_id]
    assert list_objects(command.home) <= whole.objects
    problems = Archive(command.home / "archive").verify()
    # Between the bytes and their manifest a kill leaves bytes of which nobody says where they came from.
    assert [problem for problem in problems if problem.kind != "orphaned"] == []
    incoming = command.home / "archive" / "incoming"
    assert all(".part" in path.name for path in incoming.glob("*"))


def check_finished(command: CommandLine, whole: Whole, answer: Answer) -> None:
    """The same as if nothing had happened."""
    assert (answer.code, answer.err) == (0, ""), answer
    assert read_content(command.url) == whole.content
    assert list_objects(command.home) == whole.objects
    verified = command("sources", "verify")
    assert (verified.code, verified.err) == (0, ""), verified
    # A copy on its way into the archive is swept away a day later: another process might be at it.
    left = [path.name for path in (command.home / "archive" / "incoming").glob("*")]
    assert [name for name in left if not (name.startswith("writing-") and name.endswith(".part"))] == []


def kill_at(command: CommandLine, seconds: float) -> float | None:
    """None for an update that was killed at work; the seconds it took when it had ended before."""
    begin = time.monotonic()
    child = start_child(command)
    child.join(seconds)
    took = time.monotonic() - begin
    child.kill()
    child.join(SECONDS)
    assert child.exitcode in (0, -9), read_output(command)
    return None if child.exitcode else took


def choose_shares(count: int) -> list[float]:
    """Random shares of the duration, one in each part of it."""
    choice = random.Random(SEED)
    return [(number + choice.random()) / count for number in range(count)]


def kill_and_finish(replica: Replica, tmp_path: Path, whole: Whole, kills: int) -> None:
    seconds, killed = whole.seconds, 0
    for number, share in enumerate(choose_shares(kills)):
        command = command_for(replica, tmp_path / str(number))
        took = kill_at(command, share * seconds)
        # The machine is not as busy as it was when the duration was measured: the next moments lie closer.
        seconds = min(seconds, took or seconds)
        killed += took is None
        check_killed(command, whole)
        check_finished(command, whole, command("update", *SYSTEMS))
    assert killed > kills / 2


def test_an_update_killed_at_any_moment_is_finished_by_the_next(replica: Replica, tmp_path: Path, whole: Whole) -> None:
    kill_and_finish(replica, tmp_path, whole, KILLS)


@pytest.mark.slow
def test_an_update_killed_at_many_moments_is_finished_by_the_next(
    replica: Replica, tmp_path: Path, whole: Whole
) -> None:
    kill_and_finish(replica, tmp_path, whole, MANY_KILLS)


def test_an_update_killed_three_times_in_a_row_is_finished_by_the_next(
    replica: Replica, tmp_path: Path, whole: Whole
) -> None:
    command = command_for(replica, tmp_path / "home")
    for moment in (0.5, 0.7, 0.9):
        kill_at(command, moment * whole.seconds)
        check_killed(command, whole)
    check_finished(command, whole, command("update", *SYSTEMS))
    assert command("update", *SYSTEMS).out.splitlines()[-1] == "nothing new"


def test_of_two_updates_at_once_one_waits_for_the_other(replica: Replica, tmp_path: Path, whole: Whole) -> None:
    command = command_for(replica, tmp_path / "home")
    replica.log.clear()
    with holding_lock(command.home):
        runs = [command.start("update", *SYSTEMS) for _ in range(2)]
        for run in runs:
            assert run.stdout is not None
            assert run.stdout.readline() == "another update is running: wait\n"
    while any(run.poll() is None for run in runs):
        assert read_content(command.url).keys() <= whole.content.keys()
    answers = [Answer(run.returncode, *run.communicate(timeout=SECONDS)) for run in runs]
    assert [(answer.code, answer.err) for answer in answers] == [(0, "")] * 2
    loaded = [line for answer in answers for line in answer.out.splitlines() if line.endswith(" loaded")]
    assert sorted(loaded) == [f"{release_id} loaded" for release_id in sorted(whole.content)]
    assert sum("nothing new" in answer.out.splitlines() for answer in answers) == 1
    check_finished(command, whole, answers[0])
    targets = [entry.target for entry in replica.log.downloads()]
    assert len(targets) == len(set(targets)) > 0
    assert replica.log.overlaps() == []


Disk = Callable[[str], None]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Disk]]:
    """A file system of its own, and what gives it another size."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")

    def mount(options: str) -> subprocess.CompletedProcess[str]:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    if mount("size=4k").returncode:
        pytest.skip("this machine does not allow a mount")
    try:
        yield place, lambda size: mount(f"remount,size={size}").check_returncode()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("size", ["4k", "48k", "160k", "260k", "330k"])
def test_a_full_disk_is_one_line_and_is_finished_once_there_is_room(
    small_disk: tuple[Path, Disk], replica: Replica, tmp_path: Path, whole: Whole, size: str
) -> None:
    place, resize = small_disk
    resize(size)
    command = command_for(replica, place / "home")
    refused = command("update", *SYSTEMS)
    assert refused.code in (1, 2), refused
    assert "Traceback" not in refused.out + refused.err
    if refused.code == 2:
        assert refused.err.startswith("addenda: ")
        assert refused.err.count("\n") == 1
    else:
        assert refused.err == ""
        assert "disk" in refused.out or "space" in refused.out, refused
    resize("32m")
    check_killed(command, whole)
    finished = command("update", *SYSTEMS)
    check_finished(command, whole, finished)
