"""Coming in and going out: the form, its cookies, the throttle, the end of a session, a person's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schema.access import Role
from schema.acts import ActKind
from schema.store.act_log import read_acts
from schema.store.database import reading
from tests.web_site import PASSWORD, WebSite, csrf_of, empty_site, make_client

if TYPE_CHECKING:
    from starlette.testclient import TestClient


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with empty_site(tmp_path) as made:
        yield made


def enter(client: TestClient, **fields: str) -> int:
    """The status that the form's answer has; what is not named is right."""
    page = client.get("/login").text
    chosen = {"csrf": csrf_of(page), "name": "cora", "password": PASSWORD, "next": "/me"} | fields
    return int(client.post("/login", data=chosen).status_code)


def kinds(site: WebSite) -> list[ActKind]:
    with reading(site.engine) as connection:
        return [act.kind for act in read_acts(connection, is_newest_first=False)]


def test_signing_in_leads_to_the_page_that_was_asked_for(site: WebSite) -> None:
    client = site.client()
    way = client.get("/me").headers["location"]
    page = client.get(way)
    csrf = csrf_of(page.text)
    target = re.search(r'name="next" value="([^"]*)"', page.text)
    assert target
    assert target[1] == "/me"
    answer = client.post("/login", data={"csrf": csrf, "name": " Cora ", "password": PASSWORD, "next": target[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "Cora Coder" in client.get("/me").text
    assert ActKind.SIGNED_IN in kinds(site)


def test_the_cookie_of_the_session_is_out_of_reach_of_scripts_and_of_other_sites(site: WebSite) -> None:
    client = site.client()
    csrf = csrf_of(client.get("/login").text)
    answer = client.post("/login", data={"csrf": csrf, "name": "cora", "password": PASSWORD})
    cookie = next(v for v in answer.headers.get_list("set-cookie") if v.startswith("addenda="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie


def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(site: WebSite) -> None:
    client = site.client(base_url="https://review.example")
    csrf = csrf_of(client.get("/login").text)
    answer = client.post("/login", data={"csrf": csrf, "name": "cora", "password": PASSWORD})
    cookie = next(v for v in answer.headers.get_list("set-cookie") if v.startswith("__Host-addenda="))
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    page = client.get("/me")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("base_url", ["http://review.example", "http://10.1.2.3:8000", "http://localhost.evil.example"])
def test_nobody_signs_in_over_plain_http_from_another_machine(site: WebSite, base_url: str) -> None:
    client = site.client(base_url=base_url)
    page = client.get("/login")
    assert page.status_code == 403
    assert "password would cross the network in the clear" in page.text
    assert client.post("/login", data={"name": "cora", "password": PASSWORD}).status_code == 403
    assert ActKind.SIGNED_IN not in kinds(site)


@pytest.mark.parametrize("base_url", ["http://localhost:8000", "http://[::1]:8000", "http://127.0.0.1"])
def test_this_machine_itself_needs_no_tls(site: WebSite, base_url: str) -> None:
    assert enter(site.client(base_url=base_url)) == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "wrong"}, "Name and password do not open the door"),
        ({"name": "nobody"}, "Name and password do not open the door"),
        ({"name": "<b>&\"'"}, "Name and password do not open the door"),
        ({"name": "", "password": ""}, "Name and password do not open the door"),
        ({"password": f" {PASSWORD}"}, "Name and password do not open the door"),
    ],
)
def test_a_refusal_tells_nothing_of_what_was_wrong(site: WebSite, fields: dict[str, str], said: str) -> None:
    client = site.client()
    csrf = csrf_of(client.get("/login").text)
    answer = client.post("/login", data={"csrf": csrf, "name": "cora", "password": PASSWORD} | fields)
    assert answer.status_code == 401
    assert said in answer.text
    assert "<b>&" not in answer.text
    assert "wrong" not in answer.text
    assert PASSWORD not in answer.text
    assert ActKind.SIGN_IN_FAILED in kinds(site)
    assert client.get("/me").status_code == 303


def test_too_many_failures_shut_the_door_and_say_for_how_long(site: WebSite) -> None:
    client = site.client()
    assert [enter(client, password="wrong") for _ in range(5)] == [401] * 5
    answer = client.post(
        "/login", data={"csrf": csrf_of(client.get("/login").text), "name": "cora", "password": PASSWORD}
    )
    assert answer.status_code == 401
    assert re.search(r"Wait \d+ minutes", answer.text)
    site.clock.advance(minutes=16)
    assert enter(client) == 303


def test_the_form_of_the_entrance_has_to_come_from_the_entrance(site: WebSite) -> None:
    client = site.client()
    assert enter(client, csrf="x") == 403
    assert enter(client, csrf="") == 403
    csrf = csrf_of(client.get("/login").text)
    fresh = make_client(site.app)
    fields = {"csrf": csrf, "name": "cora", "password": PASSWORD}
    assert fresh.post("/login", data=fields).status_code == 403, "without the cookie"
    assert client.post("/login", data=fields, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/login", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/login", data=fields, headers={"Origin": "http://127.0.0.1"}).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"])
def test_the_entrance_leads_to_no_other_site(site: WebSite, target: str) -> None:
    client = site.client()
    csrf = csrf_of(client.get("/login", params={"next": target}).text)
    answer = client.post("/login", data={"csrf": csrf, "name": "cora", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"
    assert client.get("/login", params={"next": target}).headers["location"] == "/", "who is in already"


def test_every_sign_in_has_a_session_of_its_own(site: WebSite) -> None:
    client = site.client()
    enter(client)
    first = client.cookies["addenda"]
    client.cookies.clear()
    planted = make_client(site.app, headers={"Cookie": "addenda=planted-by-somebody-else"})
    csrf = csrf_of(client.get("/login").text)
    planted.headers["Cookie"] += f"; addenda-form={client.cookies['addenda-form']}"
    answer = planted.post("/login", data={"csrf": csrf, "name": "cora", "password": PASSWORD})
    given = next(v for v in answer.headers.get_list("set-cookie") if v.startswith("addenda="))
    assert first not in given
    assert "planted" not in given


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(site: WebSite) -> None:
    client = site.client(Role.CODER)
    copy = dict(client.cookies)
    csrf = csrf_of(client.get("/me").text)
    assert client.post("/logout").status_code == 403, "without the token"
    answer = client.post("/logout", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?said=out")
    assert "You are signed out." in client.get("/login?said=out").text
    other = make_client(site.app, cookies=copy)
    assert other.get("/me").status_code == 303
    assert ActKind.SIGNED_OUT in kinds(site)


def test_a_session_ends_when_it_is_not_used_and_after_its_hours(site: WebSite) -> None:
    client = site.client(Role.CODER)
    for _ in range(14):
        site.clock.advance(minutes=50)
        assert client.get("/me").status_code == 200
    site.clock.advance(minutes=61)
    assert client.get("/me").status_code == 303, "idle"
    client = site.client(Role.CODER)
    for _ in range(14):
        site.clock.advance(minutes=50)
        client.get("/me")
    site.clock.advance(minutes=30)
    assert client.get("/me").status_code == 303, "twelve hours"


def test_a_form_sent_after_the_end_of_the_session_leads_back_to_its_page(site: WebSite) -> None:
    client = site.client(Role.CODER)
    csrf = csrf_of(client.get("/me").text)
    site.clock.advance(hours=13)
    answer = client.post("/me/tokens", data={"csrf": csrf}, headers={"Referer": "http://127.0.0.1/me?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fme%3Fx%3D1")
