"""Who sits behind a session, and what the pages stand on at that moment: asked with every request, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from schema.access import Account, Session
from schema.acts import FIRST_HASH
from schema.errors import AuditError
from schema.store.prepared import Prepared, Row
from schema.store.values import decode_value, is_storable
from schema.tables import RECORD_LIST, RELEASE
from schema.tables_access import ACCOUNT, SESSION
from schema.tables_acts import ACT_HEAD

if TYPE_CHECKING:
    from sqlalchemy import Engine

_OF_ACCOUNT = "of_account_"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the pages of reviews follow from, and nothing else: the end of the log of acts, and the newest release and
    list of one. Both only grow, so equal grounds give equal pages."""

    sequence: int = 0
    hash: str = FIRST_HASH
    release: int = 0
    record_list: int = 0


@dataclass(frozen=True, slots=True)
class Seat:
    """A session, also when it has ended by time, its account, also when it is disabled, and the ground."""

    session: Session
    account: Account
    ground: Ground


def _newest(column: Any, name: str) -> Any:
    return select(func.max(column)).scalar_subquery().label(name)


_GROUND = (
    select(ACT_HEAD.c.sequence).scalar_subquery().label("ground_sequence"),
    select(ACT_HEAD.c.hash).scalar_subquery().label("ground_hash"),
    _newest(RELEASE.c.id, "ground_release"),
    _newest(RECORD_LIST.c.id, "ground_record_list"),
)
_READ_GROUND = Prepared(select(*_GROUND))
_READ_SEAT = Prepared(
    select(*SESSION.c, *(column.label(_OF_ACCOUNT + column.name) for column in ACCOUNT.c), *_GROUND)
    .join_from(SESSION, ACCOUNT, ACCOUNT.c.name == SESSION.c.account)
    .where(SESSION.c.digest == bindparam("digest"))
)


def read_seat(engine: Engine, digest: str) -> Seat | None:
    """The seat of the session of that digest. Raises StoreError, and AuditError for rows that addenda never wrote."""
    if not is_storable(digest):
        return None
    try:
        rows = _READ_SEAT.fetch_alone(engine, digest=digest)
    except ValueError as error:
        raise AuditError("a stored Session cannot be read", str(error), "see the audit") from error
    if not rows:
        return None
    row = rows[0]
    account = {name.removeprefix(_OF_ACCOUNT): row[name] for name in row if name.startswith(_OF_ACCOUNT)}
    return Seat(decode_value(Session, row), decode_value(Account, account), _read(row))


def read_ground(engine: Engine) -> Ground:
    """The ground as it is now. Raises StoreError."""
    return _read(_READ_GROUND.fetch_alone(engine)[0])


def _read(row: Row) -> Ground:
    return Ground(
        row["ground_sequence"] or 0,
        row["ground_hash"] or FIRST_HASH,
        row["ground_release"] or 0,
        row["ground_record_list"] or 0,
    )
