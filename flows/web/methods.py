"""Which methods an address takes: the routers tell of the first route that has its path alone."""

from __future__ import annotations

from fastapi import Request
from fastapi.routing import iter_route_contexts


def list_methods(request: Request) -> str:
    """What stands in the header Allow of a 405: every method of every route with this path."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(request.url.path):
            found |= context.methods or set()
    return ", ".join(sorted(found))
