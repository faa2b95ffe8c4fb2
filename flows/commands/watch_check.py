"""The watch of a day in lines, as `addenda watch run` and `addenda schedule --once` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from schema.errors import shorten_value
from schema.systems import display_code

if TYPE_CHECKING:
    from flows.denial_check import DenialCheck


def print_check(done: DenialCheck) -> None:
    """What it did; nothing where there was nothing to do."""
    if done.imports:
        refused = sum(bool(found.refusal) for found in done.imports)
        click.echo(f"{len(done.imports)} new files of remittances, {refused} of them refused")
    if done.written:
        work = len(done.written.report.work)
        click.echo(f"watch of {done.as_of}: {len(done.alarms)} in alarm, {work} claims to work on")
        for item in done.alarms:
            code, payer = display_code(item.system, item.code), shorten_value(item.payer or "all payers")
            what = f"{item.category.value}, fault {item.fault.value}"
            click.echo(f"alarm: {item.system} {code} at {payer}: {what}; {item.why}")
        click.echo(f"dashboard and work list: {done.written.folder}")
    if done.told:
        click.echo(f"messages sent: {done.told}")
