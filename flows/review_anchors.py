"""Anchors: what the log of acts was at each sign-off, kept outside the database.

Who has all rights on the database can write the whole log anew, each hash of it right. Then the anchors no longer
fit, unless the file is changed too; and who copies the file to another machine needs to trust neither.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.review.replay import Finding
from schema.acts import Act, ActKind
from schema.errors import AuditError
from schema.records import canonical_json

if TYPE_CHECKING:
    from flows.settings import Settings

ANCHORS_NAME = "anchors.jsonl"
ANCHORED_KINDS = frozenset(
    {
        ActKind.SUBMITTED,
        ActKind.SIGNED,
        ActKind.RETURNED,
        ActKind.OVERRIDDEN,
        ActKind.REOPENED,
        ActKind.CLOSEOUT_SIGNED,
    }
)
"""Acts of sign-off: `keep_anchor` may be called for each."""
DEMANDED_KINDS = frozenset({ActKind.SIGNED, ActKind.CLOSEOUT_SIGNED})
"""Acts whose missing anchor is a finding."""
_REMEDY = "check the disk and the rights, then: addenda review audit --verify"


@dataclass(frozen=True, slots=True)
class Anchor:
    """That the act of that sequence had that hash."""

    sequence: int
    hash: str
    at: datetime


def anchors_file(settings: Settings) -> Path:
    """Where the anchors lie."""
    return settings.home / "review" / ANCHORS_NAME


def keep_anchor(settings: Settings, act: Act) -> None:
    """Note sequence, hash and time of a sign-off act outside the database, after it was written there.

    Raises AuditError when the file cannot be written: the act itself stands.
    """
    path = anchors_file(settings)
    line = canonical_json({"sequence": act.sequence, "hash": act.hash, "at": act.at.isoformat()}) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write((b"" if _ends_with_line(file.fileno()) else b"\n") + line.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AuditError(
            f"act {act.sequence} is written, but not noted in {ANCHORS_NAME}", error.strerror or str(error), _REMEDY
        ) from error


def _ends_with_line(file: int) -> bool:
    """Whether a new line can begin: a process that died may have left half of one."""
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def read_anchors(settings: Settings) -> tuple[list[Anchor], list[Finding]]:
    """The anchors in the order of the file, none without one, and the lines that are none. Raises AuditError."""
    try:
        lines = anchors_file(settings).read_bytes().splitlines()
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise AuditError(f"{ANCHORS_NAME} cannot be read", error.strerror or str(error), _REMEDY) from error
    anchors, findings = [], []
    for number, line in enumerate(lines, start=1):
        try:
            anchors.append(_parse(line))
        except (ValueError, TypeError, KeyError):
            findings.append(Finding(f"{ANCHORS_NAME} line {number}", "it is no anchor"))
    return anchors, findings


def _parse(line: bytes) -> Anchor:
    value = json.loads(line)
    sequence, digest, at = value["sequence"], value["hash"], datetime.fromisoformat(value["at"])
    if type(sequence) is not int or not isinstance(digest, str) or at.tzinfo is None:
        raise ValueError("no anchor")
    return Anchor(sequence, digest, at.astimezone(UTC))


def check_anchors(anchors: Iterable[Anchor], acts: Mapping[int, Act]) -> list[Finding]:
    """Every anchor whose act is not there, or is another one than it was."""
    findings = []
    for anchor in anchors:
        act = acts.get(anchor.sequence)
        if act is None:
            findings.append(Finding(f"act {anchor.sequence}", f"it is missing, and {ANCHORS_NAME} has its hash"))
        elif (act.hash, act.at) != (anchor.hash, anchor.at):
            findings.append(Finding(f"act {anchor.sequence}", f"it is not the one that {ANCHORS_NAME} noted"))
    return findings


def check_anchored(anchors: Iterable[Anchor], acts: Sequence[Act]) -> list[Finding]:
    """Every signature in the log that has no anchor."""
    noted = {anchor.sequence for anchor in anchors}
    return [
        Finding(f"act {act.sequence}", f"it is a signature, and {ANCHORS_NAME} of this home does not note it")
        for act in acts
        if act.kind in DEMANDED_KINDS and act.sequence not in noted
    ]
