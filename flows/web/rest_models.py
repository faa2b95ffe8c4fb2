"""What REST answers: each model is one JSON object of its OpenAPI. Money is dollars with two decimals, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from schema.access import Actor, Permission, Role, Via
from schema.acts import Act, ActKind
from schema.changes import ChangeKind
from schema.impact import Priority
from schema.review import (
    Action,
    BlockerKind,
    Item,
    Override,
    Readiness,
    Review,
    SavedView,
    Signature,
    Task,
    TrainingMark,
)
from schema.review import ReviewState as State
from schema.review_query import Facets, ItemPage

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


class ItemRow(Answer):
    """One change in a list."""

    subject: str
    code: str
    record_kind: str
    kind: ChangeKind
    cause: str
    family: str
    title: str
    classes: list[str]
    priority: Priority | None
    claims: int
    billed: Money
    paid: Money
    uses: int
    use_owners: list[str]
    is_named: bool
    needs_decision: bool
    action: Action | None
    reason: str
    successors: list[str]
    decided_by: str
    decided_at: datetime | None
    owner: str
    due_date: date | None
    is_open: bool
    version: int

    @classmethod
    def of(cls, item: Item) -> Self:
        """Of a change."""
        return cls(**_take_item(item))


class ItemDetail(ItemRow):
    """One change with everything known of it; docs/review.md tells the form of `detail`."""

    detail: dict[str, Any]

    @classmethod
    def of(cls, item: Item) -> Self:
        """Of a change."""
        return cls(**_take_item(item), detail=json.loads(item.detail))


class Items(Answer):
    """One page of changes. `total` counts all that match; `groups` are the values of the group by, in order."""

    class Group(Answer):
        """One value that the changes are grouped by."""

        value: str
        count: int

    items: list[ItemRow]
    total: int
    page: int
    pages: int
    groups: list[Group]

    @classmethod
    def of(cls, page: ItemPage) -> Items:
        """Of a page."""
        return cls(
            items=[ItemRow.of(item) for item in page.rows],
            total=page.total,
            page=page.page,
            pages=page.pages,
            groups=[cls.Group(value=value, count=count) for value, count in page.groups],
        )


class Counts(Answer):
    """Counts over all changes of a review by value; "" among the actions counts the undecided."""

    kinds: dict[str, int]
    priorities: dict[str, int]
    classes: dict[str, int]
    actions: dict[str, int]
    owners: dict[str, int]

    @classmethod
    def of(cls, facets: Facets) -> Counts:
        """Of the counts in the store."""
        return cls(**{name: dict(getattr(facets, name)) for name in cls.model_fields})


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


def tell_money(cents: int) -> str:
    """1234 is "12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _take_item(item: Item) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in ItemRow.model_fields}
    return values | {
        "billed": tell_money(item.billed),
        "paid": tell_money(item.paid),
        "classes": list(item.classes),
        "use_owners": list(item.use_owners),
        "successors": list(item.successors),
    }
