"""Published sample remittances: taken in with every amount, or refused for what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.remits.dataset import RemitsDataset
from tests.remit_reading import list_kept, list_plainly, read_lines, read_plainly

pytestmark = pytest.mark.real


def find_samples(releases: Path) -> list[Path]:
    folder = releases / "claims_samples"
    if not folder.is_dir():
        pytest.skip(f"no samples of remittances at {folder}")
    return sorted(path for path in folder.rglob("*835*") if path.is_file())


def find_fault(text: str) -> str | None:
    """What is wrong with a published sample. All name `:` in their header; three part no code by it."""
    if not text.startswith("ISA"):
        return "does not begin with ISA"
    services = [segment.strip().split("*") for segment in text.split("~") if segment.strip().startswith("SVC")]
    return "SVC01 holds no code" if any(":" not in service[1] for service in services) else None


def test_every_sample_is_taken_in_or_refused_for_what_is_wrong_with_it(releases: Path, tmp_path: Path) -> None:
    samples = find_samples(releases)
    assert len(samples) >= 7
    taken = 0
    for number, path in enumerate(samples):
        dataset = RemitsDataset(tmp_path / str(number))
        found = dataset.import_file(path)
        text = path.read_text()
        fault = find_fault(text)
        if fault:
            assert fault in (found.refusal or ""), path
            assert dataset.line_parts() == ()
        else:
            assert found.refusal is None, path
            assert list_kept(dataset) == list_plainly(read_plainly(text))
            taken += 1
    assert taken >= 3


def test_remarks_and_modifiers_of_the_samples_are_kept(releases: Path, tmp_path: Path) -> None:
    dataset = RemitsDataset(tmp_path / "remits")
    for path in find_samples(releases):
        dataset.import_file(path)
    rows = read_lines(dataset)
    denied = [row for row in rows if any(a["carc"] == "251" for a in row["adjustments"])]
    assert [(row["code"], row["modifiers"], row["remarks"]) for row in denied] == [
        ("V2700", "RB", ["N206"]),
        ("S0580", None, ["N206"]),
    ]
    assert [row["remarks"] for row in rows if row["claim_id"] == "777777"] == [["MA02"]]
