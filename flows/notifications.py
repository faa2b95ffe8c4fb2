"""Telling people what happened, each thing once, by mail, chat or webhook; off unless an operator names an address."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.errors import shorten_value

if TYPE_CHECKING:
    from apprise import Apprise

LEDGER_NAME = "notifications.json"
# Chat services cut or refuse longer texts.
_LONGEST_TITLE, _LONGEST_BODY = 200, 3_000
# They log whole addresses at one level or another, and a webhook's address is its password.
_TALKATIVE = ("apprise", "requests", "requests_oauthlib", "urllib3")

log = logging.getLogger(__name__)


class EventKind(StrEnum):
    """What people are told of."""

    NEW = "new"
    LATE = "late"
    MISSING = "missing"
    REPOSTED = "reposted"
    FAILED_CHECK = "failed_check"
    FETCH_FAILED = "fetch_failed"
    IMPACT = "impact"
    ALARM = "alarm"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to be told. Events of one kind and `key` are the same event, whatever their words;
    without a key, those of one kind and title are."""

    kind: EventKind
    title: str
    body: str
    key: str = ""

    @property
    def event_id(self) -> str:
        """What the ledger knows the event by."""
        return sha256(f"{self.kind}\0{self.key or self.title}".encode(errors="replace")).hexdigest()[:24]


def notify(urls: Sequence[str], events: Iterable[Event], home: Path, now: datetime | None = None) -> int:
    """Tell each address each event that it was not told before; how many messages were taken.

    The addresses are Apprise's (`mailto://…`, `slack://…`, `json://…`). The ledger in the home folder
    remembers what was told to whom, so a message that failed is tried again by the next call, and the
    others are not repeated. Two processes wait for each other. Nothing is raised: what cannot be told
    is logged in one line each, without the address. Without addresses nothing happens at all.
    """
    wanted = list(events)
    if not urls or not wanted:
        return 0
    try:
        with _open_ledger(home) as ledger:
            return _tell_all(urls, wanted, ledger, now or datetime.now(UTC))
    except OSError as error:
        log.warning("notifications: the ledger cannot be used, nothing was sent: %s", error.strerror or error)
        return 0


class _Ledger:
    """What was told to whom: a small JSON file that is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: dict[str, Any] = {}
        try:
            found = json.loads(path.read_bytes())
            self._told = dict(found["told"])
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError):
            log.warning("notifications: %s cannot be read and is begun anew", path.name)

    def knows(self, entry: str) -> bool:
        return entry in self._told

    def add(self, entry: str, event: Event, now: datetime) -> None:
        self._told[entry] = {"kind": str(event.kind), "title": _plain(event.title), "at": now.isoformat()}
        text = json.dumps({"format": 1, "told": self._told}, indent=1, sort_keys=True) + "\n"
        beside = self._path.with_suffix(".part")
        beside.write_text(text, encoding="ascii")
        os.replace(beside, self._path)


@contextmanager
def _open_ledger(home: Path) -> Iterator[_Ledger]:
    home.mkdir(parents=True, exist_ok=True)
    # The lock goes with the process that holds it, however that ends.
    with (home / f"{LEDGER_NAME}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _Ledger(home / LEDGER_NAME)


def _tell_all(urls: Sequence[str], events: Sequence[Event], ledger: _Ledger, now: datetime) -> int:
    told = 0
    for number, url in enumerate(urls, start=1):
        whom = sha256(url.encode(errors="replace")).hexdigest()[:16]
        # One by one: of two equal events only the first is sent.
        service: Apprise | None = None
        for event in events:
            entry = f"{event.event_id}.{whom}"
            if ledger.knows(entry):
                continue
            with _keep_quiet():
                service = service or _open_service(url)
                why = (
                    _send(service, event) if service else "the address is not understood, or addenda[notify] is missing"
                )
            if why:
                log.warning(
                    "notifications: %s %r not sent to address %d: %s", event.kind, _plain(event.title), number, why
                )
                if service is None:
                    break
                continue
            ledger.add(entry, event, now)
            told += 1
    return told


def _open_service(url: str) -> Apprise | None:
    """The service at an address; None when the extra is not installed or the address means nothing."""
    try:
        from apprise import Apprise, AppriseAsset
    except ImportError:
        return None
    service = Apprise(asset=AppriseAsset(app_id="addenda", async_mode=False))
    try:
        return service if service.add(url) else None
    except Exception:  # noqa: BLE001  each of a hundred services has its own ways to fail, and none may stop a job
        return None


def _send(service: Apprise, event: Event) -> str:
    """Why it failed; "" when it did not."""
    words = {EventKind.NEW: "info", EventKind.FAILED_CHECK: "failure", EventKind.FETCH_FAILED: "failure"}
    title = shorten_value(f"addenda: {_plain(event.title)}", _LONGEST_TITLE)
    body = "\n".join(shorten_value(line, _LONGEST_BODY) for line in event.body.splitlines())[:_LONGEST_BODY]
    try:
        is_sent = service.notify(
            title=title, body=body or title, body_format="text", notify_type=words.get(event.kind, "warning")
        )
    except Exception as error:  # noqa: BLE001  as above; its text may hold the address
        return type(error).__name__
    return "" if is_sent else "the service did not take it"


def _plain(text: str) -> str:
    return shorten_value(" ".join(text.split()), _LONGEST_TITLE)


@contextmanager
def _keep_quiet() -> Iterator[None]:
    """Loggers that would print addresses say nothing meanwhile."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    names = [name for name in logging.root.manager.loggerDict if name.startswith(tuple(f"{n}." for n in _TALKATIVE))]
    loggers += [logging.getLogger(name) for name in names]
    before = [logger.disabled for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        yield
    finally:
        for logger, was_disabled in zip(loggers, before, strict=True):
            logger.disabled = was_disabled
