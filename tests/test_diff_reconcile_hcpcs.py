"""HCPCS: each action of a transaction report, and each reason for a disagreement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from flows.diff.compare import compare_releases
from flows.diff.reconcile import Evidence, reconcile_changes
from schema.changes import ChangeSet, Reconciliation
from schema.records import CodeRecord, ListEntry, SupportingList
from schema.releases import ReleaseId

PREVIOUS, CURRENT = date(2031, 1, 1), date(2032, 1, 1)
OLD, IN_YEAR = date(2020, 1, 1), date(2031, 7, 1)
Sides = tuple[CodeRecord | None, CodeRecord | None]


def row(
    added: date = OLD,
    ended: date | None = None,
    long: str = "Cane, any material",
    short: str = "Cane",
    action: str = "N",
    acted: date = OLD,
    **details: Any,
) -> CodeRecord:
    fields = {"action_code": action, "action_date": acted.isoformat(), **details}
    return CodeRecord("hcpcs", "code", "E0100", None, short, long, added, ended, fields)


def reconcile(
    before: CodeRecord | None,
    after: CodeRecord | None,
    action: str | None,
    *,
    corrected: str = "",
    has_report: bool = True,
    facts: Mapping[str, list[str]] | None = None,
) -> Reconciliation:
    """The reconciliation of a release pair with one code; `action` None leaves it out of the report."""
    sides = [{("code", "E0100"): record} if record else {} for record in (before, after)]
    changes = compare_releases(sides[0], sides[1], PREVIOUS, CURRENT, has_record_dates=True)
    change_set = ChangeSet("hcpcs", ReleaseId("hcpcs", PREVIOUS, 1), ReleaseId("hcpcs", CURRENT, 1), changes)
    entries = (ListEntry("E0100", {"action": action}),) if action else ()
    lists = [SupportingList("hcpcs", "transaction_report", "trans.xlsx", entries, facts or {})] if has_report else []
    fixes = (ListEntry(corrected, {}),)
    corrections = [SupportingList("hcpcs", "corrections", "fix.xlsx", fixes)] if corrected else []
    records = {"E0100": after} if after else {}
    return reconcile_changes(change_set, Evidence(lists, 0, corrections, records))


def reason_of(
    before: CodeRecord | None,
    after: CodeRecord | None,
    action: str | None,
    corrected: str = "",
    has_report: bool = True,
) -> str | None:
    found = reconcile(before, after, action, corrected=corrected, has_report=has_report)
    assert not found.agrees
    (difference,) = found.differences
    assert difference.code == "E0100"
    return difference.reason


NEW = (None, row(added=CURRENT, action="A", acted=CURRENT))
REINSTATED = (row(ended=OLD), row())
ADDED_AND_ENDED = (None, row(added=IN_YEAR, ended=date(2031, 9, 30)))
DELETED = (row(), row(ended=date(2031, 12, 31)))
PURGED = (row(ended=OLD), None)
NOTHING = (row(), row())
LONG = (row(), row(long="Cane"))
SHORT = (row(), row(short="Stick"))
BOTH = (row(), row(long="Stick, any material", short="Stick"))
COVERAGE = (row(coverage="C"), row(coverage="D"))
PAYMENT = (row(mog="123"), row(mog="124"))
TYPES = (row(types_of_service=["A"]), row(types_of_service=["A", "R"]))
COVERAGE_AND_LONG = (row(coverage="C"), row(coverage="D", long="Cane"))


@pytest.mark.parametrize(
    ("action", "sides"),
    [
        ("add", NEW),
        ("add", REINSTATED),
        ("add", ADDED_AND_ENDED),
        ("reactivated", REINSTATED),
        ("reactivated", NEW),
        ("discontinued", DELETED),
        ("discontinued", ADDED_AND_ENDED),
        ("no_change", NOTHING),
        ("no_change", PURGED),
        (None, NOTHING),
        (None, PURGED),
        ("long_description", LONG),
        ("long_description", COVERAGE_AND_LONG),
        ("short_description", SHORT),
        ("short_description", BOTH),
        ("long_and_short_description", BOTH),
        ("payment", PAYMENT),
        ("coverage", COVERAGE),
        ("coverage", TYPES),
        ("coverage_and_long_description", COVERAGE_AND_LONG),
        ("miscellaneous", TYPES),
    ],
)
def test_code_agrees_when_the_change_says_at_least_what_the_report_says(action: str | None, sides: Sides) -> None:
    found = reconcile(*sides, action)
    assert (found.agrees, found.differences) == (True, ())
    assert found.basis == "transaction report trans.xlsx"


@pytest.mark.parametrize(
    ("action", "sides"),
    [
        ("add", DELETED),
        ("add", LONG),
        ("add", NOTHING),
        ("reactivated", ADDED_AND_ENDED),
        ("discontinued", NEW),
        ("discontinued", PURGED),
        ("discontinued", NOTHING),
        ("no_change", NEW),
        ("no_change", DELETED),
        ("no_change", LONG),
        (None, DELETED),
        ("long_description", SHORT),
        ("long_description", NEW),
        ("short_description", LONG),
        ("long_and_short_description", LONG),
        ("payment", COVERAGE),
        ("coverage", PAYMENT),
        ("coverage_and_long_description", COVERAGE),
        ("coverage_and_long_description", LONG),
        ("miscellaneous", COVERAGE),
        ("unknown", LONG),
        ("unknown", NOTHING),
    ],
)
def test_code_is_a_difference_when_the_change_says_less(action: str | None, sides: Sides) -> None:
    found = reconcile(*sides, action)
    assert not found.agrees
    assert [difference.code for difference in found.differences] == ["E0100"]


def test_counts_are_of_actions_and_of_kinds() -> None:
    found = reconcile(*DELETED, "discontinued")
    assert (found.official["deleted"], found.computed["deleted"]) == (1, 1)
    found = reconcile(*REINSTATED, "reactivated")
    assert (found.official["new"], found.computed["new"]) == (1, 1)
    found = reconcile(*PAYMENT, "payment")
    assert (found.official["revised"], found.computed["revised"]) == (1, 1)


def test_code_that_was_added_in_the_year_is_known_to_the_list() -> None:
    assert reason_of(None, row(added=IN_YEAR), "no_change") == "in_year_code"
    assert reason_of(None, row(added=IN_YEAR, long="Cane"), "long_description") == "in_year_code"
    assert reason_of(*ADDED_AND_ENDED, "no_change") == "in_year_code"


def test_code_that_ended_in_the_year_is_known_to_the_list() -> None:
    assert reason_of(row(), row(ended=date(2031, 6, 30)), "no_change") == "in_year_code"


def test_code_that_ended_on_the_eve_of_the_release_should_have_been_listed() -> None:
    assert reason_of(row(), row(ended=date(2031, 12, 31)), "no_change") == "unannounced_change"


def test_record_that_changed_in_the_year_is_known_to_the_list() -> None:
    assert reason_of(row(), row(long="Cane", action="C", acted=IN_YEAR), "no_change") == "in_year_change"


def test_addition_that_the_previous_file_holds_already_shows_that_it_was_re_issued() -> None:
    held = row(added=IN_YEAR, action="A", acted=IN_YEAR)
    assert reason_of(held, held, "add") == "reissued_file"


@pytest.mark.parametrize("added", [OLD, PREVIOUS])
def test_addition_of_a_code_that_the_previous_file_had_by_right_has_no_known_reason(added: date) -> None:
    assert reason_of(row(added=added), row(added=added), "add") is None


def test_number_with_another_added_date_came_back_with_another_meaning() -> None:
    assert reason_of(row(), row(added=IN_YEAR, long="Crutch"), "add") == "redefined_code"


def test_code_that_a_correction_list_names_has_that_reason_before_any_other() -> None:
    assert reason_of(None, row(added=IN_YEAR), "no_change", corrected="E0100") == "correction"
    assert reason_of(None, row(added=IN_YEAR), "no_change", corrected="E0101") == "in_year_code"


def test_end_that_was_set_to_before_the_previous_release_is_named_so() -> None:
    assert reason_of(row(), row(ended=date(2030, 12, 31)), "no_change") == "retroactive_end"


def test_announced_end_that_lies_ahead_is_a_scheduled_end() -> None:
    assert reason_of(row(), row(ended=date(2032, 6, 30)), "discontinued") == "scheduled_end"


@pytest.mark.parametrize("after", [row(long="Cane"), None])
def test_change_that_neither_list_nor_record_announces_is_named_so(after: CodeRecord | None) -> None:
    assert reason_of(row(), after, "no_change") == "unannounced_change"
    assert reason_of(row(), after, None) == "unannounced_change"


def test_record_that_says_no_maintenance_announces_nothing_whatever_its_date() -> None:
    assert reason_of(row(), row(long="Cane", action="N", acted=CURRENT), "no_change") == "unannounced_change"


def test_change_that_the_record_announces_and_the_list_does_not_has_no_known_reason() -> None:
    assert reason_of(row(), row(long="Cane", action="C", acted=CURRENT), "no_change") is None


def test_errors_of_the_report_are_remarks_and_change_nothing() -> None:
    facts = {"duplicates": ["CS: 'A' and 'N'"], "disagreements": ["QQ: add in 'a', none in 'b'"]}
    found = reconcile(*NEW, "add", facts=facts)
    assert found.agrees
    assert found.remarks == (
        "the report lists a code twice: CS: 'A' and 'N'",
        "the sheets of the report disagree: QQ: add in 'a', none in 'b'",
    )


def test_action_codes_of_the_records_stand_in_for_a_report_that_did_not_come() -> None:
    found = reconcile(*NEW, None, has_report=False)
    assert (found.agrees, found.official["new"]) == (True, 1)
    assert found.basis.startswith("action codes in the records")
    assert reconcile(row(), row(long="Cane", action="C", acted=CURRENT), None, has_report=False).agrees


@pytest.mark.parametrize("acted", [OLD, PREVIOUS])
def test_action_code_that_acted_up_to_the_previous_release_is_history(acted: date) -> None:
    assert reason_of(row(), row(long="Cane", action="C", acted=acted), None, has_report=False) == "unannounced_change"
    assert reconcile(row(), row(action="C", acted=acted), None, has_report=False).agrees


def test_release_without_report_and_records_has_no_list() -> None:
    assert [d.reason for d in reconcile(row(), None, None, has_report=False).differences] == ["no_list"]
