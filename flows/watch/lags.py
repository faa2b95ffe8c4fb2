"""How many of a payer's claims are denied by a given age: the baseline's answer, by payer and category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.watch.columns import CATEGORIES, Rows, tally

if TYPE_CHECKING:
    from flows.watch.columns import Floats

MAX_AGE = 180
"""Days. A first denial later than this is not told from one on this day."""
_STREAMS = 2  # denials and rejections: each has its own lag
_SHAPE = 30.0  # denials that the lag of all categories of a payer, and of all payers, counts for
_RATE = 1.0  # denials that the system's rate counts for in the rate of one payer


@dataclass(frozen=True, slots=True)
class Curves:
    """`shares[group, category, age]`: share of the billed claims of a payer (group = system × payers + payer)
    that are denied or rejected with this category by this age in days; it never falls with age."""

    shares: Floats
    payers: int


def fit_curves(billed: Rows, denied: Rows, systems: int, payers: int, as_of: int) -> Curves:
    """The curves of the baseline rows (key date before the effective date).

    For each day of age: first denials at that age over the claims old enough to show one, so that claims whose
    answers are still to come count neither as good nor as bad (chain ladder). Where a payer has few denials
    the lag is drawn to that of all its categories, that to all payers', and the rate to the system's.
    """
    import numpy as np

    groups, count = systems * payers, len(CATEGORIES)
    days = MAX_AGE + 1
    seen = np.clip(as_of - billed.end, 0, MAX_AGE)
    place = (billed.system * payers + billed.payer) * days + seen
    by_age = tally(place, billed.claims, groups * days).reshape(groups, days)
    at_risk = np.cumsum(by_age[:, ::-1], axis=1)[:, ::-1]
    lag = np.clip(denied.received - denied.end, 0, MAX_AGE)
    cell = (((denied.system * payers + denied.payer) * count + denied.category) * _STREAMS + denied.is_rejection) * days
    size = groups * count * _STREAMS * days
    hits = tally(cell + lag, denied.claims, size)
    hits = hits.reshape(systems, payers, count, _STREAMS, days)
    risk = at_risk.reshape(systems, payers, 1, 1, days)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(risk > 0, hits / risk, 0.0)
    # Lag: own, else the payer's, else everyone's (for the same stream).
    everyone = _as_shape(hits.sum(axis=(1, 2), keepdims=True))
    payers_own = _blend(steps.sum(axis=2, keepdims=True), hits.sum(axis=2, keepdims=True), everyone)
    shape = _blend(steps, hits, payers_own)
    # Rate: denials over the claims of full age that they stand for.
    total = steps.sum(axis=4)
    number = hits.sum(axis=4)
    exposure = np.where(total > 0, number / np.where(total > 0, total, 1.0), risk[..., 0])
    whole = number.sum(axis=1, keepdims=True)
    base = np.maximum(exposure.sum(axis=1, keepdims=True), 1.0)
    system_rate = (whole + 0.1) / base
    rate = (number + _RATE) / (exposure + _RATE / system_rate)
    shares = np.cumsum(rate[..., None] * shape, axis=4).sum(axis=3)
    return Curves(shares.reshape(groups, count, days), payers)


def _as_shape(steps: Floats) -> Floats:
    """Shares that add up to 1 over the ages; all at 21 days where there is nothing."""
    import numpy as np

    total = steps.sum(axis=-1, keepdims=True)
    usual = np.zeros(steps.shape[-1])
    usual[21] = 1.0
    return np.asarray(np.where(total > 0, steps / np.where(total > 0, total, 1.0), usual))


def _blend(steps: Floats, hits: Floats, wider: Floats) -> Floats:
    """The own lag with the weight of its denials, the wider one with that of `_SHAPE`."""
    import numpy as np

    number = hits.sum(axis=-1, keepdims=True)
    return np.asarray((number * _as_shape(steps) + _SHAPE * wider) / (number + _SHAPE))
