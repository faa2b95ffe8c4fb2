"""Code uses in workbooks: numbers, hidden sheets, merged headers, formulas, and what must be refused."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from schema.errors import UseError
from tests.use_places import found_codes, read_use, refused_entries, write_workbook


def change_sheet(path: Path, change: Callable[[Any], object]) -> Path:
    """The workbook with something done to its first sheet."""
    book = load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def change_member(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with other bytes in one of its members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, change(data) if name == member else data)
    path.write_bytes(whole.getvalue())
    return path


def test_numbers_lower_case_dots_and_blanks_are_read(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["HCPCS", "Dx"],
        [99213, "e11.9"],
        [99214.0, "\xa0E11.65 "],
        [" a4226 ", "qa0.0141"],
        [100, 11.5],
    ]
    use = read_use({"hcpcs": ("HCPCS",), "icd10cm": ("Dx",)}, path=write_workbook(tmp_path / "a.xlsx", CDM=rows))
    assert found_codes(use) == [
        ("sheet CDM, row 2", ("99213",)),
        ("sheet CDM, row 2", ("E119",)),
        ("sheet CDM, row 3", ("99214",)),
        ("sheet CDM, row 3", ("E1165",)),
        ("sheet CDM, row 4", ("A4226",)),
        ("sheet CDM, row 4", ("QA00141",)),
    ]
    assert refused_entries(use) == [("sheet CDM, row 5", "100"), ("sheet CDM, row 5", "11.5")]
    assert use.entries == 8


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_every_sheet_is_read_hidden_ones_too_and_those_without_the_columns_are_passed_over(
    tmp_path: Path, state: str
) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook()
    for name, header in (("Notes", "Text"), ("One", "HCPCS"), ("Two", "HCPCS")):
        sheet = book.create_sheet(name)
        sheet["B3"], sheet["B4"] = header, "J1234"
    book["Two"].sheet_state = state
    book.create_chartsheet("Chart")
    book.save(path)
    read = [("sheet One, row 4", ("J1234",)), ("sheet Two, row 4", ("J1234",))]
    assert found_codes(read_use(path=path)) == read
    assert found_codes(read_use(path=path, sheet="Two")) == read[1:]
    assert found_codes(read_use(path=path, sheet=" two ")) == read[1:]


@pytest.mark.parametrize(("sheet", "why"), [("Three", "there is no sheet"), ("Notes", "'Notes' has no header row")])
def test_a_named_sheet_has_to_be_there_with_the_columns(tmp_path: Path, sheet: str, why: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", One=[["HCPCS"]], Notes=[["x"]])
    with pytest.raises(UseError, match=f"use 'charges': .*{why}"):
        read_use(path=path, sheet=sheet)


def test_a_workbook_without_the_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", One=[["HCPCS"]], Two=[["x"]])
    with pytest.raises(UseError, match=r"no row holds the columns? 'Dx'"):
        read_use({"hcpcs": ("HCPCS",), "icd10cm": ("Dx",)}, path=path)


def test_merged_titles_above_the_header_do_not_disturb(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Charge master 2026"],
        [],
        [None, "Codes"],
        ["Line", "HCPCS", "Dx"],
        [1, "J1234", "E11.9"],
    ]
    path = write_workbook(tmp_path / "a.xlsx", CDM=rows)

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:F2")
        sheet.merge_cells("B3:C3")

    use = read_use({"hcpcs": ("HCPCS",), "icd10cm": ("Dx",)}, path=change_sheet(path, merge))
    assert found_codes(use) == [("sheet CDM, row 5", ("J1234",)), ("sheet CDM, row 5", ("E119",))]


def test_a_header_merged_over_two_rows_stands_in_both(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Line", "Codes", None, "Dx"], [None, "HCPCS", "Rev", None], [1, "J1234", "0450", "E11.9"]]
    path = write_workbook(tmp_path / "a.xlsx", CDM=rows)

    def merge(sheet: Any) -> None:
        for area in ("A1:A2", "B1:C1", "D1:D2"):
            sheet.merge_cells(area)

    use = read_use({"hcpcs": ("HCPCS",), "icd10cm": ("Dx",)}, path=change_sheet(path, merge))
    assert (use.entries, found_codes(use)) == (2, [("sheet CDM, row 3", ("J1234",)), ("sheet CDM, row 3", ("E119",))])


def test_a_header_merged_over_two_columns_names_both(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["HCPCS", None, "Price"], ["J1234", "J1235", 1], [None, "J1236", 2]]
    path = change_sheet(write_workbook(tmp_path / "a.xlsx", CDM=rows), lambda sheet: sheet.merge_cells("A1:B1"))
    assert [codes for _, codes in found_codes(read_use(path=path))] == [("J1234",), ("J1235",), ("J1236",)]


def test_a_formula_is_unreadable_with_or_without_a_result(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["HCPCS", "x"], ["=B2", "J1234"], ["J1235", "=1+1"], ["=B2&B3", None]]
    path = write_workbook(tmp_path / "a.xlsx", CDM=rows)
    # The result that a spreadsheet program leaves, and that looks like a code.
    result = rb'<c r="A2" t="str"><f>B2</f><v>J1234</v></c>'
    change_member(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'<c r="A2"[^>]*>.*?</c>', result, xml))
    use = read_use(path=path)
    assert found_codes(use) == [("sheet CDM, row 3", ("J1235",))]
    assert refused_entries(use) == [("sheet CDM, row 2", "=B2"), ("sheet CDM, row 4", "=B2&B3")]
    assert use.entries == 3
    assert all("formula" in entry.reason for entry in use.unreadable)


def test_shared_and_array_formulas_are_unreadable_in_every_cell_that_they_fill(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", CDM=[["HCPCS"], *[[f"J123{n}"] for n in range(7)]])

    def fill(sheet: Any) -> None:
        sheet["A2"] = ArrayFormula("A2:A3", "=B2:B3")

    change_sheet(path, fill)
    shared = {
        "A5": b'<c r="A5"><f t="shared" ref="A5:A6" si="0">B5</f><v>J1</v></c>',
        "A6": b'<c r="A6"><f t="shared" si="0"/><v>J1</v></c>',
    }

    def share(xml: bytes) -> bytes:
        for name, cell in shared.items():
            xml = re.sub(rb'<c r="%s"[^>]*>.*?</c>' % name.encode(), cell, xml)
        return xml

    use = read_use(path=change_member(path, "xl/worksheets/sheet1.xml", share))
    assert [location[-1] for location, _ in refused_entries(use)] == ["2", "3", "5", "6"]
    assert [location[-1] for location, _ in found_codes(use)] == ["4", "7", "8"]


def test_text_that_begins_like_a_formula_is_unreadable_too(tmp_path: Path) -> None:
    def set_text(sheet: Any) -> None:
        sheet["A2"].value = "=J1234"
        sheet["A2"].data_type = "s"

    path = change_sheet(write_workbook(tmp_path / "a.xlsx", CDM=[["HCPCS"], ["x"]]), set_text)
    assert refused_entries(read_use(path=path)) == [("sheet CDM, row 2", "=J1234")]


def test_an_error_value_is_told_and_not_passed_over(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", CDM=[["HCPCS", "x"], ["#N/A", "#REF!"], ["J1234", 1]])
    use = read_use(path=path)
    assert refused_entries(use) == [("sheet CDM, row 2", "#N/A")]
    assert use.entries == 2


def test_elements_with_a_prefix_and_cells_without_a_name_are_understood(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", CDM=[["x", "HCPCS"], [1, "=A1"], [2, "J1234"]])

    def rewrite(xml: bytes) -> bytes:
        xml = re.sub(rb' r="[A-Z]*[0-9]+"', b"", xml)
        xml = re.sub(rb"<(/?)([A-Za-z])", rb"<\1s:\2", xml)
        return xml.replace(b"xmlns=", b"xmlns:s=")

    use = read_use(path=change_member(path, "xl/worksheets/sheet1.xml", rewrite))
    assert refused_entries(use) == [("sheet CDM, row 2", "=A1")]


def declare_type(xml: bytes) -> bytes:
    return b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]),
        ("xl/worksheets/sheet1.xml", declare_type),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A2"', b'r="XFD1048576"')),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"A1:B1", b"!:?")),
        ("xl/workbook.xml", lambda xml: xml.replace(b"rId1", b"rId9")),
        ("xl/workbook.xml", lambda _: b""),
        ("xl/_rels/workbook.xml.rels", lambda _: b"<x/>"),
    ],
)
def test_a_broken_or_hostile_workbook_is_refused_in_one_line(
    tmp_path: Path, member: str, change: Callable[[bytes], bytes]
) -> None:
    path = write_workbook(tmp_path / "a.xlsx", CDM=[["HCPCS"], ["=B2"], ["J1234"]])
    change_member(change_sheet(path, lambda sheet: sheet.merge_cells("A1:B1")), member, change)
    with pytest.raises(UseError, match="use 'charges'") as refused:
        read_use(path=path)
    assert "\n" not in refused.value.line


def test_a_zip_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", CDM=[["HCPCS"], ["J1234"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * 130_000_000)
    with pytest.raises(UseError, match="unsafe"):
        read_use(path=path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old .xls"])
def test_what_only_begins_like_a_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(UseError, match="workbook cannot be read"):
        read_use(path=path)


def test_a_charge_master_of_20000_lines_with_formulas_is_read_in_well_under_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "cdm.xlsx"
    book = Workbook(write_only=True)
    sheet = book.create_sheet("CDM")
    sheet.append(["HCPCS", "price", "total"])
    for n in range(20_000):
        sheet.append([f"J{n % 10_000:04d}", n, f"=B{n + 2}*2"])
    book.save(path)
    started = time.process_time()
    use = read_use(path=path)
    assert time.process_time() - started < 2
    assert (use.entries, use.unreadable) == (20_000, ())
