"""The log of acts in the store: appended in one chain, read in parts, never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from schema.access import Actor, Role, Via
from schema.acts import ACCESS_KINDS, FIRST_HASH, Act, ActKind, hash_act
from schema.errors import AuditError, UsageError
from schema.records import canonical_json
from schema.store.values import LARGEST_NUMBER, is_storable, to_utc
from schema.tables_acts import ACT, ACT_HEAD

_HEAD = 1
# Some 60 MB of acts with long bodies: the audit goes through millions without holding them.
_ACTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class ActDraft:
    """An act before it has its place in the log. `review` and `subject` are "" where it is about none."""

    actor: Actor
    kind: ActKind
    review: str
    subject: str
    body: Mapping[str, Any]


def append_acts(connection: Connection, drafts: Iterable[ActDraft], at: datetime) -> list[Act]:
    """Put the acts at the end of the log, inside `writing`; they come back with sequence and hash.

    A body comes back as JSON gives it back. Raises UsageError when a text cannot be stored, AuditError when the log
    does not end where its head says: nothing is put after acts that are missing or were slipped in.
    """
    instant = to_utc(at)
    sequence, digest = read_head(connection)
    _check_end(connection, sequence, digest)
    acts = []
    for draft in drafts:
        act = _build_act(draft, sequence + 1, instant, digest)
        sequence, digest = act.sequence, act.hash
        acts.append(act)
    if not acts:
        return []
    connection.execute(insert(ACT), [_describe_act(act) for act in acts])
    if acts[0].sequence == 1:
        connection.execute(insert(ACT_HEAD).values(id=_HEAD, sequence=sequence, hash=digest))
    else:
        connection.execute(update(ACT_HEAD).where(ACT_HEAD.c.id == _HEAD).values(sequence=sequence, hash=digest))
    return acts


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
    """At most `limit` acts that match, with `after` < sequence < `before`.

    Without `has_access` the acts about accounts (`schema.acts.ACCESS_KINDS`) are left out. An empty `kinds` matches
    nothing. Raises AuditError when one cannot be read.
    """
    query = select(ACT)
    for column, wanted in ((ACT.c.review, review), (ACT.c.subject, subject), (ACT.c.actor, actor)):
        if wanted is not None:
            if not is_storable(wanted):
                return []
            query = query.where(column == wanted)
    if kinds is not None:
        query = query.where(ACT.c.kind.in_(sorted(kinds)))
    if not has_access:
        query = query.where(ACT.c.kind.not_in(sorted(ACCESS_KINDS)))
    if after > 0:
        query = query.where(ACT.c.sequence > min(after, LARGEST_NUMBER))
    if before is not None and before <= LARGEST_NUMBER:
        query = query.where(ACT.c.sequence < max(before, 0))
    query = query.order_by(ACT.c.sequence.desc() if is_newest_first else ACT.c.sequence)
    try:
        return [_read_act(row) for row in connection.execute(query.limit(max(0, min(limit, LARGEST_NUMBER))))]
    except (TypeError, ValueError) as error:
        raise _name_fault(error) from error


def iterate_acts(connection: Connection) -> Iterator[Act]:
    """Every act, the first one first; raises AuditError at one that cannot be read."""
    last = None
    while True:
        query = select(ACT).order_by(ACT.c.sequence).limit(_ACTS_AT_ONCE)
        if last is not None:
            query = query.where(ACT.c.sequence > last)
        try:
            acts = [_read_act(row) for row in connection.execute(query)]
        except (TypeError, ValueError) as error:
            raise _name_fault(error) from error
        yield from acts
        if len(acts) < _ACTS_AT_ONCE:
            return
        last = acts[-1].sequence


def read_head(connection: Connection) -> tuple[int, str]:
    """Sequence and hash of the last act, as they are kept beside the log; 0 and `FIRST_HASH` before the first one."""
    row = connection.execute(select(ACT_HEAD.c.sequence, ACT_HEAD.c.hash)).first()
    return (row.sequence, row.hash) if row else (0, FIRST_HASH)


def _check_end(connection: Connection, sequence: int, digest: str) -> None:
    last = connection.execute(select(ACT.c.sequence, ACT.c.hash).order_by(ACT.c.sequence.desc()).limit(1)).first()
    if ((last.sequence, last.hash) if last else (0, FIRST_HASH)) != (sequence, digest):
        raise AuditError(
            "nothing can be added to the log of acts",
            f"it should end with act {sequence} and ends with {last.sequence if last else 0}",
            "run: addenda review audit --verify",
        )


def _build_act(draft: ActDraft, sequence: int, at: datetime, previous_hash: str) -> Act:
    body = canonical_json(draft.body)
    if not all(map(is_storable, (draft.actor.name, draft.review, draft.subject, body))):
        raise UsageError(
            f"cannot write down the act {draft.kind.value}", "a text holds characters that no database takes", ""
        )
    act = Act(
        sequence=sequence,
        at=at,
        actor=draft.actor.name,
        roles=tuple(sorted(draft.actor.roles)),
        via=draft.actor.via,
        kind=draft.kind,
        review=draft.review,
        subject=draft.subject,
        body=json.loads(body),
        previous_hash=previous_hash,
        hash="",
    )
    return replace(act, hash=hash_act(act))


def _describe_act(act: Act) -> dict[str, Any]:
    return {
        "sequence": act.sequence,
        "at": act.at,
        "actor": act.actor,
        "roles": canonical_json([role.value for role in act.roles]),
        "via": act.via.value,
        "kind": act.kind.value,
        "review": act.review,
        "subject": act.subject,
        "body": canonical_json(act.body),
        "previous_hash": act.previous_hash,
        "hash": act.hash,
    }


def _read_act(row: Row[Any]) -> Act:
    roles = json.loads(row.roles)
    body = json.loads(row.body)
    # Another spelling of the same JSON would have the same hash: the very text is looked at.
    if canonical_json(roles) != row.roles or canonical_json(body) != row.body or not isinstance(body, dict):
        raise ValueError(f"act {row.sequence} is not spelled as it was written")
    return Act(
        sequence=row.sequence,
        at=row.at.astimezone(UTC),
        actor=row.actor,
        roles=tuple(Role(role) for role in roles),
        via=Via(row.via),
        kind=ActKind(row.kind),
        review=row.review,
        subject=row.subject,
        body=body,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def _name_fault(error: Exception) -> AuditError:
    return AuditError("the log of acts cannot be read", str(error), "run: addenda review audit --verify")
