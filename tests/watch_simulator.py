"""A seeded simulator of what payers answer: 26 weeks before an effective date and 13 after it.

It knows nothing of the model. Claims are drawn one by one, with the lag of their payer, usual denials, front-door
rejections, denials that are taken back, rises of a whole payer, surges of volume, rare codes with two chance
denials, and planted effects (`tests.watch_planted_world`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schema.remits import Category
from tests.watch_planted_world import (
    AFTER,
    BEFORE,
    CATEGORIES,
    EFFECTIVE,
    PLACE,
    World,
    draw_codes,
    draw_effects,
    draw_payers,
    draw_rates,
)  # fmt: skip

NEVER = 10_000
_SPILL = 0.07  # share of an effect's denials that the payer words as another category
_TAKEN_BACK = 0.25


@dataclass(frozen=True, slots=True)
class Columns:
    """What the model is given on a day."""

    billed: Any
    adjudicated: Any
    denied: Any
    invalid_billed: Any


def simulate(seed: int, payers: int = 5) -> World:
    """A world; the same seed gives the same one."""
    random = np.random.default_rng(seed)
    payer_list = draw_payers(random, payers)
    codes = draw_codes(random)
    rates = draw_rates(random, codes, payers)
    world = World(seed, payer_list, codes, draw_effects(random, codes, payer_list, rates), rates)
    for _ in range(2):
        first = int(random.integers(0, 40))
        world.rises.append(
            (int(random.integers(payers)), int(random.integers(len(CATEGORIES))), first,
             first + int(random.integers(28, 91)), float(random.uniform(1.8, 3.5)))
        )  # fmt: skip
    _bill(world, random)
    _answer(world, random)
    return world


def _bill(world: World, random: np.random.Generator) -> None:
    """Draw the claims: by code and week a gamma-Poisson number, spread over payers and weekdays."""
    weeks = (BEFORE + AFTER) // 7
    first_week = BEFORE // 7
    volume = np.array([code.weekly for code in world.codes])[:, None] * random.gamma(
        12.0, 1 / 12.0, (len(world.codes), weeks)
    )
    still = {effect.code: effect.last for effect in world.effects if effect.is_ours}
    for place, code in enumerate(world.codes):
        if code.kind == "new":
            volume[place, :first_week] = 0.0
        if code.kind == "deleted":
            volume[place, first_week:] *= 0.4 if place in still else 0.0
        elif random.random() < 0.1:
            surge = int(random.integers(first_week, weeks - 3))
            volume[place, surge : surge + 4] *= random.uniform(2, 5)
    number = random.poisson(volume)
    billed, week = np.nonzero(number)
    times = number[billed, week]
    world.code = np.repeat(billed, times)
    day = random.choice(7, len(world.code), p=[0.18, 0.18, 0.18, 0.18, 0.16, 0.07, 0.05])
    world.end = np.repeat(week, times) * 7 + day - BEFORE
    mix = random.dirichlet(np.array([p.share for p in world.payers]) * 12 + 0.2, len(world.codes))
    edges = np.cumsum(mix, axis=1)
    world.payer = (random.random(len(world.code))[:, None] > edges[world.code]).sum(axis=1).clip(0, len(mix[0]) - 1)
    gone = np.array([still.get(n, NEVER if c.kind != "deleted" else -1) for n, c in enumerate(world.codes)])
    keep = world.end <= gone[world.code]
    world.code, world.end, world.payer = world.code[keep], world.end[keep], world.payer[keep]


def _answer(world: World, random: np.random.Generator) -> None:
    count = len(world.code)
    week = (world.end + BEFORE) // 7
    clumps = random.lognormal(-0.02, 0.2, (len(world.codes), len(world.payers), int(week.max()) + 1))
    chances = world.rates[world.code, world.payer] * clumps[world.code, world.payer, week][:, None]
    for payer, category, first, last, factor in world.rises:
        hit = (world.payer == payer) & (world.end >= first) & (world.end <= last)
        chances[hit, category] = np.minimum(chances[hit, category] * factor, 0.8)
    drawn = random.random(count)
    reached = np.cumsum(chances, axis=1)
    world.category = np.where(drawn < reached[:, -1], (drawn[:, None] >= reached).sum(axis=1), -1)
    world.effect = np.full(count, -1)
    for number, effect in enumerate(world.effects):
        hit = (world.code == effect.code) & np.isin(world.payer, effect.payers)
        hit &= (world.end >= effect.first) & (world.end <= effect.last) & (random.random(count) < effect.chance)
        world.effect[hit] = number
        other = int(random.integers(len(CATEGORIES)))
        world.category[hit] = np.where(random.random(int(hit.sum())) < _SPILL, other, PLACE[effect.category])
    _plant_chance(world, random)
    lag = np.array([p.lag for p in world.payers])[world.payer]
    width = np.array([p.width for p in world.payers])[world.payer]
    shift = np.array([p.shift for p in world.payers])[world.payer] * (world.end >= 0)
    answer = world.end + np.maximum(1, np.round(lag * random.lognormal(0.0, 1.0, count) ** width + shift)).astype(
        np.int64
    )
    start = EFFECTIVE.weekday()
    for place, own in enumerate(world.payers):
        if own.batch is not None:
            mine = world.payer == place
            answer[mine] += (own.batch - (answer[mine] + start)) % 7
    front = np.array([p.front for p in world.payers])[world.payer]
    world.is_rejection = (world.category == PLACE[Category.INVALID_CODE]) & (random.random(count) < front)
    world.answer = np.where(world.is_rejection, world.end + random.integers(1, 6, count), answer)
    back = (world.category >= 0) & ~world.is_rejection & (random.random(count) < _TAKEN_BACK)
    world.taken_back = np.where(back, world.answer + random.integers(15, 80, count), NEVER)
    world.cents = np.round(random.lognormal(5.0, 0.8, len(world.codes))[world.code] * 100).astype(np.int64)


def _plant_chance(world: World, random: np.random.Generator) -> None:
    """Two chance denials, of one payer and category, on ten rare watched codes."""
    touched = {effect.code for effect in world.effects}
    rare = [
        n for n, c in enumerate(world.codes) if c.kind not in (None, "deleted") and c.weekly < 3 and n not in touched
    ]
    for code in random.permutation(rare)[:10]:
        mine = np.flatnonzero((world.code == code) & (world.end >= 0) & (world.end < 60))
        if len(mine):
            payer = world.payer[random.choice(mine)]
            mine = mine[world.payer[mine] == payer]
            world.category[mine[:2]] = int(random.integers(len(CATEGORIES)))


def columns_of(world: World, as_of: int) -> Columns:
    """The tables of flows.watch.columns, of what was received by this day (counted from the effective date)."""
    is_old = world.end <= as_of
    is_invalid = np.array([code.kind == "deleted" for code in world.codes])[world.code] & (world.end >= 0)
    answered = (world.answer <= as_of) & ~world.is_rejection
    hit = (world.category >= 0) & (world.answer <= as_of)
    return Columns(
        billed=_add_up(world, is_old),
        adjudicated=_add_up(world, answered),
        denied=_list_denials(world, hit, as_of),
        invalid_billed=_add_up(world, is_old & is_invalid),
    )


def _add_up(world: World, chosen: NDArray[np.bool_]) -> Any:
    """Claims by code, payer and end date."""
    days = BEFORE + AFTER + 1
    cell = (world.code[chosen] * len(world.payers) + world.payer[chosen]) * days + world.end[chosen] + BEFORE
    number = np.bincount(cell)
    filled = np.flatnonzero(number)
    pair, day = np.divmod(filled, days)
    code, payer = np.divmod(pair, len(world.payers))
    return pa.table({**_name(world, code, payer, day - BEFORE), "claims": number[filled]})


def _list_denials(world: World, chosen: NDArray[np.bool_], as_of: int) -> Any:
    place = np.flatnonzero(chosen)
    return pa.table(
        {
            **_name(world, world.code[place], world.payer[place], world.end[place]),
            "category": _encode(world.category[place], [str(category) for category in CATEGORIES]),
            "received_date": _date(world.answer[place]),
            "is_rejection": world.is_rejection[place],
            "is_standing": world.taken_back[place] > as_of,
            "claims": np.ones(len(place), dtype=np.int64),
            "amount": world.cents[place] / 100,
        }
    )


def _name(world: World, code: NDArray[np.int64], payer: NDArray[np.int64], day: NDArray[np.int64]) -> dict[str, Any]:
    systems = ["hcpcs", "icd10cm"]
    system = np.array([systems.index(c.system) for c in world.codes])
    return {
        "system": _encode(system[code], systems),
        "code": _encode(code, [c.code for c in world.codes]),
        "payer": _encode(payer, [p.name for p in world.payers]),
        "end_date": _date(day),
        "is_after": day >= 0,
    }


def _encode(places: NDArray[np.int64], names: list[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(names))


def _date(day: NDArray[np.int64]) -> Any:
    first = (EFFECTIVE - date(1970, 1, 1)).days
    return pa.array((day + first).astype(np.int32)).cast(pa.date32())
