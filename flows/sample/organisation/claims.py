"""A year and more of claims of the invented organisation: claim ids, codes, dates and dollars, and nobody behind them.

Drawn from the pools of `practice` by a fixed seed, with cases planted on purpose (`PLANTED`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from flows.sample.organisation.practice import PERIODS, Department, Period
from flows.sample.organisation.rules import PAYERS

SEED = 20_241_001
_CENT = Decimal("0.01")
_DAY = timedelta(days=1)
# Share of the charge that each payer allows; what the patient owes is a fifth of it.
_ALLOWED = dict(zip(PAYERS, map(Decimal, ("0.62", "0.58", "0.31", "0.44", "0.47", "0.80")), strict=True))
_PAYER_WEIGHTS = (30, 18, 14, 26, 10, 2)
_PAID = Decimal("0.8")
_MOST_LINES, _MOST_DIAGNOSES, _LONGEST_STAY = 4, 4, 9
# Dollars of a line, from and up to.
_CHARGES = {"professional": (35, 390), "outpatient": (60, 1_450), "inpatient": (180, 5_200)}
_MODIFIERS = {"J9031": "GD", "A5512": "KX", "A5513": "KX", "G1000": "ME", "G1001": "ME"}
_ROOM = ("0120", "0250", "0270", "0300", "0360", "0710")

# Names are columns of schema/claims.py; text, ISO dates, dollars with two decimals.
Line = Mapping[str, str]


def build_claims() -> list[Line]:
    """The claim lines, by date of the claim's start and claim id."""
    random = Random(SEED)  # noqa: S311  no secret: the sample has to be the same each time
    drawn = [claim for period in PERIODS for claim in draw_claims(random, period)]
    return sort_lines([*drawn, *PLANTED])


def sort_lines(claims: Iterable[Sequence[Line]]) -> list[Line]:
    """The lines of the claims, by date of the claim's start and claim id."""
    ordered = sorted(claims, key=lambda lines: (lines[0]["claim_start_date"], lines[0]["claim_id"]))
    return [line for lines in ordered for line in lines]


def draw_claims(random: Random, period: Period, before: int = 0) -> Iterator[list[Line]]:
    """The claims of a period, each as its lines; `before` is the last number that its year has used for ids."""
    days = (period.last - period.first).days + 1
    for number in range(before + 1, before + period.claims + 1):
        start = period.first + timedelta(days=int(random.random() * days))
        department = period.departments[int(random.random() * len(period.departments))]
        yield _draw_claim(random, f"JV{period.first:%y}-{number:05d}", department, start, period.last)


def _draw_claim(random: Random, claim_id: str, department: Department, start: date, last: date) -> list[Line]:
    is_stay = department.setting == "inpatient"
    end = min(start + timedelta(days=1 + int(random.random() * _LONGEST_STAY)), last) if is_stay else start
    (payer,) = random.choices(PAYERS, _PAYER_WEIGHTS)
    wanted = 1 + int(random.random() * _MOST_DIAGNOSES)
    diagnoses = list(dict.fromkeys(random.choices([*department.diagnoses], [*department.diagnoses.values()], k=wanted)))
    claim = {
        "claim_id": claim_id,
        "payer": payer,
        "department": department.name,
        "claim_type": "professional" if department.setting == "professional" else "institutional",
        "claim_start_date": start.isoformat(),
        "claim_end_date": end.isoformat(),
        "diagnosis_code_type": "icd-10-cm",
        **{f"diagnosis_code_{n}": code for n, code in enumerate(diagnoses, start=1)},
        **_describe_setting(random, department, end),
    }
    count = 2 + int(random.random() * _MOST_LINES) if is_stay else 1 + int(random.random() * _MOST_LINES)
    return [_draw_line(random, claim, department, number, start) for number in range(1, count + 1)]


def _describe_setting(random: Random, department: Department, end: date) -> dict[str, str]:
    if department.setting == "professional":
        return {"place_of_service_code": department.place}
    if department.setting == "outpatient":
        return {"bill_type_code": "131"}
    procedure = department.procedures[int(random.random() * len(department.procedures))]
    return {
        "bill_type_code": "111",
        "discharge_date": end.isoformat(),
        "procedure_code_type": "icd-10-pcs",
        "procedure_code_1": procedure,
    }


def _draw_line(
    random: Random, claim: Mapping[str, str], department: Department, number: int, start: date
) -> dict[str, str]:
    line = {**claim, "claim_line_number": str(number), "claim_line_start_date": start.isoformat()}
    if department.charges:
        (code,) = random.choices([*department.charges], [*department.charges.values()])
        line["hcpcs_code"] = code
        if code in _MODIFIERS and random.random() < 0.5:
            line["hcpcs_modifier_1"] = _MODIFIERS[code]
    if department.revenue:
        line["revenue_center_code"] = _ROOM[number % len(_ROOM)] if not department.charges else department.revenue
    least, most = _CHARGES[department.setting]
    charge = (Decimal(least) + Decimal(int(random.random() * (most - least) * 100)) / 100).quantize(_CENT)
    return {**line, **price_line(charge, claim["payer"])}


def price_line(charge: Decimal, payer: str) -> dict[str, str]:
    """The amounts of a line as that payer sees them."""
    allowed = (charge * _ALLOWED[payer]).quantize(_CENT)
    paid = Decimal(0) if payer == "Self pay" else (allowed * _PAID).quantize(_CENT)
    return {"charge_amount": str(charge), "allowed_amount": str(allowed), "paid_amount": str(paid.quantize(_CENT))}


def _plant(claim_id: str, start: str, end: str, charge: str, **values: str) -> list[Line]:
    payer = PAYERS[3]
    claim = {
        "claim_id": claim_id,
        "payer": payer,
        "claim_type": "institutional",
        "claim_start_date": start,
        "claim_end_date": end,
        "claim_line_number": "1",
        "diagnosis_code_type": "icd-10-cm",
        **price_line(Decimal(charge), payer),
    }
    return [{**claim, **values}]


_STAY = {"department": "Surgery", "bill_type_code": "111", "revenue_center_code": "0120"}

PLANTED: tuple[list[Line], ...] = (
    # Admitted before the window of FY2025 and discharged in it: counts, as the discharge date decides.
    _plant("JV23-STAY1", "2023-09-28", "2023-10-04", "8120.00", **_STAY, discharge_date="2023-10-04",
           diagnosis_code_1="T8132XA", diagnosis_code_2="Z86010"),
    # Admitted in it and discharged after it, when the code is gone: does not count, and was coded wrongly.
    _plant("JV24-STAY2", "2024-09-27", "2024-10-03", "9240.00", **_STAY, discharge_date="2024-10-03",
           diagnosis_code_1="T8132XA"),
    # The code stands twice on one line, which is one line all the same.
    _plant("JV24-TWICE", "2024-03-05", "2024-03-05", "410.00", department="Emergency", bill_type_code="131",
           revenue_center_code="0450", diagnosis_code_1="H8143", diagnosis_code_2="H8143"),
    # Nobody says whose it is: no department, and an amount that was left empty is 0.
    _plant("JV24-BLANK", "2024-06-11", "2024-06-11", "95.00", place_of_service_code="11", claim_type="professional",
           diagnosis_code_1="E668", paid_amount=""),
)  # fmt: skip
