"""REST: whom a token stands for, for how long, and what is no token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.accounts import change_account, revoke_token
from schema.access import Permission, Role
from tests.rest_program import API, Program
from tests.review_site import (
    FORGED_TOKEN,
    KEY,
    bearing,
    head_of,
    reviewed_site,
    session_of,
    token_of,
)
from tests.web_site import PEOPLE, WebSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with reviewed_site(tmp_path) as made:
        yield made


def test_a_token_may_no_more_than_its_scopes_and_its_account(site: WebSite) -> None:
    narrow = Program(site, Role.COMPLIANCE, [Permission.READ])
    head = head_of(site)
    assert narrow.get("/me")["permissions"] == ["read"]
    fault = narrow.post(f"/reviews/{KEY}/comments", 403, text="Hello")["error"]
    assert (fault["slug"], "no scope work" in fault["why"]) == ("access", True)
    assert narrow.client.get(f"{API}/audit/verification").status_code == 403
    assert head_of(site) == head


def test_a_token_follows_the_roles_that_the_account_has_now(site: WebSite) -> None:
    program = Program(site, Role.CODER)
    administrator = site.actor(Role.ADMINISTRATOR)
    name = PEOPLE[Role.CODER][0]
    change_account(site.engine, administrator, name, roles=[Role.READER], now=site.clock())
    assert program.post(f"/reviews/{KEY}/comments", 403, text="Hello")["error"]["slug"] == "access"
    assert program.get("/me")["roles"] == ["reader"]
    change_account(site.engine, administrator, name, is_active=False, now=site.clock())
    assert program.client.get(f"{API}/me").status_code == 401


def test_a_token_that_is_forged_revoked_or_in_another_place_opens_nothing(site: WebSite) -> None:
    secret = token_of(site, Role.CODER)
    cookies, _ = session_of(site, Role.CODER)
    client = site.client()
    refused: list[dict[str, Any]] = [
        {},
        {"headers": bearing(FORGED_TOKEN)},
        {"headers": bearing("")},
        {"headers": bearing("x" * 5000)},
        {"headers": bearing(secret + "A")},
        {"headers": bearing(secret[:-1])},
        {"headers": {"Authorization": f"Basic {secret}"}},
        {"headers": {"Authorization": secret}},
        {"headers": {"X-Token": secret}},
        {"params": {"token": secret}},
        {"cookies": {"addenda": secret}},
        {"cookies": cookies},
    ]
    for request in refused:
        client.cookies = request.get("cookies", {})
        answer = client.get(f"{API}/me", headers=request.get("headers"), params=request.get("params"))
        assert answer.status_code == 401, request
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["slug"] == "credentials"
        assert secret not in answer.text
    client.cookies = {}
    assert client.get(f"{API}/me", headers=bearing(secret)).status_code == 200
    revoke_token(site.engine, site.actor(Role.CODER), 1, site.clock())
    assert client.get(f"{API}/me", headers=bearing(secret)).status_code == 401


def test_a_token_ends_with_its_day(site: WebSite) -> None:
    from flows.accounts import add_token

    ends = site.clock() + timedelta(days=1)
    secret = add_token(site.engine, site.actor(Role.READER), "short", [Permission.READ], ends, site.clock())
    client = site.client(headers=bearing(secret))
    assert client.get(f"{API}/me").status_code == 200
    site.clock.advance(days=1)
    assert client.get(f"{API}/me").status_code == 401
