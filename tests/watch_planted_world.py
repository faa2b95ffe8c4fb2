"""What a simulated world is made of: payers, codes, planted effects. All numbers are ours and drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from schema.remits import Category

EFFECTIVE = date(2026, 4, 1)
BEFORE, AFTER = 26 * 7, 13 * 7
CATEGORIES = tuple(Category)
PLACE = {category: place for place, category in enumerate(CATEGORIES)}
# Share of the claims of a code that are denied for the reason, whatever is updated.
LEAST = 3.0
"""Denials that a planted effect has to be expected to give until the last report. It may give fewer, or none."""
USUAL = {
    Category.INVALID_CODE: 0.003,
    Category.NON_COVERED: 0.008,
    Category.BUNDLING: 0.010,
    Category.DOWNCODING: 0.004,
    Category.MEDICAL_NECESSITY: 0.010,
    Category.MODIFIER: 0.006,
    Category.AUTHORIZATION: 0.006,
    Category.OTHER: 0.008,
}


@dataclass(frozen=True, slots=True)
class Code:
    """`weekly` are the claims a week over all payers; `kind` the kind of change, None where nothing changed."""

    system: str
    code: str
    kind: str | None
    weekly: float


@dataclass(frozen=True, slots=True)
class Effect:
    """From `first` to `last` (days since the effective date) a claim with the code at one of the payers is denied
    with this category with this probability, on top of what is usual. `is_ours`: our code is not valid."""

    code: int
    payers: tuple[int, ...]
    category: Category
    chance: float
    first: int
    last: int
    is_ours: bool
    name: str


@dataclass(frozen=True, slots=True)
class Payer:
    """`lag` is the median of days from the end of a claim to its remittance, `batch` the weekday of its remittances
    (None: any day), `front` the share of invalid codes that it rejects at the front door within days."""

    name: str
    share: float
    lag: float
    width: float
    batch: int | None
    front: float
    shift: float
    """Days by which it answers later after the effective date."""


@dataclass(slots=True)
class World:
    """Claims, one row for a claim's code, and what became of them; days count from the effective date."""

    seed: int
    payers: list[Payer]
    codes: list[Code]
    effects: list[Effect]
    rates: NDArray[np.float64]
    """`[code, payer, category]`: the usual share denied."""
    rises: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    """Payer-wide: payer, category, first day, last day, factor."""
    code: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    payer: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    end: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    answer: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Day of the first answer."""
    category: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Place of the category of its denial or rejection, -1 where it was paid."""
    effect: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """The effect that it was denied for, -1 where there is none."""
    is_rejection: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    taken_back: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Day of the remittance that took the denial back; a day that never comes where there is none."""
    cents: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def changed(self) -> dict[tuple[str, str], str]:
        """What the model is told: the kind of change of each watched code."""
        return {(c.system, c.code): c.kind for c in self.codes if c.kind is not None}


def day_of(offset: int) -> date:
    """The date so many days after the effective date."""
    return EFFECTIVE + timedelta(days=offset)


KINDS = (
    # system, kind, how many, planted effects: (name, category, how many, is ours)
    ("hcpcs", "deleted", 12, (("deleted, still billed", Category.INVALID_CODE, 5, True),)),
    ("icd10cm", "deleted", 10, (("deleted, still billed", Category.INVALID_CODE, 3, True),)),
    (
        "hcpcs", "new", 30,
        (
            ("new, not loaded by the payer", Category.INVALID_CODE, 4, False),
            ("new, authorization asked for", Category.AUTHORIZATION, 1, False),
        ),
    ),
    ("icd10cm", "new", 25, (("new, not loaded by the payer", Category.INVALID_CODE, 3, False),)),
    (
        "hcpcs", "revised", 35,
        (
            ("bundled", Category.BUNDLING, 3, False),
            ("downcoded", Category.DOWNCODING, 3, False),
            ("modifier asked for", Category.MODIFIER, 2, False),
            ("not necessary", Category.MEDICAL_NECESSITY, 1, False),
        ),
    ),
    ("icd10cm", "revised", 20, (("not necessary", Category.MEDICAL_NECESSITY, 2, False),)),
    ("hcpcs", "newly_non_covered", 10, (("no longer covered", Category.NON_COVERED, 3, False),)),
    ("hcpcs", "payer_rule", 10, (("authorization asked for", Category.AUTHORIZATION, 2, False),)),
    (
        "hcpcs", None, 150,
        (
            ("unwatched, bundled", Category.BUNDLING, 1, False),
            ("unwatched, not covered", Category.NON_COVERED, 1, False),
        ),
    ),
    ("icd10cm", None, 100, (("unwatched, not necessary", Category.MEDICAL_NECESSITY, 1, False),)),
)  # fmt: skip
"""Some 150 watched codes of 400, and some 35 effects."""


def draw_payers(random: np.random.Generator, count: int) -> list[Payer]:
    """Payers with their own share, lag, remittance day and front door."""
    shares = random.dirichlet(np.full(count, 4.0))
    return [
        Payer(
            f"Payer {chr(65 + n)}", float(shares[n]), float(random.uniform(8, 24)), float(random.uniform(0.12, 0.35)),
            int(random.integers(5)) if random.random() < 0.5 else None,
            float(random.choice([0.0, 0.3, 0.7])), float(random.choice([0.0, 0.0, -2.0, 4.0])),
        )
        for n in range(count)
    ]  # fmt: skip


def draw_codes(random: np.random.Generator) -> list[Code]:
    """All codes with their weekly claims, from less than one to some hundred."""
    return [
        Code(system, f"{'X' if system == 'hcpcs' else 'T'}{block}{n:03d}", kind, float(random.lognormal(2.9, 1.2)))
        for block, (system, kind, count, _) in enumerate(KINDS)
        for n in range(count)
    ]


def draw_rates(random: np.random.Generator, code_list: list[Code], payers: int) -> NDArray[np.float64]:
    """The usual share denied of each code, payer and category. 3 of 100 codes that are not new have one
    long-standing high rate: where there is no past, a high rate is a finding."""
    codes = len(code_list)
    usual = np.array([USUAL[category] for category in CATEGORIES])
    of_payer = usual[None, :] * random.lognormal(0.0, 0.4, (payers, len(usual)))
    of_code = random.gamma(1.3, 1 / 1.3, (codes, 1, len(usual)))
    own = random.gamma(4.0, 0.25, (codes, payers, len(usual)))
    rates = of_payer[None, :, :] * of_code * own
    has_past = np.array([code.kind != "new" for code in code_list])
    for code in np.flatnonzero((random.random(codes) < 0.03) & has_past):
        category = int(random.integers(len(usual)))
        rates[code, :, category] = random.uniform(0.1, 0.4)
    capped: NDArray[np.float64] = np.minimum(rates, 0.5)
    return capped


def draw_effects(
    random: np.random.Generator, codes: list[Code], payers: list[Payer], rates: NDArray[np.float64]
) -> list[Effect]:
    """The planted effects, on codes of their kind, one to a code, frequent codes more often: from one claim in
    sixteen to nearly all, from the first day or later, at one payer, at all, or thinly at all. Each at least
    doubles the usual rate of every payer it touches, and is expected to give `LEAST` denials or more."""
    effects: list[Effect] = []
    start = 0
    for _, _, count, plans in KINDS:
        weight = np.sqrt([codes[start + n].weekly for n in range(count)])
        free = [start + int(n) for n in random.choice(count, count, replace=False, p=weight / weight.sum())][::-1]
        for name, category, number, is_ours in plans:
            planted = 0
            while free and planted < number:
                code = free.pop()
                effect = draw_effect(random, code, payers, category, is_ours, name)
                usual = max(rates[code, payer, PLACE[category]] for payer in effect.payers)
                weeks = (min(effect.last, AFTER - 14) - effect.first) / 7
                share = sum(payers[p].share for p in effect.payers)
                if effect.chance >= 2 * usual and codes[code].weekly * share * effect.chance * weeks >= LEAST:
                    effects.append(effect)
                    planted += 1
        start += count
    return effects


def draw_effect(
    random: np.random.Generator, code: int, payers: list[Payer], category: Category, is_ours: bool, name: str
) -> Effect:
    """One effect on a code, whatever comes of it."""
    if is_ours:
        last = int(random.integers(13, AFTER))
        return Effect(code, tuple(range(len(payers))), category, float(random.uniform(0.7, 1.0)), 0, last, True, name)
    first = 0 if random.random() < 0.75 else int(random.integers(7, 35))
    last = AFTER if random.random() < 0.6 else first + int(random.integers(21, 70))
    scope = random.random()
    is_edit = random.random() < 0.7  # a payer's edit denies most of what it meets, a reviewer a part
    chance = float(random.uniform(0.4, 0.98) if is_edit else np.exp(random.uniform(np.log(0.08), np.log(0.4))))
    if scope < 0.65:
        where: tuple[int, ...] = (int(random.choice(len(payers), p=[p.share for p in payers])),)
    else:
        where = tuple(range(len(payers)))
        chance = chance if scope < 0.88 else float(random.uniform(0.06, 0.15))
    return Effect(code, where, category, chance, first, last, False, name)
