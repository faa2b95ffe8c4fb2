"""The pages of accounts, for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schema.access import Account, Role
from schema.store.access import list_accounts, list_tokens, read_account
from schema.store.database import reading
from tests.web_site import PASSWORD, WebSite, csrf_of, empty_site, sign_in

NEW = {
    "name": "nora",
    "display_name": "Nora <b>New</b>",
    "role": ["coder", "compliance"],
    "teams": "billing, west\n coding \n\ncoding",
    "password": "a long first password",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with empty_site(tmp_path) as made:
        yield made


def post(client: Any, path: str, **fields: Any) -> Any:
    return client.post(path, data={"csrf": csrf_of(client.get("/accounts").text), **fields})


def account_of(site: WebSite, name: str) -> Account:
    with reading(site.engine) as connection:
        account = read_account(connection, name)
    if account is None:
        raise AssertionError(name)
    return account


def test_an_administrator_adds_an_account_that_comes_in(site: WebSite) -> None:
    client = site.client(Role.ADMINISTRATOR)
    answer = post(client, "/accounts", **NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/nora?said=added")
    page = client.get("/accounts/nora?said=added").text
    assert "The account is added." in page
    assert "Nora &lt;b&gt;New&lt;/b&gt;" in page
    account = account_of(site, "nora")
    assert account.roles == (Role.CODER, Role.COMPLIANCE)
    assert account.teams == ("billing, west", "coding")
    sign_in(site.client(), "nora", "a long first password")
    assert "Nora &lt;b&gt;New&lt;/b&gt;" in client.get("/accounts").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "cora"}, "There can be no second account cora"),
        ({"name": "no blanks"}, "An account cannot be named"),
        ({"name": "../me"}, "An account cannot be named"),
        ({"name": "addenda"}, "the log names the program so"),
        ({"password": "short"}, "12"),
        ({"role": []}, "An account needs a role"),
        ({"role": ["owner"]}, "There is no role owner"),
        ({"display_name": ""}, ""),
        ({"display_name": "a\nb"}, ""),
        ({"teams": "x" * 500}, ""),
    ],
)
def test_what_cannot_be_an_account_is_refused_and_the_form_keeps_what_was_typed(
    site: WebSite, fields: dict[str, Any], said: str
) -> None:
    client = site.client(Role.ADMINISTRATOR)
    answer = post(client, "/accounts", **(NEW | fields))
    assert answer.status_code == 422
    assert said in answer.text
    assert "a long first password" not in answer.text
    assert "billing, west" in answer.text or "teams" in fields
    with reading(site.engine) as connection:
        assert "nora" not in [account.name for account in list_accounts(connection)]
        assert len(list_accounts(connection)) == len(Role)


def test_roles_are_those_of_this_moment(site: WebSite) -> None:
    cora, client = site.client(Role.CODER), site.client(Role.ADMINISTRATOR)
    assert cora.get("/accounts").status_code == 403
    answer = post(client, "/accounts/cora", display_name="Cora C", role=["administrator"], teams="", is_active="1")
    assert answer.headers["location"] == "/accounts/cora?said=changed"
    assert cora.get("/accounts").status_code == 200
    assert account_of(site, "cora").teams == ()


def test_a_disabled_account_is_out_at_once_and_stays_in_the_list(site: WebSite) -> None:
    cora, client = site.client(Role.CODER), site.client(Role.ADMINISTRATOR)
    assert cora.get("/me").status_code == 200
    post(client, "/accounts/cora", display_name="Cora Coder", role=["coder"])
    assert cora.get("/me").status_code == 303
    assert "This account is disabled" in client.get("/accounts/cora").text
    with pytest.raises(AssertionError, match="401"):
        sign_in(site.client(), "cora")


def test_the_last_administrator_stays_one(site: WebSite) -> None:
    client = site.client(Role.ADMINISTRATOR)
    for fields in ({"role": ["reader"], "is_active": "1"}, {"role": ["administrator"]}):
        answer = post(client, "/accounts/ada", display_name="Ada Admin", **fields)
        assert answer.status_code == 422
        assert "no other active account is an administrator" in answer.text
    assert account_of(site, "ada").roles == (Role.ADMINISTRATOR,)


def test_a_forgotten_password_is_set_anew_and_ones_own_only_with_the_old_one(site: WebSite) -> None:
    cora, client = site.client(Role.CODER), site.client(Role.ADMINISTRATOR)
    answer = post(client, "/accounts/cora/password", password="another long password")
    assert answer.headers["location"] == "/accounts/cora?said=password"
    assert cora.get("/me").status_code == 303
    sign_in(site.client(), "cora", "another long password")
    assert post(client, "/accounts/rita/password", password="short").status_code == 422
    own = post(client, "/accounts/ada/password", password="another long password")
    assert own.status_code == 422
    assert "a new password takes the old one" in own.text
    assert 'action="/accounts/ada/password"' not in client.get("/accounts/ada").text
    sign_in(site.client(), "ada", PASSWORD)


def test_an_administrator_revokes_the_token_of_another(site: WebSite) -> None:
    program, client = site.token_client(Role.CODER), site.client(Role.ADMINISTRATOR)
    assert program.get("/api/v1/me").status_code == 200
    assert post(client, "/accounts/rita/tokens/1/revocation").status_code == 404, "it is not hers"
    assert post(client, "/accounts/cora/tokens/1/revocation").headers["location"] == "/accounts/cora?said=revoked"
    assert program.get("/api/v1/me").status_code == 401
    with reading(site.engine) as connection:
        assert [token.is_revoked for token in list_tokens(connection)] == [True]


@pytest.mark.parametrize("name", ["nobody", "%3Cscript%3E", "%00", "x" * 120, "..%2F..%2Fetc"])
def test_an_account_that_nobody_has_is_not_there(site: WebSite, name: str) -> None:
    client = site.client(Role.ADMINISTRATOR)
    assert client.get(f"/accounts/{name}").status_code == 404
    answer = post(client, f"/accounts/{name}", display_name="x", role=["reader"])
    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_sees_or_changes_accounts(site: WebSite, role: Role) -> None:
    client = site.client(role)
    csrf = csrf_of(client.get("/me").text)
    before = account_of(site, "rita")
    assert 'href="/accounts"' not in client.get("/me").text
    assert client.get("/accounts").status_code == 403
    assert client.get("/accounts/rita").status_code == 403
    for path in ("/accounts", "/accounts/rita", "/accounts/rita/password", "/accounts/rita/tokens/1/revocation"):
        answer = client.post(path, data={"csrf": csrf, **NEW})
        assert answer.status_code == 403, path
    assert account_of(site, "rita") == before
