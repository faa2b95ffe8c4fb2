"""An organisation made up at random: a charge master, order sets, payer rules and claims around changed codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

CLAIM_COLUMNS = (
    "claim_id",
    "claim_line_number",
    "claim_type",
    "payer",
    "department",
    "place_of_service_code",
    "bill_type_code",
    "claim_start_date",
    "claim_end_date",
    "claim_line_start_date",
    "discharge_date",
    "hcpcs_code",
    "hcpcs_modifier_1",
    "hcpcs_modifier_2",
    "diagnosis_code_type",
    *(f"diagnosis_code_{n}" for n in range(1, 6)),
    "charge_amount",
    "allowed_amount",
    "paid_amount",
    # Of a patient: to be dropped.
    "person_id",
    "birth_date",
)
CHARGE_LINES, ORDER_SETS, CLAIM_LINES, PLANTED_CODES = 20_000, 400, 20_000, 4


@dataclass(frozen=True)
class UseFile:
    """One use as it stands in the settings: columns and entry form by system."""

    name: str
    kind: str
    owner: str | None
    path: Path
    columns: dict[str, list[str]]
    entries: dict[str, str]


@dataclass
class OrganisationFiles:
    """What was written, and the planted lines in the window by (system, code)."""

    config: Path
    uses: list[UseFile]
    claims: Path
    planted: dict[tuple[str, str], int] = field(default_factory=dict)


class OrganisationMaker:
    """Writes one organisation. `changed` are changed codes by system, `effective` the dates of the releases."""

    def __init__(self, seed: int, changed: dict[str, list[str]], effective: dict[str, date]) -> None:
        self.random = Random(seed)
        self.effective = effective
        self.planted = {
            system: self.random.sample(codes, min(PLANTED_CODES, len(codes) // 4)) for system, codes in changed.items()
        }
        left = {system: [c for c in codes if c not in self.planted[system]] for system, codes in changed.items()}
        modifiers = {code for code in left["hcpcs"] if len(code) == 2} | {"LT", "KX", "59"}
        self.modifiers = sorted(modifiers - set(self.planted["hcpcs"]))
        self.codes = {system: [code for code in codes if len(code) > 2] for system, codes in left.items()}
        self.neighbours = {system: self._find_neighbours(system) for system in changed}

    def write(self, folder: Path) -> OrganisationFiles:
        folder.mkdir()
        uses = [self._write_charge_master(folder), *self._write_rules(folder), self._write_problem_list(folder)]
        found = OrganisationFiles(folder / "addenda.toml", uses, folder / "claims.csv")
        self._write_claims(found)
        found.config.write_text("".join(map(describe_use, uses)))
        return found

    def _find_neighbours(self, system: str) -> list[str]:
        """Codes beside the changed ones that may not exist: one character other, shorter, or far away."""
        found = set()
        for code in self.codes[system][:400]:
            digit = str(self.random.randrange(10))
            found.add(code[:-1] + digit)
            if system == "icd10cm" and len(code) > 3:
                found.add(code[: self.random.randrange(3, len(code))])
        while len(found) < 3000:
            number = self.random.randrange(10**4)
            letter = self.random.choice("ACEGHJLQ")
            found.add(
                f"{letter}{number:04}" if system == "hcpcs" else f"{letter}{number:04}"[: self.random.choice((3, 4, 5))]
            )
        return sorted(found - set(self.planted[system]))

    def _pick(self, system: str, changed_share: float = 0.2) -> str:
        some = self.codes[system] if self.random.random() < changed_share else self.neighbours[system]
        return self.random.choice(some)

    def _spell(self, system: str, code: str) -> str:
        """The code as somebody typed it."""
        if system == "icd10cm" and len(code) > 3 and self.random.random() < 0.6:
            code = f"{code[:3]}.{code[3:]}"
        if self.random.random() < 0.2:
            code = code.lower()
        if self.random.random() < 0.1:
            code = self.random.choice([" {}", "{} ", "\u00a0{}", " {}\u00a0"]).format(code)
        return code

    def _element(self, system: str) -> str:
        random = self.random
        kind = random.random()
        if kind < 0.4:
            return self._spell(system, self._pick(system))
        if kind < 0.6:
            first, last = sorted((self._pick(system), self._pick(system)))
            if random.random() < 0.6:
                # A short range, as most are.
                last = max(first, first[:-1] + random.choice("59Z" if system == "icd10cm" else "59"))
            return f"{self._spell(system, first).strip()}{random.choice('-–')}{self._spell(system, last).strip()}"
        if kind < 0.8:
            code = self._pick(system, 0.5)
            size = random.randrange(2, len(code))
            marks = [code[:size] + "*", code[:size] + "-", code[:size] + "?" + code[size + 1 :], code[:size] + "?*"]
            return random.choice(marks)
        if kind < 0.9 and system == "hcpcs":
            modifiers = random.sample(self.modifiers, random.choice((1, 1, 2)))
            return random.choice("-: ").join([self._spell(system, self._pick(system)).strip(), *modifiers])
        if kind < 0.93:
            return random.choice(["see memo", "100", "=SUM(A1)", "E9-A1", "n/a", "J0180-J0120", "E11.9!"])
        return self._spell(system, self._pick(system, 0.8))

    def _expression(self, system: str) -> str:
        count = self.random.choice((0, 1, 1, 1, 2, 3, 5))
        separator = self.random.choice((", ", ",", "; ", "\n"))
        return separator.join(self._element(system) for _ in range(count))

    def _write_charge_master(self, folder: Path) -> UseFile:
        rows = []
        for number in range(CHARGE_LINES):
            code = self._spell("hcpcs", self._pick("hcpcs", 0.05)) if self.random.random() < 0.9 else ""
            if self.random.random() < 0.01:
                code = self.random.choice(["TBD", "100", "J0120-J0180", "E0100, E0110", "=A1"])
            second = self._spell("hcpcs", self._pick("hcpcs")) if self.random.random() < 0.02 else ""
            rows.append([number, code, second, f"{self.random.randrange(10**6) / 100:.2f}"])
        path = write_csv(folder / "charge_master.csv", ["item", "HCPCS", "second code", "price"], rows)
        return UseFile(
            "charge master", "charge_master", "revenue integrity", path, {"hcpcs": ["HCPCS", "second code"]}, {}
        )

    def _write_rules(self, folder: Path) -> list[UseFile]:
        files = []
        for name, kind, owner, count in (
            ("order sets", "order_set", "clinical informatics", ORDER_SETS),
            ("payer rules", "payer_rule", "payer relations", 300),
            ("authorisations", "authorisation_list", None, 60),
        ):
            rows = [[f"{name} {n}", self._expression("hcpcs"), self._expression("icd10cm")] for n in range(count)]
            above = [["Made by the tests"], []] if kind == "payer_rule" else []
            path = write_csv(folder / f"{kind}.csv", ["name", "procedures", "diagnoses"], rows, above)
            columns = {"hcpcs": ["procedures"], "icd10cm": ["diagnoses"]}
            files.append(UseFile(name, kind, owner, path, columns, dict.fromkeys(columns, "expression")))
        return files

    def _write_problem_list(self, folder: Path) -> UseFile:
        rows = [[self._spell("icd10cm", self._pick("icd10cm"))] for _ in range(500)]
        path = write_csv(folder / "problems.csv", ["diagnosis"], rows)
        return UseFile("problem list", "problem_list", "health information", path, {"icd10cm": ["diagnosis"]}, {})

    def _write_claims(self, found: OrganisationFiles) -> None:
        rows = [self._claim_line(number) for number in range(CLAIM_LINES)]
        for system, codes in self.planted.items():
            for code in codes:
                found.planted[system, code] = self.random.randrange(1, 60)
                for turn in range(found.planted[system, code]):
                    rows.append(self._planted_line(system, code, turn))
                rows.append(self._planted_line(system, code, 0, days_before=366))
                rows.append(self._planted_line(system, code, 0, days_before=0))
        self.random.shuffle(rows)
        write_csv(found.claims, CLAIM_COLUMNS, [[row.get(name, "") for name in CLAIM_COLUMNS] for row in rows])

    def _planted_line(self, system: str, code: str, turn: int, days_before: int | None = None) -> dict[str, str]:
        """A line with this code; the first ones stand on the edges of the window, inside."""
        inside = (365, 1)[turn] if turn < 2 else self.random.randrange(1, 366)
        day = self.effective[system] - timedelta(days=inside if days_before is None else days_before)
        line = self._claim_line(0)
        line.update(claim_id=f"planted-{turn // 2}", charge_amount="10.10", allowed_amount="5.05", paid_amount="")
        line.update(claim_start_date=day.isoformat(), claim_line_start_date=day.isoformat(), bill_type_code="131")
        if system == "hcpcs":
            line["hcpcs_modifier_1" if len(code) == 2 else "hcpcs_code"] = code
        else:
            line.update(diagnosis_code_type="icd-10-cm", diagnosis_code_2=code)
        return line

    def _claim_line(self, number: int) -> dict[str, str]:
        random = self.random
        effective = random.choice(list(self.effective.values()))
        start = effective - timedelta(days=random.randrange(-20, 400))
        stay = timedelta(days=random.choice((0, 0, 0, 3, 30)))
        line = {
            "claim_id": f"claim-{number // random.choice((1, 2, 5))}",
            "claim_line_number": str(number % 5 + 1),
            "claim_type": random.choice(("professional", "institutional", "")),
            "payer": random.choice(("Payer A", "Payer B", "Payer C", "Payer, D", "")),
            "department": random.choice(("Emergency", "Oncology", "")),
            "place_of_service_code": random.choice(("11", "21", "")),
            "bill_type_code": random.choice(("111", "0111", "117", "121", "131", "", "")),
            "claim_start_date": start.isoformat(),
            "claim_end_date": random.choice(((start + stay).isoformat(), "")),
            "claim_line_start_date": random.choice((start.isoformat(), (start + stay / 2).isoformat(), "")),
            "discharge_date": random.choice(((start + stay).isoformat(), (start + 2 * stay).isoformat(), "")),
            "hcpcs_code": self._spell("hcpcs", self._pick("hcpcs")) if random.random() < 0.9 else "",
            "hcpcs_modifier_1": random.choice([*self.modifiers, "", "", ""]),
            "hcpcs_modifier_2": random.choice([*self.modifiers, "", "", ""]),
            "diagnosis_code_type": random.choice(("icd-10-cm",) * 8 + ("icd-9-cm", "")),
            "charge_amount": random.choice((f"{random.randrange(10**6) / 100:.2f}", "", "-12.34")),
            "allowed_amount": random.choice((f"{random.randrange(10**5) / 100:.2f}", "")),
            "paid_amount": random.choice((f"{random.randrange(10**5) / 100:.2f}", "", "0")),
            "person_id": "PATIENT-7",
            "birth_date": "1950-01-01",
        }
        diagnoses = [self._spell("icd10cm", self._pick("icd10cm")) for _ in range(random.randrange(5))]
        if diagnoses and random.random() < 0.1:
            diagnoses.append(diagnoses[0].upper())
        line.update({f"diagnosis_code_{n}": code for n, code in enumerate(diagnoses[:5], 1)})
        fault = random.random()
        if fault < 0.004:
            line.update(claim_id="")
        elif fault < 0.008:
            line.update(claim_start_date="", claim_line_start_date="")
        elif fault < 0.012:
            line.update(claim_line_start_date="2024-13-45")
        elif fault < 0.016:
            line.update(paid_amount="12,5O")
        return line


def write_csv(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], above: Sequence[Sequence[object]] = ()
) -> Path:
    """The rows below the header, and `above` before it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*above, header, *rows])
    return path


def describe_use(use: UseFile) -> str:
    """The lines of the settings for one use; JSON texts and lists are TOML too."""
    owner = f"owner = {json.dumps(use.owner)}\n" if use.owner else ""
    columns = "".join(f"{system} = {json.dumps(names)}\n" for system, names in use.columns.items())
    entries = "".join(f"{system} = {json.dumps(form)}\n" for system, form in use.entries.items())
    head = f'[[uses]]\nname = "{use.name}"\nkind = "{use.kind}"\n{owner}path = "{use.path.name}"\n'
    return f"{head}[uses.columns]\n{columns}" + (f"[uses.entries]\n{entries}" if entries else "") + "\n"
