"""The report as an Excel workbook: a summary, a sheet for each kind of change, reconciliation, checks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from flows.report import wording
from flows.report.model import ChangeRow, KindSection, Report
from flows.report.visible import make_printable

if TYPE_CHECKING:
    from openpyxl import Workbook

# The limit of a cell (ECMA-376 part 1, 18.3.1.96 keeps no more than Excel's 32,767 characters).
MAX_CELL = 32_767
_CUT = " … (cut here; changes.json has it whole)"
# The zip format cannot say an earlier time.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

CellValue = str | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its heading and its width in characters."""

    title: str
    width: int


@dataclass(frozen=True, slots=True)
class SheetContent:
    """One sheet: the columns of its header row, and the rows below it."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]


def build_workbook(report: Report) -> bytes:
    """The .xlsx file; equal reports give equal bytes. No cell holds a formula, whatever its text looks like."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    made_at = datetime.combine(report.heading.effective_date, time.min)
    workbook.properties.creator = "addenda"
    workbook.properties.title = f"{report.heading.system_title} {report.heading.current.label}: changes"
    workbook.properties.created = made_at
    for content in build_sheets(report):
        _write_sheet(workbook, content)
    raw = io.BytesIO()
    workbook.save(raw)
    return _fix_times(raw.getvalue(), made_at)


def build_sheets(report: Report) -> tuple[SheetContent, ...]:
    """What each sheet holds, in order: summary, the kinds that have changes, reconciliation, checks."""
    return (
        _summary(report),
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
    lines = [
        f"{candidate.code} {candidate.title}".rstrip() + f" ({group.source})"
        for group in row.candidates
        for candidate in group.candidates
    ]
    tail: tuple[CellValue, ...] = (
        row.cause,
        "; ".join(row.remarks),
        change.starts_date,
        change.ends_date,
        ", ".join(found),
        "\n".join(lines),
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


def _write_sheet(workbook: Workbook, content: SheetContent) -> None:
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    sheet: Any = workbook.create_sheet(content.name)
    last = get_column_letter(len(content.columns))
    for number, column in enumerate(content.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{last}{len(content.rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"

    def style(**parts: Any) -> Any:
        model = Cell(sheet)
        for name, part in parts.items():
            setattr(model, name, part)
        return model._style

    head = style(
        font=Font(bold=True),
        border=Border(bottom=Side(style="thin")),
        alignment=Alignment(vertical="bottom", wrap_text=True),
    )
    place = Alignment(vertical="top", wrap_text=True)
    # A quote prefix keeps Excel from taking the text for a formula when someone edits the cell.
    text = style(alignment=place, number_format="@", quotePrefix=True)
    plain = style(alignment=place)
    day = style(alignment=place, number_format="yyyy-mm-dd")

    def write_cell(value: CellValue) -> Any:
        if isinstance(value, str):
            cell = Cell(sheet, 1, 1, clean_text(value), style_array=text)
            # openpyxl takes "=..." for a formula and "#N/A" for an error until it is told otherwise.
            cell.data_type = "s"
            return cell
        return Cell(sheet, 1, 1, value, style_array=day if isinstance(value, date) else plain)

    sheet.append([Cell(sheet, 1, 1, column.title, style_array=head) for column in content.columns])
    for row in content.rows:
        sheet.append([None if value in ("", None) else write_cell(value) for value in row])


def clean_text(value: str) -> str:
    """What a cell can hold: control characters drawn, too long a text cut and saying so."""
    text = make_printable(value.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT


def _fix_times(data: bytes, made_at: datetime) -> bytes:
    """The same workbook, packed anew with fixed times: openpyxl writes the time of day into it."""
    fixed = io.BytesIO()
    stamp = made_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=_member_order):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()


def _member_order(name: str) -> tuple[bool, str]:
    # Readers that stream look for the content types first.
    return name != "[Content_Types].xml", name
