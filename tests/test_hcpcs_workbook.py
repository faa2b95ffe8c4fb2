"""The HCPCS spreadsheet: headers by name, values as the text has them, rows that are refused."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from loaders.document import Document
from loaders.hcpcs.cross_check import compare_code_files
from loaders.hcpcs.text import read_text
from loaders.hcpcs.workbook import read_workbook, recognise_workbook
from schema.contents import CodeFile
from schema.errors import LayoutError, RecordError


def numbered(name: str, count: int) -> list[str]:
    return [f"{name}{number}" for number in range(1, count + 1)]


HEADER = [
    *("HCPC", "SEQNUM", "RECID", "LONG_DESCRIPTION", "SHORT_DESCRIPTION"),
    *numbered("PRICE", 4),
    "MULT_PI",
    *numbered("CIM", 3),
    *numbered("MCM", 3),
    "STATUTE",
    *numbered("LABCERT", 8),
    *numbered("XREF", 5),
    *("COV", "ASC_GRP", "ASC_DT", "OPPS", "OPPS_PI", "OPPS_DT", "PROCNOTE", "BETOS"),
    *numbered("TOS", 5),
    *("ANEST_BU", "ADD_DT", "ACT_EFF_DT", "TERM_DT", "ACTION_CD"),
]

Cell = str | int | float | date | None


def row(code: str = "X1234", **cells: Cell) -> dict[str, Cell]:
    kind = "7" if len(code.strip()) == 2 else "3"
    return {
        "HCPC": code,
        "RECID": kind,
        "LONG_DESCRIPTION": "Thing, each",
        "SHORT_DESCRIPTION": "Thing",
        "PRICE1": "51",
        "COV": "D",
        "ADD_DT": "20200101",
        "ACT_EFF_DT": "20200101",
        "ACTION_CD": "A",
        **cells,
    }


def document_of(
    *rows: dict[str, Cell], header: Sequence[str] = HEADER, above: int = 0, names: dict[str, str] | None = None
) -> Document:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for _ in range(above):
        sheet.append(["Note regarding coverage and payment indicators for codes"])
    sheet.append([(names or {}).get(name, name) for name in header])
    for cells in rows:
        sheet.append([cells.get(name) for name in header])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return Document("HCPC2021_OCT_ANWEB.xlsx", buffer.getvalue())


def detail(code_file: CodeFile) -> dict[str, Any]:
    details = code_file.blocks[1].details
    assert details is not None
    found: dict[str, Any] = json.loads(details[0] or "{}")
    return found


def refusal(document: Document) -> LayoutError:
    assert recognise_workbook(document)
    with pytest.raises(LayoutError) as caught:
        read_workbook(document)
    assert caught.value.remedy
    assert caught.value.place is not None
    assert caught.value.place.file == "HCPC2021_OCT_ANWEB.xlsx"
    return caught.value


def test_header_row_may_stand_below_a_disclaimer_and_its_columns_in_any_order() -> None:
    plain = read_workbook(document_of(row(), row("   A1")))
    other = read_workbook(document_of(row(), row("   A1"), header=HEADER[::-1], above=11))
    assert [list(block.digests) for block in plain.blocks] == [list(block.digests) for block in other.blocks]
    assert [list(block.codes) for block in plain.blocks] == [["A1"], ["X1234"]]


def test_header_names_are_matched_without_regard_to_case_blanks_and_signs() -> None:
    names = {
        "HCPC": " hcpcs code ",
        "LONG_DESCRIPTION": "Long Description",
        "ADD_DT": "Add Date",
        "TERM_DT": "TERM DT",
        "ACTION_CD": "Action Code",
        "COV": "Coverage",
        "PRICE1": "Price 1",
    }
    code_file = read_workbook(document_of(row(), names=names))
    assert code_file.facts["missing_columns"] == []
    assert code_file.facts["unknown_columns"] == []
    assert detail(code_file)["pricing_indicators"] == ["51"]


def test_unknown_columns_are_named_and_the_rest_is_read() -> None:
    code_file = read_workbook(document_of(row(RBCS="TB005"), header=[*HEADER, "RBCS"]))
    assert code_file.facts["unknown_columns"] == ["RBCS"]
    assert len(code_file) == 1


def test_columns_that_are_not_there_are_named() -> None:
    code_file = read_workbook(document_of(row(), header=[n for n in HEADER if n not in ("XREF5", "PROCNOTE")]))
    assert code_file.facts["missing_columns"] == ["XREF5", "PROCNOTE"]


@pytest.mark.parametrize(
    "name", ["LONG_DESCRIPTION", "SHORT_DESCRIPTION", "ADD_DT", "TERM_DT", "COV", "PRICE1", "ACTION_CD"]
)
def test_missing_required_column_is_refused(name: str) -> None:
    gone = {"PRICE1", "PRICE2", "PRICE3", "PRICE4"} if name == "PRICE1" else {name}
    error = refusal(document_of(row(), header=[column for column in HEADER if column not in gone]))
    assert "column of the code list is missing" in error.what
    assert name.replace("_", "") in error.why


def test_numbers_and_dates_in_cells_read_like_their_texts() -> None:
    written = row(
        PRICE1="00", LABCERT1="010", PROCNOTE="0045", ADD_DT="20200101", ACT_EFF_DT="20200401", TERM_DT="20201231"
    )
    typed = row(
        PRICE1=0,
        LABCERT1=10,
        PROCNOTE=45,
        ADD_DT=20200101,
        ACT_EFF_DT=20200401.0,
        TERM_DT=datetime(2020, 12, 31),  # noqa: DTZ001  (a date cell has no zone)
        ANEST_BU=0,
        ASC_DT=0,
    )
    assert compare_code_files(read_workbook(document_of(written)), read_workbook(document_of(typed))) == []
    code_file = read_workbook(document_of(typed))
    assert detail(code_file)["lab_certifications"] == ["010"]
    assert code_file.blocks[1].termination_dates == [date(2020, 12, 31)]


def test_numbered_columns_are_sets() -> None:
    one = read_workbook(document_of(row(XREF1="J0002", XREF2="J0001", TOS1="P", TOS2="1")))
    other = read_workbook(document_of(row(XREF1="J0001", XREF4="J0002", TOS1="1", TOS3="P", TOS5="1")))
    assert compare_code_files(one, other) == []
    assert detail(other)["cross_references"] == ["J0001", "J0002"]


def test_text_and_workbook_of_the_same_content_give_the_same_records() -> None:
    line = "X1234001003" + "Thing, each".ljust(80) + "Thing".ljust(28) + "51".ljust(8)
    line = (line.ljust(229) + "D").ljust(268) + "20200101" + "20200101" + " " * 8 + "A"
    text = read_text(Document("HCPC2021_OCT_ANWEB.txt", f"{line}\r\n".encode()))
    workbook = read_workbook(document_of(row()))
    assert [block.digests for block in text.blocks] == [block.digests for block in workbook.blocks]
    assert {k: v for k, v in text.facts.items() if k != "records_in_file"} == {
        k: v for k, v in workbook.facts.items() if k != "records_in_file"
    }


def test_stray_continuation_row_ends_the_description_above_once() -> None:
    stray: dict[str, Cell] = {"HCPC": "X1234", "RECID": "4", "LONG_DESCRIPTION": "and more"}
    added = read_workbook(document_of(row(), stray))
    assert added.blocks[1].long_descriptors == ["Thing, each and more"]
    there = read_workbook(document_of(row(LONG_DESCRIPTION="Thing, each  and more"), stray))
    assert there.blocks[1].long_descriptors == ["Thing, each and more"]


def test_blank_rows_and_end_of_text_are_left_out() -> None:
    code_file = read_workbook(document_of(row(), {}, {"HCPC": " "}, row("X1235"), {}, {"HCPC": "\u00a0"}))
    assert list(code_file.blocks[1].codes) == ["X1234", "X1235"]


def test_rows_without_record_id_are_told_by_their_code() -> None:
    header = [name for name in HEADER if name not in ("RECID", "SEQNUM")]
    code_file = read_workbook(document_of(row(), row("A1"), header=header))
    assert [list(block.codes) for block in code_file.blocks] == [["A1"], ["X1234"]]


@pytest.mark.parametrize(
    ("rows", "what", "number"),
    [
        ([{"HCPC": "X1", "RECID": "8", "LONG_DESCRIPTION": "more"}], "continuation before", 2),
        ([row(), {"HCPC": "X1235", "RECID": "4", "LONG_DESCRIPTION": "more"}], "continuation of another", 3),
        ([row(), row("X1235"), row()], "stands twice", 4),
        ([row(), row("X12345")], "no code or modifier", 3),
        ([row(), row("\u00df")], "no code or modifier", 3),
        ([row(RECID="5")], "unknown record id", 2),
        ([row(RECID="7")], "does not suit", 2),
        ([row(ADD_DT="2020-13-01")], "added_date", 2),
        ([row(TERM_DT="soon")], "termination_date", 2),
        ([row(SHORT_DESCRIPTION="Thing\x7f")], "control character", 2),
    ],
)
def test_row_that_cannot_be_right_is_refused(rows: list[dict[str, Cell]], what: str, number: int) -> None:
    error = refusal(document_of(*rows))
    assert isinstance(error, RecordError)
    assert what in error.what
    assert error.place is not None
    assert error.place.line == number


def test_two_sheets_with_a_code_list_are_refused() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(document_of(row()).data))
    assert workbook.active is not None
    workbook.copy_worksheet(workbook.active)
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert "two code lists" in refusal(Document("HCPC2021_OCT_ANWEB.xlsx", buffer.getvalue())).what


def test_formula_like_and_marked_up_texts_are_kept_as_they_are() -> None:
    code_file = read_workbook(document_of(row(LONG_DESCRIPTION="<b>=1+1</b> & \u201cmore\u201d")))
    assert code_file.blocks[1].long_descriptors == ["<b>=1+1</b> & \u201cmore\u201d"]


def test_differences_of_text_and_workbook_are_named_by_code_and_field() -> None:
    one = read_workbook(document_of(row("X0001"), row("X0002"), row("A1"), row("X0004", TOS1="1")))
    other = read_workbook(
        document_of(
            row("X0002", LONG_DESCRIPTION="Other", TERM_DT="20201231"), row("X0003"), row("A1"), row("X0004", TOS1="2")
        )
    )
    assert compare_code_files(one, other) == [
        "X0001 only in text file",
        "X0002 long_descriptor differs",
        "X0002 termination_date differs",
        "X0003 only in workbook",
        "X0004 types_of_service differs",
    ]
