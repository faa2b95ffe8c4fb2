"""Errors as answers: a page, a fragment for htmx, or one JSON shape for REST."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from flows.web.guard import add_headers
from flows.web.methods import list_methods
from flows.web.rendering import render, wants_fragment
from flows.web.visitors import SignInNeededError, find_visitor
from schema.errors import (
    AccessError,
    AddendaError,
    ConflictError,
    CredentialsError,
    DiskError,
    ReleaseNotFoundError,
    ReviewNotFoundError,
    SignOffError,
    StoreError,
    UsageError,
    shorten_value,
)

API = "/api/"
_STATUSES: tuple[tuple[type[AddendaError], HTTPStatus], ...] = (
    (CredentialsError, HTTPStatus.UNAUTHORIZED),
    (AccessError, HTTPStatus.FORBIDDEN),
    (ConflictError, HTTPStatus.CONFLICT),
    (ReviewNotFoundError, HTTPStatus.NOT_FOUND),
    (ReleaseNotFoundError, HTTPStatus.NOT_FOUND),
    (SignOffError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StoreError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (DiskError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (AddendaError, HTTPStatus.BAD_REQUEST),
)
TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.UNAUTHORIZED: "Not signed in",
    HTTPStatus.FORBIDDEN: "Not for this account",
    HTTPStatus.NOT_FOUND: "Nothing is here",
    HTTPStatus.METHOD_NOT_ALLOWED: "Nothing is here",
    HTTPStatus.CONFLICT: "Somebody was here before",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That was not accepted",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something is broken",
}
_UNKNOWN = AddendaError("something is broken on our side", "", "try again, or look at the server's log")


def status_of(error: AddendaError) -> HTTPStatus:
    """The status that an error is answered with."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def document_of(error: AddendaError) -> dict[str, Any]:
    """The one JSON shape of errors."""
    what = f"{error.what} ({error.place})" if error.place and str(error.place) else error.what
    return {"error": {"slug": error.slug, "what": what, "why": error.why, "remedy": error.remedy}}


def answer_fault(request: Request, error: AddendaError, status: HTTPStatus | None = None) -> Response:
    """The answer to a request that ended in an error."""
    status = status or status_of(error)
    if request.url.path.startswith(API):
        headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else {}
        return JSONResponse(document_of(error), status, headers)
    if isinstance(error, SignInNeededError):
        if wants_fragment(request):
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": error.address})
        return RedirectResponse(error.address, HTTPStatus.SEE_OTHER)
    visitor = getattr(request.state, "visitor", None)
    title = TITLES.get(status, TITLES[HTTPStatus.BAD_REQUEST])
    return render(
        request, visitor, "fault.html", status, fragment="fault", error=error, title=title, number=int(status)
    )


def add_handlers(app: FastAPI) -> None:
    """Lets every error of the app end in `answer_fault`."""

    async def on_refusal(request: Request, error: Exception) -> Response:
        if not isinstance(error, AddendaError):
            raise error
        return answer_fault(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code < HTTPStatus.BAD_REQUEST:
            return Response(status_code=error.status_code, headers=error.headers)
        await _greet(request)
        response = answer_fault(request, _name_http(request, error), HTTPStatus(error.status_code))
        response.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = list_methods(request)
        return response

    async def on_invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return answer_fault(request, _name_invalid(error))

    async def on_unknown(request: Request, _error: Exception) -> Response:
        response = answer_fault(request, _UNKNOWN, HTTPStatus.INTERNAL_SERVER_ERROR)
        # This answer is made outside of the guard, which adds them to all others.
        add_headers(response.headers, request.url.scheme)
        return response

    app.add_exception_handler(AddendaError, on_refusal)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_unknown)


async def _greet(request: Request) -> None:
    """Finds the visitor for a page that no route answers, so that it has its links."""
    if not request.url.path.startswith(API):
        with suppress(AddendaError):
            await run_in_threadpool(find_visitor, request)


def _name_http(request: Request, error: HTTPException) -> AddendaError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return UsageError("no page has this address", "", "follow a link, or look for the code")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return UsageError(f"this address does not take {shorten_value(request.method, 10)}", "", "open it as a page")
    return UsageError("the request cannot be read", shorten_value(str(error.detail), 200), "")


def _name_invalid(error: RequestValidationError) -> UsageError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return UsageError(f"{shorten_value(place)} cannot be used", shorten_value(str(first["msg"]), 200), "")
