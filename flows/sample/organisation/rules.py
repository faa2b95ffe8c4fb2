"""What the invented organisation keeps as CSV: payer rules, claim edits, fees, authorisations. Payers are invented."""

from __future__ import annotations

from flows.sample.organisation.codes import list_hcpcs

PAYERS = ("Bluestem Health Plan", "Prairie Mutual", "Cedar State Medicaid", "Medicare", "Summit Advantage", "Self pay")

RULE_COLUMNS = ("payer", "rule", "diagnosis", "hcpcs", "place_of_service")
_RULES = """
Bluestem Health Plan | Diabetes education                   | E08-E13            |              | 11
Bluestem Health Plan | Weight loss programme                | E66.01, E66.8-     |              | 11
Bluestem Health Plan | Drugs that need a reason             |                    | J0120-J9999  |
Prairie Mutual       | Chemotherapy at the clinic only      | C81-C85            | J9*          | 11
Prairie Mutual       | Surveillance colonoscopy             | Z86.01-            |              | 24
Prairie Mutual       | Vertigo needs an audiogram           | H81.4*             |              |
Cedar State Medicaid | Pass-through drugs are not covered   |                    | C90??, C94*  | 22
Cedar State Medicaid | Child weight                         | Z68.5-             |              | 11
Cedar State Medicaid | Hearing aids, one side               |                    | V5170-V5171  | 11
Medicare             | Appropriate use criteria             |                    | G1000-G1023, ME | 22
Medicare             | Cognitive skills development         | R41.89; G20        | G0515:KX     |
Medicare             | Reopened wounds                      | T81.32             |              | 21
Summit Advantage     | Skin substitutes                     |                    | Q41??        |
Summit Advantage     | Iobenguane                           |                    | C9407 – C9408 | 22
Summit Advantage     | Lymphoma in remission                | C81.0A, C83.3A     |              |
Summit Advantage     | Old table of drugs                   |                    | J1999-J1000  |
Self pay             | Cosmetic                             | L70                | see policy 12 |
"""
UNREADABLE_RULES = ("J1999-J1000", "see policy 12")

EDIT_COLUMNS = ("edit", "action", "codes", "diagnoses")
_EDITS = """
MUE-1  | stop                 | J9031 GD; J0834-GD          |
MUE-2  | warn                 | J9310, J9311, J9312         |
AUC-1  | stop without ME      | G1000; G1001                |
DX-1   | stop as principal    |                             | Z86.010, Z68.5-
DX-2   | stop with a sequela  |                             | T81.32XS
DX-3   | review               |                             | C83.3-
DX-4   | review               |                             | =E66.8
DME-1  | stop without KX      | A5512:KX, A5513:KX          |
"""
UNREADABLE_EDITS = ("=E66.8",)

AUTHORISATION_COLUMNS = ("service", "codes")
# Nobody is named as its owner: `addenda uses` says so.
_AUTHORISATIONS = """
Long-acting injections   | J1942, J2794, C9035
Radiopharmaceuticals     | A9515; C9407; C9408
Biologics                | J0517, J9173, Q5103
Enzyme cartridges        | B4105
Chest wall oscillation   | E0483
Sinus implants           | S1090
Vessel mapping           | G0365
"""

FEE_COLUMNS = ("hcpcs", "status_indicator", "rate")
_FEES = "A9515 C9034 C9035 C9041 C9054 C9407 C9408 G0365 G0499 G0515 J1942 J2794 J9031 J9173 J9311 J9312 Q4186 Q5103"
_RATE_STEP = 37


def build_payer_rules() -> list[tuple[str, ...]]:
    """The rows below the header."""
    return _read_table(_RULES)


def build_claim_edits() -> list[tuple[str, ...]]:
    """The rows below the header."""
    return _read_table(_EDITS)


def build_authorisations() -> list[tuple[str, ...]]:
    """The rows below the header."""
    return _read_table(_AUTHORISATIONS)


def build_fee_schedule() -> list[tuple[str, ...]]:
    """The rows below the header; the rates are invented."""
    known = list_hcpcs()
    codes = [code for code in _FEES.split() if code in known]
    return [(code, "K" if code[0] in "CJQ" else "A", f"{_RATE_STEP * n}.25") for n, code in enumerate(codes, start=1)]


def _read_table(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]
