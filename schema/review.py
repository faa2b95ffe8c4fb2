"""Review: what the governance group decides and signs.

The log of acts (`schema.acts`) is the truth. The rows here are what the acts add up to, kept in tables so that pages
are fast, and worked out again by `addenda review audit --verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schema.access import Member, Role, TokenGrant
from schema.changes import ChangeKind
from schema.impact import Priority
from schema.releases import ReleaseId


class ReviewState(StrEnum):
    """Where the review of a release stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETURNED = "returned"


class Action(StrEnum):
    """What is decided about a change."""

    REPLACE = "replace"
    RETIRE = "retire"
    ADD = "add"
    NO_ACTION = "no_action"
    NEEDS_POLICY = "needs_policy"


_GONE = (Action.REPLACE, Action.RETIRE, Action.NO_ACTION, Action.NEEDS_POLICY)
_COME = (Action.ADD, Action.NO_ACTION, Action.NEEDS_POLICY)
ACTIONS: dict[ChangeKind, tuple[Action, ...]] = {
    ChangeKind.NEW: _COME,
    ChangeKind.REINSTATED: _COME,
    ChangeKind.DELETED: _GONE,
    ChangeKind.REVISED: _GONE,
    ChangeKind.ADDED_AND_ENDED: _GONE,
    ChangeKind.PURGED: _GONE,
    ChangeKind.NEW_HEADER: _COME,
    ChangeKind.GONE_HEADER: _GONE,
    ChangeKind.REVISED_HEADER: _GONE,
}
"""What can be decided about a change of each kind."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody wants decided. `successors` are stored codes, one at least for REPLACE, none otherwise."""

    action: Action
    reason: str
    successors: tuple[str, ...] = ()


class BlockerKind(StrEnum):
    """What stands in the way of a signature."""

    DELETED_IN_USE = "deleted_in_use"
    """A deleted code that a use names has no decision."""
    DIFFERENCES = "differences"
    """The change set does not agree with the publisher's own list."""
    NOT_ASSESSED = "not_assessed"
    """Nobody knows where the changes hurt: no uses and no claims, or they could not be read."""
    SOURCE_REISSUED = "source_reissued"
    """The store holds a later issue of the release than the one reviewed. Cannot be set aside: refresh."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way. `fingerprint` is a digest of what exactly: an override holds for that alone."""

    kind: BlockerKind
    what: str
    fingerprint: str
    can_be_overridden: bool = True


@dataclass(frozen=True, slots=True)
class Review:
    """The review of one release. `key` is `system@effective-date`: a re-issued source does not begin another one.

    `digest` names exactly what is approved: evidence, decisions, source issue. `version` is the last act about it.
    `summary` is JSON, see `flows.review.evidence`.
    """

    key: str
    system: str
    effective_date: date
    previous: str
    current: str
    state: ReviewState
    state_why: str
    evidence: str
    """The sha256 (hex) of the evidence document's bytes."""
    digest: str
    items: int
    to_decide: int
    """Items that need a decision."""
    undecided: int
    """Those of them that have none."""
    deleted_in_use: int
    deleted_undecided: int
    differences: int
    is_assessed: bool
    blockers: str
    """JSON: the blockers as lists of kind, what, fingerprint, can_be_overridden."""
    summary: str
    opened_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Item:
    """One change under review, with its work. `subject` is `code:E66813` or `modifier:25`. Money is in cents.

    `priority` is None where nothing of this organisation is touched. `detail` is JSON, see `flows.review.evidence`.
    """

    review: str
    subject: str
    code: str
    record_kind: str
    kind: ChangeKind
    cause: str
    family: str
    title: str
    classes: tuple[str, ...]
    """Classes of the fields that differ."""
    priority: Priority | None
    rank: int
    """0 for critical … 4 for informational, 5 for none: what the list is sorted by."""
    claims: int
    billed: int
    paid: int
    uses: int
    """Cells that hold the code."""
    use_owners: tuple[str, ...]
    is_named: bool
    """A use holds the code itself, not only a range that it falls into."""
    needs_decision: bool
    fingerprint: str
    """A digest of the change itself, by which a later assessment finds its decision again."""
    detail: str
    action: Action | None
    reason: str
    successors: tuple[str, ...]
    decided_by: str
    decided_at: datetime | None
    owner: str
    due_date: date | None
    is_open: bool
    """Needs a decision and has none, or one that is not final (needs_policy)."""
    version: int


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done. `number` is a digest of what it is, so that a later assessment finds it again."""

    review: str
    number: str
    code: str
    what: str
    why: str
    owner: str
    due_date: date
    priority: Priority
    use: str
    department: str
    locations: tuple[str, ...]
    is_done: bool
    done_by: str
    done_at: datetime | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class TrainingMark:
    """Whether a department was taught a change. `department` is "" where the claims name none."""

    review: str
    subject: str
    department: str
    code: str
    title: str
    aspects: tuple[str, ...]
    is_trained: bool
    trained_by: str
    trained_at: datetime | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a payer is ready for the update, for one code or ("") for all. Not ready: claims are held until."""

    review: str
    payer: str
    code: str
    is_ready: bool
    hold_until: date | None
    note: str
    said_by: str
    said_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature on a review, or on a close-out of the watch (`scope` is then `closeout@2024-10-31/30`).

    `statement` is JSON: what was signed in words and digests, with the overrides in force. A void signature stays.
    """

    sequence: int
    scope: str
    role: Role
    signer: str
    signed_at: datetime
    digest: str
    statement: str
    void_at: datetime | None
    void_why: str


@dataclass(frozen=True, slots=True)
class Override:
    """A blocker set aside, with the reason; shown beside every signature, for ever."""

    sequence: int
    review: str
    blocker: BlockerKind
    what: str
    fingerprint: str
    reason: str
    overridden_by: str
    overridden_at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter of the list of changes under a name. `query` is the query string of the page."""

    account: str
    name: str
    query: str
    is_shared: bool


Row = Review | Item | Task | TrainingMark | Readiness | Signature | Override | SavedView | Member | TokenGrant
"""One row of a table that follows from the acts."""


def review_key(release_id: ReleaseId) -> str:
    """The key of the review of a release, whatever its issue: `icd10cm@2024-10-01`."""
    return f"{release_id.system}@{release_id.effective_date.isoformat()}"


def subject_of(record_kind: str, code: str) -> str:
    """What acts about one change name: `code:E66813`."""
    return f"{record_kind}:{code}"
