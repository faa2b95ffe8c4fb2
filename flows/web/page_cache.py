"""Pages that were drawn, kept as long as nothing that they show is another: drawn once for everybody who may see them.

What a page of a review shows follows from the log of acts and the releases held (`Ground`), the day, the address, and
what the visitor may. Where it also follows from who the visitor is, it is kept for that person alone. What belongs to
one session never stands in what is kept: there a mark of random letters has its place, which nobody can write.

The answers say `no-store` all the same: nobody has a copy that a 304 could spare, since on a ward's shared computer
none should be left on the disk, nor come back with the browser's back button after somebody signed out.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock

LARGEST = 64_000_000
"""Bytes of pages that are kept, those that nobody asked for longest dropped first."""
# A page holds some objects beside its text: its key, its headers, the list of its pieces.
_OVERHEAD = 2_000
_BYTES_OF_PIECE = 120

CSRF_MARK = f"csrf-{token_hex(16)}"
NAME_MARK = f"name-{token_hex(16)}"
_MARKS = re.compile(f"({CSRF_MARK}|{NAME_MARK})")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page in pieces: every second one is a mark."""

    pieces: tuple[bytes, ...]
    marks: tuple[str, ...]
    status: int
    headers: Mapping[str, str]
    size: int

    def fill(self, csrf: str, name: str) -> bytes:
        """The page for one visitor; both texts come escaped."""
        if not self.marks:
            return self.pieces[0]
        values = {CSRF_MARK: csrf.encode(), NAME_MARK: name.encode()}
        parts = [self.pieces[0]]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            parts += (values[mark], piece)
        return b"".join(parts)


def take_apart(text: str, status: int, headers: Mapping[str, str]) -> KeptPage:
    """The page of a text that has marks in it."""
    found = _MARKS.split(text)
    pieces = tuple(piece.encode() for piece in found[::2])
    size = sum(map(len, pieces)) + len(found) * _BYTES_OF_PIECE + _OVERHEAD
    return KeptPage(pieces, tuple(found[1::2]), status, dict(headers), size)


class PageCache:
    """Pages by what names them exactly, for all threads of a process. At most `largest` bytes."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._lock = Lock()
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._under_way: dict[Hashable, Future[KeptPage]] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._size

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, key: Hashable, draw: Callable[[], KeptPage], is_current: Callable[[], bool]) -> KeptPage:
        """The page of that key: the kept one, or the one that `draw` makes. Of those who ask at once one draws, and
        the others wait for it; where it fails, each draws for itself and gets its own error. What was drawn is kept
        when `is_current` says that nothing has happened meanwhile."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is not None:
                self._pages.move_to_end(key)
                return kept
            waiting = self._under_way.get(key)
            if waiting is None:
                mine = self._under_way[key] = Future[KeptPage]()
        if waiting is not None:
            return draw() if waiting.exception() else waiting.result()
        try:
            page = draw()
            if is_current():
                self._keep(key, page)
        except BaseException as error:
            self._finish(key)
            mine.set_exception(error)
            raise
        self._finish(key)
        mine.set_result(page)
        return page

    def _finish(self, key: Hashable) -> None:
        with self._lock:
            del self._under_way[key]

    def _keep(self, key: Hashable, page: KeptPage) -> None:
        if page.size > self._largest:
            return
        with self._lock:
            self._pages[key] = page
            self._size += page.size
            while self._size > self._largest:
                _, oldest = self._pages.popitem(last=False)
                self._size -= oldest.size
