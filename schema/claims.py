"""Claims as this project keeps them: names of Tuva's `medical_claim` input layer, nothing of a patient."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# An 837I may name 41 diagnoses: principal, 24 others, 12 external causes, 3 reasons for the visit, admitting.
# Tuva's layout has the first 25.
DIAGNOSIS_COLUMNS = tuple(f"diagnosis_code_{n}" for n in range(1, 42))
PROCEDURE_COLUMNS = tuple(f"procedure_code_{n}" for n in range(1, 26))

# https://thetuvaproject.com/connectors/input-layer (medical_claim). Every other column of a file is dropped
# unread: what is not here (person, member, birth date, account, free text) is never kept.
TEXT_COLUMNS = (
    "claim_id",
    "claim_type",
    "payer",
    "department",  # not Tuva's: the department that the charge belongs to, where the file has it
    "place_of_service_code",
    "bill_type_code",
    "revenue_center_code",
    "hcpcs_code",
    *(f"hcpcs_modifier_{n}" for n in range(1, 6)),
    "diagnosis_code_type",
    *DIAGNOSIS_COLUMNS,
    "procedure_code_type",
    *PROCEDURE_COLUMNS,
)
DATE_COLUMNS = ("claim_start_date", "claim_end_date", "claim_line_start_date", "claim_line_end_date", "discharge_date")
MONEY_COLUMNS = ("charge_amount", "allowed_amount", "paid_amount")
NUMBER_COLUMNS = ("claim_line_number",)
# Decimal(18, 4): up to 99,999,999,999,999.9999 dollars, exact.
MONEY_DIGITS, MONEY_SCALE = 18, 4

# Derived on import, so that every question goes by the same rule.
DATE_OF_SERVICE = "date_of_service"
"""`claim_line_start_date`, else `claim_start_date`: the key date of HCPCS codes and modifiers."""
DIAGNOSIS_DATE = "diagnosis_date"
"""The key date of diagnoses and ICD procedures: inpatient (bill type 11x) `discharge_date`, else
`claim_end_date`, else the date of service; otherwise the date of service."""
LINE_KEY = "line_key"
"""A number for each line, no two of the dataset alike, ascending within a part: what is found by one column of
a line is put together with the rest of it by this number."""

DIAGNOSIS_TYPE = "icd-10-cm"
PROCEDURE_TYPE = "icd-10-pcs"


def is_inpatient(bill_type: str | None) -> bool:
    """Bill type 11x alone, with or without its leading zero."""
    return bool(bill_type) and str(bill_type).removeprefix("0").startswith("11")


def hide_claim_id(claim_id: str, site_key: str) -> str:
    """The claim id as kept: itself, or with a site key its HMAC-SHA256 (32 hex digits)."""
    if not site_key:
        return claim_id
    return hmac.new(site_key.encode(), claim_id.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ClaimsPart:
    """One Parquet file of the dataset. Dates are the smallest and greatest in it."""

    path: str
    rows: int
    first_service_date: date
    last_service_date: date
    first_diagnosis_date: date
    last_diagnosis_date: date
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ClaimsImport:
    """What came of one file. `is_known`: the same bytes were imported before, and nothing was done."""

    file: str
    sha256: str
    rows: int
    refused: Mapping[str, int]
    """Number of refused rows by reason."""
    parts: tuple[ClaimsPart, ...] = ()
    is_known: bool = False
    quarantine: str | None = None
    """The path of the file with row, column and reason of every refused row; None where there is none."""


@dataclass(frozen=True, slots=True)
class ClaimsSummary:
    """What is held of claims: files imported, rows, first and last date of service (None without claims)."""

    files: int
    rows: int
    first_date: date | None
    last_date: date | None
