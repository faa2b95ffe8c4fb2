"""The 320-column text, line by line: what is read."""

from __future__ import annotations

from datetime import date

import pytest

from loaders.document import Document
from loaders.hcpcs.layout import ACTION_CODE, WORKBOOK_FIELDS
from loaders.hcpcs.text import read_text, recognise_text
from tests.hcpcs_records import detail, document_of, first_line, next_line, read


def test_layout_gives_every_column_to_one_field() -> None:
    taken = [column for field in WORKBOOK_FIELDS for column in range(field.first, field.last + 1)]
    assert len(taken) == len(set(taken))
    # 6-10 is the sequence number, 260 and what follows 293 are fillers.
    assert set(taken) == set(range(1, ACTION_CODE.last + 1)) - {6, 7, 8, 9, 10, 260}
    assert all(field.count * field.width == field.last - field.first + 1 for field in WORKBOOK_FIELDS)


def test_all_fields_of_a_first_line_are_read() -> None:
    code_file = read(
        first_line(
            pricing_indicators="5100  51",
            multiple_pricing="A",
            coverage_manual_references="60-9  50-20 ",
            carrier_manual_references="2130    5114.1D ",
            statute="1833(t)",
            lab_certifications="340220",
            cross_references="J010200123",
            coverage="D",
            asc_group="YY",
            asc_date="20200401",
            mog="680",
            mog_policy="1",
            mog_date="20190101",
            processing_note="0045",
            betos="O1E",
            types_of_service="P1 F",
            anesthesia_units=" 05",
            termination_date="20211231",
        )
    )
    assert detail(code_file) == {
        "pricing_indicators": ["00", "51"],
        "multiple_pricing": "A",
        "coverage_manual_references": ["50-20", "60-9"],
        "carrier_manual_references": ["2130", "5114.1D"],
        "statute": "1833(t)",
        "lab_certifications": ["220", "340"],
        "cross_references": ["00123", "J0102"],
        "coverage": "D",
        "asc_group": "YY",
        "asc_date": "2020-04-01",
        "mog": "680",
        "mog_policy": "1",
        "mog_date": "2019-01-01",
        "processing_note": "0045",
        "betos": "O1E",
        "types_of_service": ["1", "F", "P"],
        "anesthesia_units": "5",
        "action_code": "A",
        "action_date": "2020-01-01",
    }
    codes = code_file.blocks[1]
    assert (codes.added_dates, codes.termination_dates) == ([date(2020, 1, 1)], [date(2021, 12, 31)])


def test_empty_dates_and_zero_units_are_blank_but_price_00_is_not() -> None:
    code_file = read(
        first_line(
            pricing_indicators="00",
            types_of_service="0",
            anesthesia_units="000",
            processing_note="0000",
            mog="000",
            termination_date="00000000",
            asc_date="0",
            action_date=" " * 8,
        )
    )
    assert detail(code_file) == {
        "pricing_indicators": ["00"],
        "types_of_service": ["0"],
        "action_code": "A",
    }
    assert code_file.blocks[1].termination_dates == [None]


def test_modifiers_and_codes_are_two_blocks_in_file_order() -> None:
    code_file = read(first_line("X2000"), first_line("ZZ"), first_line("A1"), first_line("A1000"))
    modifiers, codes = code_file.blocks
    assert (modifiers.kind, list(modifiers.codes)) == ("modifier", ["ZZ", "A1"])
    assert (codes.kind, list(codes.codes)) == ("code", ["X2000", "A1000"])
    assert code_file.facts["records_in_file"] == 4


def test_pieces_of_a_description_are_joined_with_one_blank() -> None:
    full = "x" * 80
    code_file = read(
        first_line(long=full), next_line("X1234", 200, " second  piece"), next_line("X1234", 300, "third")[:91]
    )
    assert code_file.blocks[1].long_descriptors == [f"{full} second piece third"]


def test_latin_blanks_and_letters_of_windows_1252_stay_in_descriptions() -> None:
    code_file = read(first_line(long="Riboflavin 5\u2019-phosphate,\xa0\xa0each", short="Caf\xe9\xa0"))
    assert code_file.blocks[1].long_descriptors == ["Riboflavin 5\u2019-phosphate, each"]
    assert code_file.blocks[1].short_descriptors == ["Caf\xe9"]


def test_lines_lacking_only_blanks_at_the_end_are_whole() -> None:
    code_file = read(first_line().rstrip(), next_line("X1234", 200, "more")[:316], next_line("X1234", 300, "text")[:91])
    assert code_file.blocks[1].long_descriptors == ["Thing, each more text"]


def test_file_without_disclaimer_and_with_bare_line_ends_is_read() -> None:
    document = Document("anweb.txt", f"{first_line()}\n{first_line('ZZ')}\n\x1a\n".encode())
    assert recognise_text(document)
    code_file = read_text(document)
    assert [len(block) for block in code_file.blocks] == [1, 1]
    assert code_file.facts["ends_with_newline"] is True


def test_last_line_without_its_end_is_a_fact() -> None:
    document = document_of(first_line())
    cut = Document(document.name, document.data.removesuffix(b"\r\n"))
    assert read_text(cut).facts["ends_with_newline"] is False


def test_missing_line_of_a_description_is_named() -> None:
    facts = read(first_line(), next_line("X1234", 300, "third")).facts
    assert facts["sequence_breaks"] == 1
    assert "X1234" in facts["remarks"][0]


def test_values_outside_their_sets_are_named_and_kept() -> None:
    code_file = read(
        first_line(coverage="Z", action_code="X", multiple_pricing="H", mog_policy="5", pricing_indicators="A1"),
        first_line("12345"),
    )
    assert code_file.facts["unknown_values"] == [
        "action_code=X",
        "code=12345",
        "coverage=Z",
        "mog_policy=5",
        "multiple_pricing=H",
        "pricing_indicators=A1",
    ]
    assert detail(code_file)["coverage"] == "Z"


def test_value_that_slipped_by_a_column_is_named_not_repaired() -> None:
    code_file = read(first_line(pricing_indicators=" 5"))
    assert code_file.facts["unknown_values"] == ["pricing_indicators=5"]


def test_unknown_values_are_shown_up_to_twenty() -> None:
    facts = read(*(first_line(f"{n:05}") for n in range(30))).facts
    assert (len(facts["unknown_values"]), facts["unknown_value_count"]) == (20, 30)


def test_action_dates_count_records_on_which_something_was_done() -> None:
    facts = read(
        first_line("X0001", action_code="A", action_date="20200401"),
        first_line("X0002", action_code="D", action_date="20200401"),
        first_line("X0003", action_code="N", action_date="20200401"),
        first_line("ZZ", action_code="C", action_date="20200101"),
        first_line("X0004", action_code="P", action_date=" " * 8),
    ).facts
    assert facts["action_dates"] == {"2020-01-01": 1, "2020-04-01": 2}


@pytest.mark.parametrize(
    ("name", "year", "month"),
    [
        ("HCPC2018_CONTR_ANWEB_disc.txt", 2018, None),
        ("HCPC17_CONTR_ANWEB.txt", 2017, None),
        ("HCPC2020_APRIL_ANWEB_w_disclaimer_v5.txt", 2020, 4),
        ("HCPC2025_OCT_ANWEB_v3.txt", 2025, 10),
        ("HCPC2026_JUL_ANWEB_06172026.txt", 2026, 7),
        ("hcpc2031_july_anweb.txt", 2031, 7),
        ("HCPC_JAN27_ANWEB.txt", 2027, 1),
        ("anweb.txt", None, None),
        ("MAJAN_OCTET.txt", None, None),
        ("20180101.txt", None, None),
    ],
)
def test_year_and_month_come_from_the_file_name(name: str, year: int | None, month: int | None) -> None:
    facts = read_text(document_of(first_line(), name=name)).facts
    assert (facts["year"], facts["month"]) == (year, month)


@pytest.mark.parametrize(
    "text",
    [
        "00001 A00     0 Cholera" + " " * 53 + "Cholera\r\n",
        "A000    Cholera due to Vibrio cholerae 01, biovar cholerae\r\n",
        " HCPCS/MOD      TYPE OF CHANGE    SHORT DESCRIPTION              LONG DESCRIPTION\r\n",
        "<html><body>not here</body></html>",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not recognise_text(Document("HCPC2021_ANWEB.txt", text.encode()))
