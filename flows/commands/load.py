"""`addenda load`: one release into the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import format_option, open_settings, open_store, print_csv, print_json, print_table
from flows.review_steps import describe_reopened, reopen_reissued
from flows.steps import LoadResult, Override, load_release
from schema.errors import shorten_value
from schema.releases import parse_release
from schema.systems import get_system


@click.command("load")
@click.argument("system")
@click.argument("release")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--override", "overrides", multiple=True, metavar="CHECK", help="Let a failed advisory check pass.")
@click.option("--note", help="Why the override is right; stored with the release.")
@click.option("--by", "author", help="Who overrides.")
@format_option
@click.pass_context
def command(
    context: click.Context,
    system: str,
    release: str,
    paths: tuple[Path, ...],
    overrides: tuple[str, ...],
    note: str | None,
    author: str | None,
    output: str,
) -> None:
    """Load RELEASE (FY2026, FY2026-apr, 2026Q1 or a date) of SYSTEM from PATHS.

    PATHS are zips, folders or files as CMS and CDC ship them; lists that came with the release
    (conversion table, POA list, notes …) may be given with it or later.
    """
    ref = parse_release(get_system(system).name, release)
    engine = open_store(open_settings(context))
    result = load_release(engine, ref, list(paths), Override(overrides, note, author))
    reopened = reopen_reissued(engine, datetime.now(UTC))
    print_load(result, output)
    for key in reopened:
        click.echo(describe_reopened(key), err=True)


def print_load(result: LoadResult, output: str) -> None:
    """What a load did."""
    written = result.written
    header = ("check", "state", "message")
    rows = [(check.name, check.state, check.message) for check in result.checks]
    if output == "json":
        print_json(
            {
                "release_id": str(written.release_id),
                "outcome": written.outcome,
                "new_records": written.new_records,
                "checks": [dict(zip(("name", "state", "message"), row, strict=True)) for row in rows],
                "ignored": list(result.ignored),
            }
        )
    elif output == "csv":
        print_csv(header, rows)
    else:
        click.echo(f"{written.release_id} {written.outcome}, {written.new_records} records not known before")
        if rows:
            print_table(header, rows)
        for name in result.ignored:
            click.echo(f"not used: {shorten_value(name, 200)}", err=True)
