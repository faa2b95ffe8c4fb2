"""What stands before every route: whom a proxy speaks for, how long a body may be, and the headers of each answer."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.web.doors import is_trusted
from schema.errors import UsageError

# The longest form: a thousand boxes and a reason.
LONGEST_BODY = 1_000_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""What every answer carries, unless it says something else itself."""
_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


class Guard:
    """The outermost layer of our own."""

    def __init__(self, app: ASGIApp, proxies: list[str]) -> None:
        self.app, self.proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        apply_proxy(scope, self.proxies)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), scope["scheme"])
            await send(message)

        await self.app(scope, _limit_body(receive), send_guarded)


def add_headers(headers: MutableHeaders, scheme: str) -> None:
    """The headers of every answer, added where it says nothing else."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scheme == "https":
        headers.setdefault(*_TRANSPORT)


def apply_proxy(scope: MutableMapping[str, Any], proxies: list[str]) -> None:
    """Puts what a trusted proxy says of scheme and visitor in the place of what the socket says, and notes that one
    spoke. What anybody else says of them counts for nothing."""
    peer = scope["client"][0] if scope.get("client") else ""
    is_proxy = bool(proxies) and is_trusted(peer, proxies)
    scope.setdefault("state", {})["is_through_proxy"] = is_proxy
    if not is_proxy:
        return
    headers = Headers(scope=scope)
    schemes = [part.strip().lower() for value in headers.getlist("x-forwarded-proto") for part in value.split(",")]
    if schemes and schemes[-1] in ("http", "https"):
        scope["scheme"] = schemes[-1]
    hops = [part.strip() for value in headers.getlist("x-forwarded-for") for part in value.split(",")]
    # The last address that no proxy of ours has: everything before it can be made up by the visitor.
    visitor = next((hop for hop in reversed(hops) if not is_trusted(hop, proxies)), "")
    if visitor:
        scope["client"] = (visitor[:64], 0)


def _limit_body(receive: Receive) -> Receive:
    length = 0

    async def receive_limited() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > LONGEST_BODY:
            raise UsageError("the form is too long", f"at most {LONGEST_BODY:,} bytes are read", "send less at once")
        return message

    return receive_limited
