"""`addenda watch`: what the payers answer in the first 90 days after an effective date."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import (
    FINDINGS,
    config_path,
    format_option,
    open_settings,
    open_store,
    parse_day,
    print_csv,
    print_json,
    today_of,
)
from flows.commands.watch_text import describe_entry, describe_report, print_entries, print_report, render_items
from flows.watch.acts import append_act
from flows.watch_files import write_watch
from flows.watch_steps import find_watched, list_entries, watch_folder
from schema.errors import UsageError, WatchError, shorten_value
from schema.systems import display_code, get_system, normalise_code
from schema.watch import WATCH_DAYS, WatchAct

if TYPE_CHECKING:
    from flows.settings import Settings

_LONGEST_CODE = 7
_LONGEST_TEXT = 500


@click.group("watch")
def command() -> None:
    """Watch what the payers answer in the first 90 days after an effective date."""


@command.command("report")
@click.option("--as-of", "day", metavar="DATE", help="From what was received by this day; default: today.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files; default below ADDENDA_HOME.")
@click.option("--all", "is_all", is_flag=True, help="Show items that are as before, and those with too few answers.")
@click.option("--close-outs", "is_closing", is_flag=True, help="Close-outs with the figures of day 30, 60 and 90.")
@format_option
@click.pass_context
def report(
    context: click.Context, day: str | None, out: Path | None, is_all: bool, is_closing: bool, output: str
) -> int:
    """Show which codes are denied since an update, by payer, whose fault it is, and what it costs.

    JSON and CSV hold every item: for a watched code one for each payer and category with claims denied or
    rejected (payer null: all together), or one that says how it stands without any; for other codes those in
    alarm. Writes the dashboard, the work list and the close-outs. Exit code 1: something stands in alarm.
    """
    settings = open_settings(context)
    as_of = parse_day(day, "--as-of") or today_of(settings)
    engine, config = open_store(settings), config_path(context)
    written = write_watch(engine, settings, config, as_of, _tell, folder=out, is_closing=is_closing)
    found = written.report
    for line in _list_gaps(settings, is_watched=bool(found.current), as_of=as_of):
        click.echo(line, err=output != "table")
    if output == "json":
        print_json(describe_report(found))
    elif output == "csv":
        click.echo(render_items(found), nl=False)
    else:
        print_report(found, is_all=is_all)
        if written.files:
            click.echo(f"\n{len(written.files)} files, work list among them: {written.folder}")
    return FINDINGS if written.alarms else 0


@command.command("run")
@click.pass_context
def run(context: click.Context) -> int:
    """Do what the daily schedule does: import what lies in the folder for remittances, report, tell new alarms.

    Exit code 1: something stands in alarm, or a file was refused.
    """
    from flows.commands.watch_check import print_check
    from flows.denial_check import watch_once

    settings = open_settings(context)
    done = watch_once(settings, config_path(context), _tell)
    if done.written is None:
        click.echo(f"no update is in its first {WATCH_DAYS} days on {done.as_of}: nothing is watched")
    print_check(done)
    return FINDINGS if done.has_findings else 0


@command.command("list")
@click.option("--as-of", "day", metavar="DATE", help="The watchlist of this day; default: today.")
@format_option
@click.pass_context
def list_(context: click.Context, day: str | None, output: str) -> None:
    """List what is watched: why, since when and until when, dollars at risk, and by whom it was added or ended."""
    settings = open_settings(context)
    as_of = parse_day(day, "--as-of") or today_of(settings)
    entries = list_entries(open_store(settings), settings, config_path(context), as_of)
    rows = [describe_entry(entry, as_of) for entry in entries]
    if output == "json":
        print_json({"as_of": as_of.isoformat(), "entries": rows})
    elif output == "csv":
        header = ("system", "code", "payer", "change_kind", "reasons", "categories", "start_date", "review_date",
                  "end_date", "is_open", "dollars_at_risk", "owner", "note")  # fmt: skip
        print_csv(header, [[_join(row[name]) for name in header] for row in rows])
    else:
        print_entries(entries, as_of)


@command.command("add")
@click.argument("system")
@click.argument("code")
@click.option("--payer", help="At this payer alone, as it is named in its remittances.")
@click.option("--reason", required=True, help="Why. It is kept and printed: name no patient.")
@click.option("--by", required=True, help="Who.")
@click.pass_context
def add(context: click.Context, system: str, code: str, payer: str | None, reason: str, by: str) -> None:
    """Watch CODE of SYSTEM in the updates that are in, or within 90 days of, their first 90 days."""
    settings = open_settings(context)
    act = _read_act("add", today_of(settings), system, code, payer, reason, by)
    append_act(watch_folder(settings), act)
    click.echo(f"watched: {_name(act)}")
    if not any(info.release_id.system == act.system for _, info in find_watched(open_store(settings), act.act_date)):
        click.echo(f"no update of {act.system} is in its first {WATCH_DAYS} days: it counts for the next one, "
                   f"if that takes effect within {WATCH_DAYS} days", err=True)  # fmt: skip


@command.command("end")
@click.argument("system")
@click.argument("code")
@click.option("--payer", help="At this payer alone.")
@click.option("--reason", required=True, help="Why. It is kept and printed: name no patient.")
@click.option("--by", required=True, help="Who.")
@click.pass_context
def end(context: click.Context, system: str, code: str, payer: str | None, reason: str, by: str) -> None:
    """End the watch of CODE of SYSTEM; the entry stays in the list with who ended it and why."""
    settings = open_settings(context)
    act = _read_act("end", today_of(settings), system, code, payer, reason, by)
    entries = list_entries(open_store(settings), settings, config_path(context), act.act_date)
    watched = [e for e in entries if (e.system, e.code) == (act.system, act.code) and act.act_date <= e.end_date]
    if not any(act.payer is None or entry.payer in (None, act.payer) for entry in watched):
        raise WatchError(f"{_name(act)} is not watched", "", "see: addenda watch list")
    append_act(watch_folder(settings), act)
    click.echo(f"no longer watched: {_name(act)}")


def _read_act(action: str, day: date, system: str, code: str, payer: str | None, reason: str, by: str) -> WatchAct:
    wanted = normalise_code(code) if code.isascii() else ""
    if not (wanted.isalnum() and len(wanted) <= _LONGEST_CODE):
        why = "a code is up to 7 letters and digits"
        raise UsageError(f"cannot read code {shorten_value(code)!r}", why, "type it as in A00.1, J1234, 25")
    name = _read_text(payer, "--payer") if payer is not None else None
    told, who = _read_text(reason, "--reason"), _read_text(by, "--by")
    return WatchAct("add" if action == "add" else "end", get_system(system).name, wanted, name, told, who, day)


def _read_text(text: str, name: str) -> str:
    line = " ".join(text.split())
    if not line or not line.isprintable() or len(line) > _LONGEST_TEXT:
        why = f"it has to be one line of 1 to {_LONGEST_TEXT} printable letters"
        raise UsageError(f"{name} cannot be used", why, "write a short sentence")
    return line


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _name(act: WatchAct) -> str:
    return f"{act.system} {display_code(act.system, act.code)}" + (f" at {act.payer}" if act.payer else "")


def _join(value: object) -> object:
    from flows.report.data import disarm

    text = " ".join(map(str, value)) if isinstance(value, list) else value
    return disarm(text) if isinstance(text, str) else text


def _list_gaps(settings: Settings, *, is_watched: bool, as_of: date) -> list[str]:
    """What is missing for a report that says something."""
    from loaders.claims.dataset import ClaimsDataset
    from loaders.remits.dataset import RemitsDataset

    if not is_watched:
        return [f"no update is in its first {WATCH_DAYS} days on {as_of}: nothing is watched"]
    gaps = []
    if not ClaimsDataset(settings.claims).summary().files:
        gaps.append("no claims are held; take them in with: addenda import claims PATH...")
    remits = RemitsDataset(settings.remits)
    if not (remits.line_parts() or remits.rejection_parts()):
        gaps.append("no remittances are held; take them in with: addenda import remits PATH...")
    return gaps
