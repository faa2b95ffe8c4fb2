"""A person's own page: roles, password, tokens."""

from __future__ import annotations

from datetime import UTC, datetime, time
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from flows.accounts import add_token, revoke_token, set_password
from flows.web.entrance import let_out
from flows.web.forms import Form, checked_form
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission
from schema.errors import AccessError, AddendaError, ReviewNotFoundError, UsageError
from schema.store.access import list_tokens
from schema.store.database import reading

router = APIRouter()
Reader = Annotated[Visitor, visiting(Permission.READ)]
Sent = Annotated[Form, Depends(checked_form)]
TokenNumber = Annotated[int, Path(ge=1, le=2**31)]
SAID = {"revoked": "The token is revoked."}


@router.get("/me")
def show_own_page(request: Request, visitor: Reader, said: str = "") -> Response:
    """The page."""
    return _show(request, visitor, said=SAID.get(said, ""))


@router.post("/me/password")
def change_password(request: Request, visitor: Reader, form: Sent) -> Response:
    """A new password; it ends every session of the account, this one too."""
    site = site_of(request)
    if site.settings.auth != "local":
        raise AccessError("there is no password to change", "people are known by another door", "change it there")
    password = form.exact("password")
    try:
        if password != form.exact("again"):
            raise UsageError("the two new passwords differ", "", "type the new one twice")
        set_password(site.engine, visitor.actor, visitor.actor.name, password, site.now(), old=form.exact("old"))
    except AddendaError as error:
        return _show(request, visitor, password_error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return let_out(request, "password")


@router.post("/me/tokens")
def make_token(request: Request, visitor: Reader, form: Sent) -> Response:
    """A new token; the page shows its secret this once."""
    site = site_of(request)
    try:
        scopes = [Permission(scope) for scope in form.many("scope") if scope in set(Permission)]
        last_day = form.day("expires")
        expires_at = datetime.combine(last_day, time.max, UTC) if last_day else None
        secret = add_token(site.engine, visitor.actor, form.text("label"), scopes, expires_at, site.now())
    except AddendaError as error:
        return _show(request, visitor, token_error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _show(request, visitor, secret=secret)


@router.post("/me/tokens/{number}/revocation", dependencies=[Depends(checked_form)])
def revoke_own_token(request: Request, visitor: Reader, number: TokenNumber) -> Response:
    """Revokes one of the visitor's own tokens."""
    site = site_of(request)
    with reading(site.engine) as connection:
        own = {token.number for token in list_tokens(connection, visitor.actor.name)}
    if number not in own:
        raise ReviewNotFoundError(f"you have no token {number}", "", "see the tokens on your page")
    revoke_token(site.engine, visitor.actor, number, site.now())
    return RedirectResponse("/me?said=revoked", HTTPStatus.SEE_OTHER)


def _show(
    request: Request,
    visitor: Visitor,
    *,
    said: str = "",
    secret: str = "",
    password_error: AddendaError | None = None,
    token_error: AddendaError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    site = site_of(request)
    with reading(site.engine) as connection:
        tokens = list_tokens(connection, visitor.actor.name)
    return render(
        request,
        visitor,
        "me.html",
        status,
        said=said,
        secret=secret,
        tokens=tokens[::-1],
        now=site.now(),
        permissions=[permission for permission in Permission if visitor.actor.may(permission)],
        password_error=password_error,
        token_error=token_error,
        auth=site.settings.auth,
    )
