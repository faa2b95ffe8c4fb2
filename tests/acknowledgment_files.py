"""277CA files as the tests write them: counts and totals that are right, and patients who must not be kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from tests.x12_files import Separators

GUIDE = "005010X214"
REJECTING = ("A3", "A6", "A7", "A8")


@dataclass(frozen=True)
class AcknowledgedLine:
    """One service line (loop 2220D). `statuses` as those of a claim."""

    code: str = "J0120"
    modifiers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("A7:507",)
    number: str = "1"
    """The line item control number (REF*FJ); empty for none."""
    service_date: str = "20260115"
    """D8, or RD8 where it holds a hyphen; empty for none."""
    charge: str = "100"
    qualifier: str = "HC"


@dataclass(frozen=True)
class AcknowledgedClaim:
    """One claim (loop 2200D). Each of `statuses` is one STC: its composites, one blank between two (`A7:507 A3:21`)."""

    number: str = "CLAIM1"
    statuses: tuple[str, ...] = ("A2:20:PR",)
    lines: tuple[AcknowledgedLine, ...] = ()
    service_date: str = "20260115"
    charge: str = "100"
    patient: tuple[str, ...] = ("NM1*QC*1*SUBSCRIBER*SAM*Q***MI*MBR0001",)
    references: tuple[str, ...] = ("REF*1K*PAYERCLAIM1",)

    @property
    def is_rejected(self) -> bool:
        """Whether any status of it, or of a line, rejects."""
        told = [*self.statuses, *(status for line in self.lines for status in line.statuses)]
        return any(part.split(":")[0] in REJECTING for status in told for part in status.split())


@dataclass(frozen=True)
class Acknowledgment:
    """One transaction. `providers` are the claims of one billing provider each; `source` is AY for a clearinghouse."""

    providers: tuple[tuple[AcknowledgedClaim, ...], ...]
    payer: str = "SAMPLE HEALTH PLAN"
    received_date: str = "20260120"
    source: str = "PR"
    has_totals: bool = True
    guide: str = GUIDE


def write_277ca(claims: Iterable[AcknowledgedClaim], payer: str = "SAMPLE HEALTH PLAN", day: str = "20260120") -> bytes:
    """One interchange with one transaction of one provider; `day` is BHT04, written YYYYMMDD."""
    return write_acknowledgments([Acknowledgment((tuple(claims),), payer, day)])


def write_acknowledgments(acknowledgments: Iterable[Acknowledgment], separators: Separators | None = None) -> bytes:
    """One interchange with one group that holds the transactions, counted right."""
    marks, transactions = separators or Separators(), list(acknowledgments)
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "PAYER".ljust(15), "ZZ", "CLINIC".ljust(15)]
    isa += ["260120", "1200", marks.repetition, "00501", "000000001", "0", "T", marks.component]
    segments = [f"GS*HN*PAYER*CLINIC*20260120*1200*1*X*{transactions[0].guide if transactions else GUIDE}"]
    for number, acknowledgment in enumerate(transactions, 1):
        body = write_body(acknowledgment)
        segments += [f"ST*277*{number:04}*{acknowledgment.guide}", *body, f"SE*{len(body) + 2}*{number:04}"]
    segments += [f"GE*{len(transactions)}*1", "IEA*1*000000001"]
    table = str.maketrans({"*": marks.element, ":": marks.component})
    end = marks.terminator + marks.line_break
    texts = [marks.element.join(isa), *(segment.translate(table) for segment in segments)]
    return "".join(text + end for text in texts).encode()


def write_body(acknowledgment: Acknowledgment) -> list[str]:
    """The segments between ST and SE, with `*` and `:`."""
    day = acknowledgment.received_date
    claims = [claim for provider in acknowledgment.providers for claim in provider]
    levels = count(3)
    segments = [
        f"BHT*0085*08*277X2140001*{day}*1635*TH",
        "HL*1**20*1",
        f"NM1*{acknowledgment.source}*2*{acknowledgment.payer}*****PI*PLAN1",
        "TRN*1*0091182",
        f"DTP*050*D8*{day}",
        f"DTP*009*D8*{day}",
        "HL*2*1*21*1",
        "NM1*41*2*SAMPLE BILLING*****46*S00003",
        "TRN*2*2002022045678",
        *write_totals(claims, day, ("90", "AA"), acknowledgment.has_totals),
    ]
    for provider in acknowledgment.providers:
        level = next(levels)
        segments += [f"HL*{level}*2*19*1", "NM1*85*2*SAMPLE CLINIC*****XX*1234567893", "TRN*1*0"]
        segments += write_totals(provider, day, ("QA", "QC"), acknowledgment.has_totals)
        for claim in provider:
            segments += [f"HL*{next(levels)}*{level}*PT", *claim.patient, *write_claim(claim, day)]
    return segments


def write_totals(claims: Iterable[AcknowledgedClaim], day: str, kinds: tuple[str, str], has_totals: bool) -> list[str]:
    """The status of a level and its totals: accepted and rejected claims."""
    rejected = [claim.is_rejected for claim in claims]
    told = [f"QTY*{kind}*{number}" for kind, number in zip(kinds, (rejected.count(False), sum(rejected)), strict=True)]
    date = day if kinds == ("90", "AA") else ""
    return [f"STC*A1:19:PR*{date}*WQ*100", *(told if has_totals else [])]


def write_claim(claim: AcknowledgedClaim, day: str) -> list[str]:
    """The segments of loops 2200D and 2220D."""
    action = "U" if claim.is_rejected else "WQ"
    segments = [f"TRN*2*{claim.number}"]
    segments += [write_status(status, f"{day}*{action}*{claim.charge}") for status in claim.statuses]
    segments += [*claim.references, *write_period(claim.service_date)]
    for line in claim.lines:
        segments += [f"SVC*{':'.join((line.qualifier, line.code, *line.modifiers))}*{line.charge}*****1"]
        segments += [write_status(status, f"{day}*U") for status in line.statuses]
        segments += [f"REF*FJ*{line.number}"] if line.number else []
        segments += write_period(line.service_date)
    return segments


def write_status(status: str, middle: str) -> str:
    """One STC: its composites are elements 1, 10 and 11; `middle` are those from the second on."""
    first, *more = status.split()
    text = f"STC*{first}*{middle}"
    return text + "*" * (9 - text.count("*")) + "*" + "*".join(more) if more else text


def write_period(day: str) -> list[str]:
    """The DTP of a day or period of service."""
    return [f"DTP*472*{'RD8' if '-' in day else 'D8'}*{day}"] if day else []
