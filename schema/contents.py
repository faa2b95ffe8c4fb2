"""What a loader makes of the files of one release, before the store has seen it; and its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from schema.records import RecordBlock, SupportingList
from schema.releases import ReleaseId


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was given: base name, sha256 of its bytes (hex), size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class CodeFile:
    """The file that holds the code list itself.

    `file` is the member name. `facts` are what the loader saw on the way and the checks need, for
    example `ends_with_newline`, `order_numbers_ok`, `year` (in the file's name) or `duplicates`.
    """

    system: str
    file: str
    blocks: tuple[RecordBlock, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(block) for block in self.blocks)

    @cached_property
    def digest(self) -> str:
        """The sha256 (hex) over the records' digests in file order: the identity of a code list,
        whatever packaging it came in."""
        return sha256(b"".join(b"".join(block.digests) for block in self.blocks)).hexdigest()


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """Everything read for one release. `code_file` is None when only supporting lists were given."""

    system: str
    effective_date: date
    sources: tuple[SourceFile, ...]
    code_file: CodeFile | None
    lists: tuple[SupportingList, ...]
    ignored: tuple[str, ...] = ()
    """Documents of a layout that no loader knows; documentation (PDF, read-me, layouts) is not named."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One named release check.

    A failed required check refuses the release. A failed advisory one does too, unless an operator
    overrides it with a note; `override` then holds the note and who wrote it.
    """

    name: str
    is_required: bool
    is_passed: bool
    message: str
    override: str | None = None

    @property
    def state(self) -> str:
        """`passed`, `failed` or `overridden`."""
        if self.is_passed:
            return "passed"
        return "overridden" if self.override else "failed"


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A list that is held for a release: kind, file, number of rows, facts."""

    kind: str
    file: str
    rows: int
    facts: Mapping[str, Any]
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """One release that is held.

    `codes` counts billable codes (ICD) or codes (HCPCS), `headers` ICD headers, `modifiers` HCPCS
    modifiers. `digest` is the sha256 over the content of the code list, the same whatever packaging
    it came in. `has_later_issue` is true when a newer issue of the same release is in force.
    """

    release_id: ReleaseId
    loaded_at: datetime
    digest: str
    codes: int
    headers: int
    modifiers: int
    file: str
    sources: Sequence[SourceFile]
    lists: Sequence[ListInfo]
    checks: Sequence[CheckResult]
    has_later_issue: bool
