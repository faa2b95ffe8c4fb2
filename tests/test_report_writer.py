"""Writing a report: four files at once, or one clear error and the earlier files as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.report import writer
from flows.report.writer import write_report
from schema.errors import ReportError
from tests.report_samples import diagnosis_result, procedure_result, supply_result

NAMES = ["changes.csv", "changes.json", "changes.xlsx", "report.html"]


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_report_is_four_files_and_nothing_else(tmp_path: Path) -> None:
    files = write_report(supply_result(), tmp_path / "new" / "folder")
    assert [path.name for path in (files.csv, files.json, files.workbook, files.html)] == NAMES
    assert list(read_files(tmp_path / "new" / "folder")) == NAMES


def test_equal_input_gives_equal_files(tmp_path: Path) -> None:
    write_report(diagnosis_result(), tmp_path / "one")
    write_report(diagnosis_result(), tmp_path / "two")
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


def test_later_report_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    write_report(diagnosis_result(), tmp_path)
    earlier = read_files(tmp_path)
    write_report(procedure_result(), tmp_path)
    later = read_files(tmp_path)
    assert list(later) == NAMES
    assert all(later[name] != earlier[name] for name in NAMES)


def test_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ReportError, match=r"^the report cannot be written \(.*taken.*\): .+; name a folder") as refused:
        write_report(diagnosis_result(), tmp_path / "taken" / "report")
    assert "\n" not in refused.value.line


def test_disk_that_fills_leaves_the_earlier_report_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_report(diagnosis_result(), tmp_path)
    earlier = read_files(tmp_path)
    write_bytes = Path.write_bytes

    def fill(path: Path, data: bytes) -> int:
        if "changes.csv" in path.name:
            write_bytes(path, data[:10])
            raise OSError(28, "No space left on device", str(path))
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(ReportError, match="No space left on device"):
        write_report(procedure_result(), tmp_path)
    assert read_files(tmp_path) == earlier


def test_rendering_that_fails_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(report: object) -> bytes:
        raise ValueError("no")

    monkeypatch.setattr(writer, "build_workbook", fail)
    with pytest.raises(ValueError, match="no"):
        write_report(diagnosis_result(), tmp_path)
    assert read_files(tmp_path) == {}
