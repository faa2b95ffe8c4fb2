"""The flow `prepare_update`: the functions of `flows.steps` with retries, each task's result as an artifact."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar
from urllib.parse import urlsplit

# Prefect reads its settings when it is imported. It is to tell nobody that it is used, and its temporary
# server takes longer to start than the 20 seconds that it is given. What the operator has set counts.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")

from prefect import Task, flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows import artifacts
from flows.commands.common import today_of
from flows.impact_steps import describe_left_out, try_impact
from flows.report.writer import ReportFiles
from flows.retries import RETRY_DELAYS, is_curable
from flows.review_steps import describe_review, open_review
from flows.settings import read_settings
from flows.steps import (
    Override,
    diff_releases,
    has_findings,
    load_release,
    reconcile_releases,
    suggest_successors,
)
from flows.update import FolderRelease, find_releases
from flows.update_files import folder_of, write_update
from schema.access import SYSTEM
from schema.changes import ChangeSet, Reconciliation, Successor, UpdateResult
from schema.contents import ReleaseInfo
from schema.errors import AddendaError, UsageError, shorten_value
from schema.releases import ReleaseId, ReleaseRef
from schema.store import reader
from schema.store.database import open_database, reading

if TYPE_CHECKING:
    from sqlalchemy import Engine

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class PreparedUpdate:
    """What a run did. Without an earlier release there is no `previous` and no report."""

    current: ReleaseId
    previous: ReleaseId | None = None
    files: ReportFiles | None = None
    has_findings: bool = False
    """Whether a person should look: exit code 1 of `addenda update`."""
    review: str | None = None
    """The key of the review that was opened or renewed."""


class Held(Generic[T]):
    """A large value on its way between tasks: Prefect looks into every field of what it can look into."""

    def __init__(self, value: T) -> None:
        self.value = value


def may_retry(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """`is_curable` as Prefect asks it: the data of a failed state is the exception."""
    return is_curable(state.data)


def step(name: str, run_name: str) -> Callable[[Callable[P, T]], Task[P, T]]:
    """Makes a task of a function that reads or writes: it is tried again, its value stays in memory."""
    return task(
        name=name,
        task_run_name=run_name,
        retries=len(RETRY_DELAYS),
        retry_delay_seconds=list(RETRY_DELAYS),
        retry_condition_fn=may_retry,
        persist_result=False,
        cache_policy=NO_CACHE,
    )


@step("find", "find {system} releases")
def find(system: str, folder: Path, release: str | None) -> list[FolderRelease]:
    """The releases of a system in a folder, by effective date."""
    return find_releases(system, folder, release)


@step("load", "load {found.ref}")
def load(database_url: str, found: FolderRelease, override: Override) -> ReleaseId:
    """Read, check and store one release. Artifact: what became of it, and its checks."""
    with opening(database_url) as engine:
        result = load_release(engine, found.ref, [found.path], override)
    create_markdown_artifact(artifacts.describe_load(result), key=f"{found.ref.system}-release-checks")
    return result.written.release_id


@step("find pair", "find what came before {newest}")
def find_pair(database_url: str, newest: ReleaseId) -> tuple[ReleaseInfo | None, ReleaseInfo]:
    """The release in force before, None for the first one, and the newest one itself."""
    ref = ReleaseRef(newest.system, newest.effective_date, newest.issue)
    with opening(database_url) as engine, reading(engine) as connection:
        current = reader.find_release(connection, ref)
        return reader.find_previous(connection, newest.system, newest.effective_date), current


@step("diff", "compare {previous.release_id} with {current.release_id}")
def diff(database_url: str, previous: ReleaseInfo, current: ReleaseInfo) -> Held[ChangeSet]:
    """The change set. Artifact: the number of changes of each kind."""
    with opening(database_url) as engine:
        change_set = diff_releases(engine, previous, current)
    create_markdown_artifact(artifacts.describe_counts(change_set), key=f"{change_set.system}-changes")
    return Held(change_set)


@step("reconcile", "reconcile {changes.value.current}")
def reconcile(database_url: str, changes: Held[ChangeSet], previous: ReleaseInfo) -> Held[Reconciliation]:
    """The change set against the publisher's list. Artifact: the differences, capped."""
    system = changes.value.system
    with opening(database_url) as engine:
        found = reconcile_releases(engine, changes.value, previous)
    create_table_artifact(
        artifacts.list_differences(system, found),
        key=f"{system}-reconciliation",
        description=artifacts.describe_reconciliation(changes.value, found),
    )
    return Held(found)


@step("successors", "find successors for {changes.value.current}")
def find_successors(database_url: str, changes: Held[ChangeSet]) -> Held[Mapping[str, tuple[Successor, ...]]]:
    """Candidate successors by changed code. Artifact: how many, from which sources."""
    with opening(database_url) as engine:
        found = suggest_successors(engine, changes.value)
    text = artifacts.describe_successors(changes.value, found)
    create_markdown_artifact(text, key=f"{changes.value.system}-successors")
    return Held(found)


@step("impact", "assess the impact of {update.value.current.release_id}")
def assess(database_url: str, update: Held[UpdateResult]) -> Held[tuple[UpdateResult, AddendaError | None]]:
    """The result with its impact, where uses or claims are there, and what could not be read: the log tells it."""
    with opening(database_url) as engine:
        result, error = try_impact(engine, read_settings(None), None, update.value)
    if error is not None:
        get_run_logger().warning(describe_left_out(result, error))
    return Held((result, error))


@step("report", "report {update.value.current.release_id}")
def report(update: Held[UpdateResult], folder: Path) -> ReportFiles:
    """The written files; with an impact its packets lie below the home folder.

    Artifact: the report's headlines, and where the files lie.
    """
    files = write_update(update.value, read_settings(None), None, folder)
    text = artifacts.describe_report(update.value, files)
    create_markdown_artifact(text, key=f"{update.value.change_set.system}-report")
    return files


@step("review", "open the review of {update.value.current.release_id}")
def review(database_url: str, update: Held[UpdateResult]) -> str:
    """The key of the review, opened or renewed. Nothing waits here for its signatures. Artifact: how it stands."""
    with opening(database_url) as engine:
        opened = open_review(engine, update.value, SYSTEM, datetime.now(UTC))
    create_markdown_artifact(artifacts.escape_markdown(describe_review(opened)), key=f"{opened.system}-review")
    return opened.key


def name_run() -> str:
    """The name of a flow run: system, and the release or the folder that is to tell it."""
    given = flow_run.parameters
    release = given.get("release") or f"from {Path(given['folder']).name}"
    return shorten_value(f"prepare {given['system']} {release}", 120)


@flow(name="prepare_update", flow_run_name=name_run, persist_result=False)
def prepare_update(
    system: str,
    folder: Path,
    release: str | None = None,
    *,
    database_url: str | None = None,
    reports: Path | None = None,
    as_of: date | None = None,
    overrides: tuple[str, ...] = (),
    note: str | None = None,
    author: str | None = None,
) -> PreparedUpdate:
    """Load what a folder holds, compare the newest release with the one before it, write the report, open the review.

    What is left out comes from the settings (`ADDENDA_DATABASE_URL`, `ADDENDA_HOME`, `ADDENDA_TODAY`).
    `overrides` are the names of advisory checks that may fail, with `note` and `author` as reason. The
    report goes to the same folder below `reports`, and has the same bytes, as that of `addenda update`.
    Raises AddendaError: the run has then failed, with its line as the message.
    """
    settings = read_settings(None)
    url = database_url or settings.database
    refuse_password(database_url or "")
    override = Override(overrides, note, author)
    loaded = [load(url, found, override) for found in find(system, folder, release)]
    previous, current = find_pair(url, max(loaded))
    if previous is None:
        return PreparedUpdate(current.release_id)
    changes = diff(url, previous, current)
    reconciliation = reconcile(url, changes, previous)
    successors = find_successors(url, changes)
    result = UpdateResult(
        changes.value, reconciliation.value, successors.value, previous, current, as_of or today_of(settings)
    )
    result, error = assess(url, Held(result)).value
    files = report(Held(result), (reports or settings.reports) / folder_of(result))
    is_finding = has_findings(result) or error is not None
    key = review(url, Held(result))
    return PreparedUpdate(current.release_id, previous.release_id, files, is_finding, key)


@contextmanager
def opening(database_url: str) -> Iterator[Engine]:
    """The database for one task: an engine is nothing that Prefect could hand from task to task."""
    engine = open_database(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def refuse_password(database_url: str) -> None:
    """Raises UsageError for an address with a password, since a run's parameters are on its page."""
    address = urlsplit(database_url)
    if address.password is not None or "password=" in address.query:
        raise UsageError(
            "database_url holds a password",
            "Prefect keeps and shows the parameters of every run",
            "change that password, and give the address as ADDENDA_DATABASE_URL",
        )
