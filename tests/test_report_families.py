"""Families: each code stands in one, in the publisher's order."""

from __future__ import annotations

from string import ascii_uppercase

import pytest

from schema.errors import UsageError
from schema.families import MODIFIERS, OTHER, families_of, family_of


@pytest.mark.parametrize(
    ("code", "chapter"),
    [
        ("A000", "1"),
        ("B99", "1"),
        ("C4A0", "2"),
        ("D3A00", "2"),
        ("D49", "2"),
        ("D50", "3"),
        ("H599", "7"),
        ("H600", "8"),
        ("M1A00X0", "13"),
        ("O9A111", "15"),
        ("S72001A", "19"),
        ("T880", "19"),
        ("V00", "20"),
        ("Z3A42", "21"),
        ("U071", "22"),
    ],
)
def test_diagnosis_stands_in_the_chapter_of_its_category(code: str, chapter: str) -> None:
    assert family_of("icd10cm", code).key == chapter


def test_category_of_two_letters_stands_with_the_chapter_of_its_first_letter() -> None:
    assert family_of("icd10cm", "QA00141") == family_of("icd10cm", "Q999")


def test_every_letter_of_diagnoses_has_a_chapter() -> None:
    for letter in ascii_uppercase:
        for rest in ("00", "99", "A0", "Z9"):
            assert family_of("icd10cm", letter + rest) != OTHER, letter + rest


def test_chapters_come_in_tabular_order_with_special_purposes_last() -> None:
    chapters = [family.key for family in families_of("icd10cm")]
    assert chapters == [*map(str, range(1, 23)), "other"]
    assert family_of("icd10cm", "Z99") < family_of("icd10cm", "U07")


def test_procedure_stands_in_its_section_and_supply_under_its_letter() -> None:
    assert family_of("icd10pcs", "XW023X7").title == "New technology"
    assert family_of("hcpcs", "J1100").codes == "J"


def test_modifier_is_no_code() -> None:
    assert family_of("hcpcs", "A1", "modifier") == MODIFIERS
    assert families_of("hcpcs")[-2:] == (MODIFIERS, OTHER)


def test_code_that_no_rule_knows_stands_at_the_end() -> None:
    assert family_of("icd10cm", "<b>") == family_of("icd10pcs", "") == family_of("hcpcs", "99213") == OTHER


def test_unknown_system_has_no_families() -> None:
    with pytest.raises(UsageError, match="unknown code system"):
        family_of("snomed", "A00")


@pytest.mark.parametrize("system", ["icd10cm", "icd10pcs", "hcpcs"])
def test_families_are_sorted_and_their_keys_are_unique(system: str) -> None:
    families = families_of(system)
    assert list(families) == sorted(families)
    assert len({family.key for family in families}) == len(families)
