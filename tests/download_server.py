"""A local web server whose answers a test lays down one by one, and which keeps count of what it was asked."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from loaders.download import Downloader, Patience

CONTACT = "coding@hospital.example"
SHORT = Patience(stall=0.4)
HTML = b"<!DOCTYPE html><html><head><title>Access</title></head><body>Sorry</body></html>"

Answering = Callable[["Handler"], None]


@dataclass
class Asked:
    """One request as the server saw it; it has ended when the client needs nothing more."""

    path: str
    headers: dict[str, str]
    began: float
    ended: float | None = None


class Handler(BaseHTTPRequestHandler):
    """Takes the next answer laid down for the path; the last one stays."""

    server: Site
    protocol_version = "HTTP/1.1"
    last_write: float | None = None

    def do_GET(self) -> None:
        asked = Asked(self.path, dict(self.headers), time.monotonic())
        self.server.asked.append(asked)
        answers = self.server.answers.get(self.path, [reply(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(self)
        except OSError:
            pass
        finally:
            self.close_connection = True
            asked.ended = self.last_write or time.monotonic()
            self.last_write = None

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Site(ThreadingHTTPServer):
    """The server; `answers` by path, `asked` in the order in which they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Answering]] = {}
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def lay(self, path: str, *answers: Answering) -> str:
        """The address under which these answers come one after the other."""
        self.answers[path] = list(answers)
        return self.url + path

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests."""


@contextmanager
def serving() -> Iterator[Site]:
    """A site for the length of a test."""
    site = Site()
    thread = threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def reply(status: int, body: bytes = b"", **headers: str) -> Answering:
    """A whole answer; header names with underscores for hyphens."""

    def answer(handler: Handler) -> None:
        send_head(handler, status, len(body), **headers)
        handler.wfile.write(body)

    return answer


def send_head(handler: Handler, status: int, length: int | None, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if length is not None and status != 304:
        handler.send_header("Content-Length", str(length))
    handler.send_header("Connection", "close")
    handler.end_headers()


def cut_off(body: bytes, sent: int, **headers: str) -> Answering:
    """Promises the whole body and sends its beginning."""

    def answer(handler: Handler) -> None:
        send_head(handler, 200, len(body), **headers)
        handler.wfile.write(body[:sent])

    return answer


def drip(body: bytes, size: int, pause: float, **headers: str) -> Answering:
    """Sends the body in pieces of this size."""

    def answer(handler: Handler) -> None:
        send_head(handler, 200, len(body), **headers)
        for start in range(0, len(body), size):
            if start:
                time.sleep(pause)
            # Until now the client cannot have all it needs; afterwards it may go on before this thread does.
            handler.last_write = time.monotonic()
            handler.wfile.write(body[start : start + size])
            handler.wfile.flush()

    return answer


def stall(body: bytes, sent: int, seconds: float, **headers: str) -> Answering:
    """Sends the beginning, then nothing."""

    def answer(handler: Handler) -> None:
        send_head(handler, 200, len(body), **headers)
        handler.wfile.write(body[:sent])
        handler.wfile.flush()
        time.sleep(seconds)

    return answer


def serve_range(body: bytes, etag: str, **headers: str) -> Answering:
    """Range and If-Range as RFC 9110 says."""

    def answer(handler: Handler) -> None:
        wanted = handler.headers.get("Range")
        if wanted and handler.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            told = f"bytes {start}-{len(body) - 1}/{len(body)}"
            reply(206, body[start:], ETag=etag, Content_Range=told, **headers)(handler)
        else:
            reply(200, body, ETag=etag, **headers)(handler)

    return answer


def make_zip(text: str = "A000  Cholera\n" * 4_000, name: str = "icd10cm_order_2026.txt") -> bytes:
    """A small archive; stored, so that each byte of the text is one on the way."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


@dataclass
class Notes:
    """What the downloader says of failed attempts."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


def make_downloader(
    site: Site, cache: Path, notes: Notes | None = None, patience: Patience = SHORT, interval: float = 0.005
) -> Downloader:
    """A downloader whose publishers are this site."""
    return Downloader(site.url, site.url, interval, CONTACT, "0.1.0", cache, patience=patience, note=notes or Notes())
