"""The archive keeps bytes once, says where each came from, and finds every damage."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.archive import Archive, name_plainly
from loaders.archive_manifest import read_manifest, write_manifest
from schema.errors import ArchiveError
from tests.archive_files import NOON, URL, describe, list_files, put


@pytest.fixture(params=["local", "file", "memory"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    """An empty archive at each kind of address."""
    addresses = {
        "local": str(tmp_path / "archive"),
        "file": f"file://{tmp_path}/archive",
        "memory": f"memory://{tmp_path.name}/archive",
    }
    yield Archive(addresses[request.param], tmp_path / "work")
    fsspec.filesystem("memory").store.clear()


def test_archived_bytes_are_found_with_all_that_is_known_of_them(archive: Archive) -> None:
    kept = put(archive, b"PK one", posted_date=NOON.date(), more={"origin": "test"})
    assert archive.find() == [kept]
    assert kept.headers == {"etag": '"1"', "content-type": "application/zip"}
    assert kept == replace(describe(b"PK one", posted_date=NOON.date(), more={"origin": "test"}), headers=kept.headers)
    assert archive.open_local(kept.sha256).read_bytes() == b"PK one"
    assert archive.verify() == []


def test_part_is_gone_when_it_is_archived(archive: Archive, tmp_path: Path) -> None:
    put(archive, b"PK one")
    assert [path for path in tmp_path.rglob("*part*") if path.is_file()] == []


def test_same_bytes_of_two_fetches_are_kept_once_with_both_manifests(archive: Archive) -> None:
    first = put(archive, b"same", "https://a.example/1.zip")
    second = put(archive, b"same", "https://b.example/2.zip", requested_at=NOON + timedelta(days=1))
    assert archive.find() == [first, second]
    assert archive.find(sha256=first.sha256, url="https://b.example/2.zip") == [second]
    assert archive.verify() == []


def test_second_put_of_one_fetch_changes_nothing(archive: Archive) -> None:
    assert put(archive, b"x") == put(archive, b"x")
    assert len(archive.find()) == 1


def test_another_process_sees_what_was_archived_since(archive: Archive, tmp_path: Path) -> None:
    assert archive.find() == []
    other = Archive(archive.label, tmp_path / "work")
    put(other, b"x")
    assert len(archive.find()) == 1


def test_find_takes_each_key_alone_and_together(archive: Archive) -> None:
    cm = put(archive, b"1", "https://a.example/1.zip", final_url="https://a.example/moved.zip")
    pos = put(archive, b"2", "https://a.example/2", system="pos", release="", contents="place_of_service")
    assert archive.find(system="pos") == [pos]
    assert archive.find(release="icd10cm@2026-10-01") == [cm]
    assert archive.find(contents="place_of_service", system="icd10cm") == []
    assert archive.find(url="https://a.example/moved.zip") == [cm]


def test_bytes_that_the_manifest_does_not_describe_are_refused(archive: Archive) -> None:
    for wrong in (describe(b"right"), replace(describe(b"wrong"), size=4), describe(b"other")):
        part = archive.part_path(URL)
        part.write_bytes(b"wrong")
        with pytest.raises(ArchiveError, match="fetch"):
            archive.put(part, wrong)
        assert part.exists()
    put(archive, b"other")
    part.write_bytes(b"wrong")
    with pytest.raises(ArchiveError, match="sha256"):
        archive.put(part, describe(b"other"))
    assert [manifest.size for manifest in archive.find()] == [5]


def test_part_that_is_not_there_is_refused(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="not there"):
        archive.put(archive.part_path("x"), describe(b"x"))


def test_open_named_gives_the_publishers_name(archive: Archive) -> None:
    one = put(
        archive, b"1", "https://a.example/2023-updated-01/11/2023.zip", file_name="../2023-updated-01/11/2023.zip"
    )
    two = put(archive, b"2", file_name=one.file_name, requested_at=NOON + timedelta(days=1))
    with archive.open_named([one, two]) as paths:
        assert [path.name for path in paths] == ["_2023-updated-01_11_2023.zip"] * 2
        assert [path.read_bytes() for path in paths] == [b"1", b"2"]
    assert not paths[0].parent.exists()


def test_verify_names_every_damage(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = [put(archive, data, f"https://a.example/{data.decode()}") for data in (b"a", b"b", b"c", b"d")]
    paths = [archive.open_local(manifest.sha256) for manifest in kept]
    manifests = [next(path.parent.glob(f"{path.name}.*.json")) for path in paths]
    overwrite(paths[0], b"!")
    paths[1].unlink()
    manifests[2].unlink()
    overwrite(manifests[3], manifests[3].read_bytes().replace(b"cms", b"cmx").replace(b"a.example", b"b.example"))
    (tmp_path / "objects" / "note.txt").write_text("hello")
    (tmp_path / "incoming" / "half.part").write_text("half")
    problems = {(problem.kind, problem.name) for problem in archive.verify()}
    names = [str(path.relative_to(tmp_path)) for path in paths]
    assert problems == {
        ("changed", names[0]),
        ("missing", names[1]),
        ("orphaned", names[2]),
        ("broken_manifest", str(manifests[3].relative_to(tmp_path))),
        ("stray", "objects/note.txt"),
    }
    assert all(str(problem).isprintable() and len(str(problem)) < 400 for problem in archive.verify())
    for path in paths[:2]:
        assert not archive.has(path.parent.name + path.name)
        with pytest.raises(ArchiveError, match="fetch it again"):
            archive.open_local(path.parent.name + path.name)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"format": 2}', b'{"format": 1, "size": "x"}', b"null"])
def test_broken_manifest_is_named_and_found_by_nobody(text: bytes, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = put(archive, b"x")
    path = archive.open_local(kept.sha256)
    overwrite(next(path.parent.glob("*.json")), text)
    assert [problem.kind for problem in archive.verify()] == ["broken_manifest"]
    assert Archive(tmp_path).find() == []


def test_damaged_object_is_replaced_by_a_later_fetch_of_the_right_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = put(archive, b"right")
    overwrite(archive.open_local(kept.sha256), b"wrong")
    put(archive, b"right")
    assert archive.verify() == []


def test_objects_are_read_only_and_lie_by_digest(tmp_path: Path) -> None:
    kept = put(Archive(tmp_path), b"x")
    name = f"objects/{kept.sha256[:2]}/{kept.sha256[2:]}"
    assert [path for path in list_files(tmp_path) if not path.endswith(".json")] == [name]
    assert (tmp_path / name).stat().st_mode & 0o222 == 0


def test_manifest_of_another_object_is_broken(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    one, two = (archive.open_local(put(archive, data).sha256) for data in (b"1", b"2"))
    manifest = next(one.parent.glob("*.json"))
    manifest.rename(two.parent / manifest.name.replace(one.name, two.name))
    assert {problem.kind for problem in archive.verify()} == {"broken_manifest", "orphaned"}


@pytest.mark.parametrize("digest", ["", "x", "../../etc/passwd", "A" * 64, "a" * 63])
def test_what_is_no_digest_is_refused(digest: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="sha256"):
        Archive(tmp_path).open_local(digest)


def test_part_paths_stay_in_the_folder_and_tell_names_apart(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    names = ["a/../..", "..", "", "a b.zip", "a_b.zip", "/etc/passwd", "x" * 400, "2023-updated-01/11/2023.zip", "\0"]
    paths = [archive.part_path(name) for name in names]
    assert len(set(paths)) == len(names)
    for path in paths:
        assert path.parent == tmp_path / "incoming"
        assert "part" in path.name
        path.write_bytes(b"")
    assert paths == [archive.part_path(name) for name in names]


@given(st.text(max_size=300))
def test_any_file_name_becomes_a_harmless_one(name: str) -> None:
    plain = name_plainly(name)
    assert plain == os.path.basename(plain)
    assert plain not in ("", ".", "..")
    assert len(os.fsencode(plain)) <= 200
    assert plain.isprintable()


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.none() | st.dates())
def test_manifest_reads_back_as_it_was_written(text: str, headers: dict[str, str], posted: object) -> None:
    manifest = describe(b"x", file_name=text, headers=headers, posted_date=posted, more={"a": [1, None, text]})
    data = write_manifest(manifest)
    assert read_manifest(data) == manifest
    assert json.loads(data)["format"] == 1


def overwrite(path: Path, data: bytes) -> None:
    """Damage a file, read-only or not."""
    path.chmod(0o644)
    path.write_bytes(data)
