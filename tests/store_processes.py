"""Loads in processes of their own, which a test may kill: imported by the children too."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from flows.steps import load_release
from schema.errors import AddendaError
from schema.releases import parse_release
from schema.store import writer
from schema.store.database import open_database

# Imports take most of a second; children of a server that has them start in no time.
CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])

SECONDS = 60


def start(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """A running child."""
    process = CONTEXT.Process(target=target, args=arguments)
    process.start()
    return process


def load(url: str, system: str, release: str, path: Path) -> str:
    """Load one release and say what became of it."""
    engine = open_database(url)
    try:
        return load_release(engine, parse_release(system, release), [path]).written.outcome
    finally:
        engine.dispose()


def load_after(begun: Event, url: str, system: str, release: str, path: Path) -> None:
    """A child that loads and tells when it begins."""
    begun.set()
    load(url, system, release, path)


def load_together(gate: Barrier, answers: Any, url: str, system: str, release: str, path: Path) -> None:
    """A child that loads when all others are ready to."""
    gate.wait(SECONDS)
    try:
        answers.put((release, load(url, system, release, path)))
    except AddendaError as error:
        answers.put((release, f"{type(error).__name__}: {error}"))


def load_and_die(call: int, is_after: bool, url: str, system: str, release: str, path: Path) -> None:
    """A child that is killed before or after it writes rows for the nth time."""
    write = vars(writer)["insert_columns"]
    calls = 0

    def write_and_die(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        write(*arguments)
        if calls == call and is_after:
            os.kill(os.getpid(), signal.SIGKILL)

    vars(writer)["insert_columns"] = write_and_die
    load(url, system, release, path)
