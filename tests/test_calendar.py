"""The calendar: what is expected, early, late and missing, and when to look."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.calendar import (
    DAY,
    LATE_DAYS,
    MISSING_DAYS,
    RULES,
    WEEK,
    CalendarEntry,
    Posting,
    Standing,
    assess_calendar,
    polling_interval,
)
from schema.releases import ReleaseRef, parse_release
from schema.sources import SourceState

SYSTEMS = ("icd10cm", "icd10pcs", "hcpcs")
DAYS = st.dates(date(2016, 1, 1), date(2045, 12, 31))
REFS = st.lists(
    st.builds(
        lambda rule, year: ReleaseRef(rule.system, date(year, rule.month, 1)),
        st.sampled_from(RULES),
        st.integers(2015, 2046),
    ),
    max_size=12,
)
ORDER = {None: 0, Standing.EXPECTED: 1, Standing.LATE: 2, Standing.MISSING: 3}


def refs(system: str, *labels: str) -> list[ReleaseRef]:
    return [parse_release(system, label) for label in labels]


def assess(today: str, system: str, *known: str) -> list[tuple[str, str]]:
    """What is said on a day when these releases are held, as (effective date, standing)."""
    entries = assess_calendar(date.fromisoformat(today), refs(system, *known), [], [system])
    return [(entry.release.effective_date.isoformat(), str(entry.standing)) for entry in entries]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-05-31", []),
        ("2026-06-01", [("2026-10-01", "expected")]),
        ("2026-09-16", [("2026-10-01", "expected")]),
        ("2026-09-17", [("2026-10-01", "late")]),
        ("2026-09-30", [("2026-10-01", "late")]),
        ("2026-10-01", [("2026-10-01", "missing")]),
        ("2026-12-15", [("2026-10-01", "missing"), ("2027-04-01", "expected")]),
        ("2027-03-18", [("2026-10-01", "missing"), ("2027-04-01", "late")]),
        ("2027-04-01", [("2027-04-01", "missing")]),
    ],
)
def test_october_release_that_does_not_come(today: str, said: list[tuple[str, str]]) -> None:
    assert assess(today, "icd10cm", "FY2026", "FY2026-apr") == said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-08-19", []),
        ("2026-08-20", [("2026-10-01", "expected")]),
        ("2026-09-17", [("2026-10-01", "late")]),
        ("2026-10-01", [("2026-10-01", "missing")]),
        ("2026-12-31", [("2026-10-01", "missing"), ("2027-01-01", "late")]),
        ("2027-01-01", [("2027-01-01", "missing")]),
    ],
)
def test_quarter_that_does_not_come(today: str, said: list[tuple[str, str]]) -> None:
    assert assess(today, "hcpcs", "2026Q2", "2026Q3") == said


def test_release_that_a_later_one_replaced_is_missing_for_two_months_only() -> None:
    known = ("FY2023", "FY2024-apr")
    assert assess("2023-11-30", "icd10pcs", *known) == [("2023-10-01", "missing")]
    assert assess("2024-02-15", "icd10pcs", *known) == []


def test_all_that_is_there_is_passed_over_in_silence() -> None:
    assert assess("2026-11-22", "icd10cm", "FY2026", "FY2026-apr", "FY2027") == []
    assert assess("2026-11-01", "hcpcs", "2026Q3", "2026Q4") == []


def test_offered_counts_as_much_as_held_and_an_issue_as_its_release() -> None:
    today = date(2026, 9, 20)
    held = [ReleaseRef("icd10cm", date(2026, 4, 1), 2)]
    offered = [Posting(ReleaseRef("icd10cm", date(2026, 10, 1)), date(2026, 7, 10))]
    assert assess_calendar(today, held, offered, ["icd10cm"]) == []
    assert [entry.is_alarm for entry in assess_calendar(today, held, [], ["icd10cm"])] == [True]


@pytest.mark.parametrize(("posted", "is_early"), [("2026-05-31", True), ("2026-06-01", False), (None, True)])
def test_file_posted_before_its_time_is_early_and_no_alarm(posted: str | None, is_early: bool) -> None:
    offered = [Posting(ReleaseRef("icd10cm", date(2026, 10, 1)), date.fromisoformat(posted) if posted else None)]
    entries = assess_calendar(date(2026, 5, 20), refs("icd10cm", "FY2026"), offered, ["icd10cm"])
    found = [entry for entry in entries if entry.standing is Standing.EARLY]
    assert [entry.is_alarm for entry in found] == [False] * is_early


def test_system_of_which_nothing_is_known_is_an_alarm_too() -> None:
    assert ("2026-10-01", "missing") in assess("2026-10-05", "icd10cm")


def test_april_releases_are_awaited_since_2022_and_quarters_since_2020() -> None:
    assert assess("2021-04-01", "icd10cm", "FY2020", "FY2021") == []
    assert assess("2022-04-01", "icd10cm", "FY2020", "FY2022") == [("2022-04-01", "missing")]
    assert assess("2019-07-01", "hcpcs", "2018Q1", "2019Q1") == []


def test_alarm_is_a_row_of_sources_and_an_expectation_is_none() -> None:
    [entry] = assess_calendar(date(2026, 9, 20), refs("icd10cm", "FY2026-apr"), [], ["icd10cm"])
    row = entry.to_row()
    assert (row.system, row.release, row.effective_date) == ("icd10cm", "icd10cm@2026-10-01", date(2026, 10, 1))
    assert (row.state, row.url, row.mirror_urls, row.licence) == (SourceState.LATE, None, (), "none")
    assert "11 days" in row.reason
    with pytest.raises(ValueError, match="expected"):
        CalendarEntry(entry.release, Standing.EXPECTED, "").to_row()


@given(DAYS, REFS, REFS)
def test_what_is_held_or_offered_is_never_an_alarm(
    today: date, held: list[ReleaseRef], offered: list[ReleaseRef]
) -> None:
    entries = assess_calendar(today, held, [Posting(release) for release in offered])
    alarms = {entry.release for entry in entries if entry.is_alarm}
    assert alarms & {*held, *offered} == set()


@given(DAYS, REFS)
def test_nothing_is_said_of_releases_before_the_first_or_far_from_now(today: date, known: list[ReleaseRef]) -> None:
    for entry in assess_calendar(today, known, []):
        effective = entry.release.effective_date
        dates = [release.effective_date for release in known if release.system == entry.release.system]
        assert not dates or effective >= min(dates)
        assert not entry.is_alarm or -366 < (effective - today).days <= LATE_DAYS


@given(DAYS, REFS, REFS)
def test_one_more_release_takes_alarms_away_and_adds_none_but_later_ones(
    today: date, known: list[ReleaseRef], more: list[ReleaseRef]
) -> None:
    first = {system: min((r.effective_date for r in known if r.system == system), default=None) for system in SYSTEMS}
    added = [r for r in more if first[r.system] is None or r.effective_date >= (first[r.system] or date.min)]
    before, after = (
        {entry.release for entry in assess_calendar(today, held, []) if entry.is_alarm}
        for held in (known, known + added)
    )
    assert after <= before


@given(DAYS, st.integers(0, 400), REFS)
def test_a_release_that_does_not_come_only_gets_later(today: date, days: int, known: list[ReleaseRef]) -> None:
    """Expected, late, missing, in this order; then, when it matters no more, silence."""
    stages: dict[ReleaseRef, list[Standing | None]] = {}
    days_seen = [today, today + timedelta(days=days)]
    found = [{entry.release: entry.standing for entry in assess_calendar(day, known, [])} for day in days_seen]
    for release in found[0].keys() | found[1].keys():
        stages[release] = [standings.get(release) for standings in found]
    for release, (one, other) in stages.items():
        if other is None:
            assert (days_seen[1] - release.effective_date).days > MISSING_DAYS
        else:
            assert ORDER[one] <= ORDER[other]


@given(DAYS, REFS)
def test_order_of_what_is_known_does_not_matter(today: date, known: list[ReleaseRef]) -> None:
    assert assess_calendar(today, known, []) == assess_calendar(today, known[::-1], [])


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9998, 12, 31)])
def test_any_date_can_be_asked(day: date) -> None:
    assert isinstance(assess_calendar(day, refs("hcpcs", "2026Q1"), []), list)


@pytest.mark.parametrize(
    ("system", "day", "interval"),
    [
        ("icd10cm", "2026-05-31", WEEK), ("icd10cm", "2026-06-01", DAY), ("icd10pcs", "2026-08-15", DAY),
        ("icd10cm", "2026-08-16", WEEK), ("icd10cm", "2026-11-14", WEEK), ("icd10cm", "2026-11-15", DAY),
        ("icd10cm", "2027-01-20", DAY), ("icd10cm", "2027-01-21", WEEK), ("icd10cm", "2028-02-29", WEEK),
        ("hcpcs", "2026-08-19", WEEK), ("hcpcs", "2026-08-20", DAY), ("hcpcs", "2026-10-22", DAY),
        ("hcpcs", "2026-10-23", WEEK), ("hcpcs", "2026-11-20", DAY), ("hcpcs", "2027-01-22", DAY),
    ],
)  # fmt: skip
def test_pages_are_polled_daily_in_season_and_weekly_else(system: str, day: str, interval: timedelta) -> None:
    assert polling_interval(system, date.fromisoformat(day)) == interval


def test_every_release_is_awaited_daily_before_it_becomes_late() -> None:
    for rule in RULES:
        for effective in rule.effective_dates(date(2024, 1, 1), date(2030, 12, 31)):
            days = [effective - n * DAY for n in range(rule.closes, rule.opens + 1)]
            daily = [polling_interval(rule.system, day) == DAY for day in days]
            assert sum(daily) >= 8
            assert all(daily) or rule.system != "hcpcs"


def test_rules_of_a_system_share_no_date() -> None:
    for system in SYSTEMS:
        dates = sorted(
            day for rule in RULES if rule.system == system for day in rule.effective_dates(date.min, date(2040, 1, 1))
        )
        assert all(one < other for one, other in pairwise(dates))
