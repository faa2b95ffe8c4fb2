"""`addenda impact verify`: whether people did what the changes ask for, item by item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.common import (
    FINDINGS,
    config_path,
    format_option,
    open_settings,
    open_store,
    print_csv,
    print_json,
    print_table,
    today_of,
)
from flows.impact.baseline import read_baseline
from flows.impact.verify import State, Verification
from flows.impact.writer import IMPACT_NAME
from flows.impact_verification import read_uses, verify_baseline
from flows.report.data import disarm
from flows.steps import resolve_pair
from flows.update_files import report_folder
from schema.systems import display_code

_COLUMNS = ("code", "kind", "use", "owner", "location", "state", "reason")


@click.command("verify")
@click.argument("system")
@click.argument("previous")
@click.argument("current")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="impact.json to compare with; default below ADDENDA_HOME."
)
@format_option
@click.pass_context
def command(
    context: click.Context, system: str, previous: str, current: str, baseline: Path | None, output: str
) -> int:
    """Read the uses again and say, item by item, what became of the changes of SYSTEM from PREVIOUS to CURRENT.

    Compares with what `addenda impact` wrote last: applied, not_yet, applied_wrongly, new_stale, nothing_to_do.
    Exit code 1: somebody still has something to do.
    """
    settings = open_settings(context)
    engine = open_store(settings)
    one, other = resolve_pair(engine, system, previous, current)
    folder = settings.home / "impact" / report_folder(one.release_id, other.release_id)
    found = read_baseline(baseline or folder / IMPACT_NAME)
    found.require(one.release_id, other.release_id)
    done = verify_baseline(engine, found, read_uses(config_path(context)), today_of(settings))
    if output == "json":
        print_json(verification_document(done))
    elif output == "csv":
        print_csv(_COLUMNS, [[disarm(str(value or "")) for value in row.values()] for row in _rows(done)])
    else:
        _print_verification(done)
    return FINDINGS if done.has_open else 0


def verification_document(done: Verification) -> dict[str, Any]:
    """The verification as JSON values; codes as stored, `owner` null where the use has none."""
    return {
        "system": done.system,
        "previous": done.previous,
        "current": done.current,
        "as_of": done.as_of.isoformat(),
        "items": _rows(done),
        "counts": done.counts,
    }


def _rows(done: Verification) -> list[dict[str, Any]]:
    return [
        {
            "code": item.code,
            "kind": item.kind,
            "use": item.use,
            "owner": item.owner,
            "location": item.location,
            "state": item.state.value,
            "reason": item.reason,
        }
        for item in done.items
    ]


def _print_verification(done: Verification) -> None:
    click.echo(f"{done.previous} → {done.current} on {done.as_of}, effective {done.effective_date}")
    print_table(("", ""), list(done.counts.items()))
    order = list(State)
    rows = [
        (item.state.value, display_code(done.system, item.code), item.use, item.owner, item.location, item.reason)
        for item in sorted(done.items, key=lambda item: order.index(item.state))
    ]
    if rows:
        click.echo()
        print_table(("state", "code", "use", "owner", "location", "reason"), rows)
