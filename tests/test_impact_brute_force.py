"""Every figure of the impact against a count by hand, on organisations made up at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.sample.writer import write_sample
from tests.command_line import CommandLine
from tests.impact_by_hand import count_exposures, count_uses, window_of
from tests.organisation_files import OrganisationFiles, OrganisationMaker

SAMPLE_PAIRS = {"icd10cm": ("FY2023", "FY2025"), "hcpcs": ("2018Q1", "2020Q1")}
REAL_PAIRS = {"icd10cm": ("FY2024", "FY2025"), "hcpcs": ("2019Q1", "2020Q1")}
AMOUNTS = ("billed", "allowed", "paid")


@dataclass(frozen=True)
class Step:
    """One pair of releases, and what changed between them."""

    system: str
    previous: str
    current: str
    effective: date
    kinds: dict[str, str]


@dataclass(frozen=True)
class Store:
    """A database with the releases of every step."""

    url: str
    steps: tuple[Step, ...]


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    home = tmp_path_factory.mktemp("sample")
    command = CommandLine(home)
    for release in write_sample(home / "releases"):
        if release.system in SAMPLE_PAIRS:
            command.load(release.system, release.label, release.path)
    return Store(command.url, tuple(find_steps(command, SAMPLE_PAIRS)))


@pytest.fixture(scope="module")
def real_store(tmp_path_factory: pytest.TempPathFactory, releases: Path) -> Store:
    command = CommandLine(tmp_path_factory.mktemp("real"))
    for folder, release in (("FY2024-oct", "FY2024"), ("FY2025-oct", "FY2025")):
        command.load("icd10cm", release, releases / "icd10cm" / folder)
    for folder, release in (("2019-01", "2019Q1"), ("2020-01", "2020Q1")):
        command.load("hcpcs", release, releases / "hcpcs" / folder)
    return Store(command.url, tuple(find_steps(command, REAL_PAIRS)))


def find_steps(command: CommandLine, pairs: dict[str, tuple[str, str]]) -> Iterator[Step]:
    for system, (previous, current) in pairs.items():
        found = command("diff", system, previous, current, "--format", "json").json
        effective = date.fromisoformat(found["current"].partition("@")[2].partition(".")[0])
        yield Step(system, previous, current, effective, {c["code"]: c["kind"] for c in found["changes"]})


@pytest.mark.parametrize("seed", range(10))
def test_every_figure_on_the_sample_equals_a_count_by_hand(seed: int, sample_store: Store, tmp_path: Path) -> None:
    check_organisation(seed, sample_store, tmp_path)


@pytest.mark.parametrize("seed", [10])
def test_every_figure_on_real_releases_equals_a_count_by_hand(seed: int, real_store: Store, tmp_path: Path) -> None:
    check_organisation(seed, real_store, tmp_path)


def check_organisation(seed: int, store: Store, folder: Path) -> None:
    changed = {step.system: sorted(step.kinds) for step in store.steps}
    effective = {step.system: step.effective for step in store.steps}
    files = OrganisationMaker(seed, changed, effective).write(folder / "organisation")
    command = CommandLine(folder / "home", database_url=store.url)
    again = folder / "again.csv"
    again.write_bytes(files.claims.read_bytes())
    imported = command("--config", files.config, "import", "claims", files.claims, again)
    assert imported.code in (0, 1), imported.err
    assert "PATIENT-7" not in imported.out + imported.err
    for step in store.steps:
        check_step(command, files, step)


def check_step(command: CommandLine, files: OrganisationFiles, step: Step) -> None:
    answer = command("--config", files.config, "impact", step.system, step.previous, step.current, "--format", "json")
    assert answer.code in (0, 1), answer.err
    found = answer.json
    items = {item["code"]: item for item in found["items"]}
    assert len(items) == len(found["items"]), "a code stands twice"
    first, last = window_of(step.effective)
    assert found["window"] == {"from": first.isoformat(), "to": last.isoformat()}
    codes = sorted(step.kinds)
    uses = count_uses(files, step.system, codes)
    exposures = count_exposures(files, step.system, codes, first, last)
    assert sorted(items) == sorted(uses.keys() | exposures.keys())
    for code, item in items.items():
        assert item["kind"] == step.kinds[code]
        told = [(u["use"], u["owner"], u["location"], u["entry"], u["match"]) for u in item["uses"]]
        assert sorted(told, key=str) == uses.get(code, []), code
        check_exposure(item, exposures.get(code, {}))
    planted = {code: lines for (system, code), lines in files.planted.items() if system == step.system}
    assert {code: items[code]["exposure"]["lines"] for code in planted} == planted
    is_stale = any(item["kind"] == "deleted" and item["uses"] for item in items.values())
    assert answer.code == int(is_stale)


def check_exposure(item: dict[str, Any], payers: dict[str | None, dict[str, Any]]) -> None:
    by_payer = {part["payer"]: part for part in item["by_payer"]}
    assert len(by_payer) == len(item["by_payer"])
    assert by_payer.keys() == payers.keys()
    for payer, sums in payers.items():
        check_measure(by_payer[payer], sums["lines"], sums["claims"], {name: sums[name] for name in AMOUNTS})
    lines = sum(sums["lines"] for sums in payers.values())
    claims = set().union(*(sums["claims"] for sums in payers.values()))
    total = {name: sum((sums[name] for sums in payers.values()), Decimal(0)) for name in AMOUNTS}
    check_measure(item["exposure"], lines, claims, total)


def check_measure(told: dict[str, Any], lines: int, claims: set[str], amounts: dict[str, Decimal]) -> None:
    assert (told["lines"], told["claims"]) == (lines, len(claims))
    assert {name: Decimal(str(told[name])) for name in amounts} == amounts
