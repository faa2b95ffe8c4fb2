"""The report as one value: everything that HTML, workbook and JSON show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows.report import wording
from flows.report.word_marks import Segments
from schema.changes import Change, ChangeKind, Difference, FieldChange, FieldClass, UpdateResult
from schema.families import Family
from schema.records import RecordKind
from schema.releases import ReleaseId

if TYPE_CHECKING:
    from flows.report.impact_model import ImpactView


@dataclass(frozen=True, slots=True)
class Heading:
    """What the report is about. `days_left` is negative when the release is already in force."""

    system: str
    system_title: str
    publisher: str
    previous: ReleaseId
    current: ReleaseId
    effective_date: date
    as_of: date
    days_left: int
    is_draft: bool
    """The release took effect before the system came into force, so no claim was ever coded by it."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source file of one of the two releases."""

    release: ReleaseId
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One release check of one of the two releases; `state` is passed, failed or overridden."""

    release: ReleaseId
    name: str
    is_required: bool
    state: str
    message: str
    override: str | None


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """The differences that have one reason; `reason` None stands for no known one."""

    reason: str | None
    title: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reconciliation, summed up. `state` is `agrees`, `differs` or `unlisted` (no list to compare with)."""

    state: str
    basis: str
    official: Mapping[str, int]
    computed: Mapping[str, int]
    groups: tuple[ReasonGroup, ...]
    remarks: tuple[str, ...]

    @property
    def difference_count(self) -> int:
        return sum(len(group.differences) for group in self.groups)


@dataclass(frozen=True, slots=True)
class FamilyBar:
    """One bar of the chart: the changes of one family. Reinstated codes count as new."""

    family: Family
    new: int
    deleted: int
    revised: int

    @property
    def total(self) -> int:
        return self.new + self.deleted + self.revised


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One changed field. `before` and `after` are marked; the texts are the same without marks."""

    title: str
    field_class: FieldClass
    before: Segments
    after: Segments
    before_text: str
    after_text: str
    change: FieldChange


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate successor: its code as displayed and as stored, its title, where it comes from."""

    code: str
    stored_code: str
    title: str


@dataclass(frozen=True, slots=True)
class CandidateGroup:
    """Candidates that the same sources name. `source` says which ones, the strongest first."""

    source: str
    candidates: tuple[Candidate, ...]
    is_guess: bool = False
    """No publisher names them: their titles are alike, no more."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change as a reader sees it. `code` is displayed, `change.code` is the stored one."""

    change: Change
    code: str
    record_kind: RecordKind
    family: Family
    long_title: str
    short_title: str
    """"" where it says the same as the long one."""
    cause: str
    remarks: tuple[str, ...]
    fields: tuple[FieldRow, ...]
    candidates: tuple[CandidateGroup, ...]

    @property
    def telling_remarks(self) -> tuple[str, ...]:
        """The remarks that the classes of the fields do not say already."""
        return tuple(remark for remark in self.remarks if remark != wording.COSMETIC)

    @property
    def is_title_in_fields(self) -> bool:
        return any(row.change.name == "long_descriptor" for row in self.fields)

    @property
    def is_short_title_in_fields(self) -> bool:
        return any(row.change.name == "short_descriptor" for row in self.fields)


@dataclass(frozen=True, slots=True)
class KindSection:
    """All changes of one kind, by family and code."""

    kind: ChangeKind
    title: str
    meaning: str
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a rendering needs. Sections come for kinds that have changes, in the order of kinds."""

    heading: Heading
    headlines: tuple[str, ...]
    counts: Mapping[ChangeKind, int]
    """The kinds that this system can have; a kind without changes has 0."""
    class_counts: Mapping[FieldClass, int]
    """Revised codes (not headers) by the weightiest class among their fields; every class has a key."""
    bars: tuple[FamilyBar, ...]
    sources: tuple[SourceRow, ...]
    checks: tuple[CheckRow, ...]
    verdict: Verdict
    sections: tuple[KindSection, ...]
    result: UpdateResult
    impact: ImpactView | None = None
    """None where it was not assessed."""
