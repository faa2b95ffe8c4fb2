"""What the dashboard and the close-out pages of the watch say, before they are drawn."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from flows.report.watch.bands import band_of, spread_of
from flows.report.watch.build import build_dashboard, build_weeks
from flows.report.watch.closeout import build_closeout
from flows.report.watch.document import digest_of, render_document
from flows.report.watch.model import Dashboard
from flows.report.watch.wording import chance_text, lead_text, rate_text, why_text
from schema.releases import ReleaseId
from schema.remits import Category
from schema.watch import Fault, Reason, Status, WatchReport
from tests.watch_reports import (
    AS_OF,
    EFFECTIVE,
    HCPCS,
    ICD,
    PAYERS,
    believable_report,
    calm_report,
    empty_report,
    late_report,
    make_item,
)


def build(report: WatchReport) -> Dashboard:
    return build_dashboard(report, digest_of(render_document(report)))


def test_alarms_stand_first_most_dollars_first() -> None:
    alarms = build(believable_report()).signals[Status.ALARM]
    assert len(alarms) == 7
    assert [signal.denied_amount for signal in alarms] == sorted((s.denied_amount for s in alarms), reverse=True)


def test_signal_shows_all_payers_together_first_and_counts_their_claims_once() -> None:
    report = believable_report()
    signal = next(s for s in build(report).signals[Status.ALARM] if s.code == "J1836")
    assert signal.rows[0].item.payer is None
    together = next(item for item in report.items if item.code == "J1836" and item.payer is None)
    assert (signal.denied_claims, signal.denied_amount) == (together.denied_claims, together.denied_amount)


def test_signal_without_an_item_of_all_payers_adds_up_its_payers() -> None:
    items = tuple(make_item(HCPCS, "A1000", payer, Category.OTHER, (2, 3), 1.0) for payer in PAYERS[:3])
    (signal,) = build(replace(empty_report(), current=(HCPCS,), items=items)).signals[Status.OK]
    assert signal.denied_claims == 15
    assert signal.denied_amount == sum(item.denied_amount for item in items)


def test_one_payer_in_alarm_puts_the_signal_into_alarm_and_leads_it() -> None:
    items = (
        make_item(HCPCS, "A1000", None, Category.OTHER, (1,), 1.0),
        make_item(HCPCS, "A1000", PAYERS[0], Category.OTHER, (9,), 0.1, status=Status.ALARM, fault=Fault.PAYER),
    )
    (signal,) = build(replace(empty_report(), current=(HCPCS,), items=items)).signals[Status.ALARM]
    assert (signal.lead.item.payer, signal.fault) == (PAYERS[0], Fault.PAYER)
    assert signal.since_date == items[1].first_alarm_date


def test_totals_are_those_of_the_signals() -> None:
    report = believable_report()
    codes: dict[tuple[str, Category], list[int]] = {}
    for item in report.items:
        if item.payer is None or item.code == "G0463":
            codes.setdefault((item.code, item.category), []).append(item.denied_claims)
    dashboard = build(report)
    assert dashboard.totals.denied_claims == sum(map(sum, codes.values()))
    in_alarm = [s for s in (*dashboard.signals[Status.ALARM], *dashboard.unwatched) if s.status is Status.ALARM]
    assert dashboard.alarm_totals.denied_amount == sum(signal.denied_amount for signal in in_alarm)


def test_codes_nobody_watched_stand_apart() -> None:
    dashboard = build(believable_report())
    assert [signal.code for signal in dashboard.unwatched] == ["G0463"]
    assert "G0463" not in {signal.code for found in dashboard.signals.values() for signal in found}


def test_payers_are_counted_without_the_items_of_all_together() -> None:
    report = believable_report()
    rows = {row.payer: row for row in build(report).payers}
    assert sorted(rows) == sorted(PAYERS)
    for payer, row in rows.items():
        own = [item for item in report.items if item.payer == payer]
        assert row.alarms == sum(item.status is Status.ALARM for item in own)
        assert row.denied_amount == sum((item.denied_amount for item in own), Decimal(0))


def test_work_counts_each_claim_once() -> None:
    report = believable_report()
    twice = replace(report, work=(*report.work, replace(report.work[0], code="J9999")))
    before, after = build(report).work, build(twice).work
    assert [claims for _, claims, _ in before] == [claims for _, claims, _ in after]


def test_order_of_items_does_not_matter() -> None:
    report = believable_report()
    items, entries, work = list(report.items), list(report.entries), list(report.work)
    for given in (items, entries, work):
        random.Random(1).shuffle(given)
    shuffled = replace(report, items=tuple(items), entries=tuple(entries), work=tuple(work))
    assert build(shuffled) == build(report)


def test_days_are_counted_from_the_effective_date() -> None:
    day = build(believable_report()).releases[0]
    assert (day.day, day.days_left) == ((AS_OF - EFFECTIVE).days, 90 - (AS_OF - EFFECTIVE).days)
    assert build(late_report()).releases[0].days_left == 0


def test_trend_adds_up_days_and_ends_this_year_on_the_day_of_the_report() -> None:
    report = replace(
        empty_report(),
        as_of=EFFECTIVE + timedelta(days=10),
        trend={"icd10cm": {2: 3, 9: 4, 60: 9}, "icd10cm@2024-10-01": {1: 1, 80: 5}, "icd10cm@2023-10-01": {}},
    )
    (trend,) = build(report).trends
    now, last_year, earlier = trend.lines
    assert now.points == ((0, 0), (2, 3), (9, 7), (10, 7))
    assert [line.label for line in trend.lines] == ["FY2026", "FY2025", "FY2024"]
    assert (last_year.total_on(30), last_year.total_on(90), earlier.total_on(90)) == (1, 6, 0)


def test_watchlist_groups_by_reason_and_tells_the_baseline_of_each_payer() -> None:
    report = believable_report()
    groups = build(report).entries
    assert [group.reason for group in groups] == [reason for reason in Reason if reason in {g.reason for g in groups}]
    row = next(row for group in groups for row in group.rows if row.code == "J1836")
    assert {payer for payer, _, _ in row.baseline} == {i.payer for i in report.items if i.code == "J1836" and i.payer}
    assert row.claims == (row.entry.baseline_claims or {})[None]
    assert row.status is Status.ALARM
    assert row.day == (row.entry.end_date - EFFECTIVE).days


@pytest.mark.parametrize(("expected", "low", "high"), [(0.5, 0, 2), (3.0, 0, 7), (10.0, 4, 17), (100.0, 81, 120)])
def test_band_without_spread_is_that_of_poisson(expected: float, low: int, high: int) -> None:
    assert band_of(expected, 0.0) == (low, high)


def test_band_agrees_with_the_negative_binomial_of_scipy() -> None:
    from scipy.stats import nbinom

    for spread in (0.05, 0.2):
        for expected in (0.4, 2.0, 17.0, 90.0, 399.0, 900.0, 5_000.0):
            wanted = nbinom.ppf([0.025, 0.975], 1 / spread, 1 / (1 + spread * expected)).tolist()
            found = band_of(expected, spread)
            assert found == pytest.approx(wanted, abs=0.0 if expected < 400 else 0.02 * expected)


def test_wider_band_of_the_whole_time_widens_the_weeks() -> None:
    narrow, wide = spread_of(20.0, 29), spread_of(20.0, 60)
    assert narrow < wide
    assert band_of(5.0, wide)[1] > band_of(5.0, narrow)[1]
    assert spread_of(0.0, 0) == 0.0
    assert band_of(0.0, 3.0) == (0, 0)


def test_week_is_over_only_above_its_band() -> None:
    item = make_item(HCPCS, "A1000", None, Category.OTHER, (0, 1, 9), 1.0)
    weeks = build_weeks(replace(item, weeks=item.weeks[::-1]))
    assert [week.first_date for week in weeks] == sorted(week.first_date for week in weeks)
    assert [week.is_over for week in weeks] == [False, False, True]
    assert all(week.low <= week.expected <= week.high for week in weeks)


def test_lead_names_faults_and_what_nobody_watched() -> None:
    by_fault = {Fault.OURS: 1, Fault.PAYER: 2}
    assert lead_text(by_fault, 0, 0, 5) == (
        "3 signals are in alarm: 1 is ours to correct and 2 are payers’ to correct."
    )
    assert lead_text({Fault.UNKNOWN: 1}, 1, 0, 5).endswith("Of these 1 is on a code that nobody watched.")
    assert build(calm_report()).lead == "Nothing is in alarm on 15 watched codes. 2 signals are on watch."
    assert build(empty_report()).lead == "No code is watched."


def test_item_without_a_sentence_is_told_by_its_figures() -> None:
    item = make_item(HCPCS, "A1000", None, Category.INVALID_CODE, (2, 8), 1.0)
    assert why_text(item).startswith("10 claims denied or rejected of 100 billed, where 2.0 were expected")
    assert why_text(replace(item, why="So it is.")) == "So it is."


def test_rates_and_chances_read_well() -> None:
    assert [rate_text(rate) for rate in (None, 0.0, 0.0042, 0.1234, 1.0)] == ["–", "0%", "0.4%", "12%", "100%"]
    assert [chance_text(value) for value in (None, 1e-9, 0.00034, 0.034)] == ["–", "<0.0001", "0.0003", "0.034"]


def test_closeout_tells_open_and_closed_alarms_and_what_was_decided() -> None:
    closeout = build_closeout(late_report(), 90, "d")
    if closeout is None:
        pytest.fail("day 90 is reached")
    assert "J1836" not in {signal.code for signal in closeout.open_alarms}
    assert [signal.code for signal in closeout.closed_alarms] == ["J1836"]
    assert closeout.closed_alarms[0].first_date is not None
    assert [decision.note for decision in closeout.decisions] == [e.note for e in late_report().entries if e.note]
    assert closeout.reached_date == EFFECTIVE + timedelta(days=90)


@pytest.mark.parametrize("day", [30, 60, 90])
def test_day_is_closed_out_from_that_day_on(day: int) -> None:
    report = believable_report()
    before = replace(report, as_of=EFFECTIVE + timedelta(days=day - 1))
    assert build_closeout(before, day, "d") is None
    assert build_closeout(replace(report, as_of=EFFECTIVE + timedelta(days=day)), day, "d") is not None


def test_closeout_leaves_out_a_release_that_has_not_reached_its_day() -> None:
    report = believable_report()
    later = ReleaseId("hcpcs", date(2025, 11, 1), 1)
    entries = tuple(replace(e, current=later if e.system == "hcpcs" else e.current) for e in report.entries)
    closeout = build_closeout(replace(report, current=(ICD, later), entries=entries), 30, "d")
    if closeout is None:
        pytest.fail("ICD-10-CM has reached day 30")
    assert {signal.system for signal in (*closeout.open_alarms, *closeout.unwatched)} == {"icd10cm"}
    assert [release.release for release in closeout.waiting] == [later]
    assert closeout.entries == len({e.code for e in entries if e.system == "icd10cm"})


def test_digest_tells_reports_apart_and_not_orders() -> None:
    report = believable_report()
    reversed_items = replace(report, items=report.items[::-1])
    assert render_document(reversed_items) == render_document(report)
    changed = replace(report, items=(replace(report.items[0], denied_claims=999), *report.items[1:]))
    assert digest_of(render_document(changed)) != digest_of(render_document(report))
