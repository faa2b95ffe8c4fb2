"""What the report takes out of the tables of events: cases, dollars recovered, the baseline, the trend."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows.watch.report import Case, Key, Place
from flows.watch.watchlist import Baseline
from schema.impact import ZERO
from schema.remits import Category
from schema.watch import WATCH_DAYS, Fault

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.watch.events import Events


def read_cases(cases: pa.Table, keys: Collection[Key]) -> list[Case]:
    """The rows of the table `cases` on these (system, code)."""
    return [
        Case(
            claim_id=row["claim_id"],
            payer=row["payer"] or None,
            system=row["system"],
            code=row["code"],
            category=Category(row["category"]),
            fault=Fault(row["fault"]),
            action=row["action"],
            amount=row["amount"],
            received_date=row["received_date"],
        )
        for row in _keep_codes(cases, keys).to_pylist()
        if (row["system"], row["code"]) in keys
    ]


def sum_recovered(denied: pa.Table, keys: Collection[Key]) -> dict[Place, Decimal]:
    """Dollars paid since on claims whose denial was taken back, on or after the effective date; payer None: all."""
    import pyarrow.compute as pc

    some = _keep_codes(denied.filter(pc.field("is_after")), keys)
    found: dict[Place, Decimal] = {}
    groups = ("system", "code", "payer", "category")
    for row in some.group_by(groups).aggregate([("recovered_amount", "sum")]).to_pylist():
        for payer in {row["payer"] or None, None}:
            place = (row["system"], row["code"], payer, Category(row["category"]))
            found[place] = found.get(place, ZERO) + (row["recovered_amount_sum"] or ZERO)
    return found


def measure_baselines(events: Events, keys: Collection[Key]) -> dict[Key, dict[str | None, Baseline]]:
    """Claims of the days before the effective date by code and payer (None: all together), and the share of the
    answered or rejected ones whose denial stands."""
    import pyarrow.compute as pc

    standing = events.denied.filter(pc.field("is_standing"))
    billed = _sum_before(events.billed, keys)
    answered = _sum_before(events.adjudicated, keys)
    denied = _sum_before(standing, keys)
    rejected = _sum_before(standing.filter(pc.field("is_rejection")), keys)
    found: dict[Key, dict[str | None, Baseline]] = {}
    for place, claims in billed.items():
        bottom = answered.get(place, 0) + rejected.get(place, 0)
        rate = min(1.0, denied.get(place, 0) / bottom) if bottom else None
        found.setdefault(place[:2], {})[place[2]] = Baseline(claims, rate)
    return found


def count_trend(denied: pa.Table, effective: Mapping[str, date], as_of: date) -> dict[str, dict[int, int]]:
    """Claims denied or rejected for an invalid code by the day on which they first were, counted from the effective
    date: by system this year, and by `system@date` those of a year before.

    Each year's claims are those with a key date on or after its first day, so that the years can be compared.
    """
    import pyarrow.compute as pc

    wrong = denied.filter(pc.field("category") == str(Category.INVALID_CODE))
    groups = ("system", "is_after", "received_date")
    found: dict[str, dict[int, int]] = {system: {} for system in effective}
    for row in wrong.group_by(groups).aggregate([("claims", "sum")]).to_pylist():
        system, day = row["system"], row["received_date"]
        first = effective[system]
        name = system
        if not row["is_after"]:
            first = _year_before(first)
            name = f"{system}@{first}"
        days = (day - first).days
        if 0 <= days <= WATCH_DAYS and day <= as_of:
            year = found.setdefault(name, {})
            year[days] = year.get(days, 0) + row["claims_sum"]
    return {name: dict(sorted(days.items())) for name, days in sorted(found.items())}


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - timedelta(days=366)


def _sum_before(table: pa.Table, keys: Collection[Key]) -> dict[tuple[str, str, str | None], int]:
    """Claims before the effective date by system, code and payer, and by system and code (payer None)."""
    import pyarrow.compute as pc

    some = _keep_codes(table.filter(~pc.field("is_after")), keys)
    found: dict[tuple[str, str, str | None], int] = {}
    for row in some.group_by(("system", "code", "payer")).aggregate([("claims", "sum")]).to_pylist():
        if (row["system"], row["code"]) not in keys:
            continue
        for payer in {row["payer"] or None, None}:
            place = (row["system"], row["code"], payer)
            found[place] = found.get(place, 0) + row["claims_sum"]
    return found


def _keep_codes(table: pa.Table, keys: Collection[Key]) -> Any:
    """The rows whose code is one of these, of whatever system."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = pa.array(sorted({code for _, code in keys}), pa.string())
    return table.filter(pc.field("code").isin(codes))
