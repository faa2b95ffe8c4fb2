"""Invented claim lines by the million, written by the dataset's own writer."""

from __future__ import annotations

from pathlib import Path

from loaders.claims.layout import KEPT
from loaders.claims.months import open_months
from schema.claims import LINE_KEY, ClaimsPart

POSITIONS, PAYERS, DEPARTMENTS = 12, 40, 60
CODES, CHANGED_DIAGNOSES, CHANGED_HCPCS = 70_000, 1_200, 100
FIRST_DAY, DAYS = "2024-10-01", 365


def _chance(seed: str) -> str:
    """An even number from 0 to 1, the same in each run."""
    return f"((hash({seed}) >> 11)::DOUBLE / 9007199254740992.0)"


def _text(number: str) -> str:
    """The code of that number: a letter, two digits and up to four more, in the shape of ICD-10-CM."""
    return (
        f"chr(65 + ({number} % 26)::INT) || lpad((({number} // 26) % 100)::VARCHAR, 2, '0')"
        f" || lpad(({number} // 2600)::VARCHAR, 2, '0')"
        f" || CASE {number} % 3 WHEN 0 THEN '' WHEN 1 THEN 'A' ELSE '9D' END"
    )


# A few codes stand on most claims: the number of a code is the sixth power of a chance, times the number of codes.
def _diagnosis(position: int) -> str:
    number = f"floor(pow({_chance(f'claim * 64 + {position}')}, 6) * {CODES})::BIGINT"
    # All claims have a first diagnosis, a third of them five, one of twelve the twelfth.
    share = max(0.08, 1.085 - 0.085 * position) if position > 1 else 1.0
    present = f"{_chance(f'claim * 64 + 32 + {position}')} < {share}"
    return f"CASE WHEN {present} THEN {_text(number)} END AS diagnosis_code_{position}"


def _hcpcs(number: str) -> str:
    return f"chr(65 + ({number} % 22)::INT) || lpad(({number} // 22)::VARCHAR, 4, '0')"


def changed_codes() -> dict[str, list[str]]:
    """The change set: codes of the rarer half, which 1 to 3 % of the lines hold."""
    import duckdb

    step = CODES // 2 // CHANGED_DIAGNOSES
    diagnoses = f"SELECT {_text('n')} FROM (SELECT {CODES // 2} + {step} * i AS n FROM range({CHANGED_DIAGNOSES}) t(i))"
    hcpcs = f"SELECT {_hcpcs('n')} FROM (SELECT 4000 + 30 * i AS n FROM range({CHANGED_HCPCS}) t(i))"
    with duckdb.connect() as connection:
        found = {"icd10cm": diagnoses, "hcpcs": hcpcs}
        return {system: [row[0] for row in connection.execute(query).fetchall()] for system, query in found.items()}


def _lines(number: int) -> str:
    """The question that invents `number` lines (a multiple of ten), ordered by month."""
    diagnoses = [_diagnosis(position) for position in range(1, POSITIONS + 1)]
    hcpcs = f"floor(pow({_chance('claim * 64 + 48 + line')}, 3) * 7000)::BIGINT"
    values = {
        "claim_id": "claim_id",
        "claim_type": "claim_type",
        "payer": "payer",
        "department": f"'department ' || (hash(claim + line % 2) % {DEPARTMENTS})",
        "place_of_service_code": "['11', '21', '22', '23', '81', '12'][1 + (hash(claim) % 6)::INT]",
        "bill_type_code": "bill_type_code",
        "hcpcs_code": _hcpcs(hcpcs),
        "hcpcs_modifier_1": "CASE WHEN hash(claim + line) % 4 = 0 THEN ['25', '59', 'LT', 'RT', 'JW'][1 + line] END",
        "diagnosis_code_type": "'icd-10-cm'",
        **{f"diagnosis_code_{n}": f"diagnosis_code_{n}" for n in range(1, POSITIONS + 1)},
        "claim_start_date": "day",
        "claim_end_date": "day + 1",
        "claim_line_start_date": "day",
        "date_of_service": "day",
        "diagnosis_date": "day",
        **{
            name: f"((hash(claim * 8 + line) % {most}00) / 100)::DECIMAL(18, 4)"
            for name, most in (("charge_amount", 9000), ("allowed_amount", 5000), ("paid_amount", 4000))
        },
        "claim_line_number": "line",
    }
    chosen = ", ".join(
        f"({values.get(field.name, 'NULL')})::{_TYPES[str(field.type)]} AS {field.name}"
        for field in KEPT
        if field.name != LINE_KEY
    )
    return f"""
        WITH claims AS (
            SELECT
                claim,
                'CLM' || lpad((claim * 7919 % 100000000)::VARCHAR, 10, '0') AS claim_id,
                CASE WHEN hash(claim) % 5 = 0 THEN 'institutional' ELSE 'professional' END AS claim_type,
                'payer ' || (hash(claim + 1) % {PAYERS}) AS payer,
                CASE WHEN hash(claim) % 5 = 0 THEN '0131' END AS bill_type_code,
                DATE '{FIRST_DAY}' + (claim * {DAYS} // {number * 2 // 5})::INT AS day,
                {", ".join(diagnoses)}
            FROM range({number * 2 // 5}) t(claim)
        )
        SELECT {chosen} FROM claims, (SELECT unnest([0, 1, 2, 3]) AS line) WHERE line <= claim % 4
    """


_TYPES = {
    "string": "VARCHAR",
    "date32[day]": "DATE",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "decimal128(18, 4)": "DECIMAL(18, 4)",
}


def invent_claims(folder: Path, number: int) -> tuple[ClaimsPart, ...]:
    """Lines of one year in the layout of the dataset, in parts below `folder`."""
    import duckdb

    writer = open_months(folder, "0123456789abcdef")
    with duckdb.connect() as connection:
        for batch in connection.sql(_lines(number)).to_arrow_reader(200_000):
            writer.add(batch)
    return tuple(
        ClaimsPart(
            str(folder / part.path), part.rows, part.dates["first_service_date"], part.dates["last_service_date"],
            part.dates["first_diagnosis_date"], part.dates["last_diagnosis_date"],
        )
        for part in writer.close()
    )  # fmt: skip
