"""Accounts, sessions and tokens: who gets in, who does not, and what the log says of it."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

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
    sign_in,
    sign_out,
)
from schema.access import Actor, Member, Permission, Role, Session, TokenGrant, Via
from schema.acts import Act, ActKind
from schema.errors import AccessError, AddendaError, CredentialsError, ReviewNotFoundError, UsageError
from schema.store.access import list_accounts, list_tokens, read_account
from schema.store.act_log import iterate_acts
from schema.store.database import open_database, reading, writing
from schema.store.review_rows import iterate_rows
from tests import passwords_cheap

NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
ADMIN_PASSWORD, CODER_PASSWORD = "a bridge of green paper", "nine lamps in the rain"
ADMIN = Actor("ada", frozenset({Role.ADMINISTRATOR}), Via.COMMAND)


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A store with an administrator and a coder; hashing costs next to nothing, where the cost is not the subject."""
    passwords_cheap.use(monkeypatch)
    engine = open_database(database_url)
    add_first_administrator(engine, "ada", "Ada Ames", ADMIN_PASSWORD, NOW)
    add_account(engine, ADMIN, "cora", "Cora Cole", [Role.CODER], ["coding"], CODER_PASSWORD, NOW)
    yield engine
    engine.dispose()


def acts_of(engine: Engine, *kinds: ActKind) -> list[Act]:
    with reading(engine) as connection:
        return [act for act in iterate_acts(connection) if act.kind in kinds]


def come_in(
    engine: Engine, password: str = CODER_PASSWORD, at: datetime = NOW, address: str = HERE
) -> tuple[str, Session]:
    return sign_in(engine, "cora", password, address, at)


def fail(engine: Engine, times: int, name: str = "cora", address: str = HERE, at: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(CredentialsError):
            sign_in(engine, name, "not the password", address, at)


def dump(engine: Engine) -> str:
    """Everything that the database holds, as one text."""
    tables = ("account", "session", "token", "login_failure", "member", "token_grant", "act", "act_head")
    with reading(engine) as connection:
        return "\n".join(repr(connection.execute(text(f"select * from {table}")).all()) for table in tables)


def test_right_password_opens_the_door_and_the_cookie_finds_who_acts(engine: Engine) -> None:
    secret, session = come_in(engine)
    assert len(secret) == 43
    assert session.expires_at == NOW + timedelta(hours=12)
    found = find_session(engine, secret, NOW + MINUTE, 60)
    assert found is not None
    assert found[1] == Actor("cora", frozenset({Role.CODER}), Via.PAGE, ("coding",))
    assert found[0].csrf == session.csrf != secret
    signed = acts_of(engine, ActKind.SIGNED_IN)
    assert [(act.actor, act.subject, act.at, act.body["address"]) for act in signed] == [("cora", "cora", NOW, HERE)]


def test_name_is_read_as_people_type_it(engine: Engine) -> None:
    assert sign_in(engine, " Cora ", CODER_PASSWORD, HERE, NOW)[1].account == "cora"


def test_password_typed_with_another_composition_of_letters_is_the_same(engine: Engine) -> None:
    set_password(engine, ADMIN, "cora", "caf\u00e9 au lait, toujours", NOW)
    assert come_in(engine, "cafe\u0301 au lait, toujours")


@pytest.mark.parametrize(("name", "password"), [
    ("cora", "nine lamps in the raim"), ("cora", ""), ("cora", CODER_PASSWORD.upper()), ("nobody", CODER_PASSWORD),
    ("", ""), ("cora' or '1'='1", CODER_PASSWORD), ("ada", CODER_PASSWORD), ("cora", "x" * 100_000),
    ("cora\0", CODER_PASSWORD), ("cora", "\ud800" * 12), ("\ud800", CODER_PASSWORD),
])  # fmt: skip
def test_wrong_name_or_password_is_refused_in_the_same_words(engine: Engine, name: str, password: str) -> None:
    with pytest.raises(CredentialsError) as refused:
        sign_in(engine, name, password, HERE, NOW)
    assert refused.value.line == "name and password do not open the door; type them again"
    assert len(acts_of(engine, ActKind.SIGN_IN_FAILED)) == 1


def test_failure_is_in_the_audit_with_its_why_and_without_what_was_typed(engine: Engine) -> None:
    for name in ("cora", "my secret was typed here"):
        with pytest.raises(CredentialsError):
            sign_in(engine, name, "a wrong password 123", HERE, NOW)
    told = [(act.subject, act.body["why"], act.body["address"]) for act in acts_of(engine, ActKind.SIGN_IN_FAILED)]
    assert told == [("cora", "wrong password", HERE), ("", "no such account", HERE)]
    kept = dump(engine)
    assert "a wrong password" not in kept
    assert "my secret" not in kept


def test_secrets_lie_nowhere_in_the_database(engine: Engine) -> None:
    secret, _ = come_in(engine)
    token = add_token(engine, person(engine), "nightly", [Permission.READ], None, NOW)
    kept = dump(engine)
    for hidden in (secret, token, token.removeprefix("addenda_"), CODER_PASSWORD, ADMIN_PASSWORD):
        assert hidden not in kept


def test_five_failures_shut_the_door_for_fifteen_minutes_even_for_the_right_password(engine: Engine) -> None:
    for minute in range(5):
        fail(engine, 1, at=NOW + minute * MINUTE)
    with pytest.raises(CredentialsError, match="too many failures; wait 11 minutes"):
        come_in(engine, at=NOW + 4 * MINUTE)
    with pytest.raises(CredentialsError, match="wait a minute"):
        come_in(engine, at=NOW + 14 * MINUTE + MINUTE / 2)
    assert come_in(engine, at=NOW + 15 * MINUTE + timedelta(seconds=1))


def test_four_failures_leave_the_door_open_and_are_forgotten_by_the_right_password(engine: Engine) -> None:
    for _ in range(3):
        fail(engine, 4)
        come_in(engine)


def test_who_knows_a_name_cannot_shut_its_owner_out_who_sits_elsewhere(engine: Engine) -> None:
    fail(engine, 9, address=ELSEWHERE)
    assert come_in(engine, address=HERE)


def test_twenty_failures_from_everywhere_shut_the_account(engine: Engine) -> None:
    for number in range(20):
        fail(engine, 1, address=f"203.0.113.{number}")
    with pytest.raises(CredentialsError, match="too many failures"):
        come_in(engine)


def test_twenty_failures_with_many_names_shut_the_address_also_after_an_own_success(engine: Engine) -> None:
    for number in range(20):
        fail(engine, 1, name=f"guess{number}", address=HERE)
        if number == 10:
            come_in(engine, address=HERE)
    with pytest.raises(CredentialsError, match="too many failures"):
        come_in(engine, address=HERE)
    assert come_in(engine, address=ELSEWHERE)


def test_shut_door_writes_no_log_without_end(engine: Engine) -> None:
    fail(engine, 40)
    told = acts_of(engine, ActKind.SIGN_IN_FAILED)
    assert [act.body["shut_minutes"] for act in told] == [0, 0, 0, 0, 15]


def test_names_that_nobody_has_are_throttled_as_others_are(engine: Engine) -> None:
    fail(engine, 5, name="nobody")
    with pytest.raises(CredentialsError, match="too many failures"):
        sign_in(engine, "nobody", "not the password", HERE, NOW)


def test_attempts_at_the_same_time_get_no_more_answers_than_five(engine: Engine) -> None:
    def attempt(number: int) -> str:
        with pytest.raises(CredentialsError) as refused:
            sign_in(engine, "cora", f"guess number {number}", HERE, NOW)
        return refused.value.what

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count("name and password do not open the door") == 5
    assert answers.count("the door is shut for now") == 19


def test_an_unknown_name_takes_as_long_as_a_known_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('clock') / 'addenda.db'}")
    add_first_administrator(engine, "ada", "Ada", ADMIN_PASSWORD, NOW)
    add_account(engine, ADMIN, "off", "Off", [Role.READER], [], CODER_PASSWORD, NOW)
    change_account(engine, ADMIN, "off", is_active=False, now=NOW)
    add_account(engine, ADMIN, "door", "Door", [Role.READER], [], None, NOW)

    def measure(name: str, at: datetime) -> float:
        start = time.process_time()
        with pytest.raises(CredentialsError):
            sign_in(engine, name, "not the password", "", at)
        return time.process_time() - start

    names = ("ada", "nobody", "off", "door")
    measure("ada", NOW)
    taken = {name: [measure(name, NOW + 16 * MINUTE * turn) for turn in range(5)] for name in names}
    medians = {name: statistics.median(times) for name, times in taken.items()}
    engine.dispose()
    # Without the hash an answer takes less than a tenth.
    assert max(medians.values()) < 2 * min(medians.values()), medians


def test_session_ends_after_its_hours_and_when_it_is_idle(engine: Engine) -> None:
    secret, _ = sign_in(engine, "cora", CODER_PASSWORD, HERE, NOW, hours=2)
    for minutes in range(20, 120, 20):
        assert find_session(engine, secret, NOW + minutes * MINUTE, 30)
    assert find_session(engine, secret, NOW + 120 * MINUTE, 30) is None
    idle, _ = come_in(engine)
    assert find_session(engine, idle, NOW + 31 * MINUTE, 30) is None
    assert find_session(engine, idle, NOW + MINUTE, 30) is None, "an ended session stays ended"


@pytest.mark.parametrize("secret", ["", "A" * 43, "cora", "\0", "\ud800", "' or 1=1 --"])
def test_made_up_secret_finds_no_session(engine: Engine, secret: str) -> None:
    come_in(engine)
    assert find_session(engine, secret, NOW, 60) is None


def test_digest_in_the_database_is_no_cookie(engine: Engine) -> None:
    _, session = come_in(engine)
    assert find_session(engine, session.digest, NOW, 60) is None


def test_use_of_a_session_is_written_down_once_a_minute(engine: Engine) -> None:
    secret, _ = come_in(engine)

    def seen(at: datetime) -> datetime:
        found = find_session(engine, secret, at, 60)
        assert found is not None
        return found[0].seen_at

    assert seen(NOW + timedelta(seconds=30)) == NOW
    assert seen(NOW + timedelta(seconds=61)) == NOW + timedelta(seconds=61)
    assert seen(NOW + timedelta(seconds=90)) == NOW + timedelta(seconds=61)


def test_signing_out_ends_one_session_and_is_in_the_audit(engine: Engine) -> None:
    first, _ = come_in(engine)
    second, _ = come_in(engine)
    sign_out(engine, first, NOW)
    sign_out(engine, first, NOW)
    assert find_session(engine, first, NOW, 60) is None
    assert find_session(engine, second, NOW, 60) is not None
    assert [act.subject for act in acts_of(engine, ActKind.SIGNED_OUT)] == ["cora"]


def test_roles_of_a_session_and_of_a_token_are_those_of_the_moment(engine: Engine) -> None:
    secret, _ = come_in(engine)
    token = add_token(engine, person(engine), "script", [Permission.WORK], None, NOW)
    change_account(engine, ADMIN, "cora", roles=[Role.READER], teams=[], now=NOW)
    found = find_session(engine, secret, NOW, 60)
    assert found is not None
    assert (found[1].roles, found[1].teams) == (frozenset({Role.READER}), ())
    assert not authenticate_token(engine, token, NOW, Via.REST).may(Permission.WORK)


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


def test_door_of_a_proxy_opens_for_known_accounts_alone(engine: Engine) -> None:
    add_account(engine, ADMIN, "pia", "Pia", [Role.READER], [], None, NOW)
    secret, session = open_session(engine, "Pia", NOW, 1)
    assert session.expires_at == NOW + timedelta(hours=1)
    assert find_session(engine, secret, NOW, 60)
    with pytest.raises(CredentialsError):
        sign_in(engine, "pia", "", HERE, NOW)
    for _ in range(30):
        with pytest.raises(CredentialsError, match="you have no account here"):
            open_session(engine, "stranger", NOW)
    told = [act.body["why"] for act in acts_of(engine, ActKind.SIGN_IN_FAILED)]
    assert told == ["account without password", *["no such account"] * 5]


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


def test_check_before_a_signature_counts_and_tells_failures(engine: Engine) -> None:
    check_password(engine, "cora", CODER_PASSWORD, NOW)
    for _ in range(5):
        with pytest.raises(CredentialsError, match="do not open"):
            check_password(engine, "cora", "not the password", NOW)
    with pytest.raises(CredentialsError, match="too many failures"):
        check_password(engine, "cora", CODER_PASSWORD, NOW)
    assert {act.body["address"] for act in acts_of(engine, ActKind.SIGN_IN_FAILED)} == {"signing"}


def test_password_hashed_with_other_parameters_is_hashed_anew_at_the_next_sign_in(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    with reading(engine) as connection:
        before = read_account(connection, "cora")
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    come_in(engine)
    with reading(engine) as connection:
        after = read_account(connection, "cora")
    assert before is not None
    assert after is not None
    assert before.password_hash != after.password_hash
    assert "t=2" in str(after.password_hash)
    assert [act.body["why"] for act in acts_of(engine, ActKind.PASSWORD_SET)] == ["hashed anew"]
    assert come_in(engine)
    check_rows_fit(engine)


def test_parameters_in_use_are_not_below_what_the_standard_advises() -> None:
    hashed = passwords.hash_password("a bridge of green paper")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", hashed)
    assert found
    memory, turns, _ = map(int, found.groups())
    # RFC 9106, section 4: the second recommended option.
    assert (memory, turns) >= (65536, 3)


def person(engine: Engine, name: str = "cora", password: str = CODER_PASSWORD) -> Actor:
    return authenticate_person(engine, name, password, NOW)


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


def check_rows_fit(engine: Engine) -> None:
    """What people come in by is what the log says."""
    from flows.review_audit import _check_access

    with reading(engine) as connection:
        assert _check_access(connection) == []


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
