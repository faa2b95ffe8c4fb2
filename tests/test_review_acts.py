"""What people do in a review: who may, what is kept, what the second of two is told, what a changed decision voids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.review_acts import (
    assign,
    assign_task,
    comment,
    decide,
    finish_task,
    mark_trained,
    remove_view,
    reopen_items,
    reopen_task,
    save_view,
    set_readiness,
)
from flows.review_audit import verify_log
from schema.access import ROLE_PERMISSIONS, Actor, Permission, Role, Via
from schema.acts import ActKind
from schema.changes import ChangeKind
from schema.errors import AccessError, ConflictError, ReviewNotFoundError, SignOffError, UsageError
from schema.review import Action, Decision, ReviewState
from tests.review_home import (
    ANNA,
    BEN,
    CARA,
    EVERYBODY,
    KEY,
    NOW,
    RETIRE,
    ReviewHome,
    find_lesson,
    list_numbers,
    make_home,
    write_releases,
)

E668, POLYPS = "code:E668", "code:Z86010"
DUE = date(2024, 9, 15)

# Every act of work, by name, as somebody does it on a page that was loaded just now.
WORK: dict[str, Callable[[ReviewHome, Actor], Any]] = {
    "decide": lambda h, a: decide(h.engine, a, KEY, [E668], RETIRE, h.review.version, now=NOW),
    "reopen_items": lambda h, a: reopen_items(h.engine, a, KEY, [POLYPS], "not yet", h.review.version, now=NOW),
    "assign": lambda h, a: assign(h.engine, a, KEY, [E668], "coding", DUE, h.review.version, now=NOW),
    "comment": lambda h, a: comment(h.engine, a, KEY, E668, "what of class 3?", now=NOW),
    "finish_task": lambda h, a: finish_task(h.engine, a, KEY, list_numbers(h)[0], "", h.review.version, now=NOW),
    "reopen_task": lambda h, a: reopen_task(h.engine, a, KEY, list_numbers(h)[1], "no", h.review.version, now=NOW),
    "assign_task": lambda h, a: assign_task(h.engine, a, KEY, list_numbers(h)[2], "it", DUE, h.review.version, now=NOW),
    "mark_trained": lambda h, a: mark_trained(h.engine, a, KEY, *find_lesson(h), True, "", h.review.version, now=NOW),
    "set_readiness": lambda h, a: set_readiness(
        h.engine, a, KEY, "Acme", "E66.8", False, DUE, "", h.review.version, now=NOW
    ),
    "save_view": lambda h, a: save_view(h.engine, a, "mine", "owner=coding", False, NOW),
    "remove_view": lambda h, a: remove_view(h.engine, a, f"of {a.name}", NOW),
}

REFUSED = [
    (Decision(Action.ADD, "no"), "cannot be decided add"),
    (Decision(Action.REPLACE, "no"), "replaced by nothing"),
    (Decision(Action.REPLACE, "no", ("E66.8",)), "by itself"),
    (Decision(Action.REPLACE, "no", ("Z86.010",)), "cannot be billed"),
    (Decision(Action.REPLACE, "no", ("Q99.99",)), "does not hold it"),
    (Decision(Action.REPLACE, "no", ("<script>",)), "does not hold it"),
    (Decision(Action.RETIRE, " \n"), "reason"),
    (Decision(Action.RETIRE, "x" * 2001), "too long"),
    (Decision(Action.RETIRE, "bell \x07"), "control character"),
    (Decision(Action.RETIRE, "no", ("E66811",)), "successors go with replace"),
]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    """The review as it was opened."""
    with make_home(tmp_path / "home", releases, database_url) as made:
        made.open()
        yield made


@pytest.fixture
def begun(home: ReviewHome) -> ReviewHome:
    """The review with something done, so that every act of work is possible."""
    home.decide("Z86010")
    finish_task(home.engine, ANNA, KEY, list_numbers(home)[1], "", home.review.version, now=NOW)
    for actor in (ANNA, BEN, CARA):
        save_view(home.engine, actor, f"of {actor.name}", "kind=new", False, NOW)
    return home


def test_each_act_of_work_is_for_those_who_may_work_and_leaves_nothing_of_others(begun: ReviewHome) -> None:
    before = begun.acts()
    limited = replace(CARA, scopes=frozenset({Permission.READ, Permission.SIGN}))
    refused = [a for a in EVERYBODY if not any(Permission.WORK in ROLE_PERMISSIONS[role] for role in a.roles)]
    assert len(refused) == 3
    for work in WORK.values():
        for actor in refused:
            with pytest.raises(AccessError, match=f"{actor.name} may not"):
                work(begun, actor)
        with pytest.raises(AccessError, match="the token has no scope work"):
            work(begun, limited)
    assert begun.acts() == before
    for work in WORK.values():
        work(begun, CARA)
    assert verify_log(begun.engine, begun.settings) == []


def test_decision_is_kept_with_who_and_when_and_its_successors_as_stored(home: ReviewHome) -> None:
    wanted = Decision(Action.REPLACE, "  its children say it better\r\nall three ", ("e66.811", "E66.812", "E66811"))
    (act,) = home.decide("E668", wanted, by=BEN)
    item = home.item("E668")
    assert (item.action, item.successors) == (Action.REPLACE, ("E66811", "E66812"))
    assert item.reason == "its children say it better\nall three"
    assert (item.decided_by, item.decided_at, item.version) == ("ben", NOW, act.sequence)
    assert (home.review.undecided, home.review.deleted_undecided) == (3, 2)
    assert act.body["successors"] == ["E66811", "E66812"]


def test_decision_that_cannot_be_is_refused_and_nothing_changes(home: ReviewHome) -> None:
    before = home.review
    for wanted, why in REFUSED:
        with pytest.raises(UsageError, match=why):
            home.decide("E668", wanted)
    assert home.review == before
    assert home.item("E668").action is None


def test_decision_about_many_is_one_act_for_each_in_one_transaction(home: ReviewHome) -> None:
    deleted = home.find_subjects(ChangeKind.DELETED)
    acts = decide(home.engine, ANNA, KEY, [*deleted, deleted[0]], RETIRE, home.review.version, now=NOW)
    assert sorted(act.subject for act in acts) == sorted(deleted)
    assert {act.kind for act in acts} == {ActKind.DECIDED}
    assert home.review.version == acts[-1].sequence
    assert home.review.deleted_undecided == 0


def test_decision_about_many_is_not_made_at_all_where_one_cannot_be(home: ReviewHome) -> None:
    added = home.find_subjects(ChangeKind.NEW)[0]
    before = home.acts()
    with pytest.raises(UsageError, match="cannot be decided retire"):
        decide(home.engine, ANNA, KEY, [E668, POLYPS, added], RETIRE, home.review.version, now=NOW)
    with pytest.raises(ReviewNotFoundError, match="is no change of"):
        decide(home.engine, ANNA, KEY, [E668, "code:NONE"], RETIRE, home.review.version, now=NOW)
    with pytest.raises(UsageError, match="no change is named"):
        decide(home.engine, ANNA, KEY, [], RETIRE, home.review.version, now=NOW)
    assert home.acts() == before


def test_later_of_two_is_told_who_did_what_when_and_overwrites_nothing(home: ReviewHome) -> None:
    seen = home.review.version
    home.decide("E668", by=ANNA)
    with pytest.raises(ConflictError, match=r"anna decided E66\.8 at 2024-08-14 09:00 UTC"):
        home.decide("E668", Decision(Action.NO_ACTION, "we keep it"), by=BEN, seen=seen)
    item = home.item("E668")
    assert (item.action, item.decided_by) == (Action.RETIRE, "anna")
    home.decide("E668", Decision(Action.NO_ACTION, "we keep it"), by=BEN)
    assert home.item("E668").decided_by == "ben"


def test_work_on_different_changes_of_one_page_does_not_conflict(home: ReviewHome) -> None:
    seen = home.review.version
    home.decide("E668", by=ANNA, seen=seen)
    home.decide("Z86010", by=BEN, seen=seen)
    assert (home.item("E668").decided_by, home.item("Z86010").decided_by) == ("anna", "ben")


def test_decision_about_many_conflicts_whole_where_one_of_them_changed(home: ReviewHome) -> None:
    seen = home.review.version
    home.decide("E668", by=ANNA, seen=seen)
    with pytest.raises(ConflictError, match="anna decided"):
        decide(home.engine, BEN, KEY, [POLYPS, E668], RETIRE, seen, now=NOW)
    assert home.item("Z86010").action is None


def test_number_that_nobody_can_have_seen_is_refused(home: ReviewHome) -> None:
    home.decide("E668")
    for seen in (-1, 10**6, 10**30):
        with pytest.raises(UsageError, match="no page has seen"):
            home.decide("E668", seen=seen)


def test_reopened_change_has_no_decision_and_says_why(home: ReviewHome) -> None:
    home.decide("E668")
    reopen_items(home.engine, BEN, KEY, [E668], "the clinic asks for it", home.review.version, now=NOW)
    item = home.item("E668")
    assert (item.action, item.decided_by, item.is_open) == (None, "", True)
    assert home.acts()[-1].body["reason"] == "the clinic asks for it"
    with pytest.raises(SignOffError, match="nothing is decided"):
        reopen_items(home.engine, BEN, KEY, [E668], "again", home.review.version, now=NOW)


def test_assignment_keeps_the_decision_and_can_be_taken_back(home: ReviewHome) -> None:
    home.decide("E668")
    digest = home.review.digest
    assign(home.engine, BEN, KEY, [E668, POLYPS], " coding ", DUE, home.review.version, now=NOW)
    item = home.item("E668")
    assert (item.owner, item.due_date, item.action) == ("coding", DUE, Action.RETIRE)
    assert home.review.digest == digest
    assign(home.engine, BEN, KEY, [E668], "", None, home.review.version, now=NOW)
    assert (home.item("E668").owner, home.item("E668").due_date) == ("", None)
    with pytest.raises(UsageError, match="control character"):
        assign(home.engine, BEN, KEY, [E668], "two\nlines", None, home.review.version, now=NOW)


def test_comments_do_not_conflict_and_change_no_decision(home: ReviewHome) -> None:
    digest = home.review.digest
    comment(home.engine, ANNA, KEY, E668, "<b>first</b>", now=NOW)
    act = comment(home.engine, BEN, KEY, "", "about the whole", now=NOW)
    assert (act.subject, act.body) == ("", {"text": "about the whole"})
    assert home.review.digest == digest
    home.decide("E668", seen=1)
    with pytest.raises(ReviewNotFoundError):
        comment(home.engine, ANNA, KEY, "code:NONE", "text", now=NOW)
    with pytest.raises(UsageError, match="the comment"):
        comment(home.engine, ANNA, KEY, E668, "", now=NOW)


def test_changed_decision_of_an_approved_review_voids_every_signature_and_says_why(home: ReviewHome) -> None:
    approved = home.approve()
    acts = home.decide("E668", Decision(Action.NO_ACTION, "we keep it"), by=CARA)
    assert [act.kind for act in acts] == [ActKind.DECIDED, ActKind.REOPENED]
    review = home.review
    assert (review.state, review.state_why) == (ReviewState.DRAFT, "cara decided E66.8")
    assert review.digest != approved.digest
    assert [(one.digest, one.void_why) for one in home.signatures()] == [(approved.digest, "cara decided E66.8")] * 3
    assert verify_log(home.engine, home.settings) == []


def test_work_that_decides_nothing_leaves_the_signatures(home: ReviewHome) -> None:
    home.approve()
    comment(home.engine, ANNA, KEY, E668, "thank you", now=NOW)
    assign(home.engine, ANNA, KEY, [E668], "coding", DUE, home.review.version, now=NOW)
    finish_task(home.engine, ANNA, KEY, list_numbers(home)[0], "", home.review.version, now=NOW)
    assert home.review.state is ReviewState.APPROVED
    assert all(one.void_at is None for one in home.signatures())


def test_changed_decision_in_review_without_a_signature_leaves_the_state(home: ReviewHome) -> None:
    home.submit()
    home.decide("E668")
    assert home.review.state is ReviewState.IN_REVIEW


def test_review_that_is_not_there_is_refused_in_one_line(home: ReviewHome) -> None:
    for key in ("icd10cm@2030-10-01", "nothing", "'; DROP TABLE act", "\x00", "x" * 10_000):
        with pytest.raises(ReviewNotFoundError) as refusal:
            decide(home.engine, ANNA, key, [E668], RETIRE, 1, now=NOW)
        assert len(refusal.value.line) < 400


def test_nobody_works_with_a_role_that_the_account_lost(home: ReviewHome) -> None:
    former = Actor("anna", frozenset[Role](), Via.PAGE)
    with pytest.raises(AccessError, match="no role"):
        home.decide("E668", by=former)
