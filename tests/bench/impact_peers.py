"""What the assessment is measured against: hand-written DuckDB SQL, a bare scan, and pandas, for the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from schema.claims import ClaimsPart
from tests.bench.claims import DAYS, FIRST_DAY, POSITIONS

WINDOW = date.fromisoformat(FIRST_DAY), date.fromordinal(date.fromisoformat(FIRST_DAY).toordinal() + DAYS - 1)
DIAGNOSES = [f"diagnosis_code_{n}" for n in range(1, POSITIONS + 1)]
HCPCS = ["hcpcs_code", "hcpcs_modifier_1"]
DIMENSIONS = ["payer", "department", "place_of_service_code", "claim_type"]
AMOUNTS = ["charge_amount", "allowed_amount", "paid_amount"]
DATES = ["diagnosis_date", "date_of_service"]
COLUMNS = [*DIAGNOSES, *HCPCS, *DIMENSIONS, *AMOUNTS, *DATES, "claim_id", "diagnosis_code_type"]


def _open(parts: Sequence[ClaimsPart]) -> tuple[Any, str]:
    import duckdb

    config: dict[str, Any] = {"memory_limit": "400MB", "preserve_insertion_order": False}
    return duckdb.connect(config=config), f"read_parquet({[part.path for part in parts]})"


def scan_bare(parts: Sequence[ClaimsPart]) -> None:
    """Every value of every column once. A count or a greatest value would come from the files' statistics."""
    connection, lines = _open(parts)
    sums = ", ".join(f"bit_xor(hash({name}))" for name in COLUMNS)
    connection.execute(f"SELECT {sums} FROM {lines}").fetchall()
    connection.close()


def ask_sql(parts: Sequence[ClaimsPart], codes: Mapping[str, Sequence[str]]) -> list[tuple[Any, ...]]:
    """The fastest statements that were found: docs/impact-layout.md names those that were slower."""
    connection, lines = _open(parts)
    for system, wanted in codes.items():
        connection.execute(f"CREATE TEMP TABLE {system} AS SELECT unnest($1::VARCHAR[]) AS code", [list(wanted)])
    within = f"BETWEEN DATE '{WINDOW[0]}' AND DATE '{WINDOW[1]}'"
    places = [("icd10cm", "diagnosis_date", name, n) for n, name in enumerate(DIAGNOSES)]
    places += [("hcpcs", "date_of_service", name, n) for n, name in enumerate(HCPCS)]
    hits = " UNION ALL ".join(
        f"SELECT line_key, '{system}' AS system, {name} AS code, {int(n == 0)} AS is_first FROM {lines}"
        f" WHERE {day} {within} AND {name} IN (SELECT code FROM {system})"
        for system, day, name, n in places
    )
    connection.execute(
        f"CREATE TEMP TABLE hit AS SELECT line_key, system, code, max(is_first) AS is_first FROM ({hits}) GROUP BY ALL"
    )
    connection.execute(
        f"CREATE TEMP TABLE held AS SELECT claim_id, {', '.join(DIMENSIONS + AMOUNTS)}, system, code, is_first"
        f" FROM {lines} JOIN hit USING (line_key)"
        " WHERE system <> 'icd10cm' OR lower(trim(diagnosis_code_type)) = 'icd-10-cm'"
    )
    parted = [*DIMENSIONS, "is_first"]
    sets = ", ".join(["(system, code)", *(f"(system, code, {name})" for name in parted)])
    sums = ", ".join(f"sum({name})" for name in AMOUNTS)
    answer: list[tuple[Any, ...]] = connection.execute(
        f"SELECT system, code, {', '.join(parted)}, grouping_id({', '.join(parted)}), count(*),"
        f" count(DISTINCT claim_id), {sums} FROM held GROUP BY GROUPING SETS ({sets})"
    ).fetchall()
    connection.close()
    return answer


def ask_pandas(parts: Sequence[ClaimsPart], codes: Mapping[str, Sequence[str]]) -> int:
    """The same in pandas: the number of rows of the answer."""
    import pandas as pd

    lines = pd.read_parquet([part.path for part in parts], columns=[*COLUMNS, "line_key"])
    rows = 0
    for system, names, day in (("icd10cm", DIAGNOSES, DATES[0]), ("hcpcs", HCPCS, DATES[1])):
        is_within = lines[day].between(*WINDOW)
        if system == "icd10cm":
            is_within &= lines["diagnosis_code_type"].str.strip().str.lower() == "icd-10-cm"
        is_hit = lines[names[0]].isin(codes[system])
        for name in names[1:]:
            is_hit |= lines[name].isin(codes[system])
        hit = lines[is_within & is_hit]
        kept = ["line_key", "claim_id", *DIMENSIONS, *AMOUNTS]
        held = hit.melt(id_vars=kept, value_vars=names, var_name="place", value_name="code")
        held = held[held["code"].isin(codes[system])]
        held["is_first"] = held.groupby(["line_key", "code"])["place"].transform("min") == names[0]
        held = held.drop_duplicates(["line_key", "code"])
        for parted in ([], *([name] for name in (*DIMENSIONS, "is_first"))):
            groups = held.groupby(["code", *parted], dropna=False)
            sums = {"claim_id": ["size", "nunique"], **dict.fromkeys(AMOUNTS, "sum")}
            rows += len(groups.agg(sums))
    return rows
