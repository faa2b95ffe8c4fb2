"""Which list is which beside the HCPCS code list; NOC codes and processing notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from loaders.document import Document
from loaders.hcpcs import lists, text
from tests.hcpcs_lists import ANNUAL_2020, READERS, make_text, make_workbook, open_member, open_members, read_list


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
