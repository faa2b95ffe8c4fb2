"""Code uses in CSV: header row, delimiter, encoding, rows as a spreadsheet counts them."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.uses.delimited import read_delimited
from loaders.uses.inventory import read_inventory
from schema.errors import UseError
from tests.use_places import found_codes, make_spec, read_use, refused_entries, write_text


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = write_text(
        tmp_path / "cdm.csv", "Charge master,,", "", "Line,HCPCS,Text", '1,J1234,"two', 'lines"', "", "2,a4226,x"
    )
    use = read_use(path=path)
    assert found_codes(use) == [("row 4", ("J1234",)), ("row 6", ("A4226",))]
    assert (use.entries, use.unreadable) == (2, ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Größe, a|b;c\td", "HCPCS"], ["é", "J1234"], ['say "x"', "100"]]
    path = tmp_path / "cdm.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    use = read_use(path=path)
    assert found_codes(use) == [("row 2", ("J1234",))]
    assert refused_entries(use) == [("row 3", "100")]


def test_a_byte_order_mark_belongs_to_no_name(tmp_path: Path) -> None:
    path = tmp_path / "cdm.csv"
    path.write_bytes(b"\xef\xbb\xbfHCPCS,Price\r\nJ1234,\xe9\r\n")  # the rest is Windows-1252
    assert found_codes(read_use(path=path)) == [("row 2", ("J1234",))]


def test_names_are_found_without_their_blanks_and_in_another_case(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "x,hcpcs code,y", "x, HCPCS  Code\xa0,y", "1,J1234,2")
    assert found_codes(read_use({"hcpcs": ("HCPCS Code",)}, path=path)) == [("row 3", ("J1234",))]
    path = write_text(tmp_path / "cdm.csv", "x,hcpcs code,y", "1,J1234,2")
    assert found_codes(read_use({"hcpcs": ("HCPCS Code",)}, path=path)) == [("row 2", ("J1234",))]


def test_a_name_that_stands_twice_is_read_in_both_columns(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "HCPCS,x,HCPCS", "J1234,1,J1235")
    assert found_codes(read_use(path=path)) == [("row 2", ("J1234",)), ("row 2", ("J1235",))]


def test_a_file_of_one_column_has_no_delimiter(tmp_path: Path) -> None:
    path = write_text(tmp_path / "list.csv", "HCPCS", "J1234, J1235; J1236", '"J1237, J1238"')
    use = read_use(form="expression", path=path)
    assert found_codes(use) == [("row 2", ("J1234", "J1235", "J1236")), ("row 3", ("J1237", "J1238"))]


def test_cells_right_of_the_header_are_told(tmp_path: Path) -> None:
    path = write_text(tmp_path / "rules.csv", "payer,HCPCS", "a,J1234,J1235", "b,J1236,,")
    use = read_use(form="expression", path=path)
    assert found_codes(use) == [("row 2", ("J1234",)), ("row 3", ("J1236",))]
    assert refused_entries(use) == [("row 2", "J1235")]


def test_short_rows_and_blank_cells_are_no_entries(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "x,HCPCS", "1", "2, \xa0 ", "3,J1234")
    use = read_use(path=path)
    assert (use.entries, found_codes(use)) == (1, [("row 4", ("J1234",))])


def test_every_filled_cell_is_an_entry_readable_or_not(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "HCPCS,Dx,Rev", "J1234,E11.9,0450", "nix,nix,nix", ",,", "J1,,")
    columns = {"hcpcs": ("HCPCS",), "icd10cm": ("Dx",), "revenue_code": ("Rev",)}
    use = read_use(columns, path=path)
    assert (use.entries, len(use.cells), len(use.unreadable)) == (7, 4, 3)


def test_one_column_may_hold_codes_of_two_systems(tmp_path: Path) -> None:
    path = write_text(tmp_path / "rules.csv", "x;code", "1;E11.9, 99213, nix", "2;E8015")
    use = read_use({"hcpcs": ("code",), "icd10cm": ("code",)}, "expression", path=path)
    assert {(c.system, c.location, e.text) for c in use.cells for e in c.elements} == {
        ("hcpcs", "row 2", "99213"),
        ("icd10cm", "row 2", "E11.9"),
        ("hcpcs", "row 3", "E8015"),
        ("icd10cm", "row 3", "E8015"),
    }
    assert (use.entries, refused_entries(use)) == (2, [("row 2", "nix")])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "'HCPCS', 'Dx'"),
        (b"a,b\r\n1,2\r\n", "the columns 'HCPCS', 'Dx'"),
        (b"HCPCS,b\r\n1,2\r\n", "the column 'Dx'"),
        (b"HCPCS,b\r\n1,Dx\r\n", "all of the columns 'HCPCS', 'Dx'"),
        ("HCPCS,Dx\r\nJ1234,E11\r\n".encode("utf-16"), "UTF-16"),
        (b"\x89\x00\x01\x02", "neither CSV"),
        (b"HCPCS,Dx\r\nJ1234,\x81\r\n", "0x81 in line 2"),
        (b'HCPCS,Dx\r\nJ1234,E11\r\n"J1235,E12\r\n', "CSV"),
        (b'HCPCS,Dx\r\nJ1234,"E11" x\r\n', "line 2"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "cdm.csv"
    path.write_bytes(content)
    with pytest.raises(UseError, match="use 'charges'") as refused:
        read_use({"hcpcs": ("HCPCS",), "icd10cm": ("Dx",)}, path=path)
    assert why in refused.value.line
    assert "\n" not in refused.value.line


@pytest.mark.parametrize("name", ["missing.csv", ".", "zero\0byte.csv"])
def test_a_place_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UseError, match=r"use 'charges': the file cannot be read"):
        read_use(path=tmp_path / name)


def test_a_sheet_of_a_text_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "HCPCS", "J1234")
    with pytest.raises(UseError, match="no workbook"):
        read_use(path=path, sheet="CDM")


def test_a_place_is_read_afresh_each_time(tmp_path: Path) -> None:
    path = write_text(tmp_path / "cdm.csv", "HCPCS", "J1234")
    before = read_use(path=path)
    write_text(path, "HCPCS", "J1235")
    assert [found_codes(before), found_codes(read_use(path=path))] == [
        [("row 2", ("J1234",))],
        [("row 2", ("J1235",))],
    ]


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=6), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_exports_comes_back(rows: list[list[str]], delimiter: str) -> None:
    import io

    text = io.StringIO()
    kept = [[cell.replace("\0", "").encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["name a", "name b"], *kept])
    table = read_delimited(text.getvalue().encode(), ["name b", "name a"])
    assert [(number, list(cells)) for number, cells in table.rows] == list(enumerate(kept, start=2))


def test_a_charge_master_of_20000_lines_is_read_in_well_under_two_seconds(tmp_path: Path) -> None:
    chosen = random.Random(4)
    lines = [f'{n},{chosen.choice("ABGJ")}{n % 10000:04d},0{n % 1000:03d},"text, ""{n}""",12.50' for n in range(20_000)]
    path = write_text(tmp_path / "cdm.csv", "line,HCPCS,rev,description,price", *lines)
    started = time.process_time()
    (use,) = read_inventory([make_spec({"hcpcs": ("HCPCS",), "revenue_code": ("rev",)}, path=path)])
    assert time.process_time() - started < 2
    assert (use.entries, len(use.cells), use.unreadable) == (40_000, 40_000, ())
