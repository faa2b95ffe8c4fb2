"""From evidence to status: thresholds, which category of a code stands by itself, what is spread over payers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, Series, sum_by
from flows.watch.evidence import Evidence
from flows.watch.prior import count_tail
from flows.watch.thresholds import Thresholds

if TYPE_CHECKING:
    from flows.watch.columns import Flags, Floats, Ints

_NEVER = 1e-100
_SPILL_SIZE = 8.0  # how sure the share worded otherwise is: by a third


def weigh_categories(kinds: Sequence[str | None], thresholds: Thresholds) -> Floats:
    """The threshold of each code and category: `kinds` are the kinds of change, None where nobody watches."""
    import numpy as np

    rows: dict[str | None, list[float]] = {}
    for kind in set(kinds):
        expected = thresholds.expected.get(kind or "", frozenset())
        if kind is None:
            rows[kind] = [thresholds.unwatched] * len(CATEGORIES)
        elif not expected:
            rows[kind] = [thresholds.alarm] * len(CATEGORIES)
        else:
            weights = [thresholds.expected_weight if c in expected else thresholds.other_weight for c in CATEGORIES]
            rows[kind] = [thresholds.alarm * weight for weight in weights]
    return np.array([rows[kind] for kind in kinds]).reshape(len(kinds), len(CATEGORIES))


def judge(evidence: Evidence, bounds: Floats, thresholds: Thresholds) -> tuple[Flags, Flags]:
    """Which rows and categories of the evidence are in alarm, and which deserve a look (`[row, category]` both).

    `bounds` are the thresholds of each row.
    """
    import numpy as np

    observed, expected = evidence.observed, evidence.expected
    is_enough = (observed >= thresholds.minimum_claims) & (observed >= thresholds.minimum_ratio * expected)
    is_alarm = is_enough & (evidence.p_values <= bounds)
    several = np.flatnonzero(is_alarm.sum(axis=1) > 1)
    if len(several):
        is_alarm[several] &= _stands_alone(evidence, several, bounds, thresholds)
    is_notable = (observed >= 2) & (evidence.p_values <= thresholds.watch)
    return is_alarm, is_notable


def _stands_alone(evidence: Evidence, rows: Ints, bounds: Floats, thresholds: Thresholds) -> Flags:
    """Where several categories of a code are up: the first (the greatest excess) and those that are still up when
    a part of the first one's excess is expected in them. A payer words some denials of one cause otherwise."""
    import numpy as np

    observed, expected, size = (a[rows] for a in (evidence.observed, evidence.expected, evidence.size))
    excess = np.maximum(observed - expected, 0.0)
    first = np.argmax(excess, axis=1)
    here = np.arange(len(rows))
    more = thresholds.spill * excess[here, first][:, None]
    mean = np.maximum(expected + more, _NEVER)
    joint = mean**2 / np.maximum(expected**2 / size + more**2 / _SPILL_SIZE, _NEVER)
    p_values = count_tail(observed, joint, mean)
    stands = p_values <= bounds[rows]
    stands[here, first] = True
    return np.asarray(stands)


def add_payers(evidence: Evidence, series: Series, codes: int) -> Evidence:
    """The evidence of each code over all its payers, `[code, category]`: a sum of negative-binomial counts, taken as
    one with the same mean and variance, but no surer than what is known of the code as a whole."""
    import numpy as np

    observed, expected = sum_by(series.code, evidence.observed, codes), sum_by(series.code, evidence.expected, codes)
    spread = sum_by(series.code, evidence.expected**2 / evidence.size, codes)
    size = np.maximum(expected, _NEVER) ** 2 / np.maximum(spread, _NEVER)
    size = np.minimum(np.where(expected > 0, size, 1.0), evidence.code_size)
    p_values = np.where(observed >= 1, count_tail(observed, size, expected), 1.0)
    return Evidence(observed, expected, size, p_values, None, evidence.code_size)


def find_spread(whole: Evidence, evidence: Evidence, series: Series, thresholds: Thresholds) -> Flags:
    """`[code, category]`: more than one payer's: without the payer with the greatest excess it is still unlikely."""
    import numpy as np

    codes, count = whole.observed.shape
    result = np.zeros((codes, count), dtype=bool)
    for c in range(count):
        excess = evidence.observed[:, c] - evidence.expected[:, c]
        order = np.lexsort((-excess, series.code))
        code, where = np.unique(series.code[order], return_index=True)
        top = order[where]
        observed = whole.observed[code, c] - evidence.observed[top, c]
        expected = np.maximum(whole.expected[code, c] - evidence.expected[top, c], 1e-9)
        p_values = np.where(observed >= 1, count_tail(observed, whole.size[code, c], expected), 1.0)
        result[code, c] = p_values <= thresholds.spread
    return result
