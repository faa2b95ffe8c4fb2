"""What was billed, answered, denied and rejected: the figures that the watch goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows.watch.engine import Engine, open_engine
from flows.watch.events_billed import count_billed
from flows.watch.events_blame import blame_codes
from flows.watch.events_cases import count_denied, list_cases, make_units
from flows.watch.events_claims import read_claims, tabulate_changes
from flows.watch.events_reasons import find_denials
from flows.watch.events_rejections import read_rejections
from flows.watch.events_remits import read_remits
from schema.claims import ClaimsPart
from schema.remits import RemitPart
from schema.validity import Validity

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Events:
    """Tables of the codes billed on or after the effective date of their system (`is_after`) and in the 365 days
    before, by key date. A claim counts once for a code and payer. `payer` is null where none is told.

    - `billed`, `adjudicated`: `system, code, payer, end_date, is_after, claims`: the claims with the code, and
      those of them that the payer has answered. Every code of the claims is there, changed or not, and the codes
      of remittance lines that no held claim has.
    - `invalid_billed`: the same columns, of claims whose code was not valid on its key date by our tables.
    - `denied`: `system, code, payer, category, end_date, received_date, is_after, is_rejection, is_standing,
      claims, amount, recovered_amount`. `received_date` is the first day on which the claim was denied or rejected
      so. `is_standing` is false where the denial was taken back or replaced since, or the rejected claim was
      answered: then `amount` is 0 and `recovered_amount` what was paid on the line since.
    - `cases`: `claim_id, payer, system, code, category, fault, amount, received_date, key_date, action,
      is_rejection`: what stands, on or after the effective date; `received_date` is the latest.

    Amounts are decimal dollars. Rows are in the order of their columns.
    """

    billed: pa.Table
    adjudicated: pa.Table
    invalid_billed: pa.Table
    denied: pa.Table
    cases: pa.Table


def read_events(
    claim_parts: Sequence[ClaimsPart],
    line_parts: Sequence[RemitPart],
    rejection_parts: Sequence[RemitPart],
    validity: Validity,
    as_of: date,
    effective: Mapping[str, date],
    engine: str = "duckdb",
) -> Events:
    """The events of what was received by `as_of`: remittances and rejections by their date, claims by their end
    date. `effective` holds the effective date of each system that is watched; other systems have no events.

    The order of the parts does not matter. Raises WatchError when a file cannot be read.
    """
    with open_engine(engine) as opened:
        return _read_events(opened, claim_parts, line_parts, rejection_parts, validity, as_of, effective)


def _read_events(
    engine: Engine,
    claim_parts: Sequence[ClaimsPart],
    line_parts: Sequence[RemitPart],
    rejection_parts: Sequence[RemitPart],
    validity: Validity,
    as_of: date,
    effective: Mapping[str, date],
) -> Events:
    changed = tabulate_changes(validity, effective)
    claims = read_claims(engine, claim_parts, as_of)
    remits = read_remits(engine, line_parts, as_of)
    denials = find_denials(engine, remits)
    rejections = read_rejections(engine, rejection_parts, claims, remits, as_of)
    signals = engine.keep(denials.select(*rejections.columns).union(rejections), "signals")
    found = blame_codes(engine, signals, claims, remits.rows, changed)
    units = make_units(engine, signals, found, remits.rows, changed)
    billed = count_billed(engine, claims, remits, changed)
    return Events(**billed, denied=count_denied(engine, units), cases=list_cases(engine, units))
