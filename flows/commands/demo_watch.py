"""The end of `addenda demo`: what the payers answered in the first sixty days, and what stands in alarm then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.settings import Settings
from flows.watch_files import WrittenWatch, write_watch
from flows.watch_steps import watch_folder
from schema.errors import RemitsError
from schema.systems import display_code
from schema.watch import REVIEW_DAYS, Fault, WatchItem

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.sample.organisation.writer import Organisation

_FAULTS = {Fault.OURS: "ours", Fault.PAYER: "the payer's", Fault.UNKNOWN: "open whose"}


def import_answers(organisation: Organisation, settings: Settings) -> None:
    """Take in what the payers answered, and say how much it was. Raises RemitsError."""
    from flows.watch.alarms import ALARMS_NAME
    from loaders.claims.dataset import ClaimsDataset
    from loaders.remits.dataset import RemitsDataset

    # Answers of an older version must not mix in, nor the days on which its alarms were first seen.
    for marker in (settings.remits / "files").glob("*.json"):
        marker.unlink()
    (watch_folder(settings) / ALARMS_NAME).unlink(missing_ok=True)
    claims, remits = ClaimsDataset(settings.claims), RemitsDataset(settings.remits)
    later = [claims.import_file(path, settings.claim_id_key) for path in organisation.later_claims]
    done = [remits.import_file(path, settings.claim_id_key) for path in organisation.remits]
    for found in done:
        if found.refusal:
            raise RemitsError("file of the sample is refused", found.refusal, "report it as a fault")
    answered = sum(found.claims for found in done if found.kind == "835")
    rejected = sum(found.claims for found in done if found.kind != "835")
    click.echo(
        f"imported {sum(found.rows for found in later):,} claim lines of the weeks after the effective dates, "
        f"{answered:,} answers and {rejected} rejections of {len(done)} files"
    )


def write_watches(engine: Engine, settings: Settings, config: Path) -> list[WrittenWatch]:
    """The watch of each update with planted problems, sixty days after its effective date."""
    from flows.sample.organisation.problems import EFFECTIVE

    days = sorted(effective + timedelta(days=REVIEW_DAYS) for effective in EFFECTIVE.values())
    return [write_watch(engine, settings, config, day, click.echo, is_closing=True) for day in days]


def print_watch(written: WrittenWatch) -> None:
    """What stands in alarm in one line, and where the dashboard and the work list lie."""
    report = written.report
    updates = ", ".join(f"{release.label} ({release.system})" for release in report.current)
    click.echo(f"{updates} on {report.as_of}, {len(report.work)} claims to correct, resubmit or appeal")
    told = "; ".join(map(_describe, written.single_alarms)) or "nothing"
    click.echo(f"  in alarm: {told}")
    names = {path.name: path for path in written.files}
    click.echo(f"  open the dashboard: {names['dashboard.html']}")
    click.echo(f"  work list:          {names['work.csv']}")


def _describe(item: WatchItem) -> str:
    code, category = display_code(item.system, item.code), item.category.value.replace("_", " ")
    return f"{code} {category} at {item.payer or 'all payers'} ({_FAULTS[item.fault]})"
