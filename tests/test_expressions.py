"""What a cell of a code use says: the grammar of codes, modifiers, ranges, wildcards and lists."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.expressions import CellReading, read_cell
from schema.uses import CODE_COLUMNS, VALUE_COLUMNS, EntryForm, Form

SHAPES = {
    "hcpcs": r"[A-Z0-9][0-9]{3}[A-Z0-9]",
    "icd10cm": r"[A-Z]([0-9][A-Z0-9]|[A-Z][0-9])[A-Z0-9]{0,4}",
    "icd10pcs": r"[0-9A-HJ-NP-Z]{7}",
}
FORMS: tuple[EntryForm, ...] = ("code", "expression")
BLANKS = st.text(" \t\xa0", max_size=3)


def codes_of(system: str) -> st.SearchStrategy[str]:
    return st.from_regex(SHAPES[system], fullmatch=True)


SYSTEM_AND_CODE = st.sampled_from(CODE_COLUMNS).flatmap(lambda system: st.tuples(st.just(system), codes_of(system)))
HCPCS = codes_of("hcpcs")
MODIFIERS = st.from_regex(r"[A-Z0-9]{2}", fullmatch=True)


def read_expression(text: str, system: str = "hcpcs") -> list[tuple[Form, tuple[str, ...]]]:
    """Forms and codes of a cell in which everything has to be readable."""
    reading = read_cell(text, system, "expression")
    assert reading.unreadable == ()
    return [(element.form, element.codes) for element in reading.elements]


def refused_values(reading: CellReading) -> list[str]:
    return [value for value, _ in reading.unreadable]


@given(SYSTEM_AND_CODE, st.data(), BLANKS, BLANKS, st.sampled_from(FORMS))
def test_case_dots_and_blanks_at_the_ends_do_not_matter(
    held: tuple[str, str], data: st.DataObject, before: str, after: str, form: EntryForm
) -> None:
    system, code = held
    dot = data.draw(st.integers(1, len(code)))
    written = f"{code[:dot]}.{code[dot:]}".lower()
    reading = read_cell(before + written + after, system, form)
    # Digits, a dot and zeros are a number: 1999.0 is 1999, which is no code, and never 19990.
    if number := re.fullmatch(r"(0|[1-9][0-9]*)\.0+", written):
        alone = read_cell(number[1], system, form)
        assert [e.codes for e in reading.elements] == [e.codes for e in alone.elements]
        assert refused_values(reading) == [written for _ in alone.unreadable]
    else:
        assert [(e.form, e.text, e.codes) for e in reading.elements] == [(Form.CODE, written, (code,))]


@given(SYSTEM_AND_CODE, st.sampled_from(FORMS))
def test_a_code_is_one_element_and_no_list(held: tuple[str, str], form: EntryForm) -> None:
    reading = read_cell(held[1], held[0], form)
    assert [element.codes for element in reading.elements] == [(held[1],)]
    assert (reading.unreadable, reading.is_list) == ((), False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["99213.0", "99213.00", "99213", " 99213.0\xa0"])
def test_a_number_is_its_digits(text: str, form: EntryForm) -> None:
    assert read_cell(text, "hcpcs", form).elements[0].codes == ("99213",)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("hcpcs", "100"),  # 00100 without its zeros: nothing is padded
        ("hcpcs", "100.0"),
        ("hcpcs", "5.0"),  # the number 5, not the modifier 50
        ("hcpcs", "J123"),
        ("hcpcs", "JJ123"),
        ("hcpcs", "J12345"),
        ("hcpcs", "99213 99214"),
        ("icd10cm", "E1"),
        ("icd10cm", "11E"),
        ("icd10cm", "EEE"),
        ("icd10cm", "E11.65432"),
        ("icd10pcs", "021009I"),
        ("icd10pcs", "O210093"),
        ("icd10pcs", "02"),
        ("hcpcs", "=A1"),
        ("hcpcs", '="J1234"'),
        ("hcpcs", "J1234\u200b"),
        ("hcpcs", "９９２１３"),
        ("hcpcs", "ſ1234"),  # its upper case is S1234
        ("icd10cm", "ı11"),
        ("hcpcs", "N/A"),
        ("hcpcs", "-"),
        ("hcpcs", ","),
        ("hcpcs", "<script>"),
    ],
)
def test_what_has_not_the_shape_is_named_and_never_padded(system: str, text: str, form: EntryForm) -> None:
    reading = read_cell(text, system, form)
    assert (reading.elements, refused_values(reading)) == ((), [text])
    assert all(reason and "\n" not in reason for _, reason in reading.unreadable)


@pytest.mark.parametrize("text", ["J0120, J0180", "J0120-J0180", "J01*", "J0120-59", "J0120;", "=J0120, J0180"])
def test_a_column_of_single_codes_refuses_everything_else_as_a_whole(text: str) -> None:
    reading = read_cell(text, "hcpcs", "code")
    assert (reading.elements, refused_values(reading), reading.is_list) == ((), [text], False)


@pytest.mark.parametrize("text", ["", " ", "\t\xa0\n"])
@pytest.mark.parametrize("form", FORMS)
def test_a_blank_cell_says_nothing(text: str, form: EntryForm) -> None:
    assert read_cell(text, "hcpcs", form) == CellReading()


def test_a_category_of_icd_10_pcs_is_readable_in_expressions_alone() -> None:
    assert read_expression("021", "icd10pcs") == [(Form.CODE, ("021",))]
    assert refused_values(read_cell("021", "icd10pcs", "code")) == ["021"]


@given(HCPCS, st.lists(MODIFIERS, min_size=1, max_size=4), st.sampled_from(["-", ":", " ", "\xa0", " - ", ": "]))
def test_a_code_with_modifiers_holds_the_code_and_each_of_them(code: str, modifiers: list[str], between: str) -> None:
    assert read_expression(between.join([code, *modifiers])) == [(Form.CODE_WITH_MODIFIERS, (code, *modifiers))]


@given(MODIFIERS, st.sampled_from(FORMS))
def test_two_characters_in_a_column_of_hcpcs_are_a_modifier(modifier: str, form: EntryForm) -> None:
    assert read_cell(modifier, "hcpcs", form).elements[0].codes == (modifier,)


@given(SYSTEM_AND_CODE, st.data(), st.sampled_from(["-", "–", " - ", " –", "- "]))
def test_a_range_is_read_in_order_and_refused_reversed(held: tuple[str, str], data: st.DataObject, dash: str) -> None:
    system, one = held
    first, last = sorted((one, data.draw(codes_of(system))))
    assert read_expression(f"{first}{dash}{last}", system) == [(Form.RANGE, (first, last))]
    if first != last:
        reading = read_cell(f"{last}{dash}{first}", system, "expression")
        assert reading.elements == ()
        assert "reversed" in reading.unreadable[0][1]


@pytest.mark.parametrize("text", ["25-59", "J0120-J01", "J0120-J0180-59", "A4226–J5", "J0120--J0180", "J0120-*"])
def test_a_range_needs_two_codes(text: str) -> None:
    assert refused_values(read_cell(text, "hcpcs", "expression")) == [text]


@pytest.mark.parametrize(
    ("system", "text", "pattern"),
    [
        ("hcpcs", "j1*", "J1*"),
        ("hcpcs", "J14?0", "J14?0"),
        ("hcpcs", "*", "*"),
        ("hcpcs", "J1-", "J1*"),
        ("icd10cm", "E11.6-", "E116*"),
        ("icd10cm", "E11.-", "E11*"),
        ("icd10cm", "E11.6x?*", "E116X?*"),
        ("icd10cm", "E**1***", "E*1*"),
        ("icd10cm", "S52.5?1-", "S525?1*"),
        ("icd10pcs", "021?0*", "021?0*"),
    ],
)
def test_a_wildcard_is_a_pattern_of_stars_and_question_marks(system: str, text: str, pattern: str) -> None:
    assert read_expression(text, system) == [(Form.WILDCARD, (pattern,))]


@pytest.mark.parametrize("text", ["J1*-J2*", "-*", "J-1*", "J1 *", "J1%*", "[J]*", "J1--", "--", "É1*"])
def test_a_wildcard_of_anything_but_letters_and_digits_is_unreadable(text: str) -> None:
    assert refused_values(read_cell(text, "hcpcs", "expression")) == [text]


ELEMENTS = st.one_of(
    HCPCS,
    MODIFIERS,
    st.builds("{}-{}".format, HCPCS, MODIFIERS),
    st.builds("{}-{}".format, HCPCS, HCPCS),
    st.builds("{}*".format, HCPCS),
    st.sampled_from(["100", "nix", "=A1", "=SUM(A1,B2;C3)", '=IF(A1="a,b",1,2)', "J1 J2 J3", "-"]),
)


@given(st.lists(ELEMENTS, min_size=1, max_size=6), st.data())
def test_each_element_of_a_list_reads_as_it_would_alone(written: list[str], data: st.DataObject) -> None:
    separators = [data.draw(st.sampled_from([", ", ";", "\n", "\r\n", ",,", " ; , "])) for _ in written]
    text = "".join(part + separator for part, separator in zip(written, separators, strict=True))
    reading = read_cell(text, "hcpcs", "expression")
    alone = [read_cell(part, "hcpcs", "expression") for part in written]
    assert reading.elements == tuple(element for one in alone for element in one.elements)
    assert reading.unreadable == tuple(refused for one in alone for refused in one.unreadable)
    assert reading.is_list == (len(written) > 1)


def test_the_commas_of_a_formula_do_not_make_it_a_list() -> None:
    reading = read_cell('=IF(A1="x,(",99213,99214); J1234', "hcpcs", "expression")
    assert reading.elements == ()
    reading = read_cell("=IF(A1,99213,99214); J1234", "hcpcs", "expression")
    assert refused_values(reading) == ["=IF(A1,99213,99214)"]
    assert [element.codes for element in reading.elements] == [("J1234",)]


def strip_blanks_and_separators(text: str) -> str:
    return re.sub(r"[\s,;\x85\u2028\u2029]", "", text)


@given(
    st.one_of(st.text(), st.text("AJ019*?-–:,;.= \n\xa0()\"'", max_size=30)),
    st.sampled_from((*CODE_COLUMNS, *VALUE_COLUMNS)),
    st.sampled_from(FORMS),
)
def test_nothing_that_is_written_is_dropped(text: str, system: str, form: EntryForm) -> None:
    reading = read_cell(text, system, form)
    told = [element.text for element in reading.elements] + refused_values(reading)
    assert all(part in text for part in told)
    assert sorted(strip_blanks_and_separators("".join(told))) == sorted(strip_blanks_and_separators(text))
    for element in reading.elements:
        assert all(re.fullmatch(r"[A-Z0-9*?]+", code) for code in element.codes)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("place_of_service", "11", "11"),
        ("place_of_service", "11.0", "11"),
        ("revenue_code", "0450", "0450"),
        ("revenue_code", "450.0", "450"),
        ("status_indicator", "j1", "J1"),
        ("status_indicator", "N", "N"),
    ],
)
def test_other_values_are_read_by_their_shape(column: str, text: str, value: str) -> None:
    assert read_cell(text, column, "expression").elements[0].codes == (value,)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("place_of_service", "1"),
        ("place_of_service", "1.0"),
        ("place_of_service", "11, 22"),
        ("revenue_code", "45"),
        ("revenue_code", "0450-0459"),
        ("status_indicator", "J12"),
        ("status_indicator", "1"),
    ],
)
def test_other_values_are_one_a_cell_and_never_padded(column: str, text: str) -> None:
    assert refused_values(read_cell(text, column, "expression")) == [text]


def test_a_long_cell_costs_no_more_than_its_length() -> None:
    hostile = ("=(" + "a," * 60_000, " " * 100_000 + "-", "J1234 " + " -" * 50_000, "J" * 100_000 + "*" * 1000)
    for text in hostile:
        assert not read_cell(text + "!", "hcpcs", "expression").elements
