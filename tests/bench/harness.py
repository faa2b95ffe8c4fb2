"""Measuring: alternating runs in one process, CPU time, the median of ratios."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One printed line: a ratio and the bound it must keep."""

    name: str
    ratio: float
    bound: float
    is_upper: bool
    detail: str

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bound if self.is_upper else self.ratio >= self.bound

    def __str__(self) -> str:
        sign = "≤" if self.is_upper else "≥"
        return f"{'ok  ' if self.holds else 'MISS'} {self.name}: {self.ratio:.2f} ({sign} {self.bound}); {self.detail}"


def cpu_seconds(action: Callable[[], Any]) -> float:
    """The CPU time of one call; the collector starts clean, so no run pays for another's garbage."""
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def compare(
    name: str,
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    runs: int = 5,
    prepare: Callable[[], Any] = lambda: None,
) -> Figure:
    """Alternate `runs` times and compare: at most x times their cost, or at least x times faster."""
    pairs = []
    for _ in range(runs):
        prepare()
        their_time = cpu_seconds(theirs)
        pairs.append((cpu_seconds(ours), their_time))
    is_upper = at_most is not None
    ratio = statistics.median(our / their if is_upper else their / our for our, their in pairs)
    ours_median, theirs_median = (statistics.median(column) for column in zip(*pairs, strict=True))
    bound = at_most if at_most is not None else at_least
    if bound is None:
        raise ValueError("a bound is needed")
    return Figure(name, ratio, bound, is_upper, f"ours {ours_median:.3f} s, theirs {theirs_median:.3f} s CPU")
