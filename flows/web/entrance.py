"""The entrance: signing in by password or by what a trusted proxy says, and going out."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from flows.accounts import open_session, sign_in, sign_out
from flows.web.doors import check_encrypted, check_origin, cookie_name, is_encrypted, name_from_proxy
from flows.web.forms import Form, checked_form, read_form
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import LOGIN, LONGEST_SECRET, Visitor, find_visitor, safe_path, see_visitor
from schema.errors import AccessError, CredentialsError

router = APIRouter()

# Who is not signed in has no session whose token a form could carry: a cookie and a field with one secret stand for it.
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
SAID = {
    "out": "You are signed out.",
    "password": "Your password is changed. Sign in with the new one.",
}


@router.get(LOGIN)
def show_entrance(request: Request, next_path: Annotated[str, Query(alias="next")] = "/", said: str = "") -> Response:
    """The form; the page asked for, where somebody is signed in or a trusted proxy names one."""
    site = site_of(request)
    check_encrypted(request)
    if find_visitor(request) is not None:
        return RedirectResponse(safe_path(next_path), HTTPStatus.SEE_OTHER)
    if site.settings.auth == "proxy":
        secret, _ = open_session(site.engine, name_from_proxy(request), site.now(), site.settings.session_hours)
        return let_in(request, secret, next_path)
    if site.settings.auth == "oidc":
        return RedirectResponse(f"/oidc/start?{urlencode({'next': safe_path(next_path)})}", HTTPStatus.SEE_OTHER)
    return _show_form(request, next_path, said=SAID.get(said, ""))


async def entrance_form(request: Request) -> Form:
    """The form of the entrance. Raises AccessError when another site may have sent it."""
    check_encrypted(request)
    check_origin(request)
    form = await read_form(request)
    kept = request.cookies.get(_form_cookie(request), "")
    if not _SECRET.fullmatch(kept) or not secrets.compare_digest(kept.encode(), form.text("csrf", "").encode()):
        raise AccessError(
            "the form was not accepted",
            "it does not carry the secret of the page that it stands on",
            "allow cookies for this site, open the entrance anew and sign in",
        )
    return form


@router.post(LOGIN)
def enter(request: Request, form: Annotated[Form, Depends(entrance_form)]) -> Response:
    """Signs in, and leads to the page asked for; a refusal shows the form again."""
    site = site_of(request)
    if site.settings.auth != "local":
        raise AccessError("nobody signs in here with a password", "people are known by another door", "open /login")
    name, next_path = form.text("name"), form.text("next", "/")
    address = request.client.host if request.client else ""
    try:
        secret, _ = sign_in(
            site.engine, name, form.exact("password"), address, site.now(), hours=site.settings.session_hours
        )
    except CredentialsError as error:
        return _show_form(request, next_path, name=name, error=error, status=HTTPStatus.UNAUTHORIZED)
    before = request.cookies.get(cookie_name(request), "")
    if before and len(before) <= LONGEST_SECRET:
        sign_out(site.engine, before, site.now())
    return let_in(request, secret, next_path)


@router.post("/logout", dependencies=[Depends(checked_form)])
def leave(request: Request, _visitor: Annotated[Visitor, Depends(see_visitor)]) -> Response:
    """Ends the session."""
    site = site_of(request)
    sign_out(site.engine, request.cookies[cookie_name(request)], site.now())
    # A proxy would let the same person in again at once, so its visitors are not sent back to the entrance.
    if site.settings.auth == "local":
        return let_out(request, "out")
    response = render(request, None, "left.html")
    _forget(request, response)
    return response


def let_in(request: Request, secret: str, next_path: str) -> Response:
    """The way to a page of this site, with the cookie of a new session."""
    response = RedirectResponse(safe_path(next_path), HTTPStatus.SEE_OTHER)
    response.set_cookie(
        cookie_name(request), secret, path="/", secure=is_encrypted(request), httponly=True, samesite="lax"
    )
    response.delete_cookie(_form_cookie(request), path="/", secure=is_encrypted(request), httponly=True)
    return response


def let_out(request: Request, said: str) -> Response:
    """The way to the entrance, without the cookie; `said` is a key of SAID."""
    response = RedirectResponse(f"{LOGIN}?said={said}", HTTPStatus.SEE_OTHER)
    _forget(request, response)
    return response


def _forget(request: Request, response: Response) -> None:
    response.delete_cookie(cookie_name(request), path="/", secure=is_encrypted(request), httponly=True, samesite="lax")


def _form_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-form"


def _show_form(
    request: Request,
    next_path: str,
    *,
    name: str = "",
    said: str = "",
    error: CredentialsError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    # Several windows may stand at the entrance: they share the secret.
    kept = request.cookies.get(_form_cookie(request), "")
    secret = kept if _SECRET.fullmatch(kept) else secrets.token_urlsafe(32)
    values: dict[str, Any] = {
        "secret": secret,
        "next_path": safe_path(next_path),
        "name": name[:120],
        "said": said,
        "error": error,
    }
    response = render(request, None, "login.html", status, **values)
    response.set_cookie(
        _form_cookie(request), secret, path="/", secure=is_encrypted(request), httponly=True, samesite="strict"
    )
    return response
