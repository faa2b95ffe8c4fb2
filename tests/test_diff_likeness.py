"""Guesses by title: what is like enough, what only looks like it, and that a guess is never more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.diff.likeness import GUESS_RANK, LEAST_LIKENESS, MAX_GUESSES, guess_successors
from flows.diff.successors import UNUSABLE_RANK
from flows.steps import suggest_successors
from schema.changes import Cause, Change, ChangeKind, ChangeSet, Successor
from schema.records import CodeRecord
from schema.releases import ReleaseId, parse_release
from schema.store.database import reading
from schema.store.reader import find_release, read_records
from tests.expected_releases import LoadedSystem, RealReleases, open_real_releases

PREVIOUS, CURRENT = date(2030, 10, 1), date(2031, 10, 1)
INJECTION = "Injection, aripiprazole lauroxil (aristada initio), 1 mg"


def record(system: str, code: str, title: str, ended: date | None = None, *, is_header: bool = False) -> CodeRecord:
    flag = None if system == "hcpcs" else not is_header
    return CodeRecord(system, "code", code, flag, title[:28], title, None, ended)


def guess(
    system: str, title: str, new: dict[str, str], held: dict[str, str], code: str = "C9035"
) -> tuple[Successor, ...]:
    old = record(system, code, title)
    gone = Change(code, "code", ChangeKind.DELETED, old, None, Cause.ABSENT)
    coming = [Change(c, "code", ChangeKind.NEW, None, record(system, c, t), None) for c, t in new.items()]
    ids = ReleaseId(system, PREVIOUS, 1), ReleaseId(system, CURRENT, 1)
    records = {c: record(system, c, t) for c, t in {**held, **new}.items()}
    return guess_successors(ChangeSet(system, *ids, (gone, *coming)), [gone], records).get(code, ())


def codes_of(found: tuple[Successor, ...]) -> list[str]:
    return [one.code for one in found]


def test_new_code_with_the_same_words_is_guessed_wherever_it_stands() -> None:
    (only,) = guess("hcpcs", INJECTION, {"J1943": "INJECTION, aripiprazole lauroxil, (Aristada initio), 1 mg"}, {})
    assert (only.code, only.source, only.rank) == ("J1943", "title likeness", GUESS_RANK)
    assert only.detail == "100 of 100"
    assert only.is_guess
    assert only.rank > UNUSABLE_RANK


def test_code_that_was_there_before_is_guessed_in_the_same_neighbourhood_alone() -> None:
    assert codes_of(guess("hcpcs", INJECTION, {}, {"C9036": INJECTION, "J1943": INJECTION})) == ["C9036"]
    held = {"Q5128": "Other and unspecified doubling of uterus", "Q5228": "Other and unspecified doubling of uterus"}
    assert codes_of(guess("icd10cm", "Other doubling of uterus, unspecified", {}, held, "Q5120")) == ["Q5128"]


@pytest.mark.parametrize(
    "other",
    [
        "Back pain was not measured by the visual analog scale within three months of the operation",
        "Back pain was measured by the visual analog scale",
    ],
)
def test_title_that_means_the_opposite_or_is_shorter_is_no_guess(other: str) -> None:
    title = "Back pain was measured by the visual analog scale within three months of the operation"
    assert guess("hcpcs", title, {"C9036": other}, {}) == ()


def test_other_side_is_no_guess() -> None:
    title = "Dilation of right posterior tibial artery with drug-eluting intraluminal device, open approach"
    assert guess("icd10pcs", title, {"047R04Z": title.replace("right", "left")}, {}, "047R046") == ()
    assert codes_of(guess("icd10pcs", title, {"047R04Z": title}, {}, "047R046")) == ["047R04Z"]


def test_ended_codes_headers_and_the_code_itself_are_no_guess() -> None:
    old = record("hcpcs", "C9035", INJECTION)
    gone = Change("C9035", "code", ChangeKind.DELETED, old, old, Cause.TERMINATED)
    ids = ReleaseId("hcpcs", PREVIOUS, 1), ReleaseId("hcpcs", CURRENT, 1)
    ended = record("hcpcs", "C9036", INJECTION, date(2031, 9, 30))
    assert guess_successors(ChangeSet("hcpcs", *ids, (gone,)), [gone], {"C9035": old, "C9036": ended}) == {}
    header = record("icd10cm", "A001", INJECTION, is_header=True)
    gone = Change("A002", "code", ChangeKind.DELETED, record("icd10cm", "A002", INJECTION), None, Cause.ABSENT)
    ids = ReleaseId("icd10cm", PREVIOUS, 1), ReleaseId("icd10cm", CURRENT, 1)
    assert guess_successors(ChangeSet("icd10cm", *ids, (gone,)), [gone], {"A001": header}) == {}


def test_at_most_a_few_of_the_best_are_guessed() -> None:
    found = guess("hcpcs", INJECTION, {f"J{n:04}": INJECTION for n in range(9)} | {"J9000": INJECTION[:-3]}, {})
    assert codes_of(found) == [f"J{n:04}" for n in range(MAX_GUESSES)]


def test_code_without_a_title_is_like_nothing() -> None:
    assert guess("hcpcs", "", {"J0001": "", "J0002": "-"}, {}) == ()


def read_all(loaded: LoadedSystem, label: str) -> dict[str, CodeRecord]:
    """Every record of a release by code."""
    with reading(loaded.engine) as connection:
        info = find_release(connection, parse_release(loaded.system, label))
        return {one.code: one for one in read_records(connection, info.release_id)}


@pytest.fixture(scope="session")
def real(releases: Path) -> RealReleases:
    return open_real_releases(releases)


@pytest.mark.parametrize(
    ("system", "pairs"),
    [
        ("icd10cm", [("FY2018", "FY2019"), ("FY2020", "FY2021-jan"), ("FY2022-apr", "FY2023"), ("FY2024", "FY2025")]),
        ("icd10pcs", [("FY2021-jan", "2022-01-01.2")]),
        ("hcpcs", [("2018Q1", "2019Q1"), ("2020Q2", "2020Q3")]),
    ],
)
def test_nine_of_ten_guesses_at_codes_with_a_known_successor_are_right(
    real: RealReleases, system: str, pairs: list[tuple[str, str]]
) -> None:
    right = guesses = 0
    for previous, current in pairs:
        change_set, _ = real[system].compare(previous, current)
        records = read_all(real[system], current)
        named = {
            code: {one.code for one in found if one.rank == 1 and one.code in records}
            for code, found in suggest_successors(real[system].engine, change_set).items()
        }
        known = [c for c in change_set.changes if c.kind is ChangeKind.DELETED and named.get(c.code)]
        for code, found in guess_successors(change_set, known, records).items():
            guesses += len(found)
            right += sum(one.code in named[code] for one in found)
    assert guesses > 5, f"nothing to judge by at {LEAST_LIKENESS}"
    assert right / guesses >= 0.9


def test_guess_is_made_only_where_nothing_usable_is_named(real: RealReleases) -> None:
    for system, previous, current in (("hcpcs", "2018Q1", "2020Q3"), ("icd10cm", "FY2018", "FY2025")):
        change_set, _ = real[system].compare(previous, current)
        found = suggest_successors(real[system].engine, change_set)
        guessed = {code for code, candidates in found.items() if any(one.is_guess for one in candidates)}
        assert guessed
        for code in guessed:
            assert all(one.is_guess or one.rank == UNUSABLE_RANK for one in found[code])
            assert [one.rank for one in found[code]] == sorted(one.rank for one in found[code])


def test_every_candidate_of_a_jump_over_years_is_valid_now_or_said_not_to_be(real: RealReleases) -> None:
    for system, previous, current in (("hcpcs", "2018Q1", "2020Q3"), ("icd10cm", "FY2018", "FY2025")):
        change_set, _ = real[system].compare(previous, current)
        records = read_all(real[system], current)
        day = change_set.current.effective_date
        deleted = [c for c in change_set.changes if c.kind is ChangeKind.DELETED]
        found = suggest_successors(real[system].engine, change_set)
        candidates = [one for c in deleted for one in found.get(c.code, ())]
        # Nothing is known of CPT numbers.
        candidates = [one for one in candidates if system != "hcpcs" or not one.code[0].isdigit()]
        assert len(candidates) > 10
        for one in candidates:
            held = records.get(one.code)
            end = held.termination_date if held else None
            is_valid = held is not None and held.is_billable is not False and (end is None or end >= day)
            assert is_valid == (one.rank != UNUSABLE_RANK), one
