"""`addenda uses`: every place that holds codes, what could not be read in it, and what has no owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from flows.commands.common import FINDINGS, format_option, print_csv, print_json, print_table
from flows.use_specs import read_use_specs
from loaders.uses.inventory import read_inventory
from schema.errors import shorten_value
from schema.uses import Form, InventoryUse

# A person corrects some, then looks again; JSON and CSV have them all.
_MOST_SHOWN = 20
_WIDEST_VALUE = 40
# A spreadsheet that opens the CSV would take a cell that begins so for a formula.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@click.command("uses")
@format_option
@click.pass_context
def command(context: click.Context, output: str) -> int:
    """Read every place of addenda.toml that holds codes: what was found, what is unreadable, what has no owner.

    Exits 1 when something is unreadable or has no owner.
    """
    config = context.obj["config"] if context.obj else None
    uses = read_inventory(read_use_specs(Path(config) if config else None))
    if output == "json":
        print_json({"uses": [describe_use(use) for use in uses]})
    elif output == "csv":
        _print_csv(uses)
    else:
        _print_table(uses)
    return FINDINGS if any(use.unreadable or use.owner is None for use in uses) else 0


def describe_use(use: InventoryUse) -> dict[str, Any]:
    """A use as JSON."""
    return {
        "name": use.name,
        "kind": use.kind,
        "owner": use.owner,
        "entries": use.entries,
        "unreadable": [
            {"location": entry.location, "value": entry.value, "reason": entry.reason} for entry in use.unreadable
        ],
    }


def _print_csv(uses: Sequence[InventoryUse]) -> None:
    """One row for each unreadable entry, and one for a use that has none."""
    rows: list[tuple[Any, ...]] = []
    for use in uses:
        start = (_quote(use.name), _quote(use.kind), _quote(use.owner or ""), use.entries)
        rows += [(*start, _quote(entry.location), _quote(entry.value), entry.reason) for entry in use.unreadable] or [
            (*start, None, None, None)
        ]
    print_csv(("name", "kind", "owner", "entries", "location", "value", "reason"), rows)


def _quote(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _print_table(uses: Sequence[InventoryUse]) -> None:
    if not uses:
        click.echo("no uses: addenda.toml has no [[uses]]")
        return
    rows = []
    for use in uses:
        forms = Counter(element.form for cell in use.cells for element in cell.elements)
        counts = [forms[form] for form in Form]
        rows.append((use.name, use.kind, use.owner or "no owner", use.entries, *counts, len(use.unreadable)))
    header = ("use", "kind", "owner", "entries", "codes", "with modifiers", "ranges", "wildcards", "unreadable")
    print_table(header, rows)
    unreadable = [(use.name, entry) for use in uses for entry in use.unreadable]
    if unreadable:
        click.echo(f"\nunreadable: {len(unreadable)}")
        shown = unreadable[:_MOST_SHOWN]
        print_table(
            ("use", "location", "value", "reason"),
            [(name, entry.location, shorten_value(entry.value, _WIDEST_VALUE), entry.reason) for name, entry in shown],
        )
        if len(unreadable) > len(shown):
            click.echo(f"and {len(unreadable) - len(shown)} more: --format json or csv shows all")
    ownerless = [use.name for use in uses if use.owner is None]
    if ownerless:
        click.echo(f"\nno owner: {', '.join(shorten_value(name) for name in ownerless)}")
