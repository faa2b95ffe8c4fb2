"""The report as an Excel workbook: a summary, a sheet for each kind of change, reconciliation, checks."""

from __future__ import annotations

from collections.abc import Iterator

from flows.report import wording
from flows.report.impact_workbook import candidate_lines, impact_sheets, summarise_impact
from flows.report.model import ChangeRow, KindSection, Report
from flows.report.sheets import CellValue, Column, SheetContent, render_workbook


def build_workbook(report: Report) -> bytes:
    """The .xlsx file; equal reports give equal bytes. No cell holds a formula, whatever its text looks like."""
    heading = report.heading
    title = f"{heading.system_title} {heading.current.label}: changes"
    return render_workbook(build_sheets(report), title, heading.effective_date)


def build_sheets(report: Report) -> tuple[SheetContent, ...]:
    """What each sheet holds, in order: summary, impact, the kinds that have changes, reconciliation, checks.

    The sheets of the impact are there where it was assessed, a kind where it has changes.
    """
    return (
        _summary(report),
        *(impact_sheets(report.impact) if report.impact else ()),
        *(_kind_sheet(section) for section in report.sections),
        _reconciliation(report),
        _checks(report),
    )


def _summary(report: Report) -> SheetContent:
    heading, verdict, result = report.heading, report.verdict, report.result
    rows: list[tuple[CellValue, ...]] = [
        ("Code system", heading.system_title),
        ("Release", heading.current.label),
        ("Release id", str(heading.current)),
        ("Compared with", f"{heading.previous.label} ({heading.previous})"),
        ("Effective", heading.effective_date),
        ("As of", heading.as_of),
        ("Days left", heading.days_left),
        ("Codes in the release", result.current.codes),
        ("Codes before", result.previous.codes),
        ("Content digest", result.current.digest),
        *(("In words" if number == 0 else "", sentence) for number, sentence in enumerate(report.headlines)),
        *((f"Changes: {wording.KIND_TITLES[kind].lower()}", count) for kind, count in report.counts.items()),
        *(
            (f"Revised by weightiest field: {wording.CLASS_TITLES[field_class].lower()}", count)
            for field_class, count in report.class_counts.items()
        ),
        *(summarise_impact(report.impact) if report.impact else ()),
        ("Publisher's list", verdict.basis),
        *(
            (f"Source of {source.release.label}", f"{source.name}, sha256 {source.sha256}, {source.size:,} bytes")
            for source in report.sources
        ),
    ]
    return SheetContent("Summary", (Column("What", 36), Column("Value", 96)), tuple(rows))


def _kind_sheet(section: KindSection) -> SheetContent:
    has_fields = any(row.fields for row in section.rows)
    columns = [
        Column("Code", 11),
        Column("Stored code", 12),
        Column("Family", 26),
        Column("Long title", 58),
        Column("Short title", 34),
    ]
    if has_fields:
        columns += [Column("Field", 20), Column("Class", 15), Column("Before", 46), Column("After", 46)]
    columns += [
        Column("Cause", 26),
        Column("Remarks", 26),
        Column("Starts", 11),
        Column("Ends", 11),
        Column("Candidate codes", 20),
        Column("Where they come from", 52),
    ]
    rows = tuple(cells for row in section.rows for cells in _change_cells(row, has_fields))
    return SheetContent(section.title, tuple(columns), rows)


def _change_cells(row: ChangeRow, has_fields: bool) -> Iterator[tuple[CellValue, ...]]:
    change = row.change
    head: tuple[CellValue, ...] = (
        row.code,
        change.code,
        row.family.label,
        change.record.long_descriptor,
        change.record.short_descriptor,
    )
    found = [candidate.code for group in row.candidates for candidate in group.candidates]
    tail: tuple[CellValue, ...] = (
        row.cause,
        "; ".join(row.remarks),
        change.starts_date,
        change.ends_date,
        ", ".join(found),
        candidate_lines(row.candidates),
    )
    if not has_fields:
        yield (*head, *tail)
        return
    for field in row.fields:
        kind = wording.CLASS_TITLES[field.field_class]
        yield (*head, field.title, kind, field.before_text, field.after_text, *tail)
    if not row.fields:
        yield (*head, "", "", "", "", *tail)


def _reconciliation(report: Report) -> SheetContent:
    verdict = report.verdict
    columns = (Column("Code", 14), Column("Difference", 80), Column("Reason", 34))
    head: list[tuple[CellValue, ...]] = [
        ("", report.headlines[1], ""),
        ("", f"Compared with {verdict.basis}" if verdict.basis != "none" else "No list to compare with", ""),
        *(("", remark, "") for remark in verdict.remarks),
        *(
            ("", f"{name}: publisher {number:,}, computed {verdict.computed.get(name, 0):,}", "")
            for name, number in verdict.official.items()
        ),
    ]
    rows = [
        (difference.code, difference.what, group.title) for group in verdict.groups for difference in group.differences
    ]
    return SheetContent("Reconciliation", columns, (*head, *rows))


def _checks(report: Report) -> SheetContent:
    columns = (
        Column("Release", 16),
        Column("Check", 28),
        Column("Needed", 12),
        Column("Result", 12),
        Column("Found", 70),
        Column("Note of the override", 50),
    )
    rows = tuple(
        (
            check.release.label,
            check.name,
            "required" if check.is_required else "advisory",
            check.state,
            check.message,
            check.override or "",
        )
        for check in report.checks
    )
    return SheetContent("Checks", columns, rows)
