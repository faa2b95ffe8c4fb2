"""Remittances (835) and claim acknowledgments (277CA) as this project keeps them: nothing of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# One row for each service line of a remittance; a claim without service lines has one row whose code is null.
REMIT_TEXT_COLUMNS = (
    "claim_id",  # CLP01, hidden like the claims' where the setting says so (schema.claims.hide_claim_id)
    "payer",  # N102 of N1*PR
    "claim_status",  # CLP02: 1, 2, 3 paid as primary, secondary, tertiary; 4 denied; 22 reversal
    "line_number",  # REF*6R, else the position of the line in its claim: what is the same line in a later remittance
    "code",  # the procedure that was paid: SVC01-2
    "modifiers",  # SVC01-3..6, one blank between two
    "submitted_code",  # SVC06-2, null where it is not given (then it is the paid one)
    "submitted_modifiers",
)
REMIT_DATE_COLUMNS = (
    "received_date",  # DTM*405, else BPR16
    "service_date",  # DTM*472, else 150 of the line, else 232 of the claim
)
REMIT_MONEY_COLUMNS = ("charge_amount", "paid_amount")
REMIT_NUMBER_COLUMNS = ("sequence",)
"""`sequence`: the place of the claim's CLP in its file, from 1."""
REMIT_LIST_COLUMNS = ("adjustments", "remarks")
"""`adjustments`: structs of group, carc, amount, level (`line` or `claim`; a claim's own stand on each of its rows,
marked); `remarks`: RARC of the line (LQ*HE) and of the claim (MOA, MIA)."""

# One row for each status of an acknowledgment that rejects (STC category A3, A6, A7, A8) a claim or a line of it.
REJECTION_TEXT_COLUMNS = ("claim_id", "payer", "category_code", "status_code", "line_number", "code", "modifiers")
REJECTION_DATE_COLUMNS = ("received_date", "service_date")
REJECTING = ("A3", "A6", "A7", "A8")


class Category(StrEnum):
    """What a denial is about."""

    INVALID_CODE = "invalid_code"
    NON_COVERED = "non_covered"
    BUNDLING = "bundling"
    DOWNCODING = "downcoding"
    MEDICAL_NECESSITY = "medical_necessity"
    MODIFIER = "modifier"
    AUTHORIZATION = "authorization"
    OTHER = "other"


class Subject(StrEnum):
    """Which code of the claim a denial speaks of."""

    PROCEDURE = "procedure"
    DIAGNOSIS = "diagnosis"
    MODIFIER = "modifier"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class RemitPart:
    """One Parquet file of remittance lines or rejections. Dates are of `received_date`."""

    path: str
    rows: int
    first_date: date
    last_date: date
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class RemitImport:
    """What came of one file. `kind` is `835` or `277CA`; `refusal` is the reason why the whole file was
    refused (then nothing of its content is kept), `is_known` that the same bytes were imported before."""

    file: str
    sha256: str
    kind: str
    claims: int = 0
    rows: int = 0
    parts: tuple[RemitPart, ...] = ()
    is_known: bool = False
    refusal: str | None = None
    notes: Mapping[str, int] | None = None
    """Numbers of what was seen on the way, by name: reversals, lines without a date …"""


@dataclass(frozen=True, slots=True)
class RemitsSummary:
    """What is held: files imported, rows of remittances and of acknowledgments, files refused, and the first and
    last date of receipt (None without any)."""

    files: int
    lines: int
    rejections: int
    refused: int
    first_date: date | None
    last_date: date | None
