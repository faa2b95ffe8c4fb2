"""What the one page of an update reads: everything in one transaction, and never more than the page shows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flows.review_issues import find_later_issue
from flows.web.update_page import Standing
from schema.acts import ActKind
from schema.changes import ChangeKind
from schema.review_query import ItemQuery
from schema.store.act_log import read_acts
from schema.store.review_reader import find_items, find_review, list_overrides, list_readiness, list_signatures
from schema.store.review_totals import count_open_owners, count_tasks, count_training, list_untrained

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_UNDECIDED = 20
MOST_UNTRAINED = 25
MOST_COMMENTS = 50
MOST_RECENT = 15
_UNDECIDED = ItemQuery(kinds=(ChangeKind.DELETED,), is_in_use=True, is_decided=False, page_size=2 * MOST_UNDECIDED)


def read_standing(connection: Connection, key: str, today: date) -> Standing:
    """Everything that the page of a review shows; raises ReviewNotFoundError."""
    review = find_review(connection, key)
    undecided = find_items(connection, key, _UNDECIDED).rows if review.deleted_undecided else ()
    return Standing(
        review=review,
        signatures=list_signatures(connection, key),
        overrides=list_overrides(connection, key),
        readiness=list_readiness(connection, key),
        undecided=[item for item in undecided if item.is_named][:MOST_UNDECIDED],
        open_owners=count_open_owners(connection, key),
        tasks=count_tasks(connection, today, key),
        training=count_training(connection, key),
        untrained=list_untrained(connection, key, MOST_UNTRAINED),
        comments=read_acts(connection, review=key, subject="", kinds=(ActKind.COMMENTED,), limit=MOST_COMMENTS),
        recent=read_acts(connection, review=key, limit=MOST_RECENT),
        later=find_later_issue(connection, review),
    )
