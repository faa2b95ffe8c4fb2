"""`addenda sources`: what the publishers have, what we have, what is late; and the archive's own care."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from flows.commands.common import (
    FINDINGS,
    format_option,
    open_settings,
    open_store,
    print_csv,
    print_json,
    print_table,
    today_of,
)
from flows.sites import open_archive, open_downloader
from flows.sources.calendar import Posting, assess_calendar
from flows.sources.finding import find_offers, list_emptied
from flows.sources.rows import list_rows
from schema.releases import ReleaseRef
from schema.sources import SourceRow, SourceState
from schema.store.database import reading
from schema.store.reader import list_releases
from schema.systems import SYSTEMS

# What a person should know: all but what is held, and what the next update will fetch by itself.
_ALARMS = frozenset({SourceState.QUARANTINED, SourceState.REPOSTED, SourceState.LATE, SourceState.MISSING})


@click.group("sources", invoke_without_command=True)
@click.option("--check", "is_check", is_flag=True, help="Exit 1 on anything that a person should know.")
@format_option
@click.pass_context
def command(context: click.Context, is_check: bool, output: str) -> int:
    """What the publishers offer, what is held, what is late or missing. Downloads no file."""
    if context.invoked_subcommand is not None:
        return 0
    settings = open_settings(context)
    today = today_of(settings)
    downloader = open_downloader(settings)
    found = find_offers(downloader, settings.cms_url, settings.cdc_url)
    archive = open_archive(settings)
    with reading(open_store(settings)) as connection:
        held = {
            ReleaseRef(info.release_id.system, info.release_id.effective_date) for info in list_releases(connection)
        }
    postings = [
        Posting(offer.release, offer.posted_date) for offer in found.offers if offer.release and not offer.quarantine
    ]
    # Of a page that was not seen nobody can say what is missing on it.
    seen = set(SYSTEMS) - found.unseen
    alarms = [entry.to_row() for entry in assess_calendar(today, held, postings, seen) if entry.is_alarm]
    licences = {licence.kind for licence in archive.list_licences()}
    rows = list_rows(found.offers, held, archive.find(), licences, alarms)
    problems = (*found.problems, *list_emptied(found, {ref.system for ref in held}, SYSTEMS))
    _print_rows(rows, problems, today.isoformat(), output)
    has_alarm = bool(problems) or any(row.state in _ALARMS for row in rows)
    return FINDINGS if is_check and has_alarm else 0


@command.command("verify")
@click.pass_context
def verify(context: click.Context) -> int:
    """Hash every archived file again and read every manifest."""
    problems = open_archive(open_settings(context)).verify()
    for problem in problems:
        click.echo(str(problem))
    if not problems:
        click.echo("every archived file is as it was fetched")
    return FINDINGS if problems else 0


@command.command("accept")
@click.argument("licence")
@click.option("--by", "who", required=True, help="Who accepts.")
@click.option("--note", default="", help="Where the agreement lies.")
@click.pass_context
def accept(context: click.Context, licence: str, who: str, note: str) -> int:
    """Record that a person has accepted LICENCE (for example ama). Gated files stay yours to fetch."""
    recorded = open_archive(open_settings(context)).record_licence(licence, who, datetime.now(UTC), note)
    click.echo(f"{recorded.kind} accepted by {recorded.who} at {recorded.accepted_at:%Y-%m-%d %H:%M}Z")
    return 0


def describe_row(row: SourceRow) -> dict[str, Any]:
    """A row as JSON."""
    values = asdict(row)
    values["effective_date"] = row.effective_date.isoformat() if row.effective_date else None
    values["posted_date"] = row.posted_date.isoformat() if row.posted_date else None
    values["mirror_urls"] = list(row.mirror_urls)
    values["state"] = row.state.value
    return values


def _print_rows(rows: list[SourceRow], problems: tuple[str, ...], as_of: str, output: str) -> None:
    if output == "json":
        print_json({"as_of": as_of, "releases": [describe_row(row) for row in rows], "problems": list(problems)})
        return
    header = ("system", "release", "effective", "posted", "contents", "state", "reason", "address")
    cells = [
        (row.system, row.release, row.effective_date, row.posted_date, row.contents, row.state.value, row.reason,
         row.url)
        for row in rows
    ]  # fmt: skip
    (print_csv if output == "csv" else print_table)(header, cells)
    for problem in problems:
        click.echo(problem, err=True)
