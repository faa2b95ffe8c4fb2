"""A small world drawn from a seed: two updates, claims before and after them, and all that the payers send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from schema.remits import Category
from tests.acknowledgment_files import AcknowledgedClaim, write_277ca
from tests.claims_files import write_csv
from tests.command_line import CommandLine
from tests.order_files import Code as OrderCode
from tests.order_files import Row, act_on, hcpcs_text, make_codes, order_members, write_zip
from tests.remit_files import RemitClaim, Remittance, reverse, write_835
from tests.watch_plan import (
    EFFECTIVE,
    MEADOW,
    OAK,
    PAYERS,
    RIVER,
    UNKNOWN,
    Code,
    Effect,
    PlannedClaim,
    PlannedLine,
)
from tests.watch_plan_answers import NOISE, Mail, Said, accept, deny, estimate, pay, reject

_C = Category
EFFECTS: Mapping[Code, Effect] = {
    ("hcpcs", "A0001"): Effect(_C.INVALID_CODE, PAYERS, "ours", 1.0, 0.3),
    ("icd10cm", "A011"): Effect(_C.INVALID_CODE, PAYERS, "ours", 1.0, 0.2),
    ("hcpcs", "A0901"): Effect(_C.INVALID_CODE, (MEADOW,), "payer"),
    ("hcpcs", "A0902"): Effect(_C.INVALID_CODE, (RIVER,), "payer", 0.9, 1.0),
    ("icd10cm", "A029A"): Effect(_C.INVALID_CODE, (OAK,), "payer", 0.85, 0.4),
    ("hcpcs", "A0903"): Effect(_C.AUTHORIZATION, (OAK,)),
    ("hcpcs", "A0003"): Effect(_C.BUNDLING, (RIVER,)),
    ("hcpcs", "A0004"): Effect(_C.DOWNCODING, (MEADOW,)),
    ("hcpcs", "A0005"): Effect(_C.MODIFIER, PAYERS, chance=0.6),
    ("hcpcs", "A0006"): Effect(_C.NON_COVERED, (MEADOW,)),
    ("icd10cm", "A031"): Effect(_C.MEDICAL_NECESSITY, (RIVER,)),
    ("hcpcs", "A0010"): Effect(_C.BUNDLING, (RIVER,), chance=0.95),
}
"""What goes wrong from the effective date on; the last one on a code that nobody watches."""
DELETED = {("hcpcs", "A0001"), ("hcpcs", "A0002"), ("icd10cm", "A011")}
NEW = {("hcpcs", "A0901"), ("hcpcs", "A0902"), ("hcpcs", "A0903"), ("hcpcs", "A0904"), ("icd10cm", "A029A")}
REVISED = {*(("hcpcs", f"A000{n}") for n in range(3, 9)), ("icd10cm", "A031"), ("icd10cm", "A032")}
STEADY = ("A0010", "A0011", "A0012", "A0013", "A0014")
STEADY_DIAGNOSES = ("A041", "A042", "A043")
WATCHED = DELETED | NEW | REVISED
_BEFORE_DAYS, _AFTER_DAYS = 140, 90


def load_updates(command: CommandLine, folder: Path) -> None:
    """HCPCS of July and October 2025, ICD-10-CM of the fiscal years 2025 and 2026."""
    rows = [Row(f"A{number:04}", f"Supply {number}") for number in range(40)]
    after = [replace(row, ended="20250930") if ("hcpcs", row.code) in DELETED else row for row in rows]
    after = [
        replace(row, long=f"{row.long}, other than before") if ("hcpcs", row.code) in REVISED else row for row in after
    ]
    after += [Row(code, "Supply that is new", added="20251001") for system, code in sorted(NEW) if system == "hcpcs"]
    for month, quarter, day, held in (("JUL", 3, "20250701", rows), ("OCT", 4, "20251001", after)):
        name = f"HCPC2025_{month}_ANWEB.txt"
        archive = write_zip(folder / f"{month}.zip", {name: hcpcs_text(act_on(held, day))})
        command.load("hcpcs", f"2025Q{quarter}", archive)
    before = make_codes("icd10cm", 60)
    kept = [code for code in before if ("icd10cm", code.code) not in DELETED]
    kept = [replace(c, long=f"{c.long}, unlike before") if ("icd10cm", c.code) in REVISED else c for c in kept]
    kept += [OrderCode(code, "Sample condition that is new") for system, code in sorted(NEW) if system == "icd10cm"]
    kept.sort(key=lambda code: code.code)
    for year, codes, previous in ((2025, before, []), (2026, kept, before)):
        archive = write_zip(folder / f"{year}.zip", order_members("icd10cm", year, codes, previous))
        command.load("icd10cm", f"FY{year}", archive)


@dataclass
class PlannedWorld:
    """The claims with what is true of them, and what the payers send."""

    random: Random
    claims: list[PlannedClaim] = field(default_factory=list)
    mail: list[Mail] = field(default_factory=list)

    def add(self, code: Code, payer: str, day: date) -> None:
        """One claim about the code, answered in one of the ways that there are."""
        claim = self._draw_claim(code, payer, day)
        self.claims.append(claim)
        effect = EFFECTS.get(code)
        is_hit = effect is not None and payer in effect.payers and code in claim.codes_after()
        if effect and is_hit and self.random.random() < effect.chance:
            self._break(claim, code, effect)
        elif self.random.random() < 0.05:
            self._deny_by_chance(claim)
        else:
            self._accept(claim)

    def _draw_claim(self, code: Code, payer: str, day: date) -> PlannedClaim:
        random, (system, name) = self.random, code
        others = random.sample([c for c in STEADY if c != name], random.randrange(3))
        codes = [name, *others] if system == "hcpcs" else others or [random.choice(STEADY)]
        if random.random() < 0.08:
            codes.append(codes[0])
        lines = tuple(
            PlannedLine(number, line, day, Decimal(random.randint(2000, 40000)) / 100)
            for number, line in enumerate(codes, 1)
        )
        principal = random.choice(STEADY_DIAGNOSES)
        diagnoses = (
            (principal,) if system == "hcpcs" else random.choice([(name,), (principal, name), (name, principal)])
        )
        blamed = name if system == "icd10cm" and code in WATCHED else diagnoses[0]
        # Some are stays: they end, and date their diagnoses, some days later.
        is_inpatient = random.random() < 0.15
        end = day + timedelta(days=random.randint(1, 6)) if is_inpatient else day
        claim_id = f"C{len(self.claims):05}"
        return PlannedClaim(claim_id, payer, lines, diagnoses, blamed, day, end, is_inpatient)

    def _deny_by_chance(self, claim: PlannedClaim) -> None:
        """A denial that has nothing to do with the update."""
        code: Code = ("hcpcs", self.random.choice(claim.lines).code)
        category = self.random.choice(NOISE)
        if self.random.random() < 0.2:
            code, category = ("icd10cm", claim.blamed), _C.MEDICAL_NECESSITY
        self._tell_denial(claim, code, category, self._answer_day(claim))

    def _break(self, claim: PlannedClaim, code: Code, effect: Effect) -> None:
        day = self._answer_day(claim)
        if self.random.random() < effect.front:
            self._turn_away(claim, code, day)
        else:
            self._tell_denial(claim, code, effect.category, day)

    def _turn_away(self, claim: PlannedClaim, code: Code, day: date) -> None:
        """Rejected, for good or once more, or sent again: then a remittance answers it."""
        random = self.random
        told = claim.end_date + timedelta(days=random.randint(2, 5))
        times = random.choice((1, 1, 2))
        for number in range(times):
            content, state = reject(random, claim, code)
            self.mail.append(Mail(told + timedelta(days=4 * number), claim.payer, content, len(self.mail)))
            claim.history.append((told + timedelta(days=4 * number), state))
        if random.random() < 0.4:
            later = self._later(day)
            self._say(claim, later, pay(random, claim))
            if random.random() < 0.5:
                self._say(claim, self._later(later), deny(random, claim, code, _C.INVALID_CODE))

    def _tell_denial(self, claim: PlannedClaim, code: Code, category: Category, day: date) -> None:
        """Denied; some paid first, some denied anew or otherwise, some given up or won."""
        random, draw = self.random, self.random.random()
        if random.random() < 0.05:
            self._send(claim, day, [estimate(claim)])
            day = self._later(day)
        if draw < 0.08:
            first = pay(random, claim)
            self._say(claim, day, first)
            self._correct(claim, first, self._later(day), deny(random, claim, code, category))
            return
        said = deny(random, claim, code, category)
        self._say(claim, day, said)
        if draw < 0.20:
            self._correct(claim, said, self._later(day), pay(random, claim))
        elif draw < 0.30:
            self._correct(claim, said, self._later(day), deny(random, claim, code, category))
        elif draw < 0.36:
            self._send(claim, self._later(day), [reverse(said.answer)])
            claim.history.append((self._later(day), UNKNOWN))
        elif draw < 0.48:
            self._resubmit(claim, said, code, category, self._later(day))

    def _resubmit(self, claim: PlannedClaim, said: Said, code: Code, category: Category, day: date) -> None:
        """Sent again without a reversal, line by line or whole as before: the later answer stands."""
        again = deny(self.random, claim, code, category) if self.random.random() < 0.5 else pay(self.random, claim)
        self._say(claim, day, again)

    def _accept(self, claim: PlannedClaim) -> None:
        """Paid; some were let in by an acknowledgment, some are paid otherwise later."""
        random, day = self.random, self._answer_day(claim)
        said = pay(random, claim)
        if random.random() < 0.1:
            self.mail.append(Mail(claim.end_date + timedelta(days=2), claim.payer, accept(claim), len(self.mail)))
        self._say(claim, day, said)
        if random.random() < 0.05:
            self._correct(claim, said, self._later(day), pay(random, claim))

    def _say(self, claim: PlannedClaim, day: date, said: Said) -> None:
        self._send(claim, day, [said.answer])
        claim.history.append((day, said.state))

    def _correct(self, claim: PlannedClaim, said: Said, day: date, better: Said) -> None:
        self._send(claim, day, [reverse(said.answer), better.answer])
        claim.history.append((day, better.state))

    def _send(self, claim: PlannedClaim, day: date, answers: Sequence[RemitClaim]) -> None:
        for answer in answers:
            self.mail.append(Mail(day, claim.payer, answer, len(self.mail)))

    def _answer_day(self, claim: PlannedClaim) -> date:
        """The payer's next remittance, once it has looked at the claim."""
        day = claim.end_date + timedelta(days=self.random.randint(9, 20))
        return day + timedelta(days=(PAYERS.index(claim.payer) * 2 - day.weekday()) % 7)

    def _later(self, day: date) -> date:
        return day + timedelta(days=7 * (1 + day.day % 3))


def draw_world(seed: int) -> PlannedWorld:
    """Claims of every code at every payer: changed codes some four a week, steady ones as many."""
    world = PlannedWorld(Random(seed))
    steady = [*(("hcpcs", code) for code in STEADY), *(("icd10cm", code) for code in STEADY_DIAGNOSES)]
    for offset in range(-_BEFORE_DAYS, _AFTER_DAYS):
        day = EFFECTIVE + timedelta(days=offset)
        for code in [*sorted(WATCHED), *steady]:
            if (code in NEW and offset < 0) or (code == ("hcpcs", "A0002") and offset >= 0):
                continue
            # Who still bills what is deleted learns in the end.
            weekly = 2.5 if code not in DELETED or offset < 0 else 1.5 if offset < 50 else 0
            for payer in PAYERS:
                if world.random.random() < weekly / 7:
                    world.add(code, payer, day)
    return world


def write_claims(world: PlannedWorld, folder: Path) -> Path:
    """The claims as a file, one row a line, with a patient in it that must not matter."""
    rows = [{name: str(value) for name, value in row.items()} for claim in world.claims for row in _list_rows(claim)]
    return write_csv(folder / "claims.csv", rows)


def _list_rows(claim: PlannedClaim) -> Iterator[dict[str, object]]:
    diagnoses = {f"diagnosis_code_{n}": f"{c[:3]}.{c[3:]}" for n, c in enumerate(claim.diagnoses, 1)}
    for line in claim.lines:
        yield {
            "claim_id": claim.claim_id, "claim_line_number": line.number, "payer": claim.payer, "person_id": "P1",
            "claim_type": "institutional" if claim.is_inpatient else "professional",
            "bill_type_code": "111" if claim.is_inpatient else "",
            "claim_start_date": claim.start_date, "claim_end_date": claim.end_date,
            "claim_line_start_date": line.day, "discharge_date": claim.end_date if claim.is_inpatient else "",
            "hcpcs_code": line.code, "charge_amount": line.charge, "diagnosis_code_type": "icd-10-cm",
            **{name: diagnoses.get(name, "") for name in ("diagnosis_code_1", "diagnosis_code_2")},
        }  # fmt: skip


def write_mail(world: PlannedWorld, folder: Path, until: date = date.max) -> Path:
    """One remittance and one acknowledgment for each payer and day on which it has something to say."""
    folder.mkdir()
    sent: dict[tuple[date, str, bool], list[Mail]] = {}
    for mail in sorted(world.mail, key=lambda mail: (mail.day, mail.turn)):
        if mail.day <= until:
            sent.setdefault((mail.day, mail.payer, isinstance(mail.content, RemitClaim)), []).append(mail)
    for (day, payer, is_remittance), mails in sent.items():
        name = f"{day:%Y%m%d}-{PAYERS.index(payer)}"
        if is_remittance:
            answers = [mail.content for mail in mails if isinstance(mail.content, RemitClaim)]
            # It is paid some days after it was made: the day that counts is the first.
            remittance = Remittance(answers, payer, payment_date=day + timedelta(days=3), produced_date=day)
            (folder / f"{name}.835").write_text(write_835(remittance))
        else:
            claims = [mail.content for mail in mails if isinstance(mail.content, AcknowledgedClaim)]
            (folder / f"{name}.277").write_bytes(write_277ca(claims, payer, f"{day:%Y%m%d}"))
    return folder
