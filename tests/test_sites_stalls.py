"""Sites that stop in the middle of a file, through `addenda update` with less patience than it has in earnest."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import sites
from loaders.download import Downloader, Patience
from tests.replica.faults import Fault
from tests.replica.replica import Replica
from tests.site_runs import command_for, lines_naming, list_held, update


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a second without bytes ends an attempt, and so does less than 2,000 bytes in a second."""

    class Impatient(Downloader):
        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, patience=Patience(stall=0.3, drip=1.0), **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sites, "Downloader", Impatient)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [
    Fault("stall"), Fault("stall", after=200), Fault("trickle", step=1, seconds=0.1),
], ids=["before the head", "in the body", "trickle"])  # fmt: skip
def test_a_site_that_stops_is_asked_again_and_then_told(fault: Fault, small_replica: Replica, tmp_path: Path) -> None:
    item = small_replica.item("icd10pcs", "FY2026")
    small_replica.faults.set(item, fault)
    command = command_for(small_replica, tmp_path / "home")
    answer = command("update", "icd10cm", "icd10pcs")
    assert answer.code == 1
    assert list_held(command) == ["icd10cm@2024-10-01.1", "icd10cm@2025-10-01.1"]
    assert 1 < len(small_replica.log.of(item.path)) <= 5
    assert len(lines_naming(answer, item.file_name)) == 1
    small_replica.faults.clear()
    assert "icd10pcs@2025-10-01.1 loaded" in update(command, "icd10pcs").out
