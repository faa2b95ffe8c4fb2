"""The 320-column text, line by line: what is read, and what is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from loaders.document import Document
from loaders.hcpcs.layout import ACTION_CODE, DATA_FIELDS, RECORD_LENGTH, WORKBOOK_FIELDS
from loaders.hcpcs.text import read_text, recognise_text
from schema.contents import CodeFile
from schema.errors import LayoutError, RecordError

PREAMBLE = "***Disclaimers" + "\t" * 45 + "\r\n\r\n"


def put(line: str, column: int, text: str) -> str:
    """The line with a text written over it from a column on, counted from 1."""
    return (line[: column - 1].ljust(column - 1) + text + line[column - 1 + len(text) :]).ljust(RECORD_LENGTH)


def first_line(code: str = "X1234", long: str = "Thing, each", short: str = "Thing", **fields: str) -> str:
    line = f"{code:>5}00100{'7' if len(code) == 2 else '3'}"
    line = put(put(line, 12, long), 92, short)
    starts = {field.name: field.first for field in DATA_FIELDS}
    values = {"added_date": "20200101", "action_date": "20200101", "action_code": "A", **fields}
    for name, value in values.items():
        line = put(line, starts[name], value)
    assert len(line) == RECORD_LENGTH
    return line


def next_line(code: str, sequence: int, long: str, record_id: str | None = None) -> str:
    found = record_id or ("8" if len(code) == 2 else "4")
    return put(f"{code:>5}{sequence:05}{found}", 12, long)


def document_of(*lines: str, name: str = "HCPC2021_APR_ANWEB.txt", preamble: str = PREAMBLE) -> Document:
    text = preamble + "".join(f"{line}\r\n" for line in lines)
    return Document(name, text.encode("cp1252"))


def read(*lines: str) -> CodeFile:
    return read_text(document_of(*lines))


def detail(code_file: CodeFile, kind: str = "code") -> dict[str, Any]:
    block = next(block for block in code_file.blocks if block.kind == kind)
    assert block.details is not None
    found: dict[str, Any] = json.loads(block.details[0] or "{}")
    return found


def refusal(*lines: str) -> RecordError:
    with pytest.raises(RecordError) as caught:
        read(*lines)
    assert caught.value.why or caught.value.what
    assert caught.value.remedy
    assert caught.value.place is not None
    assert caught.value.place.file == "HCPC2021_APR_ANWEB.txt"
    return caught.value


def line_of(error: RecordError) -> int | None:
    # The disclaimer of these files takes two lines.
    return error.place.line - 2 if error.place and error.place.line else None


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


@pytest.mark.parametrize("columns", [1, 10, 11, 60, 91, 119, 200, 292])
def test_file_cut_in_the_middle_of_a_first_line_is_refused(columns: int) -> None:
    whole = document_of(first_line(), first_line("X1235"))
    cut = Document(whole.name, whole.data[: whole.data.index(b"X1235") + columns])
    with pytest.raises(RecordError) as caught:
        read_text(cut)
    assert caught.value.place is not None
    assert caught.value.place.line == 4


def test_continuation_before_its_first_line_is_refused() -> None:
    error = refusal(next_line("X1234", 200, "more"), first_line())
    assert "continuation before its first line" in error.what
    assert line_of(error) == 1


def test_continuation_of_another_code_is_refused() -> None:
    error = refusal(first_line("X1234"), next_line("X1235", 200, "more"))
    assert "continuation of another code" in error.what
    assert line_of(error) == 2
    assert "X1234" in error.why


def test_second_first_line_of_a_code_is_refused() -> None:
    error = refusal(first_line("X1234"), first_line("X1235"), first_line("X1234"))
    assert "stands twice" in error.what
    assert line_of(error) == 3
    assert "line 3" in error.why


@pytest.mark.parametrize("record_id", ["0", "5", "A"])
def test_unknown_record_id_is_refused(record_id: str) -> None:
    error = refusal(first_line(), put(first_line("X1235"), 11, record_id))
    assert error.what == "unknown record id"
    assert (line_of(error), error.place.column if error.place else None) == (2, 11)


@pytest.mark.parametrize(("code", "record_id"), [("X1234", "7"), ("ZZ", "3")])
def test_record_id_of_the_other_kind_is_refused(code: str, record_id: str) -> None:
    assert "does not suit" in refusal(put(first_line(code), 11, record_id)).what


def test_line_that_is_no_record_is_refused_below_the_first() -> None:
    error = refusal(first_line(), "-- end of file --", first_line("X1235"))
    assert (error.what, line_of(error)) == ("line is no HCPCS record", 2)


def test_records_that_are_cut_or_too_long_are_refused() -> None:
    assert "cut" in refusal(first_line()[:292]).what
    assert "cut" in refusal(first_line(), next_line("X1234", 200, "more")[:90]).what
    assert "too long" in refusal(first_line() + " ").what


@pytest.mark.parametrize("column", [1, 119, 120, 171, 300])
def test_byte_beyond_ascii_outside_the_descriptions_is_refused(column: int) -> None:
    line = put(first_line(), column, "\xe9")
    if column == 119:
        assert read(line).blocks[1].short_descriptors == ["Thing \xe9"]
        return
    error = refusal(first_line("X0001"), line)
    assert line_of(error) == 2
    if column != 1:
        assert (error.what, error.place.column if error.place else None) == ("byte is not ASCII", column)


def test_byte_that_is_no_letter_of_windows_1252_is_refused() -> None:
    whole = document_of(first_line(long="Thing@, each"))
    with pytest.raises(RecordError, match="no letter of Windows-1252"):
        read_text(Document(whole.name, whole.data.replace(b"@", b"\x81")))


def test_control_character_is_refused() -> None:
    assert "control character" in refusal(first_line(long="Thing\x07")).what


@pytest.mark.parametrize("field", [field.name for field in DATA_FIELDS if field.kind == "date"])
@pytest.mark.parametrize("value", ["20200230", "2020010", "01012020", "2020-1-1", "????????"])
def test_date_that_is_none_is_refused(field: str, value: str) -> None:
    error = refusal(first_line("X0001"), first_line(**{field: f"{value:8}"}))
    layout = next(found for found in DATA_FIELDS if found.name == field)
    assert field in error.what
    assert (line_of(error), error.place.column if error.place else None) == (2, layout.first)
    assert error.place is not None
    assert error.place.value == value


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


def test_text_without_any_record_is_refused() -> None:
    document = Document("HCPC2021.txt", b"***Disclaimers\r\n")
    assert not recognise_text(document)
    with pytest.raises(LayoutError, match="no HCPCS record"):
        read_text(document)


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
