"""A store with two accounts, and what the tests do at its door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from flows.accounts import (
    add_account,
    add_first_administrator,
    authenticate_person,
    sign_in,
)
from schema.access import Actor, Role, Session, Via
from schema.acts import Act, ActKind
from schema.errors import CredentialsError
from schema.store.act_log import iterate_acts
from schema.store.database import open_database, reading
from tests import passwords_cheap

NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
ADMIN_PASSWORD, CODER_PASSWORD = "a bridge of green paper", "nine lamps in the rain"
ADMIN = Actor("ada", frozenset({Role.ADMINISTRATOR}), Via.COMMAND)


@contextmanager
def open_store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
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


def person(engine: Engine, name: str = "cora", password: str = CODER_PASSWORD) -> Actor:
    return authenticate_person(engine, name, password, NOW)


def check_rows_fit(engine: Engine) -> None:
    """What people come in by is what the log says."""
    from flows.review_audit import _check_access

    with reading(engine) as connection:
        assert _check_access(connection) == []
