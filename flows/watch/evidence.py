"""The tests of the model: every code and payer, category by category, against its own expectation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, Names, Rows, Series, tally
from flows.watch.control import RECENT_WEEKS, Expectation, Weeks, expect_plain, raise_with_control
from flows.watch.lags import fit_curves
from flows.watch.prior import count_tail, fit_baseline
from flows.watch.thresholds import Thresholds

if TYPE_CHECKING:
    from flows.watch.columns import Flags, Floats, Ints

_OUTLIER = 1e-4  # a control code as unlikely as this has an effect of its own and leaves the control group


@dataclass(frozen=True, slots=True)
class Evidence:
    """`[series, category]`: counts and expectations after the effective date; what is expected is negative-binomial
    with mean `expected` and size `size`. `p_values` are those of the better of both tests. `recent` is observed and
    expected of the last weeks (None in the first weeks)."""

    observed: Floats
    expected: Floats
    size: Floats
    p_values: Floats
    recent: tuple[Floats, Floats] | None
    code_size: Floats
    """The size of each code's expectation over all payers, `[code, category]`: what they share is not averaged out."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows up to the report's date, before and after the effective date, and their series."""

    names: Names
    series: Series
    before: Rows
    after: Rows
    denied_before: Rows
    denied_after: Rows
    weeks: Mapping[int, Weeks]
    as_of: int


def weigh_evidence(tables: Tables, is_changed: Flags, thresholds: Thresholds) -> tuple[Evidence, Expectation, Floats]:
    """The evidence, the expectation it stands on (by week), and the relative rate of each series and category.

    `is_changed[series]`: the code is in a change set or watched, so it is not in the control group.
    """
    import numpy as np

    series, names, as_of = tables.series, tables.names, tables.as_of
    number, payers, systems = series.count, max(1, len(names.payers)), max(1, len(names.systems))
    curves = fit_curves(tables.before, tables.denied_before, systems, payers, as_of)
    place_before, place_after = series.place(tables.before), series.place(tables.after)
    place_denied = series.place(tables.denied_after)
    # The code's own baseline.
    expected_before = _expect_before(tables.before, place_before, number, curves.shares, payers, as_of)
    flat = series.place(tables.denied_before) * len(CATEGORIES) + tables.denied_before.category
    observed_before = tally(flat, tables.denied_before.claims, number * len(CATEGORIES))
    observed_before = observed_before.reshape(number, len(CATEGORIES))
    baseline = fit_baseline(observed_before, expected_before, series, systems)
    level, size = baseline.level, np.minimum(baseline.size, thresholds.information)
    code_size = np.minimum(baseline.code_size, thresholds.information)
    # The same period of the update: first with every unchanged code as control, then without the outliers.
    plain = expect_plain(curves, tables.weeks)
    observed = plain.count(tables.denied_after, place_denied, number)
    is_control = np.repeat(~is_changed[:, None], len(CATEGORIES), axis=1)
    expectation = plain
    for _ in range(2):
        expectation = raise_with_control(
            plain, tables.after, tables.denied_after, level[place_after],
            is_control[place_denied, tables.denied_after.category], is_control[place_after],
        )  # fmt: skip
        expected = level * expectation.expect(tables.after, place_after, number)
        p_values = _test(observed, size, expected)
        is_control &= p_values > _OUTLIER
    recent = None
    if any(weeks.count > RECENT_WEEKS for weeks in tables.weeks.values()):
        seen = expectation.count(tables.denied_after, place_denied, number, RECENT_WEEKS)
        due = level * expectation.expect(tables.after, place_after, number, RECENT_WEEKS)
        recent = (seen, due)
        p_values = np.minimum(p_values, np.minimum(_test(seen, size, due) / thresholds.recent, 1.0))
    return Evidence(observed, expected, size, p_values, recent, code_size), expectation, level


def _test(observed: Floats, size: Floats, mean: Floats) -> Floats:
    """Upper tails, worked out only where something was denied."""
    import numpy as np

    result = np.ones_like(mean)
    there = observed >= 1
    result[there] = count_tail(observed[there], size[there], mean[there])
    return result


def _expect_before(rows: Rows, place: Ints, number: int, shares: Floats, payers: int, as_of: int) -> Floats:
    import numpy as np

    oldest = shares.shape[2] - 1
    where = (rows.system * payers + rows.payer) * (oldest + 1) + np.clip(as_of - rows.end, 0, oldest)
    result = np.empty((number, shares.shape[1]))
    for c in range(shares.shape[1]):
        share = np.ascontiguousarray(shares[:, c, :]).reshape(-1)[where]
        result[:, c] = tally(place, rows.claims * share, number)
    return result
