"""Accounts, for administrators: who has a name here, with which roles, and which tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from flows.accounts import add_account, change_account, revoke_token, set_password
from flows.web.forms import Form, checked_form
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Account, Permission, Role
from schema.errors import AddendaError, ReviewNotFoundError, UsageError, shorten_value
from schema.store.access import list_accounts, list_tokens, read_account
from schema.store.database import reading

router = APIRouter()
Administrator = Annotated[Visitor, visiting(Permission.ACCOUNTS)]
Sent = Annotated[Form, Depends(checked_form)]
Name = Annotated[str, Path(max_length=120)]
TokenNumber = Annotated[int, Path(ge=1, le=2**31)]
SAID = {
    "added": "The account is added.",
    "changed": "The account is changed.",
    "password": "The new password is set; every session of the account has ended.",
    "revoked": "The token is revoked.",
}


@router.get("/accounts")
def show_accounts(request: Request, visitor: Administrator) -> Response:
    """All accounts, and a form for a new one."""
    return _show_all(request, visitor)


@router.post("/accounts")
def make_account(request: Request, visitor: Administrator, form: Sent) -> Response:
    """A new account."""
    site = site_of(request)
    try:
        password = form.exact("password") if site.settings.auth == "local" else None
        account = add_account(
            site.engine,
            visitor.actor,
            form.text("name"),
            form.text("display_name"),
            _read_roles(form),
            _read_teams(form),
            password,
            site.now(),
        )
    except AddendaError as error:
        return _show_all(request, visitor, form, error)
    return RedirectResponse(_address(account.name, "added"), HTTPStatus.SEE_OTHER)


@router.get("/accounts/{name}")
def show_account(request: Request, visitor: Administrator, name: Name, said: str = "") -> Response:
    """One account."""
    return _show_one(request, visitor, name, said=SAID.get(said, ""))


@router.post("/accounts/{name}")
def update_account(request: Request, visitor: Administrator, name: Name, form: Sent) -> Response:
    """The account with other roles, teams or name, or disabled."""
    site = site_of(request)
    try:
        change_account(
            site.engine,
            visitor.actor,
            name,
            display_name=form.text("display_name"),
            roles=_read_roles(form),
            teams=_read_teams(form),
            is_active=form.flag("is_active"),
            now=site.now(),
        )
    except ReviewNotFoundError:
        raise
    except AddendaError as error:
        return _show_one(request, visitor, name, error=error)
    return RedirectResponse(_address(name, "changed"), HTTPStatus.SEE_OTHER)


@router.post("/accounts/{name}/password")
def renew_password(request: Request, visitor: Administrator, name: Name, form: Sent) -> Response:
    """A new password for somebody who forgot it. One's own takes the old one too, on one's own page."""
    site = site_of(request)
    try:
        if name == visitor.actor.name:
            raise UsageError("this is your own account", "a new password takes the old one", "use your own page")
        set_password(site.engine, visitor.actor, name, form.exact("password"), site.now())
    except ReviewNotFoundError:
        raise
    except AddendaError as error:
        return _show_one(request, visitor, name, password_error=error)
    return RedirectResponse(_address(name, "password"), HTTPStatus.SEE_OTHER)


@router.post("/accounts/{name}/tokens/{number}/revocation", dependencies=[Depends(checked_form)])
def revoke_any_token(request: Request, visitor: Administrator, name: Name, number: TokenNumber) -> Response:
    """Revokes a token of the account."""
    site = site_of(request)
    with reading(site.engine) as connection:
        theirs = {token.number for token in list_tokens(connection, name)}
    if number not in theirs:
        raise ReviewNotFoundError(f"{shorten_value(name)} has no token {number}", "", "see the account's tokens")
    revoke_token(site.engine, visitor.actor, number, site.now())
    return RedirectResponse(_address(name, "revoked"), HTTPStatus.SEE_OTHER)


def _read_roles(form: Form) -> Iterable[Role]:
    chosen = form.many("role")
    unknown = sorted(set(chosen) - set(Role))
    if unknown:
        raise UsageError(f"there is no role {shorten_value(unknown[0])}", "", f"choose of {', '.join(Role)}")
    return [Role(role) for role in chosen]


def _read_teams(form: Form) -> list[str]:
    """Teams stand one on a line: their names may hold commas."""
    return [line.strip() for line in re.split(r"[\n;]", form.text("teams", "")) if line.strip()]


def _address(name: str, said: str) -> str:
    return f"/accounts/{quote(name, safe='')}?said={said}"


def _show_all(
    request: Request, visitor: Visitor, form: Form | None = None, error: AddendaError | None = None
) -> Response:
    site = site_of(request)
    with reading(site.engine) as connection:
        accounts = list_accounts(connection)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    filled = {
        "name": form.text("name", "") if form else "",
        "display_name": form.text("display_name", "") if form else "",
        "teams": form.text("teams", "") if form else "",
        "roles": form.many("role") if form else (),
    }
    values: dict[str, Any] = {"accounts": accounts, "filled": filled, "error": error, "auth": site.settings.auth}
    return render(request, visitor, "accounts.html", status, **values)


def _show_one(
    request: Request,
    visitor: Visitor,
    name: str,
    *,
    said: str = "",
    error: AddendaError | None = None,
    password_error: AddendaError | None = None,
) -> Response:
    site = site_of(request)
    with reading(site.engine) as connection:
        account: Account | None = read_account(connection, name)
        tokens = list_tokens(connection, name)
    if account is None:
        raise ReviewNotFoundError(f"there is no account {shorten_value(name)}", "", "see the list of accounts")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error or password_error else HTTPStatus.OK
    values: dict[str, Any] = {
        "account": account,
        "tokens": tokens[::-1],
        "said": said,
        "auth": site.settings.auth,
        "now": site.now(),
    }
    return render(request, visitor, "account.html", status, error=error, password_error=password_error, **values)
