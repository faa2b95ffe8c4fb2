"""What the one page of an update reads: everything in one transaction, and never more than the page shows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flows.review_issues import find_later_issue
from flows.web.facet_cache import read_tally
from flows.web.update_page import Standing
from schema.acts import ActKind
from schema.store.act_log import read_acts
from schema.store.review_reader import find_review, list_overrides, list_readiness, list_signatures
from schema.store.review_totals import count_tasks, count_training, list_undecided, list_untrained

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_UNDECIDED = 20
MOST_UNTRAINED = 25
MOST_COMMENTS = 50
MOST_RECENT = 15


def read_standing(connection: Connection, key: str, today: date) -> Standing:
    """Everything that the page of a review shows; raises ReviewNotFoundError."""
    review = find_review(connection, key)
    return Standing(
        review=review,
        signatures=list_signatures(connection, key),
        overrides=list_overrides(connection, key),
        readiness=list_readiness(connection, key),
        undecided=list_undecided(connection, key, MOST_UNDECIDED) if review.deleted_undecided else (),
        open_owners=read_tally(connection, review).open_owners,
        tasks=count_tasks(connection, today, key),
        training=count_training(connection, key),
        untrained=list_untrained(connection, key, MOST_UNTRAINED),
        comments=read_acts(connection, review=key, subject="", kinds=(ActKind.COMMENTED,), limit=MOST_COMMENTS),
        recent=read_acts(connection, review=key, limit=MOST_RECENT),
        later=find_later_issue(connection, review),
    )
