"""HCPCS references: codes, ranges and modifiers, followed through ended codes to what is valid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows.diff.references import read_references
from flows.diff.successors import UNUSABLE_RANK, find_successors
from schema.changes import Cause, Change, ChangeKind, ChangeSet, Successor
from schema.records import CodeRecord, ListEntry, RecordKind, SupportingList
from schema.releases import ReleaseId

PREVIOUS, CURRENT = ReleaseId("hcpcs", date(2030, 1, 1), 1), ReleaseId("hcpcs", date(2033, 1, 1), 1)
ENDED, LAST_DAY, LATER = date(2032, 6, 30), date(2032, 12, 31), date(2033, 3, 31)


def record(code: str, *references: str, ended: date | None = None) -> CodeRecord:
    kind: RecordKind = "modifier" if len(code) == 2 else "code"
    details: dict[str, Any] = {"cross_references": list(references)} if references else {}
    return CodeRecord("hcpcs", kind, code, None, "x", "x", date(2020, 1, 1), ended, details)


def find(
    *records: CodeRecord, corrections: dict[str, str] | None = None, gone: tuple[CodeRecord, ...] = ()
) -> tuple[Successor, ...]:
    """The candidates of the first record, which has ended. `gone` are codes that the current release dropped."""
    changes = [Change(records[0].code, "code", ChangeKind.DELETED, records[0], records[0], Cause.TERMINATED)]
    changes += [Change(old.code, "code", ChangeKind.PURGED, old, None) for old in gone]
    entries = tuple(ListEntry(code, {"cross_reference": text}) for code, text in (corrections or {}).items())
    lists = [SupportingList("hcpcs", "corrections", "fix.xlsx", entries)]
    change_set = ChangeSet("hcpcs", PREVIOUS, CURRENT, tuple(changes))
    found = find_successors(change_set, lists, [], [], {}, {one.code: one for one in records})
    return found.get(records[0].code, ())


def ranks_of(successors: tuple[Successor, ...]) -> dict[str, int]:
    return {successor.code: successor.rank for successor in successors}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J1095", [("J1095", "J1095")]),
        (" j1095 ", [("J1095", "J1095")]),
        ("J0120-J0180", [("J0120", "J0180")]),
        ("J0120 – J0180", [("J0120", "J0180")]),
        ("J0120 thru J0180", [("J0120", "J0180")]),
        ("J0120, J0180; 99213", [("J0120", "J0120"), ("J0180", "J0180"), ("99213", "99213")]),
        ("J0180-J0120", []),
        ("QM", [("QM", "QM")]),
        ("CPT", []),
        ("see the codes to use", []),
    ],
)
def test_reference_is_a_code_a_range_or_a_modifier(text: str, expected: list[tuple[str, str]]) -> None:
    assert read_references(text) == expected


def test_range_names_every_code_of_it_that_is_valid_and_no_other() -> None:
    held = (record("J0119"), record("J0120"), record("J0150", ended=LAST_DAY), record("J0180"), record("J0181"))
    found = find(record("C9034", "J0120-J0180", ended=ENDED), *held, record("J1"))
    assert ranks_of(found) == {"J0120": 1, "J0180": 1}
    assert {one.detail for one in found} == {"cross reference in the record, range J0120-J0180"}


def test_code_whose_end_is_still_to_come_is_valid() -> None:
    assert ranks_of(find(record("C9034", "J0120", ended=ENDED), record("J0120", ended=LATER))) == {"J0120": 1}


def test_successor_that_ended_itself_leads_on_to_what_is_valid() -> None:
    way = (record("C9136", "Q9975", ended=ENDED), record("Q9975", "J7205", ended=LAST_DAY), record("J7205"))
    (only,) = find(*way)
    assert (only.code, only.rank, only.source) == ("J7205", 1, "cross reference")
    assert only.detail == "cross reference in the record, by way of Q9975"


def test_way_leads_through_a_code_that_the_release_has_dropped_and_through_a_correction() -> None:
    gone = record("Q9975", "C9999", ended=ENDED)
    held = (record("C9136", "Q9975", ended=ENDED), record("C9999", ended=LAST_DAY), record("J7205"), record("J7206"))
    found = find(*held, gone=(gone,), corrections={"C9999": "J7205-J7206"})
    assert ranks_of(found) == {"J7205": 1, "J7206": 1}
    assert found[0].detail == "cross reference in the record, by way of Q9975, by way of C9999"


def test_references_of_a_valid_code_are_not_followed() -> None:
    assert ranks_of(find(record("C9136", "J7205", ended=ENDED), record("J7205", "C9000"), record("C9000"))) == {
        "J7205": 1
    }


def test_circle_ends_and_names_nothing() -> None:
    assert find(record("A0001", "A0002", ended=ENDED), record("A0002", "A0001", ended=ENDED)) == ()


def test_named_code_that_ended_or_is_not_held_comes_last() -> None:
    found = find(record("A0001", "A0002", "A0003", "A0004", ended=ENDED), record("A0002", ended=ENDED), record("A0003"))
    assert ranks_of(found) == {"A0003": 1, "A0002": UNUSABLE_RANK, "A0004": UNUSABLE_RANK}


def test_cpt_number_is_named_although_it_is_not_held() -> None:
    assert ranks_of(find(record("G0436", "99406-99407", "0042T", ended=ENDED))) == {"99406": 1, "99407": 1, "0042T": 1}


def test_correction_names_a_list_and_a_code_named_twice_is_given_once() -> None:
    held = (record("C9034", "J1095", ended=ENDED), record("J1095"), record("J1096"), record("25"))
    found = find(*held, corrections={"C9034": "J1095, J1096"})
    assert [(one.code, one.source, one.rank) for one in found] == [
        ("J1095", "cross reference", 1),
        ("J1096", "correction", 2),
    ]
