"""The flow `watch_denials`: the watch of each day in Prefect, with its alarms as artifacts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# It sets the environment that Prefect reads when it is imported, so it comes before Prefect.
from flows.check_sources import CONFIG_VARIABLE
from flows.prepare_update import Held, step

# isort: split
from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.logging import get_run_logger

from flows.artifacts import MOST_ROWS, escape_markdown
from flows.denial_check import DenialCheck, watch_once
from flows.settings import read_settings
from schema.systems import display_code


@dataclass(frozen=True, slots=True)
class WatchedDenials:
    """What a run did: files taken in, what stands in alarm in one line each, and the files of the report."""

    as_of: date
    imported: int
    alarms: tuple[str, ...]
    files: tuple[Path, ...]
    has_findings: bool


@step("watch", "take in what the payers sent, report")
def watch() -> Held[DenialCheck]:
    """The whole watch. Artifacts: a table of what stands in alarm, and what was done."""
    named = os.environ.get(CONFIG_VARIABLE)
    done = watch_once(read_settings(None), Path(named) if named else None, get_run_logger().info)
    if done.written or done.imports:
        create_markdown_artifact(describe_check(done), key="watch")
    if done.written:
        create_table_artifact(
            list_alarm_rows(done),
            key="watch-alarms",
            description=f"{len(done.alarms):,} in alarm on {done.as_of}; at most {MOST_ROWS} are shown.",
        )
    return Held(done)


@flow(name="watch_denials", flow_run_name="watch denials", persist_result=False)
def watch_denials() -> WatchedDenials:
    """Take in what the payers sent, watch the updates in their first 90 days, tell people of new alarms.

    The watch is the function behind `addenda watch run`, so what it takes in, writes and tells does not depend
    on Prefect; it runs as one task, under the lock that `addenda update` holds. A daily schedule serves it:
    on days without a watched update it only takes files in. Everything comes from the settings. Nothing of a
    claim goes to Prefect's database. Raises what stopped the watch.
    """
    done = watch().value
    return WatchedDenials(
        done.as_of,
        len(done.imports),
        tuple(" ".join(row.values()) for row in list_alarm_rows(done)),
        done.written.files if done.written else (),
        done.has_findings,
    )


def list_alarm_rows(done: DenialCheck) -> list[dict[str, str]]:
    """The rows of the table, at most `MOST_ROWS`; untrusted text is escaped."""
    return [
        {
            "system": item.system,
            "code": escape_markdown(display_code(item.system, item.code)),
            "payer": escape_markdown(item.payer or "all payers"),
            "category": item.category.value,
            "fault": item.fault.value,
            "since": str(item.first_alarm_date or ""),
            "denied": f"{item.denied_claims:,}",
            "rejected": f"{item.rejected_claims:,}",
            "dollars": f"{item.denied_amount:,.2f}",
            "why": escape_markdown(item.why),
        }
        for item in done.alarms[:MOST_ROWS]
    ]


def describe_check(done: DenialCheck) -> str:
    """What was taken in and written, as Markdown; untrusted text is escaped."""
    refused = [found for found in done.imports if found.refusal]
    lines = [f"{len(done.imports):,} new files of remittances, {len(refused):,} of them refused."]
    lines += [f"- sha256 {found.sha256[:16]}: {escape_markdown(found.refusal or '')}" for found in refused[:MOST_ROWS]]
    if done.written:
        report = done.written.report
        releases = ", ".join(escape_markdown(str(release)) for release in report.current)
        lines += ["", f"Watched on {done.as_of}: {releases}. {len(report.work):,} claims to work on.", ""]
        lines += [f"- {escape_markdown(str(path))}" for path in done.written.files]
    return "\n".join(lines)
