"""What is planted in files, told in plain words: the claims, what became of each, and the figures that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from schema.remits import Category

EFFECTIVE = date(2025, 10, 1)
MEADOW, RIVER, OAK = "MEADOW HEALTH PLAN", "RIVER MUTUAL", "OAK <COUNTY> FUND"
PAYERS = (MEADOW, RIVER, OAK)

Code = tuple[str, str]
"""System and code."""
Place = tuple[str, str, str | None, Category]
"""System, code, payer (None: all together) and category."""


@dataclass(frozen=True)
class Effect:
    """What the update breaks: at these payers this share of the claims is denied, or turned away at the front door
    (`front`, a share of those). `fault` is None where nobody's table is behind."""

    category: Category
    payers: tuple[str, ...]
    fault: str | None = None
    chance: float = 0.85
    front: float = 0.0


@dataclass(frozen=True)
class State:
    """What is true of a claim from some day on: dollars denied and what is rejected, by code and category."""

    is_answered: bool = True
    denied: Mapping[tuple[Code, Category], Decimal] = field(default_factory=dict)
    rejected: frozenset[tuple[Code, Category]] = frozenset()


UNKNOWN = State(is_answered=False)


@dataclass(frozen=True)
class PlannedLine:
    """One line of a claim."""

    number: int
    code: str
    day: date
    charge: Decimal


@dataclass
class PlannedClaim:
    """One claim. `blamed` is the diagnosis that a denied diagnosis is about; `history` the states by the day that
    they were told on, in their order."""

    claim_id: str
    payer: str
    lines: tuple[PlannedLine, ...]
    diagnoses: tuple[str, ...]
    blamed: str
    start_date: date
    end_date: date
    is_inpatient: bool = False
    history: list[tuple[date, State]] = field(default_factory=list)

    @property
    def charge(self) -> Decimal:
        return sum((line.charge for line in self.lines), Decimal(0))

    def codes_after(self) -> set[Code]:
        """The codes whose key date is on or after the effective date: of a line its day, of a diagnosis the
        discharge of an inpatient, else the day of service."""
        of_lines = {("hcpcs", line.code) for line in self.lines if line.day >= EFFECTIVE}
        day = self.end_date if self.is_inpatient else self.start_date
        return of_lines | ({("icd10cm", code) for code in self.diagnoses} if day >= EFFECTIVE else set())

    def state_on(self, day: date) -> State:
        """The latest that was told by that day."""
        return next((state for told, state in reversed(self.history) if told <= day), UNKNOWN)


@dataclass
class Figures:
    """What has to stand in the report of a day: claims by code and payer, and claim ids and dollars by place."""

    billed: dict[tuple[str, str, str | None], int]
    adjudicated: dict[tuple[str, str, str | None], int]
    denied: dict[Place, dict[str, Decimal]]
    rejected: dict[Place, set[str]]


def count_figures(claims: Iterable[PlannedClaim], day: date) -> Figures:
    """The figures of a day, one claim at a time."""
    figures = Figures(defaultdict(int), defaultdict(int), defaultdict(dict), defaultdict(set))
    for claim in claims:
        if claim.end_date > day:
            continue
        state, codes = claim.state_on(day), claim.codes_after()
        for payer in (claim.payer, None):
            for code in codes:
                figures.billed[(*code, payer)] += 1
                figures.adjudicated[(*code, payer)] += state.is_answered
            for (code, category), amount in state.denied.items():
                if code in codes:
                    figures.denied[(*code, payer, category)][claim.claim_id] = amount
            for code, category in state.rejected:
                if code in codes:
                    figures.rejected[(*code, payer, category)].add(claim.claim_id)
    return figures


def list_places(effects: Mapping[Code, Effect]) -> Iterator[tuple[Place, Effect]]:
    """Where alarms are right: at the payers of each effect, and all together."""
    for code, effect in effects.items():
        for payer in (*effect.payers, None):
            yield (*code, payer, effect.category), effect


def report_days() -> list[date]:
    """Once a week, the last one within the 90 days."""
    return [EFFECTIVE + timedelta(days=6 + 7 * week) for week in range(13)]
