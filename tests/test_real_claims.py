"""Published sample claims are read whole, and refused when they are cut, miscount or part codes by another mark."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from loaders.claims.x12_837 import looks_like_x12, read_837
from schema.errors import ClaimsError

pytestmark = pytest.mark.real


def find_samples(releases: Path, pattern: str) -> list[Path]:
    folder = releases / "claims_samples"
    if not folder.is_dir():
        pytest.skip(f"no samples of claims at {folder}")
    return sorted(folder.glob(pattern))


def split_segments(data: bytes) -> list[list[str]]:
    return [segment.strip().split("*") for segment in data.decode().split("~") if segment.strip()]


def find_fault(segments: list[list[str]]) -> str | None:
    """What is wrong with a published sample. All name `:` in their header; five part codes with `>`."""
    if any(segment[0] == "HI" and ":" not in segment[1] for segment in segments):
        return "CLM05 is not parted"
    return None if counts_right(segments) else "SE01"


def counts_right(segments: list[list[str]]) -> bool:
    names = [segment[0] for segment in segments]
    begins = [n for n, name in enumerate(names) if name == "ST"]
    ends = [n for n, name in enumerate(names) if name == "SE"]
    return [int(segments[end][1]) for end in ends] == [e - b + 1 for b, e in zip(begins, ends, strict=True)]


def test_samples_give_the_services_and_diagnoses_that_stand_in_them(releases: Path) -> None:
    samples = find_samples(releases, "*/**/*837*")
    read = 0
    for path in filter(Path.is_file, samples):
        segments = split_segments(path.read_bytes())
        assert looks_like_x12(path.read_bytes()[:512])
        if fault := find_fault(segments):
            with pytest.raises(ClaimsError, match=fault):
                list(read_837(path))
            continue
        rows = list(read_837(path))
        services = [segment for segment in segments if segment[0] in ("SV1", "SV2")]
        written = Counter((segment[1].split(":")[1], segment[2]) for segment in services)
        assert Counter((row["hcpcs_code"], row["charge_amount"]) for row in rows) == written
        assert {row["claim_id"] for row in rows} == {segment[1] for segment in segments if segment[0] == "CLM"}
        codes = {part.split(":")[1] for segment in segments if segment[0] == "HI" for part in segment[1:]}
        columns = [f"diagnosis_code_{n}" for n in range(1, 26)]
        assert {row[name] for row in rows for name in columns if name in row} == codes
        read += 1
    assert read >= 20


def test_samples_cut_anywhere_are_refused(releases: Path, tmp_path: Path) -> None:
    for path in filter(Path.is_file, find_samples(releases, "*/**/*837*")):
        data = path.read_bytes().rstrip()
        cut = tmp_path / path.name
        for length in range(3, len(data), 97):
            cut.write_bytes(data[:length])
            with pytest.raises(ClaimsError):
                next(read_837(cut))


def test_remittances_are_refused(releases: Path) -> None:
    for path in find_samples(releases, "**/*835*"):
        if path.is_file():
            with pytest.raises(ClaimsError):
                list(read_837(path))
