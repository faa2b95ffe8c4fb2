"""`addenda lookup`: what a code was on a day."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.common import (
    format_option,
    open_settings,
    open_store,
    parse_day,
    print_csv,
    print_json,
    print_table,
    today_of,
)
from schema.errors import UsageError, shorten_value
from schema.records import CodeRecord
from schema.store.lookup import CodeAnswer, Lookup
from schema.systems import display_code, get_system, normalise_code

_LONGEST_CODE = 7


@click.command("lookup")
@click.argument("system")
@click.argument("code")
@click.option("--on", help="Date of service (discharge date for inpatient ICD); default today.")
@click.option("--known", help="Answer from what was loaded by the end of this day (UTC).")
@format_option
@click.pass_context
def command(context: click.Context, system: str, code: str, on: str | None, known: str | None, output: str) -> None:
    """What CODE of SYSTEM was on a day, its history, and the codes around it."""
    settings = open_settings(context)
    day = parse_day(on, "--on") or today_of(settings)
    known_day = parse_day(known, "--known")
    name, wanted = get_system(system).name, _read_code(code)
    with Lookup(open_store(settings), name, known_day) as lookup:
        answer = lookup.find(wanted, day)
        history = lookup.history(wanted)
        around = lookup.neighbours(wanted, day)
        notes = lookup.notes(wanted, day)
    document = {
        **describe_answer(answer),
        "known": known_day.isoformat() if known_day else None,
        "notes": notes,
        "history": [
            {"release": str(release_id), **(_describe_record(record) if record else {"state": "absent"})}
            for release_id, record in history
        ],
        "around": [_describe_record(record) for record in around],
    }
    if output == "json":
        print_json(document)
    elif output == "csv":
        flat = {key: value for key, value in document.items() if not isinstance(value, (dict, list))}
        print_csv(list(flat), [list(flat.values())])
    else:
        _print_answer(answer, document)


def _read_code(text: str) -> str:
    code = normalise_code(text) if text.isascii() else ""
    if not (code.isalnum() and len(code) <= _LONGEST_CODE):
        raise UsageError(
            f"cannot read code {shorten_value(text)!r}",
            "a code is up to 7 letters and digits",
            "type it as in A00.1, J1234, 25",
        )
    return code


def describe_answer(answer: CodeAnswer) -> dict[str, Any]:
    """An answer as JSON."""
    record = answer.record
    return {
        "system": answer.system,
        "code": answer.code,
        "on": answer.on.isoformat(),
        "valid": answer.is_valid,
        "billable": answer.is_billable,
        "release": str(answer.release_id) if answer.release_id else None,
        "reason": answer.reason,
        "short_descriptor": record.short_descriptor if record else None,
        "long_descriptor": record.long_descriptor if record else None,
        "added_date": record.added_date.isoformat() if record and record.added_date else None,
        "termination_date": record.termination_date.isoformat() if record and record.termination_date else None,
        "details": dict(record.details) if record else {},
    }


def _describe_record(record: CodeRecord) -> dict[str, Any]:
    state = "listed" if record.is_billable is None else "billable" if record.is_billable else "header"
    return {
        "code": record.code,
        "state": state,
        "short_descriptor": record.short_descriptor,
        "long_descriptor": record.long_descriptor,
        "added_date": record.added_date.isoformat() if record.added_date else None,
        "termination_date": record.termination_date.isoformat() if record.termination_date else None,
    }


def _print_answer(answer: CodeAnswer, document: dict[str, Any]) -> None:
    shown = display_code(answer.system, answer.code)
    verdict = "valid" if answer.is_valid else "NOT valid"
    click.echo(f"{shown} on {answer.on}: {verdict} ({answer.reason})")
    if answer.record:
        print_table(("", ""), [("long", answer.record.long_descriptor), ("short", answer.record.short_descriptor)])
    for title, key in (("History", "history"), ("Around it", "around")):
        rows = [
            (row.get("release") or display_code(answer.system, row["code"]), row["state"], row.get("long_descriptor"))
            for row in document[key]
        ]
        if rows:
            click.echo(f"\n{title}")
            print_table(("", "", ""), rows)
    if document["notes"]:
        click.echo("\nNotes")
        print_table(
            ("", ""),
            [(name, "; ".join(map(str, value)) if isinstance(value, list) else value)
             for name, value in document["notes"].items()],
        )  # fmt: skip
