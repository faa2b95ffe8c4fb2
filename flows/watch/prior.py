"""What a code's own baseline says of its rate: gamma priors by moments, negative-binomial tails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.watch.columns import sum_by

if TYPE_CHECKING:
    from flows.watch.columns import Floats, Ints, Series

_POOL = 0.2  # weight of all payers of a system in the spread of one payer's codes
_SMALLEST, _GREATEST = 0.3, 10.0  # variance of relative rates: never quite alike, never without bound
_OUTLIER = 1e-4  # a code as unlikely as this under the first fit has a rate of its own and is left out of the second


@dataclass(frozen=True, slots=True)
class Baseline:
    """The relative rate of each series and category before the effective date, `[series, category]`: its mean
    `level`, and `size`, the number of denials that this mean is worth. `code_size` is that of the code over
    all its payers, `[code, category]`."""

    level: Floats
    size: Floats
    code_size: Floats


def fit_baseline(observed: Floats, expected: Floats, series: Series, systems: int) -> Baseline:
    """What the past of a code says of its rate, at two levels, both gamma with a spread fitted by moments.

    A code has a rate over all its payers, drawn to that of the system; at one payer it has a rate drawn to its own
    at the other payers. A series without a past has what its code has at other payers, and a new code the prior.
    `observed` and `expected` are denials of the baseline.
    """
    import numpy as np

    codes = int(series.code.max()) + 1
    system_of = np.zeros(codes, dtype=np.int64)
    system_of[series.code] = series.system
    all_observed = sum_by(series.code, observed, codes)
    all_expected = sum_by(series.code, expected, codes)
    everyone = np.arange(systems)
    of_codes = fit_spread(all_observed, all_expected, system_of, systems, everyone, systems)[system_of]
    shape = 1.0 / of_codes[series.code]
    others = shape + all_observed[series.code] - observed
    mean = others / (shape + all_expected[series.code] - expected)
    group = series.system * series.payers + series.payer
    wider = np.repeat(everyone, series.payers)
    drawn = fit_spread(observed, expected * mean, group, systems * series.payers, wider, systems)[group]
    own_shape = 1.0 / (drawn + 1.0 / others)
    size = own_shape + observed
    return Baseline(size / (own_shape / mean + expected), size, 1.0 / of_codes + all_observed)


def fit_spread(observed: Floats, expected: Floats, group: Ints, groups: int, wider: Ints, widest: int) -> Floats:
    """The variance of the relative rates of each group and category, `[groups, categories]`, without the outliers.

    `observed` and `expected` are `[n, categories]`, `group` the group (payer) of a row, `wider` the one (system)
    of a group. A long-standing high rate would make every new code look harmless; it has enough of a past of its own.
    """
    import numpy as np

    spread = np.ones((groups, observed.shape[1]))
    for _ in range(2):
        likely = count_tail(observed, 1.0 / spread[group], expected) > _OUTLIER
        spread = _fit(observed * likely, expected * likely, group, groups, wider, widest)
    return spread


def _fit(observed: Floats, expected: Floats, group: Ints, groups: int, wider: Ints, widest: int) -> Floats:
    """Moments: (observed − expected)² less its Poisson part, over expected². Each row weighs 1 / (1 + expected),
    so that one frequent code does not speak for all."""
    import numpy as np

    weight = 1.0 / (1.0 + expected)
    top = sum_by(group, weight * ((observed - expected) ** 2 - expected), groups)
    base = sum_by(group, weight * expected**2, groups)
    all_top, all_base = (sum_by(wider, values, widest)[wider] for values in (top, base))
    spread = (top + _POOL * all_top) / np.maximum(base + _POOL * all_base, 1e-9)
    return np.clip(spread, _SMALLEST, _GREATEST)


def count_tail(observed: Floats, size: Floats, mean: Floats) -> Floats:
    """P(X >= observed) for X negative-binomial with this mean and size (variance mean + mean² / size)."""
    import numpy as np
    from scipy.special import betainc

    safe = np.maximum(mean, 1e-12)
    tail = betainc(np.maximum(observed, 1.0), size, safe / (safe + size))
    return np.asarray(np.where(observed < 1, 1.0, tail))


def find_band(size: Floats, mean: Floats, level: float = 0.95) -> tuple[Ints, Ints]:
    """The band that holds the count with this probability: the smallest and the greatest count in it."""
    import numpy as np
    from scipy.special import nbdtrik

    safe = np.maximum(mean, 1e-9)
    share = size / (size + safe)

    def cut(level: float) -> Ints:
        found = np.nan_to_num(nbdtrik(level, size, share), nan=0.0, posinf=0.0)
        return np.asarray(np.ceil(np.maximum(found, 0.0) - 1e-6), dtype=np.int64)

    return cut((1 - level) / 2), cut((1 + level) / 2)


def adjust_for_many(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's q-values, in the order of the p-values."""
    import numpy as np

    count = len(p_values)
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * count / np.arange(count, 0, -1)
    result = np.empty(count)
    result[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return result
