"""Design section 3, sentence by sentence: what a change is, why, and what is told with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flows.diff.compare import compare_releases
from schema.changes import Cause, Change, ChangeKind, ChangeSet
from schema.errors import DiffError
from schema.records import CodeRecord
from schema.releases import ReleaseId

PREVIOUS, CURRENT = date(2031, 1, 1), date(2031, 4, 1)


def diagnosis(code: str = "QA00141", is_billable: bool = True, title: str = "Ache") -> CodeRecord:
    return CodeRecord("icd10cm", "code", code, is_billable, title, f"{title} of the elbow")


def supply(
    code: str = "E0100", added: date | None = date(2020, 1, 1), ended: date | None = None, **details: Any
) -> CodeRecord:
    kind = "modifier" if len(code) == 2 else "code"
    return CodeRecord("hcpcs", kind, code, None, "Cane", "Cane, any material", added, ended, details)  # type: ignore[arg-type]


def compare_one(before: CodeRecord | None, after: CodeRecord | None) -> Change | None:
    """The change of the one code in two releases that hold nothing else."""
    sides: list[dict[tuple[str, str], CodeRecord]]
    sides = [{(record.kind, record.code): record} if record else {} for record in (before, after)]
    is_hcpcs = (before or after or diagnosis()).system == "hcpcs"
    changes = compare_releases(sides[0], sides[1], PREVIOUS, CURRENT, has_record_dates=is_hcpcs)
    assert len(changes) <= 1
    return changes[0] if changes else None


def change_of(before: CodeRecord | None, after: CodeRecord | None) -> Change:
    change = compare_one(before, after)
    assert change is not None
    return change


def told(change: Change) -> tuple[ChangeKind, Cause | None]:
    return change.kind, change.cause


def test_billable_code_that_was_absent_is_new() -> None:
    change = change_of(None, diagnosis())
    assert told(change) == (ChangeKind.NEW, None)
    assert (change.before, change.after) == (None, diagnosis())


def test_header_that_became_billable_is_new_because_it_was_a_header() -> None:
    change = change_of(diagnosis(is_billable=False), diagnosis(title="Pain"))
    assert told(change) == (ChangeKind.NEW, Cause.WAS_HEADER)
    assert change.fields == ()


def test_billable_code_that_is_gone_is_deleted_because_it_is_absent() -> None:
    change = change_of(diagnosis(), None)
    assert told(change) == (ChangeKind.DELETED, Cause.ABSENT)
    assert change.record == diagnosis()


def test_code_that_became_a_header_is_deleted() -> None:
    change = change_of(diagnosis(), diagnosis(is_billable=False))
    assert told(change) == (ChangeKind.DELETED, Cause.NOW_HEADER)


def test_billable_code_with_another_title_is_revised_with_the_titles_before_and_after() -> None:
    change = change_of(diagnosis(), diagnosis(title="Pain"))
    assert told(change) == (ChangeKind.REVISED, None)
    assert [(f.name, f.before, f.after) for f in change.fields] == [
        ("long_descriptor", "Ache of the elbow", "Pain of the elbow"),
        ("short_descriptor", "Ache", "Pain"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, diagnosis(is_billable=False), ChangeKind.NEW_HEADER),
        (diagnosis(is_billable=False), None, ChangeKind.GONE_HEADER),
        (diagnosis(is_billable=False), diagnosis(is_billable=False, title="Pain"), ChangeKind.REVISED_HEADER),
    ],
)
def test_headers_have_kinds_of_their_own(before: CodeRecord | None, after: CodeRecord | None, kind: ChangeKind) -> None:
    assert told(change_of(before, after)) == (kind, None)


def test_equal_records_are_no_change() -> None:
    assert compare_one(diagnosis(), diagnosis()) is None
    assert compare_one(supply(coverage="C"), supply(coverage="C")) is None


def test_icd_titles_compare_exactly() -> None:
    spaced = replace(diagnosis(), long_descriptor="Ache of  the elbow")
    assert change_of(diagnosis(), spaced).kind is ChangeKind.REVISED


def test_icd_record_without_a_billable_flag_is_refused() -> None:
    with pytest.raises(DiffError, match="QA00141"):
        compare_one(None, replace(diagnosis(), is_billable=None))


def test_hcpcs_code_that_was_absent_is_new_and_a_later_first_day_is_told() -> None:
    assert told(change_of(None, supply())) == (ChangeKind.NEW, None)
    assert change_of(None, supply(added=CURRENT)).starts_date is None
    assert change_of(None, supply(added=date(2031, 5, 1))).starts_date == date(2031, 5, 1)


def test_new_code_with_a_scheduled_end_is_new_and_the_end_is_told() -> None:
    change = change_of(None, supply(ended=date(2031, 6, 30)))
    assert (change.kind, change.ends_date) == (ChangeKind.NEW, date(2031, 6, 30))


def test_code_that_had_ended_and_counts_again_is_reinstated() -> None:
    change = change_of(supply(ended=date(2030, 12, 31)), supply())
    assert told(change) == (ChangeKind.REINSTATED, None)
    assert not change.is_redefined


def test_code_that_came_back_with_another_added_date_is_reinstated_and_redefined() -> None:
    change = change_of(supply(ended=date(2030, 12, 31)), supply(added=CURRENT))
    assert (change.kind, change.is_redefined) == (ChangeKind.REINSTATED, True)


def test_code_whose_added_date_moved_is_revised_and_redefined() -> None:
    change = change_of(supply(), supply(added=CURRENT))
    assert (change.kind, change.is_redefined) == (ChangeKind.REVISED, True)
    assert [(f.name, f.before, f.after) for f in change.fields] == [("added_date", "2020-01-01", "2031-04-01")]


def test_added_date_that_was_blank_does_not_redefine_a_code() -> None:
    assert not change_of(supply(added=None), supply()).is_redefined


@pytest.mark.parametrize("last_day", [date(2031, 1, 1), date(2031, 3, 31)])
def test_code_that_ended_between_the_two_releases_is_deleted_because_it_is_terminated(last_day: date) -> None:
    change = change_of(supply(), supply(ended=last_day))
    assert told(change) == (ChangeKind.DELETED, Cause.TERMINATED)
    assert (change.is_retroactive, change.ends_date) == (False, None)


def test_last_usable_day_may_be_the_effective_date_itself() -> None:
    change = change_of(supply(), supply(ended=CURRENT))
    assert (change.kind, change.ends_date) == (ChangeKind.REVISED, CURRENT)
    assert [f.name for f in change.fields] == ["termination_date"]


def test_end_before_the_previous_release_took_effect_is_retroactive() -> None:
    change = change_of(supply(), supply(ended=date(2030, 12, 31)))
    assert told(change) == (ChangeKind.DELETED, Cause.TERMINATED)
    assert change.is_retroactive


def test_unchanged_record_whose_scheduled_end_has_passed_is_deleted() -> None:
    record = supply(ended=date(2031, 2, 28))
    change = change_of(record, record)
    assert told(change) == (ChangeKind.DELETED, Cause.TERMINATED)
    assert (change.is_retroactive, change.fields) == (False, ())


def test_later_end_is_a_scheduled_end_and_no_deletion() -> None:
    change = change_of(supply(), supply(ended=date(2032, 12, 31)))
    assert (change.kind, change.ends_date) == (ChangeKind.REVISED, date(2032, 12, 31))


def test_code_that_vanished_without_an_end_is_deleted_because_it_is_absent() -> None:
    assert told(change_of(supply(), None)) == (ChangeKind.DELETED, Cause.ABSENT)


def test_code_that_was_absent_and_has_ended_already_is_added_and_ended() -> None:
    change = change_of(None, supply(added=date(2031, 1, 15), ended=date(2031, 3, 15)))
    assert told(change) == (ChangeKind.ADDED_AND_ENDED, Cause.TERMINATED)


def test_ended_code_that_left_the_file_is_purged_and_not_deleted() -> None:
    assert told(change_of(supply(ended=date(2027, 12, 31)), None)) == (ChangeKind.PURGED, None)


def test_ended_code_with_another_field_is_revised() -> None:
    ended = date(2030, 6, 30)
    change = change_of(supply(ended=ended), supply(ended=ended, cross_references=["E0105"]))
    assert (change.kind, change.ends_date) == (ChangeKind.REVISED, None)


def test_modifiers_change_like_codes_and_are_told_apart() -> None:
    change = change_of(None, supply("QQ"))
    assert (change.kind, change.record_kind, change.code) == (ChangeKind.NEW, "modifier", "QQ")


def test_action_code_and_action_date_are_not_compared() -> None:
    before = supply(action_code="A", action_date="2030-01-01")
    assert compare_one(before, supply(action_code="N", action_date="2031-04-01")) is None


def test_changes_are_sorted_by_code_and_counts_have_every_kind() -> None:
    codes = ("Z9", "A1BC2D", "QA00141")
    after = {("code", code): diagnosis(code) for code in codes}
    changes = compare_releases({}, after, PREVIOUS, CURRENT, has_record_dates=False)
    assert [change.code for change in changes] == ["A1BC2D", "QA00141", "Z9"]
    previous, current = (ReleaseId("icd10cm", day, 1) for day in (PREVIOUS, CURRENT))
    counts = ChangeSet("icd10cm", previous, current, changes).counts
    assert counts == dict.fromkeys(ChangeKind, 0) | {ChangeKind.NEW: 3}
