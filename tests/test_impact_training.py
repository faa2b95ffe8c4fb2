"""The training sheet: which changes alter what has to be documented or ordered, and who has to know."""

from __future__ import annotations

import pytest

from flows.impact.aspects import ASPECTS, find_aspects
from flows.impact.training import find_training
from schema.changes import Cause, Change, ChangeKind, FieldClass, Successor
from tests.impact_values import change_of, exposure_of, field_of
from tests.report_samples import make_change, make_record


def new_code(title: str, code: str = "H0011") -> Change:
    return make_change(ChangeKind.NEW, None, make_record("icd10cm", code, title))


def retitled(before: str, after: str, field_class: FieldClass = FieldClass.DESCRIPTOR) -> Change:
    was, now = (make_record("icd10cm", "H0011", title) for title in (before, after))
    return make_change(ChangeKind.REVISED, was, now, field_of(field_class, "long_descriptor"))


@pytest.mark.parametrize(
    ("before", "after", "aspect"),
    [
        ("Abscess of eyelid", "Abscess of left eyelid", "laterality"),
        ("Glaucoma", "Glaucoma, bilateral", "laterality"),
        ("Pressure ulcer of hip", "Pressure ulcer of hip, stage 3", "stage"),
        ("Asthma", "Severe persistent asthma", "severity"),
        ("Anemia in pregnancy", "Anemia in pregnancy, second trimester", "trimester"),
        ("Fracture of wrist", "Fracture of wrist, subsequent encounter for healing", "encounter"),
    ],
)
def test_title_that_asks_for_more_is_an_aspect(before: str, after: str, aspect: str) -> None:
    assert find_aspects(new_code(after), sources=[before]) == (aspect,)
    assert find_aspects(retitled(before, after)) == (aspect,)
    assert find_aspects(
        make_change(ChangeKind.DELETED, make_record("icd10cm", "H0011", before), None), (), [after]
    ) == (aspect,)
    assert find_aspects(retitled(after, after + ", with ulcer")) == ()


def test_word_inside_another_word_is_no_aspect() -> None:
    assert find_aspects(new_code("Cleft palate, backstage fright, rightful")) == ()


def test_new_code_that_comes_from_none_counts_with_all_its_words() -> None:
    assert find_aspects(new_code("Pain in right ear")) == ("laterality",)


def test_change_of_spelling_alone_is_nothing_to_learn() -> None:
    assert find_aspects(retitled("Pain in ear", "Pain in left ear", FieldClass.COSMETIC)) == ()


@pytest.mark.parametrize(
    ("kind", "cause"), [(ChangeKind.DELETED, Cause.NOW_HEADER), (ChangeKind.NEW, Cause.WAS_HEADER)]
)
def test_subdivision_is_an_aspect(kind: ChangeKind, cause: Cause) -> None:
    change = change_of(kind, "E119", system="icd10cm", cause=cause)
    assert find_aspects(change) == ("subdivision",)
    assert find_aspects(change_of(kind, "E119", system="icd10cm")) == ()


@pytest.mark.parametrize(
    ("name", "aspect"),
    [
        ("includes", "inclusion note"),
        ("excludes1", "excludes note"),
        ("excludes2", "excludes note"),
        ("code_first", "sequence note"),
        ("use_additional", "additional code note"),
        ("seventh_characters", "seventh character"),
        ("visual_impairment", "note"),
    ],
)
def test_changed_note_is_an_aspect(name: str, aspect: str) -> None:
    field = field_of(FieldClass.ADMINISTRATIVE, name)
    assert find_aspects(change_of(ChangeKind.REVISED, "E119", field, system="icd10cm")) == (aspect,)
    assert aspect in ASPECTS


def test_field_of_the_record_itself_is_no_note() -> None:
    field = field_of(FieldClass.ADMINISTRATIVE, "statute")
    assert find_aspects(change_of(ChangeKind.REVISED, "E0100", field)) == ()


NEW_LEFT = new_code("Abscess of left eyelid")
SOURCES = {"H0011": (Successor("H001", "conversion table", 1, title="Abscess of eyelid"),)}


def test_new_code_is_taught_to_those_who_bill_what_it_comes_from() -> None:
    exposures = {"H001": exposure_of(7, departments={"Eye clinic": 4, "Emergency": 2, None: 1})}
    found = find_training([NEW_LEFT], SOURCES, exposures, (), 1)
    assert [(t.change.code, t.aspects, t.exposure.lines, t.departments) for t in found] == [
        ("H0011", ("laterality",), 7, ("Eye clinic", "Emergency"))
    ]
    assert find_training([NEW_LEFT], SOURCES, exposures, (), 3)[0].departments == ("Eye clinic",)


def test_change_that_concerns_nobody_here_is_not_taught() -> None:
    assert find_training([NEW_LEFT], SOURCES, {}, (), 1) == ()
    assert [t.exposure.lines for t in find_training([NEW_LEFT], SOURCES, {}, {"H0011"}, 1)] == [0]


def test_guess_is_not_what_a_code_comes_from() -> None:
    guess = {"H0011": (Successor("H001", "title likeness", 5, title="Abscess of right eyelid"),)}
    assert find_training([NEW_LEFT], guess, {"H001": exposure_of(9)}, (), 1) == ()


def test_most_lines_come_first() -> None:
    changes = [new_code("Pain in left ear", code) for code in ("H0001", "H0002", "H0003")]
    exposures = {"H0001": exposure_of(1), "H0002": exposure_of(5), "H0003": exposure_of(1)}
    assert [t.change.code for t in find_training(changes, {}, exposures, (), 1)] == ["H0002", "H0001", "H0003"]
