"""A load that is killed leaves the release whole or not at all, and nothing that must be cleared away."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from schema.errors import StoreError
from schema.releases import parse_release
from schema.store import reader, writer
from schema.store.database import open_database, reading
from tests.command_line import CommandLine, count_rows, held_releases
from tests.held_store import check_refusal
from tests.order_files import make_codes, order_members, write_zip
from tests.store_processes import CONTEXT, SECONDS, load, load_after, load_and_die, start

CODES = 1_500
FIRST = make_codes("icd10cm", CODES)
# One release after another, each with texts of its own, so that each has everything to write.
LABELS = [f"{year}-{month}-01" for year in range(2016, 2026) for month in ("01", "04")]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    folder = tmp_path_factory.mktemp("archives")

    def write(number: int) -> Path:
        path = folder / f"{number}.zip"
        if not path.exists():
            codes = [replace(code, long=f"{code.long} of release {number}") for code in FIRST]
            year = int(LABELS[number][:4])
            write_zip(path, order_members("icd10cm", year, codes, FIRST))
        return path

    return write


def check_whole_or_absent(url: str, release: str, before: dict[str, int]) -> bool:
    """Whether the release is there; when it is, it has to be whole, else nothing may have changed."""
    ref = parse_release("icd10cm", release)
    if f"{ref}.1" not in held_releases(url):
        assert count_rows(url) == before
        return False
    engine = open_database(url)
    with reading(engine) as connection:
        info = reader.find_release(connection, ref)
        assert sum(1 for _ in reader.read_records(connection, info.release_id)) == CODES
        assert [held.kind for held in info.lists] == ["order_addenda"]
        assert (len(info.sources), len(info.checks)) == (1, 10)
    engine.dispose()
    return True


@pytest.mark.parametrize("times", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_load_killed_at_any_moment(times: int, database_url: str, archives: Callable[[int], Path]) -> None:
    began = time.perf_counter()
    assert load(database_url, "icd10cm", LABELS[0], archives(0)) == "loaded"
    duration = time.perf_counter() - began
    dice = random.Random(times)
    outcomes = set()
    for number in range(1, times + 1):
        release, path = LABELS[number % len(LABELS)], archives(number % len(LABELS))
        before = count_rows(database_url)
        begun = CONTEXT.Event()
        child = start(load_after, begun, database_url, "icd10cm", release, path)
        assert begun.wait(SECONDS)
        time.sleep(dice.uniform(0, 1.2 * duration))
        child.kill()
        child.join(SECONDS)
        outcomes.add(check_whole_or_absent(database_url, release, before))
        # No lock to clear away, nothing half written in the way.
        assert load(database_url, "icd10cm", release, path) in ("loaded", "held")
        assert check_whole_or_absent(database_url, release, before)
    if times > len(LABELS):
        assert outcomes == {True, False}


def test_load_killed_in_the_middle_of_writing(database_url: str, archives: Callable[[int], Path]) -> None:
    """Records, the runs of the code list, the entries of the addenda, and their runs: four writes."""
    load(database_url, "icd10cm", LABELS[0], archives(0))
    for number, (call, is_after) in enumerate(product((1, 2, 3, 4), (False, True)), start=1):
        before = count_rows(database_url)
        release, path = LABELS[number], archives(number)
        child = start(load_and_die, call, is_after, database_url, "icd10cm", release, path)
        child.join(SECONDS)
        assert child.exitcode == -signal.SIGKILL
        assert not check_whole_or_absent(database_url, release, before)
    assert load(database_url, "icd10cm", release, path) == "loaded"
    assert check_whole_or_absent(database_url, release, before)


def test_load_that_breaks_off_while_it_writes_leaves_nothing(
    database_url: str, archives: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(database_url, "icd10cm", LABELS[0], archives(0))
    before = count_rows(database_url)
    write = vars(writer)["insert_columns"]
    for fault in (KeyboardInterrupt(), MemoryError(), StoreError("no room", "", "make some")):

        def write_and_break(*arguments: Any, fault: BaseException = fault) -> None:
            write(*arguments)
            raise fault

        monkeypatch.setattr(writer, "insert_columns", write_and_break)
        with pytest.raises(type(fault)):
            load(database_url, "icd10cm", LABELS[1], archives(1))
        assert count_rows(database_url) == before
    monkeypatch.undo()
    assert load(database_url, "icd10cm", LABELS[1], archives(1)) == "loaded"


def test_command_interrupted_from_the_keyboard_is_refused_in_one_line(
    tmp_path: Path, archives: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "insert_columns", interrupt)
    command = CommandLine(tmp_path / "home")
    line = check_refusal(command("load", "icd10cm", LABELS[0], archives(0)), "interrupted", "no half of a release")
    assert line.startswith("addenda: usage: ")
    assert held_releases(command.url) == []
