"""Evidence documents: kept compressed, once for each distinct content, under the digest of their bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from schema.errors import AuditError, ReviewNotFoundError
from schema.store.values import is_storable
from schema.tables_acts import EVIDENCE

_REMEDY = "run: addenda review audit --verify"


def save_evidence(connection: Connection, data: bytes) -> str:
    """Keep the document, inside `writing`; the sha256 (hex) of its bytes comes back. Once is enough, twice harmless."""
    digest = sha256(data).hexdigest()
    query = select(EVIDENCE.c.digest).where(EVIDENCE.c.digest == digest)
    if connection.execute(query).first() is None:
        connection.execute(insert(EVIDENCE).values(digest=digest, size=len(data), content=zlib.compress(data)))
    return digest


def read_evidence(connection: Connection, digest: str) -> bytes:
    """The document; raises ReviewNotFoundError, or AuditError when its bytes are not what the digest says."""
    row = None
    if is_storable(digest):
        query = select(EVIDENCE.c.size, EVIDENCE.c.content).where(EVIDENCE.c.digest == digest)
        row = connection.execute(query).first()
    if row is None:
        raise ReviewNotFoundError("no such evidence", "no document of that digest is held", "refresh the review")
    try:
        # Bytes that were put in its place may grow without end: no more is unpacked than was packed.
        packed = zlib.decompressobj()
        data = packed.decompress(row.content, max(row.size, 0) + 1)
    except (zlib.error, TypeError) as error:
        raise AuditError(f"evidence {digest} cannot be unpacked", str(error), _REMEDY) from error
    is_whole = packed.eof and not packed.unused_data and len(data) == row.size
    if not is_whole or sha256(data).hexdigest() != digest:
        raise AuditError(f"evidence {digest} is not what was kept", "its bytes have another digest", _REMEDY)
    return data


def list_evidence(connection: Connection) -> Iterator[str]:
    """The digests of all documents held, sorted."""
    yield from connection.execute(select(EVIDENCE.c.digest).order_by(EVIDENCE.c.digest)).scalars()
