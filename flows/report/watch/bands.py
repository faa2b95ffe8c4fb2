"""The range of a count that chance explains in one week, from that of the whole time."""

from __future__ import annotations

import math
from functools import lru_cache

# Nineteen weeks of twenty lie within.
TAIL = 0.025
_NORMAL = 1.959964
# Beyond it a curve is as good as a sum of so many terms.
_MANY = 400.0


def spread_of(expected: float, high: int) -> float:
    """How much the denial rate itself varies beyond chance, as the share of variance that goes with the square.

    The model takes a negative binomial count; its variance is E + s * E * E. `high` is the upper end of the
    band of the whole time; s is found from it as if the band were that of a normal curve, and is 0 where the
    band is no wider than Poisson's.
    """
    if expected <= 0:
        return 0.0
    deviation = max(high - expected, 0.0) / _NORMAL
    return min(max(deviation * deviation - expected, 0.0) / (expected * expected), 4.0)


def band_of(expected: float, spread: float) -> tuple[int, int]:
    """Lowest and highest count (both counted) that are no surprise where so many are expected."""
    if expected <= 0:
        return 0, 0
    return _band(round(expected, 2) or 0.01, round(spread, 2))


@lru_cache(maxsize=20_000)
def _band(expected: float, spread: float) -> tuple[int, int]:
    variance = expected + spread * expected * expected
    if expected > _MANY:
        # Wilson and Hilferty: the cube root of a gamma variable of this mean and variance is nearly normal.
        ninth = variance / (9 * expected * expected)
        lower, upper = (expected * (1 - ninth + sign * math.sqrt(ninth)) ** 3 for sign in (-_NORMAL, _NORMAL))
        return max(round(lower), 0), round(upper)
    if spread > 0:
        shape = 1 / spread
        chance = math.exp(-shape * math.log1p(expected / shape))
        ratio = expected / (expected + shape)
    else:
        shape, chance, ratio = 0.0, math.exp(-expected), 0.0
    low, count, total = -1, 0, chance
    while True:
        if low < 0 and total > TAIL:
            low = count
        if total >= 1 - TAIL or count > expected + 12 * math.sqrt(variance) + 12:
            return max(low, 0), count
        # The next term from the last: Poisson's, or the negative binomial's.
        chance *= (ratio * (shape + count) if spread > 0 else expected) / (count + 1)
        count += 1
        total += chance
