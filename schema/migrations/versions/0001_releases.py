"""Releases, their records, lists and checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the first version."""
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.UniqueConstraint("system", "kind"),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("book_id", sa.Integer, sa.ForeignKey("book.id"), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("is_billable", sa.Integer),
        sa.Column("short_descriptor", sa.Text),
        sa.Column("long_descriptor", sa.Text),
        sa.Column("added_date", sa.Date),
        sa.Column("termination_date", sa.Date),
        sa.Column("details", sa.Text),
        sa.CheckConstraint("is_billable in (0, 1)", name="record_is_billable_flag"),
    )
    op.create_index("record_by_code", "record", ["book_id", "code", "digest"])
    op.create_table(
        "release",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("effective_date", sa.Date, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("codes", sa.Integer, nullable=False),
        sa.Column("headers", sa.Integer, nullable=False),
        sa.Column("modifiers", sa.Integer, nullable=False),
        sa.UniqueConstraint("system", "effective_date", "issue"),
        sa.CheckConstraint("issue >= 1", name="release_issue_from_1"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("release_id", "sha256", "name"),
    )
    op.create_table(
        "record_list",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("release_id", "kind", "digest"),
    )
    op.create_table(
        "run",
        sa.Column("list_id", sa.Integer, sa.ForeignKey("record_list.id"), primary_key=True),
        sa.Column("first_id", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.CheckConstraint("first_id <= last_id", name="run_is_not_empty"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release_id", sa.Integer, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_required", sa.Integer, nullable=False),
        sa.Column("is_passed", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("override_note", sa.Text),
        sa.UniqueConstraint("release_id", "name"),
        sa.CheckConstraint(
            "is_passed = 1 or (is_required = 0 and override_note is not null)", name="release_check_holds"
        ),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("release_check", "run", "record_list", "source", "release", "record", "book"):
        op.drop_table(table)
