"""Whether the site can answer, for whatever watches over it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from flows.web.site import site_of
from schema.errors import StoreError
from schema.store.act_log import read_head
from schema.store.database import reading

router = APIRouter()


@router.get("/healthz")
def tell_health(request: Request) -> JSONResponse:
    """`{"status": "ok"}`, or 503 when the database does not answer; nothing else is told to who is not signed in."""
    try:
        with reading(site_of(request).engine) as connection:
            read_head(connection)
    except StoreError:
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})
