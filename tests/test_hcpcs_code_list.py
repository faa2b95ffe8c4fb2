"""The HCPCS code list of every real release, from the text and from the spreadsheet."""

from __future__ import annotations

import json
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.document import Document
from loaders.hcpcs.cross_check import compare_code_files
from loaders.hcpcs.layout import DETAIL_FIELDS
from loaders.hcpcs.text import read_text, recognise_text
from loaders.hcpcs.workbook import read_workbook, recognise_workbook
from schema.contents import CodeFile
from schema.fields import FIELD_CLASSES, NOT_COMPARED
from schema.records import RecordBlock

TEXTS = {
    "2018-01": "2018-01/HCPC2018_CONTR_ANWEB_disc.txt.gz",
    "2019-01": "2019-01/2019-Alpha-Numeric-HCPCS-File.zip/HCPC2019_CONTR_ANWEB.txt",
    "2020-01": "2020-01/2020-Alpha-Numeric-HCPCS-File.zip/HCPC2020_ANWEB_w_disclaimer.txt",
}
WORKBOOKS = {
    "2018-01": "2018-01/HCPC2018_CONTR_ANWEB_disc.xlsx",
    "2019-01": "2019-01/2019-Alpha-Numeric-HCPCS-File.zip/HCPC2019_CONTR_ANWEB.xlsx",
    "2020-01": "2020-01/2020-Alpha-Numeric-HCPCS-File.zip/HCPC2020_ANWEB_w_disclaimer.xls",
    "2020-04": "2020-04/anweb.xlsx",
    "2020-07": "2020-07/anweb.xlsx",
}
# Codes, modifiers (README.md of the real releases), records of the text, rows of the sheet.
COUNTS = {
    "2018-01": (6205, 354, 10985, 6559),
    "2019-01": (6440, 360, 11622, 6801),
    "2020-01": (6710, 369, 12359, 7080),
    "2020-04": (6728, 369, 0, 7098),
    "2020-07": (6789, 369, 0, 7159),
}

Open = Callable[[str], Document]


@pytest.fixture(scope="module")
def open_file(releases: Path) -> Open:
    def open_path(path: str) -> Document:
        folder = releases / "hcpcs"
        if ".zip/" not in path:
            return Document.unpack(Path(path).name, (folder / path).read_bytes())
        archive, member = path.split(".zip/")
        with zipfile.ZipFile(folder / f"{archive}.zip") as opened:
            return Document.unpack(member, opened.read(member), f"{Path(archive).name}.zip")

    return open_path


@pytest.fixture(scope="module")
def texts(open_file: Open) -> dict[str, CodeFile]:
    return {release: read_text(open_file(path)) for release, path in TEXTS.items()}


@pytest.fixture(scope="module")
def workbooks(open_file: Open) -> dict[str, CodeFile]:
    return {release: read_workbook(open_file(path)) for release, path in WORKBOOKS.items()}


def block_of(code_file: CodeFile, kind: str) -> RecordBlock:
    return next(block for block in code_file.blocks if block.kind == kind)


def details_of(block: RecordBlock) -> list[dict[str, Any]]:
    assert block.details is not None
    return [json.loads(text) if text else {} for text in block.details]


def record_of(code_file: CodeFile, code: str) -> dict[str, Any]:
    block = block_of(code_file, "modifier" if len(code) == 2 else "code")
    at = list(block.codes).index(code)
    assert block.details is not None
    assert block.added_dates is not None
    assert block.termination_dates is not None
    return {
        "short": block.short_descriptors[at],
        "long": block.long_descriptors[at],
        "added": block.added_dates[at],
        "ended": block.termination_dates[at],
        **json.loads(block.details[at] or "{}"),
    }


@pytest.mark.parametrize("release", TEXTS)
def test_text_holds_the_codes_and_modifiers_that_cms_published(texts: dict[str, CodeFile], release: str) -> None:
    codes, modifiers, records, _ = COUNTS[release]
    code_file = texts[release]
    assert [block.kind for block in code_file.blocks] == ["modifier", "code"]
    assert (len(block_of(code_file, "code")), len(block_of(code_file, "modifier"))) == (codes, modifiers)
    assert code_file.facts["records_in_file"] == records
    assert code_file.facts["ends_with_newline"] is True
    assert code_file.facts["sequence_breaks"] == 0


@pytest.mark.parametrize("release", WORKBOOKS)
def test_workbook_holds_the_codes_and_modifiers_that_cms_published(
    workbooks: dict[str, CodeFile], release: str
) -> None:
    codes, modifiers, _, rows = COUNTS[release]
    code_file = workbooks[release]
    assert (len(block_of(code_file, "code")), len(block_of(code_file, "modifier"))) == (codes, modifiers)
    assert code_file.facts["records_in_file"] == rows
    assert code_file.facts["unknown_columns"] == []
    assert code_file.facts["missing_columns"] == []


@pytest.mark.parametrize("release", ["2018-01", "2020-01"])
def test_text_and_workbook_give_the_same_records(
    texts: dict[str, CodeFile], workbooks: dict[str, CodeFile], release: str
) -> None:
    text, workbook = texts[release], workbooks[release]
    assert compare_code_files(text, workbook) == []
    assert [list(block.digests) for block in text.blocks] == [list(block.digests) for block in workbook.blocks]
    for fact in ("year", "month", "action_dates", "unknown_values", "remarks"):
        assert text.facts[fact] == workbook.facts[fact]


def test_text_and_workbook_of_2019_differ_where_cms_made_them_differ(
    texts: dict[str, CodeFile], workbooks: dict[str, CodeFile]
) -> None:
    differences = compare_code_files(texts["2019-01"], workbooks["2019-01"])
    # The spreadsheet leaves out the date of 115 rows on which nothing was done since 2002 or before.
    dates = [line.split()[0] for line in differences if line.endswith(" action_date differs")]
    assert len(dates) == 115
    assert all(record_of(workbooks["2019-01"], code).get("action_date") is None for code in dates)
    assert all(record_of(texts["2019-01"], code)["action_code"] == "N" for code in dates)
    assert max(record_of(texts["2019-01"], code)["action_date"] for code in dates) == "2002-01-01"
    # And it has a rental where the text has none.
    assert [line for line in differences if "action_date" not in line] == [
        "E0210 types_of_service differs",
        "E0776 types_of_service differs",
    ]
    assert record_of(texts["2019-01"], "E0776")["types_of_service"] == ["A", "E", "P"]
    assert record_of(workbooks["2019-01"], "E0776")["types_of_service"] == ["A", "E", "P", "R"]


def test_stray_continuation_row_of_the_workbook_ends_the_description_above(
    texts: dict[str, CodeFile], workbooks: dict[str, CodeFile]
) -> None:
    expected = record_of(texts["2020-01"], "G0503")["long"]
    assert expected.endswith("other treatment goals and are prepared for discharge from active treatment")
    for release in ("2019-01", "2020-01", "2020-04", "2020-07"):
        assert record_of(workbooks[release], "G0503")["long"] == expected


def test_every_field_is_typed_and_has_a_class(texts: dict[str, CodeFile], workbooks: dict[str, CodeFile]) -> None:
    layouts = {field.name: field for field in DETAIL_FIELDS}
    seen: Counter[str] = Counter()
    for code_file in (*texts.values(), *workbooks.values()):
        assert code_file.facts["unknown_values"] == []
        for block in code_file.blocks:
            assert block.added_dates is not None
            assert all(type(day) is date for day in block.added_dates)
            assert block.termination_dates is not None
            assert all(day is None or type(day) is date for day in block.termination_dates)
            assert all(text and text == " ".join(text.split()) for text in block.long_descriptors)
            assert all(text and text == " ".join(text.split()) for text in block.short_descriptors)
            for details in details_of(block):
                for name, value in details.items():
                    seen[name] += 1
                    if layouts[name].is_list:
                        assert value == sorted(set(value))
                        assert all(value)
                    elif layouts[name].kind == "date":
                        assert date.fromisoformat(value).isoformat() == value
                    else:
                        assert isinstance(value, str)
                        assert value
    # Medicare outpatient groups and anesthesia units are blank for all codes of Level II.
    assert set(layouts) - set(seen) == {"mog", "mog_policy", "mog_date", "anesthesia_units"}
    assert set(layouts) <= set(FIELD_CLASSES)
    assert set(FIELD_CLASSES) >= NOT_COMPARED


def test_record_keeps_every_field_that_the_file_has_for_it(texts: dict[str, CodeFile]) -> None:
    assert record_of(texts["2019-01"], "C9014") == {
        "short": "Injection, cerliponase alfa",
        "long": "Injection, cerliponase alfa, 1 mg",
        "added": date(2018, 1, 1),
        "ended": date(2018, 12, 31),
        "pricing_indicators": ["53"],
        "multiple_pricing": "A",
        "statute": "1833(t)",
        "cross_references": ["J0567"],
        "coverage": "D",
        "asc_group": "YY",
        "asc_date": "2018-01-01",
        "betos": "O1E",
        "types_of_service": ["9", "F"],
        "action_code": "D",
        "action_date": "2019-01-01",
    }
    p9612 = record_of(texts["2019-01"], "P9612")
    assert (p9612["carrier_manual_references"], p9612["pricing_indicators"]) == (["5114.1D"], ["21", "57"])
    q0111 = record_of(texts["2019-01"], "Q0111")
    assert q0111["lab_certifications"] == ["110", "120", "130"]
    p3001 = record_of(texts["2019-01"], "P3001")
    assert (p3001["coverage_manual_references"], p3001["processing_note"]) == (["50-20"], "0045")


def test_description_that_is_wrapped_over_lines_reads_as_one(texts: dict[str, CodeFile]) -> None:
    # The line break of G8891 stands behind a line of 316 columns.
    g8891 = record_of(texts["2019-01"], "G8891")["long"]
    assert "with palliative goals for whom treatment of hypertension" in g8891
    assert "  " not in g8891
    # The second line of G0501 begins with a blank.
    assert " visit (list separately in addition" in record_of(texts["2018-01"], "G0501")["long"]


def test_price_00_is_a_value_and_zero_units_are_blank(texts: dict[str, CodeFile]) -> None:
    counts = Counter(
        price
        for details in details_of(block_of(texts["2019-01"], "code"))
        for price in details.get("pricing_indicators", [])
    )
    assert counts["00"] == 2677
    assert counts["21"] == 67


def test_asc_date_that_slipped_into_the_columns_before_it_is_read_and_named(texts: dict[str, CodeFile]) -> None:
    c9488 = record_of(texts["2018-01"], "C9488")
    assert c9488["asc_date"] == "2017-04-01"
    assert "asc_group" not in c9488
    remarks = texts["2018-01"].facts["remarks"]
    assert [remark.split(":")[0] for remark in remarks] == ["C9488", "C9745", "C9746", "C9747", "C9748"]


def test_ended_codes_carry_their_last_usable_day(texts: dict[str, CodeFile]) -> None:
    ended = {
        release: sum(day is not None for block in f.blocks for day in block.termination_dates or ())
        for release, f in texts.items()
    }
    assert ended == {"2018-01": 466, "2019-01": 515, "2020-01": 615}
    assert record_of(texts["2019-01"], "ZC")["ended"] == date(2018, 3, 31)


def test_quarterly_workbook_adds_what_its_predecessor_has_not(workbooks: dict[str, CodeFile]) -> None:
    january, april, july = (
        {(block.kind, code) for block in workbooks[release].blocks for code in block.codes}
        for release in ("2020-01", "2020-04", "2020-07")
    )
    assert (len(april - january), len(january - april)) == (18, 0)
    assert (len(july - april), len(april - july)) == (61, 0)


def test_facts_tell_year_and_action_dates(texts: dict[str, CodeFile], workbooks: dict[str, CodeFile]) -> None:
    assert {release: (f.facts["year"], f.facts["month"]) for release, f in texts.items()} == {
        "2018-01": (2018, None),
        "2019-01": (2019, None),
        "2020-01": (2020, None),
    }
    assert workbooks["2020-07"].facts["year"] is None
    most = {release: max(f.facts["action_dates"].items(), key=lambda pair: pair[1]) for release, f in workbooks.items()}
    assert most == {
        "2018-01": ("2018-01-01", 305),
        "2019-01": ("2019-01-01", 370),
        "2020-01": ("2020-01-01", 344),
        "2020-04": ("2020-04-01", 16),
        "2020-07": ("2020-07-01", 70),
    }


def test_each_file_is_recognised_by_one_reader(open_file: Open) -> None:
    for path in TEXTS.values():
        document = open_file(path)
        assert (recognise_text(document), recognise_workbook(document)) == (True, False)
    for path in WORKBOOKS.values():
        document = open_file(path)
        assert (recognise_text(document), recognise_workbook(document)) == (False, True)


def test_text_reads_in_less_than_a_second(open_file: Open) -> None:
    document = open_file(TEXTS["2020-01"])
    taken = []
    for _ in range(3):
        start = time.process_time()
        read_text(document)
        taken.append(time.process_time() - start)
    assert min(taken) < 1.0
