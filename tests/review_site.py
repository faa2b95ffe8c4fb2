"""A site with a review made from an update result, people of every role, and tokens for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts

from flows.accounts import add_token, open_session
from flows.review_steps import open_review
from schema.access import ROLE_PERMISSIONS, SYSTEM, Permission, Role
from schema.changes import UpdateResult
from schema.review import Review
from schema.store.act_log import read_head
from schema.store.database import reading
from schema.store.review_reader import find_review
from tests.impact_samples import assessed, diagnosis_impact
from tests.web_site import NOW, PEOPLE, WebSite, empty_site

KEY = "icd10cm@2024-10-01"
SUBJECT = "code:C860"
"""A deleted code that uses name: it needs a decision."""
FORGED_TOKEN = "addenda_" + "A" * 43
COOKIE = "addenda"


@contextmanager
def reviewed_site(
    home: Path, database_url: str = "", result: UpdateResult | None = None, **settings: Any
) -> Iterator[WebSite]:
    """A site with the review of a result, by default of the ICD-10-CM update made by hand."""
    with empty_site(home, database_url, **settings) as site:
        open_review(site.engine, result or assessed(diagnosis_impact()), SYSTEM, NOW)
        yield site


def review_of(site: WebSite, key: str = KEY) -> Review:
    """The review as it stands."""
    with reading(site.engine) as connection:
        return find_review(connection, key)


def head_of(site: WebSite) -> tuple[int, str]:
    """Sequence and hash of the last act: equal before and after where nothing was done."""
    with reading(site.engine) as connection:
        return read_head(connection)


def token_of(site: WebSite, role: Role, scopes: Iterable[Permission] | None = None) -> str:
    """A token of the person with the role, with all its role may or with some of it."""
    chosen = ROLE_PERMISSIONS[role] if scopes is None else scopes
    return add_token(site.engine, site.actor(role), "a program", chosen, None, site.clock())


def session_of(site: WebSite, role: Role) -> tuple[dict[str, str], str]:
    """The cookies of a new session of the person with the role, and its CSRF token."""
    secret, session = open_session(site.engine, PEOPLE[role][0], site.clock())
    return {COOKIE: secret}, session.csrf


def bearing(secret: str) -> dict[str, str]:
    """The header that a program sends."""
    return {"Authorization": f"Bearer {secret}"}


def list_routes(app: Any) -> set[tuple[str, str]]:
    """Every (method, path) that the app answers; a folder of files has the method MOUNT."""
    found = set()
    for context in iter_route_contexts(app.routes):
        methods = set(context.methods or {"MOUNT"})
        if "GET" in methods:
            methods.discard("HEAD")
        found |= {(method, str(context.path)) for method in methods}
    return found
