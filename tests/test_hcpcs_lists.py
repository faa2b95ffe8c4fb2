"""The lists beside the HCPCS code list: transaction reports, corrections, NOC codes, processing notes."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from loaders.document import Document, Reader
from loaders.hcpcs import corrections, lists, text, transactions, workbook
from loaders.hcpcs.transactions import action_slug
from schema.contents import CodeFile
from schema.errors import LayoutError
from schema.records import SupportingList, canonical_json

READERS: tuple[Reader, ...] = (*text.READERS, *workbook.READERS, *transactions.READERS, *lists.READERS)

ANNUAL_2019 = "2019-01/2019-Alpha-Numeric-HCPCS-File.zip"
ANNUAL_2020 = "2020-01/2020-Alpha-Numeric-HCPCS-File.zip"


def open_members(releases: Path, path: str) -> list[Document]:
    file = releases / "hcpcs" / path
    if file.suffix != ".zip":
        return [Document.unpack(file.name, file.read_bytes())]
    with zipfile.ZipFile(file) as archive:
        return [Document.unpack(name, archive.read(name), file.name) for name in archive.namelist()]


def open_member(releases: Path, path: str, name: str) -> Document:
    return next(document for document in open_members(releases, path) if document.name == name)


def read_list(document: Document) -> SupportingList:
    readers = [reader for reader in READERS if reader.recognises(document)]
    assert len(readers) == 1
    found = readers[0].read(document)
    assert isinstance(found, SupportingList)
    assert (found.system, found.file) == ("hcpcs", document.base_name)
    # A list is stored as JSON.
    canonical_json([[entry.code, dict(entry.fields)] for entry in found.entries])
    canonical_json(dict(found.facts))
    return found


def make_workbook(**sheets: Sequence[Sequence[Any]]) -> Document:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return Document("list.xlsx", buffer.getvalue())


def make_text(*lines: str) -> Document:
    return Document("list.prn", "".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def test_every_file_of_an_archive_is_recognised_once_or_is_documentation(releases: Path) -> None:
    read: Counter[str] = Counter()
    for path in sorted((releases / "hcpcs").glob("*/*")):
        for document in open_members(releases, f"{path.parent.name}/{path.name}"):
            readers = [reader.name for reader in READERS if reader.recognises(document)]
            is_documentation = lists.recognise_documentation(document)
            if path.parent.name.startswith("derived"):
                assert (readers, is_documentation) == ([], False)
                continue
            assert len(readers) == (0 if is_documentation else 1), document.place_name
            read.update(readers or ["documentation"])
    assert read == {
        "HCPCS text file": 3,
        "HCPCS spreadsheet": 5,
        "HCPCS transaction report": 4,
        "HCPCS transaction report, printed": 4,
        "HCPCS corrections": 2,
        "HCPCS corrections, printed": 2,
        "HCPCS NOC list": 2,
        "HCPCS NOC list, printed": 2,
        "HCPCS processing notes": 3,
        "documentation": 5,
    }


@pytest.mark.parametrize(
    ("path", "member", "codes", "actions"),
    [
        (
            ANNUAL_2019,
            "HCPC2019_Trans_Alpha.xlsx",
            6800,
            {
                "add": 228,
                "coverage": 1,
                "coverage_and_long_description": 1,
                "discontinued": 49,
                "long_description": 94,
                "no_change": 6372,
                "payment": 47,
                "short_description": 8,
            },
        ),
        (
            ANNUAL_2020,
            "HCPC2020_TRANS_ALPHA_w_disclaimer.xlsx",
            7079,
            {
                "add": 250,
                "discontinued": 99,
                "long_description": 70,
                "no_change": 6648,
                "payment": 10,
                "short_description": 2,
            },
        ),
        (
            "2020-04/trans_alpha.xlsx",
            "trans_alpha.xlsx",
            7097,
            {"add": 18, "discontinued": 1, "long_description": 4, "no_change": 7074},
        ),
        (
            "2020-07/trans_alpha.xlsx",
            "trans_alpha.xlsx",
            7158,
            {
                "add": 61,
                "discontinued": 9,
                "long_and_short_description": 1,
                "long_description": 3,
                "no_change": 7083,
                "short_description": 1,
            },
        ),
    ],
)
def test_transaction_report_has_the_counts_that_cms_published(
    releases: Path, path: str, member: str, codes: int, actions: dict[str, int]
) -> None:
    report = read_list(open_member(releases, path, member))
    assert report.kind == "transaction_report"
    assert report.facts["codes"] == len(report.entries) == codes
    assert report.facts["actions"] == actions
    assert report.facts["is_abridged"] is False
    assert report.facts["disagreements"] == report.facts["unknown_actions"] == report.facts["unreadable"] == []
    assert [entry.code for entry in report.entries] == sorted({entry.code for entry in report.entries})


def test_modifier_that_the_sheet_by_action_has_twice_is_named(releases: Path) -> None:
    report = read_list(open_member(releases, "2020-07/trans_alpha.xlsx", "trans_alpha.xlsx"))
    assert report.facts["duplicates"] == [
        "CS: 'Long/Short Description Change' and 'No Change' in 'Changes by Action Code', row 141"
    ]
    entry = next(entry for entry in report.entries if entry.code == "CS")
    assert entry.fields["action"] == "long_and_short_description"


@pytest.mark.parametrize(
    ("path", "whole", "prints"),
    [
        (ANNUAL_2019, "HCPC2019_Trans_Alpha.xlsx", ("Changes_by_HCPCSCode.prn", "Changes_by_ActionCode.prn")),
        (
            ANNUAL_2020,
            "HCPC2020_TRANS_ALPHA_w_disclaimer.xlsx",
            ("Changes_by_HCPC.prn", "Changes_by_ActionCode.prn"),
        ),
    ],
)
def test_printed_reports_say_what_the_workbook_says(
    releases: Path, path: str, whole: str, prints: tuple[str, str]
) -> None:
    report = read_list(open_member(releases, path, whole))
    by_code, by_action = (read_list(open_member(releases, path, name)) for name in prints)
    assert by_code.entries == by_action.entries
    assert by_code.facts["is_abridged"] is True
    assert by_code.facts["actions"] == report.facts["actions"]
    for printed, entry in zip(by_code.entries, report.entries, strict=True):
        assert (printed.code, printed.fields["action"]) == (entry.code, entry.fields["action"])
        assert entry.fields["action_text"].startswith(printed.fields["action_text"])
        assert entry.fields["short_descriptor"].startswith(printed.fields["short_descriptor"])
        assert entry.fields["long_descriptor"].startswith(printed.fields["long_descriptor"])


def test_transaction_report_adds_what_the_code_list_has_as_added(releases: Path) -> None:
    report = read_list(open_member(releases, "2020-04/trans_alpha.xlsx", "trans_alpha.xlsx"))
    listed = {
        release: workbook.read_workbook(open_member(releases, f"{release}/anweb.xlsx", "anweb.xlsx"))
        for release in ("2020-04", "2020-07")
    }
    codes = {release: _codes_of(found) for release, found in listed.items()}
    assert {entry.code for entry in report.entries} == codes["2020-04"]
    later = read_list(open_member(releases, "2020-07/trans_alpha.xlsx", "trans_alpha.xlsx"))
    added = {entry.code for entry in later.entries if entry.fields["action"] == "add"}
    assert added == codes["2020-07"] - codes["2020-04"]


def _codes_of(code_file: CodeFile) -> set[str]:
    return {code for block in code_file.blocks for code in block.codes}


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("ADD", "add"),
        (" Add ", "add"),
        ("Discontinued", "discontinued"),
        ("Long Description Change", "long_description"),
        ("Long Description Chang", "long_description"),
        ("SHORT DESCRIPTION CHANGE", "short_description"),
        ("Short Description Chan", "short_description"),
        ("Long/Short Description Change", "long_and_short_description"),
        ("Payment Change", "payment"),
        ("Coverage  Change", "coverage"),
        ("Coverage and Long Desc Change", "coverage_and_long_description"),
        ("Coverage and Long Desc", "coverage_and_long_description"),
        ("Misc Change (TOS, BETOS)", "miscellaneous"),
        ("Miscellaneous change (BETOS or Type of Service)", "miscellaneous"),
        ("Re-activated", "reactivated"),
        ("Reactivated", "reactivated"),
        ("No Change", "no_change"),
        ("No change", "no_change"),
        ("T", "miscellaneous"),
        ("B", "coverage_and_long_description"),
        ("Addressed elsewhere", "unknown"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_action_in_words_has_one_name(words: str, slug: str) -> None:
    assert action_slug(words) == slug


def test_sheets_of_a_report_that_disagree_are_named() -> None:
    report = read_list(
        make_workbook(
            action=[["HCPC", "Action Cd"], ["X2", "ADD"], ["X0002", "Payment Change"], ["X0001", "Discontinued"]],
            code=[["HCPC", "Action Cd"], ["X2", "ADD"], ["X0001", "No Change"], ["X0003", "Renamed"], ["see", "n"]],
        )
    )
    assert [(entry.code, entry.fields["action"]) for entry in report.entries] == [
        ("X0001", "no_change"),
        ("X0003", "unknown"),
        ("X2", "add"),
    ]
    assert report.facts["disagreements"] == [
        "X0001: no_change in 'code', discontinued in 'action'",
        "X0002: absent in 'code', payment in 'action'",
        "X0003: unknown in 'code', absent in 'action'",
    ]
    assert report.facts["unknown_actions"] == ["Renamed"]
    assert report.facts["unreadable"] == ["row 5: see"]


@pytest.mark.parametrize("year", ["2018", "2019"])
def test_noc_list_is_whole_in_the_workbook_and_cut_in_print(releases: Path, year: str) -> None:
    path = f"{year}-01/{year}-HCPCS-NOC-Codes.zip"
    whole = read_list(open_member(releases, path, f"NOC_Codes_{year}.xlsx"))
    printed = read_list(open_member(releases, path, f"NOC_Codes_{year}.prn"))
    assert whole.kind == "noc"
    assert (len(whole.entries), whole.facts["codes"]) == {"2018": (145, 144), "2019": (139, 139)}[year]
    assert whole.facts["unreadable"] == printed.facts["unreadable"] == []
    for one, other in zip(whole.entries, printed.entries, strict=True):
        assert one.code == other.code
        assert one.fields["long_descriptor"][:70].startswith(other.fields["long_descriptor"][:70])
        assert one.fields["added_date"] == other.fields["added_date"]
        assert one.fields["termination_date"] == other.fields["termination_date"]
    by_code = {entry.code: entry.fields for entry in whole.entries}
    assert by_code["A9599"]["added_date"] == "2014-01-01"
    assert by_code["A9599"]["termination_date"] == "2017-12-31"
    # CMS gives the text of the next code here, S9446, under S9445 again.
    assert whole.facts["duplicates"] == (["S9445 stands twice, on row 130 too"] if year == "2018" else [])


def test_noc_description_on_two_rows_is_one(releases: Path) -> None:
    whole = read_list(open_member(releases, "2019-01/2019-HCPCS-NOC-Codes.zip", "NOC_Codes_2019.xlsx"))
    entry = next(entry for entry in whole.entries if entry.code == "L8608")
    assert entry.fields == {
        "long_descriptor": "Miscellaneous external component, supply or accessory for use with the argus ii "
        "retinal prosthesis system",
        "added_date": "2019-01-01",
        "termination_date": None,
    }


def test_corrections_of_2019_are_read_as_written(releases: Path) -> None:
    path = "2019-01/2019-HCPCS-Alpha-Numeric-Corrections.zip"
    first = read_list(open_member(releases, path, "HCPC2019_Corrections_ALPHA.xlsx"))
    second = read_list(open_member(releases, path, "HCPC2019_Corrections_ALPHA_v2.xlsx"))
    assert first.kind == "corrections"
    assert (len(first.entries), len(second.entries)) == (11, 3)
    by_code = {entry.code: entry.fields for entry in first.entries}
    assert by_code["C1890"] == {
        "action": "ADD CODE",
        "effective_date": "2019-01-01",
        "effective_date_text": None,
        "short_descriptor": "No device w/dev-intensive px",
        "long_descriptor": "No implantable/insertable device used with device-intensive procedures",
        "types_of_service": ["9", "F"],
        "betos": "D1E",
        "coverage": "D",
        "price": "53",
        "cross_reference": "",
        "asc_indicator": "",
        "asc_date": "",
        "comments": "Statute 1833(t)",
    }
    assert (by_code["Q5111"]["effective_date"], by_code["Q5111"]["effective_date_text"]) == (None, "01/0/12019")
    assert (by_code["J1095"]["asc_indicator"], by_code["J1095"]["asc_date"]) == ("YY", "2019-01-01")
    assert by_code["C9034"]["cross_reference"] == "J1095"
    assert by_code["J2787"]["long_descriptor"] == "Riboflavin 5\u2019-phosphate, ophthalmic solution, up to 3 ml"
    assert second.entries[0].code == "DA"
    assert second.entries[0].fields["action"] == "Removed in error - add back to file"


@pytest.mark.parametrize("name", ["HCPC2019_Corrections_ALPHA", "HCPC2019_Corrections_ALPHA_v2"])
def test_printed_corrections_are_the_beginning_of_the_whole_ones(releases: Path, name: str) -> None:
    path = "2019-01/2019-HCPCS-Alpha-Numeric-Corrections.zip"
    whole = read_list(open_member(releases, path, f"{name}.xlsx"))
    printed = read_list(open_member(releases, path, f"{name}.prn"))
    assert printed.facts["is_abridged"] is True
    for one, other in zip(whole.entries, printed.entries, strict=True):
        assert one.code == other.code
        for field in ("action", "short_descriptor", "long_descriptor", "comments"):
            assert one.fields[field].startswith(other.fields[field])
        for field in ("betos", "coverage", "price", "cross_reference", "asc_indicator", "asc_date"):
            assert one.fields[field] == other.fields[field]
        assert set(other.fields["types_of_service"]) <= set(one.fields["types_of_service"])
        assert other.fields["effective_date"] in (None, one.fields["effective_date"])
        # A date is cut to nine characters where the next column is filled.
        assert (other.fields["effective_date"] is None) == bool(other.fields["short_descriptor"])


def test_corrections_with_the_headers_of_later_years_are_read() -> None:
    header = ["HCPCS/MOD Code", "Action", "Effective Date", "Short Description", "Long Description", "TOS", "BETOS"]
    found = read_list(
        make_workbook(
            corrections=[
                [*header, "Coverage", "Pricing", "Posted"],
                ["X0001", "Revise long description", "4/1/2026", "", "Thing, each", "1,P", "", "C", 57],
                ["X0002, X0003", "Remove", 20260401],
                ["all codes", "Remove", None],
            ]
        )
    )
    assert [entry.code for entry in found.entries] == ["X0001", "X0002", "X0003", ""]
    assert found.entries[0].fields["effective_date"] == "2026-04-01"
    assert (found.entries[0].fields["price"], found.entries[0].fields["coverage"]) == ("57", "C")
    assert found.entries[1].fields["effective_date"] == "2026-04-01"
    assert found.facts["unknown_columns"] == ["Posted"]
    assert found.facts["unreadable"] == ["row 4: all codes"]


def test_printed_corrections_with_other_columns_are_refused() -> None:
    document = make_text(
        "  CODE   ACTION  EFF DATE     SHORT DESC       LONG DESC   TOBETOCOPRICXREF CODASC IASC DATCOMMENTS",
        " X0001  ADD CODE 01/01/201Thing",
    )
    assert corrections.recognise_print(document)
    with pytest.raises(LayoutError, match="other columns"):
        corrections.read_print(document)


@pytest.mark.parametrize(
    ("path", "member", "count", "last"),
    [
        ("2018-01/proc_notes_2018.txt", "proc_notes_2018.txt", 216, "SERVICES AVAILABLE PER NCD DATED MAY 25, 2017."),
        (ANNUAL_2020, "proc_notes_2020.txt", 220, "REFER TO THE NCD MANUAL, SECTION 30.3."),
    ],
)
def test_processing_notes_are_numbered_texts(releases: Path, path: str, member: str, count: int, last: str) -> None:
    notes = read_list(open_member(releases, path, member))
    assert notes.kind == "processing_notes"
    assert [entry.fields["number"] for entry in notes.entries] == [f"{n:04}" for n in range(1, count + 1)]
    assert notes.entries[-1].fields["text"] == last
    assert not any("*" in entry.fields["text"] or "\t" in entry.fields["text"] for entry in notes.entries)
    wrapped = notes.entries[1].fields["text"]
    assert wrapped.endswith("FOR THE ANALYTE AS OPPOSED TO ADMINISTRATION OF THE ANALYTE.")
    assert {entry.code for entry in notes.entries} == {""}


def test_processing_notes_hold_every_number_that_a_record_names(releases: Path) -> None:
    notes = read_list(open_member(releases, ANNUAL_2020, "proc_notes_2020.txt"))
    numbers = {entry.fields["number"] for entry in notes.entries}
    code_file = text.read_text(open_member(releases, ANNUAL_2020, "HCPC2020_ANWEB_w_disclaimer.txt"))
    named = {
        part.split('"')[3]
        for block in code_file.blocks
        for details in block.details or ()
        for part in (details or "").split(",")
        if '"processing_note"' in part
    }
    assert len(named) > 100
    assert named <= numbers


def test_lists_that_are_none_of_these_are_not_recognised() -> None:
    others = [
        make_workbook(one=[["Code", "Title"], ["X0001", "Thing"]]),
        make_workbook(one=[]),
        make_text("HCPCS  LONG DESCRIPTION", "X0001  Thing"),
        make_text("PROCESSING NOTES", "none this year"),
        Document("list.html", b"<html><body>PROCESSING NOTES\n0001--NONE</body></html>"),
    ]
    for document in others:
        assert [reader.name for reader in READERS if reader.recognises(document)] == []
