"""The rows of reviews in memory, worked out from the acts alone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flows.review.outcome import Outcome
from schema.access import Member, TokenGrant
from schema.changes import ChangeKind
from schema.errors import AuditError
from schema.review import Item, Override, Readiness, Review, Row, SavedView, Signature, Task, TrainingMark
from schema.standing import ItemCounts

RowKey = tuple[str | int, ...]
"""What tells a row from others of its table."""


def key_of(row: Row) -> RowKey:
    """The key of a row within its table."""
    match row:
        case Review():
            return (row.key,)
        case Item():
            return (row.review, row.subject)
        case Task():
            return (row.review, row.number)
        case TrainingMark():
            return (row.review, row.subject, row.department)
        case Readiness():
            return (row.review, row.payer, row.code)
        case Signature() | Override():
            return (row.sequence,)
        case SavedView():
            return (row.account, row.name)
        case Member():
            return (row.name,)
        case TokenGrant():
            return (row.number,)


def is_in_use(item: Item) -> bool:
    """Whether the change is a deleted code that a use names."""
    return item.kind is ChangeKind.DELETED and item.is_named


class Memory:
    """A `schema.standing.Standing` in memory. `read_evidence` gives a document by its digest, None without one."""

    def __init__(self, read_evidence: Callable[[str], bytes | None]) -> None:
        self._read_evidence = read_evidence
        self._reviews: dict[str, Review] = {}
        self._items: dict[str, dict[str, Item]] = {}
        self._tasks: dict[str, dict[str, Task]] = {}
        self._training: dict[str, dict[tuple[str, str], TrainingMark]] = {}
        self._readiness: dict[tuple[str, str, str], Readiness] = {}
        self._signatures: dict[str, dict[int, Signature]] = {}
        self._overrides: dict[str, dict[int, Override]] = {}
        self._views: dict[tuple[str, str], SavedView] = {}
        self._members: dict[str, Member] = {}
        self._grants: dict[int, TokenGrant] = {}

    def apply(self, outcome: Outcome) -> None:
        """Puts the rows in their places, and takes those away that are gone."""
        for row in outcome.rows:
            self._put(row)
        for row in outcome.removed:
            self._drop(row)

    def rows(self) -> Iterator[Row]:
        """Every row, table by table."""
        yield from self._reviews.values()
        for items in self._items.values():
            yield from items.values()
        for tasks in self._tasks.values():
            yield from tasks.values()
        for marks in self._training.values():
            yield from marks.values()
        yield from self._readiness.values()
        for signatures in self._signatures.values():
            yield from signatures.values()
        for overrides in self._overrides.values():
            yield from overrides.values()
        yield from self._views.values()
        yield from self._members.values()
        yield from self._grants.values()

    def reviews(self) -> Sequence[Review]:
        """Every review, by key."""
        return sorted(self._reviews.values(), key=lambda review: review.key)

    def scopes(self) -> Sequence[str]:
        """What was signed, reviews and close-outs."""
        return sorted(self._signatures)

    def _put(self, row: Row) -> None:
        match row:
            case Review():
                self._reviews[row.key] = row
            case Item():
                self._items.setdefault(row.review, {})[row.subject] = row
            case Task():
                self._tasks.setdefault(row.review, {})[row.number] = row
            case TrainingMark():
                self._training.setdefault(row.review, {})[row.subject, row.department] = row
            case Readiness():
                self._readiness[row.review, row.payer, row.code] = row
            case Signature():
                self._signatures.setdefault(row.scope, {})[row.sequence] = row
            case Override():
                self._overrides.setdefault(row.review, {})[row.sequence] = row
            case SavedView():
                self._views[row.account, row.name] = row
            case Member():
                self._members[row.name] = row
            case TokenGrant():
                self._grants[row.number] = row

    def _drop(self, row: Row) -> None:
        match row:
            case Item():
                self._items[row.review].pop(row.subject)
            case Task():
                self._tasks[row.review].pop(row.number)
            case TrainingMark():
                self._training[row.review].pop((row.subject, row.department))
            case SavedView():
                self._views.pop((row.account, row.name))
            case _:
                raise AuditError(f"a {type(row).__name__} was removed", "no act removes one")

    def review(self, key: str) -> Review | None:
        """The review of a release."""
        return self._reviews.get(key)

    def items(self, review: str) -> Sequence[Item]:
        """Every change of it, by subject."""
        return sorted(self._items.get(review, {}).values(), key=lambda item: item.subject)

    def decided(self, review: str) -> Sequence[Item]:
        """Those with an action, by subject."""
        return [item for item in self.items(review) if item.action is not None]

    def undecided_deleted(self, review: str) -> Sequence[Item]:
        """Deleted codes that a use names and that have no decision, by subject."""
        return [item for item in self.items(review) if is_in_use(item) and item.action is None]

    def counts(self, review: str) -> ItemCounts:
        """Counts over the items."""
        items = self._items.get(review, {}).values()
        needing = [item for item in items if item.needs_decision]
        deleted = [item for item in items if is_in_use(item)]
        return ItemCounts(
            items=len(items),
            to_decide=len(needing),
            undecided=sum(item.action is None for item in needing),
            deleted_in_use=len(deleted),
            deleted_undecided=sum(item.action is None for item in deleted),
        )

    def item(self, review: str, subject: str) -> Item | None:
        """One change."""
        return self._items.get(review, {}).get(subject)

    def tasks(self, review: str) -> Sequence[Task]:
        """By number."""
        return sorted(self._tasks.get(review, {}).values(), key=lambda task: task.number)

    def task(self, review: str, number: str) -> Task | None:
        """One task."""
        return self._tasks.get(review, {}).get(number)

    def training(self, review: str) -> Sequence[TrainingMark]:
        """By subject and department."""
        marks = self._training.get(review, {})
        return [marks[key] for key in sorted(marks)]

    def training_mark(self, review: str, subject: str, department: str) -> TrainingMark | None:
        """One of them."""
        return self._training.get(review, {}).get((subject, department))

    def readiness(self, review: str, payer: str, code: str) -> Readiness | None:
        """What was said of one payer and code."""
        return self._readiness.get((review, payer, code))

    def signatures(self, scope: str) -> Sequence[Signature]:
        """Void ones too, the earliest first."""
        signatures = self._signatures.get(scope, {})
        return [signatures[sequence] for sequence in sorted(signatures)]

    def overrides(self, review: str) -> Sequence[Override]:
        """The earliest first."""
        overrides = self._overrides.get(review, {})
        return [overrides[sequence] for sequence in sorted(overrides)]

    def view(self, account: str, name: str) -> SavedView | None:
        """A saved view."""
        return self._views.get((account, name))

    def member(self, name: str) -> Member | None:
        """An account."""
        return self._members.get(name)

    def grant(self, number: int) -> TokenGrant | None:
        """A token."""
        return self._grants.get(number)

    def evidence(self, digest: str) -> bytes | None:
        """The evidence document of that digest, from where it is kept."""
        return self._read_evidence(digest)
