"""Showing what is being done: a spinner and a bar for people, plain lines where nobody watches a screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Step = Callable[[str], None]
Download = Callable[[str, int, int | None], None]
"""Called with an address, the bytes that are here, and how many there will be where the site tells."""


@contextmanager
def showing_progress() -> Iterator[Step]:
    """A spinner with the present step for people; else plain lines.

    They are lines of the output: standard error is for the one line of a refusal.
    """
    with showing_downloads() as (step, _):
        yield step


@contextmanager
def showing_downloads() -> Iterator[tuple[Step, Download]]:
    """The same, with a bar for the file that is being downloaded."""
    if not sys.stderr.isatty():
        yield click.echo, lambda _url, _done, _total: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        work = bars.add_task("start", total=None)

        def show(text: str) -> None:
            # File names are untrusted: they are no markup.
            bars.console.print(text, style="dim", highlight=False, markup=False)
            bars.update(work, description=escape(text), completed=0, total=None)

        def download(url: str, done: int, total: int | None) -> None:
            name = url.rstrip("/").rpartition("/")[2]
            bars.update(work, description=escape(name), completed=done, total=total)

        yield show, download
