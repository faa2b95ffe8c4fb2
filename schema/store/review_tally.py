"""Counts over all changes of a review, kept up by what the acts changed: nobody counts thousands for one decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from schema.changes import ChangeKind
from schema.impact import Priority
from schema.review import Action
from schema.review_query import Facets, ItemGroup
from schema.store.prepared import Prepared
from schema.tables_review import ITEM

if TYPE_CHECKING:
    from sqlalchemy import Connection


class _Traits(NamedTuple):
    """What of a change is counted."""

    kind: str
    priority: str
    classes: str
    action: str
    owner: str
    use_owners: str
    is_open: int


_READ = Prepared(
    select(
        ITEM.c.subject,
        ITEM.c.version,
        *(ITEM.c[name] for name in _Traits._fields),
    ).where(ITEM.c.review == bindparam("key"), ITEM.c.version > bindparam("after"))
)
_ORDERS: dict[ItemGroup, tuple[str, list[str]]] = {
    ItemGroup.KIND: ("kinds", [kind.value for kind in ChangeKind]),
    ItemGroup.PRIORITY: ("priorities", [*(priority.value for priority in Priority), ""]),
    ItemGroup.ACTION: ("actions", ["", *(action.value for action in Action)]),
}
# Lists of classes and owners that differ are few.
_MOST_TEXTS = 10_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over all changes of one version of a review. `open_owners` are (owner, open changes), as
    `review_totals.count_open_owners` gives them; `groups` the counts of each group but those whose order is the
    database's own (owner, family)."""

    total: int
    facets: Facets
    open_owners: tuple[tuple[str, int], ...]
    groups: dict[ItemGroup, tuple[tuple[str, int], ...]]


class Counting:
    """The changes of one review as they were counted last."""

    def __init__(self) -> None:
        self.version = 0
        self._known: dict[str, _Traits] = {}
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _VALUES}

    def __len__(self) -> int:
        return len(self._known)

    def catch_up(self, connection: Connection, key: str, version: int) -> None:
        """Counts what the acts up to `version` changed, which is that of the review in this transaction. Changes that
        were taken out of the review are not missed by it: begin anew when the evidence is another."""
        for row in _READ.fetch(connection, key=key, after=self.version):
            now = _Traits._make("" if row[name] is None else row[name] for name in _Traits._fields)
            before = self._known.get(row["subject"])
            if before is not None:
                self._count(before, -1)
            self._count(now, 1)
            self._known[row["subject"]] = now
        self.version = version

    def tally(self) -> Tally:
        """The counts."""
        found = {name: dict(sorted((+counts).items())) for name, counts in self._counts.items()}
        return Tally(
            len(self._known),
            Facets(**{name: found[name] for name in ("kinds", "priorities", "classes", "actions", "owners")}),
            tuple(found["open_owners"].items()),
            {
                group: tuple((value, found[name][value]) for value in order if value in found[name])
                for group, (name, order) in _ORDERS.items()
            },
        )

    def _count(self, traits: _Traits, one: int) -> None:
        for name, values_of in _VALUES.items():
            for value in values_of(traits):
                self._counts[name][value] += one


def _open_owners(one: _Traits) -> Iterable[str]:
    if not one.is_open:
        return ()
    return (one.owner,) if one.owner else _texts(one.use_owners) or ("",)


def _owners(one: _Traits) -> Iterable[str]:
    # An owner of a use to whom the change is assigned as well counts once.
    return {*_texts(one.use_owners), one.owner} if one.owner else _texts(one.use_owners)


@lru_cache(_MOST_TEXTS)
def _texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


_VALUES: dict[str, Callable[[_Traits], Iterable[str]]] = {
    "kinds": lambda one: (one.kind,),
    "priorities": lambda one: (one.priority,),
    "classes": lambda one: _texts(one.classes),
    "actions": lambda one: (one.action,),
    "owners": _owners,
    "open_owners": _open_owners,
}
