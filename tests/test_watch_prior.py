"""The distributions behind the surveillance model: tail, band and q-values."""

from __future__ import annotations

import numpy as np
import pytest

from flows.watch.prior import adjust_for_many, count_tail, find_band


def test_tail_is_that_of_a_negative_binomial_count() -> None:
    from scipy.stats import nbinom

    observed, size, mean = np.array([0.0, 1, 5, 12]), np.array([0.8, 2, 3, 40]), np.array([0.1, 2, 0.5, 6])
    expected = nbinom.sf(observed - 1, size, size / (size + mean))
    assert count_tail(observed, size, mean) == pytest.approx(expected)


def test_band_holds_the_count_with_its_probability_and_no_narrower_one_does() -> None:
    from scipy.stats import nbinom

    size, mean = np.array([0.8, 2, 3, 40]), np.array([0.1, 2, 20.0, 6])
    low, high = find_band(size, mean)
    share = size / (size + mean)
    assert (nbinom.cdf(high, size, share) >= 0.975).all()
    assert (nbinom.cdf(high - 1, size, share) < 0.975).all()
    assert (nbinom.cdf(low - 1, size, share) < 0.025).all()


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    from scipy.stats import false_discovery_control

    p_values = np.random.default_rng(3).random(50) ** 3
    assert adjust_for_many(p_values) == pytest.approx(false_discovery_control(p_values))
