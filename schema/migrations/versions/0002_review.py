"""Reviews: the log of acts, what follows from it, and the accounts of those who act."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from schema.migrations.act_triggers import POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def filled(kind: type[TypeEngine[Any]] | TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    """Columns that are never null."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def keys(*names: str) -> list[sa.Column[str]]:
    """Columns of text that make up the key."""
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def upgrade() -> None:
    """Create the tables, and guard the log."""
    create_log()
    create_reviews()
    create_work()
    create_access()
    for statement in POSTGRESQL_TRIGGERS if op.get_bind().dialect.name == "postgresql" else SQLITE_TRIGGERS:
        op.execute(statement)


def create_log() -> None:
    """What was done, and the documents it rests on."""
    op.create_table(
        "act",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *filled(INSTANT, "at"),
        *filled(sa.Text, "actor", "roles", "via", "kind", "review", "subject", "body", "previous_hash", "hash"),
        sa.CheckConstraint("sequence >= 1", name="act_sequence_from_1"),
        sa.CheckConstraint("via in ('page', 'rest', 'command', 'system')", name="act_via_is_known"),
    )
    op.create_index("act_by_actor", "act", ["actor", "sequence"])
    op.create_index("act_by_review", "act", ["review", "subject", "sequence"])
    op.create_table(
        "act_head",
        sa.Column("id", sa.Integer, primary_key=True),
        *filled(sa.Integer, "sequence"),
        *filled(sa.Text, "hash"),
        sa.CheckConstraint("id = 1", name="act_head_is_one"),
    )
    op.create_table(
        "evidence",
        *keys("digest"),
        *filled(sa.Integer, "size"),
        *filled(sa.LargeBinary, "content"),
    )


def create_reviews() -> None:
    """Reviews and their changes."""
    op.create_table(
        "review",
        *keys("key"),
        *filled(sa.Text, "system"),
        *filled(sa.Date, "effective_date"),
        *filled(sa.Text, "previous", "current", "state", "state_why", "evidence", "digest"),
        *filled(
            sa.Integer,
            "items",
            "to_decide",
            "undecided",
            "deleted_in_use",
            "deleted_undecided",
            "differences",
            "is_assessed",
        ),
        *filled(sa.Text, "blockers", "summary"),
        *filled(INSTANT, "opened_at"),
        *filled(sa.Integer, "version"),
        sa.CheckConstraint("undecided <= to_decide and to_decide <= items", name="review_counts_hold"),
        sa.CheckConstraint("is_assessed in (0, 1)", name="review_is_assessed_flag"),
        sa.CheckConstraint("state in ('draft', 'in_review', 'approved', 'returned')", name="review_state_is_known"),
    )
    op.create_table(
        "review_item",
        *keys("review", "subject"),
        *filled(sa.Text, "code", "record_kind", "kind"),
        *filled(sa.Integer, "kind_order"),
        *filled(sa.Text, "cause", "family", "title", "words", "classes"),
        sa.Column("priority", sa.Text),
        *filled(sa.Integer, "rank", "claims"),
        *filled(sa.BigInteger, "billed", "paid", "paid_order"),
        *filled(sa.Integer, "uses"),
        *filled(sa.Text, "use_owners"),
        *filled(sa.Integer, "is_named", "needs_decision"),
        *filled(sa.Text, "fingerprint"),
        sa.Column("action", sa.Text),
        *filled(sa.Text, "reason", "successors", "decided_by"),
        sa.Column("decided_at", INSTANT),
        *filled(sa.Text, "owner"),
        sa.Column("due_date", sa.Date),
        *filled(sa.Integer, "is_open", "version"),
        sa.CheckConstraint(
            "action in ('replace', 'retire', 'add', 'no_action', 'needs_policy')", name="review_item_action_is_known"
        ),
        sa.CheckConstraint("(action is null) = (decided_by = '')", name="review_item_decision_has_a_person"),
        sa.CheckConstraint("(action is null) = (decided_at is null)", name="review_item_decision_has_an_instant"),
        sa.CheckConstraint(
            "is_named in (0, 1) and needs_decision in (0, 1) and is_open in (0, 1)", name="review_item_flags"
        ),
        sa.CheckConstraint(
            "kind in ('new', 'reinstated', 'deleted', 'revised', 'added_and_ended', 'purged', 'new_header', "
            "'gone_header', 'revised_header')",
            name="review_item_kind_is_known",
        ),
        sa.CheckConstraint("rank between 0 and 5", name="review_item_rank_is_known"),
    )
    op.create_index("review_item_by_action", "review_item", ["review", "action", "subject"])
    op.create_index("review_item_by_code", "review_item", ["review", "code", "subject"])
    op.create_index(
        "review_item_by_family", "review_item", ["review", "family", "rank", "paid_order", "code", "subject"]
    )
    op.create_index(
        "review_item_by_kind", "review_item", ["review", "kind_order", "rank", "paid_order", "code", "subject"]
    )
    op.create_index(
        "review_item_by_open", "review_item", ["review", "is_open", "rank", "paid_order", "code", "subject"]
    )
    op.create_index("review_item_by_owner", "review_item", ["review", "owner", "rank", "paid_order", "code", "subject"])
    op.create_index("review_item_by_paid", "review_item", ["review", "paid", "subject"])
    op.create_index("review_item_by_priority", "review_item", ["review", "rank", "paid_order", "code", "subject"])
    op.create_index("review_item_by_version", "review_item", ["review", "version"])
    op.create_table(
        "review_item_detail",
        *keys("review", "subject"),
        *filled(sa.Text, "detail"),
        sa.ForeignKeyConstraint(
            ["review", "subject"], ["review_item.review", "review_item.subject"], name="review_item_detail_of_item"
        ),
    )


def create_work() -> None:
    """Tasks, training, readiness, signatures, overrides and views."""
    op.create_table(
        "review_task",
        *keys("review", "number"),
        *filled(sa.Text, "code", "what", "why", "owner"),
        *filled(sa.Date, "due_date"),
        *filled(sa.Text, "priority", "use", "department", "locations"),
        *filled(sa.Integer, "is_done"),
        *filled(sa.Text, "done_by"),
        sa.Column("done_at", INSTANT),
        *filled(sa.Text, "note"),
        *filled(sa.Integer, "version"),
        sa.CheckConstraint("is_done in (0, 1)", name="review_task_is_done_flag"),
    )
    op.create_index("review_task_by_due_date", "review_task", ["is_done", "due_date"])
    op.create_index("review_task_by_review", "review_task", ["review", "is_done", "due_date", "number", "owner"])
    op.create_table(
        "review_training",
        *keys("review", "subject", "department"),
        *filled(sa.Text, "code", "title", "aspects"),
        *filled(sa.Integer, "is_trained"),
        *filled(sa.Text, "trained_by"),
        sa.Column("trained_at", INSTANT),
        *filled(sa.Text, "note"),
        *filled(sa.Integer, "version"),
        sa.CheckConstraint("is_trained in (0, 1)", name="review_training_is_trained_flag"),
    )
    op.create_index(
        "review_training_by_department", "review_training", ["review", "is_trained", "department", "subject"]
    )
    op.create_table(
        "review_readiness",
        *keys("review", "payer", "code"),
        *filled(sa.Integer, "is_ready"),
        sa.Column("hold_until", sa.Date),
        *filled(sa.Text, "note", "said_by"),
        *filled(INSTANT, "said_at"),
        *filled(sa.Integer, "version"),
        sa.CheckConstraint("is_ready in (0, 1)", name="review_readiness_is_ready_flag"),
    )
    op.create_table(
        "review_signature",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *filled(sa.Text, "scope", "role", "signer"),
        *filled(INSTANT, "signed_at"),
        *filled(sa.Text, "digest", "statement"),
        sa.Column("void_at", INSTANT),
        *filled(sa.Text, "void_why"),
        sa.CheckConstraint("(void_at is null) = (void_why = '')", name="review_signature_void_has_a_why"),
    )
    op.create_index("review_signature_by_scope", "review_signature", ["scope", "sequence"])
    op.create_table(
        "review_override",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *filled(sa.Text, "review", "blocker", "what", "fingerprint", "reason", "overridden_by"),
        *filled(INSTANT, "overridden_at"),
        sa.CheckConstraint(
            "blocker in ('deleted_in_use', 'differences', 'not_assessed', 'source_reissued')",
            name="review_override_blocker_is_known",
        ),
        sa.CheckConstraint("reason <> ''", name="review_override_has_a_reason"),
    )
    op.create_index("review_override_by_review", "review_override", ["review", "sequence"])
    op.create_table(
        "saved_view",
        *keys("account", "name"),
        *filled(sa.Text, "query"),
        *filled(sa.Integer, "is_shared"),
        sa.CheckConstraint("is_shared in (0, 1)", name="saved_view_is_shared_flag"),
    )


def create_access() -> None:
    """Accounts, sessions and tokens."""
    op.create_table(
        "account",
        *keys("name"),
        *filled(sa.Text, "display_name", "roles", "teams"),
        *filled(sa.Integer, "is_active"),
        sa.Column("password_hash", sa.Text),
        *filled(INSTANT, "created_at"),
        sa.CheckConstraint("is_active in (0, 1)", name="account_is_active_flag"),
    )
    op.create_table(
        "session",
        *keys("digest"),
        sa.Column("account", sa.Text, sa.ForeignKey("account.name"), nullable=False),
        *filled(sa.Text, "csrf"),
        *filled(INSTANT, "created_at", "seen_at", "expires_at"),
    )
    op.create_index("session_by_account", "session", ["account"])
    op.create_table(
        "token",
        *keys("digest"),
        *filled(sa.Integer, "number"),
        sa.Column("account", sa.Text, sa.ForeignKey("account.name"), nullable=False),
        *filled(sa.Text, "label", "scopes"),
        *filled(INSTANT, "created_at"),
        sa.Column("expires_at", INSTANT),
        *filled(sa.Integer, "is_revoked"),
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("is_revoked in (0, 1)", name="token_is_revoked_flag"),
        sa.CheckConstraint("number >= 1", name="token_number_from_1"),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer, primary_key=True),
        *filled(sa.Text, "key"),
        *filled(INSTANT, "at"),
    )
    op.create_index("login_failure_by_key", "login_failure", ["key", "at"])
    op.create_table(
        "member",
        *keys("name"),
        *filled(sa.Text, "display_name", "roles", "teams"),
        *filled(sa.Integer, "is_active"),
        *filled(sa.Text, "password_digest"),
        *filled(INSTANT, "created_at"),
        sa.CheckConstraint("is_active in (0, 1)", name="member_is_active_flag"),
    )
    op.create_table(
        "token_grant",
        sa.Column("number", sa.Integer, primary_key=True),
        *filled(sa.Text, "account", "label", "scopes", "digest"),
        sa.Column("expires_at", INSTANT),
        *filled(sa.Integer, "is_revoked"),
        *filled(INSTANT, "created_at"),
        sa.CheckConstraint("is_revoked in (0, 1)", name="token_grant_is_revoked_flag"),
    )


def downgrade() -> None:
    """Drop them again."""
    tables = """
        token_grant member login_failure token session account saved_view review_override review_signature
        review_readiness review_training review_task review_item_detail review_item review evidence
        act_head act
    """
    for table in tables.split():
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_acts()")
