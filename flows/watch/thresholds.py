"""When the model speaks, each number with its reason. docs/watch-model.md tells how they were calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schema.remits import Category

_VALIDITY = frozenset({Category.INVALID_CODE})
_NEW = frozenset({Category.INVALID_CODE, Category.NON_COVERED, Category.AUTHORIZATION})
_REVISED = frozenset(
    {Category.BUNDLING, Category.MODIFIER, Category.DOWNCODING, Category.NON_COVERED, Category.MEDICAL_NECESSITY}
)

EXPECTED: Mapping[str, frozenset[Category]] = {
    "deleted": _VALIDITY,
    "added_and_ended": _VALIDITY,
    "new": _NEW,
    "reinstated": _NEW,
    "successor": _NEW,
    "revised": _REVISED,
    "newly_non_covered": frozenset({Category.NON_COVERED, Category.MEDICAL_NECESSITY}),
    "re_priced": frozenset({Category.DOWNCODING, Category.BUNDLING}),
    "payer_rule": frozenset({Category.AUTHORIZATION, Category.MEDICAL_NECESSITY, Category.NON_COVERED}),
}
"""What a change of this kind leads to expect (a kind of change, or a reason for watching)."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bounds of the tests; a p-value is compared with `alarm` times the weight of its category."""

    alarm: float = 3e-5
    """Cumulative test of a watched code, `middle_weeks` after the effective date. Calibrated on simulated worlds to
    under 1 false alarm in 1,000 code-weeks of weekly looks, all payers and categories together."""
    middle_weeks: float = 5.0
    power: float = 2.5
    """Alpha spending: after w weeks the threshold is `alarm` × (`middle_weeks` / w) ** `power`, since what an update
    breaks shows early, while chance has had few denials to play with."""
    early: float = 12.0
    """The greatest such factor."""
    unwatched: float = 1e-7
    """The same test of a code that nobody watches: there are ten times as many, and no reason to suspect them."""
    recent: float = 0.2
    """Part of `alarm` that is spent on the last `recent_days` alone, for effects that begin late."""
    recent_days: int = 28
    expected_weight: float = 4.0
    """Weight of a category that a change of this kind leads to expect (weighted p-values: Genovese, Roeder and
    Wasserman, Biometrika 93, 2006)."""
    other_weight: float = 0.4
    watch: float = 0.005
    """At or below it an item is watched: worth a look, no alarm."""
    minimum_claims: int = 3
    """Fewer denied and rejected claims are no alarm: two denials of a rare code are chance more often than not."""
    minimum_ratio: float = 1.3
    """Observed over expected: a certain, but small rise of a frequent code is nobody's work list."""
    answered_claims: int = 3
    """With fewer claims answered (paid, denied or rejected) an item is `insufficient`."""
    spread: float = 0.01
    """All payers together are in alarm only when without the payer with the greatest excess this is still reached."""
    spill: float = 0.15
    """Share of the excess of a code's first category that is expected to be worded as another category."""
    information: float = 200.0
    """Greatest weight of a code's own baseline, in denials: rates drift by some 7 % even where nothing changed."""
    expected: Mapping[str, frozenset[Category]] = field(default_factory=lambda: EXPECTED)

    def spend(self, days: int) -> float:
        """The factor of the thresholds so many days after the effective date (its own day is 1)."""
        return float(min(self.early, (7 * self.middle_weeks / max(1, days)) ** self.power))


DEFAULT = Thresholds()
