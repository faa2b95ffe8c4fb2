"""Who calls REST: a bearer token and nothing else, so that no page of another site can act in somebody's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.accounts import authenticate_token
from flows.web.rest_models import Fault
from flows.web.site import Site, site_of
from schema.access import Actor, Permission, Via, require
from schema.errors import CredentialsError

BEARER = HTTPBearer(
    scheme_name="token",
    bearerFormat="addenda_…",
    description="A token of an account: made on its page, or with `addenda account token add`.",
    auto_error=False,
)
# A token has 51 characters; what is longer is none, and is not hashed.
LONGEST_TOKEN = 200
MAY_NOT = {
    Permission.READ: "read this",
    Permission.WORK: "work on a review",
    Permission.SIGN: "take part in a sign-off",
    Permission.OVERRIDE: "set a blocker aside",
    Permission.REFRESH: "renew a review",
    Permission.AUDIT: "see the audit",
    Permission.ACCOUNTS: "change accounts",
}

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
ThisSite = Annotated[Site, Depends(site_of)]


def find_caller(permission: Permission) -> Callable[..., Actor]:
    """A dependency: who calls. It raises CredentialsError (401) without a valid token, and AccessError (403) when
    its account may not, or the token's scopes do not hold the permission."""

    def find(site: ThisSite, credentials: Credentials) -> Actor:
        if credentials is None or len(credentials.credentials) > LONGEST_TOKEN:
            raise CredentialsError(
                "nobody is named by this request", "it brings no token", "send Authorization: Bearer TOKEN"
            )
        actor = authenticate_token(site.engine, credentials.credentials, site.now(), via=Via.REST)
        require(actor, permission, MAY_NOT[permission])
        return actor

    return find


Reader = Annotated[Actor, Depends(find_caller(Permission.READ))]
Worker = Annotated[Actor, Depends(find_caller(Permission.WORK))]
Signer = Annotated[Actor, Depends(find_caller(Permission.SIGN))]
Overrider = Annotated[Actor, Depends(find_caller(Permission.OVERRIDE))]
Refresher = Annotated[Actor, Depends(find_caller(Permission.REFRESH))]
Auditor = Annotated[Actor, Depends(find_caller(Permission.AUDIT))]


def describe_faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation for its OpenAPI; all have one shape. 401 and 403 are always among them."""
    told = {
        400: "What was sent cannot be read.",
        401: "No token, or one that does not hold.",
        403: "The account or the token may not.",
        404: "There is no such review, change or task.",
        409: "Somebody did something to it in the meantime; nothing was changed.",
        422: "What was sent is not of the documented form, or is not possible in this state.",
    }
    return {status: {"model": Fault, "description": told[status]} for status in sorted({400, 401, 403, 422, *statuses})}
