"""The log of acts in the store: appended in one chain, read in parts, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from schema.access import Actor
from schema.acts import Act, ActKind


@dataclass(frozen=True, slots=True)
class ActDraft:
    """An act before it has its place in the log. `review` and `subject` are "" where it is about none."""

    actor: Actor
    kind: ActKind
    review: str
    subject: str
    body: Mapping[str, Any]


def append_acts(connection: Connection, drafts: Iterable[ActDraft], at: datetime) -> list[Act]:
    """Put the acts at the end of the log, inside `writing`; they come back with sequence and hash."""
    raise NotImplementedError


def read_acts(
    connection: Connection,
    *,
    review: str | None = None,
    subject: str | None = None,
    kinds: Collection[ActKind] | None = None,
    actor: str | None = None,
    after: int = 0,
    before: int | None = None,
    limit: int = 200,
    is_newest_first: bool = True,
    has_access: bool = True,
) -> list[Act]:
    """At most `limit` acts that match, with `after` < sequence < `before`."""
    raise NotImplementedError


def iterate_acts(connection: Connection) -> Iterator[Act]:
    """Every act, the first one first."""
    raise NotImplementedError


def read_head(connection: Connection) -> tuple[int, str]:
    """Sequence and hash of the last act; 0 and `FIRST_HASH` for an empty log."""
    raise NotImplementedError
