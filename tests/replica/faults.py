"""Faults that a test switches on: what the real sites did, or may do, in place of an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from tests.replica.items import Item

Kind = Literal[
    "status", "html200", "redirect", "disconnect", "stall", "trickle", "short_read", "truncated", "broken_zip",
    "zip_bomb", "content", "wrong_content_type", "wrong_disposition_name",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens in place of the answer, for `times` requests (None: for good), after `skip` good answers.

    `status`: `status` with `retry_after` (seconds or an HTTP date) as its header. `html200`: a page with 200.
    `redirect`: `status` 301 or 302 to `location`. `disconnect`: no answer. `stall`: no byte for `seconds`, before
    the head, or after `after` bytes of the body when that is set, then the connection ends. `trickle`: `step`
    bytes, then a pause of `seconds`, and so on. `short_read`: the head tells the whole length, `share` of the body
    comes and the connection ends. `truncated`: the same part, and the length is right. `broken_zip`: bytes in the
    middle are others. `zip_bomb`: a member that inflates to 300 MB. `content`: `body` as it is.
    `wrong_content_type` and `wrong_disposition_name`: the head says `name`.
    """

    kind: Kind
    times: int | None = None
    skip: int = 0
    status: int = 500
    retry_after: str = ""
    location: str = ""
    seconds: float = 3600.0
    after: int | None = None
    step: int = 1
    share: float = 0.5
    body: bytes = b""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server sees it: `host` is `cms`, `cdc` or `tls`; `target` path and query as sent, `path`
    the path alone with percent signs read; headers by lower-case name."""

    host: str
    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path without the query, decoded."""
        return unquote(self.target.partition("?")[0])


Predicate = Callable[[Request], bool]


@dataclass(slots=True)
class _Rule:
    matches: Predicate
    fault: Fault
    seen: int = 0


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; the one set last counts."""

    _rules: list[_Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, target: str | Item | Predicate, fault: Fault) -> None:
        """Switch it on for an item, a path (any letter case, with or without percent signs; `*` for all but
        robots.txt) or whatever the predicate holds for."""
        with self._lock:
            self._rules.insert(0, _Rule(_predicate(target), fault))

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._rules.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault for this request, which counts it; None for a good answer."""
        with self._lock:
            for rule in self._rules:
                if not rule.matches(request):
                    continue
                fault = rule.fault
                if fault.times is not None and rule.seen >= fault.skip + fault.times:
                    continue
                rule.seen += 1
                return fault if rule.seen > fault.skip else None
        return None


def _predicate(target: str | Item | Predicate) -> Predicate:
    if isinstance(target, Item):
        item_path, host = unquote(target.path).lower(), target.host
        return lambda request: request.path.lower() == item_path and request.host in (host, "tls")
    if isinstance(target, str):
        if target == "*":
            return lambda request: request.path != "/robots.txt"
        path = unquote(target).lower()
        return lambda request: request.path.lower() == path
    return target
