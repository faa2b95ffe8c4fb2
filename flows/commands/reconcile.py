"""`addenda reconcile`: the change set against the publisher's own list."""

from __future__ import annotations

import click

from flows.commands.common import FINDINGS, format_option, open_settings, open_store, print_csv, print_table
from flows.report.data import reconciliation_document, render_json
from flows.steps import diff_releases, reconcile_releases, resolve_pair


@click.command("reconcile")
@click.argument("system")
@click.argument("previous")
@click.argument("current")
@format_option
@click.pass_context
def command(context: click.Context, system: str, previous: str, current: str, output: str) -> int:
    """Compare the changes of SYSTEM from PREVIOUS to CURRENT with the list that came with CURRENT.

    Exits 1 when they disagree anywhere; every disagreement is named, with its reason where known.
    """
    engine = open_store(open_settings(context))
    one, other = resolve_pair(engine, system, previous, current)
    found = reconcile_releases(engine, diff_releases(engine, one, other), one)
    header = ("code", "what", "reason")
    rows = [(difference.code, difference.what, difference.reason) for difference in found.differences]
    if output == "json":
        click.echo(render_json(reconciliation_document(found)), nl=False)
    elif output == "csv":
        print_csv(header, rows)
    else:
        click.echo(f"{'agrees with' if found.agrees else f'{len(rows)} differences from'} {found.basis}")
        print_table(("", "official", "computed"), [(n, found.official[n], found.computed[n]) for n in found.official])
        for remark in found.remarks:
            click.echo(remark)
        if rows:
            click.echo()
            print_table(header, rows)
    return 0 if found.agrees else FINDINGS
