"""The claims of the weeks after the effective dates: new codes in use, and the claims of the planted problems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from flows.sample.organisation.claims import Line, draw_claims, price_line, sort_lines
from flows.sample.organisation.practice import Department, Period, read_pool
from flows.sample.organisation.problems import PROBLEMS, Problem

SEED = 20_241_130
# Ids of 2020 that the claims before have used up.
_NUMBERS_USED = 120
_FIRST_DAY, _DAYS_BETWEEN = 2, 3

# At most one new code in each pool of diagnoses, so that a denied diagnosis is that one.
_2020 = (
    Department(
        "Behavioral Health",
        "professional",
        read_pool("R4189:5 E669 G40C09"),
        read_pool("J1944:5 J2794:4 J3490:3"),
        place="11",
    ),
    Department(
        "Family Medicine",
        "professional",
        read_pool("E109:3 E669:3 J159:2 K580:2 Z86010"),
        read_pool("G0499:3 G9405:4 B4105:3 A5512:2 J7340 Q2009"),
        place="11",
    ),
    Department(
        "Imaging",
        "outpatient",
        read_pool("C4A9:4 C8330:3 R4189"),
        read_pool("G1000:6 G1001:2 A9590:4 A9515:2"),
        revenue="0320",
    ),
)
_FY2025 = (
    Department(
        "Family Medicine",
        "professional",
        read_pool("E669:5 E663:4 E109:4 L700:2 L709:2 J159:3 K580:2 U099:2 Z6854:2 Z6853:2 Z860100"),
        read_pool("G0499:3 J3490:4 G9405:2"),
        place="11",
    ),
    Department(
        "Endocrinology",
        "professional",
        read_pool("E109:6 E6601:3 E6609:3 E66813:6 E669:4 Z6852:2"),
        read_pool("J3490:4 J0834:2"),
        place="11",
    ),
    Department(
        "Neurology",
        "professional",
        read_pool("G20A1:5 G20A2:2 G20B1:2 G20C:3 R4189:4 H814:4"),
        read_pool("J3490:2 G9405:3"),
        place="19",
    ),
    Department(
        "Gastroenterology",
        "outpatient",
        read_pool("Z860101:8 K580:4 K589:5 Z86018:2"),
        read_pool("J3490:3 G0499:2"),
        revenue="0750",
    ),
    Department(
        "Emergency",
        "outpatient",
        read_pool("H814:3 H8110:4 J159:4 U071:3 R4189:2 E669:2"),
        read_pool("J3490:4 J0295:2"),
        revenue="0450",
    ),
)
PERIODS = (
    Period(date(2020, 1, 1), date(2020, 3, 15), 240, _2020),
    Period(date(2024, 10, 1), date(2024, 12, 15), 360, _FY2025),
)
"""Eleven weeks each: a report sixty days after the effective date has claims that are not answered yet."""


def build_later_claims() -> list[Line]:
    """The claim lines, by date of the claim's start and claim id."""
    random = Random(SEED)  # noqa: S311  no secret: the sample has to be the same each time
    drawn = [claim for period in PERIODS for claim in draw_claims(random, period, _NUMBERS_USED)]
    planted = [claim for number, problem in enumerate(PROBLEMS, start=1) for claim in _plant(problem, number)]
    return sort_lines([*drawn, *planted])


def _plant(problem: Problem, number: int) -> Iterator[list[Line]]:
    codes = {"hcpcs_code": problem.code, "diagnosis_code_1": problem.companion}
    if problem.system != "hcpcs":
        codes = {"hcpcs_code": problem.companion, "diagnosis_code_1": problem.code}
    for n in range(problem.claims):
        day = problem.effective_date + timedelta(days=_FIRST_DAY + _DAYS_BETWEEN * n)
        charge = Decimal(200 + 31 * number + 7 * n)
        setting = {"claim_type": "professional", "place_of_service_code": "11"}
        if problem.bill_type:
            setting = {"claim_type": "institutional", "bill_type_code": problem.bill_type}
        claim = {
            "claim_id": f"JV{day:%y}-P{number:02d}{n + 1:02d}",
            "payer": problem.payer,
            "department": problem.department,
            "claim_start_date": day.isoformat(),
            "claim_end_date": day.isoformat(),
            "claim_line_number": "1",
            "claim_line_start_date": day.isoformat(),
            "diagnosis_code_type": "icd-10-cm",
            **setting,
            **codes,
            **price_line(charge, problem.payer),
        }
        yield [claim]
