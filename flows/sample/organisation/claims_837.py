"""Professional claims as an 837P file, ASC X12N 005010X222A1, as a practice management system sends it.

Names and numbers of people have to stand in the standard's places; here they are the word NOBODY.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from flows.sample.organisation.claims import Line

_ENVELOPE = (
    "ISA*00*          *00*          *ZZ*JUNIPERVALLEY  *ZZ*CLEARINGHOUSE  *241001*0800*^*00501*000000001*0*T*:",
    "GS*HC*JUNIPERVALLEY*CLEARINGHOUSE*20241001*0800*1*X*005010X222A1",
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*JV1*20241001*0800*CH",
    "NM1*41*2*JUNIPER VALLEY HEALTH*****46*JUNIPERVALLEY",
    "PER*IC*BILLING OFFICE*TE*5550100000",
    "NM1*40*2*CLEARINGHOUSE*****46*CLEARINGHOUSE",
    "HL*1**20*1",
    "NM1*85*2*JUNIPER VALLEY HEALTH*****XX*1234567893",
    "N3*1 INVENTED STREET",
    "N4*NOWHERE*KS*666660000",
    "REF*EI*000000000",
)
_ENVELOPE_LINES = 2  # ISA and GS stand before the transaction
_DX_QUALIFIERS = ("ABK", "ABF")


def write_837(lines: Iterable[Line]) -> bytes:
    """One interchange with one transaction; the lines of a claim have to stand together."""
    segments = list(_ENVELOPE)
    for number, (_, claim) in enumerate(groupby(lines, key=lambda line: line["claim_id"]), start=2):
        segments += _write_claim(number, list(claim))
    segments.append(f"SE*{len(segments) - _ENVELOPE_LINES + 1}*0001")
    segments += ["GE*1*1", "IEA*1*000000001"]
    return "".join(f"{segment}~\n" for segment in segments).encode("ascii")


def _write_claim(number: int, lines: list[Line]) -> Iterator[str]:
    first = lines[0]
    total = sum((_cents(line["charge_amount"]) for line in lines), start=0)
    codes = [code for n in range(1, 5) if (code := first.get(f"diagnosis_code_{n}"))]
    diagnoses = [f"{_DX_QUALIFIERS[n > 0]}:{code}" for n, code in enumerate(codes)]
    yield f"HL*{number}*1*22*0"
    yield "SBR*P*18*******CI"
    yield "NM1*IL*1*NOBODY*NOBODY****MI*NOBODY"
    yield "N3*1 INVENTED STREET"
    yield "N4*NOWHERE*KS*666660000"
    yield "DMG*D8*19000101*U"
    yield f"NM1*PR*2*{first['payer']}*****PI*INVENTED"
    yield f"CLM*{first['claim_id']}*{_dollars(total)}***{first['place_of_service_code']}:B:1*Y*A*Y*Y"
    yield "*".join(["HI", *diagnoses])
    for line in lines:
        yield f"LX*{line['claim_line_number']}"
        modifier = f":{line['hcpcs_modifier_1']}" if line.get("hcpcs_modifier_1") else ""
        charge = _dollars(_cents(line["charge_amount"]))
        yield f"SV1*HC:{line['hcpcs_code']}{modifier}*{charge}*UN*1***1"
        yield f"DTP*472*D8*{line['claim_line_start_date'].replace('-', '')}"


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
