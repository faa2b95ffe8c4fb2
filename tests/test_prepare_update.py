"""The flow in a real Prefect server of its own: what it leaves, what it shows, what it tries again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.report.writer import write_report
from flows.update import update_from_folder
from flows.update_files import report_folder
from schema.store.database import open_database
from tests.command_line import count_rows
from tests.flow_runs import TODAY, Run, read_attempts, run_flow, url_of
from tests.order_files import make_codes, order_addenda, order_members, write_zip

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


pytestmark = pytest.mark.prefect

ROOT = Path(__file__).parents[1]
# What flows.prepare_update sets where the operator has not.
SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
OPERATORS_OWN = {name for name in os.environ if name.startswith("PREFECT_")} | {
    "DO_NOT_TRACK",
    "ADDENDA_HOME",
    "ADDENDA_DATABASE_URL",
    "ADDENDA_TODAY",
}
SHOW_SETTINGS = """
import json, os
import flows.prepare_update
from prefect.settings import get_current_settings
server = get_current_settings().server
print(json.dumps([dict(os.environ), server.analytics_enabled, server.ephemeral.startup_timeout_seconds]))
"""
BEFORE = make_codes("icd10cm", 120)
AFTER = [*BEFORE[:51], replace(BEFORE[51], long="Sample condition, revised"), *BEFORE[53:]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncPrefectClient]:
    """A client of a server that lives as long as this module's tests, with nothing of the user's own settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OPERATORS_OWN & os.environ.keys():
            patch.delenv(name)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from prefect.client.orchestration import get_client
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120), get_client(sync_client=True) as client:
            yield client


def write_releases(folder: Path) -> Path:
    """Two ICD-10-CM releases, the newer with one code revised and one deleted."""
    for name, members in (
        ("FY2024", order_members("icd10cm", 2024, BEFORE)),
        ("FY2025", order_members("icd10cm", 2025, AFTER, BEFORE)),
    ):
        (folder / name).mkdir(parents=True)
        write_zip(folder / name / f"{name}.zip", members)
    return folder


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def report_directly(system: str, folder: Path, home: Path) -> dict[str, bytes]:
    """The files that `addenda update` writes, by name."""
    engine = open_database(url_of(home))
    try:
        _, result = update_from_folder(engine, system, folder, as_of=TODAY)
    finally:
        engine.dispose()
    assert result is not None
    target = home / "reports" / report_folder(result.previous.release_id, result.current.release_id)
    write_report(result, target)
    return read_files(target)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("given"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(server: SyncPrefectClient, given: Path, home: Path) -> Run:
    """The run that most tests look at."""
    return run_flow(server, given, home)


def test_importing_the_flow_switches_off_reports_of_use_and_gives_the_server_time(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in OPERATORS_OWN | SETTINGS.keys()}
    command = [sys.executable, "-c", SHOW_SETTINGS]
    environment = kept | {"PREFECT_HOME": str(tmp_path)}
    shown = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    variables, is_reporting, seconds = json.loads(shown.stdout)
    assert {name: variables[name] for name in SETTINGS} == SETTINGS
    assert is_reporting is False
    assert seconds == 120


def test_server_runs_here_and_tells_nobody_of_its_use(server: SyncPrefectClient) -> None:
    assert server.api_url.host == "127.0.0.1"
    assert server.request("GET", "/admin/settings").json()["server"]["analytics_enabled"] is False


def test_run_is_completed_and_says_what_it_made(run: Run, home: Path) -> None:
    assert run.state.is_completed()
    assert run.name.startswith("prepare icd10cm from given")
    result = run.result
    assert [str(result.previous), str(result.current)] == ["icd10cm@2023-10-01.1", "icd10cm@2024-10-01.1"]
    assert result.files is not None
    assert result.files.html == home / "reports" / "icd10cm@2024-10-01.1_from_2023-10-01.1" / "report.html"
    assert result.has_findings is False
    assert result.review == "icd10cm@2024-10-01"


def test_run_and_the_path_without_prefect_write_the_same_bytes(run: Run, given: Path, tmp_path: Path) -> None:
    assert run.result.files is not None
    assert read_files(run.result.files.html.parent) == report_directly("icd10cm", given, tmp_path)


def test_tasks_are_named_for_their_release_and_each_ran_once(server: SyncPrefectClient, run: Run) -> None:
    names = [
        "find icd10cm releases",
        "load icd10cm@2023-10-01",
        "load icd10cm@2024-10-01",
        "find what came before icd10cm@2024-10-01.1",
        "compare icd10cm@2023-10-01.1 with icd10cm@2024-10-01.1",
        "reconcile icd10cm@2024-10-01.1",
        "find successors for icd10cm@2024-10-01.1",
        "assess the impact of icd10cm@2024-10-01.1",
        "report icd10cm@2024-10-01.1",
        "open the review of icd10cm@2024-10-01.1",
    ]
    once = dict.fromkeys(names, 1)
    assert read_attempts(server, run, once) == once


def test_results_are_read_back_as_artifacts(run: Run) -> None:
    kinds = {key: artifact.type for key, artifact in run.artifacts.items()}
    assert kinds == {
        "icd10cm-release-checks": "markdown",
        "icd10cm-changes": "markdown",
        "icd10cm-reconciliation": "table",
        "icd10cm-successors": "markdown",
        "icd10cm-report": "markdown",
        "icd10cm-review": "markdown",
    }
    text = {key: str(artifact.data) for key, artifact in run.artifacts.items()}
    assert "**icd10cm&#64;2024-10-01.1** loaded" in text["icd10cm-release-checks"]
    assert "| duplicate_keys | required | passed |" in text["icd10cm-release-checks"]
    assert "| Deleted | 1 |\n| Revised | 1 |" in text["icd10cm-changes"]
    assert json.loads(text["icd10cm-reconciliation"]) == []
    assert "Agrees code for code" in str(run.artifacts["icd10cm-reconciliation"].description)
    assert "0 of 1 deleted code " in text["icd10cm-successors"]
    assert "- 0 new, 1 deleted, 1 revised." in text["icd10cm-report"]
    assert "report.html" in text["icd10cm-report"]
    assert "review icd10cm&#64;2024-10-01: draft" in text["icd10cm-review"]


def test_second_run_changes_nothing_and_prefect_keeps_no_result(
    server: SyncPrefectClient, run: Run, given: Path, home: Path
) -> None:
    from prefect.settings import get_current_settings

    def look() -> list[Any]:
        assert run.result.files is not None
        storage = get_current_settings().results.local_storage_path
        return [count_rows(url_of(home)), read_files(run.result.files.html.parent), sorted(storage.rglob("*"))]

    before = look()
    second = run_flow(server, given, home)
    assert second.result == run.result
    assert "**icd10cm&#64;2024-10-01.1** held" in str(second.artifacts["icd10cm-release-checks"].data)
    assert look() == before


def test_differences_from_the_list_are_the_rows_of_a_table(server: SyncPrefectClient, tmp_path: Path) -> None:
    folder = write_releases(tmp_path / "given")
    listed = [*AFTER[:30], replace(AFTER[30], long="Said, not done"), *AFTER[31:]]
    members = order_members("icd10cm", 2025, AFTER, BEFORE)
    members["icd10cm_order_addenda_2025.txt"] = order_addenda(BEFORE, listed)
    write_zip(folder / "FY2025" / "FY2025.zip", members)
    run = run_flow(server, folder, tmp_path)
    rows = json.loads(str(run.artifacts["icd10cm-reconciliation"].data))
    assert [row["code"] for row in rows] == ["A03"]
    assert run.result.has_findings is True


def test_first_release_of_a_system_is_loaded_and_has_no_report(
    server: SyncPrefectClient, given: Path, tmp_path: Path
) -> None:
    run = run_flow(server, given / "FY2024", tmp_path, release="FY2024")
    assert run.name == "prepare icd10cm FY2024"
    assert (run.result.previous, run.result.files) == (None, None)
    assert count_rows(url_of(tmp_path))["release"] == 1
    assert not (tmp_path / "reports").exists()


def test_broken_zip_fails_the_run_with_one_line_at_once_and_changes_nothing(
    server: SyncPrefectClient, given: Path, tmp_path: Path
) -> None:
    run_flow(server, given / "FY2024", tmp_path, release="FY2024")
    before = count_rows(url_of(tmp_path))
    broken = tmp_path / "FY2025" / "FY2025.zip"
    broken.parent.mkdir()
    broken.write_bytes((given / "FY2025" / "FY2025.zip").read_bytes()[:-40])
    run = run_flow(server, broken.parent, tmp_path)
    assert run.state.is_failed()
    message = str(run.state.message)
    assert "ArchiveError: zip archive is broken (FY2025.zip): " in message
    assert message.endswith("; download the file again")
    assert "\n" not in message
    once = {"find icd10cm releases": 1, "load icd10cm@2024-10-01": 1}
    assert read_attempts(server, run, once) == once
    assert run.artifacts == {}
    assert count_rows(url_of(tmp_path)) == before
    assert not (tmp_path / "reports").exists()


def test_locked_database_is_tried_again(
    server: SyncPrefectClient, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import prepare_update

    run_flow(server, given / "FY2024", tmp_path, release="FY2024")
    other = sqlite3.connect(tmp_path / "addenda.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refusals = []

    def release_lock(task: Any, run: Any, state: Any) -> bool:
        """The other writer is done after the first attempt."""
        refusals.append(str(state.data))
        other.rollback()
        return prepare_update.may_retry(task, run, state)

    monkeypatch.setattr("schema.store.database.LOCK_TIMEOUT", 0.1)
    monkeypatch.setattr(prepare_update.load, "retry_condition_fn", release_lock)
    monkeypatch.setattr(prepare_update.load, "retry_delay_seconds", [0.0] * 3)
    try:
        run = run_flow(server, given / "FY2025", tmp_path)
    finally:
        other.close()
    assert refusals == ["the database cannot be written: database is locked; nothing was changed; try again"]
    assert run.state.is_completed()
    twice = {"load icd10cm@2024-10-01": 2}
    assert read_attempts(server, run, twice).items() >= twice.items()
    assert run.result.files is not None


def test_address_with_a_password_is_refused(server: SyncPrefectClient, given: Path, tmp_path: Path) -> None:
    for address in ("postgresql://user:secret@host/name", "postgresql://host/name?password=secret"):
        run = run_flow(server, given, tmp_path, database_url=address)
        assert run.state.is_failed()
        assert "UsageError: database_url holds a password" in str(run.state.message)


def test_real_releases_give_the_report_of_the_path_without_prefect(
    server: SyncPrefectClient, releases: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    for name in ("2020-04", "2020-07"):
        (folder / name).symlink_to(releases / "hcpcs" / name)
    run = run_flow(server, folder, tmp_path / "flow", system="hcpcs")
    assert run.result.files is not None
    assert read_files(run.result.files.html.parent) == report_directly("hcpcs", folder, tmp_path / "direct")
    assert "Agrees code for code" in str(run.artifacts["hcpcs-reconciliation"].description)
