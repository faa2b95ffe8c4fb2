"""What the rows of reviews say now, whether they lie in tables or are worked out in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schema.access import Member, TokenGrant
from schema.review import Item, Override, Readiness, Review, SavedView, Signature, Task, TrainingMark


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """Counts over the items of one review; see the fields of `schema.review.Review`."""

    items: int
    to_decide: int
    undecided: int
    deleted_in_use: int
    deleted_undecided: int


class Standing(Protocol):
    """Reads the rows that earlier acts left. What is not there is None, or empty. Sequences are sorted by their key."""

    def review(self, key: str) -> Review | None:
        """The review of a release."""

    def items(self, review: str) -> Sequence[Item]:
        """Every change of it, by subject."""

    def decided(self, review: str) -> Sequence[Item]:
        """Those with an action, by subject; the store leaves their detail empty."""

    def undecided_deleted(self, review: str) -> Sequence[Item]:
        """Deleted codes that a use names and that have no decision, by subject; the store leaves their detail empty."""

    def counts(self, review: str) -> ItemCounts:
        """Counts over the items."""

    def item(self, review: str, subject: str) -> Item | None:
        """One change."""

    def tasks(self, review: str) -> Sequence[Task]:
        """By number."""

    def task(self, review: str, number: str) -> Task | None:
        """One task."""

    def training(self, review: str) -> Sequence[TrainingMark]:
        """By subject and department."""

    def training_mark(self, review: str, subject: str, department: str) -> TrainingMark | None:
        """One of them."""

    def readiness(self, review: str, payer: str, code: str) -> Readiness | None:
        """What was said of one payer and code."""

    def signatures(self, scope: str) -> Sequence[Signature]:
        """Void ones too, the earliest first. `scope` is a review's key or that of a close-out."""

    def overrides(self, review: str) -> Sequence[Override]:
        """The earliest first."""

    def view(self, account: str, name: str) -> SavedView | None:
        """A saved view."""

    def member(self, name: str) -> Member | None:
        """An account."""

    def grant(self, number: int) -> TokenGrant | None:
        """A token."""

    def evidence(self, digest: str) -> bytes | None:
        """The evidence document of that digest."""
