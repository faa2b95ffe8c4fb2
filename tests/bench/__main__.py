"""`make bench`: every figure of the README against a peer or a bare floor, in the same run.

Exits 1 when a bound is missed. `python -m tests.bench NAME…` runs some of the measures.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from tests.bench import impact, measures
from tests.bench.harness import Figure
from tests.bench.releases import list_releases
from tests.bench.remits import measure_remits
from tests.bench.review import measure_review
from tests.bench.watch import measure_watch

MEASURES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "load": measures.measure_loading,
    "diff": measures.measure_diff,
    "lookup": measures.measure_lookup,
    "all": measures.measure_all_releases,
    "impact": impact.measure_impact,
    "remits": measure_remits,
    "watch": measure_watch,
    "review": measure_review,
}


def main() -> int:
    """Run the measures named on the command line, or all."""
    names = sys.argv[1:] or list(MEASURES)
    list_releases()
    missed = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="addenda-bench-") as folder:
            for figure in MEASURES[name](Path(folder)):
                click.echo(str(figure))
                missed += not figure.holds
    click.echo(f"{missed} bounds missed" if missed else "every bound holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
