"""The workbook: sheets, frozen heads, filters, texts that stay texts, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from flows.report.build import build_report
from flows.report.sheets import MAX_CELL, clean_text
from flows.report.workbook import build_workbook
from schema.changes import Cause, ChangeKind, UpdateResult
from tests.report_samples import (
    ALL_RESULTS,
    FORMULA,
    SCRIPT,
    ResultMaker,
    diagnosis_result,
    make_change,
    make_record,
    make_result,
    supply_result,
)


def open_workbook(result: UpdateResult) -> Any:
    return openpyxl.load_workbook(io.BytesIO(build_workbook(build_report(result))))


def test_there_is_a_sheet_for_each_kind_that_has_changes() -> None:
    assert open_workbook(diagnosis_result()).sheetnames == [
        "Summary",
        "New",
        "Deleted",
        "Revised",
        "New headers",
        "Gone headers",
        "Revised headers",
        "Reconciliation",
        "Checks",
    ]
    assert open_workbook(make_result("hcpcs", ())).sheetnames == ["Summary", "Reconciliation", "Checks"]


def test_every_sheet_has_a_frozen_head_a_filter_and_prints_on_the_width_of_a_page() -> None:
    for sheet in open_workbook(diagnosis_result()).worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_revised_code_has_a_row_for_each_field_with_before_and_after() -> None:
    rows = list(open_workbook(supply_result())["Revised"].iter_rows(values_only=True))
    columns = [rows[0].index(name) for name in ("Code", "Field", "Class", "Before", "After")]
    assert [tuple(row[c] for c in columns) for row in rows[1:4]] == [
        ("E0100", "Coverage", "Coverage", "C", "D"),
        ("E0100", "Pricing indicators", "Payment", "31; 32", "32; 36"),
        ("E0100", "Statute", "Administrative", None, "@SUM(1861)"),
    ]


@pytest.mark.parametrize(
    "text", [FORMULA, "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "=", "'=1", "1e5", "00100"]
)
def test_text_that_looks_like_a_formula_or_a_number_stays_text(text: str) -> None:
    change = make_change(ChangeKind.NEW, None, make_record("hcpcs", "J0001", text, text), cause=Cause.ABSENT)
    data = build_workbook(build_report(make_result("hcpcs", (change,))))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["New"]
    cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "Long title")
    assert (cell.data_type, cell.value) == ("s", text.replace("\r", "\n"))
    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_no_cell_of_a_hostile_release_is_anything_but_text_number_or_date() -> None:
    for sheet in open_workbook(supply_result()).worksheets:
        types = {cell.data_type for row in sheet.iter_rows() for cell in row}
        assert types <= {"s", "n", "d"}


def test_characters_that_the_format_cannot_hold_are_drawn() -> None:
    values = [
        cell
        for sheet in open_workbook(supply_result()).worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert any(value.startswith("nul ␀ bell ␇ escape ␛") for value in values)
    assert not any(ILLEGAL_CHARACTERS_RE.search(value) for value in values)
    assert SCRIPT in values


def test_text_longer_than_a_cell_says_that_it_was_cut() -> None:
    text = clean_text("x" * (MAX_CELL + 1))
    assert len(text) == MAX_CELL
    assert text.endswith("(cut here; changes.json has it whole)")
    assert clean_text("x" * MAX_CELL) == "x" * MAX_CELL


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_equal_input_gives_equal_bytes_without_a_clock(make: ResultMaker) -> None:
    data = build_workbook(build_report(make()))
    assert data == build_workbook(build_report(make()))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(io.BytesIO(data)).properties
    day = make().change_set.current.effective_date
    assert properties.created == properties.modified == datetime.combine(day, datetime.min.time())


def test_summary_and_reconciliation_tell_the_verdict() -> None:
    workbook = open_workbook(diagnosis_result())
    summary = dict(workbook["Summary"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert summary["Days left"] == 48
    assert summary["Changes: deleted"] == 2
    rows = list(workbook["Reconciliation"].iter_rows(values_only=True))
    assert ("QA00141", "new here, not in the list", "No known reason") in rows
    assert ("FY2025", "shrinkage", "advisory", "overridden", "0.4 % fewer codes.", "K. Osei: expected") in list(
        workbook["Checks"].iter_rows(values_only=True)
    )
