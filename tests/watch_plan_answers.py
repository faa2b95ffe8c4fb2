"""How payers answer planned claims: each answer as a remittance says it, beside what is true after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from schema.remits import Category
from tests.acknowledgment_files import AcknowledgedClaim, AcknowledgedLine
from tests.remit_files import Adjust, RemitClaim, RemitLine
from tests.watch_plan import OAK, Code, PlannedClaim, PlannedLine, State

LESSER = "A0039"
"""What is paid instead of a downcoded service."""
# Group, CARC and RARC by which payers say it; which CARC and RARC say what: docs of WPC and CMS, not our table.
_WORDS: Mapping[Category, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    Category.INVALID_CODE: (("CO", "181", ()), ("CO", "16", ("N56",)), ("OA", "16", ("MA130", "M20"))),
    Category.BUNDLING: (("CO", "97", ()), ("CO", "236", ("M80",)), ("OA", "97", ("N20",))),
    Category.MEDICAL_NECESSITY: (("CO", "50", ("N115",)), ("PR", "50", ()), ("CO", "56", ())),
    Category.MODIFIER: (("CO", "4", ()), ("CO", "4", ("N823",))),
    Category.AUTHORIZATION: (("CO", "197", ()), ("PI", "197", ())),
    Category.NON_COVERED: (("PR", "96", ("N130",)), ("CO", "204", ()), ("CO", "96", ())),
}
_DIAGNOSIS_WORDS: Mapping[Category, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    Category.INVALID_CODE: (("CO", "146", ()), ("CO", "16", ("M76",)), ("OA", "16", ("MA63", "MA130"))),
    Category.MEDICAL_NECESSITY: (("CO", "11", ()), ("PR", "11", ("N115",)), ("CO", "167", ())),
}
NOISE = (*_WORDS, Category.DOWNCODING)


@dataclass(frozen=True)
class Said:
    """An answer, and what is true of the claim after it."""

    answer: RemitClaim
    state: State


def _cents(random: Random, most: Decimal) -> Decimal:
    """Some of it, at least a cent and never all."""
    return Decimal(random.randint(1, max(1, int(most * 50)))) / 100


def _usual(random: Random, line: PlannedLine) -> list[Adjust]:
    """The contract's part, and sometimes the patient's: no denial."""
    found = [Adjust("CO", "45", _cents(random, line.charge / 2))] if random.random() < 0.8 else []
    if random.random() < 0.4:
        found.append(Adjust("PR", random.choice("123"), _cents(random, line.charge / 4)))
    return found


def _answer_line(claim: PlannedClaim, line: PlannedLine, adjustments: list[Adjust], *remarks: str) -> RemitLine:
    # One payer does not send the line numbers back.
    number = None if claim.payer == OAK else str(line.number)
    return RemitLine(
        line.code, line.charge, adjustments, service_date=line.day, line_number=number, remarks=remarks
    )  # fmt: skip


def pay(random: Random, claim: PlannedClaim) -> Said:
    """Every line is paid."""
    lines = [_answer_line(claim, line, _usual(random, line)) for line in claim.lines]
    return Said(RemitClaim(claim.claim_id, lines, status=random.choice("123")), State())


def deny(random: Random, claim: PlannedClaim, code: Code, category: Category) -> Said:
    """The code is denied for that: a line of it or all, with or beside the contract's part, or the claim whole."""
    if code[0] == "icd10cm":
        return _deny_diagnosis(random, claim, code, category)
    hit = [line for line in claim.lines if line.code == code[1]]
    if random.random() < 0.5:
        hit = hit[:1]
    if category is Category.DOWNCODING:
        return _downcode(random, claim, code, hit)
    words = _WORDS[category]
    if len(claim.lines) == 1 and random.random() < 0.25:
        said, amount = _deny_whole(random, claim, random.choice(words))
        return Said(said, State(denied={(code, category): amount}))
    lines, total = [], Decimal(0)
    for line in claim.lines:
        if line not in hit:
            lines.append(_answer_line(claim, line, _usual(random, line)))
            continue
        adjustments = [Adjust("CO", "45", _cents(random, line.charge / 2))] if random.random() < 0.4 else []
        left = line.charge - sum((Decimal(a.amount) for a in adjustments), Decimal(0))
        group, carc, remarks = random.choice(words)
        total += left
        if random.random() < 0.3:
            other, other_carc, more = random.choice(words)
            part = _cents(random, left)
            if (other, other_carc) != (group, carc):
                adjustments.append(Adjust(other, other_carc, part))
                left, remarks = left - part, (*remarks, *more)
        adjustments.append(Adjust(group, carc, left))
        lines.append(_answer_line(claim, line, adjustments, *dict.fromkeys(remarks)))
    is_all = len(hit) == len(claim.lines)
    answer = RemitClaim(claim.claim_id, lines, status="4" if is_all else "1")
    return Said(answer, State(denied={(code, category): total}))


def _deny_whole(
    random: Random, claim: PlannedClaim, words: tuple[str, str, tuple[str, ...]]
) -> tuple[RemitClaim, Decimal]:
    """The claim is denied as one, with its lines or without; the reason stands on the claim alone."""
    group, carc, remarks = words
    if random.random() < 0.5:
        whole = [Adjust(group, carc, claim.charge)]
        answer = RemitClaim(claim.claim_id, (), "4", whole, charge=claim.charge, remarks=remarks,
                            first_date=claim.start_date)  # fmt: skip
        return answer, claim.charge
    lines, left = [], Decimal(0)
    for line in claim.lines:
        contract = _cents(random, line.charge / 2)
        lines.append(_answer_line(claim, line, [Adjust("CO", "45", contract)]))
        left += line.charge - contract
    return RemitClaim(claim.claim_id, lines, "4", [Adjust(group, carc, left)], remarks=remarks), left


def _deny_diagnosis(random: Random, claim: PlannedClaim, code: Code, category: Category) -> Said:
    """A diagnosis is denied: the payer names none. On every line, or on the claim."""
    words = random.choice(_DIAGNOSIS_WORDS[category])
    if random.random() < 0.4:
        answer, amount = _deny_whole(random, claim, words)
        return Said(answer, State(denied={(code, category): amount}))
    group, carc, remarks = words
    lines, total = [], Decimal(0)
    for line in claim.lines:
        contract = [Adjust("CO", "45", _cents(random, line.charge / 2))] if random.random() < 0.5 else []
        left = line.charge - sum((Decimal(a.amount) for a in contract), Decimal(0))
        lines.append(_answer_line(claim, line, [*contract, Adjust(group, carc, left)], *remarks))
        total += left
    return Said(RemitClaim(claim.claim_id, lines, "4"), State(denied={(code, category): total}))


def _downcode(random: Random, claim: PlannedClaim, code: Code, hit: list[PlannedLine]) -> Said:
    """Something is paid, for a lesser service: as another code, with a reason that says so, or both."""
    lines, total = [], Decimal(0)
    for line in claim.lines:
        usual = _usual(random, line)
        if line not in hit:
            lines.append(_answer_line(claim, line, usual))
            continue
        kind, reduction = random.randrange(4), _cents(random, line.charge / 4)
        carc = {0: "150", 1: "186", 2: "B10"}.get(kind)
        told = _answer_line(claim, line, [*usual, Adjust("CO", carc, reduction)] if carc else usual)
        total += reduction if carc else 0
        if kind:  # all but the first under another code: B10 is no denial of its own, and the last has none at all
            told = RemitLine(
                LESSER, line.charge, told.adjustments, service_date=line.day, line_number=told.line_number,
                submitted_code=line.code, remarks=("N22",) if kind == 3 else (),
            )  # fmt: skip
        lines.append(told)
    return Said(RemitClaim(claim.claim_id, lines), State(denied={(code, Category.DOWNCODING): total}))


def estimate(claim: PlannedClaim) -> RemitClaim:
    """A predetermination (CLP02 25): what would be denied, if it were asked for."""
    lines = [_answer_line(claim, line, [Adjust("CO", "50", line.charge)]) for line in claim.lines]
    return RemitClaim(claim.claim_id, lines, "25")


def reject(random: Random, claim: PlannedClaim, code: Code) -> tuple[AcknowledgedClaim, State]:
    """The code is not let in: as the line's status below one that points to it, or as the claim's own."""
    state = State(is_answered=False, rejected=frozenset({(code, Category.INVALID_CODE)}))
    day, charge = f"{claim.start_date:%Y%m%d}", f"{claim.charge}"
    if code[0] == "icd10cm":
        statuses = random.choice([("A7:255",), ("A3:254", "A7:255"), ("A6:255 A3:21",)])
        return AcknowledgedClaim(claim.claim_id, statuses, (), day, charge), state
    lines = tuple(
        AcknowledgedLine(line.code, (), random.choice([("A7:507",), ("A7:507 A3:454",), ("A3:21 A8:507",)]),
                         str(line.number), f"{line.day:%Y%m%d}", f"{line.charge}")
        for line in claim.lines if line.code == code[1]
    )  # fmt: skip
    return AcknowledgedClaim(claim.claim_id, ("A3:247",), lines, day, charge), state


def accept(claim: PlannedClaim) -> AcknowledgedClaim:
    """The front door lets it in."""
    return AcknowledgedClaim(claim.claim_id, ("A2:20",), (), f"{claim.start_date:%Y%m%d}", f"{claim.charge}")


@dataclass(frozen=True)
class Mail:
    """What a payer sends on a day: one claim of a remittance or an acknowledgment. `turn` is its place in the file."""

    day: date
    payer: str
    content: RemitClaim | AcknowledgedClaim
    turn: int = 0
