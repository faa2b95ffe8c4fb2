"""The check of the sources in a real Prefect server: served, scheduled, deployed, and what it leaves there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from socket import socket
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tests.command_line import ROOT, CommandLine, held_releases
from tests.remit_files import sample_remittance, write_835
from tests.replica.replica import Replica
from tests.test_prepare_update import OPERATORS_OWN, SETTINGS

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

pytestmark = pytest.mark.prefect

T = TypeVar("T")
TODAY = "2026-07-01"


@dataclass(frozen=True)
class Served:
    """`addenda schedule`, serving: a client of its server, and what its processes have as environment."""

    client: SyncPrefectClient
    command: CommandLine
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    site: Replica


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with (
        pytest.MonkeyPatch.context() as patch,
        Replica({"icd10cm": ["FY2025", "FY2026"]}, has_other_sets=False) as site,
    ):
        for name in OPERATORS_OWN & os.environ.keys():
            patch.delenv(name)
        # The server's runs are processes of their own, which have the settings from the one that serves.
        more = site.environment(folder / "home", today=TODAY)
        more |= {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
        command = CommandLine(folder / "home", more=more)
        environment = {name: value for name, value in command.environment.items() if name not in SETTINGS}
        line = [sys.executable, "-m", "flows.cli", "schedule", "--port", str(port)]
        process = subprocess.Popen(line, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            for name, value in SETTINGS.items():
                patch.setenv(name, value)
            patch.setenv("PREFECT_HOME", str(folder / "prefect"))
            from prefect.client.orchestration import get_client
            from prefect.settings import PREFECT_API_URL, temporary_settings

            with (
                temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}),
                get_client(sync_client=True) as client,
            ):
                yield Served(client, command, environment | {"PREFECT_API_URL": str(client.api_url)}, process, site)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_for(ask: Callable[[], T | None], seconds: float = 120) -> T:
    """The first answer that is something; what is refused is no answer yet."""
    import httpx
    from prefect.exceptions import ObjectNotFound

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = ask()
        except (httpx.HTTPError, ObjectNotFound):
            found = None
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing in {seconds} seconds")


def read_scheduled(client: SyncPrefectClient) -> list[FlowRun]:
    return [run for run in client.read_flow_runs() if run.state is not None and run.state.is_scheduled()]


@pytest.mark.parametrize("name", ["check_sources", "watch_denials"])
def test_serving_schedules_a_run_each_day_and_tells_nobody(served: Served, name: str) -> None:
    deployment = wait_for(lambda: served.client.read_deployment_by_name(f"{name}/daily"))
    assert [(s.schedule.cron, s.schedule.timezone) for s in deployment.schedules] == [("30 16 * * *", "UTC")]  # type: ignore[union-attr]

    def read_runs() -> list[FlowRun]:
        return [run for run in read_scheduled(served.client) if run.deployment_id == deployment.id]

    runs = wait_for(lambda: read_runs() or None)
    times = sorted(run.expected_start_time for run in runs if run.expected_start_time is not None)
    assert all((later - earlier).days == 1 for earlier, later in pairwise(times))
    settings: Any = served.client.request("GET", "/admin/settings").json()
    assert settings["server"]["analytics_enabled"] is False


def run_to_end(client: SyncPrefectClient, name: str) -> None:
    """A run of a deployment, which has to succeed."""
    deployment = wait_for(lambda: client.read_deployment_by_name(name))
    started = client.create_flow_run_from_deployment(deployment.id)

    def read_end() -> FlowRun | None:
        run = client.read_flow_run(started.id)
        return run if run.state is not None and run.state.is_final() else None

    ended = wait_for(read_end)
    assert ended.state is not None
    assert ended.state.is_completed(), ended.state.message


def test_run_of_the_watch_takes_in_what_the_payers_sent(served: Served) -> None:
    folder = served.command.home / "import-remits"
    folder.mkdir(parents=True)
    (folder / "payer.835").write_text(write_835(sample_remittance()))
    run_to_end(served.client, "watch_denials/daily")
    artifacts = {artifact.key: artifact for artifact in served.client.read_artifacts() if artifact.key}
    assert str(artifacts["watch"].data).startswith("1 new files of remittances, 0 of them refused.")
    assert "watch-alarms" not in artifacts, "no update is in its first 90 days"
    known = served.command("import", "remits", folder / "payer.835", "--format", "json").json["files"]
    assert [found["known"] for found in known] == [True]


def test_run_checks_updates_and_starts_prepare_update(served: Served) -> None:
    client = served.client
    run_to_end(client, "check_sources/daily")
    assert held_releases(served.command.url) == ["icd10cm@2024-10-01.1", "icd10cm@2025-10-01.1"]
    names = {run.name for run in client.read_flow_runs()}
    assert "prepare icd10cm icd10cm@2025-10-01.1" in names
    artifacts = {artifact.key: artifact for artifact in client.read_artifacts() if artifact.key}
    rows = json.loads(str(artifacts["sources"].data))
    assert {row["state"] for row in rows} >= {"missing", "held"}
    assert "hcpcs 2026Q3 took effect on 2026-07-01" in str(artifacts["source-problems"].data)
    assert "1 new, 1 deleted, 1 revised" in str(artifacts["icd10cm-report"].data)
    # The lists of the publisher came along, as for the command line.
    assert "Agrees code for code" in str(artifacts["icd10cm-reconciliation"].description)
    assert served.command("schedule", "--once").out.splitlines()[-1] == f"nothing is due on {TODAY}"


def test_project_file_deploys_both_jobs_to_a_work_pool(served: Served) -> None:
    def run_prefect(*arguments: str) -> str:
        command = [sys.executable, "-m", "prefect", *arguments]
        run = subprocess.run(
            command, env=served.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    wait_for(lambda: served.client.read_deployment_by_name("check_sources/daily"))
    run_prefect("work-pool", "create", "addenda", "--type", "process")
    printed = run_prefect("--no-prompt", "deploy", "--all")
    for name in ("check_sources", "watch_denials"):
        assert f"{name}/pool" in printed
        deployment = served.client.read_deployment_by_name(f"{name}/pool")
        assert (deployment.work_pool_name, deployment.entrypoint) == ("addenda", f"flows.{name}.{name}")
        assert [s.schedule.cron for s in deployment.schedules] == ["30 16 * * *"]  # type: ignore[union-attr]
        assert not deployment.pull_steps
