"""What a remittance says, by the plainest reading there is: for comparison with what was taken in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from loaders.remits.dataset import RemitsDataset


@dataclass
class PlainLine:
    """One SVC with its adjustments and remarks."""

    code: str
    charge: Decimal
    paid: Decimal
    adjustments: list[tuple[str, str, Decimal]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class PlainClaim:
    """One CLP with its lines."""

    claim_id: str
    status: str
    charge: Decimal
    paid: Decimal
    adjustments: list[tuple[str, str, Decimal]] = field(default_factory=list)
    lines: list[PlainLine] = field(default_factory=list)


def read_plainly(text: str) -> list[PlainClaim]:
    """The claims of a sound file, segment by segment."""
    element, component, terminator = text[3], text[104], text[105]
    claims: list[PlainClaim] = []
    for segment in text.split(terminator):
        name, *values = segment.strip().split(element)
        if name == "CLP":
            claims.append(PlainClaim(values[0], values[1], Decimal(values[2]), Decimal(values[3])))
        elif name == "SVC":
            code = values[0].split(component)
            claims[-1].lines.append(PlainLine(code[1], Decimal(values[1]), Decimal(values[2])))
        elif name == "CAS":
            target = claims[-1].lines[-1] if claims[-1].lines else claims[-1]
            for place in range(1, len(values), 3):
                target.adjustments.append((values[0], values[place], Decimal(values[place + 1])))
        elif name == "LQ":
            claims[-1].lines[-1].remarks.append(values[1])
    return claims


def list_plainly(claims: list[PlainClaim]) -> list[tuple[Any, ...]]:
    """One tuple for each row that has to be kept."""
    rows: list[tuple[Any, ...]] = []
    for claim in claims:
        own = [(*adjustment, "claim") for adjustment in claim.adjustments]
        for line in claim.lines:
            adjustments = [*((*adjustment, "line") for adjustment in line.adjustments), *own]
            rows.append((claim.claim_id, claim.status, line.charge, line.paid, tuple(adjustments)))
        if not claim.lines:
            rows.append((claim.claim_id, claim.status, claim.charge, claim.paid, tuple(own)))
    return sorted(rows)


def list_kept(dataset: RemitsDataset) -> list[tuple[Any, ...]]:
    """The same of what is held."""
    return sorted(
        (
            row["claim_id"],
            row["claim_status"],
            row["charge_amount"],
            row["paid_amount"],
            tuple((a["group"], a["carc"], a["amount"], a["level"]) for a in row["adjustments"]),
        )
        for row in read_lines(dataset)
    )


def read_lines(dataset: RemitsDataset) -> list[dict[str, Any]]:
    """Every row that is held, in the order of claims and lines."""
    rows = [row for part in dataset.line_parts() for row in read_rows(Path(part.path))]
    return sorted(rows, key=lambda row: (row["received_date"], row["sequence"], row["line_number"] or ""))


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one Parquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.read().to_pylist()
