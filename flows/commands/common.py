"""What the commands share: settings, the open database, and printing in three formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from flows.settings import Settings, read_settings
from schema.errors import UsageError
from schema.records import canonical_json
from schema.store.database import open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

Format = Literal["table", "json", "csv"]

FINDINGS = 1


def format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The `--format` of every command that prints data."""
    return click.option(
        "--format", "output", type=click.Choice(["table", "json", "csv"]), default="table", help="How to print."
    )(function)


def open_settings(context: click.Context) -> Settings:
    """The settings in force for this call."""
    return read_settings(config_path(context))


def config_path(context: click.Context) -> Path | None:
    """The settings file that the operator named, None where `addenda.toml` of the working folder counts."""
    config = context.obj["config"] if context.obj else None
    return Path(config) if config else None


def open_store(settings: Settings) -> Engine:
    """The database of the settings, brought to the present schema; closed when the command ends."""
    engine = open_database(settings.database)
    click.get_current_context().call_on_close(engine.dispose)
    return engine


def today_of(settings: Settings) -> date:
    """The day of calendar questions: the setting, or today in UTC."""
    return settings.today or datetime.now(UTC).date()


def parse_day(text: str | None, name: str) -> date | None:
    """An ISO date from an option; raises UsageError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{name} is not a date: {text!r}", str(error), "write it as YYYY-MM-DD") from error


def print_json(value: Any) -> None:
    """One JSON document on one line, keys sorted, UTF-8."""
    _write(canonical_json(value) + "\n")


def print_csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A header and rows, RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    _write(text.getvalue())


def print_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns for people; control characters of untrusted text made visible."""
    cells = [[_printable(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[n]) for row in cells)]) for n, name in enumerate(header)]
    for row in [list(header), *cells] if any(header) else cells:
        _write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def _printable(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return "".join(c if c.isprintable() else "�" for c in text)


def _write(text: str) -> None:
    click.echo(text, nl=False)
