"""A person's acceptance of a licence, as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from schema.errors import UsageError, shorten_value

_KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Licence:
    """Who accepted which licence (`ama`, `ada`, `aha`, …), when, and what they wrote about it."""

    kind: str
    who: str
    accepted_at: datetime
    note: str


def normalise_kind(kind: str) -> str:
    """The kind in lower case without blanks; raises UsageError when it cannot name a licence."""
    found = kind.strip().lower()
    if not _KIND.fullmatch(found):
        raise UsageError(f"no such licence {shorten_value(kind)!r}", "", "name its kind, for example ama")
    return found


def write_licence(kind: str, who: str, when: datetime, note: str) -> tuple[bytes, Licence]:
    """The acceptance as JSON and as a value; raises UsageError when something is missing."""
    person = " ".join(who.split())
    if not person:
        raise UsageError("nobody accepts the licence", "", "give the name of the person who does")
    if when.tzinfo is None:
        raise UsageError("the acceptance has no time zone", "", "give an instant in UTC")
    licence = Licence(normalise_kind(kind), person, when.astimezone(UTC), note)
    values: dict[str, Any] = asdict(licence) | {"accepted_at": licence.accepted_at.isoformat()}
    return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode(), licence


def read_licence(data: bytes) -> Licence:
    """The acceptance that `write_licence` wrote; raises ValueError for anything else."""
    values = json.loads(data)
    try:
        licence = Licence(**{**values, "accepted_at": datetime.fromisoformat(values["accepted_at"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"it lacks or misspells a field: {error}") from error
    if not all(isinstance(value, str) for value in (licence.kind, licence.who, licence.note)):
        raise ValueError("a field is no text")
    return licence


def name_licence(licence: Licence, data: bytes) -> str:
    """The file name of an acceptance: which, when, and its digest."""
    return f"{licence.kind}.{licence.accepted_at:%Y%m%dT%H%M%SZ}.{sha256(data).hexdigest()[:16]}.json"
