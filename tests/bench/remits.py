"""Remittances taken in, against the bare parse of oxedi of the same file in the same run."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import oxedi

from loaders.remits.dataset import RemitsDataset
from tests.bench.harness import Figure, compare
from tests.remit_files import sample_remittance, write_835

MEGABYTES = 60
CLAIMS_OF_A_TRANSACTION = 1000


def write_file(path: Path) -> Counter[str]:
    """A file of some 60 MB; the sums of its charges, payments and adjustments, from what it was written of."""
    sums: Counter[str] = Counter()
    remittances, size, first = [], 0, 1
    while size < MEGABYTES * 1_000_000:
        remittances.append(sample_remittance(CLAIMS_OF_A_TRANSACTION, first))
        first += CLAIMS_OF_A_TRANSACTION
        size += len(write_835(remittances[-1]))
        for claim in remittances[-1].claims:
            sums["claims"] += 1
            sums["rows"] += max(len(claim.lines), 1)
            adjustments = [*claim.adjustments, *(a for line in claim.lines for a in line.adjustments)]
            for name, amount in (
                ("charge", claim.charge_amount),
                (
                    "paid",
                    claim.paid_amount + sum((Decimal(a.amount) for a in claim.adjustments if claim.lines), Decimal(0)),
                ),
                ("adjusted", sum((Decimal(a.amount) for a in adjustments), Decimal(0))),
            ):
                sums[name] += amount  # type: ignore[assignment]
    path.write_text(write_835(*remittances))
    return sums


def measure_remits(folder: Path) -> Iterator[Figure]:
    """The import to Parquet, with remarks, modifiers and every check."""
    path, home = folder / "remits.835", folder / "home"
    expected = write_file(path)
    data = path.read_bytes()

    def import_file() -> None:
        RemitsDataset(home).import_file(path)

    yield compare(
        "835 to Parquet, times the throughput of oxedi's bare parse",
        import_file,
        lambda: oxedi.parse(data),
        at_least=0.6,
        runs=7,
        prepare=lambda: shutil.rmtree(home, ignore_errors=True),
    )
    found = add_up(RemitsDataset(home))
    differing = [name for name in expected if expected[name] != found[name]]
    detail = f"{found['rows']} rows of {found['claims']} claims, {len(data) / 1e6:.0f} MB"
    yield Figure("835 to Parquet, sums that differ from those written", len(differing), 0, is_upper=True, detail=detail)


def add_up(dataset: RemitsDataset) -> Counter[str]:
    """The same sums of what is held."""
    import duckdb

    connection = duckdb.connect()
    paths = [part.path for part in dataset.line_parts()]
    connection.execute(f"CREATE VIEW line AS FROM read_parquet({paths!r})")
    [(charge, paid, count, claims)] = connection.execute(
        "SELECT sum(charge_amount), sum(paid_amount), count(*), count(DISTINCT claim_id) FROM line"
    ).fetchall()
    # Of a claim's own adjustments, which stand on each of its rows, those on the first count.
    [(adjusted,)] = connection.execute(
        "SELECT sum(a.amount) FROM (SELECT unnest(adjustments) AS a, row_number() OVER "
        "(PARTITION BY claim_id ORDER BY line_number) AS place FROM line) WHERE a.level = 'line' OR place = 1"
    ).fetchall()
    connection.close()
    return Counter({"charge": charge, "paid": paid, "adjusted": adjusted, "rows": count, "claims": claims})
