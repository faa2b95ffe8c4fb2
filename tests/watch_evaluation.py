"""`python -m tests.watch_evaluation`: how good the surveillance is, beside textbook rules and the truth.

Twenty fresh worlds (seeds 1 to 20) with thirteen weekly reports each. The thresholds of the model and of the detector
that knows the truth were set on other worlds (seeds 1000 to 1009, `--calibrate` prints what they were chosen from).
What a false alarm, an effect, a delay is, stands in `tests.watch_scores.score`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import click
import numpy as np

from flows.watch.model import find_signals
from flows.watch.thresholds import DEFAULT, Thresholds
from schema.watch import Status
from tests.watch_planted_world import CATEGORIES, EFFECTIVE, World, day_of
from tests.watch_rules import alarm_on_doubled_rates, alarm_on_three_sigma, score_the_truth
from tests.watch_scores import ENOUGH, WEEKLY, Alarm, Score, score, share
from tests.watch_simulator import columns_of, simulate

FRESH = tuple(range(1, 21))
CALIBRATION = tuple(range(1000, 1010))
TRUTH_BOUND = 8.0
"""Log likelihood ratio at which the detector that knows the truth is at the false alarms allowed (`--calibrate`)."""
Detector = Callable[[World], Mapping[int, Iterable[Alarm]]]


@dataclass(frozen=True, slots=True)
class Bound:
    """What has to hold, and what came out."""

    name: str
    value: float
    limit: float
    is_upper: bool

    @property
    def holds(self) -> bool:
        return self.value <= self.limit if self.is_upper else self.value >= self.limit


def run_model(world: World, thresholds: Thresholds = DEFAULT) -> dict[int, list[Alarm]]:
    """The model's items in alarm, by report day."""
    codes = {(c.system, c.code): place for place, c in enumerate(world.codes)}
    payers = {p.name: place for place, p in enumerate(world.payers)}
    effective = {code.system: EFFECTIVE for code in world.codes}
    reports: dict[int, list[Alarm]] = {}
    for day in WEEKLY:
        given = columns_of(world, day)
        signals = find_signals(
            given.billed, given.adjudicated, given.denied, effective, world.changed, given.invalid_billed,
            day_of(day), thresholds,
        )  # fmt: skip
        reports[day] = [
            Alarm(
                codes[s.system, s.code], -1 if s.payer is None else payers[s.payer], CATEGORIES.index(s.category)
            )
            for s in signals
            if s.status is Status.ALARM
        ]  # fmt: skip
    return reports


def run_truth(world: World, bound: float = TRUTH_BOUND) -> dict[int, list[Alarm]]:
    """The alarms of the detector that knows the truth."""
    return {
        day: [alarm for alarm, ratio in scores.items() if ratio >= bound]
        for day, scores in score_the_truth(world).items()
    }


def run_rule(rule: Callable[[World, int], Iterator[Alarm]]) -> Detector:
    """The alarms of a textbook rule."""
    return lambda world: {day: list(rule(world, day)) for day in WEEKLY}


DETECTORS: dict[str, Detector] = {
    "addenda": run_model,
    "rate doubled": run_rule(alarm_on_doubled_rates),
    "weekly 3 sigma": run_rule(alarm_on_three_sigma),
    "knows the truth": run_truth,
}


def evaluate(seeds: Iterable[int], detectors: Mapping[str, Detector]) -> dict[str, Score]:
    """The sums of each detector over the worlds of the seeds."""
    scores = {name: Score() for name in detectors}
    for seed in seeds:
        world = simulate(seed)
        for name, detector in detectors.items():
            score(scores[name], world, detector(world))
    return scores


def list_bounds(of: Score) -> list[Bound]:
    """The bounds of the issue on the model's score."""
    return [
        Bound("false alarms per 1,000 watched code-weeks", of.false_rate, 1.0, True),
        Bound(f"recall, effects with {ENOUGH} or more denials", share(of.large), 0.95, False),
        Bound("recall, all effects", share(of.every), 0.80, False),
        Bound("median delay, days", float(np.median(of.delays)), 9.0, True),
        Bound("90th percentile of the delay, days", float(np.quantile(of.delays, 0.9)), 35.0, True),
        Bound("longest delay of a deleted code still billed, days", float(max(of.deleted_delays)), 6.0, True),
        Bound("alarms with a wrong category", of.wrong_share, 0.05, True),
    ]


def print_table(scores: Mapping[str, Score]) -> str:
    """The table of the docs, in Markdown."""
    head = ["", *scores]
    rows = [
        ("false alarms per 1,000 watched code-weeks", [f"{s.false_rate:.2f}" for s in scores.values()]),
        ("… each item once, when it is raised", [f"{s.raised_rate:.2f}" for s in scores.values()]),
        ("… per 1,000 unwatched code-weeks", [_if_looked(n, f"{s.unwatched_rate:.2f}") for n, s in scores.items()]),
        (f"recall, effects with {ENOUGH} or more denials", [f"{share(s.large):.3f}" for s in scores.values()]),
        ("recall, effects with 2 or more denials", [f"{share(s.two_or_more):.3f}" for s in scores.values()]),
        ("recall, all effects", [f"{share(s.every):.3f}" for s in scores.values()]),
        ("recall, effects on unwatched codes", [_if_looked(n, f"{share(s.unwatched):.3f}") for n, s in scores.items()]),
        ("delay, days: median", [f"{np.median(s.delays):.0f}" for s in scores.values()]),
        ("delay, days: 90th percentile", [f"{np.quantile(s.delays, 0.9):.0f}" for s in scores.values()]),
        (
            "deleted, still billed: longest delay, days",
            [f"{max(s.deleted_delays)}" if s.deleted_delays else "none found" for s in scores.values()],
        ),
        ("alarms with a wrong category", [f"{s.wrong_share:.3f}" for s in scores.values()]),
    ]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * len(scores)]
    return "\n".join([*lines, *("| " + " | ".join([name, *cells]) + " |" for name, cells in rows)])


def calibrate(seeds: Iterable[int]) -> Iterator[str]:
    """What the thresholds are chosen from: false alarms and recall on worlds that are not evaluated."""
    bounds = (1e-5, 3e-5, 1e-4)
    truths = (7.0, 8.0, 9.0)
    detectors: dict[str, Detector] = {
        f"alarm {bound:g}": lambda world, bound=bound: run_model(world, replace(DEFAULT, alarm=bound))  # type: ignore[misc]
        for bound in bounds
    }
    detectors |= {f"truth {bound:g}": lambda world, bound=bound: run_truth(world, bound) for bound in truths}  # type: ignore[misc]
    for name, found in evaluate(seeds, detectors).items():
        yield (
            f"{name:12} false {found.false_rate:5.2f}  recall {share(found.large):.3f} {share(found.every):.3f}"
            f"  delay {np.median(found.delays):.0f} {np.quantile(found.delays, 0.9):.0f}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Print the table and the bounds; 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.watch_evaluation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(FRESH), help="how many of the fresh worlds")
    parser.add_argument("--calibrate", action="store_true", help="what the thresholds are chosen from")
    chosen = parser.parse_args(arguments)
    if chosen.calibrate:
        for line in calibrate(CALIBRATION):
            click.echo(line)
        return 0
    scores = evaluate(FRESH[: chosen.seeds], DETECTORS)
    model = scores["addenda"]
    click.echo(print_table(scores))
    click.echo(f"\n{model.code_weeks} watched code-weeks, {_tell(model)}\n")
    for name, found in sorted(model.found.items()):
        click.echo(f"{name}: {sum(found)} of {len(found)} found")
    bounds = list_bounds(model)
    for bound in bounds:
        click.echo(f"{'holds ' if bound.holds else 'MISSED'} {bound.name}: {bound.value:.3f} (bound {bound.limit:g})")
    return 0 if all(bound.holds for bound in bounds) else 1


def _if_looked(detector: str, cell: str) -> str:
    """Only the model looks at codes that nobody watches."""
    return cell if detector == "addenda" else "–"


def _tell(model: Score) -> str:
    of_size = f"{len(model.large)} with {ENOUGH} or more denials, median {np.median(model.sizes):.0f}"
    return f"{len(model.every)} effects on watched codes, {of_size}"


if __name__ == "__main__":
    sys.exit(main())
