"""One file of claims read, cleaned and written to parts that nobody counts yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from loaders.claims.batches import Batch
from loaders.claims.csv_file import read_csv
from loaders.claims.file_facts import FileFacts, stamp_of
from loaders.claims.layout import READ_COLUMNS
from loaders.claims.months import open_months
from loaders.claims.parquet_file import MAGIC, read_parquet
from loaders.claims.quarantine import Quarantine
from loaders.claims.rows import clean_rows
from loaders.intake_folder import STEM_LENGTH, IntakeFolder
from loaders.intake_marker import Marker
from schema.errors import ClaimsError, Place

_ROWS_OF_837 = 16_384
REFUSED = "refused"
"""The fact of a marker that tells the number of refused rows by reason."""


def import_rows(intake: IntakeFolder, path: Path, facts: FileFacts, site_key: str) -> Marker:
    """Write the rows of a file as parts, and the refused ones as `quarantine/<sha256>.part`.

    The marker that is given back makes them count. Raises ClaimsError, and then leaves neither; OSError
    when the disk does not take them.
    """
    months = open_months(intake.folder, facts.sha256[:STEM_LENGTH])
    listed = intake.folder / "quarantine" / f"{facts.sha256}.part"
    quarantine = Quarantine(listed, path.name, facts.sha256)
    try:
        for batch in _read_batches(path, facts):
            rows, faults = clean_rows(batch, site_key)
            quarantine.add(faults)
            if rows.num_rows:
                months.add(rows)
        if stamp_of(path) != facts.stamp:
            why = "it changed while it was read"
            raise ClaimsError("file of claims is refused", why, "import it when it is finished", Place(path.name))
        parts = months.close()
        quarantine.close()
    except BaseException:
        months.give_up()
        quarantine.give_up()
        intake.drop(facts.sha256)
        listed.unlink(missing_ok=True)
        raise
    counts = dict(sorted(quarantine.counts.items()))
    return Marker(path.name, facts.sha256, sum(part.rows for part in parts), parts, {REFUSED: counts})


def _read_batches(path: Path, facts: FileFacts) -> Iterator[Batch]:
    if facts.head.startswith(MAGIC):
        return read_parquet(path)
    if facts.head.lstrip().removeprefix(b"\xef\xbb\xbf").startswith(b"ISA"):
        from loaders.claims.x12_837 import looks_like_x12, read_837

        if looks_like_x12(facts.head):
            return _read_837(read_837(path))
    return read_csv(path, facts)


def _read_837(lines: Iterator[dict[str, str | None]]) -> Iterator[Batch]:
    """The service lines of an 837, counted from 1 in the order of the file."""
    first = 1
    while rows := list(islice(lines, _ROWS_OF_837)):
        columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in READ_COLUMNS}
        yield Batch(len(rows), columns, first)
        first += len(rows)
