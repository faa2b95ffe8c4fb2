"""What the pages ask about reviews: a page of the list of changes, tasks, signatures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection

from schema.review import Item, Override, Readiness, Review, SavedView, Signature, Task, TrainingMark
from schema.review_query import Facets, ItemPage, ItemQuery


def list_reviews(connection: Connection) -> list[Review]:
    """All reviews, the newest effective date first."""
    raise NotImplementedError


def find_review(connection: Connection, key: str) -> Review:
    """The review; raises ReviewNotFoundError."""
    raise NotImplementedError


def find_items(connection: Connection, key: str, query: ItemQuery) -> ItemPage:
    """One page of the changes that match."""
    raise NotImplementedError


def count_facets(connection: Connection, key: str) -> Facets:
    """Counts over all changes of a review."""
    raise NotImplementedError


def find_item(connection: Connection, key: str, subject: str) -> Item:
    """One change; raises ReviewNotFoundError."""
    raise NotImplementedError


def list_subjects(connection: Connection, key: str, query: ItemQuery) -> list[str]:
    """The subjects of every change that matches, in the list's order, whatever the page."""
    raise NotImplementedError


def neighbours(connection: Connection, key: str, query: ItemQuery, subject: str) -> tuple[str | None, str | None]:
    """The subjects before and after this one in the order of the list."""
    raise NotImplementedError


def list_tasks(
    connection: Connection,
    *,
    review: str | None = None,
    owners: Collection[str] | None = None,
    is_done: bool | None = None,
    due_before: date | None = None,
    limit: int = 1000,
) -> list[Task]:
    """Tasks that match, the earliest due first."""
    raise NotImplementedError


def list_training(connection: Connection, key: str) -> list[TrainingMark]:
    """By subject and department."""
    raise NotImplementedError


def list_readiness(connection: Connection, key: str) -> list[Readiness]:
    """By payer and code."""
    raise NotImplementedError


def list_signatures(connection: Connection, scope: str) -> list[Signature]:
    """Void ones too, the earliest first."""
    raise NotImplementedError


def list_overrides(connection: Connection, key: str) -> list[Override]:
    """The earliest first."""
    raise NotImplementedError


def list_views(connection: Connection, account: str) -> list[SavedView]:
    """The account's own views and those that others share."""
    raise NotImplementedError
