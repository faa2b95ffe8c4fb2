"""Forms of the pages: taken from our own page with the session's token, refused from anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse

from flows.web.forms import MOST_FIELDS, Form, checked_form
from flows.web.guard import LONGEST_BODY
from flows.web.visitors import Visitor, visiting
from schema.access import Permission, Role
from tests.web_site import WebSite, csrf_of, empty_site, make_client

if TYPE_CHECKING:
    from starlette.testclient import TestClient

Worker = Annotated[Visitor, visiting(Permission.WORK)]
Sent = Annotated[Form, Depends(checked_form)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    with empty_site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def app(site: WebSite) -> FastAPI:
    """The site with one form more, which says what it was given."""
    app = site.app

    def take(visitor: Worker, form: Sent) -> PlainTextResponse:
        return PlainTextResponse(f"{visitor.actor.name}: {form.text('words', '')}")

    app.add_api_route("/test/form", take, methods=["POST"])
    return app


@pytest.fixture
def client(site: WebSite, app: FastAPI) -> TestClient:
    """A coder, signed in."""
    client = make_client(app, raise_server_exceptions=False)
    client.cookies.update(site.client(Role.CODER).cookies)
    return client


def token_of(client: TestClient) -> str:
    return csrf_of(client.get("/me").text)


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("", {}),
        ("A" * 43, {}),
        ("é", {}),
        ("right", {"Origin": "https://evil.example"}),
        ("right", {"Origin": "null"}),
        ("right", {"Origin": "https://127.0.0.1"}),
        ("right", {"Sec-Fetch-Site": "cross-site"}),
        ("right", {"Sec-Fetch-Site": "same-site"}),
        ("right", {"X-CSRF-Token": "wrong"}),
    ],
)
def test_a_form_that_our_page_did_not_send_is_refused(client: TestClient, field: str, headers: dict[str, str]) -> None:
    given = token_of(client) if field == "right" else field
    answer = client.post("/test/form", data={"csrf": given, "words": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "The form was not" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_form_of_our_own_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/test/form", data={"csrf": token_of(client), "words": " a\r\nb "}, headers=headers)
    assert (answer.status_code, answer.text) == (200, "cora: a\nb")


def test_htmx_sends_the_token_as_a_header(client: TestClient) -> None:
    page = client.get("/me").text
    token = csrf_of(page)
    assert f'hx-headers=\'{{"X-CSRF-Token": "{token}"}}\'' in page
    assert client.post("/test/form", headers={"X-CSRF-Token": token}).status_code == 200


def test_the_token_of_another_session_is_none(site: WebSite, client: TestClient) -> None:
    other = csrf_of(site.client(Role.CODER).get("/me").text)
    assert client.post("/test/form", data={"csrf": other}).status_code == 403


def test_the_role_is_asked_before_the_form(site: WebSite, app: FastAPI) -> None:
    client = make_client(app)
    client.cookies.update(site.client(Role.READER).cookies)
    answer = client.post("/test/form", data={"csrf": token_of(client)})
    assert answer.status_code == 403
    assert "rita may not work on a review" in answer.text
    assert make_client(app).post("/test/form").status_code == 303


def test_files_and_endless_forms_are_refused(client: TestClient) -> None:
    token = {"X-CSRF-Token": token_of(client)}
    assert client.post("/test/form", files={"words": b"x"}, headers=token).status_code in (400, 422)
    many = [("a", str(n)) for n in range(MOST_FIELDS + 1)]
    body = "&".join(f"{name}={value}" for name, value in many)
    form = {**token, "Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/test/form", content=body, headers=form)
    assert answer.status_code in (400, 422)
    long = client.post("/test/form", content="words=" + "x" * LONGEST_BODY, headers=form)
    assert long.status_code == 422
    assert "The form is too long" in long.text
