"""Counts of a whole review, kept until an act makes the next version of it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from schema.review import Review
from schema.review_query import Facets
from schema.store.review_items import count_facets

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Reviews that people work on at the same time are few.
_MOST_REVIEWS = 32

_lock = Lock()
_kept: WeakKeyDictionary[Engine, dict[str, tuple[int, str, Facets]]] = WeakKeyDictionary()


def read_facets(connection: Connection, review: Review) -> Facets:
    """The counts of the review as it is in this read transaction; counted once for each version of it.

    A review that was made anew (another database under the same engine does not occur) has another digest.
    """
    with _lock:
        reviews = _kept.setdefault(connection.engine, {})
        known = reviews.get(review.key)
    if known is not None and known[:2] == (review.version, review.digest):
        return known[2]
    facets = count_facets(connection, review.key)
    with _lock:
        if len(reviews) >= _MOST_REVIEWS and review.key not in reviews:
            reviews.clear()
        reviews[review.key] = (review.version, review.digest, facets)
    return facets
