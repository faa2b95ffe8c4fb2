"""Evidence documents: kept compressed, once for each distinct content, under the digest of their bytes."""

from __future__ import annotations

from sqlalchemy import Connection


def save_evidence(connection: Connection, data: bytes) -> str:
    """Keep the document, inside `writing`; the sha256 (hex) of its bytes comes back."""
    raise NotImplementedError


def read_evidence(connection: Connection, digest: str) -> bytes:
    """The document; raises ReviewNotFoundError, or AuditError when its bytes are not what the digest says."""
    raise NotImplementedError
