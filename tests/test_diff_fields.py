"""The fields of a revision: their class, what is cosmetic, what counts as the same."""

from __future__ import annotations

import pytest

from flows.diff.compare import compare_fields, list_fields
from flows.diff.cosmetics import is_cosmetic_change, is_white_space_change
from schema.changes import Change, ChangeKind, FieldClass
from schema.fields import FIELD_CLASSES, NOT_COMPARED, class_of
from schema.records import CodeRecord

CLASSES = {
    FieldClass.DESCRIPTOR: ("long_descriptor",),
    FieldClass.DISPLAY: ("short_descriptor",),
    FieldClass.COVERAGE: ("coverage",),
    FieldClass.PAYMENT: (
        "pricing_indicators",
        "multiple_pricing",
        "mog",
        "mog_policy",
        "mog_date",
        "asc_group",
        "asc_date",
        "anesthesia_units",
    ),
}


def test_classes_are_those_of_the_design_and_all_else_is_administrative() -> None:
    named = {name: field_class for field_class, names in CLASSES.items() for name in names}
    assert {name: named.get(name, FieldClass.ADMINISTRATIVE) for name in FIELD_CLASSES} == FIELD_CLASSES
    assert named.keys() <= FIELD_CLASSES.keys()
    assert class_of("a_field_of_2040") is FieldClass.ADMINISTRATIVE


def test_fields_stand_in_the_order_of_their_weight() -> None:
    fields = compare_fields(
        {"statute": "1833", "short_descriptor": "Cane", "coverage": "C", "long_descriptor": "Cane."},
        {"statute": "1834", "short_descriptor": "Stick", "coverage": "D", "long_descriptor": "Cane"},
    )
    assert [(field.name, field.field_class) for field in fields] == [
        ("coverage", FieldClass.COVERAGE),
        ("short_descriptor", FieldClass.DISPLAY),
        ("statute", FieldClass.ADMINISTRATIVE),
        ("long_descriptor", FieldClass.COSMETIC),
    ]


def test_field_that_was_or_became_blank_is_none_on_that_side() -> None:
    (field,) = compare_fields({}, {"coverage": "C"})
    assert (field.before, field.after) == (None, "C")
    (field,) = compare_fields({"coverage": "C"}, {})
    assert (field.before, field.after) == ("C", None)


def test_records_that_share_no_field_have_every_field_told() -> None:
    fields = compare_fields({}, {"coverage": "C", "statute": "1833", "mog": "123"})
    assert [field.name for field in fields] == ["coverage", "mog", "statute"]


def test_numbered_columns_tell_which_value_came_or_went() -> None:
    (field,) = compare_fields({"types_of_service": ["A", "P"]}, {"types_of_service": ["A", "P", "R"]})
    assert (field.before, field.after, field.paths) == (["A", "P"], ["A", "P", "R"], ("[2]",))


def test_fields_of_a_record_are_its_titles_dates_and_details_without_the_blank_ones() -> None:
    details = {"coverage": "C", "action_code": "N", "action_date": "2031-01-01"}
    record = CodeRecord("hcpcs", "code", "E0100", None, "Cane", "", None, None, details)
    assert list_fields(record) == {"short_descriptor": "Cane", "coverage": "C"}
    assert frozenset({"action_code", "action_date"}) == NOT_COMPARED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Tube(s )", "Tube(s)"),
        ("Blindness, category  4", "Blindness, category 4"),
        ("Acne excoriée", "Acne excoriee"),
        ("Straße", "STRASSE"),
        ("X-ray of the hip", "x ray of the hip"),
        ("any diagnosis`", "any diagnosis"),
        ("Cane; any material.", "Cane, any material"),
        ("patient\u2019s", "patient's"),
        ("Kit,\u00a0each", "Kit, each"),
        ("cre\u0301me", "cr\u00e9me"),
        ("1.5 mg,", "1.5 mg"),
        ("1 . 5 mg", "1.5 mg"),
    ],
)
def test_white_space_case_accents_and_punctuation_are_cosmetic(before: str, after: str) -> None:
    assert is_cosmetic_change(before, after)
    assert is_cosmetic_change(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1.5 mg", "15 mg"),
        (".5 mg", "5 mg"),
        ("1,5 mg", "1.5 mg"),
        ("50-59 years", "5059 years"),
        ("type 1, 2", "type 12"),
        ("1 5", "15"),
        ("1_5", "15"),
        ("-5 dioptres", "5 dioptres"),
        ("10² units", "102 units"),
        ("5' long", '5" long'),
        ("50%", "50"),
        ("and/or", "and or"),
        ("> 5", "5"),
        ("≥ 5", "5"),
        ("µg", "mg"),
        ("6 ? 20 weeks", "6-20 weeks"),
        ("right", "left"),
        ("Tube", "Tubes"),
        ("a\x00b", "ab"),
        ("Cane", ""),
    ],
)
def test_what_may_change_a_meaning_is_not_cosmetic(before: str, after: str) -> None:
    assert not is_cosmetic_change(before, after)
    assert not is_cosmetic_change(after, before)


def test_equal_texts_are_no_cosmetic_change() -> None:
    assert not is_cosmetic_change("Cane", "Cane")
    assert not is_white_space_change("Cane", "Cane")


def test_white_space_alone_is_told_apart_from_other_cosmetics() -> None:
    assert is_white_space_change("Tube(s )", "Tube(s)")
    assert not is_white_space_change("Tube(s)", "tube(s)")


def test_only_descriptors_can_be_cosmetic() -> None:
    (field,) = compare_fields({"statute": "1833(T)"}, {"statute": "1833(t)"})
    assert field.field_class is FieldClass.ADMINISTRATIVE


def test_change_is_cosmetic_when_all_its_fields_are() -> None:
    def change(before: dict[str, str], after: dict[str, str]) -> Change:
        fields = compare_fields(before, after)
        return Change("E0100", "code", ChangeKind.REVISED, None, None, None, fields)

    assert change({"long_descriptor": "Cane "}, {"long_descriptor": "cane"}).is_cosmetic
    assert not change({"long_descriptor": "Cane "}, {"long_descriptor": "cane", "coverage": "C"}).is_cosmetic
    assert not change({}, {}).is_cosmetic
