"""HCPCS: the change set of every pair of real releases, code for code against the files and the transaction reports."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from schema.changes import Cause, Change, ChangeKind
from tests.expected_hcpcs import (
    DATES,
    DIFFERENCES,
    JUMP_REASONS,
    KIND_COUNTS,
    PAIRS,
    README_COUNTS,
    SLIPPED_ASC_DATES,
    agrees,
    kind_of,
)
from tests.expected_official import read_actions, read_hcpcs
from tests.expected_releases import LoadedSystem, by_kind, open_real_releases

ALL_PAIRS = tuple(combinations(DATES, 2))


@pytest.fixture(scope="session")
def hcpcs(releases: Path) -> LoadedSystem:
    return open_real_releases(releases)["hcpcs"]


def name_pair(pair: tuple[str, str]) -> str:
    return "-".join(pair)


def fields_of(change: Change) -> set[str]:
    return {field.name for field in change.fields}


@pytest.mark.parametrize("pair", ALL_PAIRS, ids=name_pair)
def test_kind_of_every_code_and_modifier_is_that_of_the_two_files(hcpcs: LoadedSystem, pair: tuple[str, str]) -> None:
    change_set, _ = hcpcs.compare(*pair)
    before, after = (read_hcpcs(hcpcs.folder(label)) for label in pair)
    dates = [DATES[label] for label in pair]
    kinds = {code: kind_of(before.get(code), after.get(code), *dates) for code in before.keys() | after.keys()}
    assert {c.code: c.kind.value for c in change_set.changes} == {code: kind for code, kind in kinds.items() if kind}
    for change in change_set.changes:
        assert (change.before is None, change.after is None) == (change.code not in before, change.code not in after)
        assert change.record_kind == ("modifier" if len(change.code) == 2 else "code")


@pytest.mark.parametrize("pair", ALL_PAIRS, ids=name_pair)
def test_fields_of_a_revision_are_the_columns_that_differ(hcpcs: LoadedSystem, pair: tuple[str, str]) -> None:
    change_set, _ = hcpcs.compare(*pair)
    before, after = (read_hcpcs(hcpcs.folder(label)) for label in pair)
    for change in by_kind(change_set, ChangeKind.REVISED).values():
        one, other = before[change.code], after[change.code]
        expected = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
        if change.code in SLIPPED_ASC_DATES and pair[0] == "2018Q1":
            expected -= {"asc_date"}
        assert fields_of(change) == expected, change.code
        for field in change.fields:
            if field.name in ("long_descriptor", "short_descriptor"):
                assert (frozenset({field.before}), frozenset({field.after})) == (one[field.name], other[field.name])


@pytest.mark.parametrize("pair", KIND_COUNTS, ids=name_pair)
def test_counts_are_those_of_the_read_me(hcpcs: LoadedSystem, pair: tuple[str, str]) -> None:
    change_set, found = hcpcs.compare(*pair)
    assert {kind.value: count for kind, count in change_set.counts.items() if count} == KIND_COUNTS[pair]
    if pair in README_COUNTS:
        (add, discontinued), (absent_before, newly_ended, vanished) = README_COUNTS[pair]
        assert (found.official["new"], found.official["deleted"]) == (add, discontinued)
        counts = change_set.counts
        assert counts[ChangeKind.NEW] + counts[ChangeKind.ADDED_AND_ENDED] == absent_before
        causes = Counter(change.cause for change in by_kind(change_set, ChangeKind.DELETED).values())
        assert (causes[Cause.TERMINATED], causes[Cause.ABSENT]) == (newly_ended, vanished)


@pytest.mark.parametrize("pair", PAIRS, ids=name_pair)
def test_differences_with_the_transaction_report_are_these_and_have_these_reasons(
    hcpcs: LoadedSystem, pair: tuple[str, str]
) -> None:
    _, found = hcpcs.compare(*pair)
    expected = {code: reason for reason, codes in DIFFERENCES[pair].items() for code in codes.split()}
    assert {difference.code: difference.reason for difference in found.differences} == expected
    assert len(found.differences) == len(expected)
    assert found.agrees is (not expected)


@pytest.mark.parametrize("pair", ALL_PAIRS, ids=name_pair)
def test_a_code_is_a_difference_exactly_when_the_change_says_less_than_the_report(
    hcpcs: LoadedSystem, pair: tuple[str, str]
) -> None:
    change_set, found = hcpcs.compare(*pair)
    actions = read_actions(hcpcs.folder(pair[1]))
    changes = {change.code: change for change in change_set.changes}
    expected = set()
    for code in actions.keys() | changes.keys():
        change = changes.get(code)
        kind, fields = (change.kind.value, fields_of(change)) if change else (None, set())
        if not agrees(actions.get(code, "No Change"), kind, fields):
            expected.add(code)
    assert {difference.code for difference in found.differences} == expected
    assert None not in {difference.reason for difference in found.differences}


def test_jump_over_all_releases_names_the_reason_of_every_difference(hcpcs: LoadedSystem) -> None:
    _, found = hcpcs.compare("2018Q1", "2020Q3")
    assert Counter(difference.reason for difference in found.differences) == JUMP_REASONS


def test_code_listed_twice_in_the_report_of_july_2020_is_remarked(hcpcs: LoadedSystem) -> None:
    _, found = hcpcs.compare("2020Q2", "2020Q3")
    assert found.agrees
    assert [remark for remark in found.remarks if "CS" in remark and "twice" in remark]


def test_end_that_was_set_to_before_the_previous_release_is_retroactive(hcpcs: LoadedSystem) -> None:
    change_set, _ = hcpcs.compare("2019Q1", "2020Q1")
    assert {change.code for change in change_set.changes if change.is_retroactive} == {"C9034"}


def test_numbers_that_came_back_with_another_meaning_are_redefined(hcpcs: LoadedSystem) -> None:
    change_set, _ = hcpcs.compare("2018Q1", "2019Q1")
    redefined = {change.code: fields_of(change) for change in change_set.changes if change.is_redefined}
    assert redefined.keys() == {"G9890", "G9891"}
    assert all({"long_descriptor", "added_date"} <= fields for fields in redefined.values())
