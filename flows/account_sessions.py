"""Coming in and going out: passwords at the door, sessions, the throttle of failures."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.account_log import digest_secret, keep_act, spell_name
from flows.account_throttle import check_throttle, forget_failures, note_failure
from flows.passwords import hash_password, is_password, needs_rehash
from schema.access import SYSTEM, Account, Actor, Session, Via
from schema.acts import ActKind
from schema.errors import CredentialsError, shorten_value
from schema.store.access import (
    read_account,
    read_session,
    remove_ended_sessions,
    remove_session,
    save_account,
    save_session,
    touch_session,
)
from schema.store.database import reading, writing
from schema.store.seats import Seat, read_seat

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# A page that is read need not be written down each time.
_TOUCH_SECONDS = 60


def sign_in(
    engine: Engine, name: str, password: str, address: str, now: datetime, *, hours: float = 12
) -> tuple[str, Session]:
    """The secret for the cookie, and the session that ends after `hours`.

    `address` is where the person sits, for the throttle and the audit. Raises CredentialsError, which tells
    neither what was wrong nor whether the account exists; after too many failures it says how long to wait.
    """
    account = _enter(engine, name, password, address, now, Via.PAGE)
    return _open(engine, account.name, now, hours, {"door": "password", "address": shorten_value(address)})


def open_session(engine: Engine, name: str, now: datetime, hours: float = 12) -> tuple[str, Session]:
    """A session, as `sign_in`, of somebody whom a trusted proxy or an OpenID provider named.

    Raises CredentialsError when there is no such account, or it is disabled.
    """
    with reading(engine) as connection:
        account = read_account(connection, spell_name(name))
    if account is None or not account.is_active:
        keys = {f"door {digest_secret(spell_name(name))}": 5}
        with writing(engine) as connection:
            # One who is refused may come back a thousand times.
            if not check_throttle(connection, keys, now):
                note_failure(connection, keys, now)
                _keep_failure(connection, account, Via.PAGE, {"door": "other", "why": _why(account)}, now)
        raise CredentialsError("you have no account here", "", "ask an administrator of addenda for one")
    return _open(engine, account.name, now, hours, {"door": "other"})


def find_session(engine: Engine, secret: str, now: datetime, idle_minutes: float) -> tuple[Session, Actor] | None:
    """The session of a cookie and who acts in it; None where `find_seat` has none."""
    seat = find_seat(engine, secret, now, idle_minutes)
    return None if seat is None else (seat.session, make_actor(seat.account, Via.PAGE))


def find_seat(engine: Engine, secret: str, now: datetime, idle_minutes: float) -> Seat | None:
    """The session of a cookie with its account as it is at this moment; None when it has ended by time or by a
    password, the account is disabled, or it never was. That it was used is noted once a minute."""
    digest = digest_secret(secret)
    seat = read_seat(engine, digest)
    if seat is None:
        return None
    session = seat.session
    has_ended = now >= session.expires_at or now - session.seen_at > timedelta(minutes=idle_minutes)
    if has_ended or not seat.account.is_active:
        with writing(engine) as connection:
            remove_session(connection, digest)
        return None
    if now - session.seen_at >= timedelta(seconds=min(_TOUCH_SECONDS, idle_minutes * 6)):
        with writing(engine) as connection:
            touch_session(connection, digest, now)
        return replace(seat, session=replace(session, seen_at=now))
    return seat


def sign_out(engine: Engine, secret: str, now: datetime) -> None:
    """End the session; one that is not there is no fault."""
    digest = digest_secret(secret)
    with writing(engine) as connection:
        session = read_session(connection, digest)
        account = read_account(connection, session.account) if session else None
        if session is None or account is None:
            return
        remove_session(connection, digest)
        keep_act(connection, make_actor(account, Via.PAGE), ActKind.SIGNED_OUT, account.name, {}, now)


def check_password(engine: Engine, name: str, password: str, now: datetime) -> None:
    """Somebody who is signed in proves it again, before a signature. Raises CredentialsError, as `sign_in`."""
    _enter(engine, name, password, "signing", now, Via.PAGE)


def authenticate_person(engine: Engine, name: str, password: str, now: datetime, via: Via = Via.COMMAND) -> Actor:
    """Who acts, by name and password, without a session. Raises CredentialsError, as `sign_in`."""
    return make_actor(_enter(engine, name, password, "", now, via), via)


def make_actor(account: Account, via: Via) -> Actor:
    """The account as one who acts."""
    return Actor(account.name, frozenset(account.roles), via, account.teams)


def _enter(engine: Engine, name: str, password: str, address: str, now: datetime, via: Via) -> Account:
    """The account whose password that is. Every failure is counted and stands in the audit, without the password."""
    spelled = spell_name(name)
    keys = _list_keys(spelled, address)
    with reading(engine) as connection:
        wait = check_throttle(connection, keys, now)
        account = read_account(connection, spelled)
    if wait:
        raise _too_many(wait)
    usable = account.password_hash if account is not None and account.is_active else None
    is_right = is_password(password, usable)
    fresh = hash_password(password) if is_right and usable and needs_rehash(usable) else None
    with writing(engine) as connection:
        # Asked again: attempts that came at the same time count one after the other.
        wait = check_throttle(connection, keys, now)
        now_there = read_account(connection, spelled)
        is_unchanged = now_there is not None and now_there.is_active and now_there.password_hash == usable
        if not wait and not (is_right and is_unchanged):
            note_failure(connection, keys, now)
            shut = check_throttle(connection, keys, now)
            body = {"address": shorten_value(address), "why": _why(account), "shut_minutes": shut}
            _keep_failure(connection, account, via, body, now)
        elif not wait and now_there is not None:
            forget_failures(connection, [key for key in keys if not key.startswith("address ")])
            if fresh:
                now_there = replace(now_there, password_hash=fresh)
                save_account(connection, now_there)
                body = {"password_digest": digest_secret(fresh), "why": "hashed anew"}
                keep_act(connection, make_actor(now_there, via), ActKind.PASSWORD_SET, spelled, body, now)
            return now_there
    if wait:
        raise _too_many(wait)
    raise CredentialsError("name and password do not open the door", "", "type them again")


def _open(engine: Engine, name: str, now: datetime, hours: float, body: dict[str, str]) -> tuple[str, Session]:
    secret = secrets.token_urlsafe(32)
    ends = now + timedelta(hours=hours)
    session = Session(digest_secret(secret), name, secrets.token_urlsafe(32), now, now, ends)
    with writing(engine) as connection:
        account = read_account(connection, name)
        if account is None or not account.is_active:
            raise CredentialsError("name and password do not open the door", "", "type them again")
        remove_ended_sessions(connection, now)
        save_session(connection, session)
        keep_act(connection, make_actor(account, Via.PAGE), ActKind.SIGNED_IN, name, body, now)
    return secret, session


def _list_keys(name: str, address: str) -> dict[str, int]:
    """What failures are counted by, and how many shut the door for 15 minutes.

    Five for one account from one address: who knows a name can then not shut its owner out, who sits elsewhere.
    Names are digests, since people type passwords into the wrong field.
    """
    whose, place = digest_secret(name), shorten_value(address, 100)
    keys = {f"pair {whose} {place}": 5, f"account {whose}": 20}
    return keys | {f"address {place}": 20} if address else keys


def _keep_failure(
    connection: Connection, account: Account | None, via: Via, body: Mapping[str, object], now: datetime
) -> None:
    # A name that nobody has is not repeated: it may be a password.
    subject = account.name if account else ""
    keep_act(connection, replace(SYSTEM, via=via), ActKind.SIGN_IN_FAILED, subject, body, now)


def _why(account: Account | None) -> str:
    if account is None:
        return "no such account"
    if not account.is_active:
        return "disabled account"
    return "wrong password" if account.password_hash else "account without password"


def _too_many(wait: int) -> CredentialsError:
    minutes = "a minute" if wait == 1 else f"{wait} minutes"
    return CredentialsError("the door is shut for now", "too many failures", f"wait {minutes}, then sign in again")
