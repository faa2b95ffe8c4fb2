"""Made-up files for the archive, and children that put them there; imported by the children too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from loaders.archive import Archive
from schema.sources import Manifest

NOON = datetime(2026, 8, 25, 12, tzinfo=UTC)
URL = "https://www.cms.gov/files/zip/2027-code-descriptions-tabular-order.zip"


def describe(data: bytes, url: str = URL, **other: Any) -> Manifest:
    """A manifest of these bytes."""
    headers: Mapping[str, str] = {"ETag": '"1"', "Content-Type": "application/zip", "Set-Cookie": "secret=1"}
    values: dict[str, Any] = {
        "sha256": sha256(data).hexdigest(),
        "size": len(data),
        "url": url,
        "final_url": url,
        "requested_at": NOON,
        "finished_at": NOON + timedelta(seconds=3),
        "headers": headers,
        "file_name": url.rpartition("/")[2],
        "licence": "none",
        "system": "icd10cm",
        "release": "icd10cm@2026-10-01",
        "contents": "code_file",
    }
    return Manifest(**{**values, **other})


def put(archive: Archive, data: bytes, url: str = URL, **other: Any) -> Manifest:
    """Archive these bytes as a download would."""
    part = archive.part_path(url)
    part.write_bytes(data)
    return archive.put(part, describe(data, url, **other))


def list_files(folder: Path) -> list[str]:
    """All files below the folder but the unfinished ones."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "part" not in p.name)


def make_data(number: int) -> bytes:
    """Three megabytes, so that a kill has something to cut."""
    return sha256(str(number).encode()).digest() * 100_000


def put_many(begun: Event, folder: Path, first: int) -> None:
    """A child that archives one file after another until it is killed."""
    archive = Archive(folder)
    begun.set()
    for number in range(first, first + 10_000):
        put(archive, make_data(number), f"https://example.org/{number}.zip")


def put_together(gate: Barrier, answers: Any, folder: Path, number: int, times: int) -> None:
    """A child that archives the same bytes as the others, when all are ready to."""
    archive = Archive(folder)
    for turn in range(times):
        data = make_data(turn)
        part = archive.part_path(f"child {number}, turn {turn}")
        part.write_bytes(data)
        gate.wait(60)
        archive.put(part, describe(data, f"https://example.org/{turn}.zip", more={"child": number}))
    answers.put(number)
