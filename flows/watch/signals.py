"""What the surveillance model says of one system, code, payer and category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, EPOCH
from flows.watch.control import Expectation
from flows.watch.evidence import Evidence, Tables
from flows.watch.figures import Charts, Counts, draw_charts
from flows.watch.prior import find_band
from flows.watch.thresholds import Thresholds
from schema.remits import Category
from schema.watch import Status

if TYPE_CHECKING:
    from flows.watch.columns import Flags, Floats, Ints

_INVALID = CATEGORIES.index(Category.INVALID_CODE)
_ORDER = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Signal:
    """Figures on claims whose key date is on or after the effective date.

    `payer` is None for all payers together. `denied_claims` and `rejected_claims` are claims whose denial or
    rejection stands; no claim is in both. `expected` are the denials and rejections that the baseline leads to
    expect by the report's date, a payer-wide rise included, `low` and `high` the band that holds 95 of 100 such
    counts. `rate` and `baseline_rate` are (denied + rejected) / (answered + rejected) after and before the
    effective date, None without an answer. `p_value` is the probability of so many or more without an effect;
    `q_value` the share of false ones among all watched items up to it (Benjamini and Hochberg), 1 for a code that
    nobody watches. `is_certain`: an invalid code was billed, which needs no statistics. `weeks` are the first
    day of a week from the effective date, the claims first denied or rejected in it, and the number expected.
    """

    system: str
    code: str
    payer: str | None
    category: Category
    status: Status
    is_watched: bool
    denied_claims: int
    rejected_claims: int
    billed_claims: int
    adjudicated_claims: int
    denied_amount: Decimal
    expected: float
    baseline_rate: float | None
    rate: float | None
    p_value: float
    q_value: float
    low: int
    high: int
    is_certain: bool = False
    weeks: tuple[tuple[date, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Subjects:
    """What signals are written of: series (code and payer), or codes (payer -1)."""

    code: Ints
    payer: Ints
    counts: Counts
    evidence: Evidence
    q_values: Floats
    is_alarm: Flags
    is_notable: Flags
    is_certain: Flags


def write_signals(
    tables: Tables, expectation: Expectation, level: Floats, kinds: Sequence[str | None],
    of_series: Subjects, of_codes: Subjects, thresholds: Thresholds,
) -> list[Signal]:  # fmt: skip
    """The signals of all subjects, in the order of reports."""
    import numpy as np

    is_watched = np.array([kind is not None for kind in kinds])
    chosen = [_choose(subjects, is_watched, kinds, thresholds) for subjects in (of_series, of_codes)]
    # A chart is drawn for the series that are written, and for those of a code that is.
    codes = np.unique(np.concatenate([of_series.code[chosen[0][0]], of_codes.code[chosen[1][0]]]))
    drawn = np.flatnonzero(np.isin(tables.series.code, codes))
    charts = {
        system: draw_charts(tables, expectation, level, drawn[tables.series.system[drawn] == system], system)
        for system in tables.weeks
    }
    signals = list(_write(tables, charts, of_series, *chosen[0], is_watched, thresholds))
    signals += _write(tables, charts, of_codes, *chosen[1], is_watched, thresholds)
    signals.sort(
        key=lambda s: (_ORDER[s.status], s.p_value, s.system, s.code, s.payer is not None, s.payer or "", s.category)
    )
    return signals


def _choose(
    subjects: Subjects, is_watched: Flags, kinds: Sequence[str | None], thresholds: Thresholds
) -> tuple[Ints, Ints]:
    """Row and category of each signal to write."""
    import numpy as np

    watched = is_watched[subjects.code]
    counts = subjects.counts
    is_there = (counts.billed > 0) | (subjects.evidence.observed.sum(axis=1) > 0) | subjects.is_certain
    wanted = (subjects.evidence.observed > 0) & watched[:, None]
    wanted[subjects.is_certain, _INVALID] = True
    silent = np.flatnonzero(watched & is_there & ~wanted.any(axis=1))
    for row in silent:
        expected = thresholds.expected.get(kinds[subjects.code[row]] or "", frozenset())
        wanted[row, next((c for c, category in enumerate(CATEGORIES) if category in expected), _INVALID)] = True
    wanted |= subjects.is_alarm & ~watched[:, None]
    rows, categories = np.nonzero(wanted)
    return rows, categories


def _write(
    tables: Tables, charts: dict[int, Charts], subjects: Subjects, rows: Ints, categories: Ints,
    is_watched: Flags, thresholds: Thresholds,
) -> Iterator[Signal]:  # fmt: skip
    import numpy as np

    codes, payers = list(tables.names.codes), list(tables.names.payers)
    counts, evidence = subjects.counts, subjects.evidence
    expected = evidence.expected[rows, categories]
    low, high = find_band(evidence.size[rows, categories], expected)
    members = _group_series(tables.series.code, len(codes))
    for place, (row, c) in enumerate(zip(rows.tolist(), categories.tolist(), strict=True)):
        system, code = codes[subjects.code[row]]
        payer = int(subjects.payer[row])
        denied, rejected = int(counts.denied[row, c]), int(counts.rejected[row, c])
        answered = int(counts.answered[row])
        rejected_at_all = int(counts.rejected[row].sum())
        is_certain = bool(subjects.is_certain[row]) and c == _INVALID
        if is_certain or subjects.is_alarm[row, c]:
            status = Status.ALARM
        elif subjects.is_notable[row, c]:
            status = Status.WATCH
        elif answered + rejected_at_all < thresholds.answered_claims:
            status = Status.INSUFFICIENT
        else:
            status = Status.OK
        chart = charts.get(tables.names.systems[system])
        mine = np.array([row]) if payer >= 0 else members[subjects.code[row]]
        yield Signal(
            system, code, payers[payer] if payer >= 0 else None, CATEGORIES[c], status,
            bool(is_watched[subjects.code[row]]), denied, rejected, int(counts.billed[row]), answered,
            Decimal(int(counts.amount[row, c])).scaleb(-4), round(float(expected[place]), 4),
            _share(int(counts.denied_before[row, c]), int(counts.answered_before[row])),
            _share(denied + rejected, answered + rejected_at_all),
            float(evidence.p_values[row, c]), float(subjects.q_values[row, c]), int(low[place]), int(high[place]),
            is_certain, _draw(chart, mine, c),
        )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / max(part, whole) if whole or part else None


def _group_series(code: Ints, codes: int) -> list[Ints]:
    """The series of each code."""
    import numpy as np

    order = np.argsort(code, kind="stable")
    return np.split(order, np.cumsum(np.bincount(code, minlength=codes))[:-1])


def _draw(chart: Charts | None, series: Ints, category: int) -> tuple[tuple[date, int, float], ...]:
    if chart is None:
        return ()
    places = chart.place[series]
    places = places[places >= 0]
    observed = chart.observed[places, category].sum(axis=0).tolist()
    expected = chart.expected[places, category].sum(axis=0).tolist()
    first = EPOCH + timedelta(days=chart.weeks.first)
    return tuple(
        (first + timedelta(days=7 * week), int(seen), round(due, 3))
        for week, (seen, due) in enumerate(zip(observed, expected, strict=True))
    )
