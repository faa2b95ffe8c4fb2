"""How urgent an item is: named rules with named thresholds, each explained in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flows.impact.aspects import is_note
from schema.changes import Change, ChangeKind, FieldClass
from schema.impact import Exposure, Priority, UseHit
from schema.uses import Match

# The uses that a claim is made or priced from: a wrong code in them goes out with the next claim.
BILLING_KINDS = frozenset({"charge_master", "claim_edit", "fee_schedule"})

_NAMED = frozenset({Match.EXACT, Match.LIST})
_GONE = frozenset({ChangeKind.PURGED, ChangeKind.ADDED_AND_ENDED})
_HEADERS = frozenset({ChangeKind.NEW_HEADER, ChangeKind.GONE_HEADER, ChangeKind.REVISED_HEADER})
_ARRIVED = frozenset({ChangeKind.NEW, ChangeKind.REINSTATED})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the rules; a table `[impact]` of addenda.toml may name others. A value at the limit counts.

    Dollars are those paid in the window, or billed where nothing is known as paid; lines are claim lines of
    the window.
    """

    large_dollars: Decimal = Decimal(50_000)
    """A code that brings a thousand dollars a week is spoken of by name in the meeting."""
    notable_dollars: Decimal = Decimal(1_000)
    """Below it the correction of denied claims costs about as much as they bring."""
    large_lines: int = 500
    """Two a working day: whoever bills the code does so daily, and notices on the first day."""
    notable_lines: int = 12
    """One a month: the code will come again before the year is over."""
    soon_days: int = 30
    """A change of a charge master or an order set takes up to a month from request to production."""
    department_lines: int = 1
    """A department with as many lines of a code in the window gets the tasks for it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules ask about one change. `days_left` counts from today to its effective date."""

    change: Change
    uses: tuple[UseHit, ...]
    exposure: Exposure
    days_left: int
    thresholds: Thresholds

    @property
    def dollars(self) -> Decimal:
        """Dollars paid, or billed where nothing is known as paid."""
        return self.exposure.total.paid or self.exposure.total.billed

    @property
    def lines(self) -> int:
        """Claim lines of the window."""
        return self.exposure.total.lines

    @property
    def is_large(self) -> bool:
        """Much money or many lines; false without lines, whatever the thresholds."""
        if not self.lines:
            return False
        return self.dollars >= self.thresholds.large_dollars or self.lines >= self.thresholds.large_lines

    @property
    def is_notable(self) -> bool:
        """Enough money or lines to be worth a correction; false without lines, whatever the thresholds."""
        limits = self.thresholds
        return self.lines > 0 and (self.dollars >= limits.notable_dollars or self.lines >= limits.notable_lines)

    @property
    def is_named(self) -> bool:
        """A use holds the code by its own name, not by a range, a wildcard or a category."""
        return any(hit.match in _NAMED for hit in self.uses)

    @property
    def is_named_for_billing(self) -> bool:
        """A use from which claims are made or priced holds the code by its own name."""
        return any(hit.match in _NAMED and hit.kind in BILLING_KINDS for hit in self.uses)

    @property
    def is_spanned(self) -> bool:
        """A range, a wildcard or a category takes the code in."""
        return any(hit.match not in _NAMED for hit in self.uses)

    def is_kind(self, *kinds: ChangeKind) -> bool:
        """The change is one of these kinds."""
        return self.change.kind in kinds

    def has_class(self, *classes: FieldClass) -> bool:
        """A field of one of these classes changed."""
        return any(field.field_class in classes for field in self.change.fields)

    @property
    def has_notes(self) -> bool:
        """A note of the tabular list changed."""
        return any(is_note(field) for field in self.change.fields)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, the priority that it gives, what it says, and when it applies."""

    name: str
    priority: Priority
    says: str
    applies: Callable[[Facts], bool]


DELETED = ChangeKind.DELETED

# The first that applies decides; the last one always does.
RULES: tuple[Rule, ...] = (
    Rule(
        "deleted in a billing use",
        Priority.CRITICAL,
        "A deleted code stands by name where claims are made or priced: they are denied from the effective date on.",
        lambda f: f.is_kind(DELETED) and f.is_named_for_billing,
    ),
    Rule(
        "deleted, large volume",
        Priority.CRITICAL,
        "A deleted code stands on many claims or much money of the window.",
        lambda f: f.is_kind(DELETED) and f.is_large,
    ),
    Rule(
        "deleted, little time",
        Priority.CRITICAL,
        "A deleted code still stands by name in a use, and the effective date is near or past.",
        lambda f: f.is_kind(DELETED) and f.is_named and f.days_left <= f.thresholds.soon_days,
    ),
    Rule(
        "ended in hindsight",
        Priority.CRITICAL,
        "A code ended before the previous release took effect, and claims of the window hold it: they may come back.",
        lambda f: f.is_kind(DELETED) and f.change.is_retroactive and f.lines > 0,
    ),
    Rule(
        "deleted in a use",
        Priority.HIGH,
        "A deleted code stands by name in a use.",
        lambda f: f.is_kind(DELETED) and f.is_named,
    ),
    Rule(
        "deleted, notable volume",
        Priority.HIGH,
        "A deleted code stands on enough claims to be worth a correction before the effective date.",
        lambda f: f.is_kind(DELETED) and f.is_notable,
    ),
    Rule(
        "other meaning",
        Priority.HIGH,
        "The number came back with another meaning, and a use names it or claims hold it.",
        lambda f: f.change.is_redefined and (f.is_named or f.lines > 0),
    ),
    Rule(
        "coverage, large volume",
        Priority.HIGH,
        "The coverage of a code with many claims or much money changed.",
        lambda f: f.has_class(FieldClass.COVERAGE) and f.is_large,
    ),
    Rule(
        "payment, large volume",
        Priority.HIGH,
        "How a code with many claims or much money is priced changed.",
        lambda f: f.has_class(FieldClass.PAYMENT) and f.is_large,
    ),
    Rule(
        "long ended in a use",
        Priority.HIGH,
        "A code that ended before the effective date of either release still stands by name in a use.",
        lambda f: f.is_kind(*_GONE) and f.is_named,
    ),
    Rule(
        "deleted, some claims",
        Priority.MEDIUM,
        "A deleted code stands on a few claims.",
        lambda f: f.is_kind(DELETED) and f.lines > 0,
    ),
    Rule(
        "deleted inside a rule",
        Priority.MEDIUM,
        "A range, a wildcard or a category spans a deleted code: its end may have to move.",
        lambda f: f.is_kind(DELETED) and f.is_spanned,
    ),
    Rule(
        "new inside a rule",
        Priority.MEDIUM,
        "A range, a wildcard or a category takes in a code that was not valid before: nobody has decided that yet.",
        lambda f: f.is_kind(*_ARRIVED) and f.is_spanned,
    ),
    Rule(
        "new in a use",
        Priority.MEDIUM,
        "A use names a code before it is valid.",
        lambda f: f.is_kind(*_ARRIVED) and f.is_named,
    ),
    Rule(
        "coverage",
        Priority.MEDIUM,
        "The coverage of a code changed.",
        lambda f: f.has_class(FieldClass.COVERAGE),
    ),
    Rule(
        "payment",
        Priority.MEDIUM,
        "How a code is priced changed.",
        lambda f: f.has_class(FieldClass.PAYMENT),
    ),
    Rule(
        "title, large volume",
        Priority.MEDIUM,
        "The title of a code with many claims or much money changed: what it may be used for can have changed too.",
        lambda f: f.has_class(FieldClass.DESCRIPTOR) and f.is_large,
    ),
    Rule(
        "notes, notable volume",
        Priority.MEDIUM,
        "Notes on the use of a code that claims hold changed.",
        lambda f: f.has_notes and f.is_notable,
    ),
    Rule(
        "scheduled end",
        Priority.MEDIUM,
        "A last day is set for a code that a use names or claims hold.",
        lambda f: f.change.ends_date is not None and (f.is_named or f.lines > 0),
    ),
    Rule(
        "category gone",
        Priority.MEDIUM,
        "A use names a header that is gone, or one that had been none.",
        lambda f: f.is_kind(ChangeKind.GONE_HEADER, ChangeKind.NEW_HEADER) and f.is_named,
    ),
    Rule(
        "never valid on claims",
        Priority.MEDIUM,
        "Claims hold a code that ended before the effective date of either release.",
        lambda f: f.is_kind(*_GONE) and f.lines > 0,
    ),
    Rule(
        "new on claims",
        Priority.LOW,
        "Claims hold a code before it is valid.",
        lambda f: f.is_kind(*_ARRIVED) and f.lines > 0,
    ),
    Rule(
        "title",
        Priority.LOW,
        "The title of a code changed.",
        lambda f: f.has_class(FieldClass.DESCRIPTOR),
    ),
    Rule("notes", Priority.LOW, "Notes on the use of a code changed.", lambda f: f.has_notes),
    Rule(
        "header inside a rule",
        Priority.LOW,
        "A header changed that a use holds, or a code above which one changed.",
        lambda f: f.is_kind(*_HEADERS) and bool(f.uses),
    ),
    Rule(
        "nothing to do",
        Priority.INFORMATIONAL,
        "Short title, administrative fields, or spelling alone; or a code long gone that only a range spans.",
        lambda f: True,
    ),
)


def judge(facts: Facts, rules: Sequence[Rule] = RULES) -> tuple[Priority, tuple[str, ...]]:
    """The priority, and the names of the rules that apply, the deciding one first.

    The rule for everything is named only when no other applies.
    """
    applying = [rule for rule in rules if rule.applies(facts)]
    named = applying[:-1] if len(applying) > 1 else applying
    return named[0].priority, tuple(rule.name for rule in named)


def rank_of(priority: Priority) -> int:
    """0 for the most urgent."""
    return _RANKS[priority]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}
