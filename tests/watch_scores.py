"""What counts as found, late, false: the yardstick of the surveillance, apart from what is measured with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tests.watch_planted_world import PLACE, World

WEEKLY = tuple(range(6, 91, 7))
"""The days of the thirteen weekly reports, counted from the effective date."""
ENOUGH = 5
"""Denials from which on an effect has to be found nearly always."""


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """One item in alarm: code and payer by number, payer -1 for all together; category by place."""

    code: int
    payer: int
    category: int


@dataclass(slots=True)
class Score:
    """Sums over worlds; see `score`."""

    code_weeks: int = 0
    false_code_weeks: int = 0
    false_alarms: int = 0
    unwatched_code_weeks: int = 0
    unwatched_false: int = 0
    found: dict[str, list[bool]] = field(default_factory=dict)
    large: list[bool] = field(default_factory=list)
    every: list[bool] = field(default_factory=list)
    two_or_more: list[bool] = field(default_factory=list)
    unwatched: list[bool] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    deleted_delays: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    alarms: int = 0
    wrong_category: int = 0

    @property
    def false_rate(self) -> float:
        """Code-weeks with a false alarm in 1,000 watched code-weeks."""
        return 1000 * self.false_code_weeks / max(1, self.code_weeks)

    @property
    def raised_rate(self) -> float:
        """False alarms raised in 1,000 watched code-weeks, each item once."""
        return 1000 * self.false_alarms / max(1, self.code_weeks)

    @property
    def unwatched_rate(self) -> float:
        """Code-weeks with a false alarm in 1,000 unwatched code-weeks."""
        return 1000 * self.unwatched_false / max(1, self.unwatched_code_weeks)

    @property
    def wrong_share(self) -> float:
        """Share of the alarms on the code and payer of an effect that name another category."""
        return self.wrong_category / max(1, self.alarms)


def score(total: Score, world: World, reports: Mapping[int, Iterable[Alarm]]) -> None:
    """Add one world's weekly reports (day -> items in alarm) to the sums.

    *Effect*: one that the world planted and of which a claim was denied or rejected by the last report; its size is
    the number of such claims, worded as whatever category, taken back later or not. *Found*: on some report day its
    code was in alarm with its category, at one of its payers or for all together. *Recall* is of effects on watched
    codes; a deleted code still billed is an effect like the others. *Delay*: days from the first such denial or
    rejection to the first report that found it; for a deleted code that is still billed, apart from the others,
    days from the end date of the first such claim. *Watched code-week*: a watched code with a
    claim on or after the effective date, at a weekly report. *False alarm*: an item in alarm on a code without an
    effect, or at a payer that the code's effect does not touch. A code-week is false when one or more of its items
    is; the same false alarm that stands for five weeks is five false code-weeks. *Wrong category*: an item in alarm,
    counted once over the weeks, on the code and payer of an effect with a category other than planted.
    """
    effects = {effect.code: (number, effect) for number, effect in enumerate(world.effects)}
    first_bill = np.full(len(world.codes), 10_000)
    np.minimum.at(first_bill, world.code[world.end >= 0], world.end[world.end >= 0])
    watched = np.array([code.kind is not None for code in world.codes])
    found: dict[int, int] = {}
    false: set[Alarm] = set()
    placed: dict[Alarm, bool] = {}
    for day, alarms in sorted(reports.items()):
        there = first_bill <= day
        total.code_weeks += int((there & watched).sum())
        total.unwatched_code_weeks += int((there & ~watched).sum())
        false_codes: set[int] = set()
        for alarm in alarms:
            number, effect = effects.get(alarm.code, (-1, None))
            if effect is None or (alarm.payer >= 0 and alarm.payer not in effect.payers):
                false_codes.add(alarm.code)
                if watched[alarm.code]:
                    false.add(alarm)
                continue
            placed[alarm] = alarm.category == PLACE[effect.category]
            if placed[alarm]:
                found.setdefault(number, day)
        total.false_code_weeks += sum(bool(watched[code]) for code in false_codes)
        total.unwatched_false += sum(not watched[code] for code in false_codes)
    total.false_alarms += len(false)
    total.alarms += len(placed)
    total.wrong_category += sum(not right for right in placed.values())
    for number, effect in enumerate(world.effects):
        mine = (world.effect == number) & (world.answer <= max(reports))
        size = int(mine.sum())
        if not size:
            continue
        is_found = number in found
        if not watched[effect.code]:
            total.unwatched.append(is_found)
            continue
        total.every.append(is_found)
        total.sizes.append(size)
        if size >= 2:
            total.two_or_more.append(is_found)
        if size >= ENOUGH:
            total.large.append(is_found)
        total.found.setdefault(effect.name, []).append(is_found)
        if is_found:
            if effect.is_ours:
                total.deleted_delays.append(found[number] - int(first_bill[effect.code]))
            else:
                total.delays.append(found[number] - int(world.answer[mine].min()))


def share(values: list[bool]) -> float:
    """The share of true ones, 1 where there are none."""
    return sum(values) / len(values) if values else 1.0
