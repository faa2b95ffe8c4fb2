"""Which cells hold a changed code, word by word as issue and docs define it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.impact.matching import match_uses
from schema.changes import ChangeKind
from schema.uses import Element, Match, UseCell
from tests.impact_values import cell_of, change_of, code_element, range_element, use_of, wildcard_element

DELETED, NEW = ChangeKind.DELETED, ChangeKind.NEW


def match_of(cell: UseCell, code: str, kind: ChangeKind = DELETED) -> Match | None:
    """How the cell holds the code."""
    hits = match_uses([use_of(cell)], cell.system, [change_of(kind, code, system=cell.system)])
    return hits[code][0].match if hits else None


def test_only_element_of_a_cell_is_an_exact_hit() -> None:
    assert match_of(cell_of(code_element("E0100")), "E0100") is Match.EXACT
    assert match_of(cell_of(code_element("E0100"), is_expression=False), "E0100") is Match.EXACT


def test_one_of_several_elements_is_a_list_hit() -> None:
    assert match_of(cell_of(code_element("E0100"), code_element("J0120")), "J0120") is Match.LIST


def test_element_beside_an_unreadable_one_is_a_list_hit() -> None:
    assert match_of(cell_of(code_element("E0100"), is_list=True), "E0100") is Match.LIST


@pytest.mark.parametrize("code", ["A4226", "J5", "KX"])
def test_code_with_modifiers_holds_the_code_and_each_modifier(code: str) -> None:
    assert match_of(cell_of(code_element("A4226", "J5", "KX")), code) is Match.EXACT


@pytest.mark.parametrize(
    ("first", "last", "code", "is_held"),
    [
        ("J0120", "J0180", "J0120", True),
        ("J0120", "J0180", "J0150", True),
        ("J0120", "J0180", "J0180", True),
        ("J0120", "J0180", "J0181", False),
        ("J0120", "J0180", "J0119", False),
        ("J01", "J018", "J0189", True),
        ("J01", "J018", "J0190", False),
    ],
)
def test_range_holds_what_begins_no_later_than_its_end(first: str, last: str, code: str, is_held: bool) -> None:
    assert match_of(cell_of(range_element(first, last)), code) is (Match.RANGE if is_held else None)


@pytest.mark.parametrize(("code", "is_held"), [("E08", True), ("E0800", True), ("E139", True), ("E14", False)])
def test_range_of_categories_holds_the_codes_of_its_last_category(code: str, is_held: bool) -> None:
    cell = cell_of(range_element("E08", "E13"), system="icd10cm")
    assert match_of(cell, code) is (Match.RANGE if is_held else None)


@pytest.mark.parametrize(
    ("pattern", "code", "is_held"),
    [
        ("J1*", "J1000", True),
        ("J1*", "J2000", False),
        ("J14?0", "J1450", True),
        ("J14?0", "J1451", False),
        ("J????", "J1451", True),
        ("J???", "J1451", False),
        ("*1", "J1451", True),
        ("*", "J1451", True),
        ("J*5*", "J1451", True),
        ("J*9*", "J1451", False),
        ("J1451*", "J1451", True),
    ],
)
def test_wildcard_stands_for_characters(pattern: str, code: str, is_held: bool) -> None:
    assert match_of(cell_of(wildcard_element(pattern)), code) is (Match.WILDCARD if is_held else None)


@pytest.mark.parametrize("element", [range_element("A0000", "Z9999"), range_element("A1", "Z9"), wildcard_element("*")])
def test_ranges_and_wildcards_never_hold_modifiers(element: Element) -> None:
    assert match_of(cell_of(element), "J5") is None


@pytest.mark.parametrize("system", ["icd10cm", "icd10pcs"])
def test_code_of_an_icd_expression_holds_every_longer_code(system: str) -> None:
    cell = cell_of(code_element("E11"), system=system)
    assert match_of(cell, "E1165") is Match.CATEGORY
    assert match_of(cell, "E11") is Match.EXACT
    assert match_of(cell, "E12") is None


def test_cell_that_may_hold_one_code_is_no_category() -> None:
    assert match_of(cell_of(code_element("E11"), system="icd10cm", is_expression=False), "E1165") is None


def test_hcpcs_code_is_no_category() -> None:
    assert match_of(cell_of(code_element("E01")), "E0100") is None


def test_cell_holds_a_code_once_with_the_best_match_whatever_the_order() -> None:
    elements = [
        range_element("E10", "E12"),
        wildcard_element("E11*"),
        code_element("E11"),
        code_element("E119"),
    ]
    for turn in range(len(elements)):
        cell = cell_of(*elements[turn:], *elements[:turn], system="icd10cm")
        found = match_uses([use_of(cell)], "icd10cm", [change_of(DELETED, "E119", system="icd10cm")])
        assert [(hit.match, hit.entry) for hit in found["E119"]] == [(Match.LIST, "E119")]


def test_best_match_falls_from_range_to_wildcard_to_category() -> None:
    wider = [range_element("E10", "E12"), wildcard_element("E11*"), code_element("E11")]
    best = [match_of(cell_of(*wider[n:], system="icd10cm"), "E119") for n in range(3)]
    assert best == [Match.RANGE, Match.WILDCARD, Match.CATEGORY]


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_of_change_is_a_hit(kind: ChangeKind) -> None:
    assert match_of(cell_of(range_element("E0000", "E9999")), "E0100", kind) is Match.RANGE


def test_cells_of_other_systems_and_value_columns_do_not_count() -> None:
    cells = [cell_of(code_element("E0100"), system=system) for system in ("icd10cm", "revenue_code")]
    assert match_uses([use_of(*cells)], "hcpcs", [change_of(DELETED, "E0100")]) == {}


def test_each_cell_is_a_hit_in_the_order_of_the_inventory() -> None:
    uses = [
        use_of(*(cell_of(code_element("E0100"), row=row) for row in (9, 2)), name="second letter first"),
        use_of(cell_of(code_element("E0100"), row=5), name="another"),
    ]
    hits = match_uses(uses, "hcpcs", [change_of(DELETED, "E0100")])["E0100"]
    assert [(hit.use, hit.location) for hit in hits] == [
        ("second letter first", "row 9"),
        ("second letter first", "row 2"),
        ("another", "row 5"),
    ]


def test_pattern_of_many_stars_takes_no_time() -> None:
    cell = cell_of(wildcard_element("*" * 500 + "J" + "*?" * 500))
    started = time.process_time()
    assert match_of(cell, "J1451") is None
    assert time.process_time() - started < 1


def test_large_inventory_is_matched_in_less_than_a_second() -> None:
    codes = [f"{letter}{number:04}" for letter in "AEJ" for number in range(0, 9000, 20)][:1300]
    changes = [change_of(NEW, code) for code in codes]
    cells = [cell_of(code_element(f"J{n % 10000:04}"), row=n) for n in range(20_000)]
    cells += [
        cell_of(range_element(f"J{n:04}", f"J{n + 90:04}"), wildcard_element(f"A{n // 1000}*")) for n in range(5000)
    ]
    uses = [use_of(*cells)]
    started = time.process_time()
    found = match_uses(uses, "hcpcs", changes)
    assert time.process_time() - started < 2, "much slower than the half second that it takes"
    assert len(found) > 400


CODES = st.text("AE01", min_size=3, max_size=7)
ELEMENTS = st.one_of(
    CODES.map(code_element),
    st.tuples(CODES, CODES).map(sorted).map(lambda ends: range_element(*ends)),
    st.text("AE01*?", min_size=1, max_size=6).map(wildcard_element),
)


@given(st.lists(ELEMENTS, min_size=1, max_size=4), st.sets(CODES, min_size=1, max_size=12), st.booleans())
def test_indexes_find_what_a_look_at_every_pair_finds(
    elements: list[Element], codes: set[str], is_expression: bool
) -> None:
    cell = cell_of(*elements, system="icd10cm", is_expression=is_expression)
    changes = [change_of(DELETED, code, system="icd10cm") for code in sorted(codes)]
    found = {code: hits[0].match for code, hits in match_uses([use_of(cell)], "icd10cm", changes).items()}
    expected = {}
    for code in codes:
        matches = [look(element, code, is_list=cell.is_list, is_expression=is_expression) for element in elements]
        held = [match for match in matches if match]
        if held:
            expected[code] = min(held, key=list(Match).index)
    assert found == expected


def look(element: Element, code: str, *, is_list: bool, is_expression: bool) -> Match | None:
    """How one element holds a code, told slowly."""
    if element.form == "range":
        first, last = element.codes
        return Match.RANGE if first <= code and code[: len(last)] <= last else None
    if element.form == "wildcard":
        pattern = element.codes[0].replace("*", ".*").replace("?", ".")
        return Match.WILDCARD if re.fullmatch(pattern, code) else None
    if code == element.codes[0]:
        return Match.LIST if is_list else Match.EXACT
    return Match.CATEGORY if is_expression and code.startswith(element.codes[0]) else None
