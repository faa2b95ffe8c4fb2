"""What the payers of the invented organisation answer: paid, denied, taken back and corrected, or not let in.

Most claims are paid, a few in a hundred denied for ordinary reasons before and after each update alike; the
claims of the planted problems are answered as `problems` says. Drawn by a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

from flows.sample.organisation.claims import Line
from flows.sample.organisation.problems import PROBLEMS, Problem, Way, find_problem
from flows.sample.organisation.rules import PAYERS

SEED = 20_241_129
PAID, DENIED, REVERSED = "1", "4", "22"
"""CLP02."""
_SELF_PAY = PAYERS[-1]
# Days from the end of a claim to its answer, from and up to; payers pay on Fridays.
_LAGS = dict(zip(PAYERS[:-1], ((9, 16), (11, 18), (12, 20), (13, 15), (8, 17)), strict=True))
_FRIDAY = 4
_ACKNOWLEDGED, _ACKNOWLEDGED_AFTER = timedelta(days=120), timedelta(days=2)
_CORRECTED_AFTER = timedelta(days=14)
_CORRECTIONS = 2

# Reason and remark of ordinary denials of a line, and what is no denial though nothing is paid.
_ORDINARY = (("97", "M15"), ("197", ""), ("50", "N115"), ("16", "M76"), ("151", ""), ("4", ""), ("96", "N130"))
_NO_DENIALS = (("18", ""), ("29", ""))
_ORDINARY_SHARE, _NO_DENIAL_SHARE, _MISTAKEN_SHARE = 0.02, 0.01, 0.015
# Share of the paid charge that is left when a lesser service is paid.
_LESSER = Decimal("0.4")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Dollars of the charge that are not paid, and why (CAS)."""

    group: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """A service line as it was decided. `code` is None for room and board, which has a revenue code alone;
    `submitted_code` is told where another one was paid."""

    number: str
    code: str | None
    modifier: str
    revenue_code: str
    service_date: date
    charge: Decimal
    adjustments: tuple[Adjustment, ...]
    remark: str = ""
    submitted_code: str = ""

    @property
    def paid(self) -> Decimal:
        """The charge without its adjustments."""
        return self.charge - sum((adjustment.amount for adjustment in self.adjustments), Decimal(0))


@dataclass(frozen=True, slots=True)
class Answer:
    """A claim in a remittance; `status` is its CLP02."""

    claim_id: str
    payer: str
    received_date: date
    status: str
    lines: tuple[AnsweredLine, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A claim in an acknowledgment. `status` is what rejects it, "" for one that was let in; `line` the line
    whose procedure it speaks of, None where it is about the claim."""

    claim_id: str
    payer: str
    received_date: date
    service_date: date
    charge: Decimal
    status: str
    line: AnsweredLine | None = None


def draw_answers(lines: Iterable[Line]) -> tuple[list[Answer], list[Receipt]]:
    """The answers in the order of the claims, and the receipts of the payers that reject some of them."""
    answers: list[Answer] = []
    receipts: list[Receipt] = []
    corrected: dict[Problem, int] = {}
    for claim_id, group in groupby(lines, key=lambda line: line["claim_id"]):
        claim = list(group)
        if claim[0]["payer"] == _SELF_PAY or not all(map(_names_service, claim)):
            continue
        # Each claim has luck of its own, so that one more claim changes no other answer.
        random = Random(f"{SEED} {claim_id}")  # noqa: S311  no secret: the sample has to be the same each time
        received_date = _draw_day(random, claim[0])
        problem = next((found for line in claim if (found := find_problem(line))), None)
        if _is_acknowledged(claim[0]):
            is_rejected = problem is not None and problem.way is Way.REJECTED
            receipts.append(_receive(claim, problem if is_rejected else None))
            if is_rejected:
                continue
        if problem is None:
            answers += _answer_usually(random, claim, received_date)
            continue
        answer = _meet(problem, claim, received_date)
        answers.append(answer)
        corrected[problem] = corrected.get(problem, 0) + 1
        if problem.successor and corrected[problem] <= _CORRECTIONS:
            answers += _correct(answer, [_pay(line) for line in claim], problem)
    return answers, receipts


def _names_service(line: Line) -> bool:
    """Whether a payer can tell what was done: one claim of the sample was sent without."""
    return bool(line.get("hcpcs_code") or line.get("revenue_center_code"))


def _draw_day(random: Random, line: Line) -> date:
    first, last = _LAGS[line["payer"]]
    day = date.fromisoformat(line["claim_end_date"]) + timedelta(days=first + int(random.random() * (last - first + 1)))
    return _next_friday(day)


def _next_friday(day: date) -> date:
    return day + timedelta(days=(_FRIDAY - day.weekday()) % 7)


def _is_acknowledged(line: Line) -> bool:
    """Whether acknowledgments are kept: of the payers that reject, in the weeks in which they do."""
    day = date.fromisoformat(line["claim_end_date"])
    return any(
        problem.way is Way.REJECTED
        and problem.payer == line["payer"]
        and problem.effective_date <= day < problem.effective_date + _ACKNOWLEDGED
        for problem in PROBLEMS
    )


def _answer_usually(random: Random, claim: Sequence[Line], received_date: date) -> Iterator[Answer]:
    first = claim[0]
    paid = tuple(_pay(line) for line in claim)
    if random.random() < _MISTAKEN_SHARE:
        # A payer denies by mistake, and takes it back two weeks later.
        wrong = tuple(_deny(line, "16", "M76") for line in paid)
        answer = Answer(first["claim_id"], first["payer"], received_date, DENIED, wrong)
        yield answer
        yield from _correct(answer, paid)
        return
    told = tuple(_draw_denial(random, line) for line in paid)
    status = DENIED if all(not line.paid for line in told) else PAID
    yield Answer(first["claim_id"], first["payer"], received_date, status, told)


def _draw_denial(random: Random, line: AnsweredLine) -> AnsweredLine:
    chance = random.random()
    if chance < _ORDINARY_SHARE:
        return _deny(line, *random.choice(_ORDINARY))
    if chance < _ORDINARY_SHARE + _NO_DENIAL_SHARE:
        return _deny(line, *random.choice(_NO_DENIALS))
    return line


def _pay(line: Line) -> AnsweredLine:
    charge = Decimal(line["charge_amount"])
    # Amounts that were left empty are 0.
    allowed, paid = (Decimal(line.get(name) or 0) for name in ("allowed_amount", "paid_amount"))
    adjustments = (Adjustment("CO", "45", charge - allowed), Adjustment("PR", "2", allowed - paid))
    return AnsweredLine(
        number=line["claim_line_number"],
        code=line.get("hcpcs_code") or None,
        modifier=line.get("hcpcs_modifier_1", ""),
        revenue_code=line.get("revenue_center_code", ""),
        service_date=date.fromisoformat(line.get("claim_line_start_date") or line["claim_start_date"]),
        charge=charge,
        adjustments=tuple(adjustment for adjustment in adjustments if adjustment.amount),
    )


def _deny(line: AnsweredLine, carc: str, remark: str) -> AnsweredLine:
    return replace(line, adjustments=(Adjustment("CO", carc, line.charge),), remark=remark)


def _meet(problem: Problem, claim: Sequence[Line], received_date: date) -> Answer:
    """The answer to a claim that runs into the problem: of a diagnosis all its lines, else those of the code."""
    told: list[AnsweredLine] = []
    for line in claim:
        paid = _pay(line)
        if not problem.meets(line):
            told.append(paid)
        elif problem.way is Way.PAID_AS:
            lesser = (paid.paid * _LESSER).quantize(_CENT)
            reduction = Adjustment("CO", problem.reason, paid.paid - lesser)
            told.append(
                replace(
                    paid,
                    code=problem.paid_as,
                    submitted_code=problem.code,
                    adjustments=(*paid.adjustments, reduction),
                    remark=problem.remark,
                )
            )
        else:
            told.append(_deny(paid, problem.reason, problem.remark))
    status = DENIED if all(not line.paid for line in told) else PAID
    return Answer(claim[0]["claim_id"], problem.payer, received_date, status, tuple(told))


def _correct(answer: Answer, paid: Sequence[AnsweredLine], problem: Problem | None = None) -> Iterator[Answer]:
    """The answer taken back, and the claim paid; a corrected procedure comes back as its successor."""
    day = _next_friday(answer.received_date + _CORRECTED_AFTER)
    lines = tuple(
        replace(
            line,
            charge=-line.charge,
            adjustments=tuple(replace(one, amount=-one.amount) for one in line.adjustments),
        )
        for line in answer.lines
    )
    yield replace(answer, received_date=day, status=REVERSED, lines=lines)
    if problem and problem.system == "hcpcs":
        paid = [replace(line, code=problem.successor) if line.code == problem.code else line for line in paid]
    yield replace(answer, received_date=day, status=PAID, lines=tuple(paid))


def _receive(claim: Sequence[Line], problem: Problem | None) -> Receipt:
    lines = [_pay(line) for line in claim]
    return Receipt(
        claim_id=claim[0]["claim_id"],
        payer=claim[0]["payer"],
        received_date=date.fromisoformat(claim[0]["claim_end_date"]) + _ACKNOWLEDGED_AFTER,
        service_date=lines[0].service_date,
        charge=sum((line.charge for line in lines), Decimal(0)),
        status=problem.reason if problem else "",
        line=next((line for line in lines if problem and line.code == problem.code), None),
    )
