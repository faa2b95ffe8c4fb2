"""Counts of a whole review, kept from page to page, and of each filter until an act makes the next version."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from schema.review import Review
from schema.review_query import Facets, ItemQuery
from schema.store.review_items import Counted, count_items
from schema.store.review_tally import Counting, Tally

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Reviews that people work on at the same time are few, and so are the filters of one version.
_MOST_REVIEWS = 32
_MOST_FILTERS = 256


@dataclass(slots=True)
class _Kept:
    """What is known of one review. Evidence that is another makes it another one: changes may have been taken out."""

    identity: tuple[str, datetime]
    lock: Lock = field(default_factory=Lock)
    counting: Counting = field(default_factory=Counting)
    tally: Tally | None = None
    filters: OrderedDict[ItemQuery, Counted] = field(default_factory=OrderedDict)


_lock = Lock()
_kept: WeakKeyDictionary[Engine, OrderedDict[str, _Kept]] = WeakKeyDictionary()


def read_facets(connection: Connection, review: Review) -> Facets:
    """The counts that the choices of the filter show."""
    return read_tally(connection, review).facets


def read_tally(connection: Connection, review: Review) -> Tally:
    """The counts of the review as it is in this read transaction."""
    kept = _find(connection.engine, review)
    with kept.lock:
        return _catch_up(connection, review, kept)


def read_count(connection: Connection, review: Review, query: ItemQuery) -> Counted:
    """What `count_items` says of the review as it is in this read transaction; counted once for each version."""
    wanted = replace(query, page=1, page_size=1, sort=ItemQuery().sort, is_descending=False)
    kept = _find(connection.engine, review)
    with kept.lock:
        tally = _catch_up(connection, review, kept)
        is_newest = kept.counting.version == review.version
        known = kept.filters.get(wanted) if is_newest else None
    if known is not None:
        return known
    if replace(wanted, group=None) == ItemQuery(page_size=1) and (query.group is None or query.group in tally.groups):
        return tally.total, tally.groups[query.group] if query.group else ()
    counted = count_items(connection, review.key, query)
    with kept.lock:
        if kept.counting.version == review.version:
            kept.filters[wanted] = counted
            if len(kept.filters) > _MOST_FILTERS:
                kept.filters.popitem(last=False)
    return counted


def _find(engine: Engine, review: Review) -> _Kept:
    identity = (review.evidence, review.opened_at)
    with _lock:
        reviews = _kept.setdefault(engine, OrderedDict())
        kept = reviews.get(review.key)
        if kept is None or kept.identity != identity:
            kept = reviews[review.key] = _Kept(identity)
        reviews.move_to_end(review.key)
        if len(reviews) > _MOST_REVIEWS:
            reviews.popitem(last=False)
    return kept


def _catch_up(connection: Connection, review: Review, kept: _Kept) -> Tally:
    if kept.counting.version > review.version:
        # A transaction that began before the one which counted last: what it sees is past.
        return _count_anew(connection, review).tally()
    if kept.tally is None or kept.counting.version < review.version:
        kept.counting.catch_up(connection, review.key, review.version)
        if len(kept.counting) != review.items:
            kept.counting = _count_anew(connection, review)
        kept.tally = kept.counting.tally()
        kept.filters.clear()
    return kept.tally


def _count_anew(connection: Connection, review: Review) -> Counting:
    counting = Counting()
    counting.catch_up(connection, review.key, review.version)
    return counting
