"""Writing the dashboard: a whole new folder put in the place of the earlier one, or the earlier one untouched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from flows.report.folder import replace_folder
from flows.report.watch.build import build_dashboard
from flows.report.watch.closeout import CLOSEOUT_DAYS, build_closeout
from flows.report.watch.document import digest_of, render_document
from flows.report.watch.html import render_closeout_page, render_dashboard_page
from flows.report.watch.work import build_work_workbook, render_work_csv
from schema.watch import WatchReport

DASHBOARD_NAME = "dashboard.html"
# The names that this module gives; a folder with any other is not ours to replace.
_OURS = re.compile(r"dashboard\.html|closeout-(30|60|90)\.(html|json)|work\.(csv|xlsx)|watch\.json")
_NO_CLOSINGS: Mapping[int, WatchReport] = MappingProxyType({})


def write_dashboard(
    report: WatchReport, folder: Path, closings: Mapping[int, WatchReport] = _NO_CLOSINGS
) -> tuple[Path, ...]:
    """Write the dashboard, the work list and the close-outs of the days reached; gives back their paths, sorted.

    `closings` are as in `render_dashboard`. The folder is written beside its place and then put there as a whole.
    Equal reports give equal bytes. Raises ReportError when the folder cannot be written, or holds files that are
    none of these.
    """
    return replace_folder(folder, render_dashboard(report, closings), _OURS, "pages of the watch")


def render_dashboard(report: WatchReport, closings: Mapping[int, WatchReport] = _NO_CLOSINGS) -> dict[str, bytes]:
    """The files by name: `dashboard.html`, `work.csv`, `work.xlsx`, `watch.json`; `closeout-30.html` and so on, each
    with the JSON whose digest it names.

    `closings` are the reports as of day 30, 60 and 90, by day: what is signed should not change from day to day.
    A day without one is closed out with the figures of `report`, and its page says so.
    """
    document = render_document(report)
    dashboard = build_dashboard(report, digest_of(document))
    contents = {
        DASHBOARD_NAME: render_dashboard_page(dashboard).encode(),
        "work.csv": render_work_csv(report).encode(),
        "work.xlsx": build_work_workbook(report, dashboard),
        "watch.json": document.encode(),
    }
    for day in CLOSEOUT_DAYS:
        closing = closings.get(day)
        text = document if closing is None else render_document(closing)
        closeout = build_closeout(closing or report, day, digest_of(text))
        if closeout is not None:
            contents[f"closeout-{day}.html"] = render_closeout_page(closeout).encode()
            contents[f"closeout-{day}.json"] = text.encode()
    return contents
