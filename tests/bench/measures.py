"""The measures, each in a folder of its own."""

from __future__ import annotations

import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.steps import diff_releases, load_release, resolve_pair
from schema.releases import parse_release
from schema.store.database import open_database, reading
from schema.store.lookup import Lookup
from schema.store.reader import read_records
from tests.bench import floors
from tests.bench.harness import Figure, compare
from tests.bench.releases import CURRENT, PREVIOUS, list_releases

MEGABYTE = 1_000_000


def load(database: Path, system: str, label: str, path: Path) -> None:
    """One release into a SQLite file, opened and closed again."""
    engine = open_database(f"sqlite:///{database}")
    load_release(engine, parse_release(system, label), [path])
    engine.dispose()


def measure_loading(folder: Path) -> Iterator[Figure]:
    """A CM release into an empty store and beside an earlier one, against the floor and pandas."""
    ours, theirs, stored = folder / "ours.db", folder / "theirs.db", folder / "stored.db"
    load(stored, "icd10cm", "FY2024-apr", PREVIOUS)

    def empty() -> None:
        for path in (ours, theirs):
            path.unlink(missing_ok=True)
        open_database(f"sqlite:///{ours}").dispose()

    def restore() -> None:
        empty()
        shutil.copy(stored, ours)
        floors.load_floor(PREVIOUS, theirs)

    def load_current() -> None:
        load(ours, "icd10cm", "FY2025", CURRENT)

    def load_bare() -> None:
        floors.load_floor(CURRENT, theirs)

    def load_pandas() -> None:
        floors.load_pandas(CURRENT, theirs)

    yield compare(
        "load, an earlier release stored, against the bare floor",
        load_current, load_bare, at_most=1.4, runs=9, prepare=restore,
    )  # fmt: skip
    yield compare(
        "load into an empty store, against the bare floor",
        load_current, load_bare, at_most=1.8, runs=9, prepare=empty,
    )  # fmt: skip
    yield compare(
        "load, an earlier release stored, times faster than pandas",
        load_current, load_pandas, at_least=2, prepare=restore,
    )  # fmt: skip
    empty()
    yield _measure_peak(ours)


def _measure_peak(database: Path) -> Figure:
    """The peak of a process that loads two releases; ru_maxrss would begin with that of its parent."""
    script = (
        "import sys; from pathlib import Path; from tests.bench.measures import load; "
        "load(Path(sys.argv[1]), 'icd10cm', 'FY2024-apr', Path(sys.argv[2])); "
        "load(Path(sys.argv[1]), 'icd10cm', 'FY2025', Path(sys.argv[3])); "
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    command = [sys.executable, "-c", script, str(database), str(PREVIOUS), str(CURRENT)]
    peak = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1024 / MEGABYTE
    return Figure("peak memory of loading, MB", peak, 200, True, "two releases, one after the other")


def measure_diff(folder: Path) -> Iterator[Figure]:
    """The diff FY2024 → FY2025, from the zips and stored, against csv-diff and DeepDiff."""
    database, fresh = folder / "stored.db", folder / "fresh.db"
    whole = folder / "previous.csv", folder / "current.csv"
    bare = folder / "previous-bare.csv", folder / "current-bare.csv"
    for archive, target, bare_target in zip((PREVIOUS, CURRENT), whole, bare, strict=True):
        floors.write_csv(archive, target, has_order_number=True)
        floors.write_csv(archive, bare_target, has_order_number=False)
    load(database, "icd10cm", "FY2024-apr", PREVIOUS)
    load(database, "icd10cm", "FY2025", CURRENT)
    engine = open_database(f"sqlite:///{database}")

    def diff_stored() -> None:
        diff_releases(engine, *resolve_pair(engine, "icd10cm", "FY2024-apr", "FY2025"))

    def load_and_diff() -> None:
        other = open_database(f"sqlite:///{fresh}")
        load_release(other, parse_release("icd10cm", "FY2024-apr"), [PREVIOUS])
        load_release(other, parse_release("icd10cm", "FY2025"), [CURRENT])
        diff_releases(other, *resolve_pair(other, "icd10cm", "FY2024-apr", "FY2025"))
        other.dispose()

    def forget() -> None:
        fresh.unlink(missing_ok=True)

    diff_stored()
    yield compare(
        "load and diff from the zips, times faster than csv-diff on ready CSV files of all columns",
        load_and_diff, lambda: floors.diff_csv(*whole), at_least=1.2, runs=3, prepare=forget,
    )  # fmt: skip
    # For information: without the order number csv-diff has less to do than two bare floors cost.
    yield compare(
        "(the same, order number left out of the CSV files; no bound)",
        load_and_diff, lambda: floors.diff_csv(*bare), at_least=0, runs=3, prepare=forget,
    )  # fmt: skip
    yield compare(
        "diff of two stored releases, times faster than csv-diff (order number left out)",
        diff_stored, lambda: floors.diff_csv(*bare), at_least=8,
    )  # fmt: skip
    one, other = floors.read_tables(PREVIOUS), floors.read_tables(CURRENT)
    from deepdiff import DeepDiff

    yield compare(
        "diff of two stored releases, times faster than DeepDiff over the whole tables",
        diff_stored, lambda: DeepDiff(one, other), at_least=50, runs=1,
    )  # fmt: skip
    engine.dispose()


def measure_lookup(folder: Path) -> Iterator[Figure]:
    """As-of look-ups in process against a bare primary-key SELECT, at the 99th percentile."""
    database = folder / "stored.db"
    load(database, "icd10cm", "FY2024-apr", PREVIOUS)
    load(database, "icd10cm", "FY2025", CURRENT)
    chance = random.Random(20)
    bare = sqlite3.connect(database)
    size = bare.execute("SELECT max(id) FROM record").fetchone()[0]
    codes = [row[0] for row in bare.execute("SELECT code FROM record ORDER BY id")]
    days = [date(2024, 5, 1), date(2024, 12, 31), date(2025, 6, 1)]
    ratios, medians = [], []
    engine = open_database(f"sqlite:///{database}")
    with Lookup(engine, "icd10cm") as lookup:
        for _ in range(7):
            asked = [(chance.choice(codes), chance.choice(days), chance.randint(1, size)) for _ in range(4000)]
            ours, theirs = [], []
            for code, day, key in asked:
                start = time.perf_counter_ns()
                bare.execute("SELECT * FROM record WHERE id = ?", (key,)).fetchone()
                middle = time.perf_counter_ns()
                lookup.find(code, day)
                theirs.append(middle - start)
                ours.append(time.perf_counter_ns() - middle)
            our_tail, their_tail = (statistics.quantiles(times, n=100)[98] for times in (ours, theirs))
            ratios.append(our_tail / their_tail)
            medians.append(our_tail)
    bare.close()
    engine.dispose()
    detail = f"99th percentile {statistics.median(medians) / 1000:.0f} µs"
    yield Figure(
        "as-of look-up against a bare primary-key SELECT, 99th percentile", statistics.median(ratios), 5, True, detail
    )


def measure_all_releases(folder: Path) -> Iterator[Figure]:
    """All releases of all systems: size against full copies, and shuffled against in order."""
    found = list_releases()
    shuffled = random.Random(4).sample(found, len(found))
    in_order, mixed, copies = folder / "order.db", folder / "mixed.db", folder / "copies.db"

    def load_all(database: Path, releases: list[tuple[str, str, Path]]) -> None:
        for system, label, path in releases:
            load(database, system, label, path)

    def clear() -> None:
        in_order.unlink(missing_ok=True)
        mixed.unlink(missing_ok=True)

    figure = compare(
        "all releases shuffled, against in order",
        lambda: load_all(mixed, shuffled), lambda: load_all(in_order, found), at_most=1.15, runs=3, prepare=clear,
    )  # fmt: skip
    engine = open_database(f"sqlite:///{in_order}")
    rows = 0
    for system, label, _ in found:
        _, info = resolve_pair(engine, system, label, label)
        with reading(engine) as connection:
            records = [
                (
                    record.system, record.kind, record.code, record.is_billable, record.short_descriptor,
                    record.long_descriptor, str(record.added_date or ""), str(record.termination_date or ""),
                    str(dict(record.details) or ""),
                )
                for record in read_records(connection, info.release_id)
            ]  # fmt: skip
        rows += len(records)
        floors.copy_in_full(copies, str(info.release_id), records)
    engine.dispose()
    ours, theirs = in_order.stat().st_size, copies.stat().st_size
    detail = f"{len(found)} releases, {rows} rows, {ours / MEGABYTE:.0f} MB against {theirs / MEGABYTE:.0f} MB"
    yield Figure("size of all releases against full copies", ours / theirs, 0.2, True, detail)
    yield figure
