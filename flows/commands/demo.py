"""`addenda demo`: the whole job on the sample releases and an invented organisation, without any network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import open_settings
from flows.commands.demo_watch import import_answers, print_watch, write_watches
from flows.impact.assess import window_before
from flows.impact_steps import assess_impact
from flows.report.headlines import build_headlines
from flows.report.writer import ReportFiles, write_report
from flows.review_anchors import anchors_file
from flows.review_steps import open_review
from flows.sample.writer import SampleRelease, write_sample
from flows.settings import Settings
from flows.steps import load_release, prepare_result, resolve_pair
from flows.update_files import folder_of, write_impact
from schema.access import SYSTEM
from schema.changes import UpdateResult
from schema.impact import Priority
from schema.releases import ReleaseId, ReleaseRef
from schema.store.database import open_database, sqlite_address

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.sample.organisation.writer import Organisation
    from schema.impact import Impact

# The demo plays two months before the newest release takes effect, when a governance group meets.
DAYS_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class DemoStep:
    """One step of one system, compared and reported; `packets` are those of its impact, () without one."""

    result: UpdateResult
    files: ReportFiles
    packets: tuple[Path, ...]


@dataclass(frozen=True)
class Demo:
    """What is needed for every step. `settings` name the folder of the demo as their home."""

    engine: Engine
    settings: Settings
    config: Path
    today: date | None


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.pass_context
def command(context: click.Context, folder: Path) -> None:
    """Write the sample releases and an organisation to FOLDER (default: demo), and do the whole job on them.

    The sample is for demonstration, not for claims: a few hundred real codes in the layouts of CMS, and an
    organisation that does not exist.
    """
    settings = open_settings(context)
    database = folder / "addenda.db"
    # The demo's own database, made anew: what an older version had written must not mix in.
    database.unlink(missing_ok=True)
    releases = write_sample(folder / "releases")
    settings = settings.model_copy(update={"home": folder, "database_url": ""})
    # What was signed in that database is gone with it, and so is what proves it.
    anchors_file(settings).unlink(missing_ok=True)
    organisation = prepare_organisation(folder, settings)
    import_answers(organisation, settings)
    config = organisation.config
    engine = open_database(sqlite_address(database))
    steps = run_steps(Demo(engine, settings, config, settings.today), releases)
    watches = write_watches(engine, settings, config)
    engine.dispose()
    _print_end(steps, folder, config)
    click.echo()
    for written in watches:
        print_watch(written)


def prepare_organisation(folder: Path, settings: Settings) -> Organisation:
    """Write the organisation, import its claims and say what was found."""
    from flows.sample.organisation.writer import write_organisation
    from flows.use_specs import read_use_specs
    from loaders.claims.dataset import ClaimsDataset
    from loaders.uses.inventory import read_inventory

    organisation = write_organisation(folder / "organisation")
    # Claims of an older version must not mix in either: without its marker a file counts for nobody.
    for marker in (settings.claims / "files").glob("*.json"):
        marker.unlink()
    dataset = ClaimsDataset(settings.claims)
    imported = [dataset.import_file(path, settings.claim_id_key) for path in organisation.claims]
    refused = sum(sum(found.refused.values()) for found in imported)
    quarantine = next((found.quarantine for found in imported if found.quarantine), None)
    told = f", {refused} rows refused: {quarantine}" if refused else ""
    click.echo(f"imported {sum(found.rows for found in imported):,} claim lines of {len(imported)} files{told}")
    uses = read_inventory(read_use_specs(organisation.config))
    unreadable = sum(len(use.unreadable) for use in uses)
    strays = sum(use.owner is None for use in uses)
    entries = sum(use.entries for use in uses)
    click.echo(f"read {len(uses)} uses, {entries:,} entries: {unreadable} are no codes, {strays} use has no owner")
    return organisation


def run_steps(demo: Demo, releases: list[SampleRelease]) -> list[DemoStep]:
    """Load the releases in their order; assess and report each step between two of one system."""
    steps: list[DemoStep] = []
    before: dict[str, ReleaseId] = {}
    for release in releases:
        loaded = load_release(demo.engine, ReleaseRef(release.system, release.effective_date), [release.path])
        current = loaded.written.release_id
        click.echo(f"loaded {current}: {release.about}")
        previous = before.get(release.system)
        before[release.system] = current
        if previous is not None:
            steps.append(_run_step(demo, previous, current))
    return steps


def _run_step(demo: Demo, previous: ReleaseId, current: ReleaseId) -> DemoStep:
    from flows.sample.organisation.practice import is_covered

    pair = resolve_pair(demo.engine, current.system, str(previous), str(current))
    result = prepare_result(demo.engine, *pair, demo.today or current.effective_date - DAYS_BEFORE)
    packets: tuple[Path, ...] = ()
    if is_covered(*window_before(current.effective_date)):
        impact = assess_impact(demo.engine, demo.settings, demo.config, result)
        result = replace(result, impact=impact)
        packets, _ = write_impact(impact, demo.settings.home / "impact" / folder_of(result), demo.config)
    files = write_report(result, demo.settings.reports / folder_of(result))
    if previous.effective_date != current.effective_date:
        # Two issues of one release are compared with each other, and reviewed as one.
        open_review(demo.engine, result, SYSTEM, datetime.now(UTC))
    return DemoStep(result, files, packets)


def _print_end(steps: list[DemoStep], folder: Path, config: Path) -> None:
    newest = {step.result.change_set.system: step for step in steps}
    click.echo()
    for step in newest.values():
        change_set = step.result.change_set
        click.echo(f"{change_set.previous.label} → {change_set.current.label} ({change_set.system})")
        for sentence in build_headlines(step.result)[:2]:
            click.echo(f"  {sentence}")
        if step.result.impact is not None:
            click.echo(f"  {describe_impact(step.result.impact)}")
        click.echo(f"  open the report:    {step.files.html}")
        click.echo(f"  open the workbook:  {step.files.workbook}")
        if step.packets:
            click.echo(f"  open the packets:   {step.packets[0].parent / 'index.html'}")
        click.echo(f"  tables:             {step.files.csv}, {step.files.json}")
    click.echo()
    click.echo(f"all {len(steps)} steps, every kind of change among them: {folder / 'reports'}")
    click.echo(f"the releases as CMS would ship them: {folder / 'releases'}")
    click.echo(f"the organisation, its code uses and claims: {config.parent}")
    click.echo(f"a packet for each owner and department: {folder / 'impact'}")
    click.echo(f"every step lies before the governance group: ADDENDA_HOME={folder} addenda review list")
    click.echo(
        f"the database: {folder / 'addenda.db'} (ask it: ADDENDA_HOME={folder} addenda lookup icd10cm E66.813"
        " --on 2024-10-02)"
    )


def describe_impact(impact: Impact) -> str:
    """The number that has to be 0, and how many items of each priority, in one sentence."""
    counts = {priority: sum(item.priority is priority for item in impact.items) for priority in Priority}
    told = ", ".join(f"{count} {priority.value}" for priority, count in counts.items() if count) or "none"
    deleted = len(impact.deleted_in_use)
    return f"{deleted} deleted code{'' if deleted == 1 else 's'} still in use. Items: {told}."
