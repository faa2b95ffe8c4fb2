"""`addenda schedule`: the daily check and watch, served with Prefect in one process, or done once."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.common import FINDINGS, config_path, open_settings
from flows.commands.progress import showing_downloads
from flows.commands.update import print_update
from flows.settings import Settings
from flows.site_check import check_sites
from schema.errors import AddendaError, UsageError

# Late in the morning in Washington, when the day's postings have begun.
DAILY = "30 16 * * *"


@click.command("schedule")
@click.option("--once", is_flag=True, help="Check and watch now, without Prefect, and end.")
@click.option("--cron", default=DAILY, show_default=True, help="When to check and to watch, in UTC.")
@click.option("--port", type=click.IntRange(1, 65535), default=4200, show_default=True,
              help="Port of the Prefect page, when PREFECT_API_URL names none.")  # fmt: skip
@click.pass_context
def command(context: click.Context, once: bool, cron: str, port: int) -> int:
    """Serve the schedules with Prefect in one process, until it is interrupted.

    Each check looks at the publishers' pages where it is time to (weekly; daily in the season), loads
    what is new, writes the reports, verifies the assessments of releases to come (see addenda impact
    verify --help) and sends notifications. Beside it, each day in the first 90 days of an update, what the
    payers sent is taken in and watched (see addenda watch run --help). With --once both are done now; the exit
    code is 0 done, 1 a person should look, 2 refused.
    """
    settings = open_settings(context)
    if once:
        return do_once(settings, config_path(context))
    try:
        from flows.serving import export_settings, serve_checks
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "prefect":
            raise
        remedy = "pip install 'addenda[prefect]', or addenda schedule --once from cron"
        raise UsageError("Prefect is not installed", "", remedy) from error
    export_settings(settings, config_path(context))
    serve_checks(cron, port)
    return 0


def do_once(settings: Settings, config: Path | None = None) -> int:
    """The check and the watch; 1 when a person should look. Neither keeps the other from being done."""
    failure: AddendaError | None = None
    code = 0
    for job in (watch_denials_once, check_once):
        try:
            code = max(code, job(settings, config))
        except AddendaError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return code


def watch_denials_once(settings: Settings, config: Path | None = None) -> int:
    """The watch, and what it did in lines; 1 when a person should look."""
    from flows.commands.watch_check import print_check
    from flows.denial_check import watch_once

    done = watch_once(settings, config)
    print_check(done)
    return FINDINGS if done.has_findings else 0


def check_once(settings: Settings, config: Path | None = None) -> int:
    """The check, and what it did in lines; 1 when a person should look."""
    with showing_downloads() as (step, download):
        done = check_sites(settings, step=step, progress=download, config=config)
    if done.systems or done.update.loads or done.update.problems:
        print_update(done.update, done.reports)
    else:
        click.echo(f"nothing is due on {done.as_of}")
    for alarm in done.alarms:
        click.echo(f"{alarm.standing}: {alarm.reason}")
    for watched in done.watched:
        click.echo(watched.line)
    if done.told:
        click.echo(f"messages sent: {done.told}")
    return FINDINGS if done.has_findings else 0
