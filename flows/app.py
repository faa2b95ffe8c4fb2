"""The review site as an ASGI application: pages, REST, and what stands before them."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

import flows.web
from flows.settings import Settings
from flows.web.doors import check_proxies
from flows.web.faults import add_handlers
from flows.web.guard import Guard
from flows.web.provider import check_provider
from flows.web.site import Site, read_clock
from schema.store.database import open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

REST_MODULES = "rest"
"""Modules of flows.web whose names begin so have routes that the OpenAPI document tells; those of pages it does not."""


def create_app(
    settings: Settings,
    config: Path | None = None,
    engine: Engine | None = None,
    clock: Callable[[], datetime] | None = None,
) -> FastAPI:
    """The site. Without an engine it opens the database of the settings, and closes it when it ends.

    Raises StoreError, and SettingsError where the settings would let in whom they should not.
    """
    check_proxies(settings)
    if settings.auth == "oidc":
        check_provider(settings)
    store = engine if engine is not None else open_database(settings.database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if engine is None:
            store.dispose()

    app = FastAPI(
        title="addenda",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.site = Site(store, settings, config, clock or read_clock)
    app.add_middleware(Guard, proxies=settings.proxy_addresses)
    add_handlers(app)
    for module in pkgutil.iter_modules(flows.web.__path__):
        router = getattr(import_module(f"flows.web.{module.name}"), "router", None)
        if isinstance(router, APIRouter):
            app.include_router(router, include_in_schema=module.name.startswith(REST_MODULES))
    return app
