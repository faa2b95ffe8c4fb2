"""The review pages under twenty requests at once: by the size of the update, and against a bare page."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from flows.accounts import add_account, add_first_administrator, open_session
from flows.review_acts import assign
from flows.review_steps import open_review
from flows.settings import Settings
from schema.access import SYSTEM, Actor, Role, Via
from schema.review import review_key
from schema.review_query import ItemQuery
from schema.store.database import open_database, reading
from schema.store.review_reader import find_review, list_subjects
from tests.bench.harness import Figure
from tests.bench.review_data import OWNERS, invent_update

if TYPE_CHECKING:
    from sqlalchemy import Engine

MANY, FEW = 5000, 200
AT_ONCE, REQUESTS, COLD_REQUESTS, ROUNDS = 20, 400, 40, 3
BY_SIZE, BY_BARE = 1.5, 5.0
TODAY = date(2024, 9, 10)
# Effective dates of the two updates, both to come.
DAYS = {MANY: (date(2023, 10, 1), date(2024, 10, 1)), FEW: (date(2024, 10, 1), date(2025, 4, 1))}
PASSWORD = "correct horse battery staple"
PAGES = {
    "the one page of an update": "/updates/{key}",
    "changes": "/updates/{key}/changes",
    "changes, filtered and by dollars": "/updates/{key}/changes?kind=revised&kind=deleted&use=1&sort=paid&desc=1",
    "changes, words of the title": "/updates/{key}/changes?q=complication+1",
    "changes, grouped by owner": "/updates/{key}/changes?group=owner",
    "changes, the last page": "/updates/{key}/changes?page={last}",
    "one change": "/updates/{key}/changes/{subject}",
    "tasks of an update": "/tasks?who=all&review={key}",
    "audit of an update": "/audit?review={key}",
}
WHOLE = {"updates": "/"}
"""Pages that are of no one update: only against the bare page."""


def measure_review(folder: Path) -> Iterator[Figure]:
    """CPU time of the server's process for a request: of pages that were seen before, with twenty requests always
    under way, and of the first view after an act, which comes alone since the others wait for it."""
    settings = Settings(home=folder, today=TODAY)
    places, cookie = _fill(settings)
    environment = {**os.environ, "ADDENDA_HOME": str(folder), "ADDENDA_TODAY": TODAY.isoformat()}
    engine = open_database(settings.database)
    with (
        _ending(engine),
        _serving([sys.executable, "-m", "flows.cli", "serve", "--port"], environment) as ours,
        _serving([sys.executable, "-m", "tests.bench.bare_pages"], environment) as bare,
    ):
        for title, pattern in {**PAGES, **WHOLE}.items():
            many, few = (pattern.format_map(places[size]) for size in (MANY, FEW))
            rows, columns, length = _count_cells(ours.fetch(many, cookie))
            fewer = _count_cells(ours.fetch(few, cookie))[0]
            floor = f"/?rows={rows}&columns={columns}"
            bare.ask(floor, "", AT_ONCE)
            cold = _measure_cold(ours, engine, {"many": many, "few": few}, places, cookie)
            warm = _measure_warm(ours, bare, {"many": many, "few": few, "bare": floor}, cookie)
            detail = f"{rows} rows of {columns} ({fewer}), {length / 1000:.0f} KB"
            if title in PAGES:
                for name, times in (("seen before", warm), ("first view after an act", cold)):
                    ratio = _ratio(times["many"], times["few"])
                    told = f"{_tell(times['many'])} with {MANY:,} changes, {_tell(times['few'])} with {FEW}; {detail}"
                    yield Figure(f"{title}, {name}, {MANY:,} changes against {FEW}", ratio, BY_SIZE, True, told)
            told = f"{_tell(warm['many'])}, bare {_tell(warm['bare'])}, first view {_tell(cold['many'])}; {detail}"
            yield Figure(f"{title}, against a bare page", _ratio(warm["many"], warm["bare"]), BY_BARE, True, told)


def _measure_warm(ours: _Server, bare: _Server, paths: Mapping[str, str], cookie: str) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(ROUNDS):
        for name, path in paths.items():
            # Nobody else acts meanwhile: the first of these requests draws the page, or finds it drawn.
            server = bare if name == "bare" else ours
            server.ask(path, cookie, AT_ONCE)
            times[name].append(server.ask(path, cookie, REQUESTS))
    return times


def _measure_cold(
    ours: _Server, engine: Engine, paths: Mapping[str, str], places: Mapping[int, Mapping[str, str]], cookie: str
) -> dict[str, list[float]]:
    """Each request comes after an act on the update that it shows: a change is given to another owner."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    actor = Actor("cora", frozenset({Role.CODER}), Via.PAGE)
    owners = count()
    for _ in range(ROUNDS):
        for (name, path), size in zip(paths.items(), (MANY, FEW), strict=True):
            key, subject = unquote(places[size]["key"]), places[size]["other"]

            def act(key: str = key, subject: str = subject) -> None:
                with reading(engine) as connection:
                    seen = find_review(connection, key).version
                owner = OWNERS[next(owners) % len(OWNERS)]
                assign(engine, actor, key, [subject], owner, None, seen, now=datetime.now(UTC))

            times[name].append(ours.ask_each(path, cookie, COLD_REQUESTS, act))
    return times


def _tell(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f} ms"


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _fill(settings: Settings) -> tuple[dict[int, dict[str, str]], str]:
    """A store with both updates under review, what to put into the paths of each, and the cookie of a coder."""
    now = datetime.now(UTC)
    engine = open_database(settings.database)
    places = {}
    try:
        add_first_administrator(engine, "ada", "Ada", PASSWORD, now)
        add_account(
            engine, Actor("ada", frozenset({Role.ADMINISTRATOR}), Via.COMMAND), "cora", "Cora", [Role.CODER],
            ["coding"], PASSWORD, now,
        )  # fmt: skip
        for size, (previous, current) in DAYS.items():
            result = invent_update(size, previous, current, TODAY)
            key = review_key(result.change_set.current)
            open_review(engine, result, SYSTEM, now)
            with reading(engine) as connection:
                subjects = list_subjects(connection, key, ItemQuery())
            subject, other = subjects[3], subjects[9]
            places[size] = {
                "key": quote(key),
                "subject": quote(subject),
                "other": other,
                "last": str((size + 49) // 50),
            }
        secret, _ = open_session(engine, "cora", now)
    finally:
        engine.dispose()
    return places, f"addenda={secret}"


def _count_cells(page: str) -> tuple[int, int, int]:
    """Rows and columns of the tables of a page, all of them as one; a page without any counts as one row."""
    rows = max(page.count("<tr"), 1)
    cells = page.count("<td") + page.count("<th>") + page.count("<th ")
    return rows, max(round(cells / rows), 1), len(page.encode())


class _Server:
    """A server process on a port of this machine."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self._port = process, port

    def fetch(self, path: str, cookie: str) -> str:
        """One page, which has to be there."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            return self._get(connection, path, {"Cookie": cookie})
        finally:
            connection.close()

    def ask(self, path: str, cookie: str, count: int) -> float:
        """CPU seconds of the process for each of so many requests."""

        def ask_some(number: int) -> None:
            connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
            for _ in range(number):
                self._get(connection, path, {"Cookie": cookie} if cookie else {})
            connection.close()

        start = self._cpu_seconds()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(ask_some, [count // AT_ONCE] * AT_ONCE))
        return (self._cpu_seconds() - start) / count

    @staticmethod
    def _get(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> str:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}: {text[:300]}")
        return text

    def ask_each(self, path: str, cookie: str, count: int, before: Callable[[], None]) -> float:
        """CPU seconds of the process for each of so many requests, one after the other, `before` each of them."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        start = self._cpu_seconds()
        for _ in range(count):
            before()
            self._get(connection, path, {"Cookie": cookie})
        connection.close()
        return (self._cpu_seconds() - start) / count

    def _cpu_seconds(self) -> float:
        """User and system time, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _ending(engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()


@contextmanager
def _serving(command: list[str], environment: Mapping[str, str]) -> Iterator[_Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], env=dict(environment))
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command} does not serve") from None
                time.sleep(0.1)
        yield _Server(process, port)
    finally:
        process.terminate()
        process.wait(30)
