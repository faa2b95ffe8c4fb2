"""What the model is compared with: two textbook rules, and a detector that knows the truth and only misses luck."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.watch_planted_world import BEFORE, CATEGORIES, PLACE, Effect, World, draw_effect
from tests.watch_scores import WEEKLY, Alarm

_LEAST = 3  # as the model: fewer denials are no alarm

Counts = NDArray[np.float64]


def alarm_on_doubled_rates(world: World, day: int) -> Iterator[Alarm]:
    """In alarm where the share of the answered claims that was denied is twice that of the 26 weeks before."""
    before, seen_before = _count(world, -BEFORE, 0, -NEVER, day)
    after, seen = _count(world, 0, NEVER, -NEVER, day)
    usual = _share(before, seen_before, world)
    yield from _name((after >= _LEAST) & (after >= 2 * usual * seen[..., None]), world)


def alarm_on_three_sigma(world: World, day: int) -> Iterator[Alarm]:
    """In alarm where the share denied of the claims answered in the last week is above the mean of the 26 weeks
    before by three standard deviations (binomial)."""
    before, seen_before = _count(world, -BEFORE, 0, -NEVER, day)
    after, seen = _count(world, 0, NEVER, day - 6, day)
    usual = _share(before, seen_before, world)
    number = seen[..., None]
    bound = usual * number + 3 * np.sqrt(usual * (1 - usual) * number)
    yield from _name((after >= _LEAST) & (after > bound), world)


NEVER = 10_000


def _count(world: World, first: int, last: int, since: int, day: int) -> tuple[Counts, Counts]:
    """Denied claims `[code, payer, category]` and answered ones `[code, payer]` of the claims that ended in
    `first <= end < last` and were answered from `since` to `day`; the last payer is all together."""
    codes, payers, size = len(world.codes), len(world.payers), len(CATEGORIES)
    mine = (world.end >= first) & (world.end < last) & (world.answer >= since) & (world.answer <= day)
    pair = world.code[mine] * (payers + 1) + world.payer[mine]
    seen = np.bincount(pair, minlength=codes * (payers + 1)).reshape(codes, payers + 1).astype(float)
    hit = world.category[mine] >= 0
    cell = pair[hit] * size + world.category[mine][hit]
    denied = np.bincount(cell, minlength=codes * (payers + 1) * size).reshape(codes, payers + 1, size).astype(float)
    seen[:, payers], denied[:, payers] = seen.sum(axis=1), denied.sum(axis=1)
    return denied, seen


def _share(denied: Counts, seen: Counts, world: World) -> Counts:
    """The code's own share; that of the payer where the code has no past."""
    of_payer = denied.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)[:, None]
    own = denied / np.maximum(seen, 1)[..., None]
    result: Counts = np.where((seen > 0)[..., None], own, of_payer[None])
    return result


def _name(is_alarm: NDArray[np.bool_], world: World) -> Iterator[Alarm]:
    watched = np.array([code.kind is not None for code in world.codes])
    for code, payer, category in np.argwhere(is_alarm & watched[:, None, None]):
        yield Alarm(int(code), int(payer) if payer < len(world.payers) else -1, int(category))


def score_the_truth(world: World) -> dict[int, dict[Alarm, float]]:
    """For each report day and watched code the log likelihood ratio of its effect, by the alarm that it would give.

    It knows the usual rates, the rises, the lags and, for each code, the one effect that would be there: the planted
    one, or for a code without one an effect drawn in the same way. What it misses, chance hides.
    """
    random = np.random.default_rng(world.seed + 1_000_000)
    planted = {effect.code: effect for effect in world.effects}
    result: dict[int, dict[Alarm, float]] = {day: {} for day in WEEKLY}
    curves = [_lags(world, payer) for payer in range(len(world.payers))]
    for code, own in enumerate(world.codes):
        if own.kind is None:
            continue
        effect = planted.get(code) or _suppose(random, world, code)
        place = PLACE[effect.category]
        mine = np.flatnonzero((world.code == code) & np.isin(world.payer, effect.payers))
        mine = mine[(world.end[mine] >= effect.first) & (world.end[mine] <= effect.last)]
        if effect is not None and len(mine):
            usual = world.rates[code, world.payer[mine], place]
            for payer, category, first, last, factor in world.rises:
                if category == place:
                    hit = (world.payer[mine] == payer) & (world.end[mine] >= first) & (world.end[mine] <= last)
                    usual = np.where(hit, usual * factor, usual)
            gain = np.log1p(effect.chance / usual)
            which = effect.payers[0] if len(effect.payers) == 1 else -1
            curve = np.stack(curves)[world.payer[mine]]
            for day in WEEKLY:
                age = np.clip(day - world.end[mine], -1, curve.shape[1] - 2) + 1
                due = effect.chance * curve[np.arange(len(mine)), age]
                is_hit = (world.category[mine] == place) & (world.answer[mine] <= day)
                result[day][Alarm(code, which, place)] = float(gain[is_hit].sum() - due.sum())
    return result


def _suppose(random: np.random.Generator, world: World, code: int) -> Effect:
    kinds = [effect for effect in world.effects if world.codes[effect.code].kind == world.codes[code].kind]
    like = kinds[int(random.integers(len(kinds)))] if kinds else world.effects[0]
    return draw_effect(random, code, world.payers, like.category, False, "supposed")


def _lags(world: World, payer: int) -> NDArray[np.float64]:
    """The share of a payer's claims after the date that are answered by each age from -1."""
    mine = (world.payer == payer) & (world.end >= 0)
    days = np.bincount(np.clip(world.answer[mine] - world.end[mine], 0, 150), minlength=151)
    shares: NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(days) / max(1, days.sum())])
    return shares
