"""A person's own page: the password, and tokens for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.access import Role
from schema.store.access import list_tokens
from schema.store.database import reading
from tests.web_site import PASSWORD, WebSite, csrf_of, empty_site, make_client, sign_in


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with empty_site(tmp_path) as made:
        yield made


def test_a_new_password_ends_the_sessions_and_opens_the_door(site: WebSite) -> None:
    client, elsewhere = site.client(Role.CODER), site.client(Role.CODER)
    fields = {"csrf": csrf_of(client.get("/me").text), "old": PASSWORD, "again": "another long password"}
    answer = client.post("/me/password", data=fields | {"password": "another long password"})
    assert answer.headers["location"] == "/login?said=password"
    assert client.get("/me").status_code == 303
    assert elsewhere.get("/me").status_code == 303
    with pytest.raises(AssertionError, match="401"):
        sign_in(client, "cora")
    sign_in(client, "cora", "another long password")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong"}, "do not open the door"),
        ({"again": "another long passwort"}, "The two new passwords differ"),
        ({"password": "short", "again": "short"}, "12"),
    ],
)
def test_a_password_that_cannot_be_changed_so_stays(site: WebSite, fields: dict[str, str], said: str) -> None:
    client = site.client(Role.CODER)
    new = "another long password"
    chosen = {"csrf": csrf_of(client.get("/me").text), "old": PASSWORD, "password": new, "again": new} | fields
    answer = client.post("/me/password", data=chosen)
    assert answer.status_code == 422
    assert said in answer.text
    assert new not in answer.text
    assert client.get("/me").status_code == 200
    sign_in(site.client(), "cora")


def test_a_token_is_shown_once_opens_rest_and_can_be_revoked(site: WebSite) -> None:
    client = site.client(Role.CODER)
    csrf = csrf_of(client.get("/me").text)
    fields = {"csrf": csrf, "label": "<i>nightly</i>", "scope": ["read", "work"], "expires": "2024-12-31"}
    made = client.post("/me/tokens", data=fields)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    found = re.search(r"addenda_[\w-]{43}", made.text)
    assert found
    page = client.get("/me").text
    assert found[0] not in page
    assert "&lt;i&gt;nightly&lt;/i&gt;" in page
    assert "read, work" in page
    program = make_client(site.app, headers={"Authorization": f"Bearer {found[0]}"})
    assert program.get("/api/v1/me").status_code == 200
    assert program.get("/me").status_code == 303, "a token is no session"
    assert client.post("/me/tokens/1/revocation", data={"csrf": csrf}).headers["location"] == "/me?said=revoked"
    assert "revoked" in client.get("/me").text
    assert program.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "x"},
        {"label": "x", "scope": "accounts"},
        {"label": "", "scope": "read"},
        {"label": "x", "scope": "read", "expires": "soon"},
        {"label": "x", "scope": "read", "expires": "2020-01-01"},
        {"label": "x\x00", "scope": "read"},
        {"label": "x" * 500, "scope": "read"},
        {"label": "x", "scope": "everything"},
    ],
)
def test_a_token_beyond_what_one_may_or_without_a_name_is_refused(site: WebSite, fields: dict[str, str]) -> None:
    client = site.client(Role.CODER)
    answer = client.post("/me/tokens", data={"csrf": csrf_of(client.get("/me").text)} | fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with reading(site.engine) as connection:
        assert list_tokens(connection) == []


def test_nobody_revokes_the_token_of_another_from_the_own_page(site: WebSite) -> None:
    site.token_client(Role.COMPLIANCE)
    client = site.client(Role.CODER)
    csrf = csrf_of(client.get("/me").text)
    assert client.post("/me/tokens/1/revocation", data={"csrf": csrf}).status_code == 404
    with reading(site.engine) as connection:
        assert [token.is_revoked for token in list_tokens(connection)] == [False]
