"""ICD: each reason for a disagreement with an addenda list, on lists made for it."""

from __future__ import annotations

from typing import Any

from flows.diff.compare import compare_releases
from flows.diff.reconcile import Evidence, reconcile_changes
from schema.changes import ChangeSet, Reconciliation
from schema.records import CodeRecord, ListEntry, ListKind, SupportingList
from schema.releases import ReleaseId
from tests.expected_strategies import FIRST, SECOND

Line = tuple[str, str, str]
"""Action, code, title; a header's code ends with a colon."""

PREVIOUS = ["A001 Ache", "A002 Burn", "A003 Cut", "A00: Ailments"]


def record(text: str) -> CodeRecord:
    code, _, title = text.partition(" ")
    return CodeRecord("icd10cm", "code", code.rstrip(":"), not code.endswith(":"), title, title)


def change_set(previous: list[str], current: list[str]) -> ChangeSet:
    sides = [{("code", r.code): r for r in map(record, side)} for side in (previous, current)]
    changes = compare_releases(sides[0], sides[1], FIRST, SECOND, has_record_dates=False)
    return ChangeSet("icd10cm", ReleaseId("icd10cm", FIRST, 1), ReleaseId("icd10cm", SECOND, 1), changes)


def make_list(
    *lines: str, kind: ListKind = "order_addenda", before: int | None = 3, summary: dict[str, int] | None = None
) -> SupportingList:
    """A list from lines such as `add A004 Dent`; `before` is the base that its summary names."""
    entries = []
    for line in lines:
        action, text = line.split(" ", 1)
        found = record(text)
        fields: dict[str, Any] = {
            "action": action,
            "is_billable": found.is_billable,
            "short_descriptor": found.short_descriptor if kind == "order_addenda" else None,
            "long_descriptor": found.long_descriptor,
        }
        entries.append(ListEntry(found.code, fields))
    said: dict[str, Any] = {} if before is None else {"before": before, "before_file": "base.txt"}
    said |= summary or {}
    facts: dict[str, Any] = {"codes": said} if said else {}
    if summary:
        counted = {"additions": sum(line.startswith("add ") for line in lines), "deletions": 0, "revisions": 0}
        facts["counted"] = {"codes": counted}
    return SupportingList("icd10cm", kind, "addenda.txt", tuple(entries), facts)


def reconcile(current: list[str], *lists: SupportingList, previous: list[str] = PREVIOUS) -> Reconciliation:
    billable = sum(":" not in line.split(" ")[0] for line in previous)
    return reconcile_changes(change_set(previous, current), Evidence(lists, billable))


def told(found: Reconciliation) -> list[tuple[str, str, str | None]]:
    return [(difference.code, difference.what, difference.reason) for difference in found.differences]


def test_list_that_says_the_same_agrees() -> None:
    current = ["A001 Ache", "A002 Burns", "A004 Dent", "A00: Ailments"]
    found = reconcile(
        current, make_list("revise_from A002 Burn", "revise_to A002 Burns", "delete A003 Cut", "add A004 Dent")
    )
    assert (found.agrees, found.differences) == (True, ())
    assert found.official == found.computed == {"new": 1, "deleted": 1, "revised": 1}
    assert found.basis == "order addenda addenda.txt"
    assert "3 billable codes, as many as the previous release has" in found.remarks[0]


def test_code_that_became_a_header_is_a_deletion_and_an_added_header_in_the_list() -> None:
    current = ["A001 Ache", "A002 Burn", "A003: Cut", "A0031 Deep cut", "A00: Ailments"]
    complete = ["delete A003 Cut", "add A003: Cut", "add A0031 Deep cut"]
    assert reconcile(current, make_list(*complete)).agrees
    found = reconcile(current, make_list(complete[0], complete[2]))
    assert told(found) == [("A003", "header is new here, not in the list", None)]


def test_code_that_the_list_leaves_out_has_no_known_reason() -> None:
    found = reconcile([*PREVIOUS, "A004 Dent"], make_list())
    assert told(found) == [("A004", "code is new here, not in the list", None)]
    assert (found.agrees, found.official["new"], found.computed["new"]) == (False, 0, 1)


def test_code_that_only_the_list_has_is_a_difference() -> None:
    found = reconcile(PREVIOUS, make_list("add QA00141 Dent", "delete A003 Cut"))
    assert told(found) == [
        ("A003", "code is not changed here, deleted in the list", None),
        ("QA00141", "code is not changed here, new in the list", None),
    ]


def test_title_that_differs_from_the_lists_is_a_difference() -> None:
    found = reconcile([*PREVIOUS, "A004 Dent"], make_list("add A004 Dint"))
    assert [what for _, what, _ in told(found)] == [
        "code is new in both, and its long descriptor differs",
        "code is new in both, and its short descriptor differs",
    ]


def test_revision_in_white_space_alone_that_is_not_listed_has_that_reason() -> None:
    found = reconcile(["A001 Ac he", *PREVIOUS[1:]], make_list())
    assert told(found) == [("A001", "code is revised here, not in the list", "white_space_only")]


def test_title_in_the_list_with_other_white_space_has_that_reason() -> None:
    found = reconcile([*PREVIOUS, "A004 Dent"], make_list("add A004 De nt"))
    assert {reason for _, _, reason in told(found)} == {"white_space_only"}


def test_list_against_a_mid_year_file_is_one_against_another_base() -> None:
    """Spring added A004, autumn A005; the autumn list knows A004, the previous release does not."""
    found = reconcile([*PREVIOUS, "A004 Dent", "A005 Edge"], make_list("add A005 Edge", before=4))
    assert told(found) == [("A004", "code is new here, not in the list", "other_base_file")]
    assert found.remarks == ("addenda.txt was made against base.txt with 4 billable codes; the previous release has 3",)


def test_list_without_a_summary_tells_its_base_by_its_lines() -> None:
    found = reconcile([*PREVIOUS, "A004 Dent", "A005 Edge"], make_list("add A005 Edge", before=None))
    assert told(found) == [("A004", "code is new here, not in the list", "other_base_file")]
    assert "by its lines, a file with 4 billable codes" in found.remarks[0]
    agreeing = reconcile([*PREVIOUS, "A005 Edge"], make_list("add A005 Edge", before=None))
    assert agreeing.agrees
    assert "as many as the previous release has" in agreeing.remarks[0]


def test_white_space_is_the_reason_even_when_the_base_is_another() -> None:
    found = reconcile(["A001 Ac he", *PREVIOUS[1:]], make_list(before=4))
    assert told(found)[0][2] == "white_space_only"


def test_list_with_long_titles_alone_cannot_know_of_a_short_title() -> None:
    current = change_set(PREVIOUS, PREVIOUS)
    before = {("code", r.code): r for r in map(record, PREVIOUS)}
    after = before | {
        ("code", "A001"): CodeRecord("icd10cm", "code", "A001", True, "Pain", "Ache"),
        ("code", "A004"): record("A004: Header"),
    }
    changes = compare_releases(before, after, FIRST, SECOND, has_record_dates=False)
    revised = ChangeSet("icd10cm", current.previous, current.current, changes)
    found = reconcile_changes(revised, Evidence([make_list(kind="codes_addenda")], 3))
    # Headers are in no such list, so A004 is no difference.
    assert told(found) == [("A001", "code is revised here, not in the list", "long_titles_only")]
    assert found.basis == "codes addenda addenda.txt"


def test_revision_whose_two_lines_are_the_same_is_none() -> None:
    """Trailing blanks differed, which the fixed width has no room for (header X2A in PCS FY2019)."""
    assert reconcile(PREVIOUS, make_list("revise_from A001 Ache", "revise_to A001 Ache")).agrees


def test_order_addenda_count_before_codes_addenda() -> None:
    lists = [make_list("add A009 Zest", kind="codes_addenda"), make_list("add A004 Dent")]
    assert reconcile([*PREVIOUS, "A004 Dent"], *lists).agrees


def test_order_addenda_that_say_nothing_give_way_to_codes_addenda() -> None:
    empty = make_list(before=None)
    found = reconcile([*PREVIOUS, "A004 Dent"], empty, make_list("add A004 Dent", kind="codes_addenda"))
    assert (found.agrees, found.basis) == (True, "codes addenda addenda.txt")


def test_summary_that_contradicts_the_lines_is_an_error_of_the_list() -> None:
    summary = {"additions": 2, "deletions": 0, "revisions": 0}
    found = reconcile([*PREVIOUS, "A004 Dent"], make_list("add A004 Dent", summary=summary))
    assert told(found) == [("", "the summary says 2 additions of codes, the lines are 1", "list_error")]
    assert not found.agrees


def test_code_that_a_list_both_adds_and_deletes_is_an_error_of_the_list() -> None:
    found = reconcile(["A001 Aches", *PREVIOUS[1:]], make_list("delete A001 Ache", "add A001 Aches"))
    assert told(found) == [("A001", "code is revised here, new and deleted in the list", "list_error")]


def test_release_without_any_list_does_not_agree_and_says_why() -> None:
    found = reconcile([*PREVIOUS, "A004 Dent"])
    assert (found.agrees, found.basis) == (False, "none")
    assert [reason for _, _, reason in told(found)] == ["no_list"]
    assert found.computed == {"new": 1, "deleted": 0, "revised": 0}


def test_differences_are_sorted_and_equal_input_gives_an_equal_value() -> None:
    current = ["B07 Wart", "A001 Ache", "C4A Lump", "QA00141 Dent"]
    found = reconcile(current, make_list("add Z99 Zest"))
    assert [code for code, _, _ in told(found)] == sorted(code for code, _, _ in told(found))
    assert found == reconcile(current[::-1], make_list("add Z99 Zest"), previous=PREVIOUS[::-1])
