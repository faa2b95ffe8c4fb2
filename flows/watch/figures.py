"""The numbers of each item beside the tests: claims billed, answered, denied, rejected, dollars, weeks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, Rows, sum_by, tally
from flows.watch.control import Expectation, Weeks, expect_weekly
from flows.watch.evidence import Tables

if TYPE_CHECKING:
    from flows.watch.columns import Floats, Ints


@dataclass(frozen=True, slots=True)
class Counts:
    """By series or by code, `[n]`, and `[n, category]` where a category is meant. Claims after the effective date,
    `_before`: before it. `denied` and `rejected` stand; `amount` is in ten-thousandths of a dollar."""

    billed: Floats
    answered: Floats
    answered_before: Floats
    denied: Floats
    rejected: Floats
    denied_before: Floats
    amount: Floats

    def add_up(self, code: Ints, codes: int) -> Counts:
        """The same by code, over the payers."""

        def add(values: Floats) -> Floats:
            return tally(code, values, codes) if values.ndim == 1 else sum_by(code, values, codes)

        return Counts(*(add(getattr(self, each.name)) for each in fields(self)))


def count_figures(tables: Tables, answered: Rows) -> Counts:
    """The figures of each series. A rejected claim is an answered one too where rates are told."""
    import numpy as np

    series, number, size = tables.series, tables.series.count, len(CATEGORIES)

    def add(rows: Rows) -> Floats:
        return tally(series.place(rows), rows.claims, number)

    def add_by_category(rows: Rows, values: Floats) -> Floats:
        cell = series.place(rows) * size + rows.category
        return tally(cell, values, number * size).reshape(number, size)

    standing = tables.denied_after.keep(tables.denied_after.is_standing)
    before = tables.denied_before.keep(tables.denied_before.is_standing)
    return Counts(
        billed=add(tables.after),
        answered=add(answered.keep(answered.is_after)),
        answered_before=add(answered.keep(~answered.is_after)),
        denied=add_by_category(standing, np.where(standing.is_rejection, 0.0, standing.claims)),
        rejected=add_by_category(standing, np.where(standing.is_rejection, standing.claims, 0.0)),
        denied_before=add_by_category(before, before.claims),
        amount=add_by_category(standing, np.where(standing.is_rejection, 0.0, standing.amount)),
    )


@dataclass(frozen=True, slots=True)
class Charts:
    """Claims first denied or rejected, and expected, `[chosen, category, week]` of the chosen series of a system."""

    observed: Floats
    expected: Floats
    place: Ints
    """For each series its row, -1 where it was not chosen."""
    weeks: Weeks


def draw_charts(tables: Tables, expectation: Expectation, level: Floats, chosen: Ints, system: int) -> Charts:
    """The weeks of the chosen series, all of this system."""
    import numpy as np

    own, size = tables.weeks[system], len(CATEGORIES)
    place = np.full(tables.series.count, -1)
    place[chosen] = np.arange(len(chosen))
    expected = expect_weekly(expectation, tables.after, tables.series.place(tables.after), chosen, system)
    expected *= level[chosen][:, :, None]
    rows = tables.denied_after
    row = place[tables.series.place(rows)]
    mine = row >= 0
    week = np.clip((rows.received[mine] - own.first) // 7, 0, own.count - 1)
    cell = (row[mine] * size + rows.category[mine]) * own.count + week
    observed = tally(cell, rows.claims[mine], len(chosen) * size * own.count)
    return Charts(observed.reshape(len(chosen), size, own.count), expected, place, own)
