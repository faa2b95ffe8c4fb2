"""The flow `check_sources`: the check of each day in Prefect, with its table and its problems as artifacts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

# It sets the environment that Prefect reads when it is imported, so it comes before Prefect.
from flows.prepare_update import Held, PreparedUpdate, prepare_update, step

# isort: split
from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.logging import get_run_logger

from flows.artifacts import MOST_ROWS, escape_markdown
from flows.review_steps import describe_reopened
from flows.settings import Settings, read_settings
from flows.site_check import SiteCheck, check_sites
from flows.sites import open_archive
from schema.contents import ReleaseInfo
from schema.errors import AddendaError
from schema.sources import SourceRow, SourceState

CONFIG_VARIABLE = "ADDENDA_SERVED_CONFIG"
"""By which `addenda schedule` hands the settings file of the uses to the processes of the runs."""

# What a person should see first.
_ORDER = (
    SourceState.MISSING,
    SourceState.LATE,
    SourceState.REPOSTED,
    SourceState.QUARANTINED,
    SourceState.OFFERED,
    SourceState.NEEDS_LICENCE,
    SourceState.HELD,
)


@dataclass(frozen=True, slots=True)
class CheckedSources:
    """What a run did: the systems it looked at, the releases it loaded, the reports it made, and in one
    line each what a person should know."""

    systems: tuple[str, ...]
    loaded: tuple[str, ...]
    updates: tuple[PreparedUpdate, ...]
    problems: tuple[str, ...]
    has_findings: bool


@step("check", "look at the pages, update what is new")
def check(systems: Sequence[str] | None) -> Held[SiteCheck]:
    """The whole check. Artifacts: a table of what the publishers offer, and the problems."""
    named = os.environ.get(CONFIG_VARIABLE)
    config = Path(named) if named else None
    found = check_sites(read_settings(None), systems, get_run_logger().info, config=config)
    if found.systems:
        create_table_artifact(
            list_source_rows(found.rows),
            key="sources",
            description=f"{len(found.rows):,} rows on {found.as_of}, of {', '.join(found.systems)}; "
            f"at most {MOST_ROWS} are shown, those that a person should know of first.",
        )
        create_markdown_artifact(describe_problems(found), key="source-problems")
    return Held(found)


@flow(name="check_sources", flow_run_name="check sources", persist_result=False)
def check_sources(systems: list[str] | None = None) -> CheckedSources:
    """Look at the publishers' pages where it is time to, update what is new, tell people.

    `systems` are code systems and other sets, all when left out. A daily schedule serves all of them:
    pages are looked at weekly, daily in their season or when something is late or missing, and never
    twice a day. Everything else comes from the settings.

    The check is the function behind `addenda schedule --once`, so what it loads, writes and tells does
    not depend on Prefect; it runs as one task, under the lock that `addenda update` holds. Then
    `prepare_update` is started for each new release of which there is an earlier one: a run of its
    own, from the archived files, which finds the release held, has every step and artifact on its page
    and writes the same report again. Raises what stopped the check or the first of those runs.
    """
    settings = read_settings(None)
    done = check(systems).value
    # Their report is against the issue before, not against the release before, and is written.
    corrected = {after for _, after in done.update.corrections}
    news = [result.current for result, _ in done.reports if result.current.release_id not in corrected]
    updates: list[PreparedUpdate] = []
    failure: Exception | None = None
    for info in news:
        try:
            updates.append(start_update(settings, info))
        except AddendaError as error:
            failure = failure or error
    if failure:
        raise failure
    return CheckedSources(
        done.systems,
        tuple(str(load.written.release_id) for load in done.update.loads),
        tuple(updates),
        tuple(list_problems(done)),
        done.has_findings or any(update.has_findings for update in updates),
    )


def start_update(settings: Settings, info: ReleaseInfo) -> PreparedUpdate:
    """A run of `prepare_update` from the archived files of a release that is held."""
    archive = open_archive(settings)
    manifests = [archive.find(sha256=digest)[-1:] for digest in sorted({one.sha256 for one in info.sources})]
    with (
        archive.open_named([manifest for found in manifests for manifest in found]) as paths,
        TemporaryDirectory(prefix="addenda-") as folder,
    ):
        # A folder's links are not followed, since nobody knows who put them there; so these are copies.
        for number, path in enumerate(paths):
            copy = Path(folder) / str(number) / path.name
            copy.parent.mkdir()
            shutil.copyfile(path, copy)
        prepared: PreparedUpdate = prepare_update(info.release_id.system, Path(folder), release=str(info.release_id))
    return prepared


def list_problems(done: SiteCheck) -> list[str]:
    """What a person should know, one line each."""
    lines = [alarm.reason for alarm in done.alarms]
    lines += [f"re-posted: {event.before}, now {event.after}" for event in done.update.reposted]
    lines += map(describe_reopened, done.update.reopened)
    lines += [one.line for one in done.watched if one.has_open]
    return [*lines, *map(str, done.update.problems)]


def describe_problems(done: SiteCheck) -> str:
    """The problems as a list; untrusted text is escaped."""
    lines = list_problems(done)
    shown = [f"- {escape_markdown(line)}" for line in lines[:MOST_ROWS]]
    if len(lines) > MOST_ROWS:
        shown.append(f"- and {len(lines) - MOST_ROWS:,} more")
    return "\n".join(shown or ["Nothing that a person should know."])


def list_source_rows(rows: Sequence[SourceRow]) -> list[dict[str, str]]:
    """The rows of the table, at most `MOST_ROWS`; untrusted text is escaped."""
    order = sorted(rows, key=lambda row: _ORDER.index(row.state))
    return [
        {
            "system": row.system,
            "release": row.release,
            "effective": str(row.effective_date or ""),
            "posted": str(row.posted_date or ""),
            "contents": row.contents,
            "state": row.state.value,
            "reason": escape_markdown(row.reason),
            "address": escape_markdown(row.url or ""),
        }
        for row in order[:MOST_ROWS]
    ]
