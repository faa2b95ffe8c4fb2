"""Runs of a flow in a Prefect server, and what the server tells of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import Artifact, State

    from flows.prepare_update import PreparedUpdate

TODAY = date(2024, 8, 14)


@dataclass(frozen=True)
class Run:
    """One run of the flow, as the server tells of it; of several artifacts with one key the last."""

    run_id: UUID
    name: str
    state: State[Any]
    artifacts: Mapping[str, Artifact]

    @property
    def result(self) -> PreparedUpdate:
        found: PreparedUpdate = self.state.result()
        return found


def url_of(home: Path) -> str:
    """The address of a SQLite database in a folder."""
    return f"sqlite:///{home / 'addenda.db'}"


def run_flow(client: SyncPrefectClient, folder: Path, home: Path, system: str = "icd10cm", **more: Any) -> Run:
    """A run of `prepare_update` to its end, whatever that is."""
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    from flows.prepare_update import prepare_update

    given = {"database_url": url_of(home), "reports": home / "reports", "as_of": TODAY} | more
    state = prepare_update(system, folder, **given, return_state=True)
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    run = client.read_flow_run(run_id)
    assert run.state is not None
    assert run.state.type == state.type
    of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
    artifacts = sorted(client.read_artifacts(artifact_filter=of_run), key=lambda one: str(one.created))
    # Of a failed run Prefect itself notes the exception, without a key.
    return Run(run_id, run.name, state, {artifact.key: artifact for artifact in artifacts if artifact.key})


def read_attempts(
    client: SyncPrefectClient, run: Run, expected: Mapping[str, int], seconds: float = 30
) -> dict[str, int]:
    """How often each task was started, in the order of their starts.

    The server learns of tasks from events, somewhat later: so it is asked until it tells all that is
    expected, or the time is over.
    """
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    deadline = time.monotonic() + seconds
    while True:
        of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run.run_id]))
        tasks = sorted(client.read_task_runs(flow_run_filter=of_run), key=lambda task: str(task.start_time))
        found = {task.name: task.run_count for task in tasks}
        if found.items() >= expected.items() or time.monotonic() > deadline:
            return found
        time.sleep(0.1)
