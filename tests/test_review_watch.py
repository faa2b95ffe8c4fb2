"""What a review decides is what is watched: chosen successors, and codes that wait for a policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.review.choices import CHOSEN, choose_successors, list_policy_acts
from flows.watch_decisions import apply_decisions
from flows.watch_steps import list_entries
from schema.changes import ChangeKind, Successor
from schema.review import Action, Decision, Item
from schema.watch import Reason, WatchEntry
from tests.review_home import BEN, NOW, RETIRE, ReviewHome, make_home, write_releases

AS_OF = date(2024, 10, 20)
EFFECTIVE = date(2024, 10, 1)
POLICY = Decision(Action.NEEDS_POLICY, "the payers differ:\nask compliance")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    with make_home(tmp_path / "home", releases, database_url) as made:
        made.open()
        yield made


def watched(home: ReviewHome, as_of: date = AS_OF) -> dict[str, WatchEntry]:
    return {entry.code: entry for entry in list_entries(home.engine, home.settings, home.config, as_of)}


def test_chosen_successor_is_watched_in_the_place_of_the_suggested_ones(home: ReviewHome) -> None:
    before = watched(home)
    assert Reason.SUCCESSOR in before["C83390"].reasons
    assert Reason.SUCCESSOR not in before["C810A"].reasons
    home.decide("C8339", Decision(Action.REPLACE, "that is what we bill", ("C81.0A",)))
    after = watched(home)
    assert Reason.SUCCESSOR not in after["C83390"].reasons
    assert Reason.SUCCESSOR in after["C810A"].reasons
    assert before.keys() == after.keys()


def test_result_for_the_watch_names_what_was_chosen_in_both_directions(home: ReviewHome) -> None:
    home.decide("C8339", Decision(Action.REPLACE, "that is what we bill", ("C81.0A",)))
    home.decide("E668", RETIRE)
    found = apply_decisions(home.engine, home.prepare()).successors
    title = "Nodular lymphocyte predominant Hodgkin lymphoma, in remission"
    assert found["C8339"] == (Successor("C810A", CHOSEN, 1, "", title),)
    first = found["C810A"][0]
    assert (first.code, first.source) == ("C8339", CHOSEN)
    assert "E668" not in found
    assert not any(one.code == "E668" for candidates in found.values() for one in candidates)
    assert found["Z86010"] == home.prepare().successors["Z86010"]


def test_review_without_decisions_changes_nothing_for_the_watch(home: ReviewHome) -> None:
    result = home.prepare()
    assert apply_decisions(home.engine, result) is result


def test_code_that_waits_for_a_policy_is_watched_and_says_why_and_by_whom(home: ReviewHome) -> None:
    cosmetic = next(code for code in revised(home) if code not in watched(home))
    home.decide(cosmetic, POLICY, by=BEN)
    home.decide("E668", POLICY, by=BEN)
    after = watched(home)
    assert after[cosmetic].reasons == (Reason.ADDED,)
    assert after[cosmetic].is_open(AS_OF)
    assert "by ben: needs a policy, decided 2024-08-14: the payers differ: ask compliance" in after[cosmetic].note
    assert Reason.DELETED in after["E668"].reasons
    assert "needs a policy" in after["E668"].note


def revised(home: ReviewHome) -> list[str]:
    return [subject.removeprefix("code:") for subject in home.find_subjects(ChangeKind.REVISED)]


def test_policy_that_came_ends_the_watch_for_one(home: ReviewHome) -> None:
    cosmetic = next(code for code in revised(home) if code not in watched(home))
    home.decide(cosmetic, POLICY)
    home.decide(cosmetic, Decision(Action.NO_ACTION, "the policy says so"))
    assert cosmetic not in watched(home)


def decided(action: Action, code: str, *successors: str, at: datetime = NOW) -> Item:
    """An item with a decision."""
    return Item(
        review="icd10cm@2024-10-01", subject=f"code:{code}", code=code, record_kind="code", kind=ChangeKind.DELETED,
        cause="", family="", title="", classes=(), priority=None, rank=5, claims=0, billed=0, paid=0, uses=0,
        use_owners=(), is_named=False, needs_decision=True, fingerprint="", detail="{}", action=action,
        reason="because", successors=successors, decided_by="anna", decided_at=at, owner="", due_date=None,
        is_open=False, version=1,
    )  # fmt: skip


def test_suggestions_for_other_codes_and_other_decisions_stay() -> None:
    suggested = {"A": (Successor("X", "children", 3),), "X": (Successor("A", "children", 3), Successor("B", "c", 3)),
                 "B": (Successor("X", "c", 3),)}  # fmt: skip
    assert choose_successors(suggested, [], {}) == suggested
    kept = choose_successors(suggested, [decided(Action.NO_ACTION, "A"), decided(Action.NEEDS_POLICY, "B")], {})
    assert kept == suggested
    found = choose_successors(suggested, [decided(Action.REPLACE, "A", "Y")], {"A": "Title of A"})
    assert found["A"] == (Successor("Y", CHOSEN, 1),)
    assert found["Y"] == (Successor("A", CHOSEN, 1, "", "Title of A"),)
    assert found["X"] == (Successor("B", "c", 3),)
    assert choose_successors({"A": suggested["A"]}, [decided(Action.RETIRE, "A")], {}) == {}


def test_policy_acts_lie_within_the_days_that_count_for_their_update_alone() -> None:
    for days in (-400, -91, -90, -1, 0, 45):
        at = datetime.combine(EFFECTIVE, datetime.min.time(), UTC) + timedelta(days=days)
        (act,) = list_policy_acts([decided(Action.NEEDS_POLICY, "A", at=at)], EFFECTIVE)
        assert EFFECTIVE - timedelta(days=90) <= act.act_date < EFFECTIVE
        assert f"decided {at.date()}" in act.reason
    header = replace(decided(Action.NEEDS_POLICY, "A"), kind=ChangeKind.GONE_HEADER)
    assert list_policy_acts([header, decided(Action.RETIRE, "B")], EFFECTIVE) == []
