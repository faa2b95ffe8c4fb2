"""Whether the store holds a later issue of what a review was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.releases import ReleaseId, parse_release
from schema.review import Review
from schema.store import reader

if TYPE_CHECKING:
    from sqlalchemy import Connection


def find_later_issue(connection: Connection, review: Review) -> ReleaseId | None:
    """The latest issue held of the release under review, or of the one it is compared with, where that is not the
    one reviewed; None where both are the latest."""
    for side in (review.current, review.previous):
        ref = parse_release(review.system, side)
        issues = reader.find_issues(connection, type(ref)(ref.system, ref.effective_date))
        if issues and issues[-1].release_id.issue > (ref.issue or 1):
            return issues[-1].release_id
    return None
