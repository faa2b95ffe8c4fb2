"""Sign-off: who may submit, sign, return, override and reopen, in which state; and the close-outs of the watch."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from flows.review_acts import reopen, send_back, sign, sign_closeout, submit
from flows.review_audit import anchors_file, verify_log
from flows.settings import read_settings
from schema.access import SIGNING_ROLES, Actor, Role, Via
from schema.acts import ActKind
from schema.errors import AccessError, ConflictError, ReviewNotFoundError, SignOffError, UsageError
from schema.review import BlockerKind, ReviewState
from schema.store.database import reading
from schema.store.review_reader import list_overrides, list_signatures
from tests.review_home import (
    ANNA,
    BEN,
    CARA,
    KEY,
    NOW,
    READER,
    SIGNERS,
    ReviewHome,
    find_blocker,
    make_home,
    set_aside,
    write_releases,
)

SCOPE = "closeout@2024-10-31/30"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    """The review as it was opened."""
    with make_home(tmp_path / "home", releases, database_url) as made:
        made.open()
        yield made


def give_back(home: ReviewHome, actor: Actor = BEN, reason: str = "E66.8 is not right") -> None:
    send_back(home.engine, actor, KEY, home.review.digest, reason, settings=home.settings, now=NOW)


def test_three_people_take_a_draft_to_approved_and_each_signature_names_one_digest(home: ReviewHome) -> None:
    review = home.approve()
    signatures = home.signatures()
    assert [(one.signer, one.role) for one in signatures] == [(actor.name, role) for actor, role in SIGNERS]
    assert {one.digest for one in signatures} == {review.digest}
    assert review.evidence in signatures[0].statement
    anchors = anchors_file(home.settings).read_text().splitlines()
    assert len(anchors) == 4, "one for the submission and one for each signature"
    assert verify_log(home.engine, home.settings) == []


def test_signature_waits_for_submission_decisions_and_the_right_role(home: ReviewHome) -> None:
    with pytest.raises(SignOffError, match="it is draft, not in review"):
        home.sign(ANNA, Role.CODER)
    home.submit()
    with pytest.raises(SignOffError, match="3 deleted codes that uses name have no decision"):
        home.sign(ANNA, Role.CODER)
    home.decide_deleted()
    with pytest.raises(AccessError, match="may not sign as compliance"):
        home.sign(ANNA, Role.COMPLIANCE)
    with pytest.raises(AccessError, match="may not sign reviews"):
        home.sign(READER, Role.CODER)
    with pytest.raises(ConflictError, match="is not what you saw"):
        home.sign(ANNA, Role.CODER, "0" * 64)
    assert home.signatures() == []


def test_nobody_signs_for_two_roles_and_no_role_twice(home: ReviewHome) -> None:
    home.decide_deleted()
    home.submit()
    both = Actor("anna", frozenset({Role.CODER, Role.COMPLIANCE}), Via.PAGE)
    home.sign(both, Role.CODER)
    with pytest.raises(SignOffError, match="nobody signs alone for two roles"):
        home.sign(both, Role.COMPLIANCE)
    with pytest.raises(SignOffError, match="coder has signed"):
        home.sign(Actor("amir", frozenset({Role.CODER}), Via.PAGE), Role.CODER)
    assert [one.role for one in home.signatures()] == [Role.CODER]


def test_role_that_need_not_sign_cannot_and_fewer_roles_are_enough(home: ReviewHome) -> None:
    home.decide_deleted()
    home.submit()
    args = (home.review.digest, [Role.COMPLIANCE])
    with pytest.raises(SignOffError, match="coder does not sign"):
        sign(home.engine, ANNA, KEY, Role.CODER, *args, settings=home.settings, now=NOW)
    sign(home.engine, BEN, KEY, Role.COMPLIANCE, *args, settings=home.settings, now=NOW)
    assert home.review.state is ReviewState.APPROVED


def test_submission_names_the_digest_that_was_seen(home: ReviewHome) -> None:
    seen = home.review.digest
    home.decide("E668")
    with pytest.raises(ConflictError, match="is not what you saw"):
        submit(home.engine, ANNA, KEY, seen, settings=home.settings, now=NOW)
    home.submit()
    with pytest.raises(SignOffError, match="it is in review"):
        home.submit()
    with pytest.raises(AccessError, match="may not submit"):
        submit(home.engine, READER, KEY, home.review.digest, settings=home.settings, now=NOW)


def test_returned_review_says_why_and_goes_round_again(home: ReviewHome) -> None:
    home.decide_deleted()
    home.submit()
    home.sign(ANNA, Role.CODER)
    with pytest.raises(UsageError, match="the reason"):
        give_back(home, reason=" ")
    with pytest.raises(AccessError, match="may not return"):
        give_back(home, READER)
    give_back(home)
    returned = home.review
    assert returned.state is ReviewState.RETURNED
    assert "E66.8 is not right" in returned.state_why
    assert [one.void_at for one in home.signatures()] == [NOW]
    home.submit()
    for actor, role in SIGNERS:
        home.sign(actor, role)
    assert home.review.state is ReviewState.APPROVED
    assert verify_log(home.engine, home.settings) == []


def test_blocker_is_set_aside_with_a_reason_that_stands_in_the_signature(home: ReviewHome) -> None:
    home.submit()
    with pytest.raises(AccessError, match="may not set blockers aside"):
        set_aside(home, ANNA, BlockerKind.DELETED_IN_USE)
    with pytest.raises(UsageError, match="the reason"):
        set_aside(home, BEN, BlockerKind.DELETED_IN_USE, "")
    set_aside(home, BEN, BlockerKind.DELETED_IN_USE, "the clinic closes in September")
    with pytest.raises(SignOffError, match="set aside already"):
        set_aside(home, CARA, BlockerKind.DELETED_IN_USE)
    home.sign(ANNA, Role.CODER)
    assert "the clinic closes in September" in home.signatures()[0].statement
    with reading(home.engine) as connection:
        assert [one.overridden_by for one in list_overrides(connection, KEY)] == ["ben"]


def test_override_holds_for_what_was_set_aside_and_for_nothing_else(home: ReviewHome) -> None:
    seen = find_blocker(home, BlockerKind.DELETED_IN_USE).fingerprint
    home.decide("E668")
    with pytest.raises(ConflictError, match="it is now: 2 deleted codes"):
        set_aside(home, BEN, BlockerKind.DELETED_IN_USE, print_=seen)
    with pytest.raises(ConflictError, match="not there any more"):
        set_aside(home, BEN, BlockerKind.NOT_ASSESSED, print_=seen)
    set_aside(home, BEN, BlockerKind.DELETED_IN_USE)
    home.decide("Z86010")
    home.submit()
    with pytest.raises(SignOffError, match="1 deleted code"):
        home.sign(ANNA, Role.CODER)


def test_signer_reopens_an_approved_review_with_a_reason(home: ReviewHome) -> None:
    with pytest.raises(SignOffError, match="cannot be reopened"):
        reopen(home.engine, BEN, KEY, "too early", settings=home.settings, now=NOW)
    home.approve()
    with pytest.raises(AccessError, match="may not reopen"):
        reopen(home.engine, READER, KEY, "no", settings=home.settings, now=NOW)
    reopen(home.engine, BEN, KEY, "a payer wrote to us", settings=home.settings, now=NOW)
    assert home.review.state is ReviewState.DRAFT
    assert all("a payer wrote to us" in one.void_why for one in home.signatures())


def test_anchor_that_cannot_be_written_is_told_and_the_act_stands(home: ReviewHome) -> None:
    (home.settings.home / "review").write_text("a file is in the way")
    with pytest.raises(SignOffError, match="is written, but not noted"):
        home.submit()
    assert home.review.state is ReviewState.IN_REVIEW


def write_closeout(home: ReviewHome, text: str = "{}\n") -> str:
    folder = home.settings.home / "watch" / "2024-10-31"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "closeout-30.json").write_text(text)
    return sha256(text.encode()).hexdigest()


def test_closeout_is_signed_by_its_roles_with_the_digest_of_its_file(home: ReviewHome) -> None:
    digest = write_closeout(home)
    act = sign_closeout(home.engine, home.settings, CARA, SCOPE, Role.REVENUE_LEAD, digest, NOW)
    assert (act.kind, act.review, act.subject) == (ActKind.CLOSEOUT_SIGNED, "", SCOPE)
    with reading(home.engine) as connection:
        assert [(one.signer, one.digest) for one in list_signatures(connection, SCOPE)] == [("cara", digest)]
    with pytest.raises(SignOffError, match="has signed"):
        sign_closeout(home.engine, home.settings, CARA, SCOPE, Role.REVENUE_LEAD, digest, NOW)
    changed = write_closeout(home, '{"items": []}\n')
    with pytest.raises(ConflictError, match="is not what you saw"):
        sign_closeout(home.engine, home.settings, CARA, SCOPE, Role.REVENUE_LEAD, digest, NOW)
    sign_closeout(home.engine, home.settings, CARA, SCOPE, Role.REVENUE_LEAD, changed, NOW)
    assert verify_log(home.engine, home.settings) == []


def test_closeout_is_not_signed_by_others_nor_where_none_was_written(home: ReviewHome) -> None:
    digest = write_closeout(home)
    with pytest.raises(AccessError, match="may not sign close-outs"):
        sign_closeout(home.engine, home.settings, READER, SCOPE, Role.REVENUE_LEAD, digest, NOW)
    with pytest.raises(AccessError, match="may not sign as revenue_lead"):
        sign_closeout(home.engine, home.settings, BEN, SCOPE, Role.REVENUE_LEAD, digest, NOW)
    with pytest.raises(SignOffError, match="compliance does not sign"):
        sign_closeout(home.engine, home.settings, BEN, SCOPE, Role.COMPLIANCE, digest, NOW)
    with pytest.raises(ReviewNotFoundError, match="was not written"):
        sign_closeout(home.engine, home.settings, CARA, "closeout@2024-11-30/60", Role.REVENUE_LEAD, digest, NOW)
    for scope in ("closeout@2024-10-31/31", "closeout@2024-13-31/30", "closeout@../../etc/30", KEY, "", SCOPE + "\n"):
        with pytest.raises(UsageError, match="is no close-out"):
            sign_closeout(home.engine, home.settings, CARA, scope, Role.REVENUE_LEAD, digest, NOW)


def test_default_settings_ask_three_roles_for_a_review_and_one_for_a_closeout(tmp_path: Path) -> None:
    (tmp_path / "addenda.toml").write_text("")
    settings = read_settings(tmp_path / "addenda.toml")
    assert settings.sign_roles == list(SIGNING_ROLES)
    assert settings.closeout_roles == [Role.REVENUE_LEAD]
