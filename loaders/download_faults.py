"""What can go wrong with a download: what a further attempt may cure, and the one line when none did."""

from __future__ import annotations

from typing import TypeVar

from schema.errors import AddendaError, Place, shorten_value

ErrorKind = TypeVar("ErrorKind", bound=AddendaError)

# With these the line stays below 400 characters, whatever the site sends.
_URL_LENGTH = 150
_WHY_LENGTH = 110


class AttemptError(Exception):
    """One attempt failed and another may do better. It never leaves the download.

    `status` is the answer's status, None when there was none; `retry_after` the seconds that the site asked for.
    """

    def __init__(self, why: str, status: int | None = None, retry_after: float | None = None) -> None:
        self.why, self.status, self.retry_after = why, status, retry_after
        super().__init__(why)


def shorten_url(url: str) -> str:
    """One line that keeps the end of a long address: the file's name stands there."""
    shown = shorten_value(url, len(url))
    return shown if len(shown) <= _URL_LENGTH else "…" + shown[1 - _URL_LENGTH :]


def make_error(kind: type[ErrorKind], what: str, why: str, remedy: str, url: str) -> ErrorKind:
    """An error of this kind about an address, in one line of at most 400 characters."""
    return kind(what, shorten_value(why, _WHY_LENGTH), remedy, Place(shorten_url(url)))
