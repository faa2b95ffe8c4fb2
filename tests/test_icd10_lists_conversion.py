"""The conversion tables, and what their previous codes stand for."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.document import Document
from loaders.icd10.conversion import READERS, find_table, read_conversion, read_effective_date, recognise_conversion
from loaders.icd10.previous_codes import read_previous_codes
from schema.crosswalk import CodeOrder, expand_previous
from schema.errors import LayoutError, RecordError
from schema.records import ListEntry, SupportingList

# Mappings as the README.md beside the releases counts them.
CM_TABLES = {
    "FY2018": 2330,
    "FY2019": 2609,
    "FY2020": 2882,
    "FY2021-jan": 3378,
    "FY2022-oct": 3537,
    "FY2022-apr": 3540,
    "FY2023-oct": 4716,
    "FY2023-apr": 4758,
    "FY2024-oct": 5153,
    "FY2025-oct": 5405,
}
HEADER = "Current code assignment{0}Effective{0}Previous Code(s) Assignment\r\n"
PCS_HEADER = (
    "Current code(s) assignment\tCode title\tEffective year\tPrevious code(s) assignment\tPredecessor code title\t"
    "Change type\tComment\tEffective month/day [MM.DD]\r\n"
)


def read_cm(releases: Path, folder: str) -> SupportingList:
    (path,) = [each for each in (releases / "icd10cm" / folder).iterdir() if "conversion" in each.name.lower()]
    document = Document.unpack(path.name, path.read_bytes())
    (reader,) = [reader for reader in READERS if reader.recognises(document)]
    found = reader.read(document)
    assert isinstance(found, SupportingList)
    assert (reader.system, found.kind) == ("icd10cm", "conversion")
    return found


@cache
def read_pcs(releases: Path) -> SupportingList:
    with zipfile.ZipFile(releases / "icd10pcs" / "FY2022-errata" / "errata-january-12-2022.zip") as archive:
        name = "icd10pcs_conversion_table_2022.xlsx"
        document = Document(name, archive.read(name))
    assert [reader.system for reader in READERS if reader.recognises(document)] == ["icd10pcs"]
    return read_conversion(document, "icd10pcs")


def billable_codes(releases: Path, path: str, member: str) -> list[str]:
    """The billable codes of an order file, in tabular order."""
    with zipfile.ZipFile(releases / "icd10cm" / path) as archive:
        return [line[6:13].strip() for line in archive.read(member).decode().split("\r\n") if line[14:15] == "1"]


def text_table(*rows: str, gap: str = ",", header: str = HEADER) -> Document:
    return Document("table.txt", ("Some words above\r\n" + header.format(gap) + "".join(rows)).encode(), "c.zip")


def entries_of(document: Document, system: str = "icd10cm") -> tuple[ListEntry, ...]:
    assert recognise_conversion(document, system)
    return read_conversion(document, system).entries


def test_every_real_cm_table_has_the_mappings_the_readme_counts_and_every_cell_is_understood(releases: Path) -> None:
    for folder, mappings in CM_TABLES.items():
        found = read_cm(releases, folder)
        assert len(found.entries) == mappings, folder
        assert found.facts["unread"] == 0, folder
        assert "footnotes" not in found.facts
        assert found.facts["title"].startswith("The National Center for Health Statistics")
        none = [entry.fields["previous_text"] for entry in found.entries if not entry.fields["previous"]]
        assert set(none) == {"None"}, folder


def test_real_effective_dates_are_october_of_the_year_or_the_date_of_the_update(releases: Path) -> None:
    dates = Counter(entry.fields["effective_date"] for entry in read_cm(releases, "FY2025-oct").entries)
    assert dates == {
        "2016-10-01": 1970, "2017-10-01": 360, "2018-10-01": 279, "2019-10-01": 273, "2020-04-01": 2, "2020-10-01": 488,
        "2021-01-01": 6, "2021-10-01": 159, "2022-04-01": 3, "2022-10-01": 1176, "2023-04-01": 42, "2023-10-01": 395,
        "2024-10-01": 252,
    }  # fmt: skip


def test_real_pcs_table_is_read_whole(releases: Path) -> None:
    found = read_pcs(releases)
    assert (len(found.entries), found.facts["unread"]) == (16263, 0)
    assert Counter(entry.fields["change_type"] for entry in found.entries) == {
        "New": 10372,
        "Deleted": 3047,
        "Revised": 2844,
    }
    assert Counter(len(entry.fields["previous"]) for entry in found.entries) == {1: 15223, 0: 1040}
    assert sum(not entry.code for entry in found.entries) == 227
    dates = Counter(entry.fields["effective_date"][4:] for entry in found.entries)
    assert dates == {"-10-01": 16219, "-01-01": 21, "-08-01": 14, "-04-01": 9}


def test_real_pcs_code_may_have_several_rows(releases: Path) -> None:
    entries = [entry for entry in read_pcs(releases).entries if entry.code == "XW023V7"]
    assert [entry.fields["previous"] for entry in entries] == [["XW023U6"]]
    assert entries[0].fields["effective_date"] == "2022-04-01"
    assert entries[0].fields["title"].startswith("Introduction of COVID-19 Vaccine Dose 3")
    assert max(Counter(entry.code for entry in read_pcs(releases).entries if entry.code).values()) > 20


def test_real_previous_codes_of_fy2025_are_codes_of_fy2024(releases: Path) -> None:
    codes = sorted(billable_codes(releases, "FY2024-oct/icd10cm-CodesDescriptions-2024.zip", "icd10cm-order-2024.txt"))
    rows = [e for e in read_cm(releases, "FY2025-oct").entries if e.fields["effective_date"] == "2024-10-01"]
    assert len(rows) == 252
    for row in rows:
        for element in row.fields["previous"]:
            assert expand_previous([element], codes), (row.code, element)


def test_real_ranges_run_in_the_order_of_the_order_file(releases: Path) -> None:
    ranges = {e for row in read_cm(releases, "FY2025-oct").entries for e in row.fields["previous"] if "-" in e}
    tabular = billable_codes(releases, "FY2018/2018-icd-10-code-descriptions.zip", "icd10cm_order_2018.txt")
    order, codes = CodeOrder(tabular), sorted(tabular)
    differing = {e: len(expand_previous([e], order)) - len(expand_previous([e], codes)) for e in sorted(ranges)}
    # Of the tables up to FY2025 one range alone crosses letters: Y93.A to Y93.G stand before Y93.8.
    assert {element: more for element, more in differing.items() if more} == {"Y9301-Y939": 48}
    assert "Y93A1" in expand_previous(["Y9301-Y939"], order)


@pytest.mark.parametrize(
    ("cell", "elements"),
    [
        ("A04.7", ["A047"]),
        ("None", []),
        ("", []),
        (" H02.101-H02.106; H02.109 ", ["H02101-H02106", "H02109"]),
        ("H44.20-H44.23 and H35.051-H35.059", ["H35051-H35059", "H4420-H4423"]),
        ("M96.89 & Y84.8", ["M9689", "Y848"]),
        ("T85.110A, T85.111A,T85.112A", ["T85110A", "T85111A", "T85112A"]),
        ("F50.8\nF50.9\xa0", ["F508", "F509"]),
        ("S20.211A or S20.212A.", ["S20211A", "S20212A"]),
        ("K31.89 and a code from R11-", ["K3189", "R11"]),
        ("I63.- and P91.88", ["I63", "P9188"]),
        ("K59.09 AND Code from categories T36-T50", ["K5909", "T36-T50"]),
        ("Codes in Categories T15-T19", ["T15-T19"]),
        ("H35.20 \u2013 H35.23", ["H3520-H3523"]),
        ("T36 through T50", ["T36-T50"]),
        ("A04.7, A04.7", ["A047"]),
        ("QA0.0141", ["QA00141"]),
        ("Z3A", ["Z3A"]),
    ],
)
def test_cells_written_for_people_are_read(cell: str, elements: list[str]) -> None:
    assert read_previous_codes(cell, "icd10cm") == (elements, "")


def test_words_that_mean_nothing_are_told() -> None:
    assert read_previous_codes("A04.7 unless no other, *", "icd10cm") == (["A047"], "unless no other")
    (entry,) = entries_of(text_table("A04.71,2017,A04.7 mostly\r\n"))
    assert (entry.fields["previous"], entry.fields["previous_unread"]) == (["A047"], "mostly")


def test_pcs_cells_are_read() -> None:
    assert read_previous_codes("NoPCS", "icd10pcs") == ([], "")
    assert read_previous_codes("00H60YZ, 0016070", "icd10pcs") == (["0016070", "00H60YZ"], "")


@given(st.text())
def test_any_cell_gives_sorted_elements(cell: str) -> None:
    for system in ("icd10cm", "icd10pcs"):
        elements, _ = read_previous_codes(cell, system)
        assert elements == sorted(set(elements))


@pytest.mark.parametrize(
    ("text", "month_day", "expected"),
    [
        ("2024", "", date(2024, 10, 1)),
        ("2022", "04.01", date(2022, 4, 1)),
        ("2020", "8.1", date(2020, 8, 1)),
        ("2020-04-01", "", date(2020, 4, 1)),
        ("01/01/21", "", date(2021, 1, 1)),
        ("4/1/2023", "", date(2023, 4, 1)),
        ("45017", "", date(2023, 4, 1)),
        ("April 1, 2023", "", date(2023, 4, 1)),
        ("", "", None),
        ("soon", "", None),
        ("13/45/21", "", None),
        ("2022", "13.01", None),
        ("2022", "April", None),
        ("20222", "", None),
    ],
)
def test_effective_dates_of_every_spelling(text: str, month_day: str, expected: date | None) -> None:
    assert read_effective_date(text, month_day) == expected


@pytest.mark.parametrize("gap", [",", "\t", ";", "    "])
def test_text_tables_are_read_whatever_parts_their_columns(gap: str) -> None:
    rows = [f"{gap.join(cells)}\r\n" for cells in (("A04.71", "2017", "A04.7"), ("A92.5 ", "01/01/21", "None"))]
    entries = entries_of(text_table(*rows, gap=gap))
    assert [(e.code, e.fields["effective_date"], e.fields["previous"]) for e in entries] == [
        ("A0471", "2017-10-01", ["A047"]),
        ("A925", "2021-01-01", []),
    ]


def test_table_of_a_spreadsheet_program_with_its_blanks_is_read() -> None:
    document = text_table('H02.151,2018,"H02.101-H02.106; H02.109 "\r\n')
    packed = document.data.replace(b"; H02", b";\xa0H02")
    (entry,) = entries_of(Document("table.csv", packed))
    assert entry.fields["previous"] == ["H02101-H02106", "H02109"]


def test_pcs_text_is_read() -> None:
    new = "001607A\tBypass\t2019\t00H60YZ\tInsertion\tNew\t\t10.01\r\n"
    deleted = "NoPCS\tNo description\t2019\t0H0TX7Z\tAlteration\tDeleted\tc\t\r\n"
    document = text_table(new, deleted, header=PCS_HEADER, gap="\t")
    assert not recognise_conversion(document, "icd10cm")
    first, second = entries_of(document, "icd10pcs")
    assert first.fields == {
        "effective_date": "2019-10-01", "previous": ["00H60YZ"], "previous_text": "00H60YZ", "title": "Bypass",
        "previous_title": "Insertion", "change_type": "New",
    }  # fmt: skip
    assert (second.code, second.fields["previous"], second.fields["effective_date"]) == ("", ["0H0TX7Z"], "2019-10-01")


def test_columns_are_found_by_their_header() -> None:
    header = "Previous Code(s) Assignment\tNote\tCurrent  code\tEffective October 1\r\n"
    assert find_table(text_table("A04.7\tx\tA04.71\t2017\r\n", header=header)) is None
    header = "Note\tCurrent code\tPrevious  code(s) Assignment\tEffective October 1\r\n"
    document = text_table("x\tA04.71\tA04.7\t2017\r\n", header=header.replace("  ", " "))
    assert [entry.code for entry in entries_of(document)] == ["A0471"]


def test_words_below_the_table_are_footnotes() -> None:
    found = read_conversion(text_table("A04.71,2017,A04.7\r\n", ",,\r\n", "* see the guidelines,,\r\n"), "icd10cm")
    assert (len(found.entries), found.facts["footnotes"]) == (1, ["* see the guidelines"])


def test_workbook_rows_are_counted_as_the_spreadsheet_counts_them() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Title"], ["Current code assignment", "Effective", "Previous Code(s) Assignment"],
                ["A04.71", 2017, "A04.7"], [], ["A04.72", "one day", "A04.7"]):  # fmt: skip
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    with pytest.raises(RecordError, match="effective date") as caught:
        read_conversion(Document("table.xlsx", packed.getvalue()), "icd10cm")
    assert caught.value.place is not None
    assert caught.value.place.line == 5
    assert "Sheet" in str(caught.value.place)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A04.72,,A04.7", "effective date"),
        ("A04.72,,", "effective date"),
        ("A04.72,soon,A04.7", "effective date"),
        ("Cholera,2017,A04.7", "current code"),
        ('A04.72,2017,"A04.7"x', "split into columns"),
    ],
)
def test_broken_row_is_refused_with_its_line(row: str, what: str) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        read_conversion(text_table("A04.71,2017,A04.7\r\n", f"{row}\r\n"), "icd10cm")
    assert caught.value.place is not None
    assert caught.value.place.line == 4


@pytest.mark.parametrize(
    "data", [b"", b"A,B,C\n1,2,3\n", b"Current code of conduct, previous code of conduct\n", b"<html>"]
)
def test_other_files_are_no_conversion_tables(data: bytes) -> None:
    document = Document("conversion-table.csv", data)
    assert not any(reader.recognises(document) for reader in READERS)
    with pytest.raises(LayoutError):
        read_conversion(document, "icd10cm")
