"""Notes of the tabular list as fields of a code."""

from __future__ import annotations

from typing import Any

from flows.diff.compare import compare_releases
from flows.diff.notes import add_note_changes
from schema.changes import Change, ChangeKind, FieldClass
from schema.records import CodeRecord, ListEntry, SupportingList
from tests.expected_strategies import FIRST, SECOND


def code(name: str, title: str = "Ache", is_billable: bool = True) -> CodeRecord:
    return CodeRecord("icd10cm", "code", name, is_billable, title, title)


def notes(**entries: dict[str, Any]) -> SupportingList:
    return SupportingList("icd10cm", "notes", "tabular.xml", tuple(ListEntry(n, f) for n, f in entries.items()))


def compare(
    previous: list[CodeRecord], current: list[CodeRecord], before: SupportingList, after: SupportingList
) -> dict[str, Change]:
    """The changes of two releases with their notes, by code."""
    sides = [{("code", record.code): record for record in records} for records in (previous, current)]
    changes = compare_releases(sides[0], sides[1], FIRST, SECOND, has_record_dates=False)
    held = [{record.code: record for record in records} for records in (previous, current)]

    def read_codes(names: list[str]) -> tuple[dict[str, CodeRecord], dict[str, CodeRecord]]:
        one, other = ({name: side[name] for name in names if name in side} for side in held)
        return one, other

    return {change.code: change for change in add_note_changes(changes, before, after, read_codes)}


def test_code_whose_notes_alone_differ_is_revised_and_the_place_is_told() -> None:
    before = notes(E11={"excludes1": ["gestational diabetes (O24.4-)", "type 1 (E10.-)"]})
    after = notes(E11={"excludes1": ["gestational diabetes (O24.4-)", "type 1 diabetes (E10.-)"]})
    (change,) = compare([code("E11")], [code("E11")], before, after).values()
    assert change.kind is ChangeKind.REVISED
    (field,) = change.fields
    assert (field.name, field.field_class) == ("excludes1", FieldClass.ADMINISTRATIVE)
    assert field.paths == ("[1]",)
    assert field.after == ["gestational diabetes (O24.4-)", "type 1 diabetes (E10.-)"]


def test_place_inside_the_seventh_characters_is_told_by_their_letter() -> None:
    before = notes(S52={"seventh_characters": {"A": "initial encounter", "D": "subsequent"}})
    after = notes(S52={"seventh_characters": {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}})
    (change,) = compare([code("S52", is_billable=False)], [code("S52", is_billable=False)], before, after).values()
    assert change.kind is ChangeKind.REVISED_HEADER
    assert change.fields[0].paths == ("['D']", "['S']")


def test_code_that_had_no_notes_at_all_is_revised_by_its_first_ones() -> None:
    after = notes(E11={"includes": ["NOS"], "code_first": ["cause"], "use_additional": ["insulin (Z79.4)"]})
    (change,) = compare([code("E11")], [code("E11")], notes(), after).values()
    assert [(f.name, f.before) for f in change.fields] == [
        ("code_first", None),
        ("includes", None),
        ("use_additional", None),
    ]


def test_notes_and_titles_of_one_code_are_one_change_in_order_of_weight() -> None:
    before, after = notes(E11={"includes": ["a"]}), notes(E11={"includes": ["b"]})
    (change,) = compare([code("E11")], [code("E11", "Pain")], before, after).values()
    assert [field.name for field in change.fields] == ["long_descriptor", "short_descriptor", "includes"]


def test_notes_of_new_and_deleted_codes_are_no_change_of_their_own() -> None:
    before, after = notes(E11={"includes": ["a"]}), notes(E12={"includes": ["a"]})
    changes = compare([code("E11")], [code("E12")], before, after)
    assert {name: (change.kind, change.fields) for name, change in changes.items()} == {
        "E11": (ChangeKind.DELETED, ()),
        "E12": (ChangeKind.NEW, ()),
    }


def test_code_that_became_a_header_stays_deleted_though_its_notes_differ() -> None:
    before, after = notes(E11={"includes": ["a"]}), notes(E11={"includes": ["b"]})
    (change,) = compare([code("E11")], [code("E11", is_billable=False)], before, after).values()
    assert (change.kind, change.fields) == (ChangeKind.DELETED, ())


def test_where_a_note_stands_and_how_the_list_titles_the_code_are_no_notes() -> None:
    before = notes(E11={"scope": "code", "name": "E11", "title": "Type 2", "includes": ["a"]})
    after = notes(E11={"scope": "code", "name": "E11.", "title": "Type two", "includes": ["a"]})
    assert compare([code("E11")], [code("E11")], before, after) == {}


def test_notes_of_chapters_and_of_codes_that_no_order_file_has_are_left_out() -> None:
    before = SupportingList("icd10cm", "notes", "a.xml", (ListEntry("", {"includes": ["a"]}),))
    after = notes(S52={"includes": ["b"]})
    assert compare([code("E11")], [code("E11")], before, after) == {}


def test_changes_stay_sorted_by_code() -> None:
    before, after = notes(E11={"includes": ["a"]}), notes(E11={"includes": ["b"]})
    changes = compare([code("E11"), code("A00"), code("Z99")], [code("E11")], before, after)
    assert list(changes) == ["A00", "E11", "Z99"]
