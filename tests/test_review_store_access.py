"""Accounts, sessions, tokens, failed logins, and evidence in the store; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from schema.access import Account, Permission, Role, Session, Token
from schema.errors import AuditError, ReviewNotFoundError, StoreError, UsageError
from schema.store import access
from schema.store.database import open_database, writing
from schema.store.evidence import list_evidence, read_evidence, save_evidence
from schema.store.review_rows import save_rows
from tests.stored_reviews import GRANT, HOSTILE

NOW = datetime(2024, 8, 1, 12, 30, 15, 123456, tzinfo=UTC)
ADA = Account("ada", "Ada L.", (Role.CODER, Role.COMPLIANCE), ("coding", HOSTILE), True, "$argon2id$x", NOW)
BO = Account(HOSTILE, HOSTILE, (), (), False, None, NOW)
SESSION = Session("a" * 64, "ada", "csrf", NOW, NOW, NOW + timedelta(hours=8))
TOKEN = Token("b" * 64, 1, "ada", "nightly", (Permission.READ, Permission.WORK), NOW, None, False)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = open_database(database_url)
    with writing(engine) as found:
        access.save_account(found, ADA)
        yield found
    engine.dispose()


def test_accounts_come_back_as_they_were_saved(connection: Connection) -> None:
    access.save_account(connection, BO)
    assert access.read_account(connection, "ada") == ADA
    assert access.read_account(connection, HOSTILE) == BO
    assert set(access.list_accounts(connection)) == {ADA, BO}
    changed = replace(ADA, roles=(), teams=(), is_active=False, password_hash=None)
    access.save_account(connection, changed)
    assert access.read_account(connection, "ada") == changed


@pytest.mark.parametrize("odd", ["", "ADA", "ada ", "a%", "\0", "\ud800", "' OR 1=1 --"])
def test_other_names_are_nobody(connection: Connection, odd: str) -> None:
    access.save_session(connection, SESSION)
    access.save_token(connection, TOKEN)
    access.remove_session(connection, odd)
    access.clear_failures(connection, odd)
    assert access.read_account(connection, odd) is None
    assert access.read_session(connection, odd) is None
    assert access.read_token(connection, odd) is None
    assert access.count_failures(connection, odd, NOW) == 0
    assert access.read_session(connection, SESSION.digest) == SESSION


@pytest.mark.parametrize("odd", ["a\0", "\ud800"])
def test_names_that_no_database_takes_are_refused(connection: Connection, odd: str) -> None:
    with pytest.raises(UsageError, match="cannot be kept"):
        access.save_account(connection, replace(ADA, name=odd))
    with pytest.raises(UsageError, match="cannot be kept"):
        access.save_token(connection, replace(TOKEN, label=odd))
    with pytest.raises(UsageError, match="cannot be kept"):
        access.add_failure(connection, odd, NOW)


def test_session_is_used_until_it_is_ended(connection: Connection) -> None:
    access.save_session(connection, SESSION)
    later = NOW + timedelta(minutes=5)
    access.touch_session(connection, SESSION.digest, later)
    assert access.read_session(connection, SESSION.digest) == replace(SESSION, seen_at=later)
    access.remove_session(connection, SESSION.digest)
    assert access.read_session(connection, SESSION.digest) is None


def test_all_sessions_of_an_account_end_together_but_the_one_to_keep(connection: Connection) -> None:
    access.save_account(connection, BO)
    other = replace(SESSION, digest="c" * 64, account=HOSTILE)
    for session in (SESSION, replace(SESSION, digest="d" * 64), other):
        access.save_session(connection, session)
    assert access.remove_sessions(connection, "ada", keep=SESSION.digest) == 1
    assert access.read_session(connection, SESSION.digest) == SESSION
    assert access.remove_sessions(connection, "ada") == 1
    assert access.read_session(connection, SESSION.digest) is None
    assert access.read_session(connection, other.digest) == other


def test_sessions_past_their_time_are_forgotten(connection: Connection) -> None:
    access.save_session(connection, SESSION)
    assert access.remove_ended_sessions(connection, SESSION.expires_at - timedelta(seconds=1)) == 0
    assert access.remove_ended_sessions(connection, SESSION.expires_at) == 1
    assert access.read_session(connection, SESSION.digest) is None


def test_tokens_are_numbered_and_a_number_is_never_given_twice(connection: Connection) -> None:
    access.save_account(connection, BO)
    assert access.next_token_number(connection) == 1
    access.save_token(connection, TOKEN)
    other = replace(TOKEN, digest="e" * 64, number=2, account=HOSTILE, scopes=(), expires_at=NOW)
    access.save_token(connection, other)
    assert access.read_token(connection, TOKEN.digest) == TOKEN
    assert access.list_tokens(connection) == [TOKEN, other]
    assert access.list_tokens(connection, HOSTILE) == [other]
    access.save_token(connection, replace(TOKEN, is_revoked=True))
    assert [token.is_revoked for token in access.list_tokens(connection, "ada")] == [True]
    save_rows(connection, [replace(GRANT, number=7)])
    assert access.next_token_number(connection) == 8


def test_failures_are_counted_by_key_and_time(connection: Connection) -> None:
    instants = [NOW + timedelta(minutes=minute) for minute in (0, 5, 10)]
    for at in instants[::-1]:
        access.add_failure(connection, HOSTILE, at)
    access.add_failure(connection, "10.0.0.1", NOW)
    assert access.count_failures(connection, HOSTILE, NOW) == 3
    assert access.list_failures(connection, HOSTILE, instants[1]) == instants[1:]
    assert access.count_failures(connection, HOSTILE, instants[2] + timedelta(seconds=1)) == 0
    access.remove_old_failures(connection, instants[1])
    assert access.count_failures(connection, HOSTILE, NOW) == 2
    assert access.count_failures(connection, "10.0.0.1", NOW) == 0
    access.clear_failures(connection, HOSTILE)
    assert access.count_failures(connection, HOSTILE, NOW) == 0


def test_nobody_has_a_session_or_token_without_an_account(database_url: str) -> None:
    engine = open_database(database_url)
    with pytest.raises(StoreError, match=r"(?i)foreign key"), writing(engine) as connection:
        access.save_session(connection, SESSION)
    with pytest.raises(StoreError, match=r"(?i)foreign key"), writing(engine) as connection:
        access.save_token(connection, TOKEN)
    engine.dispose()


def test_stored_account_that_addenda_never_wrote_is_told(connection: Connection) -> None:
    connection.execute(text("UPDATE account SET roles = '[\"king\"]'"))
    with pytest.raises(AuditError, match="a stored Account cannot be read: its roles"):
        access.read_account(connection, "ada")


@given(data=st.binary(max_size=2000))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_evidence_comes_back_by_the_digest_of_its_bytes(connection: Connection, data: bytes) -> None:
    digest = save_evidence(connection, data)
    assert digest == sha256(data).hexdigest() == save_evidence(connection, data)
    assert read_evidence(connection, digest) == data
    assert digest in list(list_evidence(connection))


def test_evidence_of_millions_of_bytes_is_kept_small(connection: Connection) -> None:
    data = b'{"code":"E66813","title":"Obesity, class 3"},' * 200_000
    digest = save_evidence(connection, data)
    assert read_evidence(connection, digest) == data
    assert connection.execute(text("SELECT length(content) FROM evidence")).scalar_one() < len(data) / 100


@pytest.mark.parametrize("odd", ["", "no such", "\0", "\ud800"])
def test_evidence_that_is_not_held_is_told(connection: Connection, odd: str) -> None:
    with pytest.raises(ReviewNotFoundError, match="no such evidence"):
        read_evidence(connection, odd)


@pytest.mark.parametrize("change", ["content = :bytes", "size = size + 1", "size = size - 1", "digest = 'other'"])
def test_evidence_that_was_changed_is_told(connection: Connection, change: str) -> None:
    digest = save_evidence(connection, b"what was known")
    other = save_evidence(connection, b"what is claimed")
    content = connection.execute(text(f"SELECT content FROM evidence WHERE digest = '{other}'")).scalar_one()
    connection.execute(
        text(f"UPDATE evidence SET {change} WHERE digest = '{digest}'"), {"bytes": content} if ":" in change else {}
    )
    with pytest.raises(AuditError, match="is not what was kept"):
        read_evidence(connection, "other" if "digest" in change else digest)


def test_evidence_that_cannot_be_unpacked_is_told(connection: Connection) -> None:
    digest = save_evidence(connection, b"what was known")
    connection.execute(text("UPDATE evidence SET content = :bytes"), {"bytes": b"no zlib"})
    with pytest.raises(AuditError, match="cannot be unpacked"):
        read_evidence(connection, digest)
