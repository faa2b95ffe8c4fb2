"""The 320-column text, line by line: what is refused, with its place."""

from __future__ import annotations

import pytest

from loaders.document import Document
from loaders.hcpcs.layout import DATA_FIELDS
from loaders.hcpcs.text import read_text, recognise_text
from schema.errors import LayoutError, RecordError
from tests.hcpcs_records import document_of, first_line, line_of, next_line, put, read, refusal


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


def test_text_without_any_record_is_refused() -> None:
    document = Document("HCPC2021.txt", b"***Disclaimers\r\n")
    assert not recognise_text(document)
    with pytest.raises(LayoutError, match="no HCPCS record"):
        read_text(document)
