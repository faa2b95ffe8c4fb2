"""robots.txt of each site that is asked: read before anything else, kept for a day."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from loaders.download_answers import Answer, Attempts, Opener, refuse_status
from loaders.download_faults import AttemptError, make_error
from loaders.download_storage import load_json, name_entry, store_json
from loaders.download_turns import Clock
from loaders.robots import MAX_ROBOTS_BYTES, RobotRules, read_robots
from schema.errors import FailedError, RedirectedError, RefusedError

PRODUCT = "addenda"

# RFC 9309 section 2.4: no longer than 24 hours.
_KEPT = timedelta(hours=24)
# Seconds. After a failure the site's other addresses are refused without asking again each time.
_FAILURE_KEPT = 600.0


class RobotsBook:
    """The rules of every site, on disk so that the next process need not ask again."""

    def __init__(self, folder: Path, open_answer: Opener, attempts: Attempts, clock: Clock) -> None:
        self._folder, self._open, self._attempts, self._clock = folder, open_answer, attempts, clock
        self._rules: dict[str, tuple[datetime, RobotRules]] = {}
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[float, str]] = {}

    def check(self, url: str) -> None:
        """Raises RefusedError when the site disallows the address, or its robots.txt cannot be read.

        A site without one (any 4xx but 429) allows all; one that fails or is not reached disallows all (RFC 9309
        section 2.3.1). Raises CertificateError as it is.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if not self._find_rules(origin, url).allows(url.removeprefix(origin).partition("#")[0]):
            why = "the site's robots.txt disallows it"
            raise make_error(RefusedError, "address is not fetched", why, "fetch it by hand if you need it", url)

    def _find_rules(self, origin: str, url: str) -> RobotRules:
        # Threads that come together wait for the one that reads.
        with self._lock:
            now = self._clock.now()
            held = self._rules.get(origin) or self._load(origin)
            if held is None or not timedelta(0) <= now - held[0] < _KEPT:
                held = (now, self._read(origin, url))
            self._rules[origin] = held
            return held[1]

    def _load(self, origin: str) -> tuple[datetime, RobotRules] | None:
        values = load_json(name_entry(self._folder, origin))
        try:
            return datetime.fromisoformat(values["read_at"]), read_robots(values["text"], PRODUCT)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def _read(self, origin: str, url: str) -> RobotRules:
        failed_at, why = self._failures.get(origin, (None, ""))
        if failed_at is None or self._clock.count() - failed_at >= _FAILURE_KEPT:
            address = f"{origin}/robots.txt"
            try:
                text = self._attempts.run(address, lambda: self._ask(address))
            except (FailedError, RedirectedError) as error:
                why = error.why
                self._failures[origin] = (self._clock.count(), why)
            else:
                values = {"origin": origin, "read_at": self._clock.now().isoformat(), "text": text}
                store_json(name_entry(self._folder, origin), values)
                return read_robots(text, PRODUCT)
        raise make_error(
            RefusedError,
            "address is not fetched",
            f"the site's robots.txt cannot be read: {why}",
            "try again later",
            url,
        )

    def _ask(self, address: str) -> str:
        with self._open(address, {}) as answer:
            if answer.status == 200:
                return _read_start(answer)
            if 400 <= answer.status < 500 and answer.status not in (408, 421, 425, 429):
                return ""
            refuse_status(answer, address, self._clock.now())


def _read_start(answer: Answer) -> str:
    data = b""
    for chunk in answer.chunks:
        data += chunk
        if len(data) >= MAX_ROBOTS_BYTES:
            return data[:MAX_ROBOTS_BYTES].decode("utf-8", errors="replace")
    if answer.length is not None and len(data) < answer.length:
        # The rule that forbids may be the one that is missing.
        raise AttemptError(f"{len(data)} of {answer.length} bytes came")
    return data[:MAX_ROBOTS_BYTES].decode("utf-8", errors="replace")
