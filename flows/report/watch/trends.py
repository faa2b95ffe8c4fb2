"""The trend of invalid-code denials against the years before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flows.report.watch.model import Trend, TrendLine
from schema.releases import label_of
from schema.systems import get_system
from schema.watch import WATCH_DAYS, WatchReport


def build_trends(report: WatchReport) -> tuple[Trend, ...]:
    """One trend for each system that is watched and has one; this year's line ends on the day of the report."""
    newest = {release.system: release for release in sorted(report.current, key=lambda one: one.effective_date)}
    trends = []
    for system, release in sorted(newest.items()):
        now = report.trend.get(system)
        if now is None:
            continue
        last = min(max((report.as_of - release.effective_date).days, 0), WATCH_DAYS)
        before = sorted((name for name in report.trend if name.startswith(f"{system}@")), reverse=True)
        lines = (
            TrendLine(release.label, True, _add_up(now, last)),
            *(TrendLine(_label(system, name), False, _add_up(report.trend[name], WATCH_DAYS)) for name in before),
        )
        trends.append(Trend(system, get_system(system).title, last, lines))
    return tuple(trends)


def _add_up(days: Mapping[int, int], last: int) -> tuple[tuple[int, int], ...]:
    total = 0
    points = [(0, days.get(0, 0))] if 0 not in days else []
    for day in sorted(day for day in days if 0 <= day <= last):
        total += days[day]
        points.append((day, total))
    if points[-1][0] < last:
        points.append((last, total))
    return tuple(points)


def _label(system: str, name: str) -> str:
    day = name.partition("@")[2]
    try:
        return label_of(system, date.fromisoformat(day))
    except ValueError:
        return day
