"""The tables of reviews: the rows that follow from the log of acts.

Values come in through `schema.store.review_rows`. Columns are
named as the fields of `schema.review`, whose lists are canonical JSON texts here; money is in cents.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
)
from sqlmodel import Field, SQLModel

from schema.changes import ChangeKind
from schema.review import Action, BlockerKind, ReviewState
from schema.tables import Instant, table_of
from schema.tables_acts import one_of


class ReviewRow(SQLModel, table=True):
    """The review of one release."""

    __tablename__ = "review"
    __table_args__ = (
        one_of("state", ReviewState, "review_state_is_known"),
        CheckConstraint("is_assessed in (0, 1)", name="review_is_assessed_flag"),
        CheckConstraint("undecided <= to_decide and to_decide <= items", name="review_counts_hold"),
    )
    key: str = Field(sa_type=Text, primary_key=True)
    system: str = Field(sa_type=Text)
    effective_date: date = Field(sa_column=Column(Date, nullable=False))
    previous: str = Field(sa_type=Text)
    current: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    state_why: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    items: int
    to_decide: int
    undecided: int
    deleted_in_use: int
    deleted_undecided: int
    differences: int
    is_assessed: int
    blockers: str = Field(sa_type=Text)
    summary: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int


class ItemRow(SQLModel, table=True):
    """One change under review. What is long stands in `review_item_detail`: a list reads only what it shows.

    `kind_order` is the place of the kind in reports, `words` the title as it is searched, `paid_order` what was paid,
    negated: an index is read in one direction.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        one_of("kind", ChangeKind, "review_item_kind_is_known"),
        one_of("action", Action, "review_item_action_is_known"),
        CheckConstraint("(action is null) = (decided_by = '')", name="review_item_decision_has_a_person"),
        CheckConstraint("(action is null) = (decided_at is null)", name="review_item_decision_has_an_instant"),
        CheckConstraint("rank between 0 and 5", name="review_item_rank_is_known"),
        CheckConstraint(
            "is_named in (0, 1) and needs_decision in (0, 1) and is_open in (0, 1)", name="review_item_flags"
        ),
        Index("review_item_by_priority", "review", "rank", "paid_order", "code", "subject"),
        Index("review_item_by_code", "review", "code", "subject"),
        Index("review_item_by_kind", "review", "kind_order", "rank", "paid_order", "code", "subject"),
        Index("review_item_by_open", "review", "is_open", "rank", "paid_order", "code", "subject"),
        Index("review_item_by_paid", "review", "paid", "subject"),
        Index("review_item_by_action", "review", "action", "subject"),
        Index("review_item_by_owner", "review", "owner", "rank", "paid_order", "code", "subject"),
        Index("review_item_by_family", "review", "family", "rank", "paid_order", "code", "subject"),
        Index("review_item_by_version", "review", "version"),
    )
    review: str = Field(sa_type=Text, primary_key=True)
    subject: str = Field(sa_type=Text, primary_key=True)
    code: str = Field(sa_type=Text)
    record_kind: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    kind_order: int
    cause: str = Field(sa_type=Text)
    family: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
    classes: str = Field(sa_type=Text)
    priority: str | None = Field(sa_type=Text)
    rank: int
    claims: int
    billed: int = Field(sa_type=BigInteger)
    paid: int = Field(sa_type=BigInteger)
    paid_order: int = Field(sa_type=BigInteger)
    uses: int
    use_owners: str = Field(sa_type=Text)
    is_named: int
    needs_decision: int
    fingerprint: str = Field(sa_type=Text)
    action: str | None = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    successors: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_column=Column(Instant))
    owner: str = Field(sa_type=Text)
    due_date: date | None = Field(sa_column=Column(Date))
    is_open: int
    version: int


class ItemDetailRow(SQLModel, table=True):
    """The JSON of one change: before and after, successors, uses, exposure."""

    __tablename__ = "review_item_detail"
    __table_args__ = (
        ForeignKeyConstraint(
            ["review", "subject"], ["review_item.review", "review_item.subject"], name="review_item_detail_of_item"
        ),
    )
    review: str = Field(sa_type=Text, primary_key=True)
    subject: str = Field(sa_type=Text, primary_key=True)
    detail: str = Field(sa_type=Text)


class TaskRow(SQLModel, table=True):
    """Something to be done."""

    __tablename__ = "review_task"
    __table_args__ = (
        CheckConstraint("is_done in (0, 1)", name="review_task_is_done_flag"),
        Index("review_task_by_due_date", "is_done", "due_date"),
        Index("review_task_by_review", "review", "is_done", "due_date", "number", "owner"),
    )
    review: str = Field(sa_type=Text, primary_key=True)
    number: str = Field(sa_type=Text, primary_key=True)
    code: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    due_date: date = Field(sa_column=Column(Date, nullable=False))
    priority: str = Field(sa_type=Text)
    use: str = Field(sa_type=Text)
    department: str = Field(sa_type=Text)
    locations: str = Field(sa_type=Text)
    is_done: int
    done_by: str = Field(sa_type=Text)
    done_at: datetime | None = Field(sa_column=Column(Instant))
    note: str = Field(sa_type=Text)
    version: int


class TrainingRow(SQLModel, table=True):
    """Whether a department was taught a change."""

    __tablename__ = "review_training"
    __table_args__ = (
        CheckConstraint("is_trained in (0, 1)", name="review_training_is_trained_flag"),
        Index("review_training_by_department", "review", "is_trained", "department", "subject"),
    )
    review: str = Field(sa_type=Text, primary_key=True)
    subject: str = Field(sa_type=Text, primary_key=True)
    department: str = Field(sa_type=Text, primary_key=True)
    code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    aspects: str = Field(sa_type=Text)
    is_trained: int
    trained_by: str = Field(sa_type=Text)
    trained_at: datetime | None = Field(sa_column=Column(Instant))
    note: str = Field(sa_type=Text)
    version: int


class ReadinessRow(SQLModel, table=True):
    """Whether a payer is ready."""

    __tablename__ = "review_readiness"
    __table_args__ = (CheckConstraint("is_ready in (0, 1)", name="review_readiness_is_ready_flag"),)
    review: str = Field(sa_type=Text, primary_key=True)
    payer: str = Field(sa_type=Text, primary_key=True)
    code: str = Field(sa_type=Text, primary_key=True)
    is_ready: int
    hold_until: date | None = Field(sa_column=Column(Date))
    note: str = Field(sa_type=Text)
    said_by: str = Field(sa_type=Text)
    said_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int


class SignatureRow(SQLModel, table=True):
    """A signature under the sequence of the act that gave it."""

    __tablename__ = "review_signature"
    __table_args__ = (
        CheckConstraint("(void_at is null) = (void_why = '')", name="review_signature_void_has_a_why"),
        Index("review_signature_by_scope", "scope", "sequence"),
    )
    sequence: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    scope: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    signer: str = Field(sa_type=Text)
    signed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    digest: str = Field(sa_type=Text)
    statement: str = Field(sa_type=Text)
    void_at: datetime | None = Field(sa_column=Column(Instant))
    void_why: str = Field(sa_type=Text)


class OverrideRow(SQLModel, table=True):
    """A blocker set aside, under the sequence of the act that did it."""

    __tablename__ = "review_override"
    __table_args__ = (
        one_of("blocker", BlockerKind, "review_override_blocker_is_known"),
        CheckConstraint("reason <> ''", name="review_override_has_a_reason"),
        Index("review_override_by_review", "review", "sequence"),
    )
    sequence: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    review: str = Field(sa_type=Text)
    blocker: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    overridden_by: str = Field(sa_type=Text)
    overridden_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class ViewRow(SQLModel, table=True):
    """A filter of the list of changes under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (CheckConstraint("is_shared in (0, 1)", name="saved_view_is_shared_flag"),)
    account: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text, primary_key=True)
    query: str = Field(sa_type=Text)
    is_shared: int


REVIEW = table_of(ReviewRow)
ITEM = table_of(ItemRow)
ITEM_DETAIL = table_of(ItemDetailRow)
TASK = table_of(TaskRow)
TRAINING = table_of(TrainingRow)
READINESS = table_of(ReadinessRow)
SIGNATURE = table_of(SignatureRow)
OVERRIDE = table_of(OverrideRow)
VIEW = table_of(ViewRow)
