"""Real releases loaded in any order, and twice: the same releases, the same diffs, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.report.data import change_set_document, reconciliation_document, render_json
from flows.steps import diff_releases, load_release, reconcile_releases, resolve_pair
from schema.contents import ReleaseInfo
from schema.releases import parse_release
from schema.store import reader
from schema.store.database import open_database, reading
from tests.expected_releases import FOLDERS, RealReleases, open_real_releases

Load = tuple[str, str]
"""System and label."""

ALL_LOADS: list[Load] = [(system, label) for system, folders in FOLDERS.items() for label in folders]
# The order file of the errata has the name of the one it corrects, so the issue is said.
SOME_LOADS: list[Load] = [
    *(("hcpcs", label) for label in FOLDERS["hcpcs"]),
    *(("icd10pcs", label) for label in ("FY2021-jan", "2022-01-01.1", "2022-01-01.2")),
]


@pytest.fixture(scope="session")
def real(releases: Path) -> RealReleases:
    return open_real_releases(releases)


def load_all(engine: Engine, releases: Path, loads: Sequence[Load]) -> list[str]:
    """The outcome of each load."""
    outcomes: list[str] = []
    for system, label in loads:
        paths = [releases / system / FOLDERS[system][label]]
        result = load_release(engine, parse_release(system, label), paths)
        outcomes.append(result.written.outcome)
    return outcomes


def describe_release(info: ReleaseInfo) -> dict[str, object]:
    """All that `addenda releases` tells of a release, the instants apart, and what order may not change.

    The checks compare with the release that was in force before at the time of loading; their messages
    name it, so only names and states are held still here.
    """
    return {
        "id": str(info.release_id),
        "digest": info.digest,
        "counts": (info.codes, info.headers, info.modifiers),
        "file": info.file,
        "has_later_issue": info.has_later_issue,
        "sources": sorted((source.name, source.sha256, source.size) for source in info.sources),
        "lists": sorted((listed.kind, listed.file, listed.rows, str(listed.facts)) for listed in info.lists),
        "checks": sorted((check.name, check.state) for check in info.checks),
    }


def describe_releases(engine: Engine, system: str) -> dict[str, dict[str, object]]:
    with reading(engine) as connection:
        infos = reader.list_releases(connection, system)
    return {str(info.release_id): describe_release(info) for info in infos}


def render_pair(engine: Engine, system: str, previous: str, current: str) -> str:
    """The bytes that `addenda diff` and `addenda reconcile` print."""
    one, other = resolve_pair(engine, system, previous, current)
    change_set = diff_releases(engine, one, other)
    found = reconcile_releases(engine, change_set, one)
    return render_json(change_set_document(change_set)) + render_json(reconciliation_document(found))


def check_any_order(engine: Engine, real: RealReleases, releases: Path, loads: list[Load], seed: int) -> None:
    """Load shuffled and then twice; everything has to be as in the stores that were loaded in order."""
    shuffled = list(loads)
    random.Random(seed).shuffle(shuffled)
    assert shuffled != loads
    outcomes = load_all(engine, releases, shuffled)
    assert set(outcomes) <= {"loaded", "new issue"}
    assert set(load_all(engine, releases, shuffled[::-1])) == {"held"}
    for system in {system for system, _ in loads}:
        labels = [label for name, label in loads if name == system]
        described, expected = (describe_releases(e, system) for e in (engine, real[system].engine))
        assert described == {release_id: expected[release_id] for release_id in described}
        assert len(described) == len(labels)
        for previous, current in [*pairwise(labels), (labels[0], labels[-1])]:
            pair = system, previous, current
            assert render_pair(engine, *pair) == render_pair(real[system].engine, *pair), pair


def test_some_releases_in_any_order_and_twice_give_the_same_diffs(
    real: RealReleases, releases: Path, tmp_path: Path
) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'addenda.db'}")
    try:
        check_any_order(engine, real, releases, SOME_LOADS, 2031)
    finally:
        engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_all_releases_of_all_systems_in_any_order_and_twice_give_the_same_diffs(
    real: RealReleases, releases: Path, tmp_path: Path, seed: int
) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'addenda.db'}")
    try:
        check_any_order(engine, real, releases, ALL_LOADS, seed)
    finally:
        engine.dispose()
