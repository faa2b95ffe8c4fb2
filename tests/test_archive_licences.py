"""A licence counts when a person has accepted it, and the record of that is never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loaders.archive import Archive
from schema.errors import ArchiveError, UsageError
from tests.archive_files import NOON, list_files


@pytest.mark.parametrize("address", ["{folder}", "memory://{name}/archive"])
def test_accepted_licence_counts_and_no_other(address: str, tmp_path: Path) -> None:
    archive = Archive(address.format(folder=tmp_path, name=tmp_path.name), tmp_path)
    assert archive.has_licence("none")
    assert not archive.has_licence("ama")
    archive.record_licence("AMA", " Ann  Example ", NOON, "for 2026")
    assert archive.has_licence("ama")
    assert not archive.has_licence("ada")
    [licence] = archive.list_licences()
    assert (licence.kind, licence.who, licence.accepted_at, licence.note) == ("ama", "Ann Example", NOON, "for 2026")


def test_acceptances_are_added_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.record_licence("ama", "Ann", NOON, "first")
    before = {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)}
    archive.record_licence("ama", "Bob", NOON + timedelta(days=365), "second")
    archive.record_licence("ama", "Ann", NOON, "first")
    assert [licence.note for licence in archive.list_licences()] == ["first", "second"]
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("kind", "who", "when"),
    [("", "Ann", NOON), ("../x", "Ann", NOON), ("ama", " ", NOON), ("ama", "Ann", datetime(2026, 1, 1))],  # noqa: DTZ001
)
def test_acceptance_without_licence_person_or_time_zone_is_refused(
    kind: str, who: str, when: datetime, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        Archive(tmp_path).record_licence(kind, who, when, "")
    assert list_files(tmp_path) == []


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "ama"}', "[]", '"x"'])
def test_broken_record_is_no_acceptance(text: str, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.record_licence("ada", "Ann", datetime(2026, 1, 1, tzinfo=UTC), "")
    path = next((tmp_path / "licences").iterdir())
    path.chmod(0o644)
    path.write_text(text)
    with pytest.raises(ArchiveError, match="licence record is broken"):
        archive.has_licence("ada")
