"""The remittances that are held when things go wrong: twice, a kill, a full disk, two at once; and privacy."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders import intake_folder, intake_months
from loaders.remits import importing
from loaders.remits.dataset import RemitsDataset
from schema.errors import RemitsError
from tests.claims_files import find_in_files
from tests.remit_files import RemitClaim, RemitLine, Remittance, sample_remittance, write_835
from tests.remit_reading import list_kept, list_plainly, read_lines, read_plainly

SPAWN = multiprocessing.get_context("spawn")


def write_file(path: Path, first: int = 1, received_date: date = date(2025, 11, 3)) -> Path:
    path.write_text(write_835(sample_remittance(30, first, received_date)))
    return path


def test_same_bytes_count_once_under_any_name(tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    first = dataset.import_file(write_file(tmp_path / "one.835"))
    again = dataset.import_file(write_file(tmp_path / "two.txt"))
    assert (first.is_known, again.is_known) == (False, True)
    assert (again.file, again.sha256, again.claims, again.rows) == ("two.txt", first.sha256, first.claims, first.rows)
    assert (again.parts, again.notes) == (first.parts, first.notes)
    assert (dataset.summary().files, dataset.summary().lines) == (1, first.rows)
    assert len(read_lines(dataset)) == first.rows


def import_and_die(folder: Path, path: Path, step: str) -> None:
    """Run in a process of its own, which is killed in the middle of a step."""

    def die(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "part":
        intake_months.MonthWriter._close = die  # type: ignore[method-assign]
    else:
        intake_folder.write_whole = die  # type: ignore[attr-defined]
    RemitsDataset(folder).import_file(path)


@pytest.mark.parametrize("step", ["part", "marker"])
def test_import_that_is_killed_leaves_what_is_held_as_before_and_the_next_one_whole(step: str, tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    dataset.import_file(write_file(tmp_path / "first.835"))
    before = (dataset.summary(), dataset.line_parts(), list_kept(dataset))
    path = write_file(tmp_path / "second.835", first=100)
    child = SPAWN.Process(target=import_and_die, args=(dataset.folder, path, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert len(list(dataset.folder.rglob("*.parquet"))) == 2, "it was killed before it wrote anything"
    assert (dataset.summary(), dataset.line_parts(), list_kept(dataset)) == before
    assert dataset.import_file(path).claims == 30
    texts = [(tmp_path / name).read_text() for name in ("first.835", "second.835")]
    assert list_kept(dataset) == sorted(row for text in texts for row in list_plainly(read_plainly(text)))
    assert {Path(part.path) for part in dataset.line_parts()} == set(dataset.folder.rglob("*.parquet"))


def import_file(folder: Path, path: Path) -> None:
    RemitsDataset(folder).import_file(path)


def test_imports_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    paths = [write_file(tmp_path / f"{n}.835", first=1 + n % 2 * 100) for n in range(3)]
    children = [SPAWN.Process(target=import_file, args=(dataset.folder, path)) for path in paths]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 3
    assert dataset.summary().files == 2
    assert list_kept(dataset) == sorted(
        row for path in paths[:2] for row in list_plainly(read_plainly(path.read_text()))
    )


@pytest.mark.parametrize("step", ["part", "marker"])
def test_disk_that_takes_no_more_is_told_and_nothing_is_left(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    dataset = RemitsDataset(tmp_path / "remits")
    path = write_file(tmp_path / "remit.835")
    with monkeypatch.context() as patch:
        if step == "part":
            patch.setattr(intake_months.HashingFile, "write", fail)
        else:
            patch.setattr(intake_folder, "write_whole", fail)
        with pytest.raises(RemitsError, match=r"remittances cannot be kept.*the disk is full"):
            dataset.import_file(path)
    assert (dataset.line_parts(), dataset.summary().files, dataset.summary().refused) == ((), 0, 0)
    assert dataset.import_file(path).claims == 30


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RemitsError, match=r"cannot be read .*no\.835"):
        RemitsDataset(tmp_path / "remits").import_file(tmp_path / "no.835")


@pytest.mark.parametrize("damage", ["missing", "longer"])
def test_part_that_is_lost_or_damaged_is_told(damage: str, tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    dataset.import_file(write_file(tmp_path / "remit.835"))
    [part] = dataset.line_parts()
    if damage == "missing":
        Path(part.path).unlink()
    else:
        Path(part.path).write_bytes(Path(part.path).read_bytes() + b"x")
    with pytest.raises(RemitsError, match=f"a part of the remittances is .*{Path(part.path).name}"):
        dataset.line_parts()


def test_parts_lie_by_month_of_receipt_and_tell_its_dates(tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    days = [date(2025, 10, 31), date(2025, 11, 1), date(2025, 11, 20)]
    for number, day in enumerate(days):
        dataset.import_file(write_file(tmp_path / f"{number}.835", received_date=day))
    parts = dataset.line_parts()
    assert sorted(part.first_date for part in parts) == days
    assert all(part.first_date == part.last_date for part in parts)
    assert all(Path(part.path).parent.name == f"month={part.first_date:%Y-%m}" for part in parts)
    assert (dataset.summary().first_date, dataset.summary().last_date) == (days[0], days[-1])


SECRETS = ("IGNATOWSKI", "ZSAZSA", "MBR55512", "0780511", "19310719", "CHERRY LANE", "PATCTL99", "5550199", "GRP4471")
PATIENT = RemitClaim(
    "KEPT1",
    [RemitLine("99213", "100")],
    patient="NM1*QC*1*IGNATOWSKI*ZSAZSA****MI*MBR55512",
    more=(
        "NM1*IL*1*IGNATOWSKI*ZSAZSA****MI*MBR55512",
        "NM1*74*1*IGNATOWSKI*ZSAZSA",
        "REF*1L*GRP4471",
        "REF*EA*0780511",
        "REF*SY*0780511",
        "DTM*050*19310719",
        "PER*CX*ZSAZSA IGNATOWSKI*TE*5550199",
    ),
)


def write_secrets(paid: str | None = None) -> str:
    text = write_835(Remittance([replace(PATIENT, paid=paid)], provider_adjustments=[("WO:PATCTL99", 3)]))
    return (
        text.replace("N3*1 LONG STREET", "N3*CHERRY LANE")
        .replace("PAYERKEPT1", "PATCTL99")
        .replace("HC:99213*", "HC:99213:::::ZSAZSA IGNATOWSKI*")
    )


@pytest.mark.parametrize("paid", [None, "99"])
def test_nothing_of_a_patient_is_kept_or_told(
    paid: str | None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = write_secrets(paid)
    assert all(secret in text for secret in SECRETS)
    (tmp_path / "remit.835").write_text(text)
    dataset = RemitsDataset(tmp_path / "home" / "remits")
    found = dataset.import_file(tmp_path / "remit.835")
    assert bool(found.refusal) == bool(paid)
    said = repr(found) + "".join(capfd.readouterr())
    for secret in SECRETS:
        assert secret not in said
        assert not find_in_files(tmp_path / "home", [secret])
    assert bool(find_in_files(tmp_path / "home", ["KEPT1"])) != bool(paid)


def test_claim_id_is_nowhere_with_a_key(tmp_path: Path) -> None:
    (tmp_path / "remit.835").write_text(write_secrets())
    RemitsDataset(tmp_path / "home").import_file(tmp_path / "remit.835", "key")
    assert find_in_files(tmp_path / "home", ["99213"])
    assert not find_in_files(tmp_path / "home", ["KEPT1"])


def test_failure_in_the_middle_closes_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    dataset = RemitsDataset(tmp_path / "remits")
    with monkeypatch.context() as patch:
        patch.setattr(importing, "make_rows", interrupt)
        with pytest.raises(KeyboardInterrupt):
            dataset.import_file(write_file(tmp_path / "remit.835"))
    assert not list(dataset.folder.rglob("*.parquet"))
    assert dataset.import_file(tmp_path / "remit.835").claims == 30
