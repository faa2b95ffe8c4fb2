"""Remittances (835) for tests, written by hand from X12's grammar: what is asked for balances by itself.

    denied = RemitLine("99213", "100.00", [Adjust("CO", "16", "100.00")])
    write_835(Remittance([RemitClaim("C1", [denied])]))

Amounts that are left out follow from the others, so that a file is wrong only where a test makes it so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

Money = Decimal | str | int


@dataclass(frozen=True)
class Adjust:
    """One reason of a CAS segment. A negative amount gives back."""

    group: str
    carc: str
    amount: Money


@dataclass(frozen=True)
class RemitLine:
    """One service line. Without `paid` it is the charge minus the adjustments; without `service_date` no date
    is written; with `last_date` the days are written as a range (DTM*150 and 151)."""

    code: str
    charge: Money
    adjustments: Sequence[Adjust] = ()
    paid: Money | None = None
    service_date: date | None = date(2025, 10, 6)
    last_date: date | None = None
    modifiers: Sequence[str] = ()
    submitted_code: str | None = None
    submitted_modifiers: Sequence[str] = ()
    line_number: str | None = None
    revenue_code: str = ""
    remarks: Sequence[str] = ()
    qualifier: str = "HC"

    @property
    def paid_amount(self) -> Decimal:
        return Decimal(self.charge) - add_up(self.adjustments) if self.paid is None else Decimal(self.paid)


@dataclass(frozen=True)
class RemitClaim:
    """One claim as it was decided. Charge and payment follow from the lines, if there are any, and the claim's
    own adjustments. `remarks` go to MOA, `inpatient_remarks` to MIA; `more` are segments put in as they are."""

    claim_id: str
    lines: Sequence[RemitLine] = ()
    status: str = "1"
    adjustments: Sequence[Adjust] = ()
    charge: Money | None = None
    paid: Money | None = None
    remarks: Sequence[str] = ()
    inpatient_remarks: Sequence[str] = ()
    first_date: date | None = None
    last_date: date | None = None
    patient: str = "NM1*QC*1*DOE*PAT****MI*MEMBER1"
    more: Sequence[str] = ()

    @property
    def charge_amount(self) -> Decimal:
        if self.charge is not None:
            return Decimal(self.charge)
        return sum((Decimal(line.charge) for line in self.lines), Decimal(0))

    @property
    def paid_amount(self) -> Decimal:
        if self.paid is not None:
            return Decimal(self.paid)
        of_lines = sum((line.paid_amount for line in self.lines), Decimal(0)) if self.lines else self.charge_amount
        return of_lines - add_up(self.adjustments)


@dataclass(frozen=True)
class Remittance:
    """One transaction (ST to SE). `provider_adjustments` are (reason, amount) of PLB: a positive amount lessens
    the payment. `produced_date` None leaves DTM*405 out, so that the day of the payment (BPR16) counts."""

    claims: Sequence[RemitClaim] = ()
    payer: str = "MEADOW HEALTH PLAN"
    payment_date: date | None = date(2025, 11, 3)
    produced_date: date | None = date(2025, 11, 3)
    provider_adjustments: Sequence[tuple[str, Money]] = ()
    total: Money | None = None

    @property
    def total_amount(self) -> Decimal:
        if self.total is not None:
            return Decimal(self.total)
        paid = sum((claim.paid_amount for claim in self.claims), Decimal(0))
        return paid - sum((Decimal(amount) for _, amount in self.provider_adjustments), Decimal(0))


def write_835(
    *remittances: Remittance,
    element: str = "*",
    component: str = ":",
    terminator: str = "~",
    line_break: str = "\n",
    control: int = 1,
    envelopes: int = 1,
) -> str:
    """One file: an interchange with one group of these transactions, `envelopes` times with new numbers."""
    segments: list[str] = []
    for number in range(control, control + envelopes):
        segments += write_interchange(remittances, number)
    text = "".join(f"{segment}{terminator}{line_break}" for segment in segments)
    if (element, component) == ("*", ":"):
        return text
    return text.translate({ord("*"): element, ord(":"): component})


def write_interchange(remittances: Sequence[Remittance], control: int) -> Iterator[str]:
    """The segments of one interchange."""
    sender = "ISA*00*          *00*          *ZZ*MEADOW         *ZZ*CLINIC         *251103*0800*^*00501"
    yield f"{sender}*{control:09}*0*T*:"
    yield f"GS*HP*MEADOW*CLINIC*20251103*0800*{control}*X*005010X221A1"
    for number, remittance in enumerate(remittances, 1):
        yield from write_transaction(remittance, f"{number:04}")
    yield f"GE*{len(remittances)}*{control}"
    yield f"IEA*1*{control:09}"


def write_transaction(remittance: Remittance, control: str) -> list[str]:
    """The segments ST to SE of one transaction."""
    paid = _day(remittance.payment_date)
    segments = [
        f"ST*835*{control}",
        f"BPR*I*{_money(remittance.total_amount)}*C*ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765*{paid}",
        "TRN*1*12345*1512345678",
    ]
    if remittance.produced_date:
        segments.append(f"DTM*405*{_day(remittance.produced_date)}")
    segments += [f"N1*PR*{remittance.payer}", "N3*1 LONG STREET", "N4*MEADOW*KS*66100", "PER*BL*DESK*TE*8005550100"]
    segments += ["N1*PE*OPEN FIELD CLINIC*XX*1999999984", "LX*1"]
    for claim in remittance.claims:
        segments += write_claim(claim)
    for reason, amount in remittance.provider_adjustments:
        segments.append(f"PLB*1999999984*20251231*{reason}*{_money(amount)}")
    return [*segments, f"SE*{len(segments) + 1}*{control}"]


def write_claim(claim: RemitClaim) -> Iterator[str]:
    """The segments of one claim, CLP to the last of its lines."""
    share = add_up(
        a for a in (*claim.adjustments, *(a for line in claim.lines for a in line.adjustments)) if a.group == "PR"
    )
    amounts = f"{_money(claim.charge_amount)}*{_money(claim.paid_amount)}*{_money(share) if share else ''}"
    yield f"CLP*{claim.claim_id}*{claim.status}*{amounts}*12*PAYER{claim.claim_id}*11*1"
    yield from write_adjustments(claim.adjustments)
    yield claim.patient
    if claim.inpatient_remarks:
        first, *others = claim.inpatient_remarks
        yield f"MIA*0****{first}{'*' * 15}{'*'.join(others)}".rstrip("*")
    if claim.remarks:
        yield f"MOA***{'*'.join(claim.remarks)}"
    if claim.first_date:
        yield f"DTM*232*{_day(claim.first_date)}"
    if claim.last_date:
        yield f"DTM*233*{_day(claim.last_date)}"
    yield from claim.more
    for line in claim.lines:
        yield from write_line(line)


def write_line(line: RemitLine) -> Iterator[str]:
    """The segments of one service line."""
    paid_for = ":".join((line.qualifier, line.code, *line.modifiers))
    submitted = (
        ":".join((line.qualifier, line.submitted_code, *line.submitted_modifiers)) if line.submitted_code else ""
    )
    amounts = f"{_money(line.charge)}*{_money(line.paid_amount)}"
    yield f"SVC*{paid_for}*{amounts}*{line.revenue_code}*1*{submitted}".rstrip("*")
    if line.service_date and line.last_date:
        yield f"DTM*150*{_day(line.service_date)}"
        yield f"DTM*151*{_day(line.last_date)}"
    elif line.service_date:
        yield f"DTM*472*{_day(line.service_date)}"
    yield from write_adjustments(line.adjustments)
    if line.line_number:
        yield f"REF*6R*{line.line_number}"
    yield from (f"LQ*HE*{remark}" for remark in line.remarks)


def write_adjustments(adjustments: Sequence[Adjust]) -> Iterator[str]:
    """CAS segments: up to six reasons of one group in each, groups in the order of their first reason."""
    for group in dict.fromkeys(adjustment.group for adjustment in adjustments):
        of_group = [adjustment for adjustment in adjustments if adjustment.group == group]
        for first in range(0, len(of_group), 6):
            reasons = "**".join(f"{a.carc}*{_money(a.amount)}" for a in of_group[first : first + 6])
            yield f"CAS*{group}*{reasons}"


def reverse(claim: RemitClaim) -> RemitClaim:
    """What takes the claim back (CLP02 22): every amount with the other sign."""
    lines = [
        replace(line, charge=-Decimal(line.charge), paid=-line.paid_amount, adjustments=_negate(line.adjustments))
        for line in claim.lines
    ]
    return replace(
        claim,
        lines=lines,
        status="22",
        charge=-claim.charge_amount,
        paid=-claim.paid_amount,
        adjustments=_negate(claim.adjustments),
    )


def sample_remittance(claims: int = 6, first: int = 1, received_date: date = date(2025, 11, 3)) -> Remittance:
    """Claims of every sort: paid, denied by line, denied whole, with modifiers, remarks, ranges, sums in cents."""
    return Remittance(
        [_sample_claim(number) for number in range(first, first + claims)],
        payment_date=received_date + timedelta(days=1),
        produced_date=received_date,
        provider_adjustments=(("WO:RECOVER", "12.50"), ("L6", "-0.75")),
    )


def _sample_claim(number: int) -> RemitClaim:
    charge = Decimal(10_000 + number % 977 * 13) / 100
    usual = (Adjust("CO", "45", (charge / 5).quantize(Decimal("0.01"))), Adjust("PR", "2", "7.25"))
    visit = RemitLine("99213", charge, usual, modifiers=("25",), line_number="1")
    drug = RemitLine("J1100", "21.40", (Adjust("CO", "181", "21.40"),), line_number="2", remarks=("M20", "N56"))
    recoded = replace(visit, submitted_code="99214", submitted_modifiers=("25", "GT"), remarks=("N22",))
    room = replace(visit, code="0450", qualifier="NU", modifiers=())
    own = RemitClaim(f"C{number}", adjustments=usual, charge=charge, inpatient_remarks=("MA01", "N1"))
    kinds = (
        RemitClaim(f"C{number}", (visit, drug)),
        RemitClaim(f"C{number}", (recoded,)),
        RemitClaim(f"C{number}", (replace(drug, last_date=date(2025, 10, 9)),), status="4", remarks=("MA130",)),
        RemitClaim(f"C{number}", (visit,), adjustments=(Adjust("OA", "23", "5"),), first_date=date(2025, 10, 6)),
        replace(own, first_date=date(2025, 10, 6), last_date=date(2025, 10, 9)),
        RemitClaim(f"C{number}", (room, replace(visit, line_number=None))),
    )
    return kinds[number % len(kinds)]


def add_up(adjustments: Iterator[Adjust] | Sequence[Adjust]) -> Decimal:
    """The sum of the amounts."""
    return sum((Decimal(adjustment.amount) for adjustment in adjustments), Decimal(0))


def _negate(adjustments: Sequence[Adjust]) -> tuple[Adjust, ...]:
    return tuple(replace(adjustment, amount=-Decimal(adjustment.amount)) for adjustment in adjustments)


def _money(amount: Money) -> str:
    """As X12 writes decimals: no exponent, no zeros at the end of what follows the point."""
    text = f"{Decimal(amount):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""
