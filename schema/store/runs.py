"""Sets of record ids as runs (first, last): sorted, without overlaps."""

from __future__ import annotations

from bisect import bisect_right


def subtract_runs(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> set[int]:
    """The ids in `one` that are not in `other`; both sorted, without overlaps.

    Most runs of two releases are the same and cancel at once (no id stands in two runs of a list);
    of the others nothing is unrolled but the ids that really differ.
    """
    same = set(one).intersection(other)
    one = [run for run in one if run not in same]
    other = [run for run in other if run not in same]
    left: set[int] = set()
    position = 0
    for first, last in one:
        while position < len(other) and other[position][1] < first:
            position += 1
        at, scan = first, position
        while at <= last:
            if scan == len(other) or other[scan][0] > last:
                left.update(range(at, last + 1))
                break
            left.update(range(at, other[scan][0]))
            at = max(at, other[scan][1] + 1)
            scan += 1
    return left


def holds_key(runs: list[tuple[int, int]], key: int) -> bool:
    """Whether the id lies in one of the runs."""
    at = bisect_right(runs, (key, float("inf"))) - 1
    return at >= 0 and runs[at][1] >= key
