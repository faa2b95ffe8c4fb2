"""Claims as CSV (RFC 4180, UTF-8): a header row, then rows with as many cells."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from loaders.claims.batches import FIRST_ROW, Batch
from loaders.claims.file_facts import FileFacts
from loaders.claims.layout import match_columns
from schema.claims import MONEY_COLUMNS
from schema.errors import ClaimsError, Place

# A row has to fit in a block. Arrow reads some thirty blocks ahead, so bigger ones mean more memory.
BLOCK_BYTES = 2 << 20
_HEADER_BYTES = 1 << 20
# Where almost every value is different a dictionary costs more than it saves.
_PLAIN = {"claim_id", *MONEY_COLUMNS}


def read_csv(path: Path, facts: FileFacts) -> Iterator[Batch]:
    """The rows of a CSV file, a block at a time; columns are strings, or dictionaries of strings.

    Only our columns are turned into values; empty lines are no rows. A cell may hold line breaks: where one
    does, all quotes are looked at again, since a quote that is not closed hides the rows after it. Raises
    ClaimsError for a file that is no CSV of claims.
    """
    names = _read_header(path)
    labels = {name: f"c{position}" for name, position in match_columns(names, path.name).items()}
    if not facts.is_utf8:
        # Arrow would hand a ragged row with a wrong byte to nobody, and print a traceback.
        why, remedy = "it is not UTF-8", "export it again as UTF-8"
        raise ClaimsError("file of claims is refused", why, remedy, Place(path.name))
    if facts.lines <= 1:
        return
    blanks = _look_at_quotes(path)[1] if facts.has_blank_lines else []
    ragged: list[int] = []
    told, row = 0, FIRST_ROW
    try:
        with path.open("rb") as file, _open_reader(file, len(names), labels, ragged) as reader:
            for read in reader:
                columns = {name: read.column(label) for name, label in labels.items()}
                batch = Batch(read.num_rows, columns, row, ragged[bisect_left(ragged, row) :], ragged[told:])
                told, row = len(ragged), batch.next_row
                yield batch.without(blanks)
    except (pa.ArrowException, UnicodeDecodeError):
        # Arrow's own words quote the row, and --debug would show them.
        why = "it is not UTF-8, a quote is not closed, or a row is larger than 2 MB"
        raise ClaimsError("file of claims is refused", why, "export it again", Place(path.name)) from None
    last = Batch(0, {}, row, ragged=ragged[told:])
    yield last
    # Every row that was read has a number, so the next one tells how many there were.
    records = max(row - 1, ragged[-1] if ragged else 0)
    if records != facts.lines and records != _look_at_quotes(path)[0]:
        raise _refuse_quotes(path, None)


def _open_reader(
    file: io.BufferedReader, width: int, labels: Mapping[str, str], ragged: list[int]
) -> pa.csv.CSVStreamingReader:
    def pass_over(row: pa.csv.InvalidRow) -> str:
        ragged.append(row.number)
        return "skip"

    text = pa.dictionary(pa.int32(), pa.string())
    return pa.csv.open_csv(
        file,
        # One thread, since with more of them nobody knows the number of a row that is passed over.
        read_options=pa.csv.ReadOptions(
            use_threads=False,
            block_size=BLOCK_BYTES,
            column_names=[f"c{position}" for position in range(width)],
            skip_rows_after_names=1,
        ),
        parse_options=pa.csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=pass_over
        ),
        convert_options=pa.csv.ConvertOptions(
            include_columns=list(labels.values()),
            column_types={label: pa.string() if name in _PLAIN else text for name, label in labels.items()},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _read_header(path: Path) -> Sequence[str]:
    with path.open("rb") as file:
        text = file.read(_HEADER_BYTES).decode("utf-8-sig", errors="replace")
    try:
        return next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error:
        raise _refuse_quotes(path, 1) from None


def _look_at_quotes(path: Path) -> tuple[int, list[int]]:
    """The number of rows, header and empty lines too, and which are empty; raises ClaimsError."""
    blanks, rows = [], 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for rows, cells in enumerate(reader, 1):
                if not cells:
                    blanks.append(rows)
        except csv.Error:
            raise _refuse_quotes(path, reader.line_num) from None
    return rows, blanks


def _refuse_quotes(path: Path, line: int | None) -> ClaimsError:
    why = "a quote is not closed, or text follows a closed one, so that rows would be lost"
    return ClaimsError("file of claims is refused", why, "export it again", Place(path.name, line))
