"""Files that an operator dropped are archived once, each judged for itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loaders.archive import Archive
from loaders.import_folder import ORIGIN, import_files
from schema.errors import ArchiveError
from schema.sources import Contents
from tests.archive_files import NOON, list_files
from tests.held_store import CM
from tests.order_files import order_members, write_zip


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An import folder with one release."""
    path = tmp_path / "import" / "icd10cm" / "FY2024" / "2024 codes.zip"
    path.parent.mkdir(parents=True)
    write_zip(path, order_members("icd10cm", 2024, CM))
    return tmp_path / "import"


def test_dropped_file_is_archived_for_the_release_that_its_folders_name(archive: Archive, folder: Path) -> None:
    [imported] = import_files(archive, folder, NOON, licence="ama", tell_contents=lambda _: Contents.CODE_FILE)
    manifest = imported.manifest
    assert manifest is not None
    assert (manifest.system, manifest.release, manifest.contents) == ("icd10cm", "icd10cm@2023-10-01", "code_file")
    assert (manifest.url, manifest.file_name) == ("import:icd10cm/FY2024/2024%20codes.zip", "2024 codes.zip")
    assert (manifest.more["origin"], manifest.licence, manifest.requested_at) == (ORIGIN, "ama", NOON)
    path = folder / imported.name
    assert archive.open_local(manifest.sha256).read_bytes() == path.read_bytes()
    assert archive.verify() == []


def test_second_import_archives_nothing(archive: Archive, folder: Path, tmp_path: Path) -> None:
    first = import_files(archive, folder, NOON)
    before = list_files(tmp_path)
    second = import_files(archive, folder, NOON.replace(year=2027))
    assert [imported.is_new for imported in first + second] == [True, False]
    assert second[0].manifest == first[0].manifest
    assert list_files(tmp_path) == before


def test_file_that_was_replaced_under_its_name_is_new(archive: Archive, folder: Path) -> None:
    import_files(archive, folder, NOON)
    path = next(folder.rglob("*.zip"))
    path.unlink()
    write_zip(path, order_members("icd10cm", 2024, CM[:-1]))
    [imported] = import_files(archive, folder, NOON.replace(hour=13))
    assert imported.is_new
    assert len(archive.find(url="import:icd10cm/FY2024/2024%20codes.zip")) == 2


def test_file_beside_the_systems_belongs_to_no_release(archive: Archive, folder: Path) -> None:
    (folder / "notes.txt").write_text("hello")
    imported = {found.name: found for found in import_files(archive, folder, NOON)}["notes.txt"]
    assert imported.manifest is not None
    assert (imported.name, imported.manifest.system, imported.manifest.release) == ("notes.txt", "", "")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.zip", b"<!DOCTYPE html><html><body>Access denied</body></html>", "web page"),
        ("empty.zip", b"", "empty"),
        ("cut.zip", b"PK\x03\x04" + bytes(100), "zip"),
        ("icd10cm/FY2O26/x.txt", b"x", "FY2O26"),
        ("hcpcs/x.txt", b"x", "RELEASE"),
    ],
)
def test_unusable_file_is_refused_and_the_others_are_taken(
    name: str, data: bytes, words: str, archive: Archive, folder: Path
) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    found = {imported.name: imported for imported in import_files(archive, folder, NOON)}
    assert words in found[name].reason
    assert "\n" not in found[name].reason
    assert found[name].manifest is None
    assert [manifest.file_name for manifest in archive.find()] == ["2024 codes.zip"]


def test_hidden_unfinished_and_linked_files_are_left_alone(archive: Archive, folder: Path, tmp_path: Path) -> None:
    for name in (".hidden", "a.zip.part", "b.crdownload"):
        (folder / name).write_text("x")
    (tmp_path / "outside").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(folder / "pipe")
    assert len(import_files(archive, folder, NOON)) == 1


def test_folder_that_is_not_there_is_empty(archive: Archive, tmp_path: Path) -> None:
    assert import_files(archive, tmp_path / "none", NOON) == []


def test_archive_that_cannot_be_written_is_no_fault_of_the_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="archive cannot be"):
        import_files(Archive(tmp_path / "file" / "below"), folder, NOON)
