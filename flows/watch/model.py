"""The surveillance model: which codes are denied because of an update. docs/watch-model.md explains it.

Gamma-Poisson with an empirical prior: each code and payer has, by category, a relative rate from its own baseline,
drawn to that of the payer's codes; what the claims billed since the effective date lead to expect at their age is
compared with what was denied and rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, EPOCH, Names, Rows, Series, read_rows, tally
from flows.watch.control import Weeks
from flows.watch.decision import add_payers, find_spread, judge, weigh_categories
from flows.watch.evidence import Tables, weigh_evidence
from flows.watch.figures import count_figures
from flows.watch.prior import adjust_for_many
from flows.watch.signals import Signal, Subjects, write_signals
from flows.watch.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from flows.watch.columns import Floats, Ints, Table


def find_signals(
    billed: Table,
    adjudicated: Table,
    denied: Table,
    effective: Mapping[str, date],
    changed: Mapping[tuple[str, str], str],
    invalid_billed: Table | None,
    as_of: date,
    thresholds: Thresholds = DEFAULT,
) -> list[Signal]:
    """What stands out among the claims on or after the effective date, from what was received by `as_of`.

    The tables are described in flows.watch.columns. `effective` is the effective date of the update of each
    system, `changed` the kind of change (or reason for watching) of each watched (system, code); every other code is
    control group. For a watched code there is a signal for each payer that it was billed to and for all payers
    together (None), in each category that was denied, and in one that its change leads to expect where none was; for
    other codes only alarms. Sorted by status, p-value, system, code, payer, category.
    """
    import numpy as np

    tables, answered, invalid = _read_tables(billed, adjudicated, denied, effective, invalid_billed, as_of)
    series, names = tables.series, tables.names
    if not series.count or not tables.weeks:
        return []
    kinds = [changed.get(code) for code in names.codes]
    is_changed = np.array([kind is not None for kind in kinds])
    evidence, expectation, level = weigh_evidence(tables, is_changed[series.code], thresholds)
    spent = {name: thresholds.spend(tables.weeks[s].days) for name, s in names.systems.items() if s in tables.weeks}
    bounds = weigh_categories(kinds, thresholds) * np.array([[spent.get(system, 0.0)] for system, _ in names.codes])
    is_alarm, is_notable = judge(evidence, bounds[series.code], thresholds)
    whole = add_payers(evidence, series, len(kinds))
    is_alarm_of_all, is_notable_of_all = judge(whole, bounds, thresholds)
    is_alarm_of_all &= find_spread(whole, evidence, series, thresholds)
    certain = np.zeros(series.count, dtype=bool)
    certain[series.place(invalid)] = True
    certain &= is_changed[series.code]
    counts = count_figures(tables, answered)
    q_values = _adjust(evidence.p_values, whole.p_values, is_changed[series.code], is_changed)
    of_series = Subjects(
        series.code, series.payer, counts, evidence, q_values[0], is_alarm, is_notable, certain
    )  # fmt: skip
    of_codes = Subjects(
        np.arange(len(kinds)), np.full(len(kinds), -1), counts.add_up(series.code, len(kinds)), whole, q_values[1],
        is_alarm_of_all, is_notable_of_all, tally(series.code, certain, len(kinds)) > 0,
    )  # fmt: skip
    return write_signals(tables, expectation, level, kinds, of_series, of_codes, thresholds)


def _read_tables(
    billed: Table, adjudicated: Table, denied: Table, effective: Mapping[str, date], invalid: Table | None, as_of: date
) -> tuple[Tables, Rows, Rows]:
    """What was there by the date: the tables of the tests, the answered claims, and those with an invalid code."""
    import numpy as np

    names, day = Names(), (as_of - EPOCH).days
    rows = read_rows(billed, names)
    rows = rows.keep(rows.end <= day)
    hits = read_rows(denied, names)
    hits = hits.keep(hits.received <= day)
    answered = read_rows(adjudicated, names)
    answered = answered.keep((answered.end <= day) & (answered.received <= day))
    wrong = read_rows(invalid, names) if invalid is not None else rows.keep(np.zeros(len(rows.end), dtype=bool))
    wrong = wrong.keep((wrong.end <= day) & wrong.is_after)
    starts = {names.systems[s]: (d - EPOCH).days for s, d in effective.items() if s in names.systems}
    weeks = {s: Weeks(first, day) for s, first in starts.items() if first <= day}
    is_open = np.isin(np.arange(len(names.systems) + 1), list(weeks))
    tables = Tables(
        names, _number_series((rows, hits, answered, wrong), names),
        before=rows.keep(~rows.is_after), after=rows.keep(rows.is_after & is_open[rows.system]),
        denied_before=hits.keep(~hits.is_after), denied_after=hits.keep(hits.is_after & is_open[hits.system]),
        weeks=weeks, as_of=day,
    )  # fmt: skip
    return tables, answered, wrong


def _number_series(tables: tuple[Rows, ...], names: Names) -> Series:
    import numpy as np

    payers = max(1, len(names.payers))
    keys = np.unique(np.concatenate([np.unique(rows.code * payers + rows.payer) for rows in tables]))
    system = np.array([names.systems[of] for of, _ in names.codes], dtype=np.int64)
    code = keys // payers
    return Series(keys, code, keys % payers, system[code] if len(keys) else code, payers)


def _adjust(own: Floats, whole: Floats, is_watched: Ints, is_watched_code: Ints) -> tuple[Floats, Floats]:
    """Benjamini and Hochberg over all tests of watched codes, by payer and of all together; 1 for the others."""
    import numpy as np

    size = len(CATEGORIES)
    both = np.concatenate([own[is_watched].reshape(-1), whole[is_watched_code].reshape(-1)])
    adjusted = adjust_for_many(both) if len(both) else both
    q_own, q_whole = np.ones_like(own), np.ones_like(whole)
    cut = int(np.count_nonzero(is_watched)) * size
    q_own[is_watched] = adjusted[:cut].reshape(-1, size)
    q_whole[is_watched_code] = adjusted[cut:].reshape(-1, size)
    return q_own, q_whole
