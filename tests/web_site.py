"""The review site as the tests see it: a store with the sample organisation's update under review, and people of
every role who are signed in."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.accounts import add_account, add_first_administrator, add_token, open_session
from flows.settings import Settings
from schema.access import SYSTEM, Actor, Permission, Role, Via
from schema.releases import ReleaseRef
from schema.store.database import open_database, reading

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Engine
    from starlette.testclient import TestClient

PASSWORD = "correct horse battery staple"
TODAY = date(2024, 9, 10)
NOW = datetime(2024, 9, 10, 9, 30, tzinfo=UTC)
KEY = "icd10cm@2024-10-01"
HCPCS_KEY = "hcpcs@2020-01-01"
ADDRESS = "http://127.0.0.1"
COOKIE = "addenda"
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
            # Not by the form: it takes a fifth of a second to check a password.
            secret, _ = open_session(self.engine, PEOPLE[role][0], self.clock(), self.settings.session_hours)
            client.cookies.set(COOKIE, secret)
        return client

    def token_client(self, role: Role, *scopes: Permission) -> TestClient:
        """A client of REST with a token of the role's account: with these scopes, else with all that it may."""
        actor = self.actor(role)
        granted = scopes or [permission for permission in Permission if actor.may(permission)]
        secret = add_token(self.engine, actor, "test", granted, None, self.clock())
        return make_client(self.app, headers={"Authorization": f"Bearer {secret}"})


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
    if not database_url:
        shutil.copytree(_people_home(), home, dirs_exist_ok=True)
    engine = open_database(chosen.database)
    try:
        if database_url:
            add_people(engine)
        yield WebSite(engine, chosen, None, Clock())
    finally:
        engine.dispose()


@contextmanager
def sample_site(home: Path, database_url: str = "", **settings: Any) -> Iterator[WebSite]:
    """A site with people, and with the updates of the sample (ICD-10-CM FY2025, HCPCS 2020Q1) under review.

    In SQLite the store is a copy of one that is made once, in a second or two.
    """
    chosen = Settings(home=home, database_url=database_url, today=TODAY, **settings)
    if database_url:
        _make_sample(chosen)
    else:
        shutil.copytree(_sample_home(), home, dirs_exist_ok=True)
    engine = open_database(chosen.database)
    try:
        yield WebSite(engine, chosen, home / "organisation" / "addenda.toml", Clock())
    finally:
        engine.dispose()


@cache
def _people_home() -> Path:
    """Made once: each password takes a tenth of a second."""
    folder = _make_folder()
    engine = open_database(Settings(home=folder).database)
    add_people(engine)
    engine.dispose()
    return folder


@cache
def _sample_home() -> Path:
    folder = _make_folder()
    _make_sample(Settings(home=folder, today=TODAY))
    return folder


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="addenda-web-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _make_sample(settings: Settings) -> None:
    from flows.impact_steps import add_impact
    from flows.review_steps import open_review
    from flows.sample.organisation.writer import write_organisation
    from flows.sample.writer import write_sample
    from flows.steps import load_release, prepare_result
    from loaders.claims.dataset import ClaimsDataset
    from schema.store import reader

    organisation = write_organisation(settings.home / "organisation")
    dataset = ClaimsDataset(settings.claims)
    for path in organisation.claims:
        dataset.import_file(path, settings.claim_id_key)
    engine = open_database(settings.database)
    try:
        add_people(engine)
        for release in write_sample(settings.home / "releases"):
            if release.system in ("icd10cm", "hcpcs"):
                load_release(engine, ReleaseRef(release.system, release.effective_date), [release.path])
        for key in (KEY, HCPCS_KEY):
            system, _, day = key.partition("@")
            with reading(engine) as connection:
                current = reader.find_release(connection, ReleaseRef(system, date.fromisoformat(day)))
                previous = reader.find_previous(connection, system, date.fromisoformat(day))
            if previous is None:
                raise AssertionError(f"the sample has nothing before {key}")
            result = prepare_result(engine, previous, current, TODAY)
            open_review(engine, add_impact(engine, settings, organisation.config, result), SYSTEM, NOW)
    finally:
        engine.dispose()
