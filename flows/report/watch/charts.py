"""Small charts as inline SVG: weeks against what was expected, and the trend against the years before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flows.report.visible import make_printable
from flows.report.watch.model import ItemRow, Trend, TrendLine, Week
from flows.report.watch.wording import expected_text, short_date
from schema.watch import WATCH_DAYS

if TYPE_CHECKING:
    from markupsafe import Markup

# The first 90 days are 13 weeks; a chart with fewer keeps their places free.
WEEKS = 13
SMALL_WIDTH, SMALL_HEIGHT = 130, 30
LARGE_HEIGHT, LARGE_TOP, LARGE_FOOT = 132, 14, 20
TREND_HEIGHT, TREND_FOOT = 190, 22
# Of a week's place, how much its bar takes.
_BAR = 0.56


def small_chart(row: ItemRow) -> Markup:
    """One row's weeks as an SVG of fixed size; its title and description say the same in words."""
    from markupsafe import Markup

    pitch = SMALL_WIDTH / max(WEEKS, len(row.weeks))
    top = _top_of(row.weeks)
    foot = SMALL_HEIGHT - 1

    def height(value: float) -> float:
        return foot - value / top * (foot - 1)

    band: list[str] = []
    bars: list[str] = []
    over: list[str] = []
    line: list[str] = []
    for number, week in enumerate(row.weeks):
        left = number * pitch
        upper, lower = height(week.high), height(week.low)
        if week.high:
            band.append(f"M{left:.1f} {upper:.1f}h{pitch:.1f}V{lower:.1f}h{-pitch:.1f}z")
        if week.expected > 0:
            line.append(f"M{left:.1f} {height(week.expected):.1f}h{pitch:.1f}")
        if week.observed:
            start, width = left + pitch * (1 - _BAR) / 2, pitch * _BAR
            bar = f"M{start:.1f} {foot}V{height(week.observed):.1f}h{width:.1f}V{foot}z"
            (over if week.is_over else bars).append(bar)
    shapes = (("band", band), ("bar", bars), ("bar over", over), ("exp", line))
    drawn = "".join(f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in shapes if parts)
    # Only numbers of ours stand in the shapes; what comes from outside goes through `format`, which escapes.
    frame = Markup(
        '<svg class="weeks" role="img" aria-labelledby="{key}t {key}d" width="{width}" height="{height}"'
        ' viewBox="0 0 {width} {height}"><title id="{key}t">Weeks</title><desc id="{key}d">{words}</desc>{drawn}'
        '<path class="axis" d="M0 {base}H{width}"/></svg>'
    )
    return frame.format(
        key=row.key,
        width=SMALL_WIDTH,
        height=SMALL_HEIGHT,
        base=SMALL_HEIGHT - 0.5,
        words=weeks_text(row.weeks),
        drawn=Markup(drawn),  # noqa: S704
    )


def large_chart(row: ItemRow, name: str) -> Markup:
    """The same with an axis, as wide as its place; texts keep their size on any screen."""
    from markupsafe import Markup, escape

    places = max(WEEKS, len(row.weeks))
    pitch = 100 / places
    top = _top_of(row.weeks)
    foot = LARGE_HEIGHT - LARGE_FOOT

    def height(value: float) -> float:
        return foot - value / top * (foot - LARGE_TOP)

    drawn = []
    for number, week in enumerate(row.weeks):
        left = number * pitch
        upper, lower = height(week.high), height(week.low)
        if week.high:
            drawn.append(_rect("band", left, upper, pitch, lower - upper))
        if week.expected > 0:
            y = height(week.expected)
            drawn.append(f'<line class="exp" x1="{left:.2f}%" x2="{left + pitch:.2f}%" y1="{y:.1f}" y2="{y:.1f}"/>')
    for number, week in enumerate(row.weeks):
        if not week.observed:
            continue
        left, y = number * pitch + pitch * (1 - _BAR) / 2, height(week.observed)
        drawn.append(_rect("bar over" if week.is_over else "bar", left, y, pitch * _BAR, foot - y))
        if week.is_over:
            middle = (number + 0.5) * pitch
            drawn.append(f'<text class="value" x="{middle:.2f}%" y="{y - 4:.1f}">{week.observed:,}</text>')
    drawn.append(f'<line class="axis" x1="0" x2="100%" y1="{foot + 0.5}" y2="{foot + 0.5}"/>')
    for number, week in enumerate(row.weeks):
        if number % 4 == 0:
            day = short_date(week.first_date)
            drawn.append(f'<text class="tick" x="{number * pitch:.2f}%" y="{LARGE_HEIGHT - 5}">{day}</text>')
    frame = Markup(
        '<svg class="chart" role="img" aria-labelledby="{key}T {key}D" width="100%" height="{height}">'
        '<title id="{key}T">{title}</title><desc id="{key}D">{words}</desc>{drawn}</svg>'
    )
    return frame.format(
        key=row.key,
        height=LARGE_HEIGHT,
        title=make_printable(f"{name}: denied and rejected claims by week"),
        words=weeks_text(row.weeks),
        drawn=Markup("").join(Markup(part) for part in drawn) if drawn else escape(""),  # noqa: S704
    )


def weeks_text(weeks: Sequence[Week]) -> str:
    """What a chart of weeks shows, in words."""
    if not weeks:
        return "No week yet."
    observed = ", ".join(f"{week.observed:,}" for week in weeks)
    over = [short_date(week.first_date) for week in weeks if week.is_over]
    expected = sum(week.expected for week in weeks)
    told = f"above the expected band in the weeks of {', '.join(over)}" if over else "never above the expected band"
    return (
        f"{sum(week.observed for week in weeks):,} denied or rejected in {len(weeks)} weeks from "
        f"{short_date(weeks[0].first_date)}, {expected_text(expected)} expected; {told}. By week: {observed}."
    )


def trend_chart(trend: Trend, key: str) -> Markup:
    """Sums by day since the effective date: this year's line strong, the years before quiet."""
    from markupsafe import Markup

    foot = TREND_HEIGHT - TREND_FOOT
    last = max(WATCH_DAYS, *(day for line in trend.lines for day, _ in line.points), trend.last_day)
    top = max((total for line in trend.lines for _, total in line.points), default=0) or 1
    unit = _round_up(top)

    def height(value: float) -> float:
        return foot - value / unit * (foot - LARGE_TOP)

    drawn = []
    for share in (0.5, 1.0):
        y = height(unit * share)
        drawn.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text class="tick" x="0" y="{y - 3:.1f}">{_number(unit * share)}</text>')
    drawn.append(f'<line class="axis" x1="0" x2="100%" y1="{foot + 0.5}" y2="{foot + 0.5}"/>')
    for day in range(0, last + 1, 30):
        place = "" if day == 0 else " end" if day >= last - 2 else " mid"
        drawn.append(f'<text class="tick{place}" x="{100 * day / last:.2f}%" y="{TREND_HEIGHT - 6}">day {day}</text>')
    for line in reversed(trend.lines):
        points = [f"{day * 1000 / last:.1f},{height(total):.1f}" for day, total in _steps(line.points)]
        name = "now" if line.is_current else "before"
        drawn.append(
            f'<svg width="100%" height="{TREND_HEIGHT}" viewBox="0 0 1000 {TREND_HEIGHT}" preserveAspectRatio="none">'
            f'<polyline class="{name}" points="{" ".join(points)}"/></svg>'
        )
    told = "; ".join(f"{line.label}: {line.total_on(last):,} by day {_last_of(line, trend)}" for line in trend.lines)
    frame = Markup(
        '<svg class="trend" role="img" aria-labelledby="{key}t {key}d" width="100%" height="{height}">'
        '<title id="{key}t">Invalid-code denials of {title} since the effective date, added up</title>'
        '<desc id="{key}d">{words}.</desc>{drawn}</svg>'
    )
    return frame.format(
        key=key,
        height=TREND_HEIGHT,
        title=trend.system_title,
        words=make_printable(told),
        drawn=Markup("".join(drawn)),  # noqa: S704
    )


def _last_of(line: TrendLine, trend: Trend) -> int:
    return trend.last_day if line.is_current else WATCH_DAYS


def _steps(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners of the stairs through the points."""
    found: list[tuple[int, int]] = []
    for day, total in points:
        if found:
            found.append((day, found[-1][1]))
        found.append((day, total))
    return found


def _top_of(weeks: Sequence[Week]) -> float:
    return max((max(week.observed, week.high) for week in weeks), default=0) or 1


def _rect(name: str, left: float, top: float, width: float, height: float) -> str:
    return f'<rect class="{name}" x="{left:.2f}%" y="{top:.1f}" width="{width:.2f}%" height="{max(height, 0.0):.1f}"/>'


def _round_up(value: int) -> int:
    """The next number that reads well on an axis: 1, 2, 4, 10, 20, 40, 100 …"""
    unit = 1
    while True:
        for factor in (1, 2, 4):
            if unit * factor >= value:
                return unit * factor
        unit *= 10


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
