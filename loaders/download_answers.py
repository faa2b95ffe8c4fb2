"""One answer of a site, and the attempts to get a good one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, TypeVar

from loaders.download_faults import AttemptError, make_error
from loaders.download_turns import (
    MAX_ATTEMPTS,
    MAX_REFUSALS,
    REFUSALS,
    Clock,
    Patience,
    read_retry_after,
    tell_wait,
)
from schema.errors import FailedError, shorten_value

# Statuses below 500 that another attempt may cure (RFC 9110, RFC 8470, RFC 6585). 403 because the front of
# www.cms.gov refuses at random, 404 because a file may be listed minutes before it is there.
_CURABLE = REFUSALS | {408, 416, 421, 425, 429}
_MAX_HEADER = 1_000

T = TypeVar("T")
Note = Callable[[str], None]
"""Called with one line for a log: an attempt failed, and when the next one comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of the last address in a chain of redirects. The body can be read once."""

    status: int
    final_url: str
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def header(self, name: str) -> str:
        """A header's value, "" without one."""
        return find_header(self.headers, name)

    @property
    def length(self) -> int | None:
        """How many bytes `chunks` has to give; None when the site does not tell, or packs them on the way."""
        text = self.header("Content-Length").strip()
        is_plain = self.header("Content-Encoding").strip().lower() in ("", "identity")
        is_told = text.isascii() and text.isdigit() and not self.header("Transfer-Encoding")
        return int(text[:18]) if is_plain and is_told else None


Opener = Callable[[str, Mapping[str, str]], AbstractContextManager[Answer]]
"""Asks for an address with these headers, in its turn."""


def find_header(headers: Mapping[str, str], name: str) -> str:
    """The value under a name in whatever case, "" without one."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def clean_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they may be kept: printable, not endless, without cookies."""
    kept = {shorten_value(name, 100): shorten_value(value, _MAX_HEADER) for name, value in headers.items()}
    return {name: value for name, value in kept.items() if name.lower() not in ("set-cookie", "set-cookie2")}


def tell_validators(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a conditional request, from those that came with what is held; none when none came."""
    etag, modified = find_header(headers, "ETag"), find_header(headers, "Last-Modified")
    return {k: v for k, v in (("If-None-Match", etag), ("If-Modified-Since", modified)) if v}


def refuse_status(answer: Answer, url: str, now: datetime) -> NoReturn:
    """Raises AttemptError for a status that another attempt may cure, FailedError for the others."""
    why = f"the site answered {answer.status}"
    if answer.status in _CURABLE or not 400 <= answer.status < 500:
        raise AttemptError(why, answer.status, read_retry_after(answer.header("Retry-After"), now))
    error = make_error(FailedError, "download failed", why, "check the address in a browser", url)
    error.status = answer.status
    raise error


@dataclass(frozen=True, slots=True)
class Attempts:
    """At most five attempts at one thing. urllib3's Retry cannot do it: it sees no body, and it takes Retry-After
    in place of its own wait and not the longer of the two."""

    interval: float
    clock: Clock
    patience: Patience
    note: Note

    def run(self, url: str, attempt: Callable[[], T]) -> T:
        """What the first good attempt gives. Raises FailedError after the last, other errors at once."""
        refusals = number = 0
        while True:
            number += 1
            try:
                return attempt()
            except AttemptError as fault:
                refusals += fault.status in REFUSALS
                is_last = number == MAX_ATTEMPTS or refusals == MAX_REFUSALS
                wait = tell_wait(number + 1, self.interval, fault.retry_after)
                if is_last or (fault.retry_after or 0.0) > self.patience.retry_after:
                    raise self._give_up(url, fault, number, is_last) from fault
                self.note(f"attempt {number} of {MAX_ATTEMPTS}: {shorten_value(fault.why, 200)}; next in {wait:.1f} s")
            self.clock.sleep(wait)

    def _give_up(self, url: str, fault: AttemptError, number: int, is_last: bool) -> FailedError:
        why = f"{fault.why}, attempt {number}" if is_last else f"it asks to wait {fault.retry_after:.0f} s"
        error = make_error(FailedError, "download failed", why, "try again later, or fetch it by hand", url)
        error.status = fault.status
        return error
