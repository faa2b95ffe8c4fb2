"""The replica's servers: real HTTP with validators, ranges, faults, and a log of every request."""

from __future__ import annotations

import re
import secrets
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.replica.faults import Fault, Faults, Request
from tests.replica.pages import NONCE
from tests.replica.request_log import Entry, RequestLog
from tests.replica.site import Resource, Site
from tests.replica.spoiling import spoil

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_PIECE = 65_536


class Server(ThreadingHTTPServer):
    """One publisher's server on a free port of 127.0.0.1. `host` is its name in the log (`cms`, `cdc`, `tls`)."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self, host: str, site: Site, log: RequestLog, faults: Faults, latency: float, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host, self.site, self.log, self.faults, self.latency, self.tls = host, site, log, faults, latency, tls
        self.is_stopping = threading.Event()
        self._open: set[Any] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name=f"replica-{host}")

    @property
    def url(self) -> str:
        """The base address without a slash at its end."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and every connection; answers that stall are given up."""
        self.is_stopping.set()
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            with self.tls.wrap_socket(request.dup(), server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)
        except OSError:
            # The client does not trust the certificate: what this server is for.
            return

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of the server; other errors are printed by the parent."""
        if not self.is_stopping.is_set():
            super().handle_error(request, client_address)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written apart; with the algorithm the second waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    def do_GET(self) -> None:
        with self.server.log.answering():
            self._serve()

    def do_HEAD(self) -> None:
        with self.server.log.answering():
            self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error: the request log is for the tests."""

    def _serve(self) -> None:
        started, at = time.monotonic(), datetime.now(UTC)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.server.host, self.command, self.path, headers)
        fault = self.server.faults.take(request)
        time.sleep(self.server.latency)
        site_host = "cdc" if self.server.host == "cdc" else "cms"
        resource = self.server.site.answer(site_host, self.path, self.server.url)

        def record(status: int, sent: int) -> None:
            finished = time.monotonic()
            self.server.log.add(
                Entry(
                    at,
                    started,
                    finished,
                    self.server.host,
                    self.command,
                    self.path,
                    headers,
                    status,
                    sent,
                    resource.kind,
                    fault.kind if fault else "",
                )
            )

        if fault and (fault.kind == "disconnect" or (fault.kind == "stall" and fault.after is None)):
            if fault.kind == "stall":
                self._wait(fault.seconds)
            record(0, 0)
            self._end()
            return
        told = len(resource.body)
        if fault:
            resource, told = spoil(resource, fault, self.server.url)
        self._answer(request, resource, told, fault, record)

    def _answer(
        self, request: Request, resource: Resource, told: int, fault: Fault | None, record: Callable[[int, int], None]
    ) -> None:
        status, body, more = resource.status, resource.body, {}
        body = body.replace(NONCE.encode(), secrets.token_hex(len(NONCE)).encode()[: len(NONCE)])
        if status == HTTPStatus.OK and not (fault and fault.kind == "status"):
            if _is_unchanged(request, resource):
                status, body, told = 304, b"", 0
            elif resource.kind == "file" and (found := _read_range(request, resource, told)):
                start, end = found
                if start >= told:
                    status, more, body, told = 416, {"Content-Range": f"bytes */{told}"}, b"", 0
                else:
                    more = {"Content-Range": f"bytes {start}-{end - 1}/{told}"}
                    status, body, told = 206, body[start:end], end - start
        if resource.kind == "file":
            more["Accept-Ranges"] = "bytes"
        if fault and fault.kind == "status" and fault.retry_after:
            more["Retry-After"] = fault.retry_after
        self.wfile.write(self._head(status, resource, told, more))
        self._send(b"" if self.command == "HEAD" else body, told, status, fault, record)

    def _head(self, status: int, resource: Resource, told: int, more: dict[str, str]) -> bytes:
        fields = {
            "Date": format_datetime(datetime.now(UTC), usegmt=True),
            "Server": "Microsoft-IIS/10.0" if self.server.host == "cdc" else "Apache",
        }
        if status != HTTPStatus.NOT_MODIFIED:
            fields |= {"Content-Type": resource.media_type, "Content-Length": str(told)}
        if resource.etag:
            fields["ETag"] = resource.etag
        if resource.modified:
            fields["Last-Modified"] = format_datetime(resource.modified, usegmt=True)
        if resource.disposition and status != HTTPStatus.NOT_MODIFIED:
            fields["Content-Disposition"] = resource.disposition
        if resource.location:
            fields["Location"] = resource.location
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{n}: {v}" for n, v in {**fields, **more}.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send(
        self, body: bytes, told: int, status: int, fault: Fault | None, record: Callable[[int, int], None]
    ) -> None:
        """The body; the entry of the log is there before its last byte, so that who has it all finds the entry."""
        kind = fault.kind if fault else ""
        end = len(body)
        if fault and kind == "stall":
            end = min(fault.after or 0, len(body))
        step = fault.step if fault and kind == "trickle" else _PIECE
        sent = 0
        try:
            while end - sent > step:
                self.wfile.write(body[sent : sent + step])
                sent += step
                if fault and kind == "trickle" and self._wait(fault.seconds):
                    raise ConnectionAbortedError
            if fault and kind == "stall":
                self.wfile.write(body[sent:end])
                self._wait(fault.seconds)
                record(status, end)
                self._end()
                return
        except OSError:
            record(status, sent)
            self._end()
            return
        record(status, end)
        self.wfile.write(body[sent:end])
        if self.command == "GET" and end < told:
            self._end()

    def _wait(self, seconds: float) -> bool:
        """Wait until the time is over, or the client or the replica hangs up; then True."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        return bool(readable) or self.server.is_stopping.is_set()

    def _end(self) -> None:
        self.close_connection = True
        _hang_up(self.connection)


def _is_unchanged(request: Request, resource: Resource) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only without If-None-Match."""
    if tags := request.headers.get("if-none-match"):
        wanted = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(resource.etag) and resource.etag.removeprefix("W/") in wanted
    since = _read_date(request.headers.get("if-modified-since"))
    return since is not None and resource.modified is not None and resource.modified <= since


def _read_range(request: Request, resource: Resource, total: int) -> tuple[int, int] | None:
    """First byte and the one after the last, where the request has a range that holds for these very bytes."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if not match:
        return None
    condition = request.headers.get("if-range")
    if condition is not None and condition != resource.etag and _read_date(condition) != resource.modified:
        return None
    return int(match[1]), min(int(match[2]) + 1, total) if match[2] else total


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
