"""What the elements of a conversion row stand for."""

from __future__ import annotations

import itertools

import pytest

from schema.crosswalk import CodeOrder, expand_previous

CODES = ["A00", "C4A0", "H0210", "H02101", "H02102", "H02106", "H021061", "H02109", "T360X1A", "T5091XA", "T510X1A"]


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        (["H02101"], ["H02101"]),
        (["H0210"], ["H0210"]),
        (["H021"], ["H0210", "H02101", "H02102", "H02106", "H021061", "H02109"]),
        (["H02101-H02106"], ["H02101", "H02102", "H02106", "H021061"]),
        (["T36-T50", "A00"], ["A00", "T360X1A", "T5091XA"]),
        (["H02106-H02101"], []),
        (["Z99"], []),
        (["H02101-H02106", "H02102"], ["H02101", "H02102", "H02106", "H021061"]),
        ([], []),
    ],
)
def test_elements_stand_for_billable_codes(elements: list[str], expected: list[str]) -> None:
    assert expand_previous(elements, CODES) == expected


def test_range_is_every_code_between_its_ends_and_below_the_last() -> None:
    for low, high in itertools.product(CODES, repeat=2):
        expected = [code for code in CODES if low <= code and (code <= high or code.startswith(high))]
        assert expand_previous([f"{low}-{high}"], CODES) == expected


TABULAR = ["C430", "C439", "C4A0", "C4A9", "C440", "C4499", "Y930", "Y93A1", "Y938"]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("C43-C44", ["C430", "C439", "C440", "C4499", "C4A0", "C4A9"]),
        ("C439-C4A0", ["C439", "C4A0"]),
        ("Y930-Y938", ["Y930", "Y938", "Y93A1"]),
        ("C44-C43", []),
        ("C42-C43", ["C430", "C439"]),
        ("C44", ["C440", "C4499"]),
        ("Y938", ["Y938"]),
    ],
)
def test_range_takes_the_codes_that_stand_between_in_the_order_file(element: str, expected: list[str]) -> None:
    assert expand_previous([element], CodeOrder(TABULAR)) == expected


def test_order_of_no_codes_gives_nothing() -> None:
    assert expand_previous(["A00", "A00-B99"], CodeOrder([])) == []
