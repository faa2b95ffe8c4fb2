"""The assessment of a change set over millions of claim lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from flows.impact.exposure import measure_exposures
from schema.claims import ClaimsPart
from tests.bench.claims import changed_codes, invent_claims
from tests.bench.harness import Figure, compare, cpu_seconds
from tests.bench.impact_peers import WINDOW, ask_pandas, ask_sql, scan_bare

LINES = 10_000_000
MEGABYTE = 1_000_000


def measure_impact(folder: Path) -> Iterator[Figure]:
    """1,200 diagnosis and 100 HCPCS codes over 10 million lines, against SQL, a bare scan and pandas."""
    parts, few = invent_claims(folder / "all", LINES), invent_claims(folder / "few", LINES // 10)
    codes = changed_codes()

    def ask() -> None:
        measure_exposures(parts, codes, *WINDOW)

    def ask_few() -> None:
        measure_exposures(few, codes, *WINDOW)

    found = measure_exposures(parts, codes, *WINDOW)
    measures = sum(len(e.by_payer) + len(e.by_department) for of_system in found.values() for e in of_system.values())
    lines = sum(exposure.total.lines for of_system in found.values() for exposure in of_system.values())
    if lines != sum(row[-5] for row in ask_sql(parts, codes) if row[-6] == 31):
        raise ValueError("the peer gives another answer")
    share = f"{lines / LINES:.1%} of the lines, {measures} measures by payer and department"
    yield compare("impact over 10 million lines, against hand-written DuckDB SQL", ask,
                  lambda: ask_sql(parts, codes), at_most=1.25)  # fmt: skip
    yield compare("impact over 10 million lines, against a bare scan of the same columns", ask,
                  lambda: scan_bare(parts), at_most=3.5)  # fmt: skip
    yield compare("impact over 10 million lines, against 1 million", ask, ask_few, at_most=11)
    ours, theirs = _run_alone("ours", parts, folder), _run_alone("pandas", parts, folder)
    yield Figure("impact, peak memory of a process, MB", ours[1], 700, True, share)
    detail = f"ours {ours[0]:.1f} s, theirs {theirs[0]:.1f} s CPU"
    yield Figure("impact, times less CPU than pandas", theirs[0] / ours[0], 2.5, False, detail)
    detail = f"ours {ours[1]:.0f} MB, theirs {theirs[1]:.0f} MB"
    yield Figure("impact, times less memory than pandas", theirs[1] / ours[1], 5, False, detail)


def _run_alone(who: str, parts: tuple[ClaimsPart, ...], folder: Path) -> tuple[float, float]:
    """CPU seconds and the peak, in MB, of a process that does it once."""
    listed = folder / "parts.json"
    listed.write_text(json.dumps([asdict(part) for part in parts], default=date.isoformat))
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.impact", who, str(listed)]
    seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(peak)


def _main(who: str, listed: Path) -> None:
    listed_parts: list[dict[str, Any]] = json.loads(listed.read_text())
    for part in listed_parts:
        part |= {name: date.fromisoformat(value) for name, value in part.items() if name.endswith("_date")}
    parts = [ClaimsPart(**part) for part in listed_parts]
    codes = changed_codes()
    if who == "ours":
        seconds = cpu_seconds(lambda: measure_exposures(parts, codes, *WINDOW))
    else:
        seconds = cpu_seconds(lambda: ask_pandas(parts, codes))
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    sys.stdout.write(f"{seconds} {peak * 1024 / MEGABYTE}\n")


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
