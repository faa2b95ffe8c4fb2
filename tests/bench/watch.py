"""A report over 90 days of 2 million remittance lines against a bare DuckDB group-by of the same data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from flows.watch.engine import MEMORY_LIMIT
from flows.watch.events import Events, read_events
from flows.watch.model import find_signals
from tests.bench.harness import Figure, compare
from tests.bench.watch_data import AS_OF, EFFECTIVE, make_validity, write_world

LINES, TIMES, RUNS = 2_000_000, 10.0, 3
# Claims and dollars by what a report is by: the code and payer of the lines with the reason, and the codes billed.
_BARE = (
    "SELECT code, payer, a.carc, count(DISTINCT claim_id), sum(a.amount) FROM (SELECT code, payer, claim_id, "
    "unnest(adjustments) AS a FROM read_parquet('{folder}/remits*.parquet')) GROUP BY ALL",
    "SELECT hcpcs_code, payer, count(DISTINCT claim_id) FROM read_parquet('{folder}/claims*.parquet') GROUP BY ALL",
    "SELECT code, payer, count(DISTINCT claim_id) FROM (SELECT payer, claim_id, unnest([diagnosis_code_1, "
    "diagnosis_code_2, diagnosis_code_3, diagnosis_code_4]) AS code FROM read_parquet('{folder}/claims*.parquet')) "
    "GROUP BY ALL",
)


def measure_watch(folder: Path) -> Iterator[Figure]:
    """Events and signals of 2,000 watched codes: against the group-by of the remittance lines alone, and of these
    and the claims that they answer, which a report reads too."""
    claims, remits = write_world(folder, LINES)
    validity = make_validity()
    effective = dict.fromkeys(("hcpcs", "icd10cm"), EFFECTIVE)
    changed = {key: entry.kind for key, entry in validity.codes.items()}

    def read() -> Events:
        return read_events(claims, remits, (), validity, AS_OF, effective)

    def report() -> None:
        found = read()
        find_signals(
            found.billed, found.adjudicated, found.denied, effective, changed, found.invalid_billed, AS_OF
        )  # fmt: skip

    def group(*queries: str) -> None:
        with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
            for query in queries:
                connection.execute(query.format(folder=folder)).fetchall()

    size = f"{LINES:,} remittance lines, {len(changed):,} watched items"
    yield compare(
        f"watch report, {size}, against a bare group-by of the same data", report, lambda: group(*_BARE),
        at_most=TIMES, runs=RUNS,
    )  # fmt: skip
    yield compare(
        "watch report, reading the events alone, against a bare group-by of the remittance lines", read,
        lambda: group(_BARE[0]), at_most=TIMES, runs=RUNS,
    )  # fmt: skip
