"""The command line as the tests call it, and what they look at afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import create_engine, func, select

from flows.cli import main
from schema.store.reader import list_releases
from schema.tables import BOOK, CHECK, RECORD, RECORD_LIST, RELEASE, RUN, SOURCE

ROOT = Path(__file__).parents[1]
TABLES = (BOOK, RECORD, RELEASE, SOURCE, RECORD_LIST, RUN, CHECK)


# No test may ask the publishers: a port of this machine on which nothing listens stands in for them.
NOWHERE = {
    "ADDENDA_CMS_URL": "http://127.0.0.1:9",
    "ADDENDA_CDC_URL": "http://127.0.0.1:9",
    "ADDENDA_REQUEST_INTERVAL": "0.02",
}


@dataclass(frozen=True)
class Answer:
    """What a call left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """`addenda` with a home, and a database, of its own."""

    home: Path
    database_url: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ADDENDA_")}
        given = {"ADDENDA_HOME": str(self.home), "ADDENDA_DATABASE_URL": self.database_url, "PYTHONPATH": str(ROOT)}
        return {**kept, **NOWHERE, **given, **self.more}

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'addenda.db'}"

    def __call__(self, *arguments: object) -> Answer:
        """The call inside this process: the same function that the console script runs."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as stop:
                code = stop.code
        return Answer(code if isinstance(code, int) else 1, out.getvalue(), err.getvalue())

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """The call as a process of its own."""
        command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen(command, env=self.environment, cwd=self.home.parent, **pipes)

    def load(self, system: str, release: str, *paths: Path) -> Answer:
        """A load that has to succeed."""
        answer = self("load", system, release, *paths)
        if answer.code:
            raise AssertionError(answer.err)
        return answer


def count_rows(url: str) -> dict[str, int]:
    """The number of rows of every table."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES
            }
    finally:
        engine.dispose()


def held_releases(url: str) -> list[str]:
    """The ids of the releases held."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [str(info.release_id) for info in list_releases(connection)]
    finally:
        engine.dispose()
