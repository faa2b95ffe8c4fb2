"""Rows of one table of a remittance that belong to rows of another, in the order of both."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from loaders.remits.arrays import count_by, starts_of
from loaders.remits.x12_835_tables import Tables


@dataclass(frozen=True, slots=True)
class Link:
    """`rows` belong to their parent alone: adjustments of a claim are those that no line of it has.

    `parents` tell the position of each one's parent, `counts` how many each parent has, and `starts` where
    those of each begin, at last their number.
    """

    rows: pa.Table
    parents: pa.Array
    counts: pa.Array
    starts: pa.Array


def link(tables: Tables, name: str, parent: str) -> Link:
    """The link between two tables, worked out once."""
    key = (name, parent)
    if key not in tables.links:
        rows = tables[name]
        if key == ("adjustments", "claim"):
            rows = rows.filter(pc.is_null(rows.column("service")))
        elif name == "adjustments":
            rows = rows.filter(pc.is_valid(rows.column(parent)))
        parents = find_positions(rows, tables, parent)
        counts = count_by(parents, tables[f"{parent}s"].num_rows)
        tables.links[key] = Link(rows, parents, counts, starts_of(counts))
    found: Link = tables.links[key]
    return found


def find_positions(rows: pa.Table, tables: Tables, parent: str) -> pa.Array:
    """For each row the position of its parent's row in these tables."""
    parents = tables[f"{parent}s"].column("row")
    first = parents[0].as_py() if len(parents) else 0
    return pc.subtract(rows.column(parent).combine_chunks(), first)
