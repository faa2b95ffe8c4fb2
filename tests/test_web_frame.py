"""What holds of every page: its headers, how forms are checked, how faults are told, what htmx gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from flows.report.word_marks import mark_words
from flows.web import rendering
from flows.web.assets import STATIC, read_assets
from flows.web.faults import status_of
from flows.web.rendering import TEMPLATES, day_text, label_of_key, mark_text, moment_text, money_text
from flows.web.visitors import Visitor, safe_path, visiting
from schema.access import Permission, Role
from schema.errors import (
    AccessError,
    AddendaError,
    ClaimsError,
    ConflictError,
    CredentialsError,
    Place,
    ReleaseNotFoundError,
    ReviewNotFoundError,
    SignOffError,
    StoreError,
    UsageError,
)
from tests.web_site import WebSite, empty_site, make_client

if TYPE_CHECKING:
    from starlette.testclient import TestClient

HOSTILE = "<script>alert(1)</script>\"'\x00\u202e"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    with empty_site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def app(site: WebSite) -> FastAPI:
    """The site with a few pages more, which do what a real one does at its worst."""
    app = site.app

    def fail() -> None:
        raise RuntimeError("a secret of the inside")

    def refuse() -> None:
        raise ConflictError("somebody decided it", HOSTILE, "look again", Place(file=HOSTILE))

    def show(request: Request, visitor: Annotated[Visitor, visiting(Permission.ACCOUNTS)]) -> HTMLResponse:
        return rendering.render(request, visitor, "left.html")

    for prefix in ("", "/api/v1"):
        app.add_api_route(f"{prefix}/test/fail", fail)
        app.add_api_route(f"{prefix}/test/refuse", refuse)
    app.add_api_route("/test/accounts", show, response_class=HTMLResponse)
    return app


@pytest.fixture
def client(site: WebSite, app: FastAPI) -> TestClient:
    """A coder, signed in."""
    client = make_client(app, raise_server_exceptions=False)
    client.cookies.update(site.client(Role.CODER).cookies)
    return client


@pytest.mark.parametrize("path", ["/login", "/me", "/nothing", "/test/fail", "/healthz", "/api/v1/nothing"])
def test_every_answer_has_the_strict_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers, "it was plain http"


def test_style_and_script_stand_in_files_of_our_own() -> None:
    """No template has a style, a script or an address that the policy of every page would refuse."""
    faults = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = {name: value or "" for name, value in attrs}
            if tag == "style" or (tag == "script" and "src" not in names) or "style" in names:
                faults.append((path.name, tag, "inline"))
            faults.extend((path.name, tag, name) for name in names if name.startswith(("on", "hx-on")))
            faults.extend((path.name, tag, value) for value in names.values() if "//" in value and "://" in value)

    for path in sorted(TEMPLATES.rglob("*.html")):
        Reader().feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    assert faults == []
    assert [p.name for p in STATIC.glob("*.css") if "url(" in p.read_text() or "@import" in p.read_text()] == []


def test_assets_are_named_by_their_content_and_kept_by_browsers(client: TestClient) -> None:
    page = client.get("/me").text
    for name in ("app.css", "app.js", "keys.js", "htmx.min.js", "icon.svg"):
        address = f"/static/{name}?v={read_assets()[name].tag}"
        assert address in page
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(f"/static/{name}?v=other").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["base.css", "..%2fapp.py", "%2e%2e/%2e%2e/app.py", "x", "htmx.min.js%00"])
def test_nothing_else_is_served_as_an_asset(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_vendored_htmx_comes_with_its_licence() -> None:
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE").read_text()
    assert 'version:"2.0.' in (STATIC / "htmx.min.js").read_text()


def test_who_is_not_signed_in_is_led_to_the_entrance_and_back(app: FastAPI) -> None:
    client = make_client(app)
    answer = client.get("/accounts?x=1&y=a%20b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Faccounts%3Fx%3D1%26y%3Da%2520b"


def test_htmx_is_led_to_the_entrance_and_back_to_the_page_that_it_stands_on(app: FastAPI) -> None:
    client = make_client(app)
    names = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/accounts?q=1"}
    answer = client.get("/accounts?fragment=1", headers=names)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login?next=%2Faccounts%3Fq%3D1"
    assert answer.content == b""


def test_rest_is_told_that_nobody_is_signed_in(app: FastAPI) -> None:
    answer = make_client(app).get("/api/v1/reviews")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["slug"] == "credentials"


@pytest.mark.parametrize("secret", ["x", "A" * 43, "A" * 5000, "é" * 43, "' OR 1=1 --"])
def test_a_forged_session_opens_nothing(app: FastAPI, secret: str) -> None:
    client = make_client(app)
    answer = client.get("/me", headers={"Cookie": f"addenda={secret}".encode()})
    assert answer.status_code == 303


def test_whoever_may_not_sees_why_and_the_way_out(client: TestClient) -> None:
    answer = client.get("/test/accounts")
    assert answer.status_code == 403
    assert "cora may not see or change accounts" in answer.text
    assert "the account has coder, it takes administrator" in answer.text
    assert "Sign out" in answer.text, "the page has its links"


def test_a_fault_is_told_as_a_page_a_fragment_or_json(client: TestClient) -> None:
    page = client.get("/test/refuse")
    part = client.get("/test/refuse", headers={"HX-Request": "true"})
    rest = client.get("/api/v1/test/refuse")
    assert [page.status_code, part.status_code, rest.status_code] == [409, 409, 409]
    assert page.text.startswith("<!doctype html>")
    assert part.text.startswith('<div class="notice bad" role="alert">')
    for text in (page.text, part.text):
        assert "Somebody was here before" in text
        assert "&lt;script&gt;" in text
        assert [odd for odd in ("<script>alert", "\x00", "\u202e") if odd in text] == []
    error = rest.json()["error"]
    assert sorted(error) == ["remedy", "slug", "what", "why"]
    assert error["slug"] == "conflict"
    assert error["remedy"] == "look again"


def test_a_broken_page_tells_nothing_of_the_inside(client: TestClient) -> None:
    for path in ("/test/fail", "/api/v1/test/fail"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text


def test_an_address_that_leads_nowhere_is_told_with_the_links_of_the_visitor(site: WebSite, client: TestClient) -> None:
    answer = client.get(f"/{HOSTILE[:20]}")
    assert answer.status_code == 404
    assert "No page has this address" in answer.text
    assert 'href="/tasks"' in answer.text
    assert 'href="/tasks"' not in site.client().get("/nothing").text
    assert client.get("/api/v1/nothing").json()["error"]["slug"] == "usage"
    assert client.post("/me").status_code == 405


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AccessError("x"), 403),
        (CredentialsError("x"), 401),
        (ConflictError("x"), 409),
        (ReviewNotFoundError("x"), 404),
        (ReleaseNotFoundError("x"), 404),
        (SignOffError("x"), 422),
        (UsageError("x"), 422),
        (StoreError("x"), 500),
        (ClaimsError("x"), 400),
        (AddendaError("x"), 400),
    ],
)
def test_each_kind_of_error_has_its_status(error: AddendaError, status: int) -> None:
    assert status_of(error) == status


def test_htmx_gets_the_block_that_it_asks_for_and_history_the_whole_page(site: WebSite) -> None:
    client = site.client(Role.ADMINISTRATOR)
    whole = client.get("/accounts")
    part = client.get("/accounts", headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "<h1>Accounts</h1>" in part.text
    assert "HX-Request" in part.headers["vary"]
    for name in ("HX-History-Restore-Request", "HX-Boosted"):
        assert "<html" in client.get("/accounts", headers={"HX-Request": "true", name: "true"}).text
    # A target that names no block of the page gets its content.
    odd = client.get("/accounts", headers={"HX-Request": "true", "HX-Target": "__class__"})
    assert odd.text == part.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/tasks?who=me", "/tasks?who=me"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
        ("/é", "/"),
        ("/" + "a" * 5000, "/"),
        ("/login?next=/login", "/"),
        ("/logout", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_the_way_back_never_leads_out_of_the_site(path: str | None, kept: str) -> None:
    assert safe_path(path) == kept


def test_figures_and_days_read_as_people_write_them() -> None:
    assert [money_text(cents) for cents in (0, 49, 50, 123456, -5000, -10, None)] == [
        "$0", "$0", "$1", "$1,235", "−$50", "$0", "–",
    ]  # fmt: skip
    assert day_text(date(2024, 10, 1)) == '<time datetime="2024-10-01">Oct 1, 2024</time>'
    assert day_text(None) == ""
    assert moment_text(datetime(2024, 10, 1, 14, 5, tzinfo=UTC)).endswith(">Oct 1, 2024, 14:05 UTC</time>")
    assert label_of_key("icd10cm@2024-10-01") == "FY2025"
    assert label_of_key("hcpcs@2020-01-01") == "2020Q1"
    assert label_of_key("what?") == "what?"


def test_marked_words_are_escaped() -> None:
    before, after = mark_words("a <b> c", "a <i> c")
    assert mark_text(before, "del") == "a &lt;<del>b</del>&gt; c"
    assert mark_text(after, "ins") == "a &lt;<ins>i</ins>&gt; c"


def test_health_is_told_to_everybody_and_nothing_else(site: WebSite, tmp_path: Path) -> None:
    answer = site.client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    with empty_site(tmp_path) as broken:
        client = broken.client()
        (tmp_path / "addenda.db").write_bytes(b"no database" * 1000)
        broken.engine.dispose()
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"status": "the database does not answer"})
