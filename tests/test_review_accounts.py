"""Accounts: who may add and change them, which passwords and names they take, and what the log says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from flows import passwords
from flows.accounts import (
    add_account,
    add_first_administrator,
    add_token,
    authenticate_person,
    authenticate_token,
    change_account,
    check_password,
    find_session,
    open_session,
    revoke_token,
    set_password,
)
from schema.access import Actor, Member, Permission, Role, TokenGrant, Via
from schema.acts import ActKind
from schema.errors import AccessError, AddendaError, CredentialsError, ReviewNotFoundError, UsageError
from schema.store.access import list_accounts
from schema.store.database import reading, writing
from schema.store.review_rows import iterate_rows
from tests.account_store import (
    ADMIN,
    CODER_PASSWORD,
    MINUTE,
    NOW,
    acts_of,
    check_rows_fit,
    come_in,
    dump,
    open_store,
    person,
)


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with open_store(database_url, monkeypatch) as opened:
        yield opened


def test_disabled_account_loses_sessions_tokens_and_door_and_keeps_its_name(engine: Engine) -> None:
    secret, _ = come_in(engine)
    token = add_token(engine, person(engine), "script", [Permission.READ], None, NOW)
    change_account(engine, ADMIN, "cora", is_active=False, now=NOW)
    assert find_session(engine, secret, NOW, 60) is None
    for refused in (
        lambda: come_in(engine),
        lambda: authenticate_token(engine, token, NOW, Via.REST),
        lambda: open_session(engine, "cora", NOW),
        lambda: check_password(engine, "cora", CODER_PASSWORD, NOW),
        lambda: authenticate_person(engine, "cora", CODER_PASSWORD, NOW),
    ):
        with pytest.raises(CredentialsError):
            refused()
    with pytest.raises(UsageError, match="no second account cora"):
        add_account(engine, ADMIN, "Cora", "Another", [Role.CODER], [], CODER_PASSWORD, NOW)
    change_account(engine, ADMIN, "cora", is_active=True, now=NOW)
    assert find_session(engine, secret, NOW, 60) is None, "a session does not come back"
    assert come_in(engine, at=NOW + 16 * MINUTE)


def test_new_password_ends_the_sessions_and_the_old_one(engine: Engine) -> None:
    secret, _ = come_in(engine)
    set_password(engine, person(engine), "cora", "a door made of thin air", NOW, old=CODER_PASSWORD)
    assert find_session(engine, secret, NOW, 60) is None
    fail_with = pytest.raises(CredentialsError)
    with fail_with:
        come_in(engine)
    assert come_in(engine, "a door made of thin air")
    assert [act.actor for act in acts_of(engine, ActKind.PASSWORD_SET)] == ["cora"]


def test_own_password_needs_the_old_one_also_of_an_administrator(engine: Engine) -> None:
    for actor, old in ((person(engine), "wrong old password"), (person(engine), None), (ADMIN, None)):
        with pytest.raises(CredentialsError):
            set_password(engine, actor, actor.name, "a door made of thin air", NOW, old=old)


def test_password_of_another_is_set_by_administrators_alone(engine: Engine) -> None:
    with pytest.raises(AccessError, match="cora may not set the passwords of others"):
        set_password(engine, person(engine), "ada", "a door made of thin air", NOW)
    set_password(engine, ADMIN, "cora", "a door made of thin air", NOW)
    assert come_in(engine, "a door made of thin air")
    with pytest.raises(ReviewNotFoundError):
        set_password(engine, ADMIN, "nobody", "a door made of thin air", NOW)


@pytest.mark.parametrize(
    "password", ["", "eleven char", "a" * 12, "abababababab", "x1y2" * 400, "\ud800abcdefghijklmn"]
)
def test_password_that_cannot_be_one_is_refused(engine: Engine, password: str) -> None:
    with pytest.raises(UsageError, match="password"):
        set_password(engine, ADMIN, "cora", password, NOW)
    assert come_in(engine), "the old one still counts"


def test_parameters_in_use_are_not_below_what_the_standard_advises() -> None:
    hashed = passwords.hash_password("a bridge of green paper")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", hashed)
    assert found
    memory, turns, _ = map(int, found.groups())
    # RFC 9106, section 4: the second recommended option.
    assert (memory, turns) >= (65536, 3)


def test_first_administrator_is_added_once(engine: Engine) -> None:
    with pytest.raises(AccessError, match="there is an administrator already"):
        add_first_administrator(engine, "eve", "Eve", "a door made of thin air", NOW)
    with reading(engine) as connection:
        assert [account.name for account in list_accounts(connection)] == ["ada", "cora"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_touch_accounts(engine: Engine, role: Role) -> None:
    actor = Actor("cora", frozenset({role}), Via.PAGE)
    with pytest.raises(AccessError):
        add_account(engine, actor, "eve", "Eve", [Role.CODER], [], None, NOW)
    with pytest.raises(AccessError):
        change_account(engine, actor, "cora", roles=[Role.ADMINISTRATOR], now=NOW)
    assert len(acts_of(engine, ActKind.ACCOUNT_ADDED, ActKind.ACCOUNT_CHANGED)) == 2


def test_last_administrator_stays_one(engine: Engine) -> None:
    with pytest.raises(AccessError, match="ada has to stay administrator"):
        change_account(engine, ADMIN, "ada", is_active=False, now=NOW)
    with pytest.raises(AccessError, match="ada has to stay administrator"):
        change_account(engine, ADMIN, "ada", roles=[Role.READER], now=NOW)
    change_account(engine, ADMIN, "cora", roles=[Role.ADMINISTRATOR, Role.CODER], now=NOW)
    assert change_account(engine, ADMIN, "ada", is_active=False, now=NOW).is_active is False


def test_change_that_changes_nothing_is_no_act(engine: Engine) -> None:
    change_account(engine, ADMIN, "cora", roles=[Role.CODER], teams=["coding", " coding "], is_active=True, now=NOW)
    assert acts_of(engine, ActKind.ACCOUNT_CHANGED) == []


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-a", "ä", "a" * 65, "a/b", "<b>", "a\nb", "addenda", "ADDENDA", "cora"]
)
def test_name_that_cannot_be_one_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(UsageError):
        add_account(engine, ADMIN, name, "Somebody", [Role.READER], [], None, NOW)


@pytest.mark.parametrize("shown", ["", "a\nb", "\x1b[31m", "x" * 121, "\u202eevil", "a\0b"])
def test_display_name_and_team_are_one_printable_line(engine: Engine, shown: str) -> None:
    with pytest.raises(UsageError):
        add_account(engine, ADMIN, "eve", shown, [Role.READER], [], None, NOW)
    with pytest.raises(UsageError):
        change_account(engine, ADMIN, "cora", teams=[shown], now=NOW)


def test_account_without_a_role_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="needs a role"):
        add_account(engine, ADMIN, "eve", "Eve", [], [], None, NOW)


def test_accounts_and_tokens_are_as_the_log_says(engine: Engine) -> None:
    change_account(engine, ADMIN, "cora", display_name="Cora C.", roles=[Role.CODER, Role.REVENUE_LEAD], now=NOW)
    set_password(engine, ADMIN, "cora", "a door made of thin air", NOW)
    actor = person(engine, password="a door made of thin air")
    add_token(engine, actor, "one", [Permission.READ], NOW + timedelta(days=1), NOW)
    add_token(engine, actor, "two", [Permission.READ], None, NOW)
    revoke_token(engine, actor, 1, NOW)
    check_rows_fit(engine)
    with reading(engine) as connection:
        assert [member.name for member in iterate_rows(connection, Member)] == ["ada", "cora"]
        assert [grant.is_revoked for grant in iterate_rows(connection, TokenGrant)] == [True, False]


def test_what_is_refused_leaves_no_trace(engine: Engine) -> None:
    before = dump(engine)
    for refused in (
        lambda: add_account(engine, ADMIN, "cora", "Twice", [Role.READER], [], None, NOW),
        lambda: change_account(engine, ADMIN, "ada", is_active=False, now=NOW),
        lambda: revoke_token(engine, ADMIN, 7, NOW),
    ):
        with pytest.raises(AddendaError):
            refused()
    assert dump(engine) == before


def test_account_added_twice_at_once_is_added_once(engine: Engine) -> None:
    def add(number: int) -> bool:
        try:
            add_account(engine, ADMIN, "eve", f"Eve {number}", [Role.READER], [], None, NOW)
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(add, range(6))) == 1
    check_rows_fit(engine)


def test_account_changed_by_hand_lets_nobody_in_unseen(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("update account set roles = '[\"administrator\"]' where name = 'cora'"))
    from flows.review_audit import _check_access

    with reading(engine) as connection:
        assert [finding.where for finding in _check_access(connection)] == ["account cora"]
