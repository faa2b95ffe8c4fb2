"""Coming in and going out: who gets in, who does not, for how long, and what the audit keeps of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from flows import passwords
from flows.accounts import (
    add_account,
    add_first_administrator,
    add_token,
    authenticate_token,
    change_account,
    check_password,
    find_session,
    open_session,
    set_password,
    sign_in,
    sign_out,
)
from schema.access import Actor, Permission, Role, Via
from schema.acts import ActKind
from schema.errors import CredentialsError
from schema.store.access import read_account
from schema.store.database import open_database, reading
from tests.account_store import (
    ADMIN,
    ADMIN_PASSWORD,
    CODER_PASSWORD,
    ELSEWHERE,
    HERE,
    MINUTE,
    NOW,
    acts_of,
    check_rows_fit,
    come_in,
    dump,
    fail,
    open_store,
    person,
)


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with open_store(database_url, monkeypatch) as opened:
        yield opened


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
