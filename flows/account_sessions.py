"""Coming in and going out: passwords at the door, sessions, the throttle of failures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from schema.access import Actor, Session, Via

if TYPE_CHECKING:
    from sqlalchemy import Engine


def sign_in(
    engine: Engine, name: str, password: str, address: str, now: datetime, *, hours: float = 12
) -> tuple[str, Session]:
    """The secret for the cookie, and the session. Raises CredentialsError, after too many failures with the wait."""
    raise NotImplementedError


def open_session(engine: Engine, name: str, now: datetime, hours: float = 12) -> tuple[str, Session]:
    """A session of somebody whom a trusted proxy or an OpenID provider named. Raises CredentialsError."""
    raise NotImplementedError


def find_session(engine: Engine, secret: str, now: datetime, idle_minutes: float) -> tuple[Session, Actor] | None:
    """The session of a cookie and who acts in it; None when it has ended, or never was."""
    raise NotImplementedError


def sign_out(engine: Engine, secret: str, now: datetime) -> None:
    """End the session; one that is not there is no fault."""
    raise NotImplementedError


def check_password(engine: Engine, name: str, password: str, now: datetime) -> None:
    """Somebody who is signed in proves it again, before a signature. Raises CredentialsError."""
    raise NotImplementedError


def authenticate_person(engine: Engine, name: str, password: str, now: datetime, via: Via = Via.COMMAND) -> Actor:
    """Who acts, by name and password, without a session. Raises CredentialsError."""
    raise NotImplementedError
