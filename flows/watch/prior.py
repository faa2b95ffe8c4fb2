"""What a code's own baseline says of its rate: gamma priors by moments, negative-binomial tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.watch.columns import tally

if TYPE_CHECKING:
    from flows.watch.columns import Floats, Ints

_POOL = 0.2  # weight of all payers of a system in the spread of one payer's codes
_SMALLEST, _GREATEST = 0.05, 40.0  # variance of relative rates: never quite alike, never without bound


def fit_spread(observed: Floats, expected: Floats, group: Ints, groups: int, wider: Ints, widest: int) -> Floats:
    """The variance of the relative rates of the codes of each group and category, `[groups, categories]`.

    `observed` and `expected` are `[series, categories]`, `group` the group (payer) of a series, `wider` the one
    (system) of a group. Moments: the excess of (observed − expected)² over its Poisson part, over expected²;
    each series weighs 1 / (1 + expected), so that one frequent code does not speak for all.
    """
    import numpy as np

    weight = 1.0 / (1.0 + expected)
    above = weight * ((observed - expected) ** 2 - expected)
    below = weight * expected**2
    spread = np.empty((groups, observed.shape[1]))
    for c in range(observed.shape[1]):
        top = tally(group, above[:, c], groups)
        base = tally(group, below[:, c], groups)
        all_top = tally(wider, top, widest)[wider]
        all_base = tally(wider, base, widest)[wider]
        spread[:, c] = (top + _POOL * all_top) / np.maximum(base + _POOL * all_base, 1e-9)
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
