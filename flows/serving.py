"""Serving the daily check and watch with Prefect: the server that is named, or one of our own while we serve."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# It sets the environment that Prefect reads when it is imported, so it comes before Prefect.
from flows.check_sources import CONFIG_VARIABLE, check_sources
from flows.watch_denials import watch_denials

# isort: split
from prefect import Flow, serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.settings import Settings
from schema.errors import UsageError

NAME = "daily"
# With a database of its own to make, on a busy computer.
SERVER_SECONDS = 180
_SERVED: tuple[tuple[Flow[..., Any], str], ...] = (
    (check_sources, "Looks at the publishers' pages when it is time to, and updates what is new."),
    (watch_denials, "Takes in what the payers sent, and watches updates in their first 90 days."),
)


def serve_checks(cron: str, port: int) -> None:
    """Serve until a signal comes. Raises UsageError when no server can be had or `cron` is none."""
    deployments = make_deployments(cron)
    with serving_prefect(port) as url, temporary_settings({PREFECT_API_URL: url}):
        # One at a time: a second one would only wait for the first.
        serve(*deployments, limit=1)


def make_deployments(cron: str) -> list[RunnerDeployment]:
    """The check and the watch of each day. The flows are named by their modules, so the working folder is free."""
    try:
        return [
            RunnerDeployment.from_flow(
                served,
                NAME,
                schedule=Cron(cron, timezone="UTC"),
                description=description,
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
            for served, description in _SERVED
        ]
    except ValueError as error:
        raise UsageError(f"{cron!r} is no schedule", "", "five fields, such as '30 16 * * *'") from error


@contextmanager
def serving_prefect(port: int) -> Iterator[str]:
    """The address of the server that the settings of Prefect name, of the one that already answers at
    this port, or of one that is started and lives as long as the context."""
    if named := get_current_settings().api.url:
        yield named
        return
    url = f"http://127.0.0.1:{port}/api"
    if _answers(port):
        yield url
        return
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  no part of it is from outside
    try:
        _wait_for(server, port)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def export_settings(settings: Settings, config: Path | None = None) -> None:
    """Hand the settings in force, and the file of the uses, to the processes of the runs: they do not know of
    `--config`."""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.absolute())
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if isinstance(value, list):
            value = " ".join(value)
        os.environ[f"ADDENDA_{name.upper()}"] = str(value.absolute() if isinstance(value, Path) else value)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SERVER_SECONDS
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise UsageError(
                f"the Prefect server did not start on port {port}",
                "another program may have that port",
                "choose another --port, or name a server in PREFECT_API_URL",
            )
        time.sleep(0.2)
