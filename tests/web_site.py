"""The review site as the tests see it: a store with the sample organisation's update under review, and people of
every role who are signed in."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.accounts import add_account, add_first_administrator
from flows.settings import Settings
from schema.access import Actor, Role, Via
from schema.store.database import open_database

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Engine
    from starlette.testclient import TestClient

PASSWORD = "correct horse battery staple"
TODAY = date(2024, 9, 10)
NOW = datetime(2024, 9, 10, 9, 30, tzinfo=UTC)
KEY = "icd10cm@2024-10-01"
ADDRESS = "http://127.0.0.1"
# Account name -> display name, role, teams.
PEOPLE = {
    Role.READER: ("rita", "Rita Reader", ()),
    Role.CODER: ("cora", "Cora Coder", ("coding",)),
    Role.COMPLIANCE: ("carl", "Carl Compliance", ("compliance",)),
    Role.REVENUE_LEAD: ("rena", "Rena Revenue", ("revenue integrity",)),
    Role.OPERATOR: ("olga", "Olga Operator", ()),
    Role.ADMINISTRATOR: ("ada", "Ada Admin", ()),
}


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass
class WebSite:
    """A site over a store of its own."""

    engine: Engine
    settings: Settings
    config: Path | None
    clock: Clock

    @property
    def app(self) -> FastAPI:
        from flows.app import create_app

        return create_app(self.settings, self.config, self.engine, self.clock)

    def actor(self, role: Role) -> Actor:
        name, _, teams = PEOPLE[role]
        return Actor(name, frozenset({role}), Via.PAGE, teams)

    def client(self, role: Role | None = None, **options: Any) -> TestClient:
        """A client that does not follow redirects; signed in when a role is named."""
        client = make_client(self.app, **options)
        if role is not None:
            sign_in(client, PEOPLE[role][0])
        return client


def make_client(app: FastAPI, **options: Any) -> TestClient:
    """A client of the app on this machine's own address; a fault of the server is an answer, as for a browser."""
    with warnings.catch_warnings():
        # Starlette wants httpx2, which the project has no other use for.
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient

    chosen = {"base_url": ADDRESS, "follow_redirects": False, "client": ("127.0.0.1", 50000)}
    return TestClient(app, **{**chosen, **options})


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> None:
    """Signs in by the form, as a browser does."""
    page = client.get("/login")
    answer = client.post("/login", data={"csrf": csrf_of(page.text), "name": name, "password": password})
    if answer.status_code != 303:
        raise AssertionError(f"{name} was not let in: {answer.status_code} {answer.text[:2000]}")


def csrf_of(page: str) -> str:
    """The token in the first form of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    if found is None:
        raise AssertionError("the page has no form with a token")
    return found[1]


def add_people(engine: Engine, now: datetime = NOW) -> None:
    """One account for each role, all with PASSWORD."""
    name, title, _ = PEOPLE[Role.ADMINISTRATOR]
    add_first_administrator(engine, name, title, PASSWORD, now)
    administrator = Actor(name, frozenset({Role.ADMINISTRATOR}), Via.PAGE)
    for role, (name, title, teams) in PEOPLE.items():
        if role is not Role.ADMINISTRATOR:
            add_account(engine, administrator, name, title, [role], teams, PASSWORD, now)


@contextmanager
def empty_site(home: Path, database_url: str = "", **settings: Any) -> Iterator[WebSite]:
    """A site with people and without a review."""
    chosen = Settings(home=home, database_url=database_url, today=TODAY, **settings)
    engine = open_database(chosen.database)
    try:
        add_people(engine)
        yield WebSite(engine, chosen, None, Clock())
    finally:
        engine.dispose()


@contextmanager
def sample_site(
    home: Path, database_url: str = "", prepare: Callable[[WebSite], None] | None = None, **settings: Any
) -> Iterator[WebSite]:
    """A site with people and the sample organisation's update FY2024 to FY2025 (ICD-10-CM) under review."""
    raise NotImplementedError
