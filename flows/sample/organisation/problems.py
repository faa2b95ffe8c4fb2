"""What goes wrong after the effective dates at the payers of the invented organisation, planted to be found.

Each problem is of one code and payer, as hospitals meet them in the first weeks: a deleted code billed on, a new
one that a payer has not loaded, a claim that never gets past the front door, a service paid as a lesser one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.sample.organisation.claims import Line
from flows.sample.organisation.rules import PAYERS
from schema.remits import Category
from schema.watch import Fault

_BLUESTEM, _PRAIRIE, _CEDAR, _MEDICARE, _SUMMIT, _ = PAYERS


class Way(StrEnum):
    """How the payer tells it."""

    DENIED = "denied"
    REJECTED = "rejected"
    """By a claim acknowledgment; no remittance ever comes."""
    PAID_AS = "paid as another code"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be found: `system` to `fault` are the figures of the report, the others how it comes about.
    Whose fault it is can be told only of codes that a payer calls invalid.

    `reason` is the CARC, or the category and status of an acknowledgment; `remark` the RARC with it. The planted
    claims (`claims` of them) are of `department`, institutional where `bill_type` is told, and each holds
    `companion`: the procedure of a diagnosis or the diagnosis of a procedure. `successor` is the code with which
    the first two come back and are paid.
    """

    system: str
    code: str
    payer: str
    category: Category
    fault: Fault
    way: Way
    reason: str
    department: str
    companion: str
    remark: str = ""
    bill_type: str = ""
    successor: str = ""
    paid_as: str = ""
    claims: int = 9
    is_watched: bool = True

    @property
    def effective_date(self) -> date:
        """The day of the update that it follows."""
        return EFFECTIVE[self.system]

    def meets(self, line: Line) -> bool:
        """Whether the payer answers this line so."""
        if line["payer"] != self.payer or line["claim_end_date"] < self.effective_date.isoformat():
            return False
        if self.system == "hcpcs":
            return line.get("hcpcs_code") == self.code
        return self.code in (line.get(f"diagnosis_code_{n}") for n in range(1, 5))


EFFECTIVE = {"hcpcs": date(2020, 1, 1), "icd10cm": date(2024, 10, 1)}
"""The updates of the sample that are watched, by system."""

PROBLEMS = (
    # 2020Q1. A code that ended is billed on: ours to correct.
    Problem("hcpcs", "C9408", _BLUESTEM, Category.INVALID_CODE, Fault.OURS, Way.DENIED, "181", "Imaging", "C4A9",
            bill_type="131", successor="A9590"),
    # One payer's table is behind: to be appealed.
    Problem("hcpcs", "A9590", _PRAIRIE, Category.INVALID_CODE, Fault.PAYER, Way.DENIED, "16", "Imaging", "C4A9",
            remark="N65", bill_type="131"),
    Problem("hcpcs", "M1000", _CEDAR, Category.INVALID_CODE, Fault.OURS, Way.REJECTED, "A7:507", "Family Medicine",
            "E669"),
    Problem("hcpcs", "J2794", _SUMMIT, Category.DOWNCODING, Fault.UNKNOWN, Way.PAID_AS, "150", "Behavioral Health",
            "R4189", remark="N22", paid_as="J3490"),
    Problem("hcpcs", "G9405", _MEDICARE, Category.BUNDLING, Fault.UNKNOWN, Way.DENIED, "97", "Family Medicine", "J159",
            remark="M15"),
    Problem("hcpcs", "B4105", _PRAIRIE, Category.NON_COVERED, Fault.UNKNOWN, Way.DENIED, "96", "Family Medicine",
            "E109", remark="N130"),
    # Unchanged, so nobody watches it; it jumps all the same.
    Problem("hcpcs", "J9312", _MEDICARE, Category.AUTHORIZATION, Fault.UNKNOWN, Way.DENIED, "197", "Infusion Center",
            "C8330", bill_type="131", claims=14, is_watched=False),
    # FY2025.
    Problem("icd10cm", "E668", _BLUESTEM, Category.INVALID_CODE, Fault.OURS, Way.DENIED, "146", "Endocrinology",
            "J3490", successor="E6689"),
    Problem("icd10cm", "E66813", _PRAIRIE, Category.INVALID_CODE, Fault.PAYER, Way.DENIED, "146", "Endocrinology",
            "J3490"),
    Problem("icd10cm", "T8132XA", _MEDICARE, Category.INVALID_CODE, Fault.OURS, Way.REJECTED, "A7:254", "Emergency",
            "J0295", bill_type="131"),
    Problem("icd10cm", "Z6854", _CEDAR, Category.MEDICAL_NECESSITY, Fault.UNKNOWN, Way.DENIED, "167",
            "Endocrinology", "J3490", claims=14),
)  # fmt: skip


def find_problem(line: Line) -> Problem | None:
    """The problem that the line runs into, None for all others."""
    return next((problem for problem in PROBLEMS if problem.meets(line)), None)
