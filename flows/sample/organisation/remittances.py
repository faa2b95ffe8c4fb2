"""What the payers paid and why not all of it, as 835 files, ASC X12N 005010X221A1.

A name of the patient has to stand in the standard's place; here it is the word NOBODY.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from flows.sample.organisation.answers import REVERSED, Adjustment, Answer, AnsweredLine


def write_835(answers: Iterable[Answer], control: int) -> bytes:
    """One interchange of one payer's answers, with a transaction for each day on which it paid.

    `control` is the number of the interchange. Every charge is its payment and adjustments, and every total the
    sum of its claims.
    """
    ordered = sorted(answers, key=lambda answer: answer.received_date)
    last = f"{ordered[-1].received_date:%Y%m%d}"
    segments = [
        f"ISA*00*          *00*          *ZZ*CLEARINGHOUSE  *ZZ*JUNIPERVALLEY  *{last[2:]}*0800*^*00501"
        f"*{control:09d}*0*T*:",
        f"GS*HP*CLEARINGHOUSE*JUNIPERVALLEY*{last}*0800*{control}*X*005010X221A1",
    ]
    days = [list(group) for _, group in groupby(ordered, key=lambda answer: answer.received_date)]
    for number, paid in enumerate(days, start=1):
        segments += _write_transaction(number, paid)
    segments += [f"GE*{len(days)}*{control}", f"IEA*1*{control:09d}"]
    return "".join(f"{segment}~\n" for segment in segments).encode("ascii")


def _write_transaction(number: int, answers: Sequence[Answer]) -> list[str]:
    total = sum((line.paid for answer in answers for line in answer.lines), Decimal(0))
    first = answers[0]
    day = f"{first.received_date:%Y%m%d}"
    segments = [
        f"ST*835*{number:04d}",
        # A total below zero is carried forward by payers; here no week has one.
        f"BPR*I*{_dollars(total)}*C*ACH*CCP*01*000000000*DA*0*1000000000**01*000000000*DA*0*{day}",
        f"TRN*1*{day}{number:04d}*1000000000",
        f"DTM*405*{day}",
        f"N1*PR*{first.payer}",
        "N3*1 INVENTED STREET",
        "N4*NOWHERE*KS*666660000",
        "PER*BL*BILLING OFFICE*TE*5550100000",
        "N1*PE*JUNIPER VALLEY HEALTH*XX*1234567893",
        "LX*1",
    ]
    for answer in answers:
        segments += _write_claim(answer)
    return [*segments, f"SE*{len(segments) + 1}*{number:04d}"]


def _write_claim(answer: Answer) -> Iterator[str]:
    charge = sum((line.charge for line in answer.lines), Decimal(0))
    paid = sum((line.paid for line in answer.lines), Decimal(0))
    shares = (one.amount for line in answer.lines for one in line.adjustments if one.group == "PR")
    share = sum(shares, Decimal(0))
    # A reversal tells no patient's share.
    owed = _dollars(share) if share and answer.status != REVERSED else ""
    yield f"CLP*{answer.claim_id}*{answer.status}*{_dollars(charge)}*{_dollars(paid)}*{owed}*12*ICN{answer.claim_id}"
    yield "NM1*QC*1*NOBODY*NOBODY****MI*NOBODY"
    for line in answer.lines:
        yield from _write_line(line)


def _write_line(line: AnsweredLine) -> Iterator[str]:
    elements = [
        "SVC",
        _write_procedure(line),
        _dollars(line.charge),
        _dollars(line.paid),
        line.revenue_code if line.code else "",
        "1",
        f"HC:{line.submitted_code}" if line.submitted_code else "",
    ]
    yield "*".join(elements).rstrip("*")
    yield f"DTM*472*{line.service_date:%Y%m%d}"
    for group, adjustments in groupby(line.adjustments, key=lambda one: one.group):
        yield _write_adjustments(group, list(adjustments))
    yield f"REF*6R*{line.number}"
    if line.remark:
        yield f"LQ*HE*{line.remark}"


def _write_procedure(line: AnsweredLine) -> str:
    if not line.code:
        return f"NU:{line.revenue_code}"
    return f"HC:{line.code}:{line.modifier}" if line.modifier else f"HC:{line.code}"


def _write_adjustments(group: str, adjustments: Sequence[Adjustment]) -> str:
    """Reason, amount and an empty quantity for each, the last quantity left out."""
    told = "**".join(f"{one.carc}*{_dollars(one.amount)}" for one in adjustments)
    return f"CAS*{group}*{told}"


def _dollars(amount: Decimal) -> str:
    return f"{amount:.2f}"
