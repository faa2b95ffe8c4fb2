"""The three code systems: what their codes look like and when they came into force."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from schema.errors import UsageError


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """One code system.

    `code_pattern` is the shape that a stored code may have (upper case, no dots), `usual_pattern` the
    narrower one of all codes so far, by which a list of few codes is told from another system's;
    `modifier_pattern` is that of a modifier where the system has any. `in_force_date` is the first day
    on which a release counts for claims; earlier releases are drafts. `has_record_dates` says that
    validity is in the records (HCPCS), not in the release (ICD). `label_example` is what a person may
    type for a release.
    """

    name: str
    title: str
    publisher: str
    code_pattern: re.Pattern[str]
    usual_pattern: re.Pattern[str]
    modifier_pattern: re.Pattern[str] | None
    in_force_date: date | None
    has_record_dates: bool
    label_example: str


# ICD-10 became the HIPAA code set on 2015-10-01 (45 CFR 162.1002(c)); the files of 2012-2014 are drafts.
ICD10_IN_FORCE = date(2015, 10, 1)

# A letter, then alphanumerics with a digit among them: the publisher may put a letter in any place.
_ICD10CM = re.compile(r"(?=[A-Z]{1,6}[0-9])[A-Z][0-9A-Z]{2,6}")
# So far: a category is a letter, then digit and alphanumeric or, from FY2027 on, letter and digit (QA0.0141).
_ICD10CM_USUAL = re.compile(r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])[0-9A-Z]{0,4}")
# A table is 3 characters, a code 7; the letters I and O are never used in PCS.
_ICD10PCS = re.compile(r"[0-9A-HJ-NP-Z]{3}(?:[0-9A-HJ-NP-Z]{4})?")
_HCPCS = re.compile(r"[A-Z][0-9]{4}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")

SYSTEMS: dict[str, CodeSystem] = {
    system.name: system
    for system in (
        CodeSystem(
            "icd10cm",
            "ICD-10-CM",
            "NCHS and CMS",
            _ICD10CM,
            _ICD10CM_USUAL,
            None,
            ICD10_IN_FORCE,
            False,
            "FY2026 or FY2026-apr",
        ),
        CodeSystem(
            "icd10pcs", "ICD-10-PCS", "CMS", _ICD10PCS, _ICD10PCS, None, ICD10_IN_FORCE, False, "FY2026 or FY2026-apr"
        ),
        CodeSystem("hcpcs", "HCPCS Level II", "CMS", _HCPCS, _HCPCS, _MODIFIER, None, True, "2026Q1"),
    )
}


def get_system(name: str) -> CodeSystem:
    """The system of that name; raises UsageError for any other."""
    system = SYSTEMS.get(name.strip().lower().replace("-", "").replace("_", ""))
    if system is None:
        raise UsageError(f"unknown code system {name!r}", "", f"use one of {', '.join(SYSTEMS)}")
    return system


def normalise_code(text: str) -> str:
    """A code as stored: upper case, no dots, no blanks at the ends (U+00A0 too)."""
    return text.replace("\xa0", " ").strip().replace(".", "").upper()


def display_code(system: str, code: str) -> str:
    """A code as people read it: ICD-10-CM with its dot, everything else as stored."""
    if system == "icd10cm" and len(code) > 3:
        return f"{code[:3]}.{code[3:]}"
    return code
