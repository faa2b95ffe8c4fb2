"""People are told each thing once, off by default; failing to tell them never fails the job."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from flows.notifications import LEDGER_NAME, Event, EventKind, notify
from tests.archive_files import NOON
from tests.store_processes import SECONDS, start

LATE = Event(
    EventKind.LATE, "hcpcs 2027Q1 is late", "It takes effect in 14 days.\nLook at the page.", "hcpcs@2027-01-01"
)
NEW = Event(EventKind.NEW, "icd10cm FY2027", "It was loaded.")


class Webhook:
    """A local server that keeps what is posted to it, and answers with `status`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 200:
                    hook.messages.append(json.loads(body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://user:hunter2@127.0.0.1:{self.server.server_port}/secret-token"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    thread = Thread(target=hook.server.serve_forever, args=(0.02,))
    thread.start()
    yield hook
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


def tell(url: str, home: Path) -> None:
    """A child that tells."""
    notify([url], [LATE, NEW], home)


def test_event_reaches_the_webhook(webhook: Webhook, tmp_path: Path) -> None:
    assert notify([webhook.url], [LATE], tmp_path) == 1
    [message] = webhook.messages
    assert message["title"] == "addenda: hcpcs 2027Q1 is late"
    assert message["message"] == LATE.body
    assert message["type"] == "warning"


def test_each_event_is_sent_once_whatever_its_words(webhook: Webhook, tmp_path: Path) -> None:
    tomorrow = Event(EventKind.LATE, "hcpcs 2027Q1 is still late", "It takes effect in 13 days.", LATE.key)
    assert [notify([webhook.url], events, tmp_path) for events in ([LATE, LATE], [tomorrow], [NEW], [NEW])] == [
        1,
        0,
        1,
        0,
    ]
    missing = Event(EventKind.MISSING, LATE.title, LATE.body, LATE.key)
    assert notify([webhook.url], [missing], tmp_path) == 1
    assert len(webhook.messages) == 3


def test_without_addresses_nothing_happens_and_nothing_is_imported(tmp_path: Path) -> None:
    assert notify([], [LATE], tmp_path / "home") == 0
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("status", [400, 403, 500])
def test_refused_message_is_logged_in_one_line_and_tried_again(
    status: int, webhook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.status = status
    with caplog.at_level(logging.DEBUG):
        assert notify([webhook.url], [LATE], tmp_path) == 0
    assert len(caplog.messages) == 1
    webhook.status = 200
    assert notify([webhook.url], [LATE], tmp_path) == 1


@pytest.mark.parametrize(
    "url", ["json://user:hunter2@127.0.0.1:1/secret-token", "nonsense-secret-token", "slack://secret-token", "", "\0"]
)
def test_address_that_does_not_work_shows_no_secret(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert notify([url], [LATE], tmp_path) == 0
    assert len(caplog.messages) == 1
    written = caplog.text + "".join(capfd.readouterr()) + "".join(p.read_text() for p in tmp_path.iterdir())
    assert "secret" not in written
    assert "hunter2" not in written


def test_successful_message_shows_no_secret(webhook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert notify([webhook.url], [LATE], tmp_path, NOON) == 1
    assert caplog.messages == []
    ledger = (tmp_path / LEDGER_NAME).read_text()
    assert "secret" not in ledger + webhook.url.replace("secret-token", "")
    assert [entry["at"] for entry in json.loads(ledger)["told"].values()] == [NOON.isoformat()]


def test_one_address_that_fails_does_not_keep_the_other_from_being_told(webhook: Webhook, tmp_path: Path) -> None:
    urls = ["json://127.0.0.1:1/", webhook.url]
    assert notify(urls, [LATE, NEW], tmp_path) == 2
    assert notify(urls, [LATE, NEW], tmp_path) == 0
    assert len(webhook.messages) == 2


def test_hostile_words_are_told_as_plain_text(webhook: Webhook, tmp_path: Path) -> None:
    assert notify([webhook.url], [Event(EventKind.NEW, "<b>\x1b[31m\n\0", "a\x00b\n" + "x" * 9_000)], tmp_path) == 1
    [message] = webhook.messages
    assert message["title"] == "addenda: <b>?[31m ?"
    assert message["message"].startswith("a?b\nxxx")
    assert len(message["message"]) <= 3_000


def test_missing_extra_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert notify(["json://127.0.0.1/"], [LATE, NEW], tmp_path) == 0
    assert len(caplog.messages) == 1
    assert "addenda[notify]" in caplog.messages[0]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"told": 5}', "\0"])
def test_broken_ledger_is_begun_anew(
    text: str, webhook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / LEDGER_NAME).write_text(text)
    assert notify([webhook.url], [LATE], tmp_path) == 1
    assert notify([webhook.url], [LATE], tmp_path) == 0
    assert len(caplog.messages) == 1


def test_home_that_cannot_be_written_fails_no_job(
    webhook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("x")
    assert notify([webhook.url], [LATE], tmp_path / "file" / "home") == 0
    assert len(caplog.messages) == 1
    assert webhook.messages == []


def test_two_processes_tell_each_event_once(webhook: Webhook, tmp_path: Path) -> None:
    children = [start(tell, webhook.url, tmp_path) for _ in range(3)]
    for child in children:
        child.join(SECONDS)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert sorted(message["title"] for message in webhook.messages) == [f"addenda: {e.title}" for e in (LATE, NEW)]
