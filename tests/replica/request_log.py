"""Every request that the replica got, and what a test asks about them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

# The robots.txt of www.cms.gov as it was read in public code. ftp.cdc.gov has none.
ROBOTS = """\
User-agent: *
Allow: /core/*.css$
Allow: /medicare-coverage-database/*?
Allow: /sitemap.xml?page=
Disallow: /*?
Disallow: /core/
Disallow: /profiles/
Disallow: /node/
Disallow: /media/
Disallow: /admin/
Disallow: /user/
Disallow: /es/
"""


# Seconds; a stalled answer may last longer, and its entry is not waited for.
SETTLING = 0.3


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `started` and `finished` are seconds of the monotonic clock, `at` is UTC; `target` is path and
    query as sent, headers have lower-case names; `sent` are bytes of the body; `kind` is what lies there:
    `robots`, `page`, `file`, `licence` or `none`; `fault` is the kind of the fault, or ""."""

    at: datetime
    started: float
    finished: float
    host: str
    method: str
    target: str
    headers: Mapping[str, str]
    status: int
    sent: int
    kind: str
    fault: str

    @property
    def is_conditional(self) -> bool:
        """Whether the request has a validator and no range."""
        return "range" not in self.headers and bool({"if-none-match", "if-modified-since"} & self.headers.keys())


@dataclass(slots=True)
class RequestLog:
    """The entries in the order of their ends."""

    _entries: list[Entry] = field(default_factory=list)
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _answering: int = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a server answers: the client may have read all before the entry is here."""
        with self._lock:
            self._answering += 1
        try:
            yield
        finally:
            with self._lock:
                self._answering -= 1
                self._lock.notify_all()

    def add(self, entry: Entry) -> None:
        """Called by the servers."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget all, for example before a second run."""
        with self._lock:
            self._entries.clear()

    @property
    def entries(self) -> list[Entry]:
        """All entries by the moment of their beginning; answers that are about to end are waited for."""
        with self._lock:
            self._lock.wait_for(lambda: not self._answering, timeout=SETTLING)
            return sorted(self._entries, key=lambda entry: entry.started)

    def of(self, target: str, host: str | None = None) -> list[Entry]:
        """The entries of one path and query (as sent), of one host or of all."""
        return [entry for entry in self.entries if entry.target == target and host in (None, entry.host)]

    def downloads(self) -> list[Entry]:
        """The requests that got bytes of a file, or were to."""
        return [e for e in self.entries if e.kind == "file" and e.method == "GET" and e.status in (200, 206)]

    def conditional(self) -> list[Entry]:
        """The requests with a validator."""
        return [entry for entry in self.entries if entry.is_conditional]

    def agents(self) -> set[str]:
        """The agents that asked."""
        return {entry.headers.get("user-agent", "") for entry in self.entries}

    def without_contact(self, contact: str) -> list[Entry]:
        """The requests whose agent and From name another contact or none."""
        return [
            entry
            for entry in self.entries
            if contact not in entry.headers.get("user-agent", "") and contact not in entry.headers.get("from", "")
        ]

    def shortest_pause(self, host: str) -> float:
        """Seconds between the beginnings of two requests to a host, the least of them; infinite for one alone."""
        starts = [entry.started for entry in self.entries if entry.host == host]
        return min((later - earlier for earlier, later in pairwise(starts)), default=float("inf"))

    def overlaps(self) -> list[tuple[Entry, Entry]]:
        """Pairs of requests of which one began before the other's answer was written, over all hosts."""
        found = []
        entries = self.entries
        for number, first in enumerate(entries):
            for other in entries[number + 1 :]:
                if other.started >= first.finished:
                    break
                found.append((first, other))
        return found

    def starts_with_robots(self, host: str) -> bool:
        """Whether the first request to the host was for robots.txt, or there was none."""
        targets = [entry.target for entry in self.entries if entry.host == host]
        return not targets or targets[0] == "/robots.txt"

    def disallowed(self) -> list[Entry]:
        """The requests that the robots.txt of CMS does not allow."""
        return [entry for entry in self.entries if entry.host != "cdc" and not is_allowed(entry.target)]


def is_allowed(target: str, robots: str = ROBOTS) -> bool:
    """Whether path and query may be asked for: the longest rule counts, and of two equal ones Allow (RFC 9309)."""
    if target == "/robots.txt":
        return True
    best = (0, True)
    for line in robots.splitlines():
        name, _, rule = (part.strip() for part in line.partition(":"))
        if name not in ("Allow", "Disallow") or not rule:
            continue
        pattern = re.escape(rule).replace(r"\*", ".*")
        if rule.endswith("$"):
            pattern = f"{pattern[:-2]}$"
        if re.match(pattern, target):
            best = max(best, (len(rule), name == "Allow"))
    return best[1]
