"""Changes between two releases, their reconciliation with the publisher's list, and successors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from schema.contents import ReleaseInfo
from schema.records import CodeRecord, RecordKind
from schema.releases import ReleaseId

if TYPE_CHECKING:
    from schema.impact import Impact

TITLE_LIKENESS = "title likeness"


class ChangeKind(StrEnum):
    """What happened to a code; each code has at most one kind. The order is that of reports."""

    NEW = "new"
    REINSTATED = "reinstated"
    DELETED = "deleted"
    REVISED = "revised"
    ADDED_AND_ENDED = "added_and_ended"
    PURGED = "purged"
    NEW_HEADER = "new_header"
    GONE_HEADER = "gone_header"
    REVISED_HEADER = "revised_header"


class Cause(StrEnum):
    """Why a code is new or deleted, where the two releases tell."""

    NOW_HEADER = "now_header"
    WAS_HEADER = "was_header"
    TERMINATED = "terminated"
    ABSENT = "absent"


class FieldClass(StrEnum):
    """How much a changed field weighs; the order is by weight."""

    COVERAGE = "coverage"
    PAYMENT = "payment"
    DESCRIPTOR = "descriptor"
    DISPLAY = "display"
    ADMINISTRATIVE = "administrative"
    COSMETIC = "cosmetic"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a revised record. Values are strings, dates as ISO strings, lists of strings, or
    None for blank. `paths` is DeepDiff's evidence inside nested values (notes), "" paths left out."""

    name: str
    field_class: FieldClass
    before: Any
    after: Any
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one code between two releases.

    `before` and `after` are the records of the two releases, None where the code is absent.
    `starts_date` is a first day later than the release's effective date, `ends_date` a scheduled last
    day. `is_retroactive`: the last day lies before the previous release took effect. `is_redefined`:
    the added date moved, so the number came back with another meaning.
    """

    code: str
    record_kind: RecordKind
    kind: ChangeKind
    before: CodeRecord | None
    after: CodeRecord | None
    cause: Cause | None = None
    fields: tuple[FieldChange, ...] = ()
    is_redefined: bool = False
    is_retroactive: bool = False
    starts_date: date | None = None
    ends_date: date | None = None

    @property
    def record(self) -> CodeRecord:
        """The newer of the two records that exist."""
        record = self.after or self.before
        if record is None:
            raise ValueError(f"change of {self.code} has no record")
        return record

    @property
    def is_cosmetic(self) -> bool:
        """Every changed field differs in white space, case, accents or punctuation alone."""
        return bool(self.fields) and all(f.field_class is FieldClass.COSMETIC for f in self.fields)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes previous → current, sorted by code; equal input gives an equal value."""

    system: str
    previous: ReleaseId
    current: ReleaseId
    changes: tuple[Change, ...]

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """The number of changes of each kind; every kind has a key."""
        counts = dict.fromkeys(ChangeKind, 0)
        for change in self.changes:
            counts[change.kind] += 1
        return counts


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement with the publisher's list.

    `what` is a sentence; `reason` a known reason (see `flows/diff/reasons.py`) or None.
    """

    code: str
    what: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The computed change set against the publisher's own list that came with *current*.

    `basis` says which list was used ("none" where there is none; then `agrees` is false and one
    difference says so). `official` and `computed` are keyed new, deleted, revised.
    """

    basis: str
    agrees: bool
    official: Mapping[str, int]
    computed: Mapping[str, int]
    differences: tuple[Difference, ...]
    remarks: tuple[str, ...] = ()
    """Facts about the list itself, for example which file its summary says it was made against."""


@dataclass(frozen=True, slots=True)
class Successor:
    """A candidate replacement for a code, never applied by itself. Rank 1 is the strongest source.

    `source` is `conversion table`, `cross reference`, `children`, `correction` or `title likeness`, which is
    a guess (`is_guess`); `detail` names the file or the effective date it speaks of.
    """

    code: str
    source: str
    rank: int
    detail: str = ""
    title: str = ""

    @property
    def is_guess(self) -> bool:
        """Nobody names it: the titles are alike, no more."""
        return self.source == TITLE_LIKENESS


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """Everything one update found out: what the report, the review and the files are made from."""

    change_set: ChangeSet
    reconciliation: Reconciliation
    successors: Mapping[str, tuple[Successor, ...]]
    """By changed code: for a deleted one what may replace it, for a new one what it may replace."""
    previous: ReleaseInfo
    current: ReleaseInfo
    as_of: date
    """The day on which this was made: "days left" counts from it."""
    impact: Impact | None = None
    """Where the changes hurt this organisation; None where it was not assessed."""
