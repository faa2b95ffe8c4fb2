"""Who looks at a page: found by the session's cookie, sent to the entrance when there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request

from flows.account_log import spell_name
from flows.accounts import find_seat, make_actor
from flows.web.doors import cookie_name, name_from_proxy
from flows.web.site import site_of
from schema.access import Actor, Permission, Session, Via, require
from schema.errors import CredentialsError
from schema.store.seats import Ground

LOGIN = "/login"
MAY_NOT = {
    Permission.READ: "see this page",
    Permission.WORK: "work on a review",
    Permission.SIGN: "take part in a sign-off",
    Permission.OVERRIDE: "set a blocker aside",
    Permission.REFRESH: "renew a review",
    Permission.AUDIT: "see this page",
    Permission.ACCOUNTS: "see or change accounts",
}
# A secret of ours has 43 characters; what is much longer is none, and is not hashed.
LONGEST_SECRET = 200
LONGEST_NEXT = 2000


class SignInNeededError(CredentialsError):
    """Nobody is signed in. `back` is the path to come back to; the answer is a way to the entrance, not a fault."""

    def __init__(self, back: str) -> None:
        super().__init__("nobody is signed in", "the page is for people with an account", "sign in")
        self.back = back

    @property
    def address(self) -> str:
        """The entrance, with the way back."""
        return LOGIN if self.back == "/" else f"{LOGIN}?{urlencode({'next': self.back})}"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person on the pages. `csrf` goes into the field of that name of every form; `ground` is what the pages stood
    on when the request came."""

    actor: Actor
    display_name: str
    csrf: str
    session: Session
    ground: Ground

    def may(self, permission: str) -> bool:
        """Whether the visitor may; templates name the permission by its value: `visitor.may("work")`."""
        return self.actor.may(Permission(permission))


def visiting(permission: Permission) -> Any:
    """A dependency, the visitor who has the permission: `visitor: Annotated[Visitor, visiting(Permission.READ)]`.

    Raises SignInNeededError (303 to the entrance, HX-Redirect for htmx) or AccessError (403).
    """
    return Depends(_visiting(permission))


def _visiting(permission: Permission) -> Callable[[Request], Visitor]:
    def find(request: Request) -> Visitor:
        visitor = see_visitor(request)
        require(visitor.actor, permission, MAY_NOT[permission])
        return visitor

    return find


def see_visitor(request: Request) -> Visitor:
    """Who sent the request, whatever the role. Raises SignInNeededError."""
    visitor = find_visitor(request)
    if visitor is None:
        raise SignInNeededError(_way_back(request))
    return visitor


def find_visitor(request: Request) -> Visitor | None:
    """Who sent the request, None when nobody is signed in; looked up once a request.

    Raises CredentialsError where a proxy has to name the visitor and the request did not come through it.
    """
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = _read_visitor(request)
        request.state.visitor = known
    return known


def _read_visitor(request: Request) -> Visitor | None:
    site = site_of(request)
    named = name_from_proxy(request) if site.settings.auth == "proxy" else None
    secret = request.cookies.get(cookie_name(request), "")
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    seat = find_seat(site.engine, secret, site.now(), site.settings.session_idle_minutes)
    if seat is None or (named is not None and spell_name(named) != seat.session.account):
        return None
    actor = make_actor(seat.account, Via.PAGE)
    return Visitor(actor, seat.account.display_name, seat.session.csrf, seat.session, seat.ground)


def _way_back(request: Request) -> str:
    """The page to show after signing in: this one, or the one that a form stands on."""
    if request.method in ("GET", "HEAD") and "hx-request" not in request.headers:
        return safe_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    came_from = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    return safe_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def safe_path(path: str | None) -> str:
    """The path when it leads into this site, else `/`: a link must not send people who sign in to another site."""
    is_ours = path and path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= LONGEST_NEXT
    if not path or not is_ours or not path.isascii() or not path.isprintable() or "\\" in path or " " in path:
        return "/"
    return "/" if path.split("?")[0] in (LOGIN, "/logout") else path
