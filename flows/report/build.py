"""Working out the report of one update, once for all its renderings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.report import wording
from flows.report.candidates import group_candidates
from flows.report.headlines import build_headlines
from flows.report.impact_build import view_impact
from flows.report.model import (
    ChangeRow,
    CheckRow,
    FamilyBar,
    FieldRow,
    Heading,
    KindSection,
    ReasonGroup,
    Report,
    SourceRow,
    Verdict,
)
from flows.report.word_marks import mark_values, value_text
from schema.changes import (
    Change,
    ChangeKind,
    Difference,
    FieldChange,
    FieldClass,
    Reconciliation,
    Successor,
    UpdateResult,
)
from schema.contents import CheckResult, ReleaseInfo
from schema.families import Family, family_of
from schema.releases import ReleaseId
from schema.systems import display_code, get_system

# What a bar of the chart stacks; headers, purged codes and those already ended are no work for anyone.
_BARS = {
    ChangeKind.NEW: "new",
    ChangeKind.REINSTATED: "new",
    ChangeKind.DELETED: "deleted",
    ChangeKind.REVISED: "revised",
}


def build_report(result: UpdateResult) -> Report:
    """The report of one update. Pure: equal results give equal reports. Raises UsageError for an unknown system."""
    change_set = result.change_set
    rows = [
        _build_row(change_set.system, change, result.successors.get(change.code, ())) for change in change_set.changes
    ]
    sections = _build_sections(rows)
    verdict = build_verdict(result.reconciliation)
    return Report(
        heading=_build_heading(result),
        headlines=build_headlines(result),
        counts=_count_kinds(change_set.system, change_set.counts),
        class_counts=count_classes(change_set.changes),
        bars=_build_bars(rows),
        sources=tuple(_source_rows(result.current)) + tuple(_source_rows(result.previous)),
        checks=tuple(_check_rows(result.current)) + tuple(_check_rows(result.previous)),
        verdict=verdict,
        sections=sections,
        result=result,
        impact=view_impact(result.impact) if result.impact else None,
    )


def build_verdict(reconciliation: Reconciliation) -> Verdict:
    """The reconciliation by reason: unexplained differences first, then the reasons by count and name."""
    by_reason: dict[str | None, list[Difference]] = {}
    for difference in reconciliation.differences:
        by_reason.setdefault(difference.reason, []).append(difference)
    order = sorted(by_reason.items(), key=lambda item: (item[0] is not None, -len(item[1]), item[0] or ""))
    groups = tuple(
        ReasonGroup(reason, wording.title_of_reason(reason), tuple(sorted(found, key=lambda d: (d.code, d.what))))
        for reason, found in order
    )
    state = "agrees" if reconciliation.agrees else "unlisted" if reconciliation.basis == "none" else "differs"
    return Verdict(
        state, reconciliation.basis, reconciliation.official, reconciliation.computed, groups, reconciliation.remarks
    )


def count_classes(changes: Iterable[Change]) -> dict[FieldClass, int]:
    """Revised codes by the weightiest class among their changed fields; every class has a key."""
    weights = list(FieldClass)
    counts = dict.fromkeys(FieldClass, 0)
    for change in changes:
        if change.kind is ChangeKind.REVISED and change.fields:
            counts[min((field.field_class for field in change.fields), key=weights.index)] += 1
    return counts


def _build_heading(result: UpdateResult) -> Heading:
    change_set = result.change_set
    system = get_system(change_set.system)
    effective = change_set.current.effective_date
    return Heading(
        system=system.name,
        system_title=system.title,
        publisher=system.publisher,
        previous=change_set.previous,
        current=change_set.current,
        effective_date=effective,
        as_of=result.as_of,
        days_left=(effective - result.as_of).days,
        is_draft=system.in_force_date is not None and effective < system.in_force_date,
    )


def _count_kinds(system: str, counts: Mapping[ChangeKind, int]) -> dict[ChangeKind, int]:
    impossible = wording.HEADER_KINDS if get_system(system).has_record_dates else wording.DATED_KINDS
    return {kind: count for kind, count in counts.items() if count or kind not in impossible}


def _build_row(system: str, change: Change, successors: tuple[Successor, ...]) -> ChangeRow:
    record = change.record
    same = record.short_descriptor.casefold() == record.long_descriptor.casefold()
    return ChangeRow(
        change=change,
        code=display_code(system, change.code),
        record_kind=change.record_kind,
        family=family_of(system, change.code, change.record_kind),
        long_title=record.long_descriptor,
        short_title="" if same else record.short_descriptor,
        cause=wording.cause_of(change),
        remarks=wording.remarks_of(change),
        fields=tuple(_build_field(field) for field in change.fields),
        candidates=group_candidates(system, successors),
    )


def _build_field(field: FieldChange) -> FieldRow:
    before, after = mark_values(field.before, field.after)
    return FieldRow(
        title=wording.title_of_field(field.name),
        field_class=field.field_class,
        before=before,
        after=after,
        before_text=value_text(field.before),
        after_text=value_text(field.after),
        change=field,
    )


def _build_sections(rows: Iterable[ChangeRow]) -> tuple[KindSection, ...]:
    by_kind: dict[ChangeKind, list[ChangeRow]] = {kind: [] for kind in ChangeKind}
    for row in rows:
        by_kind[row.change.kind].append(row)
    return tuple(
        KindSection(
            kind,
            wording.KIND_TITLES[kind],
            wording.KIND_MEANINGS[kind],
            tuple(sorted(found, key=lambda row: (row.family, row.change.code))),
        )
        for kind, found in by_kind.items()
        if found
    )


def _build_bars(rows: Iterable[ChangeRow]) -> tuple[FamilyBar, ...]:
    counts: dict[Family, dict[str, int]] = {}
    for row in rows:
        if bar := _BARS.get(row.change.kind):
            counts.setdefault(row.family, {"new": 0, "deleted": 0, "revised": 0})[bar] += 1
    return tuple(FamilyBar(family, **counts[family]) for family in sorted(counts))


def _source_rows(release: ReleaseInfo) -> list[SourceRow]:
    return sorted(
        (SourceRow(release.release_id, source.name, source.sha256, source.size) for source in release.sources),
        key=lambda row: (row.name, row.sha256),
    )


def _check_rows(release: ReleaseInfo) -> list[CheckRow]:
    return [_check_row(release.release_id, check) for check in release.checks]


def _check_row(release: ReleaseId, check: CheckResult) -> CheckRow:
    return CheckRow(release, check.name, check.is_required, check.state, check.message, check.override)
