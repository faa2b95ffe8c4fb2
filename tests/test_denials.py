"""What a denial is about: every code of our tables lands where the reference and the page say."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.denial_entry import Strength
from schema.denials import (
    CARCS,
    CATEGORY_ORDER,
    DENYING_GROUPS,
    DOWNCODING_CARCS,
    NOT_DENIED,
    PATIENT_SHARES,
    RARCS,
    STATUSES,
    SUBJECT_ORDER,
    TABLE_VERSION,
    Reason,
    classify_adjustment,
    classify_status,
    decide_reason,
    is_downcoded,
    needs_remark,
)
from schema.remits import REJECTING, Category, Subject
from tests.denials_page import PAGE, render_page

ALL_REMARKS = sorted(RARCS)
ANY_TEXT = st.text(max_size=8) | st.sampled_from(["16", "96", "45", "N56", "M76", "<b>", "=1+1", "\x00", "１６"])


def categorize(carc: str, *remarks: str) -> str | None:
    reason = classify_adjustment("CO", carc, remarks)
    return f"{reason.category} {reason.subject}" if reason else None


def test_page_is_what_the_tables_make_of_it() -> None:
    assert PAGE.read_text() == render_page(), "python -m tests.denials_page writes it anew; raise TABLE_VERSION"


def test_orders_name_every_category_and_subject_once() -> None:
    assert sorted(CATEGORY_ORDER) == sorted(Category)
    assert sorted(SUBJECT_ORDER) == sorted(Subject)


def test_a_code_stands_in_one_table_once() -> None:
    assert not CARCS.keys() & NOT_DENIED.keys()
    assert NOT_DENIED.keys() >= PATIENT_SHARES
    for table in (CARCS, RARCS, STATUSES):
        assert [code for code, entry in table.items() if entry.code != code] == []


def test_labels_are_short_and_of_one_line() -> None:
    labels = [entry.label for table in (CARCS, RARCS, STATUSES) for entry in table.values()] + [*NOT_DENIED.values()]
    assert [label for label in labels if len(label) > 70 or not label.isprintable() or "|" in label] == []


@pytest.mark.parametrize("carc", sorted(NOT_DENIED))
def test_what_is_no_denial_stays_none_with_every_remark_and_group(carc: str) -> None:
    assert [group for group in DENYING_GROUPS if classify_adjustment(group, carc, ALL_REMARKS)] == []


@pytest.mark.parametrize("group", ["CR", "", None, "XX", "C0"])
def test_corrections_and_unknown_groups_deny_nothing(group: str | None) -> None:
    assert classify_adjustment(group, "181") is None


@pytest.mark.parametrize("carc", ["", None, "9999", "181 ; DROP", "<script>", "=181", "１８１"])
def test_reason_that_is_not_in_the_table_denies_nothing(carc: str | None) -> None:
    assert classify_adjustment("CO", carc, ALL_REMARKS) is None


def test_patients_group_denies_what_is_no_share() -> None:
    assert classify_adjustment("PR", "96") is not None
    assert classify_adjustment("PR", "1") is None


@pytest.mark.parametrize("carc", sorted(code for code, entry in CARCS.items() if entry.strength is Strength.REASON))
def test_reason_that_says_itself_why_listens_to_no_remark(carc: str) -> None:
    alone = classify_adjustment("CO", carc)
    assert alone is not None
    assert (alone.category, alone.subject, alone.source) == (CARCS[carc].category, CARCS[carc].subject, f"CARC {carc}")
    assert classify_adjustment("CO", carc, ALL_REMARKS) == alone
    assert not needs_remark(carc)


@pytest.mark.parametrize("carc", ["16", "125", "226", "227", "252", "A1"])
def test_vague_reason_is_what_its_remark_says(carc: str) -> None:
    assert needs_remark(carc)
    assert categorize(carc) == categorize(carc, "MA130") == categorize(carc, "ZZ99") == "other claim"
    for remark, entry in RARCS.items():
        assert categorize(carc, remark) == f"{entry.category} {entry.subject}"


def test_reason_names_the_codes_that_it_was_told_from() -> None:
    reason = classify_adjustment("CO", "16", ["MA130", "N56"])
    assert reason == Reason(Category.INVALID_CODE, Subject.PROCEDURE, RARCS["N56"].label, "CARC 16, RARC N56")


@pytest.mark.parametrize(
    ("remarks", "expected"),
    [
        ((), "non_covered procedure"),
        (("N115",), "non_covered procedure"),
        (("N386", "N130"), "non_covered procedure"),
        (("M20", "N115"), "invalid_code procedure"),
        (("M76",), "invalid_code diagnosis"),
        (("M15",), "bundling procedure"),
        (("N822", "N19"), "modifier modifier"),
    ],
)
def test_not_covered_stays_so_unless_a_remark_says_what_is_wrong(remarks: tuple[str, ...], expected: str) -> None:
    assert categorize("96", *remarks) == expected


def test_remark_that_names_a_code_comes_before_one_that_explains_and_that_before_a_policy() -> None:
    remarks = ("MA130", "N115", "N20", "N823", "M76", "N56")
    for order in permutations(remarks, 3):
        told = [remark for remark in reversed(remarks) if remark in order]
        assert categorize("16", *order) == categorize("16", told[0])


def test_remarks_that_are_often_listed_wrongly_speak_of_no_code() -> None:
    assert {categorize("16", remark) for remark in ("N30", "N64", "N290")} == {"other claim"}
    assert categorize("16", "N290", "N56") == "invalid_code procedure"


def test_codes_count_in_any_writing() -> None:
    assert classify_adjustment(" co", "a1 ", [" n56 ", None]) == classify_adjustment("CO", "A1", ["N56"])
    assert classify_status(" a7", "507 ") == classify_status("A7", "507")


@pytest.mark.parametrize("category", REJECTING)
def test_status_is_what_the_table_says_in_each_rejecting_category(category: str) -> None:
    for status, entry in STATUSES.items():
        reason = classify_status(category, status)
        assert reason == Reason(entry.category, entry.subject, entry.label, f"{category}:{status}")


@pytest.mark.parametrize("category", ["A0", "A1", "A2", "A4", "F2", "", None, "A33"])
def test_status_of_another_category_rejects_nothing(category: str | None) -> None:
    assert [status for status in STATUSES if classify_status(category, status)] == []


@pytest.mark.parametrize("status", ["", None, "9999", "<script>", "=507"])
def test_rejection_for_an_unknown_status_is_one_all_the_same_and_repeats_nothing_of_it(status: str | None) -> None:
    reason = classify_status("A3", status)
    assert reason is not None
    assert (reason.category, reason.subject, reason.source) == (Category.OTHER, Subject.CLAIM, "A3")


def test_status_that_only_points_to_the_line_is_no_reason() -> None:
    assert classify_status("A3", "247") is None


def test_days_of_a_stay_are_no_codes() -> None:
    told = {classify_status("A7", status) for status in ("456", "457")}
    assert {(reason.category, reason.subject) for reason in told if reason} == {(Category.OTHER, Subject.CLAIM)}


def test_one_reason_decides_whatever_the_order() -> None:
    told = [classify_adjustment("CO", carc) for carc in ("16", "50", "146", "181", "97", "4", "150", "204", "197")]
    reasons = [reason for reason in told if reason]
    assert len(reasons) == len(told)
    ranked = ["181", "146", "4", "197", "97", "50", "204", "150", "16"]
    while reasons:
        decided = decide_reason(reversed(reasons))
        assert decided == decide_reason(reasons)
        assert decided is not None
        assert decided.source == f"CARC {ranked.pop(0)}"
        reasons.remove(decided)
    assert decide_reason([]) is None


@pytest.mark.parametrize("carc", sorted(DOWNCODING_CARCS))
def test_paid_line_with_a_reason_of_a_lesser_service_is_downcoded(carc: str) -> None:
    assert is_downcoded(True, "99213", None, [carc])
    assert not is_downcoded(False, "99213", None, [carc])


@pytest.mark.parametrize("remark", ["N22", "M25", "N124", "N125", "N72"])
def test_paid_line_with_a_remark_of_a_lesser_service_is_downcoded(remark: str) -> None:
    assert is_downcoded(True, "99213", "99213", ["45"], [remark.lower()])
    assert not is_downcoded(False, "99213", "99213", ["45"], [remark])


@pytest.mark.parametrize(
    ("paid", "submitted", "expected"),
    [
        ("99213", "99214", True),
        ("99213", "99213", False),
        ("j0120", " J0120", False),
        ("99213", None, False),
        ("99213", "", False),
        (None, "99214", False),
    ],
)
def test_paid_line_under_another_code_than_billed_is_downcoded(
    paid: str | None, submitted: str | None, expected: bool
) -> None:
    assert is_downcoded(True, paid, submitted, ["45", "1"]) is expected
    assert not is_downcoded(False, paid, submitted, ["97"])


def test_contractual_write_off_is_no_downcoding() -> None:
    assert not is_downcoded(True, "99213", None, ["45", *PATIENT_SHARES, "253", "16", "97"], ["M20", "N115"])


@given(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=4))
def test_no_text_stops_it_and_none_gets_into_a_reason(first: str, second: str, remarks: list[str]) -> None:
    told = [classify_adjustment("CO", first, remarks), classify_status("A7", first), classify_status(first, second)]
    known = {*CARCS, *RARCS, *STATUSES, *REJECTING, "CARC", "RARC"}
    for reason in told:
        words = reason.source.replace(",", " ").replace(":", " ").split() if reason else []
        assert set(words) <= known
    assert is_downcoded(True, first, second, [first], remarks) in (True, False)


@given(st.lists(st.sampled_from(ALL_REMARKS), max_size=5))
def test_order_and_repetition_of_remarks_do_not_matter(remarks: list[str]) -> None:
    forward = classify_adjustment("CO", "16", remarks)
    assert classify_adjustment("CO", "16", [*reversed(remarks), *remarks]) == forward


def test_version_is_a_month() -> None:
    year, month = TABLE_VERSION.split("-")
    assert (len(year), 1 <= int(month) <= 12, len(month)) == (4, True, 2)
