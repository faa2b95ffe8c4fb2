"""On which days a code counted by our own tables, and which record of which release says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class CodeValidity:
    """One changed code: its first and last valid day (None: no such bound), and where that stands.

    `kind` is a `schema.changes.ChangeKind` by value. The digests are hex; a code that is absent from the
    release has no record.
    """

    system: str
    code: str
    kind: str
    first_date: date | None
    last_date: date | None
    release: str
    release_digest: str
    record_digest: str | None

    def is_valid(self, day: date) -> bool:
        """Whether the code counts on `day`; both bounds count."""
        return (self.first_date is None or self.first_date <= day) and (self.last_date is None or day <= self.last_date)


@dataclass(frozen=True, slots=True)
class Validity:
    """What the watched updates say of codes: the changed ones by (system, code), and by system the codes that
    are in force unchanged. A code in neither is unknown: nothing is said of it (CPT, say, is not held)."""

    codes: Mapping[tuple[str, str], CodeValidity]
    known: Mapping[str, Collection[str]] = field(default_factory=dict)

    def is_valid(self, system: str, code: str, day: date) -> bool | None:
        """Whether the code counts on `day`; None where our tables do not know it."""
        found = self.codes.get((system, code))
        if found is not None:
            return found.is_valid(day)
        return True if code in self.known.get(system, ()) else None

    def find_kind(self, system: str, code: str) -> str | None:
        """The kind of its change; None for a code that did not change."""
        found = self.codes.get((system, code))
        return None if found is None else found.kind
