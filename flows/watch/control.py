"""What would have come without the update: the baseline's curves, raised where unchanged codes rise too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, Rows, tally
from flows.watch.lags import Curves

if TYPE_CHECKING:
    from flows.watch.columns import Flags, Floats, Ints

RECENT_WEEKS = 4
_CALM = 2.0  # expected denials added to both sides of a control ratio, so that one denial is no rise


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks of one system from its effective date (days since 1970-01-01) to the report's date."""

    first: int
    as_of: int

    @property
    def count(self) -> int:
        return (self.as_of - self.first) // 7 + 1

    @property
    def days(self) -> int:
        return self.as_of - self.first + 1


@dataclass(frozen=True, slots=True)
class Expectation:
    """`steps[system]` is `[payer, category, week, day]`: share of the claims that ended on a day of the weeks
    (0: effective date or before) which is expected to be denied in that week of receipt, control included."""

    steps: Mapping[int, Floats]
    weeks: Mapping[int, Weeks]

    def expect(self, rows: Rows, series: Ints, number: int, last_weeks: int | None = None) -> Floats:
        """Expected denials `[series, category]` of the billed rows, of all weeks or the last ones."""
        import numpy as np

        result = np.zeros((number, len(CATEGORIES)))
        for system, steps in self.steps.items():
            mine = rows.system == system
            weeks = self.weeks[system]
            first = 0 if last_weeks is None else max(0, weeks.count - last_weeks)
            shares = steps[:, :, first:, :].sum(axis=2)
            day = np.clip(rows.end[mine] - weeks.first, 0, weeks.days - 1)
            self_place = rows.payer[mine] * weeks.days + day
            for c in range(len(CATEGORIES)):
                share = np.ascontiguousarray(shares[:, c, :]).reshape(-1)[self_place]
                result[:, c] += tally(series[mine], rows.claims[mine] * share, number)
        return result

    def count(self, rows: Rows, series: Ints, number: int, last_weeks: int | None = None) -> Floats:
        """Denied and rejected claims `[series, category]` of the rows, of all weeks of receipt or the last ones."""
        import numpy as np

        claims = rows.claims
        if last_weeks is not None:
            start = {s: w.first + 7 * max(0, w.count - last_weeks) for s, w in self.weeks.items()}
            since = np.array([start.get(s, 0) for s in range(int(rows.system.max(initial=0)) + 1)])
            claims = np.where(rows.received >= since[rows.system], claims, 0.0)
        size = len(CATEGORIES)
        flat = tally(series * size + rows.category, claims, number * size)
        return flat.reshape(number, size)


def expect_plain(curves: Curves, weeks: Mapping[int, Weeks]) -> Expectation:
    """The curves alone, cut by week of receipt."""
    import numpy as np

    steps: dict[int, Floats] = {}
    for system, own in weeks.items():
        shares = curves.shares[system * curves.payers : (system + 1) * curves.payers]
        padded = np.concatenate([np.zeros((*shares.shape[:2], 1)), shares], axis=2)
        oldest = padded.shape[2] - 1
        ends = np.minimum(own.first + 7 * np.arange(own.count) + 6, own.as_of)
        edges = np.concatenate([[own.first - 1], ends])
        age = edges[:, None] - (own.first + np.arange(own.days))[None, :]
        at_edges = padded[:, :, np.clip(age + 1, 0, oldest)]
        steps[system] = np.diff(at_edges, axis=2)
    return Expectation(steps, weeks)


def raise_with_control(
    plain: Expectation, billed: Rows, denied: Rows, level: Floats, observed: Flags, expected: Flags
) -> Expectation:
    """The expectation times observed over expected on the control rows, by payer, category and week of receipt.

    `level[row, category]` is the relative rate of a billed row's code; `expected` and `observed` say which billed
    rows (by category) and which denied rows belong to the control group. A ratio is never below 1: a payer that
    denies less in general does not make a code look worse. It is that of the week and the one before.
    """
    import numpy as np

    raised: dict[int, Floats] = {}
    for system, steps in plain.steps.items():
        own = plain.weeks[system]
        payers, count, week_count, days = steps.shape
        mine = billed.system == system
        day = np.clip(billed.end[mine] - own.first, 0, days - 1)
        place = billed.payer[mine] * days + day
        base = np.empty((payers, count, week_count))
        for c in range(count):
            claims = billed.claims[mine] * level[mine, c] * expected[mine, c]
            by_day = tally(place, claims, payers * days).reshape(payers, days)
            base[:, c] = np.einsum("pd,pwd->pw", by_day, steps[:, c])
        of_system = (denied.system == system) & observed
        week = np.clip((denied.received[of_system] - own.first) // 7, 0, week_count - 1)
        cell = (denied.payer[of_system] * count + denied.category[of_system]) * week_count + week
        hits = tally(cell, denied.claims[of_system], base.size).reshape(base.shape)
        ratio = (_with_week_before(hits) + _CALM) / (_with_week_before(base) + _CALM)
        whole = (hits.sum(axis=2, keepdims=True) + _CALM) / (base.sum(axis=2, keepdims=True) + _CALM)
        raised[system] = steps * np.maximum(np.maximum(ratio, whole), 1.0)[..., None]
    return Expectation(raised, plain.weeks)


def _with_week_before(values: Floats) -> Floats:
    import numpy as np

    before = np.zeros_like(values)
    before[..., 1:] = values[..., :-1]
    return np.asarray(values + before)


def expect_weekly(expectation: Expectation, rows: Rows, series: Ints, chosen: Ints, system: int) -> Floats:
    """Expected denials `[chosen, category, week]` of the chosen series of one system (their rows are of one payer
    each), before the codes' own relative rates."""
    import numpy as np

    own = expectation.weeks[system]
    steps = expectation.steps[system]
    place = np.full(int(max(series.max(initial=-1), chosen.max(initial=-1))) + 2, -1)
    place[chosen] = np.arange(len(chosen))
    mine = (rows.system == system) & (place[series] >= 0)
    day = np.clip(rows.end[mine] - own.first, 0, own.days - 1)
    cell = place[series[mine]] * own.days + day
    by_day = tally(cell, rows.claims[mine], len(chosen) * own.days)
    by_day = by_day.reshape(len(chosen), own.days)
    payer = np.zeros(len(chosen), dtype=np.int64)
    payer[place[series[mine]]] = rows.payer[mine]
    result = np.empty((len(chosen), steps.shape[1], own.count))
    for p in np.unique(payer):
        of_payer = payer == p
        result[of_payer] = np.einsum("nd,cwd->ncw", by_day[of_payer], steps[p], optimize=True)
    return result
