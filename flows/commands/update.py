"""`addenda update`: the whole job for one or more systems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import FINDINGS, config_path, open_settings, open_store, today_of
from flows.commands.progress import showing_downloads, showing_progress
from flows.commands.report import print_files
from flows.impact_steps import add_impacts, describe_left_out, try_impact
from flows.network_update import NetworkUpdate, update_from_sites
from flows.report.writer import ReportFiles
from flows.review_steps import (
    describe_reopened,
    describe_review,
    describe_unopened,
    open_reviews,
    reopen_reissued,
    try_open_review,
)
from flows.settings import Settings
from flows.sites import open_archive, open_downloader
from flows.sources.fetching import Fetcher
from flows.sources.finding import OTHER_SETS, find_offers
from flows.sources.lock import holding_lock
from flows.steps import Override, has_findings
from flows.update import update_from_folder
from flows.update_files import write_update
from loaders.import_folder import import_files
from schema.changes import UpdateResult
from schema.errors import UsageError
from schema.releases import ReleaseId
from schema.systems import SYSTEMS, get_system


@click.command("update")
@click.argument("systems", nargs=-1)
@click.option("--from", "folder", type=click.Path(path_type=Path), help="Folder with the files of the release.")
@click.option("--release", "label", help="Which release the folder holds, when its names do not tell.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the report; default below ADDENDA_HOME.")
@click.option("--override", "overrides", multiple=True, metavar="CHECK", help="Let a failed advisory check pass.")
@click.option("--note", help="Why the override is right; stored with the release.")
@click.option("--by", "author", help="Who overrides.")
@click.pass_context
def command(
    context: click.Context,
    systems: tuple[str, ...],
    folder: Path | None,
    label: str | None,
    out: Path | None,
    overrides: tuple[str, ...],
    note: str | None,
    author: str | None,
) -> int:
    """Find, fetch, load, check, diff, reconcile and report what is new of SYSTEMS (default: all).

    With --from the files of one system are taken from a folder, without any network: the folder holds
    one release, or one sub-folder for each (FY2024, FY2025-apr, 2020-07 …).
    """
    settings = open_settings(context)
    if folder is None and (label or out or overrides or note or author):
        raise UsageError("--release, --out and --override go with --from", "", "name the folder: --from FOLDER")
    if folder is None:
        return update_from_network(settings, [get_system(name).name for name in systems], config_path(context))
    if len(systems) != 1:
        raise UsageError("--from takes one system", "", "addenda update icd10cm --from FOLDER")
    engine = open_store(settings)
    system = get_system(systems[0]).name
    with showing_progress() as step:
        loads, result = update_from_folder(
            engine,
            system,
            folder,
            label=label,
            override=Override(overrides, note, author),
            as_of=today_of(settings),
            step=step,
        )
        for load in loads:
            click.echo(f"{load.written.release_id} {load.written.outcome}")
        if result is None:
            print_reopened(reopen_reissued(engine, datetime.now(UTC)))
            click.echo("the first release of this system: nothing to compare with yet")
            return 0
        step("assess the impact")
        result, error = try_impact(engine, settings, config_path(context), result)
        step("write the report")
        files = write_update(result, settings, config_path(context), out)
        step("open the review")
        review, hindrance = try_open_review(engine, result, datetime.now(UTC))
        reopened = reopen_reissued(engine, datetime.now(UTC))
    findings = print_result(result, files)
    if error is not None:
        click.echo(describe_left_out(result, error))
    if review is not None:
        click.echo(describe_review(review))
    if hindrance is not None:
        click.echo(describe_unopened(result, hindrance))
    print_reopened(reopened)
    return FINDINGS if error or hindrance or reopened else findings


def update_from_network(settings: Settings, systems: list[str], config: Path | None) -> int:
    """Find, fetch and load what is new of the systems, or of all and the other sets; 1 with findings."""
    wanted = systems or [*SYSTEMS, *OTHER_SETS]
    with (
        showing_downloads() as (step, download),
        holding_lock(settings.home, lambda: step("another update is running: wait")),
    ):
        downloader = open_downloader(settings, step)
        archive = open_archive(settings)
        found = find_offers(downloader, settings.cms_url, settings.cdc_url, wanted, step)
        engine = open_store(settings)
        done = update_from_sites(
            engine,
            Fetcher(downloader, archive, download),
            found,
            wanted,
            today_of(settings),
            step,
            import_files(archive, settings.imports, datetime.now(UTC)),
        )
        add_impacts(engine, settings, config, done)
        open_reviews(engine, done, datetime.now(UTC))
        reports = [(result, write_update(result, settings, config)) for result in done.results]
    return print_update(done, reports)


def print_update(done: NetworkUpdate, reports: Sequence[tuple[UpdateResult, ReportFiles]]) -> int:
    """What an update from the sites did; 1 when a person should look."""
    for load in done.loads:
        click.echo(f"{load.written.release_id} {load.written.outcome}")
    for event in done.reposted:
        click.echo(f"re-posted: {event.before} has other content now, loaded as {event.after}")
    findings = [print_result(result, files) for result, files in reports]
    for review in done.reviews:
        click.echo(describe_review(review))
    print_reopened(done.reopened)
    for problem in done.problems:
        click.echo(str(problem))
    if not (done.loads or done.problems):
        click.echo("nothing new")
    return FINDINGS if done.problems or done.reposted or done.reopened or any(findings) else 0


def print_reopened(keys: Sequence[str]) -> None:
    """The reviews that a load took back to draft."""
    for key in keys:
        click.echo(describe_reopened(key))


def print_result(result: UpdateResult, files: ReportFiles) -> int:
    """What one comparison found, and where its report lies; 1 when a person should look."""
    one, other = _pair_of(result)
    counts = ", ".join(f"{count} {kind.value}" for kind, count in result.change_set.counts.items() if count)
    click.echo(f"{one} → {other}: {counts or 'no change'}")
    found = result.reconciliation
    verdict = "agrees code for code" if found.agrees else f"{len(found.differences)} named differences"
    click.echo(f"against {found.basis}: {verdict}")
    if result.impact is not None:
        click.echo(
            f"impact: {len(result.impact.items)} items, {len(result.impact.deleted_in_use)} deleted codes still in use"
        )
    print_files(files)
    return FINDINGS if has_findings(result) else 0


def _pair_of(result: UpdateResult) -> tuple[ReleaseId, ReleaseId]:
    return result.previous.release_id, result.current.release_id
