"""What a second attempt may cure, and what it may not."""

from __future__ import annotations

import sqlite3

import psycopg.errors
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from flows.retries import is_curable
from schema.errors import (
    ArchiveError,
    CertificateError,
    CheckError,
    DiskError,
    FailedError,
    LayoutError,
    RecordError,
    RedirectedError,
    RefusedError,
    ReleaseNotFoundError,
    ReportError,
    SourceError,
    StoreError,
    UsageError,
)


def caused_by(cause: Exception) -> StoreError:
    error = StoreError("the database cannot be read")
    error.__cause__ = cause
    return error


LOCKED = sqlite3.OperationalError("database is locked")


@pytest.mark.parametrize(
    "error",
    [
        SourceError("file cannot be read"),
        ReportError("the report cannot be written"),
        TimeoutError(),
        caused_by(LOCKED),
        caused_by(OperationalError("SELECT 1", None, LOCKED)),
        caused_by(psycopg.errors.SerializationFailure()),
    ],
)
def test_what_was_out_of_reach_or_busy_is_tried_again(error: Exception) -> None:
    assert is_curable(error)


@pytest.mark.parametrize(
    "error",
    [
        *(kind("refused") for kind in (ArchiveError, LayoutError, RecordError, CheckError, UsageError)),
        *(ReleaseNotFoundError("no such release is held"), StoreError("held with other content"), KeyError("code")),
        caused_by(IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed"))),
    ],
)
def test_what_was_refused_stays_refused(error: Exception) -> None:
    assert not is_curable(error)


@pytest.mark.parametrize("kind", [CertificateError, DiskError, FailedError, RedirectedError, RefusedError])
def test_a_download_has_had_its_attempts(kind: type[SourceError]) -> None:
    assert not is_curable(kind("no attempt brought the file"))
