"""The entrance through an OpenID Connect provider: the way there, and the way back."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from flows.accounts import open_session, sign_out
from flows.web.doors import check_encrypted, cookie_name, is_encrypted
from flows.web.entrance import let_in
from flows.web.provider import Errand, build_address, make_errand, read_name
from flows.web.site import Site, site_of
from flows.web.visitors import LONGEST_SECRET, safe_path
from schema.errors import CredentialsError

router = APIRouter()

START, BACK = "/oidc/start", "/oidc/return"
# Long enough to find the telephone for a second factor.
_SECONDS = 600
_ERRAND = re.compile(r"([\w-]{32})\.([\w-]{32})\.([\w-]{64})\.([!-~]{1,3000})", re.ASCII)


@router.get(START)
def go_to_provider(request: Request, next_path: Annotated[str, Query(alias="next")] = "/") -> Response:
    """The way to the provider, with the secrets of the errand in a cookie."""
    site = _check_door(request)
    errand = make_errand()
    response = RedirectResponse(build_address(site.settings, errand, _back(request)), HTTPStatus.SEE_OTHER)
    kept = ".".join((errand.state, errand.nonce, errand.verifier, quote(safe_path(next_path), safe="/?=&")))
    # Lax: the way back comes from the provider's site.
    response.set_cookie(
        _errand_cookie(request), kept, _SECONDS, path="/", secure=is_encrypted(request), httponly=True, samesite="lax"
    )
    return response


@router.get(BACK)
def come_back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Lets in whom the provider names, if this browser was sent there; leads to the page asked for."""
    site = _check_door(request)
    found = _ERRAND.fullmatch(request.cookies.get(_errand_cookie(request), ""))
    if found is None or not secrets.compare_digest(found[1].encode(), state.encode("utf-8", "replace")):
        raise CredentialsError(
            "nobody was sent to sign in from this browser", "the way back does not belong to it", "begin at /login"
        )
    if error or not code:
        raise CredentialsError("the sign-in provider did not let you in", "you were refused there", "try again")
    name = read_name(site.settings, Errand(found[1], found[2], found[3]), _back(request), code)
    secret, _ = open_session(site.engine, name, site.now(), site.settings.session_hours)
    before = request.cookies.get(cookie_name(request), "")
    if before and len(before) <= LONGEST_SECRET:
        sign_out(site.engine, before, site.now())
    response = let_in(request, secret, unquote(found[4]))
    response.delete_cookie(_errand_cookie(request), path="/", secure=is_encrypted(request), httponly=True)
    return response


def _check_door(request: Request) -> Site:
    site = site_of(request)
    check_encrypted(request)
    if site.settings.auth != "oidc":
        raise CredentialsError("nobody signs in here through a provider", "people come in by another door", "/login")
    return site


def _back(request: Request) -> str:
    return (site_of(request).settings.public_url or str(request.base_url)).rstrip("/") + BACK


def _errand_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-errand"
