"""`addenda report`: the change report of two releases that are held."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.common import FINDINGS, config_path, open_settings, open_store, today_of
from flows.impact_steps import add_impact
from flows.report.writer import ReportFiles, write_report
from flows.steps import has_findings, prepare_result, resolve_pair
from flows.update_files import folder_of


@click.command("report")
@click.argument("system")
@click.argument("previous")
@click.argument("current")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files; default below ADDENDA_HOME.")
@click.pass_context
def command(context: click.Context, system: str, previous: str, current: str, out: Path | None) -> int:
    """Write the report of SYSTEM from PREVIOUS to CURRENT: HTML, workbook, JSON and CSV.

    Where addenda.toml names uses or claims are imported, it says where the changes hurt.
    """
    settings = open_settings(context)
    engine = open_store(settings)
    one, other = resolve_pair(engine, system, previous, current)
    result = prepare_result(engine, one, other, today_of(settings))
    result = add_impact(engine, settings, config_path(context), result)
    print_files(write_report(result, out or settings.reports / folder_of(result)))
    return FINDINGS if has_findings(result) else 0


def print_files(files: ReportFiles) -> None:
    """Where the files lie."""
    for name, path in (("report", files.html), ("workbook", files.workbook), ("JSON", files.json), ("CSV", files.csv)):
        click.echo(f"{name + ':':<10}{path}")
