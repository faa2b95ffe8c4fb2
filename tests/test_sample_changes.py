"""What the sample shows: every kind of change, every cause, every class of field, each difference with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from flows import steps
from flows.sample.writer import SampleRelease, write_sample
from schema.changes import Cause, Change, ChangeKind, FieldClass, UpdateResult
from schema.contents import CheckResult
from schema.releases import ReleaseRef
from schema.store.database import open_database

AS_OF = date(2024, 8, 1)
ICD_KINDS = {
    ChangeKind.NEW,
    ChangeKind.DELETED,
    ChangeKind.REVISED,
    ChangeKind.NEW_HEADER,
    ChangeKind.GONE_HEADER,
    ChangeKind.REVISED_HEADER,
}
HCPCS_KINDS = {
    ChangeKind.NEW,
    ChangeKind.REINSTATED,
    ChangeKind.DELETED,
    ChangeKind.REVISED,
    ChangeKind.ADDED_AND_ENDED,
    ChangeKind.PURGED,
}


@dataclass(frozen=True)
class Loaded:
    """The sample after it was loaded and each release was compared with the one before."""

    checks: dict[tuple[str, str, int], list[CheckResult]]
    results: dict[tuple[str, str, int], UpdateResult]

    def changes(self, *systems: str) -> list[Change]:
        return [c for (system, *_), r in self.results.items() if system in systems for c in r.change_set.changes]

    def change(self, system: str, label: str, code: str, issue: int = 1) -> Change:
        found = [c for c in self.results[system, label, issue].change_set.changes if c.code == code]
        assert len(found) == 1
        return found[0]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("sample")
    engine = open_database(f"sqlite:///{folder / 'addenda.db'}")
    checks: dict[tuple[str, str, int], list[CheckResult]] = {}
    results: dict[tuple[str, str, int], UpdateResult] = {}
    before: SampleRelease | None = None
    for release in write_sample(folder / "files"):
        key = (release.system, release.label, release.issue)
        load = steps.load_release(engine, ReleaseRef(release.system, release.effective_date), [release.path])
        assert load.written.release_id.issue == release.issue
        checks[key] = list(load.checks)
        if before is not None and before.system == release.system:
            names = [f"{r.effective_date}.{r.issue}" for r in (before, release)]
            pair = steps.resolve_pair(engine, release.system, names[0], names[1])
            results[key] = steps.prepare_result(engine, *pair, AS_OF)
        before = release
    engine.dispose()
    return Loaded(checks, results)


def test_every_check_of_every_release_passes(loaded: Loaded) -> None:
    failed = [(key, check.name) for key, checks in loaded.checks.items() for check in checks if not check.is_passed]
    assert failed == []


def test_sample_shows_every_kind_of_change(loaded: Loaded) -> None:
    assert {change.kind for change in loaded.changes("icd10cm", "icd10pcs")} == ICD_KINDS
    assert {change.kind for change in loaded.changes("hcpcs")} == HCPCS_KINDS
    assert set(ChangeKind) == ICD_KINDS | HCPCS_KINDS


def test_sample_shows_every_cause(loaded: Loaded) -> None:
    assert {c.cause for c in loaded.changes("icd10cm")} == {None, Cause.NOW_HEADER, Cause.WAS_HEADER, Cause.ABSENT}
    assert {c.cause for c in loaded.changes("hcpcs")} == {None, Cause.TERMINATED, Cause.ABSENT}


def test_sample_shows_every_class_of_field(loaded: Loaded) -> None:
    assert {field.field_class for change in loaded.changes("hcpcs") for field in change.fields} == set(FieldClass)


def test_change_sets_show_what_is_told_beside_the_kind(loaded: Loaded) -> None:
    assert loaded.change("hcpcs", "2020Q1", "C9053").starts_date == date(2020, 4, 1)
    assert loaded.change("hcpcs", "2020Q2", "C9041").ends_date == date(2020, 6, 30)
    assert loaded.change("hcpcs", "2020Q1", "C9034").is_retroactive
    assert loaded.change("hcpcs", "2019Q1", "G9890").is_redefined


def test_modifiers_change_too(loaded: Loaded) -> None:
    kinds = {change.kind for change in loaded.changes("hcpcs") if change.record_kind == "modifier"}
    assert kinds == {ChangeKind.NEW, ChangeKind.DELETED, ChangeKind.REVISED}


def test_code_that_was_subdivided_has_its_children_as_successors(loaded: Loaded) -> None:
    change = loaded.change("icd10cm", "FY2025", "Z86010")
    assert (change.kind, change.cause) == (ChangeKind.DELETED, Cause.NOW_HEADER)
    successors = loaded.results["icd10cm", "FY2025", 1].successors
    assert [found.code for found in successors["Z86010"]] == ["Z860100", "Z860101", "Z860102", "Z860109"]
    assert {found.source for found in successors["C8339"]} == {"children"}


def test_ended_code_has_its_cross_reference_as_successor(loaded: Loaded) -> None:
    assert [found.code for found in loaded.results["hcpcs", "2019Q1", 1].successors["C9492"]] == ["J9173"]


def test_titles_change_in_every_way(loaded: Loaded) -> None:
    both = loaded.change("icd10cm", "FY2025", "Z6854")
    assert {found.name for found in both.fields} == {"long_descriptor", "short_descriptor"}
    assert [found.name for found in loaded.change("icd10cm", "FY2024", "N071").fields] == ["short_descriptor"]
    assert [found.name for found in loaded.change("icd10pcs", "FY2024", "XRGA0R7").fields] == ["long_descriptor"]
    assert loaded.change("icd10cm", "FY2024", "Y0745").is_cosmetic
    accent = loaded.change("icd10cm", "FY2025", "L705")
    assert accent.is_cosmetic
    assert [(found.before, found.after) for found in accent.fields] == [("Acne excoriee", "Acne excoriée")]


def test_notes_change_where_no_title_does(loaded: Loaded) -> None:
    changed = {
        code: [found.name for found in loaded.change("icd10cm", "FY2025", code).fields]
        for code in ("E66", "E6601", "J159", "R4189")
    }
    assert changed == {
        "E66": ["use_additional"],
        "E6601": ["excludes1"],
        "J159": ["code_first"],
        "R4189": ["inclusion_terms"],
    }


def test_letters_stand_in_odd_places(loaded: Loaded) -> None:
    codes = {change.code for change in loaded.changes("icd10cm")}
    assert {"C810A", "C84AA", "E10A0", "G20C", "G40C01", "T81320A"} <= codes


def test_reissued_archive_has_two_codes_more(loaded: Loaded) -> None:
    result = loaded.results["icd10pcs", "FY2022", 2]
    assert [change.code for change in result.change_set.changes] == ["XW023X7", "XW023Y7"]
    assert result.reconciliation.agrees


def test_every_difference_from_the_publishers_list_has_a_reason(loaded: Loaded) -> None:
    reasons = {
        key: {found.code: found.reason for found in result.reconciliation.differences}
        for key, result in loaded.results.items()
        if not result.reconciliation.agrees
    }
    assert reasons == {
        ("icd10cm", "FY2024", 1): {"Y0745": "white_space_only"},
        ("hcpcs", "2019Q1", 1): {"DA": "correction", "G9890": "redefined_code"},
        ("hcpcs", "2020Q1", 1): {
            "B4105": "correction",
            "C9034": "correction",
            "DA": "correction",
            "J1095": "correction",
        },
    }
