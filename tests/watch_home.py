"""A small organisation after an update: HCPCS of 2026, claims, remittances and acknowledgments as files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from tests.acknowledgment_files import AcknowledgedClaim, AcknowledgedLine, write_277ca
from tests.command_line import Answer, CommandLine
from tests.order_files import Row, act_on, hcpcs_text, write_zip
from tests.remit_files import Adjust, RemitClaim, RemitLine, Remittance, reverse, write_835

EFFECTIVE = date(2026, 1, 1)
DELETED, NEW, REVISED, STEADY = "A0001", "A0900", "A0003", ("A0010", "A0011", "A0012")
MEADOW, RIVER = "MEADOW HEALTH PLAN", "RIVER MUTUAL"
CHARGE = "120.10"
_ROWS = tuple(Row(f"A{number:04}", f"Supply {number}") for number in range(40))
_HEADER = ("claim_id", "claim_line_number", "payer", "claim_start_date", "claim_end_date", "hcpcs_code",
           "charge_amount", "paid_amount", "person_id")  # fmt: skip


def load_update(command: CommandLine, folder: Path) -> None:
    """2025 and 2026: one code deleted, one new, one with another title."""
    current = [replace(row, ended="20251231") if row.code == DELETED else row for row in _ROWS]
    current = [replace(row, long="Supply, other than before") if row.code == REVISED else row for row in current]
    current.append(Row(NEW, "Supply that is new", added="20260101"))
    for year, rows in ((2025, _ROWS), (2026, current)):
        text = hcpcs_text(act_on(rows, f"{year}0101"))
        archive = write_zip(folder / f"hcpcs{year}.zip", {f"HCPC{year}_ANWEB.txt": text})
        command.load("hcpcs", f"{year}Q1", archive)


def load_next_update(command: CommandLine, folder: Path) -> str:
    """The second quarter of 2026, on top of them: one more new code, which is given back."""
    rows = [replace(row, ended="20251231") if row.code == DELETED else row for row in _ROWS]
    rows += [Row(NEW, "Supply that is new", added="20260101"), Row("A0950", "Newest supply", added="20260401")]
    text = hcpcs_text(act_on(rows, "20260401"))
    command.load("hcpcs", "2026Q2", write_zip(folder / "hcpcs2026b.zip", {"HCPC2026_APR_ANWEB.txt": text}))
    return "A0950"


@dataclass(frozen=True)
class Billed:
    """One claim of one line."""

    claim_id: str
    code: str
    payer: str = MEADOW
    day: date = EFFECTIVE + timedelta(days=4)
    charge: str = CHARGE

    def answer(self, *adjustments: Adjust, remarks: Sequence[str] = (), status: str = "1") -> RemitClaim:
        """The payer's answer; without adjustments all is paid."""
        line = RemitLine(self.code, self.charge, adjustments, service_date=self.day, line_number="1", remarks=remarks)
        return RemitClaim(self.claim_id, [line], status=status)

    def deny(self, carc: str = "181", *remarks: str) -> RemitClaim:
        """The whole charge denied."""
        return self.answer(Adjust("CO", carc, self.charge), remarks=remarks, status="4")


def bill_before(payers: Iterable[str] = (MEADOW, RIVER)) -> list[Billed]:
    """The baseline: every four days a claim of each steady code and of the deleted one, at each payer."""
    return [
        Billed(f"B{payer[0]}{code}-{number}", code, payer, EFFECTIVE - timedelta(days=20 + 4 * number))
        for payer in payers
        for code in (*STEADY, DELETED, REVISED)
        for number in range(60)
    ]


def bill(code: str, count: int, payer: str = MEADOW, first: date = EFFECTIVE + timedelta(days=2)) -> list[Billed]:
    """So many claims of a code, one a day."""
    return [Billed(f"{payer[0]}{code}-{n}", code, payer, first + timedelta(days=n)) for n in range(count)]


@dataclass
class Home:
    """A home folder, and files that come into it."""

    command: CommandLine
    folder: Path
    numbers: dict[str, int] = field(default_factory=dict)

    def bill(self, claims: Iterable[Billed]) -> list[Billed]:
        """Import these claims."""
        claims = list(claims)
        path = self._name("claims.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = [(c.claim_id, 1, c.payer, c.day, c.day, c.code, c.charge, "", "PATIENT-7") for c in claims]
            csv.writer(file).writerows([_HEADER, *rows])
        self._import("claims", path)
        return claims

    def answer(self, day: date, claims: Iterable[RemitClaim], payer: str = MEADOW) -> None:
        """Import one remittance that was produced on that day."""
        path = self._name("remittance.835")
        path.write_text(write_835(Remittance(list(claims), payer, payment_date=day, produced_date=day)))
        self._import("remits", path)

    def take_back(self, day: date, claim: RemitClaim, correction: RemitClaim, payer: str = MEADOW) -> None:
        """Import the reversal of an answer, and the new one."""
        self.answer(day, [reverse(claim), correction], payer)

    def reject(self, day: date, claims: Iterable[Billed], payer: str = MEADOW) -> None:
        """Import an acknowledgment that rejects the code of each claim."""
        rejected = [
            AcknowledgedClaim(
                c.claim_id,
                ("A3:247",),
                (AcknowledgedLine(c.code, service_date=f"{c.day:%Y%m%d}", charge=c.charge),),
                service_date=f"{c.day:%Y%m%d}",
                charge=c.charge,
            )
            for c in claims
        ]
        path = self._name("acknowledgment.277")
        path.write_bytes(write_277ca(rejected, payer, f"{day:%Y%m%d}"))
        self._import("remits", path)

    def report(self, as_of: date, *more: object) -> Answer:
        """The report as JSON."""
        return self.command("watch", "report", "--as-of", as_of, "--format", "json", *more)

    def _name(self, kind: str) -> Path:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.folder / f"{self.numbers[kind]}-{kind}"

    def _import(self, kind: str, path: Path) -> None:
        answer = self.command("import", kind, path)
        if answer.code:
            raise AssertionError(answer.err)
