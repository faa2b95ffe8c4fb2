"""Writing workbooks: frozen heads, filters, widths, and no cell that a spreadsheet could run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows.report.visible import make_printable

if TYPE_CHECKING:
    from openpyxl import Workbook

# The limit of a cell (ECMA-376 part 1, 18.3.1.96 keeps no more than Excel's 32,767 characters).
MAX_CELL = 32_767
_CUT = " … (cut here; changes.json has it whole)"
# Excel's 1,048,576 rows, less the header row and the one that says what was cut.
MAX_ROWS = 1_048_574
# The zip format cannot say an earlier time.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

# A whole number, text, a day, or dollars: decimals are money here, and nothing else is.
CellValue = str | int | date | Decimal | None


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


def render_workbook(sheets: Iterable[SheetContent], title: str, made_date: date) -> bytes:
    """The .xlsx file; equal input gives equal bytes. No cell holds a formula, whatever its text looks like.

    `made_date` stands for the time of day that the format wants. Rows beyond a sheet's limit are cut, and the
    last row says so.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    made_at = datetime.combine(made_date, time.min)
    workbook.properties.creator = "addenda"
    workbook.properties.title = clean_text(title)
    workbook.properties.created = made_at
    for content in sheets:
        _write_sheet(workbook, content)
    raw = io.BytesIO()
    workbook.save(raw)
    return _fix_times(raw.getvalue(), made_at)


def _write_sheet(workbook: Workbook, content: SheetContent) -> None:
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    sheet: Any = workbook.create_sheet(content.name)
    last = get_column_letter(len(content.columns))
    for number, column in enumerate(content.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{last}{min(len(content.rows), MAX_ROWS + 1) + 1}"
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
    money = style(alignment=place, number_format="#,##0.00")

    def write_cell(value: CellValue) -> Any:
        if isinstance(value, str):
            cell = Cell(sheet, 1, 1, clean_text(value), style_array=text)
            # openpyxl takes "=..." for a formula and "#N/A" for an error until it is told otherwise.
            cell.data_type = "s"
            return cell
        kind = day if isinstance(value, date) else money if isinstance(value, Decimal) else plain
        return Cell(sheet, 1, 1, value, style_array=kind)

    sheet.append([Cell(sheet, 1, 1, column.title, style_array=head) for column in content.columns])
    for row in _cut_rows(content.rows):
        sheet.append([None if value in ("", None) else write_cell(value) for value in row])


def _cut_rows(rows: tuple[tuple[CellValue, ...], ...]) -> Iterator[tuple[CellValue, ...]]:
    yield from rows[:MAX_ROWS]
    if len(rows) > MAX_ROWS:
        yield (f"{len(rows) - MAX_ROWS:,} more rows do not fit into a sheet",)


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
