"""The dataset when things go wrong: a kill, a full disk, two at once, lost or damaged parts."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import signal
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders import intake_folder, intake_months
from loaders.claims import csv_file, months
from loaders.claims import dataset as dataset_module
from loaders.claims.dataset import ClaimsDataset
from loaders.claims.quarantine import Quarantine
from schema.errors import ClaimsError
from tests.claims_files import import_lines, make_lines, read_kept, write_csv

SPAWN = multiprocessing.get_context("spawn")


def write_many(path: Path, seed: int = 1, number: int = 400) -> Path:
    """Lines of three years, some of them refused."""
    chance = random.Random(seed)
    days = [date(2023, 1, 1) + timedelta(chance.randrange(1000)) for _ in range(number)]
    changes = [
        {
            "claim_id": f"C{n}",
            "claim_line_start_date": day.isoformat(),
            "hcpcs_code": chance.choice(["99213", "A0425", ""]),
            "paid_amount": "x" if n % 50 == 7 else f"{chance.randrange(10**6) / 100:.2f}",
        }
        for n, day in enumerate(days)
    ]
    return write_csv(path, make_lines(*changes))


def list_ids(dataset: ClaimsDataset) -> list[str]:
    return sorted(row["claim_id"] for row in read_kept(dataset))


def import_and_die(folder: Path, path: Path, step: str) -> None:
    """Run in a process of its own, which is killed in the middle of a step."""

    def die(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "parts":
        months.ROWS_PER_GROUP = 20  # type: ignore[attr-defined]
        original, calls = intake_months.MonthWriter._flush, [0]

        def flush(writer: intake_months.MonthWriter, name: str) -> None:
            calls[0] += 1
            if calls[0] > 5:
                die()
            original(writer, name)

        intake_months.MonthWriter._flush = flush  # type: ignore[assignment,method-assign]
    elif step == "quarantine":
        dataset_module.put_in_place = die  # type: ignore[attr-defined]
    else:
        intake_folder.write_whole = die  # type: ignore[attr-defined]
    ClaimsDataset(folder).import_file(path)


@pytest.mark.parametrize("step", ["parts", "quarantine", "marker"])
def test_import_that_is_killed_leaves_the_claims_as_before_and_the_next_one_whole(step: str, tmp_path: Path) -> None:
    dataset = ClaimsDataset(tmp_path / "claims")
    dataset.import_file(write_many(tmp_path / "first.csv"))
    before = (dataset.summary(), dataset.parts(), list_ids(dataset))
    path = write_many(tmp_path / "second.csv", seed=2)
    child = SPAWN.Process(target=import_and_die, args=(dataset.folder, path, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    named = {Path(part.path) for part in dataset.parts()}
    assert set(dataset.folder.glob("months/*/*.parquet")) - named, "it was killed before it wrote anything"
    assert (dataset.summary(), dataset.parts(), list_ids(dataset)) == before
    assert dataset.import_file(path).rows == 392
    assert dataset.summary().rows == 392 * 2
    assert {Path(part.path) for part in dataset.parts()} == set(dataset.folder.glob("months/*/*.parquet"))
    assert not list(dataset.folder.rglob("*.part"))


def import_file(folder: Path, path: Path) -> None:
    ClaimsDataset(folder).import_file(path)


def test_imports_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    dataset = ClaimsDataset(tmp_path / "claims")
    paths = [write_many(tmp_path / f"{n}.csv", seed=n % 2) for n in range(4)]
    children = [SPAWN.Process(target=import_file, args=(dataset.folder, path)) for path in paths]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert (dataset.summary().files, dataset.summary().rows) == (2, 392 * 2)
    assert list_ids(dataset) == sorted([f"C{n}" for n in range(400) if n % 50 != 7] * 2)


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "error")])
@pytest.mark.parametrize("step", ["part", "marker", "quarantine"])
def test_disk_that_takes_no_more_is_told_and_nothing_is_left(
    number: int, words: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    dataset = ClaimsDataset(tmp_path / "claims")
    path = write_many(tmp_path / "lines.csv")
    with monkeypatch.context() as patch:
        if step == "part":
            patch.setattr(intake_months.HashingFile, "write", fail)
        elif step == "marker":
            patch.setattr(intake_folder, "write_whole", fail)
        else:
            patch.setattr(Quarantine, "add", fail)
        with pytest.raises(ClaimsError, match=words):
            dataset.import_file(path)
    assert (dataset.parts(), dataset.summary().files) == ((), 0)
    if step != "marker":
        assert not list(dataset.folder.glob("months/*/*.parquet"))
    assert dataset.import_file(path).rows == 392


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "claims").write_text("a file")
    with pytest.raises(ClaimsError, match="claims cannot be kept"):
        ClaimsDataset(tmp_path / "claims").import_file(write_many(tmp_path / "lines.csv"))


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ClaimsError, match=r"no\.csv"):
        ClaimsDataset(tmp_path / "claims").import_file(tmp_path / "no.csv")


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_many(tmp_path / "lines.csv")

    def add(writer: intake_months.MonthWriter, rows: Any) -> None:
        with path.open("a") as file:
            file.write("more\n")

    monkeypatch.setattr(intake_months.MonthWriter, "add", add)
    dataset = ClaimsDataset(tmp_path / "claims")
    with pytest.raises(ClaimsError, match="changed while it was read"):
        dataset.import_file(path)
    assert dataset.summary().files == 0


@pytest.mark.parametrize("damage", ["missing", "longer", "shorter"])
def test_part_that_is_lost_or_damaged_is_told(damage: str, tmp_path: Path) -> None:
    _, dataset = import_lines(tmp_path, {})
    [part] = dataset.parts()
    path = Path(part.path)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"x" if damage == "longer" else path.read_bytes()[:-1])
    with pytest.raises(ClaimsError, match=path.name):
        dataset.parts()


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'"format": 1', b'"format": 9'), (b'"rows"', b'"lines"'), (b"months/month=2025-03", b"../../../elsewhere"),
     (b"{", b""), (b"2025-03-05", b"2025-33-05")],
)  # fmt: skip
def test_marker_that_is_none_is_told(before: bytes, after: bytes, tmp_path: Path) -> None:
    _, dataset = import_lines(tmp_path, {})
    [marker] = dataset.folder.glob("files/*.json")
    assert before in marker.read_bytes()
    marker.write_bytes(marker.read_bytes().replace(before, after))
    with pytest.raises(ClaimsError, match=r"marker .*\.json"):
        dataset.parts()


def test_row_groups_parts_and_open_files_hold_the_same_rows_however_they_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_many(tmp_path / "lines.csv")
    whole = ClaimsDataset(tmp_path / "whole")
    whole.import_file(path)
    expected = sorted(map(repr, read_kept(whole)))
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 2000)
    for number, (rows, waiting, open_months) in enumerate([(3, 10**9, 64), (10**6, 4000, 2), (1, 10**9, 1)]):
        monkeypatch.setattr(months, "ROWS_PER_GROUP", rows)
        monkeypatch.setattr(months, "WAITING_BYTES", waiting)
        monkeypatch.setattr(months, "OPEN_MONTHS", open_months)
        cut = ClaimsDataset(tmp_path / str(number))
        cut.import_file(path)
        assert sorted(map(repr, read_kept(cut))) == expected
        keys = [[row["line_key"] for row in read_part(part.path)] for part in cut.parts()]
        assert all(numbers == sorted(numbers) for numbers in keys)
        assert len({number for numbers in keys for number in numbers}) == len(expected)
        assert (len(cut.parts()) > len(whole.parts())) == (open_months < 64)
        for part in cut.parts():
            days = [row["date_of_service"] for row in read_part(part.path)]
            assert (min(days), max(days), len(days)) == (part.first_service_date, part.last_service_date, part.rows)
            assert {f"{day:%Y-%m}" for day in days} == {Path(part.path).parent.name[6:]}
    total = sum(row["paid_amount"] for row in read_kept(whole))
    assert isinstance(total, Decimal)


def read_part(path: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows: list[dict[str, Any]] = file.read().to_pylist()
    return rows


def test_part_that_has_as_many_rows_as_line_keys_can_number_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_many(tmp_path / "lines.csv")
    whole = ClaimsDataset(tmp_path / "whole")
    whole.import_file(path)
    monkeypatch.setattr(months, "ROWS_PER_GROUP", 2)
    monkeypatch.setattr(months, "ROWS_PER_PART", 10)
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 200)
    cut = ClaimsDataset(tmp_path / "cut")
    cut.import_file(path)
    assert max(part.rows for part in cut.parts()) <= 10 < max(part.rows for part in whole.parts())
    assert sorted(map(repr, read_kept(cut))) == sorted(map(repr, read_kept(whole)))
