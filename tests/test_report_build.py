"""The report as a value: what it counts, how it sorts, what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from flows.diff.reasons import EXPLANATIONS
from flows.report.build import build_report, build_verdict
from flows.report.headlines import verdict_sentence
from flows.report.wording import count_of, sources_text, title_of_field, title_of_reason
from schema.changes import ChangeKind, Difference, FieldClass, Reconciliation, Successor
from tests.report_samples import ALL_RESULTS, diagnosis_result, make_result, procedure_result, supply_result


def test_report_of_the_same_result_is_the_same() -> None:
    for result in ALL_RESULTS:
        assert build_report(result()) == build_report(result())


def test_headlines_say_what_a_governance_group_must_know() -> None:
    assert build_report(diagnosis_result()).headlines == (
        "3 new, 2 deleted (1 became a header), 2 revised. Headers: 1 new, 1 gone, 1 revised.",
        "Differs from the publisher's list in 2 points; 1 of them has no known reason.",
        "Revisions touch the long title of 1 code.",
        "1 revision is cosmetic: white space, case, accents or punctuation alone.",
        "No candidate successor is known for 1 of 2 deleted codes.",
        "1 release check was overridden with a note.",
    )


def test_headlines_of_dated_codes_tell_of_retroactive_ends_and_other_meanings() -> None:
    assert build_report(supply_result()).headlines == (
        "3 new, 1 deleted, 2 revised, 1 reinstated, 1 added and ended, 1 purged.",
        "The publisher's list of changes did not come with this release, so nothing proves this report.",
        "Revisions touch the coverage of 1 code, the payment of 1 code and the long title of 1 code.",
        "1 code came back with another meaning.",
        "1 code starts later than the effective date.",
        "1 code has a scheduled last day.",
        "1 deletion is retroactive: the last usable day lies before the previous release took effect.",
    )


def test_nothing_changed_is_said_in_one_sentence() -> None:
    report = build_report(make_result("icd10cm", ()))
    assert report.headlines[0] == "Nothing changed: the two releases have the same content."
    assert (report.sections, report.bars) == ((), ())


@pytest.mark.parametrize(
    ("as_of", "days_left"), [(date(2024, 8, 14), 48), (date(2024, 10, 1), 0), (date(2024, 10, 13), -12)]
)
def test_days_left_count_from_the_day_of_the_report(as_of: date, days_left: int) -> None:
    assert build_report(make_result("icd10cm", (), as_of=as_of)).heading.days_left == days_left


def test_release_before_the_system_was_in_force_is_a_draft() -> None:
    old = make_result("icd10cm", (), previous=date(2012, 10, 1), current=date(2013, 10, 1))
    assert build_report(old).heading.is_draft
    assert not build_report(diagnosis_result()).heading.is_draft
    with_dates = make_result("hcpcs", (), previous=date(2012, 1, 1), current=date(2013, 1, 1))
    assert not build_report(with_dates).heading.is_draft


def test_only_kinds_that_the_system_can_have_are_counted() -> None:
    assert ChangeKind.REINSTATED not in build_report(diagnosis_result()).counts
    assert build_report(procedure_result()).counts[ChangeKind.REVISED] == 0
    assert ChangeKind.NEW_HEADER not in build_report(supply_result()).counts


def test_revised_codes_are_counted_by_their_weightiest_field() -> None:
    counts = build_report(supply_result()).class_counts
    assert {field_class: count for field_class, count in counts.items() if count} == {
        FieldClass.COVERAGE: 1,
        FieldClass.DESCRIPTOR: 1,
    }


def test_rows_of_a_kind_are_in_the_order_of_families_and_codes() -> None:
    new = build_report(diagnosis_result()).sections[0]
    assert [row.code for row in new.rows] == ["C86.00", "C86.01", "QA0.0141"]
    modifiers_last = build_report(supply_result()).sections[0]
    assert [row.code for row in modifiers_last.rows] == ["J0001", "S0001", "A1"]


def test_chart_stacks_new_deleted_and_revised_codes_without_headers() -> None:
    bars = {bar.family.codes: (bar.new, bar.deleted, bar.revised) for bar in build_report(diagnosis_result()).bars}
    assert bars == {"C00-D49": (2, 1, 0), "F01-F99": (0, 0, 1), "Q00-Q99": (1, 0, 0), "Z00-Z99": (0, 1, 1)}


def test_each_candidate_stands_once_under_all_its_sources() -> None:
    deleted = next(s for s in build_report(diagnosis_result()).sections if s.kind is ChangeKind.DELETED)
    groups = [(group.source, [c.code for c in group.candidates]) for group in deleted.rows[0].candidates]
    assert groups == [
        ("Conversion table effective 2024-10-01, subdivision", ["C86.00"]),
        ("Subdivision", ["C86.01"]),
    ]


def test_differences_are_grouped_by_reason_with_the_unexplained_first() -> None:
    verdict = build_report(diagnosis_result()).verdict
    assert [(group.reason, group.title, len(group.differences)) for group in verdict.groups] == [
        (None, "No known reason", 1),
        ("white_space_only", "White space only", 1),
    ]
    assert (verdict.state, verdict.difference_count) == ("differs", 2)


def test_release_without_a_list_has_a_verdict_of_its_own() -> None:
    assert build_report(supply_result()).verdict.state == "unlisted"
    assert build_report(procedure_result()).verdict.state == "agrees"


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        (
            ["in_year_code"] * 2,
            "Differs from the publisher's list in 2 points, all for one known reason: in-year code.",
        ),
        (["a", "b"], "Differs from the publisher's list in 2 points, each for one of 2 known reasons."),
        ([None, None, "a"], "Differs from the publisher's list in 3 points; 2 of them have no known reason."),
    ],
)
def test_verdict_names_how_much_is_explained(reasons: list[str | None], sentence: str) -> None:
    differences = tuple(Difference(f"A{number}", "differs", reason) for number, reason in enumerate(reasons))
    reconciliation = Reconciliation("list", False, {}, {}, differences)
    assert verdict_sentence(reconciliation) == sentence
    assert build_verdict(reconciliation) == build_verdict(replace(reconciliation, differences=differences[::-1]))


def test_every_reason_of_the_diff_stage_has_words() -> None:
    for reason in EXPLANATIONS:
        assert "_" not in title_of_reason(reason)
        assert title_of_reason(reason)[0].isupper()


@pytest.mark.parametrize(
    ("name", "title"),
    [("long_descriptor", "Long title"), ("asc_group", "ASC group"), ("pricing_indicators", "Pricing indicators")],
)
def test_fields_are_named_in_words(name: str, title: str) -> None:
    assert title_of_field(name) == title


def test_counts_agree_with_their_nouns() -> None:
    assert [count_of(n, "code") for n in (0, 1, 1234)] == ["0 codes", "1 code", "1,234 codes"]


@pytest.mark.parametrize(
    ("source", "detail", "words"),
    [
        ("children", "child of C86.0", "Subdivision"),
        ("cross reference", "cross reference in the record", "Cross reference in the record"),
        ("conversion table", "table.xlsx, effective 2024-10-01", "Conversion table table.xlsx, effective 2024-10-01"),
        ("correction", "", "Publisher's correction"),
    ],
)
def test_source_of_a_candidate_is_told_once(source: str, detail: str, words: str) -> None:
    assert sources_text([(source, detail), (source, detail)]) == words


def test_guess_is_marked_as_one_and_an_unknown_source_is_shown_as_given() -> None:
    assert sources_text([("title likeness", "95 of 100")]) == "Guess: titles alike (95 of 100)"
    assert sources_text([("title likeness", "")]) == "Guess: titles alike"
    assert sources_text([("payer bulletin", "of May")]) == "Payer bulletin of May"


def test_guess_is_no_known_candidate() -> None:
    result = diagnosis_result()
    guess = (Successor("Z999", "title likeness", 5, "95 of 100", "Gone too"),)
    guessed = replace(result, successors={**result.successors, "Z998": guess})
    sentence = "No candidate successor is known for 1 of 2 deleted codes; for 1 of these there is a guess by the title."
    assert sentence in build_report(guessed).headlines
