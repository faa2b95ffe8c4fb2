"""Claims and remittance lines for the measure of the watch, made by arithmetic on whole columns."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from loaders.claims.layout import KEPT, PARQUET_OPTIONS
from loaders.remits.layout import LINES
from schema.claims import ClaimsPart
from schema.remits import RemitPart
from schema.validity import CodeValidity, Validity

EFFECTIVE = date(2025, 10, 1)
AS_OF = EFFECTIVE + timedelta(90)
LINES_OF_CLAIM, PARTS, CHANGED = 2, 8, 1000
_CODES, _DIAGNOSES, _PAYERS = 6000, 12000, 12
_KINDS = ("deleted", "new", "revised")
_DAYS = 105
"""Days of service: some before the effective date, the rest after it."""


def make_validity() -> Validity:
    """1,000 changed HCPCS codes and as many diagnoses: 2,000 watched items."""
    codes = {}
    for system, shape in (("hcpcs", "J{:04}"), ("icd10cm", "E{:05}")):
        for number in range(CHANGED):
            code, kind = shape.format(number), _KINDS[number % len(_KINDS)]
            first = EFFECTIVE if kind == "new" else None
            last = EFFECTIVE - timedelta(1) if kind == "deleted" else None
            codes[system, code] = CodeValidity(system, code, kind, first, last, f"{system}@{EFFECTIVE}.1", "a", "b")
    return Validity(codes)


def write_world(folder: Path, lines: int) -> tuple[list[ClaimsPart], list[RemitPart]]:
    """`lines` claim lines and as many remittance lines, some of them denied, a few reversed and corrected."""
    claims, remits = [], []
    for part in range(PARTS):
        chance = np.random.default_rng(part)
        count = lines // PARTS // LINES_OF_CLAIM
        claims.append(_write_claims(folder / f"claims-{part}.parquet", part, count, chance))
        remits.append(_write_remits(folder / f"remits{part}-0.parquet", part, count, chance))
    return claims, remits


class _Columns:
    """What claims and remittances have to agree on, by the number of the part."""

    def __init__(self, part: int, claims: int) -> None:
        chance = np.random.default_rng(1000 + part)
        self.number = claims * LINES_OF_CLAIM
        each = np.repeat(np.arange(claims), LINES_OF_CLAIM)
        self.claim_id = pa.array([f"A{part}{n:08}" for n in range(claims)]).take(pa.array(each))
        payers = pa.array([f"Payer {n}" for n in range(_PAYERS)])
        self.payer = payers.take(pa.array(chance.integers(0, _PAYERS, claims)[each]))
        codes = pa.array([f"J{n:04}" for n in range(_CODES)])
        self.code = codes.take(pa.array((chance.random(self.number) ** 2 * _CODES).astype(np.int64)))
        begin = (EFFECTIVE - date(1970, 1, 1)).days - 15
        self.day = (begin + chance.integers(0, _DAYS, claims)).astype(np.int32)[each]
        self.line = np.tile(np.arange(1, LINES_OF_CLAIM + 1, dtype=np.int32), claims)
        self.each = each


def _write_claims(path: Path, part: int, claims: int, chance: np.random.Generator) -> ClaimsPart:
    shared = _Columns(part, claims)
    diagnoses = pa.array([f"E{n:05}" for n in range(_DIAGNOSES)])
    number = shared.number
    days = pa.array(shared.day).cast(pa.date32())
    columns = {
        "claim_id": shared.claim_id,
        "payer": shared.payer,
        "hcpcs_code": shared.code,
        "claim_line_number": pa.array(shared.line),
        "diagnosis_code_type": pa.array(["icd-10-cm"] * number),
        "claim_start_date": days,
        "claim_end_date": days,
        "date_of_service": days,
        "diagnosis_date": days,
        "line_key": pa.array(np.arange(number) + (part << 24)),
    }
    for place, share in enumerate((1.0, 0.8, 0.5, 0.2), 1):
        values = (chance.random(claims) ** 2 * _DIAGNOSES).astype(np.int64)
        is_there = chance.random(claims) < share
        picked = pa.array(values, mask=~is_there).take(pa.array(shared.each))
        columns[f"diagnosis_code_{place}"] = diagnoses.take(picked)
    table = pa.table([columns.get(f.name, pa.nulls(number, f.type)) for f in KEPT], schema=KEPT)
    pq.write_table(table, path, row_group_size=131_072, **PARQUET_OPTIONS)
    first, last = (date(1970, 1, 1) + timedelta(int(day)) for day in (shared.day.min(), shared.day.max()))
    return ClaimsPart(str(path), number, first, last, first, last)


def _write_remits(path: Path, part: int, claims: int, chance: np.random.Generator) -> RemitPart:
    shared = _Columns(part, claims)
    number = shared.number
    lag = np.clip(chance.gamma(3.0, 6.0, claims), 1, 60).astype(np.int32)[shared.each]
    received = np.minimum(shared.day + lag, (AS_OF - date(1970, 1, 1)).days).astype(np.int32)
    is_denied = chance.random(number) < 0.08
    reasons = np.array(["45", "181", "16", "97", "50", "4", "146", "197"])
    carc = np.where(is_denied, reasons[chance.integers(1, len(reasons), number)], "45")
    adjustments = _list_adjustments(carc, is_denied)
    remarks = pa.array([["N56"] if code == "16" else [] for code in carc.tolist()], pa.list_(pa.string()))
    columns = {
        "claim_id": shared.claim_id,
        "payer": shared.payer,
        "claim_status": pa.array(np.where(is_denied, "4", "1")),
        "line_number": pa.array(shared.line).cast(pa.string()),
        "code": shared.code,
        "received_date": pa.array(received).cast(pa.date32()),
        "service_date": pa.array(shared.day).cast(pa.date32()),
        "charge_amount": _money(np.full(number, 100)),
        "paid_amount": _money(np.where(is_denied, 0, 50)),
        "sequence": pa.array(shared.each.astype(np.int32) + 1),
        "adjustments": adjustments,
        "remarks": remarks,
    }
    table = pa.table([columns.get(f.name, pa.nulls(number, f.type)) for f in LINES], schema=LINES)
    corrected = table.slice(0, number // 50)
    again = corrected.set_column(
        table.schema.get_field_index("received_date"), "received_date", pa.array([AS_OF] * len(corrected))
    )
    back = again.set_column(table.schema.get_field_index("claim_status"), "claim_status", pa.array(["22"] * len(again)))
    pq.write_table(pa.concat_tables([table, back, again]), path, row_group_size=131_072, store_schema=False)
    return RemitPart(str(path), number + 2 * len(again), EFFECTIVE - timedelta(15), AS_OF)


def _list_adjustments(carc: np.ndarray, is_denied: np.ndarray) -> pa.Array:
    """A denied line has one adjustment; a paid one the contract's and the patient's."""
    sizes = np.where(is_denied, 1, 2)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    place = np.repeat(np.arange(len(carc)), sizes)
    is_second = np.arange(offsets[-1]) != offsets[:-1][place]
    amount = np.where(is_denied[place], 100, np.where(is_second, 10, 40))
    values = pa.StructArray.from_arrays(
        [
            pa.array(np.where(is_second, "PR", "CO")),
            pa.array(np.where(is_second, "2", carc[place])),
            _money(amount),
            pa.array(["line"] * len(place)),
        ],
        ["group", "carc", "amount", "level"],
    )
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _money(amounts: np.ndarray) -> pa.Array:
    return (
        pa.array(amounts.astype(np.int64))
        .cast(pa.decimal128(21, 0))
        .cast(pa.decimal128(22, 4))
        .cast(pa.decimal128(18, 4))
    )
