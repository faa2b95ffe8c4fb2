"""Which pages are kept, and for whom: the decorators of the handlers that draw them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from enum import Enum
from functools import wraps
from secrets import token_hex
from typing import Any, ParamSpec

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import escape

from flows.web.page_cache import CSRF_MARK, NAME_MARK, KeptPage, take_apart
from flows.web.rendering import wants_fragment
from flows.web.site import Site, site_of
from flows.web.visitors import Visitor
from schema.store.seats import read_ground

Parameters = ParamSpec("Parameters")

# Longer addresses are drawn each time: a key must not hold more than its page.
_LONGEST_ADDRESS = 1000
_LONGEST_TARGET = 60
_OK = 200
# Stands for the account's name where a page is for everybody; a page in which it turns up is not.
_NOBODY = f"nobody-{token_hex(16)}"


class For(Enum):
    """Who sees the same page."""

    EVERYBODY = "everybody"
    """All with the same roles."""
    PERSON = "person"
    """One account, as it is now: the page knows its names, roles and teams."""


def kept(whom: For) -> Callable[[Callable[Parameters, Response]], Callable[Parameters, Response]]:
    """Keeps what the handler draws. The handler takes `request` and `visitor` by name, answers a GET with a page
    made of rows of reviews, releases, the day and the address alone, and takes nothing else from the request.

    The visitor that it sees has marks in the place of what belongs to a session, and for EVERYBODY no name and teams.
    """

    def keep(handler: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
        @wraps(handler)
        def show(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
            request, visitor = kwargs["request"], kwargs["visitor"]
            if not isinstance(request, Request) or not isinstance(visitor, Visitor):
                raise TypeError("a kept page is drawn for a request and a visitor")
            name = _name_page(request, visitor, whom)
            if name is None:
                return handler(*args, **kwargs)
            site = site_of(request)
            seen_by = stand_in(visitor, whom)

            def draw() -> KeptPage:
                given: Any = {**kwargs, "visitor": seen_by}
                return _take(handler(*args, **given), whom)

            page = site.pages.find(name, draw, lambda: _is_current(site, visitor))
            shown = str(escape(visitor.display_name))
            return HTMLResponse(page.fill(str(escape(visitor.csrf)), shown), page.status, dict(page.headers))

        return show

    return keep


def stand_in(visitor: Visitor, whom: For) -> Visitor:
    """The visitor as a kept page may know him."""
    session = replace(visitor.session, digest="", csrf=CSRF_MARK)
    if whom is For.PERSON:
        return replace(visitor, csrf=CSRF_MARK, session=session)
    actor = replace(visitor.actor, name=_NOBODY, teams=())
    session = replace(session, account=_NOBODY)
    return replace(visitor, actor=actor, display_name=NAME_MARK, csrf=CSRF_MARK, session=session)


def _name_page(request: Request, visitor: Visitor, whom: For) -> Hashable | None:
    """What names the page exactly; None for one that is not kept."""
    site = site_of(request)
    address = (request.url.path, request.url.query)
    target = request.headers.get("hx-target", "") if wants_fragment(request) else None
    if sum(map(len, address)) > _LONGEST_ADDRESS or len(target or "") > _LONGEST_TARGET:
        return None
    person = (
        (visitor.actor, visitor.display_name) if whom is For.PERSON else (visitor.actor.roles, visitor.actor.scopes)
    )
    return (visitor.ground, site.today(), address, target, person)


def _is_current(site: Site, visitor: Visitor) -> bool:
    """Whether nothing was done since the request came: what was read after it may be newer than its ground."""
    return read_ground(site.engine) == visitor.ground


def _take(answer: Response, whom: For) -> KeptPage:
    text = bytes(answer.body).decode()
    if answer.status_code != _OK or _NOBODY in text:
        raise RuntimeError(f"a page for {whom.value} is no page for everybody")
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
    return take_apart(text, answer.status_code, headers)
