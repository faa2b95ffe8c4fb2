"""Which claims the payers let in, and which not, as 277CA files, ASC X12N 005010X214.

A name of the patient has to stand in the standard's place; here it is the word NOBODY.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from flows.sample.organisation.answers import Receipt

_ACCEPTED, _REJECTED = "A2:20", "U"
# HL numbers of payer, receiver and provider; those of the claims follow.
_PROVIDER = 3


def write_277ca(receipts: Iterable[Receipt], control: int) -> bytes:
    """One interchange of one payer's acknowledgments, with a transaction for each day; its totals are counted."""
    ordered = sorted(receipts, key=lambda receipt: receipt.received_date)
    last = f"{ordered[-1].received_date:%Y%m%d}"
    segments = [
        f"ISA*00*          *00*          *ZZ*CLEARINGHOUSE  *ZZ*JUNIPERVALLEY  *{last[2:]}*0800*^*00501"
        f"*{control:09d}*0*T*:",
        f"GS*HN*CLEARINGHOUSE*JUNIPERVALLEY*{last}*0800*{control}*X*005010X214",
    ]
    days = [list(group) for _, group in groupby(ordered, key=lambda receipt: receipt.received_date)]
    for number, received in enumerate(days, start=1):
        segments += _write_transaction(number, received)
    segments += [f"GE*{len(days)}*{control}", f"IEA*1*{control:09d}"]
    return "".join(f"{segment}~\n" for segment in segments).encode("ascii")


def _write_transaction(number: int, receipts: Sequence[Receipt]) -> list[str]:
    day = f"{receipts[0].received_date:%Y%m%d}"
    segments = [
        f"ST*277*{number:04d}*005010X214",
        f"BHT*0085*08*JV{number}*{day}*0800*TH",
        "HL*1**20*1",
        f"NM1*PR*2*{receipts[0].payer}*****PI*INVENTED",
        f"TRN*1*{day}{number:04d}",
        f"DTP*050*D8*{day}",
        f"DTP*009*D8*{day}",
        "HL*2*1*21*1",
        "NM1*41*2*JUNIPER VALLEY HEALTH*****46*JUNIPERVALLEY",
        "TRN*2*JV1",
        *_write_totals(receipts, day, ("90", "AA")),
        f"HL*{_PROVIDER}*2*19*1",
        "NM1*85*2*JUNIPER VALLEY HEALTH*****XX*1234567893",
        "TRN*1*0",
        *_write_totals(receipts, day, ("QA", "QC")),
    ]
    for level, receipt in enumerate(receipts, start=_PROVIDER + 1):
        segments += [f"HL*{level}*{_PROVIDER}*PT", *_write_claim(receipt, day)]
    return [*segments, f"SE*{len(segments) + 1}*{number:04d}"]


def _write_totals(receipts: Sequence[Receipt], day: str, kinds: tuple[str, str]) -> Iterator[str]:
    rejected = [receipt for receipt in receipts if receipt.status]
    accepted = [receipt for receipt in receipts if not receipt.status]
    total = sum((receipt.charge for receipt in receipts), Decimal(0))
    yield f"STC*A1:19:PR*{day}*WQ*{total:.2f}"
    for kind, found in zip(kinds, (accepted, rejected), strict=True):
        if found:
            yield f"QTY*{kind}*{len(found)}"


def _write_claim(receipt: Receipt, day: str) -> Iterator[str]:
    """A rejected line is told below its claim, which then says only that it is returned."""
    yield "NM1*QC*1*NOBODY*NOBODY****MI*NOBODY"
    yield f"TRN*2*{receipt.claim_id}"
    of_claim = _ACCEPTED if not receipt.status else "A3:247" if receipt.line else receipt.status
    yield f"STC*{of_claim}*{day}*{_REJECTED if receipt.status else 'WQ'}*{receipt.charge:.2f}"
    yield f"DTP*472*D8*{receipt.service_date:%Y%m%d}"
    if receipt.line:
        yield f"SVC*HC:{receipt.line.code}*{receipt.line.charge:.2f}*****1"
        yield f"STC*{receipt.status}**{_REJECTED}"
        yield f"REF*FJ*{receipt.line.number}"
        yield f"DTP*472*D8*{receipt.line.service_date:%Y%m%d}"
