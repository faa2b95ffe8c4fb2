"""Where a trusted proxy stands before the pages: what it says counts, what anybody else says in its name does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows.app import create_app
from flows.settings import Settings
from flows.web.doors import is_loopback, is_trusted
from flows.web.guard import apply_proxy
from schema.access import Role
from schema.acts import ActKind
from schema.errors import SettingsError
from schema.store.act_log import read_acts
from schema.store.database import reading
from tests.web_site import PASSWORD, WebSite, csrf_of, empty_site, sign_in

PROXY = "10.0.0.5"
ADDRESS = "https://review.example"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    """People are known by what the proxy at 10.0.0.5 says."""
    with empty_site(tmp_path, auth="proxy", proxy_addresses=[PROXY], public_url=ADDRESS) as made:
        yield made


def through_proxy(site: WebSite, name: str | None, peer: str = PROXY, **headers: str) -> Any:
    """A client whose requests come as the proxy hands them on: plain http inside, with what it knows in headers."""
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", **headers}
    if name is not None:
        said["X-Remote-User"] = name
    return site.client(base_url="http://review.example", client=(peer, 40000), headers=said)


def enter(client: Any) -> Any:
    """The entrance's answer; the cookie is handed on as a browser, which speaks TLS, would."""
    answer = client.get("/login?next=/me")
    for value in answer.headers.get_list("set-cookie"):
        if value.startswith("__Host-addenda="):
            client.headers["Cookie"] = value.split(";")[0]
    return answer


def test_whom_the_proxy_names_comes_in(site: WebSite) -> None:
    client = through_proxy(site, "Cora")
    assert client.get("/me").headers["location"] == "/login?next=%2Fme"
    answer = enter(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "Secure" in answer.headers["set-cookie"]
    page = client.get("/me")
    assert page.status_code == 200
    assert "Cora Coder" in page.text
    assert 'action="/me/password"' not in page.text
    with reading(site.engine) as connection:
        assert [act.kind for act in read_acts(connection, limit=1)] == [ActKind.SIGNED_IN]


@pytest.mark.parametrize("peer", ["10.0.0.6", "127.0.0.1", "203.0.113.9", "::1", "testclient", ""])
def test_nobody_else_speaks_for_a_person(site: WebSite, peer: str) -> None:
    forger = through_proxy(site, "ada", peer=peer)
    for path in ("/login", "/me", "/accounts", "/"):
        assert forger.get(path).status_code in (401, 403), path
    assert enter(forger).headers.get("set-cookie") is None


def test_a_session_opens_nothing_without_the_proxy(site: WebSite) -> None:
    """A stolen cookie, or one that was kept, does not lead past the proxy."""
    client = through_proxy(site, "cora")
    enter(client)
    cookie = client.headers["Cookie"]
    for other in (through_proxy(site, "cora", peer="10.0.0.6"), through_proxy(site, None)):
        other.headers["Cookie"] = cookie
        assert other.get("/me").status_code == 401
    named_otherwise = through_proxy(site, "rita")
    named_otherwise.headers["Cookie"] = cookie
    assert named_otherwise.get("/me").status_code == 303, "another person sits there now"


@pytest.mark.parametrize("name", ["", " ", "x" * 200, "cora\x7f", "nobody", "<b>", "cora,ada"])
def test_a_name_that_is_no_account_comes_to_nothing(site: WebSite, name: str) -> None:
    answer = enter(through_proxy(site, name))
    assert answer.status_code == 401
    assert "<b>" not in answer.text
    assert answer.headers.get("set-cookie") is None


def test_two_names_are_none(site: WebSite) -> None:
    client = through_proxy(site, None)
    answer = client.get("/login", headers=[("X-Remote-User", "rita"), ("X-Remote-User", "ada")])
    assert answer.status_code == 401


def test_a_disabled_account_loses_its_way_in(site: WebSite) -> None:
    from flows.accounts import change_account

    client = through_proxy(site, "cora")
    enter(client)
    change_account(site.engine, site.actor(Role.ADMINISTRATOR), "cora", is_active=False, now=site.clock())
    assert client.get("/me").status_code == 303
    assert enter(client).status_code == 401


def test_passwords_open_nothing_where_the_proxy_does(site: WebSite) -> None:
    client = through_proxy(site, "rita")
    assert client.post("/login", data={"name": "ada", "password": PASSWORD}).status_code == 403
    enter(client)
    csrf = csrf_of(client.get("/me").text)
    fields = {"csrf": csrf, "old": PASSWORD, "password": "another long one", "again": "another long one"}
    assert client.post("/me/password", data=fields).status_code == 403


def test_forms_come_from_the_public_address(site: WebSite) -> None:
    client = through_proxy(site, "cora")
    enter(client)
    csrf = csrf_of(client.get("/me").text)
    fields = {"csrf": csrf, "label": "x", "scope": "read"}
    assert client.post("/me/tokens", data=fields, headers={"Origin": "http://review.example"}).status_code == 403
    assert client.post("/me/tokens", data=fields, headers={"Origin": ADDRESS}).status_code == 200


def test_who_signs_out_is_not_let_in_again_at_once(site: WebSite) -> None:
    client = through_proxy(site, "cora")
    enter(client)
    answer = client.post("/logout", data={"csrf": csrf_of(client.get("/me").text)})
    assert answer.status_code == 200
    assert "You are signed out" in answer.text
    assert client.get("/me").status_code == 303


def test_a_proxy_that_says_https_makes_passwords_safe_and_names_the_visitor(tmp_path: Path) -> None:
    """Local accounts behind a proxy: only the trusted one can say that the visitor speaks TLS."""
    with empty_site(tmp_path, proxy_addresses=["10.0.0.0/24"], public_url=ADDRESS) as site:
        assert through_proxy(site, None, peer="10.0.1.1").get("/login").status_code == 403
        plain = through_proxy(site, None, **{"X-Forwarded-Proto": "http"})
        assert plain.get("/login").status_code == 403
        client = site.client(base_url=ADDRESS, client=(PROXY, 1), headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
        with pytest.raises(AssertionError, match="401"):
            sign_in(client, "cora", "wrong")
        with reading(site.engine) as connection:
            failed = read_acts(connection, limit=1)[0]
        assert (failed.kind, failed.body["address"]) == (ActKind.SIGN_IN_FAILED, "203.0.113.9")
        sign_in(client, "cora")
        assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("peer", "headers", "scheme", "client", "is_proxy"),
    [
        (PROXY, {"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"}, "https", "1.2.3.4", True),
        (f"::ffff:{PROXY}", {"x-forwarded-proto": "https"}, "https", f"::ffff:{PROXY}", True),
        ("10.0.0.6", {"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"}, "http", "10.0.0.6", False),
        (PROXY, {"x-forwarded-for": f"9.9.9.9, 1.2.3.4, {PROXY}"}, "http", "1.2.3.4", True),
        (PROXY, {"x-forwarded-proto": "https, http"}, "http", PROXY, True),
        (PROXY, {"x-forwarded-proto": "javascript"}, "http", PROXY, True),
    ],
)
def test_what_is_said_in_headers_counts_from_the_proxy_alone(
    peer: str, headers: dict[str, str], scheme: str, client: str, is_proxy: bool
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": raw}
    apply_proxy(scope, [PROXY])
    assert (scope["scheme"], scope["client"][0], scope["state"]["is_through_proxy"]) == (scheme, client, is_proxy)


def test_a_network_holds_its_addresses() -> None:
    assert is_trusted("10.0.0.7", ["10.0.0.0/8"])
    assert is_trusted("fd00::7", ["fd00::/8"])
    assert not is_trusted("11.0.0.7", ["10.0.0.0/8"])
    assert not is_trusted("10.0.0.7", [])
    assert not is_trusted("10.0.0.7 ", ["fd00::/8"])
    assert [host for host in ("localhost", "127.0.0.1", "[::1]", "a.localhost") if not is_loopback(host)] == []
    assert [host for host in ("localhost.evil.example", "10.0.0.1", "", "0.0.0.0") if is_loopback(host)] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"auth": "oidc"}, "oidc_issuer is not set"),
        (
            {"auth": "oidc", "oidc_issuer": "http://id.example", "oidc_client_id": "a", "oidc_client_secret": "b"},
            "plain http",
        ),
        ({"auth": "proxy"}, "no proxy is named"),
        ({"auth": "proxy", "proxy_addresses": ["0.0.0.0/0"]}, "is everybody"),
        ({"proxy_addresses": ["::/0"]}, "is everybody"),
        ({"proxy_addresses": ["proxy.example"]}, "proxy.example"),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(settings: dict[str, Any], said: str, tmp_path: Path) -> None:
    with empty_site(tmp_path) as site, closing(site.client()), pytest.raises(SettingsError, match=said):
        create_app(Settings(home=tmp_path, **settings), None, site.engine)
