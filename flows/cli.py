"""The command line: one group whose commands are imported only when they run."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from schema.errors import AddendaError, Place, ReportError, UsageError

# Name → (module below flows.commands, what `addenda --help` says). The modules import the database
# and more; `--help` must not (design section 4).
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "The whole job on the sample releases, no network."),
    "sources": ("sources", "What the publishers have, what we have, what is late."),
    "fetch": ("fetch", "Download the files of a release into the archive."),
    "load": ("load", "Load a release: zip, folder or file as CMS ships it."),
    "import": ("imports", "Take claims in."),
    "update": ("update", "Find, fetch, load, check, diff, reconcile and report, in one go."),
    "releases": ("releases", "What is held."),
    "lookup": ("lookup", "What a code was on a day."),
    "diff": ("diff", "What changed between two releases."),
    "reconcile": ("reconcile", "The change set against the publisher's own list."),
    "uses": ("uses", "Where this organisation holds codes, and what cannot be read there."),
    "report": ("report", "Write the change report of two releases."),
    "impact": ("impact", "Where the changes hurt this organisation: uses, claims, tasks."),
    "watch": ("watch", "What the payers answer in the first 90 days: denials, fault, dollars, work list."),
    "review": ("review", "Review updates: decide about changes, assign, sign, audit."),
    "account": ("account", "Who has a name here, with which roles; tokens of programs."),
    "serve": ("serve", "The review pages and REST."),
    "schedule": ("schedule", "Serve the schedules with Prefect in one process."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"flows.commands.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command list of `--help`, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, but what cannot be printed ends in one line, and a reader who has gone in none."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            # Click itself would put an empty line before ours.
            raise click.Abort from error
        except OSError as error:
            _give_up_output(error)
            raise click.exceptions.Exit(0) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name ends like every other refusal."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise UsageError(error.message.rstrip("."), "", "see addenda --help") from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(), help="Settings file in place of ./addenda.toml.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="addenda")
@click.pass_context
def cli(context: click.Context, config: str | None, debug: bool) -> None:
    """The annual medical code update: what changed, proved, reported, signed and watched.

    Exit codes: 0 done, 1 done with findings, 2 refused (one line on stderr).
    """
    context.obj = {"config": config, "debug": debug}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A screen that does not know a letter shows its number.
            stream.reconfigure(errors="backslashreplace")
    try:
        code: Any = cli.main(arguments or ["--help"], prog_name="addenda", standalone_mode=False)
        _flush_output()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _refuse(UsageError(error.format_message().rstrip("."), "", "see --help"), "--debug" in arguments)
    except AddendaError as error:
        _refuse(error, "--debug" in arguments)
    except click.Abort:
        _refuse(UsageError("interrupted", "", "give the command again; no half of a release is stored"), False)


def _flush_output() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _give_up_output(error)


def _give_up_output(error: OSError) -> None:
    """Raises ReportError, unless the reader has only seen enough (`| head`)."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        # What Python still holds when it ends goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        place = Place(str(error.filename)) if error.filename else None
        why = error.strerror or str(error)
        raise ReportError("the output cannot be written", why, "check the disk and the rights", place) from error


def _refuse(error: AddendaError, is_debug: bool) -> NoReturn:
    if is_debug:
        import traceback

        traceback.print_exception(error)
    click.echo(f"addenda: {error.slug}: {error.line}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
