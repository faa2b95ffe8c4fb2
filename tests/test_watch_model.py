"""The surveillance model on small worlds that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from flows.watch.model import find_signals
from flows.watch.signals import Signal
from schema.remits import Category
from schema.watch import Status

START = date(2026, 4, 1)
AS_OF = START + timedelta(days=41)
COMMON = [f"C{n:02d}" for n in range(30)]
LAG = 14


class Book:
    """Claims and denials put together day by day."""

    def __init__(self) -> None:
        self.billed: list[dict[str, Any]] = []
        self.denied: list[dict[str, Any]] = []

    def bill(self, code: str, day: int, claims: int = 1, payer: str | None = "P", system: str = "hcpcs") -> None:
        end = START + timedelta(days=day)
        self.billed.append(
            {"system": system, "code": code, "payer": payer, "end_date": end, "is_after": day >= 0, "claims": claims}
        )

    def deny(
        self, code: str, day: int, claims: int = 1, payer: str | None = "P", category: Category = Category.BUNDLING,
        is_rejection: bool = False, is_standing: bool = True, amount: Decimal = Decimal("10.10"), lag: int = LAG,
        system: str = "hcpcs",
    ) -> None:  # fmt: skip
        end = START + timedelta(days=day)
        self.denied.append(
            {
                "system": system, "code": code, "payer": payer, "category": str(category), "end_date": end,
                "received_date": end + timedelta(days=lag), "is_after": day >= 0, "is_rejection": is_rejection,
                "is_standing": is_standing, "claims": claims, "amount": amount * claims,
            }
        )  # fmt: skip

    def usual(self, codes: Iterable[str], last: int = 41, payers: Iterable[str] = ("P",)) -> Book:
        """Ten claims of each code a week over half a year and more, of which one in fifty is denied."""
        for payer in payers:
            for place, code in enumerate(codes):
                for week in range(-26, last // 7 + 1):
                    self.bill(code, 7 * week, 10, payer)
                    if (week + place) % 5 == 0:
                        self.deny(code, 7 * week, 1, payer)
        return self

    def report(
        self, changed: dict[tuple[str, str], str], as_of: date = AS_OF, invalid: list[dict[str, Any]] | None = None
    ) -> list[Signal]:
        answered = [row for row in self.billed if row["end_date"] + timedelta(days=LAG) <= as_of]
        effective = {"hcpcs": START}
        return find_signals(
            turn(self.billed), turn(answered), turn(self.denied), effective, changed,
            turn(invalid) if invalid else None, as_of,
        )  # fmt: skip


def turn(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def find(signals: list[Signal], code: str, payer: str | None, category: Category) -> Signal:
    (found,) = [s for s in signals if (s.code, s.payer, s.category) == (code, payer, category)]
    return found


def test_code_denied_as_before_is_ok() -> None:
    signals = Book().usual(COMMON).report({("hcpcs", "C03"): "revised"})
    found = find(signals, "C03", "P", Category.BUNDLING)
    assert found.status is Status.OK
    assert found.low <= found.denied_claims <= found.high
    assert found.is_watched


def test_code_denied_after_the_date_is_an_alarm_with_its_figures() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 4, category=Category.MODIFIER)
    found = find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.MODIFIER)
    assert found.status is Status.ALARM
    assert found.denied_claims == 16
    assert found.rejected_claims == 0
    assert found.denied_amount == Decimal("161.60")
    assert found.billed_claims == 60
    assert found.adjudicated_claims == 40
    assert found.rate == pytest.approx(16 / 40)
    assert found.baseline_rate == 0.0
    assert found.q_value >= found.p_value
    assert sum(week[1] for week in found.weeks) == 16
    assert [week[0] for week in found.weeks] == [START + timedelta(days=7 * n) for n in range(6)]
    assert sum(week[2] for week in found.weeks) == pytest.approx(found.expected, abs=0.02)


def test_claims_too_young_to_be_answered_are_no_expectation() -> None:
    early = START + timedelta(days=LAG - 1)
    book = Book().usual(COMMON)
    book.deny("C03", 0, lag=1)
    found = find(book.report({("hcpcs", "C03"): "revised"}, early), "C03", "P", Category.BUNDLING)
    late = find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING)
    assert found.status is Status.INSUFFICIENT
    assert found.expected < 0.02 < 0.3 < late.expected


def test_nothing_that_comes_after_the_report_is_used() -> None:
    book = Book().usual(COMMON, last=69)
    for day in (0, 7, 14, 21, 28, 35):
        book.deny("C03", day, 5)
    whole = book.report({("hcpcs", "C03"): "revised"}, START + timedelta(days=20))
    cut = Book()
    cut.billed = [row for row in book.billed if row["end_date"] <= START + timedelta(days=20)]
    cut.denied = [row for row in book.denied if row["received_date"] <= START + timedelta(days=20)]
    assert cut.report({("hcpcs", "C03"): "revised"}, START + timedelta(days=20)) == whole


def test_rise_of_the_whole_payer_is_no_alarm_of_one_code() -> None:
    book = Book().usual(COMMON)
    alone = Book().usual(COMMON)
    for code in COMMON:
        for day in (0, 7, 14, 21):
            book.deny(code, day, 2)
    for day in (0, 7, 14, 21):
        alone.deny("C03", day, 2)
    raised = find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING)
    single = find(alone.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING)
    assert raised.denied_claims == single.denied_claims
    assert raised.status is not Status.ALARM
    assert single.status is Status.ALARM


def test_payer_that_denies_less_than_before_does_not_raise_an_alarm() -> None:
    book = Book().usual(COMMON)
    book.denied = [row for row in book.denied if not row["is_after"] or row["code"] == "C03"]
    assert find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING).status is Status.OK


def test_surge_of_claims_is_no_alarm() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.bill("C03", day, 100)
        book.deny("C03", day, 2)
    assert find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING).status is not Status.ALARM


def test_long_standing_high_rate_is_no_alarm() -> None:
    book = Book().usual(COMMON)
    for week in range(-26, 6):
        book.deny("C03", 7 * week, 4)
    found = find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.BUNDLING)
    assert found.status is Status.OK
    assert found.expected == pytest.approx(found.denied_claims, rel=0.25)


def test_two_chance_denials_of_a_rare_code_are_no_alarm() -> None:
    book = Book().usual(COMMON)
    book.bill("R", -40)
    book.bill("R", 2, 2)
    book.deny("R", 2, 2)
    assert find(book.report({("hcpcs", "R"): "revised"}), "R", "P", Category.BUNDLING).status is not Status.ALARM


def test_new_code_that_the_payer_has_not_loaded_is_an_alarm_of_rejections_and_denials_together() -> None:
    book = Book().usual(COMMON)
    book.bill("N", 3, 8)
    book.deny("N", 3, 3, category=Category.INVALID_CODE, is_rejection=True, lag=2)
    book.deny("N", 3, 2, category=Category.INVALID_CODE)
    found = find(book.report({("hcpcs", "N"): "new"}), "N", "P", Category.INVALID_CODE)
    assert found.status is Status.ALARM
    assert (found.denied_claims, found.rejected_claims) == (2, 3)
    assert found.denied_amount == Decimal("20.20")
    assert found.baseline_rate is None


def test_deleted_code_billed_is_an_alarm_before_any_answer() -> None:
    book = Book().usual(COMMON)
    book.bill("D", 1)
    invalid = [book.billed[-1]]
    signals = book.report({("hcpcs", "D"): "deleted"}, START + timedelta(days=1), invalid)
    found = find(signals, "D", "P", Category.INVALID_CODE)
    assert found.status is Status.ALARM
    assert found.is_certain
    assert find(signals, "D", None, Category.INVALID_CODE).status is Status.ALARM


def test_effect_spread_thinly_over_payers_is_an_alarm_of_all_together_alone() -> None:
    payers = [f"P{n}" for n in range(6)]
    book = Book().usual(COMMON, payers=payers)
    for payer in payers:
        book.deny("C03", 7, 2, payer, Category.AUTHORIZATION)
    signals = book.report({("hcpcs", "C03"): "payer_rule"})
    assert find(signals, "C03", None, Category.AUTHORIZATION).status is Status.ALARM
    own = [find(signals, "C03", payer, Category.AUTHORIZATION).status for payer in payers]
    assert Status.ALARM not in own


def test_effect_at_one_payer_is_no_alarm_of_all_together() -> None:
    book = Book().usual(COMMON, payers=["P", "Q", "R"])
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 4, "P", Category.MODIFIER)
    signals = book.report({("hcpcs", "C03"): "revised"})
    assert find(signals, "C03", "P", Category.MODIFIER).status is Status.ALARM
    assert find(signals, "C03", None, Category.MODIFIER).status is Status.WATCH
    assert find(signals, "C03", None, Category.MODIFIER).denied_claims == 16


def test_few_denials_worded_as_another_category_are_no_second_alarm() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 9, category=Category.NON_COVERED)
        book.deny("C03", day, 1, category=Category.MODIFIER)
    signals = book.report({("hcpcs", "C03"): "revised"})
    assert find(signals, "C03", "P", Category.NON_COVERED).status is Status.ALARM
    assert find(signals, "C03", "P", Category.MODIFIER).status is Status.WATCH


def test_two_categories_with_evidence_of_their_own_are_two_alarms() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 5, category=Category.NON_COVERED)
        book.deny("C03", day, 4, category=Category.MODIFIER)
    signals = book.report({("hcpcs", "C03"): "revised"})
    assert find(signals, "C03", "P", Category.NON_COVERED).status is Status.ALARM
    assert find(signals, "C03", "P", Category.MODIFIER).status is Status.ALARM


def test_code_that_nobody_watches_and_that_jumps_is_found_and_told_apart() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.deny("C09", day, 7, category=Category.NON_COVERED)
    signals = book.report({("hcpcs", "C03"): "revised"})
    found = find(signals, "C09", "P", Category.NON_COVERED)
    assert found.status is Status.ALARM
    assert not found.is_watched
    assert {s.code for s in signals} == {"C03", "C09"}


def test_denial_that_was_taken_back_is_evidence_but_no_denied_claim() -> None:
    book = Book().usual(COMMON)
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 3, category=Category.MODIFIER, is_standing=False, amount=Decimal(0))
        book.deny("C03", day, 1, category=Category.MODIFIER)
    found = find(book.report({("hcpcs", "C03"): "revised"}), "C03", "P", Category.MODIFIER)
    assert found.status is Status.ALARM
    assert found.denied_claims == 4
    assert found.denied_amount == Decimal("40.40")
    assert sum(week[1] for week in found.weeks) == 16


def test_payer_without_a_name_counts_in_all_together() -> None:
    book = Book().usual(COMMON)
    book.bill("C03", 0, 5, None)
    signals = book.report({("hcpcs", "C03"): "revised"})
    whole = [s for s in signals if s.code == "C03" and s.payer is None]
    assert whole
    assert {s.billed_claims for s in whole} == {65}


def test_system_without_an_update_and_empty_tables_give_nothing() -> None:
    book = Book().usual(COMMON)
    for row in (*book.billed, *book.denied):
        row["system"] = "icd10pcs"
    assert book.report({("icd10pcs", "C03"): "revised"}) == []


def test_order_of_the_rows_does_not_matter() -> None:
    book = Book().usual(COMMON, payers=["P", "Q"])
    for day in (0, 7, 14, 21):
        book.deny("C03", day, 4, category=Category.MODIFIER)
    straight = book.report({("hcpcs", "C03"): "revised"})
    book.billed.reverse()
    book.denied.reverse()
    turned = book.report({("hcpcs", "C03"): "revised"})
    assert [(s.code, s.payer, s.category, s.status, s.denied_claims) for s in turned] == [
        (s.code, s.payer, s.category, s.status, s.denied_claims) for s in straight
    ]
