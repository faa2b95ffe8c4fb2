"""837 files as the tests write them: envelopes that count right, and claims full of what must not be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
VERSIONS = {"professional": "005010X222A1", "institutional": "005010X223A2"}


@dataclass(frozen=True)
class Separators:
    """What stands between elements, components, repetitions, and after a segment."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"
    line_break: str = ""


@dataclass(frozen=True)
class Line:
    """One service line; `service_date` is written D8, or RD8 where it holds a hyphen."""

    hcpcs: str = "99213"
    modifiers: tuple[str, ...] = ()
    charge: str = "100"
    service_date: str = "20260115"
    place: str = ""
    revenue: str = "0450"
    qualifier: str = "HC"
    more: tuple[str, ...] = ()
    """Segments after the line's own, with `*` and `:`."""


@dataclass(frozen=True)
class Claim:
    """One claim; `diagnoses` and `procedures` with their qualifiers, `ABK:E119`."""

    number: str = "CLAIM1"
    facility: str = "11:B:1"
    diagnoses: tuple[str, ...] = ("ABK:E119",)
    procedures: tuple[str, ...] = ()
    lines: tuple[Line, ...] = (Line(),)
    payer: str = "SAMPLE HEALTH PLAN"
    statement: str = ""
    more: tuple[str, ...] = ()
    """Segments before the first line: other payers, notes, references."""
    patient: tuple[str, ...] = (
        "NM1*IL*1*SUBSCRIBER*SAM*Q***MI*MBR0001",
        "N3*1 SAMPLE STREET",
        "N4*SAMPLETOWN*WA*98101",
        "DMG*D8*19500101*F",
    )


@dataclass(frozen=True)
class Interchange:
    """Claims of one ISA: a group holds transactions, a transaction holds claims."""

    groups: Sequence[Sequence[Sequence[Claim]]]
    kind: str = "professional"
    separators: Separators = field(default_factory=Separators)


def write_837(claims: Iterable[Claim], kind: str = "professional", separators: Separators | None = None) -> bytes:
    """One interchange with one transaction."""
    return write_interchange(Interchange([[list(claims)]], kind, separators or Separators()))


def write_interchange(interchange: Interchange) -> bytes:
    """An interchange whose counts and control numbers are right."""
    marks, version = interchange.separators, VERSIONS[interchange.kind]
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "SENDER".ljust(15), "ZZ", "RECEIVER".ljust(15)]
    isa += ["260115", "1200", marks.repetition, "00501", "000000001", "0", "T", marks.component]
    segments = []
    for group_number, transactions in enumerate(interchange.groups, 1):
        segments.append(f"GS*HC*SENDER*RECEIVER*20260115*1200*{group_number}*X*{version}")
        for number, claims in enumerate(transactions, 1):
            body = write_transaction(claims, interchange.kind)
            segments += [f"ST*837*{number:04}*{version}", *body, f"SE*{len(body) + 2}*{number:04}"]
        segments.append(f"GE*{len(transactions)}*{group_number}")
    segments.append(f"IEA*{len(interchange.groups)}*000000001")
    table = str.maketrans({"*": marks.element, ":": marks.component})
    end = marks.terminator + marks.line_break
    texts = [marks.element.join(isa), *(segment.translate(table) for segment in segments)]
    return "".join(text + end for text in texts).encode()


def write_transaction(claims: Iterable[Claim], kind: str) -> list[str]:
    """The segments between ST and SE, with `*` and `:`."""
    levels = count(2)
    segments = [
        "BHT*0019*00*1*20260115*1200*CH",
        "NM1*41*2*SAMPLE BILLING*****46*123456789",
        "PER*IC*CONTACT*TE*5555550100",
        "NM1*40*2*SAMPLE CLEARINGHOUSE*****46*987654321",
        "HL*1**20*1",
        "NM1*85*2*SAMPLE CLINIC*****XX*1234567893",
        "N3*2 SAMPLE STREET",
        "N4*SAMPLETOWN*WA*98101",
        "REF*EI*123456789",
    ]
    for claim in claims:
        segments += [f"HL*{next(levels)}*1*22*0", "SBR*P*18*GROUP0001******CI", *claim.patient]
        segments += [f"NM1*PR*2*{claim.payer}*****PI*PLAN1"] if claim.payer else []
        segments += write_claim(claim, kind)
    return segments


def write_claim(claim: Claim, kind: str) -> list[str]:
    """The segments of loops 2300 and 2400."""
    total = sum(Decimal(line.charge) for line in claim.lines if NUMBER.fullmatch(line.charge))
    segments = [f"CLM*{claim.number}*{total}***{claim.facility}*Y*A*Y*Y"]
    segments += [f"DTP*434*RD8*{claim.statement}"] if claim.statement else []
    segments += [f"HI*{'*'.join(codes)}" for codes in (claim.diagnoses, claim.procedures) if codes]
    segments += claim.more
    for number, line in enumerate(claim.lines, 1):
        code = ":".join((line.qualifier, line.hcpcs, *line.modifiers)) if line.hcpcs else ""
        if kind == "professional":
            service = f"SV1*{code}*{line.charge}*UN*1*{line.place}**1"
        else:
            service = f"SV2*{line.revenue}*{code}*{line.charge}*UN*1"
        form = "RD8" if "-" in line.service_date else "D8"
        dates = [f"DTP*472*{form}*{line.service_date}"] if line.service_date else []
        segments += [f"LX*{number}", service, *dates, *line.more]
    return segments
