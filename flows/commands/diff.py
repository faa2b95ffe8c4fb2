"""`addenda diff`: what changed between two releases."""

from __future__ import annotations

import click

from flows.commands.common import format_option, open_settings, open_store, print_table
from flows.report.data import change_set_document, render_csv, render_json
from flows.steps import diff_releases, resolve_pair
from schema.systems import display_code


@click.command("diff")
@click.argument("system")
@click.argument("previous")
@click.argument("current")
@format_option
@click.pass_context
def command(context: click.Context, system: str, previous: str, current: str, output: str) -> None:
    """Print what changed in SYSTEM from PREVIOUS to CURRENT."""
    engine = open_store(open_settings(context))
    change_set = diff_releases(engine, *resolve_pair(engine, system, previous, current))
    if output == "json":
        click.echo(render_json(change_set_document(change_set)), nl=False)
        return
    if output == "csv":
        click.echo(render_csv(change_set), nl=False)
        return
    click.echo(f"{change_set.previous} → {change_set.current}")
    print_table(("kind", "count"), [(kind.value, count) for kind, count in change_set.counts.items() if count])
    rows = [
        (
            display_code(change_set.system, change.code),
            change.kind.value,
            change.cause.value if change.cause else "",
            ", ".join(field.name for field in change.fields),
            change.record.long_descriptor,
        )
        for change in change_set.changes
    ]
    if rows:
        click.echo()
        print_table(("code", "kind", "cause", "fields", "title"), rows)
