"""`addenda update`: the whole job for one or more systems."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from flows.commands.common import FINDINGS, open_settings, open_store, today_of
from flows.commands.report import print_files, report_folder
from flows.report.writer import write_report
from flows.steps import Override, has_findings
from flows.update import Step, update_from_folder
from schema.errors import UsageError
from schema.systems import get_system


@click.command("update")
@click.argument("systems", nargs=-1)
@click.option("--from", "folder", type=click.Path(path_type=Path), help="Folder with the files of the release.")
@click.option("--release", "label", help="Which release the folder holds, when its names do not tell.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the report; default below ADDENDA_HOME.")
@click.option("--override", "overrides", multiple=True, metavar="CHECK", help="Let a failed advisory check pass.")
@click.option("--note", help="Why the override is right; stored with the release.")
@click.option("--by", "author", help="Who overrides.")
@click.pass_context
def command(
    context: click.Context,
    systems: tuple[str, ...],
    folder: Path | None,
    label: str | None,
    out: Path | None,
    overrides: tuple[str, ...],
    note: str | None,
    author: str | None,
) -> int:
    """Load, check, diff, reconcile and report the newest release of SYSTEM.

    The folder holds one release, or one sub-folder for each (FY2024, FY2025-apr, 2020-07 …).
    """
    if folder is None or len(systems) != 1:
        raise UsageError("update needs one system and --from FOLDER", "", "addenda update icd10cm --from FOLDER")
    settings = open_settings(context)
    engine = open_store(settings)
    system = get_system(systems[0]).name
    with showing_progress() as step:
        loads, result = update_from_folder(
            engine,
            system,
            folder,
            label=label,
            override=Override(overrides, note, author),
            as_of=today_of(settings),
            step=step,
        )
        for load in loads:
            click.echo(f"{load.written.release_id} {load.written.outcome}")
        if result is None:
            click.echo("the first release of this system: nothing to compare with yet")
            return 0
        step("write the report")
        one, other = result.previous.release_id, result.current.release_id
        files = write_report(result, out or settings.reports / report_folder(one, other))
    counts = ", ".join(f"{count} {kind.value}" for kind, count in result.change_set.counts.items() if count)
    click.echo(f"{one} → {other}: {counts or 'no change'}")
    found = result.reconciliation
    verdict = "agrees code for code" if found.agrees else f"{len(found.differences)} named differences"
    click.echo(f"against {found.basis}: {verdict}")
    print_files(files)
    return FINDINGS if has_findings(result) else 0


@contextmanager
def showing_progress() -> Iterator[Step]:
    """A spinner with the present step for people; plain lines where nobody watches a screen.

    They are lines of the output: standard error is for the one line of a refusal.
    """
    if not sys.stderr.isatty():
        yield click.echo
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status("start") as status:

        def show(text: str) -> None:
            # File names are untrusted: they are no markup.
            console.print(text, style="dim", highlight=False, markup=False)
            status.update(escape(text))

        yield show
