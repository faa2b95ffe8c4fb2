"""The rules of priority: each can decide, each limit counts at its value, and each is explained."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from flows.impact.priority import RULES, Facts, Rule, Thresholds, judge
from schema.changes import Change, ChangeKind, FieldClass
from schema.impact import Exposure, Priority, UseHit
from schema.uses import Match
from tests.impact_values import EFFECTIVE, change_of, exposure_of, field_of, hit_of

LIMITS = Thresholds()
FAR = LIMITS.soon_days + 1
DELETED, NEW, REVISED, PURGED = ChangeKind.DELETED, ChangeKind.NEW, ChangeKind.REVISED, ChangeKind.PURGED
NAMED, SPANNED, CHARGED = hit_of(), hit_of(Match.RANGE, "payer_rule"), hit_of(kind="charge_master")
LARGE, NOTABLE, FEW = exposure_of(LIMITS.large_lines), exposure_of(LIMITS.notable_lines), exposure_of(1)


def facts_of(change: Change, *uses: UseHit, exposure: Exposure | None = None, days_left: int = FAR) -> Facts:
    return Facts(change, uses, exposure or Exposure(), days_left, LIMITS)


def revised(field_class: FieldClass, name: str = "") -> Change:
    return change_of(REVISED, "E0001", field_of(field_class, name))


NOTES = change_of(REVISED, "E1100", field_of(FieldClass.ADMINISTRATIVE, "excludes1"), system="icd10cm")
GONE = change_of(DELETED, "E0001")

# For each rule facts of which it is the first to apply.
DECISIONS = {
    "deleted in a billing use": facts_of(GONE, CHARGED),
    "deleted, large volume": facts_of(GONE, exposure=LARGE),
    "deleted, little time": facts_of(GONE, NAMED, days_left=LIMITS.soon_days),
    "ended in hindsight": facts_of(change_of(DELETED, "E0001", is_retroactive=True), exposure=FEW),
    "deleted in a use": facts_of(GONE, NAMED),
    "deleted, notable volume": facts_of(GONE, exposure=NOTABLE),
    "other meaning": facts_of(change_of(REVISED, "E0001", is_redefined=True), NAMED),
    "coverage, large volume": facts_of(revised(FieldClass.COVERAGE), exposure=LARGE),
    "payment, large volume": facts_of(revised(FieldClass.PAYMENT), exposure=LARGE),
    "long ended in a use": facts_of(change_of(PURGED, "E0001"), NAMED),
    "deleted, some claims": facts_of(GONE, exposure=FEW),
    "deleted inside a rule": facts_of(GONE, SPANNED),
    "new inside a rule": facts_of(change_of(NEW, "E0001"), SPANNED),
    "new in a use": facts_of(change_of(NEW, "E0001"), NAMED),
    "coverage": facts_of(revised(FieldClass.COVERAGE), NAMED),
    "payment": facts_of(revised(FieldClass.PAYMENT), NAMED),
    "title, large volume": facts_of(revised(FieldClass.DESCRIPTOR), exposure=LARGE),
    "notes, notable volume": facts_of(NOTES, exposure=NOTABLE),
    "scheduled end": facts_of(change_of(REVISED, "E0001", ends_date=EFFECTIVE), NAMED),
    "category gone": facts_of(change_of(ChangeKind.GONE_HEADER, "E11", system="icd10cm"), NAMED),
    "never valid on claims": facts_of(change_of(PURGED, "E0001"), exposure=FEW),
    "new on claims": facts_of(change_of(NEW, "E0001"), exposure=FEW),
    "title": facts_of(revised(FieldClass.DESCRIPTOR), NAMED),
    "notes": facts_of(NOTES, NAMED),
    "header inside a rule": facts_of(change_of(ChangeKind.NEW_HEADER, "E11", system="icd10cm"), SPANNED),
    "nothing to do": facts_of(revised(FieldClass.COSMETIC), NAMED, exposure=LARGE),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_can_decide(rule: Rule) -> None:
    priority, reasons = judge(DECISIONS[rule.name])
    assert (priority, reasons[0]) == (rule.priority, rule.name)


def test_rules_stand_from_urgent_to_harmless_and_each_is_a_sentence() -> None:
    order = [list(Priority).index(rule.priority) for rule in RULES]
    assert order == sorted(order)
    assert {rule.priority for rule in RULES} == set(Priority)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.name for rule in RULES if not (rule.says[0].isupper() and rule.says.endswith("."))] == []


def test_all_rules_that_apply_are_named_the_deciding_one_first() -> None:
    priority, reasons = judge(facts_of(GONE, CHARGED, SPANNED, exposure=FEW, days_left=0))
    assert priority is Priority.CRITICAL
    assert reasons == (
        "deleted in a billing use",
        "deleted, little time",
        "deleted in a use",
        "deleted, some claims",
        "deleted inside a rule",
    )


def test_rule_for_everything_is_named_only_alone() -> None:
    assert judge(facts_of(revised(FieldClass.DISPLAY), NAMED))[1] == ("nothing to do",)
    assert "nothing to do" not in judge(facts_of(GONE, NAMED))[1]


def test_retirement_of_a_code_is_never_informational() -> None:
    for use in (NAMED, SPANNED, CHARGED):
        assert judge(facts_of(GONE, use))[0] is not Priority.INFORMATIONAL


CENT = Decimal("0.01")
# Threshold, facts at its value and just below, and the rule that the value switches on.
BOUNDARIES = [
    ("large_dollars", facts_of(GONE, exposure=exposure_of(1, LIMITS.large_dollars)), "deleted, large volume"),
    ("large_dollars", facts_of(GONE, exposure=exposure_of(1, 0, LIMITS.large_dollars)), "deleted, large volume"),
    ("large_lines", facts_of(GONE, exposure=LARGE), "deleted, large volume"),
    ("notable_dollars", facts_of(GONE, exposure=exposure_of(1, LIMITS.notable_dollars)), "deleted, notable volume"),
    ("notable_lines", facts_of(GONE, exposure=NOTABLE), "deleted, notable volume"),
]


@pytest.mark.parametrize(
    ("name", "facts", "rule"), BOUNDARIES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_value_at_the_limit_counts_and_one_below_does_not(name: str, facts: Facts, rule: str) -> None:
    step = CENT if name.endswith("dollars") else 1
    assert rule in judge(facts)[1]
    higher = replace(LIMITS, **{name: getattr(LIMITS, name) + step})
    assert rule not in judge(replace(facts, thresholds=higher))[1]


def test_little_time_begins_at_the_limit_and_goes_on_after_the_date() -> None:
    for days_left, is_soon in ((FAR, False), (LIMITS.soon_days, True), (0, True), (-400, True)):
        reasons = judge(facts_of(GONE, NAMED, days_left=days_left))[1]
        assert ("deleted, little time" in reasons) is is_soon


def test_limits_of_zero_do_not_make_volume_out_of_no_claims() -> None:
    nothing = Thresholds(Decimal(0), Decimal(0), 0, 0)
    reasons = judge(replace(facts_of(GONE, SPANNED), thresholds=nothing))[1]
    assert reasons == ("deleted inside a rule",)


def test_dollars_paid_count_before_those_billed() -> None:
    facts = facts_of(GONE, exposure=exposure_of(1, paid=1, billed=LIMITS.large_dollars))
    assert "deleted, large volume" not in judge(facts)[1]


def test_every_threshold_has_a_test_of_its_limit() -> None:
    tested = {name for name, _, _ in BOUNDARIES} | {"soon_days"}
    assert {field.name for field in fields(Thresholds)} - tested == {"department_lines"}, "that one is no rule's"
