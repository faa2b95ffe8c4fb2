"""`addenda demo`: the whole job on the project's own sample releases, without any network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import open_settings
from flows.commands.report import report_folder
from flows.report.headlines import build_headlines
from flows.report.writer import ReportFiles, write_report
from flows.sample.writer import SampleRelease, write_sample
from flows.steps import load_release, prepare_result, resolve_pair
from schema.changes import UpdateResult
from schema.releases import ReleaseId, ReleaseRef
from schema.store.database import open_database, sqlite_address

if TYPE_CHECKING:
    from sqlalchemy import Engine

# The demo plays two months before the newest release takes effect, when a governance group meets.
DAYS_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class DemoStep:
    """One step of one system, compared and reported."""

    result: UpdateResult
    files: ReportFiles


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.pass_context
def command(context: click.Context, folder: Path) -> None:
    """Write the sample releases to FOLDER (default: demo), load, compare, reconcile and report them.

    The sample is for demonstration, not for claims: a few hundred real codes in the layouts of CMS.
    """
    today = open_settings(context).today
    database = folder / "addenda.db"
    # The demo's own database, made anew: what an older version had written must not mix in.
    database.unlink(missing_ok=True)
    releases = write_sample(folder / "releases")
    engine = open_database(sqlite_address(database))
    steps = run_steps(engine, releases, folder / "reports", today)
    engine.dispose()
    _print_end(steps, folder, database)


def run_steps(engine: Engine, releases: list[SampleRelease], reports: Path, today: date | None) -> list[DemoStep]:
    """Load the releases in their order; report each step between two of one system."""
    steps: list[DemoStep] = []
    before: dict[str, ReleaseId] = {}
    for release in releases:
        loaded = load_release(engine, ReleaseRef(release.system, release.effective_date), [release.path])
        current = loaded.written.release_id
        click.echo(f"loaded {current}: {release.about}")
        previous = before.get(release.system)
        before[release.system] = current
        if previous is None:
            continue
        pair = resolve_pair(engine, release.system, str(previous), str(current))
        result = prepare_result(engine, *pair, today or current.effective_date - DAYS_BEFORE)
        files = write_report(result, reports / report_folder(previous, current))
        steps.append(DemoStep(result, files))
    return steps


def _print_end(steps: list[DemoStep], folder: Path, database: Path) -> None:
    newest = {step.result.change_set.system: step for step in steps}
    click.echo()
    for step in newest.values():
        change_set = step.result.change_set
        click.echo(f"{change_set.previous.label} → {change_set.current.label} ({change_set.system})")
        for sentence in build_headlines(step.result)[:2]:
            click.echo(f"  {sentence}")
        click.echo(f"  open the report:    {step.files.html}")
        click.echo(f"  open the workbook:  {step.files.workbook}")
        click.echo(f"  tables:             {step.files.csv}, {step.files.json}")
    click.echo()
    click.echo(f"all {len(steps)} steps, every kind of change among them: {folder / 'reports'}")
    click.echo(f"the releases as CMS would ship them: {folder / 'releases'}")
    click.echo(
        f"the database: {database} (ask it: ADDENDA_HOME={folder} addenda lookup icd10cm E66.813 --on 2024-10-02)"
    )
