"""Candidate successors: where each comes from, and which rows of a conversion table count."""

from __future__ import annotations

from datetime import date
from typing import Any

from flows.diff.successors import MAX_SUCCESSORS, UNUSABLE_RANK, find_successors
from schema.changes import Cause, Change, ChangeKind, ChangeSet, Successor
from schema.records import CodeRecord, ListEntry, SupportingList
from schema.releases import ReleaseId

PREVIOUS, CURRENT = date(2030, 10, 1), date(2031, 10, 1)


def change(code: str, kind: ChangeKind, cause: Cause | None = None, **details: Any) -> Change:
    system = "hcpcs" if details else "icd10cm"
    record = CodeRecord(system, "code", code, None, "x", "x", None, None, details)
    is_new = kind is ChangeKind.NEW
    return Change(code, "code", kind, None if is_new else record, None if cause is Cause.ABSENT else record, cause)


def new(*codes: str) -> list[Change]:
    return [change(code, ChangeKind.NEW) for code in codes]


def deleted(code: str, cause: Cause = Cause.ABSENT, **details: Any) -> Change:
    return change(code, ChangeKind.DELETED, cause, **details)


def conversion(*rows: tuple[str, str, list[str]]) -> SupportingList:
    entries = (ListEntry(code, {"effective_date": day, "previous": previous}) for code, day, previous in rows)
    return SupportingList("icd10cm", "conversion", "table.xlsx", tuple(entries))


def find(
    changes: list[Change], *lists: SupportingList, previous: str = "", current: str = "", system: str = "icd10cm"
) -> dict[str, tuple[Successor, ...]]:
    change_set = ChangeSet(system, ReleaseId(system, PREVIOUS, 1), ReleaseId(system, CURRENT, 1), tuple(changes))
    titles = {"QA00141": "Pain"}
    return find_successors(change_set, lists, previous.split(), current.split(), titles)


def codes_of(successors: tuple[Successor, ...]) -> list[str]:
    return [successor.code for successor in successors]


def test_conversion_table_names_successors_of_the_deleted_and_predecessors_of_the_new() -> None:
    table = conversion(("QA00141", "2031-10-01", ["A09"]), ("QA00142", "2031-10-01", ["A09"]))
    found = find([deleted("A09"), *new("QA00141", "QA00142")], table, previous="A09", current="QA00141 QA00142")
    assert codes_of(found["A09"]) == ["QA00141", "QA00142"]
    assert codes_of(found["QA00141"]) == codes_of(found["QA00142"]) == ["A09"]
    first = found["A09"][0]
    assert (first.source, first.rank, first.title) == ("conversion table", 1, "Pain")
    assert "2031-10-01" in first.detail


def test_rows_of_other_periods_do_not_count() -> None:
    table = conversion(("B01", "2030-10-01", ["A09"]), ("B02", "2031-10-02", ["A09"]), ("B03", "2031-01-01", ["A09"]))
    found = find([deleted("A09")], table, previous="A09", current="B01 B02 B03")
    assert codes_of(found["A09"]) == ["B03"]


def test_row_without_a_date_does_not_count() -> None:
    undated = SupportingList("icd10cm", "conversion", "table.xlsx", (ListEntry("B01", {"previous": ["A09"]}),))
    assert find([deleted("A09")], undated, previous="A09", current="B01") == {}


def test_ranges_and_categories_stand_for_the_codes_of_the_previous_release() -> None:
    table = conversion(("C5A0", "2031-10-01", ["A091-A093", "B02"]))
    found = find(new("C5A0"), table, previous="A09 A091 A0921 A093 A0931 A094 B021 B029 B030", current="C5A0")
    assert codes_of(found["C5A0"]) == ["A091", "A0921", "A093", "A0931", "B021", "B029"]


def test_children_follow_a_code_that_was_subdivided() -> None:
    found = find([deleted("A1BC2", Cause.NOW_HEADER)], previous="A1BC2", current="A1BC1 A1BC2A A1BC2D A1BC3")
    assert codes_of(found["A1BC2"]) == ["A1BC2A", "A1BC2D"]
    child = found["A1BC2"][0]
    assert (child.source, child.rank, child.detail) == ("children", 3, "child of A1B.C2")


def test_children_are_found_in_a_file_where_letters_do_not_come_last() -> None:
    found = find([deleted("C44", Cause.NOW_HEADER)], previous="C44", current="C430 C4A0 C441 C442 C760")
    assert codes_of(found["C44"]) == ["C441", "C442"]


def test_children_of_a_code_that_is_gone_altogether_are_no_successors() -> None:
    assert find([deleted("A1BC2")], previous="A1BC2", current="A1BC2A") == {}


def test_named_replacement_comes_before_the_children() -> None:
    table = conversion(("A1BC2D", "2031-10-01", ["A1BC2"]))
    found = find([deleted("A1BC2", Cause.NOW_HEADER)], table, previous="A1BC2", current="A1BC2A A1BC2D")
    assert [(s.code, s.source) for s in found["A1BC2"]] == [("A1BC2D", "conversion table"), ("A1BC2A", "children")]


def test_table_is_followed_to_a_code_that_is_valid_now() -> None:
    table = conversion(("B01", "2031-01-01", ["A09"]), ("C01", "2031-04-01", ["B01"]), ("C02", "2031-04-01", ["B01"]))
    found = find([deleted("A09"), *new("C01", "C02")], table, previous="A09", current="C01 C02")
    assert codes_of(found["A09"]) == ["C01", "C02"]
    assert codes_of(found["C01"]) == codes_of(found["C02"]) == ["A09"]
    assert "by way of B01" in found["A09"][0].detail


def test_named_code_that_is_not_valid_now_comes_last_and_is_ranked_so() -> None:
    table = conversion(("B01", "2031-10-01", ["A09"]), ("B02", "2031-10-01", ["A09"]))
    found = find([deleted("A09")], table, previous="A09", current="B02")
    assert [(s.code, s.rank) for s in found["A09"]] == [("B02", 1), ("B01", UNUSABLE_RANK)]


def test_rows_that_lead_in_a_circle_end() -> None:
    table = conversion(("B01", "2031-01-01", ["A09"]), ("A09", "2031-04-01", ["B01"]))
    assert find([deleted("A09")], table, previous="A09", current="C01") == {}


def test_cross_references_of_a_record_are_successors_cpt_numbers_and_modifiers_among_them() -> None:
    gone = deleted("C9034", Cause.TERMINATED, cross_references=["J1095", "99213", "QM", "CPT", "C9034"])
    found = find([gone], system="hcpcs")
    assert [(s.code, s.source, s.rank) for s in found["C9034"]] == [
        ("99213", "cross reference", 1),
        ("J1095", "cross reference", 1),
        ("QM", "cross reference", 1),
    ]


def test_correction_list_names_successors_of_deleted_codes_alone() -> None:
    entries = tuple(ListEntry(code, {"cross_reference": "J1095"}) for code in ("C9034", "C9035"))
    corrections = SupportingList("hcpcs", "corrections", "fix.xlsx", entries)
    found = find([deleted("C9034", Cause.TERMINATED, coverage="C")], corrections, system="hcpcs")
    assert [(s.code, s.source, s.rank, s.detail) for s in found["C9034"]] == [("J1095", "correction", 2, "fix.xlsx")]
    assert found.keys() == {"C9034"}


def test_no_more_candidates_than_a_person_can_look_through() -> None:
    children = " ".join(f"A1BC2{n:02}" for n in range(100))
    found = find([deleted("A1BC2", Cause.NOW_HEADER)], previous="A1BC2", current=children)
    assert len(found["A1BC2"]) == MAX_SUCCESSORS
