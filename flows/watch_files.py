"""The watch, written: the report of a day with its dashboard, work list and close-outs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import Settings
from flows.watch_steps import prepare_closings, prepare_watch_report, watch_folder
from schema.watch import Status, WatchItem, WatchReport

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class WrittenWatch:
    """A report and its files, in the order of their names; without a watched update there are no files."""

    report: WatchReport
    folder: Path
    files: tuple[Path, ...]

    @property
    def alarms(self) -> tuple[WatchItem, ...]:
        """What stands in alarm, in the order of the report."""
        return tuple(item for item in self.report.items if item.status is Status.ALARM)

    @property
    def single_alarms(self) -> tuple[WatchItem, ...]:
        """The alarms, each once: of all payers together only where no single payer stands in alarm."""
        found = {(item.system, item.code, item.category) for item in self.alarms if item.payer is not None}
        return tuple(
            item
            for item in self.alarms
            if item.payer is not None or (item.system, item.code, item.category) not in found
        )


def write_watch(
    engine: Engine,
    settings: Settings,
    config: Path | None,
    as_of: date,
    tell: Callable[[str], None],
    *,
    folder: Path | None = None,
    is_closing: bool = False,
) -> WrittenWatch:
    """The report of a day, and its files in `folder`, or in one named by the day below the home folder.

    `is_closing` gives the close-outs the figures of their own days. `tell` gets a line about what is left out.
    Raises ClaimsError, RemitsError, WatchError or ReportError.
    """
    report = prepare_watch_report(engine, settings, config, as_of, tell)
    folder = folder or watch_folder(settings) / as_of.isoformat()
    if not report.current:
        return WrittenWatch(report, folder, ())
    from flows.report.watch.writer import write_dashboard

    days = [release.effective_date for release in report.current]
    closings = prepare_closings(engine, settings, config, days, as_of) if is_closing else {}
    return WrittenWatch(report, folder, write_dashboard(report, folder, closings))
