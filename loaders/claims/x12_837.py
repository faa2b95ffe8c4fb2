"""Claims of 837P and 837I files, one row for each service line, with nothing of a patient in it.

Sources of the positions: the X12 implementation guides 005010X222 (professional) and 005010X223
(institutional), with their errata; the names are those of `schema/claims.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

from loaders.x12_envelope import Contents, Row, Segment, looks_like_x12, read_sound
from schema.claims import DIAGNOSIS_COLUMNS, PROCEDURE_COLUMNS
from schema.errors import ClaimsError

__all__ = ["looks_like_x12", "read_837"]

_CONTENTS = Contents(
    transaction="837",
    guides={"005010X222": "professional", "005010X223": "institutional"},
    error=ClaimsError,
    noun="837",
    wanted="claims",
    wrong_guide="its claims are neither 837P (005010X222) nor 837I (005010X223)",
)
# HI qualifiers (code list 1270), in the order of the columns. Every diagnosis of the claim becomes one, the
# principal one the first: a deleted external cause (ABN), admitting diagnosis (ABJ) or reason for the visit (APR)
# is denied like any other. One that stands on the claim already (the admitting diagnosis is often the principal
# one) is not named again.
_DIAGNOSES = {
    **{kind: ("icd-10-cm", place) for place, kind in enumerate(("ABK", "ABF", "ABN", "ABJ", "APR"))},
    **{kind: ("icd-9-cm", place) for place, kind in enumerate(("BK", "BF", "BN", "BJ", "PR"))},
}
_PROCEDURES = {
    "BBR": ("icd-10-pcs", 0),
    "BBQ": ("icd-10-pcs", 1),
    "BR": ("icd-9-pcs", 0),
    "BQ": ("icd-9-pcs", 1),
}
_PLACE_OF_SERVICE, _BILL_TYPE = "B", "A"  # CLM05-2
_CLAIM_SEGMENTS = {"HI", "LX", "SV1", "SV2"}


def read_837(path: Path) -> Iterator[Row]:
    """One row for each service line, with the columns that the line and its claim fill.

    Dates are ISO text and amounts text as written; what is no date stays as written, for who normalises to
    refuse. Allowed and paid amounts, and the day of discharge, are not told by an 837. The claim id is the
    plain CLM01. The first row comes after the whole file was found sound. Raises ClaimsError, which names file,
    segment and reason, never a value.
    """
    return read_sound(path, _CONTENTS, functools.partial(_read_rows, path))


def _read_rows(path: Path, segments: Iterator[Segment]) -> Iterator[Row]:
    payer: str | None = None
    claim: _Claim | None = None
    for segment in segments:
        name = segment.fields[0]
        if name in ("CLM", "HL", "SE") and claim:
            yield from claim.rows()
            claim = None
        if name == "CLM":
            claim = _Claim(path, segment, payer)
        elif name == "HL":
            # A billing provider (20) or subscriber (22) begins; a patient (23) belongs to the subscriber before.
            payer = payer if segment.read(3) == "23" else None
        elif name in _CLAIM_SEGMENTS:
            if claim is None:
                raise _CONTENTS.refuse(path, f"{name} stands outside of a claim", segment.number)
            claim.take(segment)
        elif name == "DTP" and claim:
            claim.take_date(segment)
        elif name == "NM1" and claim is None and segment.read(1) == "PR":
            # Loop 2010BB, the payer that the claim goes to; other payers (2330B) stand within the claim.
            payer = segment.read_organisation()


class _Claim:
    """What is kept of one claim (loop 2300) while its segments come."""

    def __init__(self, path: Path, segment: Segment, payer: str | None) -> None:
        self._path, self._number = path, segment.number
        facility, qualifier, frequency = (*self._read_parts(segment, 5), "", "")[:3]
        self._codes: list[tuple[str, str]] = []
        self._lines: list[Row] = []
        self._fields: Row = {
            "claim_id": segment.read(1) or None,
            "claim_type": segment.guide,
            "payer": payer,
            "place_of_service_code": facility or None if qualifier == _PLACE_OF_SERVICE else None,
            "bill_type_code": facility + frequency or None if qualifier == _BILL_TYPE else None,
        }

    def take(self, segment: Segment) -> None:
        name = segment.fields[0]
        if name == "HI":
            for position in range(1, len(segment.fields)):
                kind, code, *_ = (*self._read_parts(segment, position), "")
                self._codes.append((kind, code))
        elif name == "LX":
            self._lines.append({"claim_line_number": segment.read(1) or None})
        else:
            if not self._lines or "charge_amount" in self._lines[-1]:
                self._lines.append({"claim_line_number": None})  # some senders leave LX out
            code_at = 1 if name == "SV1" else 2
            self._lines[-1] |= _read_service(segment, self._read_parts(segment, code_at))

    def take_date(self, segment: Segment) -> None:
        kind = segment.read(1)
        if kind == "434" and not self._lines:
            first, last = _read_period(segment)
            self._fields |= {"claim_start_date": first, "claim_end_date": last}
        elif kind == "472" and self._lines:
            first, last = _read_period(segment)
            self._lines[-1] |= {"claim_line_start_date": first, "claim_line_end_date": last}

    def _read_parts(self, segment: Segment, position: int) -> list[str]:
        parts = segment.components(position)
        if len(parts) == 1 and parts[0]:
            # Published samples name `:` in the header and part by `>`; without their codes claims look harmless.
            name = f"{segment.fields[0]}{position:02}"
            raise _CONTENTS.refuse(
                self._path, f"{name} is not parted by the separator that the header names", segment.number
            )
        return parts

    def rows(self) -> Iterator[Row]:
        """The rows of the claim; raises ClaimsError for a claim that cannot be told right."""
        if not self._lines or any("charge_amount" not in line for line in self._lines):
            raise _CONTENTS.refuse(self._path, "a claim, or a line of it, has no service (SV1 or SV2)", self._number)
        claim = dict(self._fields)
        for table, columns in ((_DIAGNOSES, DIAGNOSIS_COLUMNS), (_PROCEDURES, PROCEDURE_COLUMNS)):
            codes = [(*table[kind], code) for kind, code in self._codes if kind in table and code]
            if len({code_type for code_type, _, _ in codes}) > 1:
                raise _CONTENTS.refuse(self._path, "a claim mixes codes of ICD-9 and ICD-10", self._number)
            claim |= self._number_codes(columns, codes)
        for line in self._lines:
            yield claim | line

    def _number_codes(self, columns: tuple[str, ...], codes: list[tuple[str, int, str]]) -> Row:
        """The type and the numbered columns of codes, each once, the principal one first whatever the order."""
        if not codes:
            return {}
        ordered = list(dict.fromkeys(code for _, _, code in sorted(codes, key=lambda code: code[1])))
        if len(ordered) > len(columns):
            raise _CONTENTS.refuse(
                self._path, f"a claim has more than {len(columns)} diagnoses or procedures", self._number
            )
        return {columns[0].replace("_1", "_type"): codes[0][0], **dict(zip(columns, ordered, strict=False))}


def _read_service(segment: Segment, procedure: list[str]) -> Row:
    """Loop 2400: SV1 of a professional, SV2 of an institutional line, and its procedure's components."""
    is_professional = segment.fields[0] == "SV1"
    row: Row = {"charge_amount": segment.read(2 if is_professional else 3) or None}
    qualifier, code, *modifiers = (*procedure, "")
    if qualifier == "HC":
        row["hcpcs_code"] = code or None
        # Components 3 to 6; the seventh is free text.
        filled = [modifier for modifier in modifiers[:4] if modifier]
        row |= {f"hcpcs_modifier_{number}": modifier for number, modifier in enumerate(filled, 1)}
    if is_professional and segment.read(5):
        row["place_of_service_code"] = segment.read(5)
    if not is_professional:
        row["revenue_center_code"] = segment.read(1) or None
    return row


def _read_period(segment: Segment) -> tuple[str, str]:
    """First and last day of a DTP segment: D8 is one day, RD8 two with a hyphen."""
    text = segment.read(3)
    first, hyphen, last = text.partition("-") if segment.read(2) == "RD8" else (text, "", "")
    return _write_day(first), _write_day(last if hyphen else first)


def _write_day(text: str) -> str:
    is_day = len(text) == 8 and text.isascii() and text.isdecimal()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if is_day else text
