"""Who comes in through an OpenID Connect provider, and what is taken for no proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwk

from schema.acts import ActKind
from schema.store.act_log import read_acts
from schema.store.database import reading
from tests.oidc_provider import CLIENT, SECRET, Provider, serve_provider
from tests.web_site import WebSite, empty_site

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serve_provider() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, provider: Provider) -> Iterator[WebSite]:
    """People are known by what the provider says."""
    chosen = {"oidc_issuer": provider.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with empty_site(tmp_path, auth="oidc", **chosen) as made:
        yield made


def go(client: TestClient, provider: Provider, page: str = "/me") -> Any:
    """The whole way: the page, the entrance, the provider, and what the site says to who comes back."""
    answer = client.get(page)
    while urlsplit(answer.headers["location"]).path != "/authorize":
        answer = client.get(answer.headers["location"])
    back = urlsplit(provider.sign_in(answer.headers["location"]))
    return client.get(f"{back.path}?{back.query}")


def test_whom_the_provider_names_comes_in(site: WebSite, provider: Provider) -> None:
    client = site.client()
    answer = go(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    page = client.get("/me")
    assert "Cora Coder" in page.text
    assert 'action="/me/password"' not in page.text
    assert provider.asked["code_challenge_method"] == ["S256"]
    assert provider.asked["response_type"] == ["code"]


def test_who_goes_out_stays_out_until_asking_again(site: WebSite, provider: Provider) -> None:
    client = site.client()
    go(client, provider)
    found = client.get("/me").text.split('name="csrf" value="')[1].split('"')[0]
    assert "signed out" in client.post("/logout", data={"csrf": found}).text.lower()
    assert client.get("/me").status_code == 303


def test_one_without_an_account_is_refused_and_noted(site: WebSite, provider: Provider) -> None:
    provider.person = "mallory"
    answer = go(site.client(), provider)
    assert answer.status_code == 401
    assert "no account" in answer.text
    with reading(site.engine) as connection:
        assert len(read_acts(connection, kinds=[ActKind.SIGN_IN_FAILED])) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT, "another client"]},
        {"azp": "another client"},
        {"exp": 1_000_000},
        {"exp": None},
        {"nonce": "of another errand"},
        {"nonce": None},
        {"preferred_username": None},
        {"preferred_username": ["cora"]},
        {"preferred_username": "cora\x07"},
        {"preferred_username": "c" * 200},
    ],
)
def test_a_token_that_is_not_for_this_errand_opens_nothing(
    site: WebSite, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    client = site.client()
    assert go(client, provider).status_code == 401
    assert client.get("/me").status_code == 303


def test_a_token_signed_with_another_key_opens_nothing(site: WebSite, provider: Provider) -> None:
    provider.signing_key = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    assert go(site.client(), provider).status_code == 401


def test_a_token_signed_with_the_shared_secret_opens_nothing(site: WebSite, provider: Provider) -> None:
    provider.algorithm, provider.signing_key = "HS256", jwk.OctKey.import_key(SECRET * 3)
    assert go(site.client(), provider).status_code == 401


@pytest.mark.parametrize(
    "facts", [{"issuer": "https://other.example"}, {"token_endpoint": None}, {"jwks_uri": "http://keys.example/"}]
)
def test_a_provider_that_says_other_things_of_itself_is_not_asked(
    site: WebSite, provider: Provider, facts: dict[str, Any]
) -> None:
    provider.facts = facts
    answer = site.client().get("/oidc/start")
    assert answer.status_code == 401
    assert "Traceback" not in answer.text


def test_a_provider_out_of_order_is_told_without_its_words(site: WebSite, provider: Provider) -> None:
    client = site.client()
    start = client.get("/oidc/start")
    provider.status = 500
    back = urlsplit(provider.sign_in(start.headers["location"]))
    answer = client.get(f"{back.path}?{back.query}")
    assert answer.status_code == 401
    assert "a-code" not in answer.text
    assert SECRET not in answer.text


def test_the_way_back_belongs_to_the_browser_that_was_sent(site: WebSite, provider: Provider) -> None:
    start = site.client().get("/oidc/start")
    back = urlsplit(provider.sign_in(start.headers["location"]))
    assert site.client().get(f"{back.path}?{back.query}").status_code == 401
    mine = site.client()
    mine.get("/oidc/start")
    assert mine.get(f"{back.path}?{back.query}").status_code == 401
    assert mine.get("/oidc/return?error=access_denied").status_code == 401


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example/", "/\\evil.example", "/me\r\nX: y"])
def test_the_page_asked_for_lies_on_this_site(site: WebSite, provider: Provider, page: str) -> None:
    client = site.client()
    start = client.get("/oidc/start", params={"next": page})
    back = urlsplit(provider.sign_in(start.headers["location"]))
    answer = client.get(f"{back.path}?{back.query}")
    assert answer.headers["location"] in ("/", "/me%0D%0AX:%20y")


def test_nobody_signs_in_with_a_password(site: WebSite) -> None:
    client = site.client()
    assert client.get("/login").headers["location"].startswith("/oidc/start")
    assert client.post("/login", data={"name": "cora", "password": "x" * 12}).status_code == 403
