"""`addenda impact`: where the changes between two releases hurt this organisation."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.common import (
    FINDINGS,
    config_path,
    format_option,
    open_settings,
    open_store,
    parse_day,
    print_table,
    today_of,
)
from flows.impact.assess import window_before
from flows.impact.document import ROW_COLUMNS, impact_rows
from flows.impact.summary import summarise
from flows.impact_steps import assess_impact
from flows.report.data import disarm
from flows.steps import prepare_result, resolve_pair
from flows.update_files import folder_of, write_impact
from schema.systems import display_code

if TYPE_CHECKING:
    from schema.impact import Impact, ImpactItem

_VERIFY = "verify"


class ImpactCommand(click.Command):
    """The command, which hands `addenda impact verify …` to its own module."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click does, for the command that is meant: no code system is called `verify`."""
        if args and args[0] == _VERIFY:
            verify: click.Command = import_module("flows.commands.impact_verify").command
            return verify.make_context(f"{info_name} {_VERIFY}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("impact", cls=ImpactCommand)
@click.argument("system")
@click.argument("previous")
@click.argument("current")
@click.option("--claims-from", "first", metavar="DATE", help="First day of the claims; default: 365 days before.")
@click.option("--claims-to", "last", metavar="DATE", help="Last day of the claims; default: the day before.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files; default below ADDENDA_HOME.")
@format_option
@click.pass_context
def command(
    context: click.Context,
    system: str,
    previous: str,
    current: str,
    first: str | None,
    last: str | None,
    out: Path | None,
    output: str,
) -> int:
    """Show where the changes of SYSTEM from PREVIOUS to CURRENT hurt: uses, claims, tasks.

    Writes a packet for every owner and department, and impact.json, with which `addenda impact verify` compares
    from now on. Exit code 1: a deleted code is still in use by name.
    """
    settings = open_settings(context)
    config = config_path(context)
    engine = open_store(settings)
    one, other = resolve_pair(engine, system, previous, current)
    earliest, latest = window_before(other.release_id.effective_date)
    window = (parse_day(first, "--claims-from") or earliest, parse_day(last, "--claims-to") or latest)
    result = prepare_result(engine, one, other, today_of(settings))
    impact = assess_impact(engine, settings, config, result, window)
    folder = out or settings.home / "impact" / folder_of(result)
    packets, document = write_impact(impact, folder, config)
    if output == "json":
        click.echo(document, nl=False)
    elif output == "csv":
        click.echo(render_rows(impact), nl=False)
    else:
        print_impact(impact)
        click.echo()
        click.echo(f"{len(packets)} packet files and impact.json: {folder}")
    return FINDINGS if impact.deleted_in_use else 0


def render_rows(impact: Impact) -> str:
    """The items as CSV (RFC 4180: CRLF, a header row), runnable cells disarmed with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ROW_COLUMNS)
    writer.writerows([disarm(value) for value in row] for row in impact_rows(impact))
    return text.getvalue().encode("utf-8", "replace").decode()


def print_impact(impact: Impact) -> None:
    """The summary, the items with most money, the uses without an owner, then every item."""
    click.echo(f"{impact.previous} → {impact.current}, claims from {impact.window_from} to {impact.window_to}")
    print_table(("", ""), summarise(impact))
    by_money = sorted(impact.items, key=lambda item: -(item.exposure.total.paid or item.exposure.total.billed))
    top = [item for item in by_money if item.exposure.total.lines][:10]
    if top:
        click.echo("\nmost money:")
        _print_items(impact.system, top)
    strays = [use for use in impact.inventory if not use.owner]
    if strays:
        click.echo("\nuses without an owner:")
        print_table(("use", "kind", "entries"), [(use.name, use.kind, use.entries) for use in strays])
    if impact.items:
        click.echo("\nitems:")
        _print_items(impact.system, impact.items)


def _print_items(system: str, items: Sequence[ImpactItem]) -> None:
    rows = [
        (
            item.priority.value,
            display_code(system, item.change.code),
            item.change.kind.value,
            len(item.uses),
            item.exposure.total.lines,
            f"{item.exposure.total.billed:,.2f}",
            f"{item.exposure.total.paid:,.2f}",
            " ".join(display_code(system, successor.code) for successor in item.successors[:3]),
            item.reasons[0],
        )
        for item in items
    ]
    print_table(("priority", "code", "kind", "uses", "lines", "billed", "paid", "successors", "rule"), rows)
