"""What REST answers: each model is one JSON object of its OpenAPI. Money is dollars with two decimals, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from schema.access import Actor, Permission, Role, Via
from schema.acts import Act, ActKind
from schema.review import (
    BlockerKind,
    Override,
    Readiness,
    Review,
    SavedView,
    Signature,
    Task,
    TrainingMark,
)
from schema.review import ReviewState as State

Money = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", examples=["1234.50"])]


class Answer(BaseModel):
    """What all answers have in common: made from values that were checked when they were written."""

    model_config = ConfigDict(frozen=True)


class Fault(Answer):
    """An error: its slug in docs/errors.md, what was refused, why, and what to do."""

    class Told(Answer):
        """The error itself."""

        slug: str
        what: str
        why: str
        remedy: str

    error: Told


class Me(Answer):
    """Whom the token stands for. `permissions` are those of the roles that the token's scopes leave."""

    name: str
    roles: list[Role]
    teams: list[str]
    permissions: list[Permission]

    @classmethod
    def of(cls, actor: Actor) -> Me:
        """Of the caller."""
        may = [permission for permission in Permission if actor.may(permission)]
        return cls(name=actor.name, roles=sorted(actor.roles), teams=list(actor.teams), permissions=may)


class Standing(Answer):
    """Where a review stands. `version` is what the next act names as `seen`, `digest` what a signature names."""

    key: str
    state: State
    state_why: str
    digest: str
    version: int

    @classmethod
    def of(cls, review: Review) -> Self:
        """Of a review."""
        return cls(**{name: getattr(review, name) for name in cls.model_fields})


class ReviewHead(Standing):
    """A review in a list."""

    system: str
    effective_date: date
    previous: str
    current: str
    evidence: str
    """The digest of the evidence document."""
    items: int
    to_decide: int
    undecided: int
    deleted_in_use: int
    deleted_undecided: int
    differences: int
    is_assessed: bool
    opened_at: datetime


class Obstacle(Answer):
    """A blocker; `reason` is that of the override that holds for exactly this, null where none does."""

    kind: BlockerKind
    what: str
    fingerprint: str
    can_be_overridden: bool
    reason: str | None


class ReviewDetail(ReviewHead):
    """A review with its blockers and its summary, whose form docs/review.md tells."""

    blockers: list[Obstacle]
    summary: dict[str, Any]

    @classmethod
    def with_overrides(cls, review: Review, overrides: Iterable[Override]) -> ReviewDetail:
        """Of a review and the overrides of it."""
        reasons = {(override.blocker.value, override.fingerprint): override.reason for override in overrides}
        blockers = [
            Obstacle(
                kind=BlockerKind(kind),
                what=what,
                fingerprint=fingerprint,
                can_be_overridden=can_be,
                reason=reasons.get((kind, fingerprint)),
            )
            for kind, what, fingerprint, can_be in json.loads(review.blockers)
        ]
        head = {name: getattr(review, name) for name in ReviewHead.model_fields}
        return cls(**head, blockers=blockers, summary=json.loads(review.summary))


class SignatureRow(Answer):
    """A signature; it is void from `void_at` on. `statement` is what was signed."""

    sequence: int
    scope: str
    role: Role
    signer: str
    signed_at: datetime
    digest: str
    statement: dict[str, Any]
    void_at: datetime | None
    void_why: str

    @classmethod
    def of(cls, signature: Signature) -> SignatureRow:
        """Of a signature."""
        values = {name: getattr(signature, name) for name in cls.model_fields}
        return cls(**values | {"statement": json.loads(signature.statement)})


class ActRow(Answer):
    """One act of the log. `hash` is over everything in it and the hash of the act before it."""

    sequence: int
    at: datetime
    actor: str
    roles: list[Role]
    via: Via
    kind: ActKind
    review: str
    subject: str
    body: dict[str, Any]
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, act: Act) -> ActRow:
        """Of an act."""
        values = {name: getattr(act, name) for name in cls.model_fields}
        return cls(**values | {"roles": list(act.roles), "body": dict(act.body)})


class Reviews(Answer):
    """All reviews, the newest effective date first."""

    reviews: list[ReviewHead]


class Tasks(Answer):
    """Tasks, the earliest due first."""

    tasks: list[Task]


class TrainingMarks(Answer):
    """Whether each department was taught each change."""

    training: list[TrainingMark]


class Readinesses(Answer):
    """What is known of the payers' readiness."""

    readiness: list[Readiness]


class Signatures(Answer):
    """Signatures, void ones too, the earliest first."""

    signatures: list[SignatureRow]


class Overrides(Answer):
    """Blockers that were set aside, the earliest first."""

    overrides: list[Override]


class Views(Answer):
    """Saved filters of the list of changes: one's own and the shared ones."""

    views: list[SavedView]


class Acts(Answer):
    """Acts of the log; go on with `after` (or `before`) the last one's sequence."""

    acts: list[ActRow]


class Done(Answer):
    """What was written into the log; where it is about a review, where that stands now."""

    acts: list[ActRow]
    review: Standing | None


class Verification(Answer):
    """Whether the log of acts, and everything that follows from it, is as it was written."""

    class Found(Answer):
        """One thing that is not."""

        where: str
        what: str

    is_whole: bool
    sequence: int
    head: str
    """The hash of the last act: keep it elsewhere, and compare it later."""
    findings: list[Found]
