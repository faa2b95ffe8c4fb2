"""Every route of the site, for every role, without a session, with forged ones, and without the token of a form.

tests/route_table.py is the contract of who may what. A route without a line in it fails the first test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.accounts import open_session
from schema.access import ROLE_PERMISSIONS, Role
from tests.review_site import (
    COOKIE,
    FORGED_TOKEN,
    bearing,
    head_of,
    list_routes,
    review_of,
    reviewed_site,
    session_of,
    token_of,
)
from tests.route_table import ROUTES, Door, fill
from tests.web_site import PEOPLE, WebSite

OPEN = [route for route, line in ROUTES.items() if line.door == "open"]
PAGES = [route for route, line in ROUTES.items() if line.door == "page"]
FORMS = [route for route in PAGES if route[0] == "POST"]
REST = [route for route, line in ROUTES.items() if line.door == "rest"]
REFUSED = (401, 403)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """One site for all: what is refused leaves it as it was, which each test looks at."""
    with reviewed_site(tmp_path_factory.mktemp("roles")) as made:
        made.clock.advance(minutes=1)
        yield made


@pytest.fixture(scope="module")
def client(site: WebSite) -> Any:
    """One client without cookies of its own."""
    return site.client()


@pytest.fixture(scope="module")
def tokens(site: WebSite) -> dict[Role, str]:
    return {role: token_of(site, role) for role in Role}


def ask(
    client: Any,
    site: WebSite,
    route: tuple[str, str],
    *,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    csrf: str | None = None,
) -> Any:
    """The answer to a sound request."""
    method, path = route
    line = ROUTES[route]
    now = {"seen": head_of(site)[0], "digest": review_of(site).digest}
    body = {name: now[name] if value == "now" else value for name, value in line.body.items()}
    client.cookies = dict(cookies or {})
    address = fill(site, path)
    if method == "GET":
        return client.get(address, headers=headers)
    if line.door == "rest":
        return client.post(address, json=body or None, headers=headers)
    return client.post(address, data=body if csrf is None else {"csrf": csrf, **body}, headers=headers)


def name_route(route: object) -> str:
    return " ".join(route) if isinstance(route, tuple) else str(route)


def is_sent_to_the_entrance(answer: Any) -> bool:
    return bool(answer.status_code == 303 and answer.headers["location"].split("?")[0] == "/login")


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(site: WebSite) -> None:
    assert list_routes(site.app) == set(ROUTES)


@pytest.mark.parametrize("route", OPEN, ids=name_route)
def test_what_everybody_has_to_reach_is_open(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    # A form without its token is refused here too, but not for want of a session.
    assert ask(client, site, route).status_code == (403 if route[0] == "POST" else 200)


@pytest.mark.parametrize("route", [route for route, line in ROUTES.items() if line.door == "closed"], ids=name_route)
def test_a_door_that_the_settings_do_not_open_is_closed(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    answer = ask(client, site, route)
    assert 400 <= answer.status_code < 500
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", PAGES, ids=name_route)
def test_a_page_is_for_the_roles_of_its_line_alone(
    client: Any, site: WebSite, route: tuple[str, str], role: Role
) -> None:
    cookies, csrf = session_of(site, role)
    head = head_of(site)
    answer = ask(client, site, route, cookies=cookies, csrf=csrf)
    if ROUTES[route].admits(role):
        assert answer.status_code not in REFUSED, answer.text
        assert answer.status_code < 500, answer.text
        assert not is_sent_to_the_entrance(answer) or route == ("POST", "/logout")
    else:
        assert answer.status_code == 403
        assert head_of(site) == head


@pytest.mark.parametrize("route", PAGES, ids=name_route)
def test_a_page_tells_nobody_anything_without_a_session_of_its_own(
    client: Any, site: WebSite, route: tuple[str, str], tokens: dict[Role, str]
) -> None:
    cookies, csrf = session_of(site, Role.COMPLIANCE)
    others: list[dict[str, Any]] = [
        {},
        {"cookies": {COOKIE: "A" * 43}},
        {"cookies": {COOKIE: ""}},
        {"cookies": {COOKIE: "x" * 5000}},
        {"cookies": {COOKIE: cookies[COOKIE][:-1]}},
        {"cookies": {"session": cookies[COOKIE]}},
        {"cookies": {COOKIE: tokens[Role.COMPLIANCE]}},
        {"headers": bearing(tokens[Role.COMPLIANCE])},
        {"headers": bearing(cookies[COOKIE])},
        {"headers": {"X-Remote-User": PEOPLE[Role.COMPLIANCE][0]}},
    ]
    head = head_of(site)
    for other in others:
        answer = ask(client, site, route, csrf=csrf, **other)
        assert is_sent_to_the_entrance(answer), (other, answer.status_code)
        assert answer.text == ""
    assert head_of(site) == head


@pytest.mark.parametrize("route", PAGES, ids=name_route)
def test_a_session_ends_by_time_by_leaving_and_by_disuse(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    now = site.clock()
    for begun in (now - timedelta(hours=13), now - timedelta(minutes=61)):
        secret, session = open_session(site.engine, PEOPLE[Role.COMPLIANCE][0], begun)
        assert is_sent_to_the_entrance(ask(client, site, route, cookies={COOKIE: secret}, csrf=session.csrf))
    cookies, csrf = session_of(site, Role.COMPLIANCE)
    client.cookies = cookies
    assert client.post("/logout", data={"csrf": csrf}).status_code == 303
    assert is_sent_to_the_entrance(ask(client, site, route, cookies=cookies, csrf=csrf))


@pytest.mark.parametrize("route", PAGES, ids=name_route)
def test_htmx_is_sent_to_the_entrance_by_its_own_header(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    answer = ask(client, site, route, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].split("?")[0] == "/login"
    assert answer.text == ""


@pytest.mark.parametrize("route", FORMS, ids=name_route)
def test_a_form_that_our_page_did_not_send_does_nothing(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    permission = ROUTES[route].permission
    role = Role.COMPLIANCE if permission in ROLE_PERMISSIONS[Role.COMPLIANCE] else Role.ADMINISTRATOR
    cookies, csrf = session_of(site, role)
    _, other = session_of(site, Role.CODER)
    foreign: list[dict[str, Any]] = [
        {"csrf": None},
        {"csrf": ""},
        {"csrf": "A" * 43},
        {"csrf": other},
        {"csrf": csrf[:-1]},
        {"csrf": "é" * 43},
        {"csrf": cookies[COOKIE]},
        {"headers": {"X-CSRF-Token": other}, "csrf": csrf},
        {"csrf": csrf, "headers": {"Origin": "https://elsewhere.example"}},
        {"csrf": csrf, "headers": {"Origin": "null"}},
        {"csrf": csrf, "headers": {"Sec-Fetch-Site": "cross-site"}},
        {"csrf": csrf, "headers": {"Sec-Fetch-Site": "same-site"}},
    ]
    head = head_of(site)
    for request in foreign:
        answer = ask(client, site, route, cookies=cookies, **request)
        assert answer.status_code == 403, (request, answer.status_code)
    assert head_of(site) == head
    assert not is_sent_to_the_entrance(ask(client, site, ("GET", "/"), cookies=cookies))


@pytest.mark.parametrize("route", PAGES, ids=name_route)
def test_a_page_answers_no_other_method(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    cookies, _ = session_of(site, Role.COMPLIANCE)
    client.cookies = cookies
    head = head_of(site)
    known = {method for method, path in ROUTES if path == route[1]}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known:
        answer = client.request(method, fill(site, route[1]))
        assert answer.status_code in (404, 405), (method, answer.status_code)
    assert head_of(site) == head


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", REST, ids=name_route)
def test_rest_is_for_the_roles_of_its_line_alone(
    client: Any, site: WebSite, route: tuple[str, str], role: Role, tokens: dict[Role, str]
) -> None:
    head = head_of(site)
    answer = ask(client, site, route, headers=bearing(tokens[role]))
    if ROUTES[route].admits(role):
        assert answer.status_code not in REFUSED, answer.text
        assert answer.status_code < 500, answer.text
    else:
        assert answer.status_code == 403
        assert answer.json()["error"]["slug"] == "access"
        assert head_of(site) == head


@pytest.mark.parametrize("route", REST, ids=name_route)
def test_rest_tells_nobody_anything_without_a_token(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    cookies, csrf = session_of(site, Role.COMPLIANCE)
    head = head_of(site)
    others: list[dict[str, Any]] = [
        {},
        {"headers": bearing(FORGED_TOKEN)},
        {"headers": bearing("")},
        {"headers": bearing(cookies[COOKIE])},
        {"cookies": cookies},
        {"cookies": cookies, "headers": {"X-CSRF-Token": csrf}},
        {"cookies": cookies, "headers": bearing(FORGED_TOKEN)},
        {"headers": {"X-Remote-User": PEOPLE[Role.COMPLIANCE][0]}},
    ]
    for other in others:
        answer = ask(client, site, route, **other)
        assert answer.status_code == 401, (other, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()["error"]) == {"slug", "what", "why", "remedy"}
    assert head_of(site) == head


@pytest.mark.parametrize("route", REST, ids=name_route)
def test_rest_is_refused_to_a_token_without_the_scope(client: Any, site: WebSite, route: tuple[str, str]) -> None:
    needed = ROUTES[route].permission
    scopes = [scope for scope in ROLE_PERMISSIONS[Role.COMPLIANCE] if scope is not needed]
    secret = token_of(site, Role.COMPLIANCE, scopes)
    head = head_of(site)
    assert ask(client, site, route, headers=bearing(secret)).status_code == 403
    assert head_of(site) == head


# In the order in which the review can bear them; each is done once by its form and once by REST.
SOUND = (
    "comments", "decisions", "item-reopenings", "assignments", "readiness", "training", "tasks/{number}/done",
    "tasks/{number}/reopening", "tasks/{number}/assignment", "submission", "return",
)  # fmt: skip


@pytest.mark.parametrize("door", ["page", "rest"])
def test_the_requests_of_the_table_are_sound(tmp_path: Path, door: Door) -> None:
    """So that a refusal above is for want of the role, and not for want of a sound request."""
    with reviewed_site(tmp_path) as site:
        client = site.client()
        cookies, csrf = session_of(site, Role.COMPLIANCE)
        token = token_of(site, Role.COMPLIANCE)
        start = "/updates/{key}/" if door == "page" else "/api/v1/reviews/{key}/"
        views = ("/views", "/views/removal") if door == "page" else ("/api/v1/views", "/api/v1/views/removal")
        for path in (*(start + act for act in SOUND), *views):
            head = head_of(site)
            if door == "page":
                answer = ask(client, site, ("POST", path), cookies=cookies, csrf=csrf)
            else:
                answer = ask(client, site, ("POST", path), headers=bearing(token))
            assert answer.status_code == (303 if door == "page" else 201), (path, answer.text)
            assert head_of(site)[0] == head[0] + 1, path
