"""A batch as it was written made into the rows that are kept and the faults of those that are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from loaders.claims import values
from loaders.claims.batches import Batch
from schema.claims import DATE_COLUMNS, DATE_OF_SERVICE, DIAGNOSIS_DATE, MONEY_COLUMNS, TEXT_COLUMNS, hide_claim_id

NO_CLAIM_ID = "no claim id"
NO_DATE_OF_SERVICE = "no date of service"
RAGGED = "another number of cells than the header"

_AS_TEXT = ("claim_type", "payer", "department", "bill_type_code")
_AS_WORD = ("diagnosis_code_type", "procedure_code_type")
_INPATIENT = "^0?11"
"""As `schema.claims.is_inpatient` has it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row is refused: its number, the column (None where it is the whole row), and the reason."""

    row: int
    column: str | None
    reason: str


def clean_rows(batch: Batch, site_key: str) -> tuple[pa.RecordBatch, list[Fault]]:
    """The kept rows, texts but the claim id as dictionaries, and the first fault of each refused row.

    The columns are those of the batch and the two derived dates.
    """
    faults = [Fault(row, None, RAGGED) for row in batch.ragged]
    if not batch.rows:
        return pa.record_batch({}), faults
    columns, marks = _read_columns(batch.columns)
    columns[DATE_OF_SERVICE] = pc.coalesce(
        *(columns[name] for name in ("claim_line_start_date", "claim_start_date") if name in columns)
    )
    columns[DIAGNOSIS_DATE] = _find_diagnosis_dates(columns)
    marks.insert(0, ("claim_id", NO_CLAIM_ID, columns["claim_id"].is_null()))
    marks.append((None, NO_DATE_OF_SERVICE, columns[DATE_OF_SERVICE].is_null()))
    reasons = dict(_find_first(marks))
    positions = sorted(reasons)
    for number, position in zip(batch.number_rows(positions), positions, strict=True):
        faults.append(Fault(number, *reasons[position]))
    kept = pa.record_batch(columns)
    if reasons:
        refused = pc.is_in(pa.array(range(batch.rows), pa.int64()), value_set=pa.array(positions, pa.int64()))
        kept = kept.filter(pc.invert(refused))
    if site_key:
        place = kept.schema.get_field_index("claim_id")
        kept = kept.set_column(place, "claim_id", _hide(kept.column(place), site_key))
    return kept, faults


_Marks = list[tuple[str | None, str, pa.Array]]


def _read_columns(written: Mapping[str, pa.Array]) -> tuple[dict[str, pa.Array], _Marks]:
    columns: dict[str, pa.Array] = {}
    marks: _Marks = []
    for name, column in written.items():
        if name in DATE_COLUMNS:
            columns[name], is_wrong = values.read_dates(column)
            marks.append((name, values.NOT_A_DATE, is_wrong))
        elif name in MONEY_COLUMNS:
            columns[name], wrong = values.read_amounts(column)
            marks += [(name, reason, where) for reason, where in wrong]
        elif name in TEXT_COLUMNS:
            columns[name] = _read_text(name, column)
        else:
            columns[name] = values.read_line_numbers(column)
    return columns, marks


def _read_text(name: str, column: pa.Array) -> pa.Array:
    if name == "claim_id":
        return values.read_identifier(column)
    if name in _AS_TEXT:
        return values.read_text(column)
    if name in _AS_WORD:
        return values.read_word(column)
    return values.read_diagnosis(column) if name.startswith("diagnosis_code_") else values.read_code(column)


def _find_diagnosis_dates(columns: Mapping[str, pa.Array]) -> pa.Array:
    service = columns[DATE_OF_SERVICE]
    if "bill_type_code" not in columns:
        return service
    bill_type = columns["bill_type_code"]
    of_value = pc.match_substring_regex(bill_type.dictionary, _INPATIENT)
    is_inpatient = pc.fill_null(of_value.take(bill_type.indices), False)
    stays = [columns[name] for name in ("discharge_date", "claim_end_date") if name in columns]
    return pc.if_else(is_inpatient, pc.coalesce(*stays, service), service)


def _find_first(marks: _Marks) -> Iterator[tuple[int, tuple[str | None, str]]]:
    """Position and fault; of several of one row the last that is given counts, and that is the first one."""
    for column, reason, where in reversed(marks):
        if where.true_count:
            for position in pc.indices_nonzero(where).to_pylist():
                yield position, (column, reason)


def _hide(claim_ids: pa.Array, site_key: str) -> pa.Array:
    encoded = claim_ids.dictionary_encode()
    hidden = pa.array([hide_claim_id(text, site_key) for text in encoded.dictionary.to_pylist()], pa.string())
    return hidden.take(encoded.indices)
