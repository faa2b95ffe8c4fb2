"""Tokens: what a program may do with one, and when it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from flows.accounts import (
    add_account,
    add_token,
    authenticate_token,
    revoke_token,
    set_password,
)
from schema.access import Permission, Role, Via
from schema.acts import ActKind
from schema.errors import AccessError, CredentialsError, ReviewNotFoundError, UsageError
from schema.store.access import list_tokens
from schema.store.database import reading
from tests.account_store import (
    ADMIN,
    CODER_PASSWORD,
    NOW,
    acts_of,
    open_store,
    person,
)


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with open_store(database_url, monkeypatch) as opened:
        yield opened


def test_token_acts_for_its_account_within_its_scopes(engine: Engine) -> None:
    secret = add_token(engine, person(engine), "nightly", [Permission.READ, Permission.WORK], None, NOW)
    assert re.fullmatch(r"addenda_[A-Za-z0-9_-]{43}", secret)
    actor = authenticate_token(engine, secret, NOW, Via.REST)
    assert (actor.name, actor.via, actor.teams) == ("cora", Via.REST, ("coding",))
    assert [permission for permission in Permission if actor.may(permission)] == [Permission.READ, Permission.WORK]


def test_token_gives_nothing_that_its_account_may_not(engine: Engine) -> None:
    with pytest.raises(AccessError, match="cora may not give a token the scope accounts"):
        add_token(engine, person(engine), "more", [Permission.READ, Permission.ACCOUNTS], None, NOW)
    with pytest.raises(UsageError, match="needs a scope"):
        add_token(engine, person(engine), "less", [], None, NOW)


def test_token_makes_no_token_and_sets_no_password(engine: Engine) -> None:
    secret = add_token(engine, person(engine), "all", [Permission.READ, Permission.WORK], None, NOW)
    actor = authenticate_token(engine, secret, NOW, Via.REST)
    with pytest.raises(AccessError, match="a token makes no token"):
        add_token(engine, actor, "child", [Permission.READ], None, NOW)
    with pytest.raises(AccessError, match="a token sets no password"):
        set_password(engine, actor, "cora", "a door made of thin air", NOW, old=CODER_PASSWORD)


def test_token_ends_when_it_says_and_when_it_is_revoked(engine: Engine) -> None:
    ends = NOW + timedelta(days=1)
    short = add_token(engine, person(engine), "short", [Permission.READ], ends, NOW)
    assert authenticate_token(engine, short, ends - timedelta(seconds=1), Via.REST)
    with pytest.raises(CredentialsError):
        authenticate_token(engine, short, ends, Via.REST)
    with pytest.raises(UsageError, match="expired already"):
        add_token(engine, person(engine), "past", [Permission.READ], NOW, NOW)
    long = add_token(engine, person(engine), "long", [Permission.READ], None, NOW)
    revoke_token(engine, person(engine), 2, NOW)
    revoke_token(engine, person(engine), 2, NOW)
    for _ in range(10):
        with pytest.raises(CredentialsError, match="the token is not accepted"):
            authenticate_token(engine, long, NOW, Via.REST)
    assert len(acts_of(engine, ActKind.TOKEN_REVOKED)) == 1
    told = [(act.body["token"], act.body["why"]) for act in acts_of(engine, ActKind.SIGN_IN_FAILED)]
    assert told == [(1, "expired token"), (2, "revoked token")]


@pytest.mark.parametrize(
    "secret", ["", "addenda_", "addenda_" + "A" * 43, "Bearer x", "\0" * 51, "\ud800", "x" * 10**6]
)
def test_made_up_token_is_refused_and_fills_no_log(engine: Engine, secret: str) -> None:
    with pytest.raises(CredentialsError):
        authenticate_token(engine, secret, NOW, Via.REST)
    assert acts_of(engine, ActKind.SIGN_IN_FAILED) == []


def test_tokens_of_others_are_revoked_by_administrators_alone(engine: Engine) -> None:
    add_account(engine, ADMIN, "rob", "Rob", [Role.READER], [], "seven boats on a hill", NOW)
    add_token(engine, person(engine), "hers", [Permission.READ], None, NOW)
    rob = person(engine, "rob", "seven boats on a hill")
    for number in (1, 99):
        with pytest.raises(AccessError, match="rob may not revoke the tokens of others"):
            revoke_token(engine, rob, number, NOW)
    with pytest.raises(ReviewNotFoundError):
        revoke_token(engine, ADMIN, 99, NOW)
    revoke_token(engine, ADMIN, 1, NOW)
    with reading(engine) as connection:
        assert [token.is_revoked for token in list_tokens(connection)] == [True]
