"""What the audit asks of the tables beyond the rows that acts give."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from schema.tables_acts import ACT_HEAD
from schema.tables_review import ITEM, ITEM_DETAIL


def list_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Where and what, for rows that addenda never leaves behind."""
    heads = connection.execute(select(ACT_HEAD.c.id)).scalars().all()
    if heads not in ([], [1]):
        yield "the head of the log", "it is not the one row that is written"
    lost = (
        select(func.count())
        .select_from(ITEM_DETAIL)
        .outerjoin(ITEM, (ITEM.c.review == ITEM_DETAIL.c.review) & (ITEM.c.subject == ITEM_DETAIL.c.subject))
        .where(ITEM.c.subject.is_(None))
    )
    count = connection.execute(lost).scalar_one()
    if count:
        yield "changes", f"{count:,} details belong to no change"
