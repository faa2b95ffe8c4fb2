"""Which errors a second attempt may cure, and how long to wait for it."""

from __future__ import annotations

from schema.errors import (
    CertificateError,
    DiskError,
    FailedError,
    RedirectedError,
    RefusedError,
    ReportError,
    SourceError,
    StoreError,
)

# Seconds. A share that is being mounted or a database that restarts is back within a minute; a SQLite
# writer has waited two minutes for another before it gives up.
RETRY_DELAYS = (2.0, 10.0, 30.0)

# The downloader has tried as often as is polite before it raises one of these.
_OF_DOWNLOADS = (CertificateError, DiskError, FailedError, RedirectedError, RefusedError)


def is_curable(error: object) -> bool:
    """Whether a second attempt may succeed: a path or the database was out of reach, or another had locked it.

    What was read and refused stays refused, and a download has had its attempts.
    """
    if isinstance(error, _OF_DOWNLOADS):
        return False
    if isinstance(error, StoreError):
        # PEP 249: an OperationalError is not under the programmer's control. Each driver and SQLAlchemy
        # have a class of this name.
        return any(kind.__name__ == "OperationalError" for kind in type(error.__cause__).__mro__)
    return isinstance(error, SourceError | ReportError | OSError)
