"""The watchlist: which codes are watched, why, and what people changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.impact.assess import ImpactSettings, build_impact, window_before
from flows.watch.acts import append_act, read_acts
from flows.watch.watchlist import Baseline, build_watchlist
from schema.changes import ChangeKind, FieldChange, FieldClass, Successor, UpdateResult
from schema.errors import WatchError
from schema.impact import Impact, Measure, Move
from schema.remits import Category
from schema.uses import InventoryUse
from schema.watch import Reason, WatchAct, WatchEntry
from tests.impact_values import (
    EFFECTIVE,
    NO_CLAIMS,
    cell_of,
    change_of,
    code_element,
    exposure_of,
    field_of,
    result_of,
    use_of,
)


def watch(result: UpdateResult, *acts: WatchAct, **more: Any) -> dict[str, WatchEntry]:
    entries = build_watchlist(result, more.get("impact"), more.get("baselines", {}), acts, more.get("as_of", EFFECTIVE))
    return {entry.code: entry for entry in entries}


def act(action: Any, code: str, payer: str | None = None, day: date = EFFECTIVE) -> WatchAct:
    return WatchAct(action, "hcpcs", code, payer, "a reason", "A. Clerk", day)


@pytest.mark.parametrize(
    ("kind", "fields", "reasons"),
    [
        (ChangeKind.DELETED, (), [Reason.DELETED]),
        (ChangeKind.ADDED_AND_ENDED, (), [Reason.DELETED]),
        (ChangeKind.NEW, (), [Reason.NEW]),
        (ChangeKind.REINSTATED, (), [Reason.NEW]),
        (ChangeKind.REVISED, (FieldClass.DESCRIPTOR,), [Reason.REVISED]),
        (ChangeKind.REVISED, (FieldClass.PAYMENT,), [Reason.REPRICED]),
        (ChangeKind.REVISED, (FieldClass.PAYMENT, FieldClass.DESCRIPTOR), [Reason.REPRICED, Reason.REVISED]),
        (ChangeKind.REVISED, (FieldClass.PAYMENT, FieldClass.COSMETIC), [Reason.REPRICED]),
    ],
)
def test_kind_and_fields_of_a_change_say_why_it_is_watched(
    kind: ChangeKind, fields: tuple[FieldClass, ...], reasons: list[Reason]
) -> None:
    entry = watch(result_of("hcpcs", change_of(kind, "J0001", *map(field_of, fields))))["J0001"]
    assert list(entry.reasons) == reasons
    assert entry.change_kind == kind.value


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("C", "M", [Reason.NON_COVERED]),
        ("D", "I", [Reason.NON_COVERED]),
        ("M", "S", [Reason.REVISED]),
        ("S", "C", [Reason.REVISED]),
        ("C", "D", [Reason.REVISED]),
    ],
)
def test_code_is_newly_non_covered_when_it_was_covered_before(before: str, after: str, reasons: list[Reason]) -> None:
    field = FieldChange("coverage", FieldClass.COVERAGE, before, after)
    assert list(watch(result_of("hcpcs", change_of(ChangeKind.REVISED, "J0001", field)))["J0001"].reasons) == reasons


def test_cosmetic_changes_headers_and_purged_codes_are_not_watched() -> None:
    changes = [
        change_of(ChangeKind.REVISED, "J0001", field_of(FieldClass.COSMETIC)),
        change_of(ChangeKind.PURGED, "J0002"),
        change_of(ChangeKind.NEW_HEADER, "J0003"),
        change_of(ChangeKind.GONE_HEADER, "J0004"),
        change_of(ChangeKind.REVISED_HEADER, "J0005", field_of(FieldClass.DESCRIPTOR)),
    ]
    assert watch(result_of("hcpcs", *changes)) == {}


def test_new_code_that_replaces_a_deleted_one_is_a_successor_unless_guessed() -> None:
    changes = [change_of(ChangeKind.DELETED, "J0001"), *(change_of(ChangeKind.NEW, c) for c in ("J0002", "J0003"))]
    named = (Successor("J0002", "cross reference", 1), Successor("J0003", "title likeness", 9))
    found = watch(replace(result_of("hcpcs", *changes), successors={"J0001": named}))
    assert found["J0002"].reasons == (Reason.NEW, Reason.SUCCESSOR)
    assert found["J0003"].reasons == (Reason.NEW,)


def test_entry_names_signals_dates_dollars_and_owners() -> None:
    changes = [change_of(ChangeKind.DELETED, "J0001"), change_of(ChangeKind.NEW, "J0002")]
    result = result_of("hcpcs", *changes)
    uses = [
        use_of(cell_of(code_element("J0001")), owner="contracts"),
        use_of(cell_of(code_element("J0001")), kind="charge_master", owner="revenue"),
    ]
    impact = make_impact(result, uses)
    found = watch(
        result, impact=replace(impact, moves=(Move("J0002", {"J0001": Measure(paid=Decimal("7.50"))}, None),))
    )
    gone = found["J0001"]
    assert gone.reasons == (Reason.DELETED, Reason.PAYER_RULE)
    assert gone.categories[0] is Category.INVALID_CODE
    assert (gone.start_date, gone.review_date, gone.end_date) == (
        EFFECTIVE,
        EFFECTIVE + timedelta(days=60),
        EFFECTIVE + timedelta(days=90),
    )
    assert gone.owner == "contracts, revenue"
    assert (gone.dollars_at_risk, gone.baseline_claims) == (Decimal("20.20"), {None: 4})
    assert found["J0002"].dollars_at_risk == Decimal("7.50")


def make_impact(result: UpdateResult, uses: list[InventoryUse]) -> Impact:
    exposures = {"J0001": exposure_of(lines=4, paid="20.20")}
    return build_impact(result, uses, exposures, NO_CLAIMS, window_before(EFFECTIVE), ImpactSettings())


def test_figures_of_remittances_are_the_baseline_where_there_are_any() -> None:
    figures = {None: Baseline(30, 0.1), "P": Baseline(20, None)}
    found = watch(result_of("hcpcs", change_of(ChangeKind.DELETED, "J0001")), baselines={("hcpcs", "J0001"): figures})
    assert found["J0001"].baseline_claims == {None: 30, "P": 20}
    assert found["J0001"].baseline_rate == {None: 0.1}


def test_code_that_starts_later_is_watched_from_then_on() -> None:
    later = EFFECTIVE + timedelta(days=30)
    entry = watch(result_of("hcpcs", replace(change_of(ChangeKind.NEW, "J0001"), starts_date=later)))["J0001"]
    assert (entry.start_date, entry.end_date) == (later, later + timedelta(days=90))


def test_added_code_is_watched_and_an_ended_one_is_not() -> None:
    result = result_of("hcpcs", change_of(ChangeKind.DELETED, "J0001"))
    day = EFFECTIVE + timedelta(days=10)
    found = watch(result, act("add", "99213", day=day), act("end", "J0001", day=day), as_of=day)
    assert (found["99213"].reasons, found["99213"].is_open(day)) == ((Reason.ADDED,), True)
    assert (found["J0001"].end_date, found["J0001"].is_open(day)) == (day - timedelta(days=1), False)
    assert found["J0001"].note == f"ended {day} by A. Clerk: a reason"


def test_acts_count_from_their_day_and_for_updates_near_it() -> None:
    result = result_of("hcpcs")
    for days, is_there in ((-91, False), (-90, True), (90, True)):
        day = EFFECTIVE + timedelta(days=days)
        as_of = max(day, EFFECTIVE)
        assert ("J0009" in watch(result, act("add", "J0009", day=day), as_of=as_of)) is is_there
    late = act("add", "J0009", day=EFFECTIVE + timedelta(days=5))
    assert watch(result, late, as_of=EFFECTIVE + timedelta(days=4)) == {}


def test_last_act_counts() -> None:
    result = result_of("hcpcs", change_of(ChangeKind.DELETED, "J0001"))
    entry = watch(result, act("end", "J0001"), act("add", "J0001"))["J0001"]
    assert (entry.is_open(EFFECTIVE), entry.reasons) == (True, (Reason.DELETED,))
    assert entry.note.count("by A. Clerk") == 2


def test_one_payer_can_be_ended_while_the_others_are_watched() -> None:
    result = result_of("hcpcs", change_of(ChangeKind.DELETED, "J0001"))
    entries = build_watchlist(result, None, {}, [act("end", "J0001", "P")], EFFECTIVE)
    assert [(entry.payer, entry.is_open(EFFECTIVE)) for entry in entries] == [(None, True), ("P", False)]


def test_acts_are_kept_in_the_order_in_which_they_were_done(tmp_path: Path) -> None:
    acts = [act("add", "J0001", "=P"), act("end", "J0001"), act("add", "J0001")]
    for one in acts:
        append_act(tmp_path / "watch", one)
    assert list(read_acts(tmp_path / "watch")) == acts


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2, "acts": []}', '{"format": 1, "acts": [{}]}', "[1]", "\xff"])
def test_acts_that_are_not_as_written_stop_the_watch_and_stay(tmp_path: Path, text: str) -> None:
    path = tmp_path / "entries.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(WatchError, match="backup"):
        append_act(tmp_path, act("add", "J0001"))
    assert path.read_bytes() == text.encode("latin-1")
