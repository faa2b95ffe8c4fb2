"""Claim lines in Parquet as the dataset keeps them, and the plain count that every engine has to agree with."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from loaders.claims.layout import KEPT, PARQUET_OPTIONS
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, LINE_KEY, ClaimsPart
from schema.impact import Exposure, Measure

Line = dict[str, Any]

DIMENSIONS = {
    "by_payer": "payer",
    "by_department": "department",
    "by_place_of_service": "place_of_service_code",
    "by_claim_type": "claim_type",
}
COLUMNS = {
    "hcpcs": ("hcpcs_code", *(f"hcpcs_modifier_{n}" for n in range(1, 6))),
    "icd10cm": tuple(f"diagnosis_code_{n}" for n in range(1, 26)),
    "icd10pcs": tuple(f"procedure_code_{n}" for n in range(1, 26)),
}
TYPES = {"icd10cm": ("diagnosis_code_type", "icd-10-cm"), "icd10pcs": ("procedure_code_type", "icd-10-pcs")}
FIRST_DAY = date(2025, 1, 1)


def write_part(path: Path, lines: Sequence[Line], first_key: int = 0) -> ClaimsPart:
    """Lines as one part; columns that a line does not name are null."""
    rows = [{LINE_KEY: first_key + number, **line} for number, line in enumerate(lines)]
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in KEPT}
    pq.write_table(pa.table(columns, schema=KEPT), path, row_group_size=64, **PARQUET_OPTIONS)
    service = sorted(line[DATE_OF_SERVICE] for line in lines)
    diagnosis = sorted(line[DIAGNOSIS_DATE] for line in lines)
    return ClaimsPart(str(path), len(lines), service[0], service[-1], diagnosis[0], diagnosis[-1])


def write_parts(folder: Path, lines: Sequence[Line], number: int = 3) -> tuple[ClaimsPart, ...]:
    """Lines dealt out to several parts."""
    hands = [lines[start::number] for start in range(number)]
    return tuple(
        write_part(folder / f"part-{index}.parquet", hand, index << 24) for index, hand in enumerate(hands) if hand
    )


def make_line(**values: Any) -> Line:
    """A professional line of the first day, one claim, 100 dollars; `values` say what differs."""
    line = {
        "claim_id": "C1",
        "claim_type": "professional",
        "payer": "Medicare",
        "department": "cardiology",
        "place_of_service_code": "11",
        "diagnosis_code_type": "icd-10-cm",
        "procedure_code_type": "icd-10-pcs",
        "charge_amount": Decimal(100),
        "allowed_amount": Decimal(60),
        "paid_amount": Decimal(50),
        DATE_OF_SERVICE: FIRST_DAY,
        **values,
    }
    return {DIAGNOSIS_DATE: line[DATE_OF_SERVICE], **line}


def make_lines(chance: random.Random, number: int) -> list[Line]:
    """Random lines in which everything goes wrong often: repeats, gaps, null types, empty values."""
    diagnoses, procedures = [f"E11{n:02}" for n in range(12)], [f"0DT{n}0ZZ" for n in range(5)]
    codes, modifiers = [f"J01{n:02}" for n in range(8)], ["25", "JW", "J5", "59"]
    lines = []
    for _ in range(number):
        claim = chance.randrange(number // 2 + 1)
        day = FIRST_DAY + timedelta(chance.randrange(-20, 120))
        line: Line = {
            "claim_id": f"C{claim}",
            "claim_type": chance.choice(["professional", "institutional", "", None]),
            "payer": chance.choice(["Medicare", "Medicaid", "Aetna", "", None]),
            "department": chance.choice(["cardiology", "oncology", None]),
            "place_of_service_code": chance.choice(["11", "22", ""]),
            "diagnosis_code_type": chance.choice(["icd-10-cm", "ICD-10-CM ", "icd-9-cm", "", None]),
            "procedure_code_type": chance.choice(["icd-10-pcs", "icd-9-pcs", None]),
            "hcpcs_code": chance.choice([*codes, None, ""]),
            DATE_OF_SERVICE: day,
            DIAGNOSIS_DATE: day + timedelta(chance.choice([0, 0, 0, 9])),
        }
        for name in ("charge_amount", "allowed_amount", "paid_amount"):
            line[name] = chance.choice([None, Decimal(chance.randrange(-500_000, 90_000_000)) / 10_000])
        for names, values in (
            (COLUMNS["icd10cm"][:7], diagnoses),
            (COLUMNS["icd10pcs"][:3], procedures),
            (COLUMNS["hcpcs"][1:4], [*modifiers, *codes]),
        ):
            line |= {name: chance.choice([*values, None, None, ""]) for name in names}
        lines.append(line)
    return lines


def count_by_hand(
    lines: Sequence[Line], system: str, codes: Collection[str], first: date, last: date
) -> dict[str, Exposure]:
    """The exposure of each code, line by line."""
    found = {}
    for code in codes:
        held = [line for line in lines if _holds(line, system, code, first, last)]
        if held:
            found[code] = _expose(held, system, code)
    return found


def _holds(line: Line, system: str, code: str, first: date, last: date) -> bool:
    if not first <= line[DATE_OF_SERVICE if system == "hcpcs" else DIAGNOSIS_DATE] <= last:
        return False
    if system in TYPES:
        column, value = TYPES[system]
        if (line.get(column) or "").strip().lower() != value:
            return False
    return code in [line.get(column) for column in COLUMNS[system]]


def _expose(held: Sequence[Line], system: str, code: str) -> Exposure:
    parts: dict[str, Any] = {}
    for part, column in DIMENSIONS.items():
        values = {line.get(column) or None for line in held}
        parts[part] = {v: _measure([line for line in held if (line.get(column) or None) == v]) for v in values}
    first = [line for line in held if line.get(COLUMNS[system][0]) == code]
    other = [line for line in held if line.get(COLUMNS[system][0]) != code]
    if system == "hcpcs":
        return Exposure(_measure(held), **parts)
    return Exposure(_measure(held), **parts, principal=_measure(first), secondary=_measure(other))


def _measure(lines: Sequence[Line]) -> Measure:
    amounts = (
        sum((line.get(name) or Decimal(0) for line in lines), Decimal(0))
        for name in ("charge_amount", "allowed_amount", "paid_amount")
    )
    return Measure(len(lines), len({line["claim_id"] for line in lines}), *amounts)
