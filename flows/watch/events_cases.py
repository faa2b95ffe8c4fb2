"""Denials and rejections by claim: whose fault, how many dollars, what to do; and their numbers by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from flows.watch.events_blame import add_rank
from flows.watch.events_claims import INVALID, Changed
from flows.watch.events_remits import CLAIM, MONEY
from schema.remits import Category
from schema.watch import Fault

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

CORRECT, RESUBMIT, APPEAL = "correct", "resubmit", "appeal"
# What is wrong with such a claim is a code on it, whoever is right about it.
_CODING = (Category.INVALID_CODE, Category.MODIFIER, Category.BUNDLING)
_UNIT = (*CLAIM, "system", "code", "category", "is_after")
_COUNTED = (
    "system", "code", "payer", "category", "end_date", "received_date", "is_after", "is_rejection", "is_standing",
)  # fmt: skip
_CASE = (
    "claim_id", "payer", "system", "code", "category", "fault", "amount", "received_date", "key_date", "action",
    "is_rejection",
)  # fmt: skip


def make_units(
    engine: Engine, signals: ibis.Table, found: ibis.Table, rows: ibis.Table, changed: Changed
) -> ibis.Table:
    """One row for each claim, payer, system, code, category and period.

    A claim that was denied is no rejection. The fault is ours where the code was not valid on a key date of the
    claim, the payer's where it was and the code is called invalid, else unknown.
    """
    import ibis

    found = add_rank(found, changed)
    known = changed.known.mutate(is_known=True)
    found = found.left_join(known, ["system", "code"])
    is_known = found.is_changed | found.is_known.notnull()
    is_valid = ibis.cases((found["rank"] == INVALID, False), (is_known, True), else_=ibis.null("boolean"))
    found = found.mutate(is_valid=is_valid, is_after=changed.find_period(found.system, found.key_date))
    found = found.filter(found.is_after.notnull())
    found = found.select("id", "system", "code", "key_date", "end_date", "is_valid", "is_after")
    each = signals.inner_join(found, "id")
    each = engine.keep(each.left_join(_find_paid(signals, rows), "id").drop("id_right"), "each")
    # One line denied again and again was recovered once.
    by_line = each.group_by(*_UNIT, "line", "is_claim_level").aggregate(gained=ibis.coalesce(each.gained, 0).max())
    by_line = by_line.group_by(*_UNIT).aggregate(gained=by_line.gained.sum())
    stands = each.is_standing
    is_denial = ~each.is_rejection
    units = each.group_by(*_UNIT).aggregate(
        is_rejection=~(is_denial & stands).any() & ((~is_denial & stands).any() | ~is_denial.any()),
        is_standing=stands.any(),
        is_valid=each.is_valid.all(),
        is_appealable=each.is_appealable.all(where=is_denial),
        key_date=ibis.coalesce(each.key_date.min(where=~each.is_valid), each.key_date.min()),
        end_date=each.end_date.max(),
        received_date=each.received_date.min(),
        latest_date=each.received_date.max(where=stands),
        amount=ibis.coalesce(each.amount.sum(where=stands), 0).cast(MONEY),
    )
    same = [units[name].identical_to(by_line[name]) for name in _UNIT]
    joined = units.left_join(by_line, same)
    recovered = ibis.ifelse(joined.is_standing, 0, joined.gained).cast(MONEY)
    return engine.keep(joined.mutate(recovered_amount=recovered).select(*units.columns, "recovered_amount"), "units")


def count_denied(engine: Engine, units: ibis.Table) -> pa.Table:
    """The table denied (`flows.watch.events.Events`)."""
    counted = units.group_by(*_COUNTED).aggregate(
        claims=units.count(),
        amount=units.amount.sum().cast(MONEY),
        recovered_amount=units.recovered_amount.sum().cast(MONEY),
    )
    return engine.fetch(counted.order_by(*_COUNTED))


def list_cases(engine: Engine, units: ibis.Table) -> pa.Table:
    """The table cases (`flows.watch.events.Events`).

    Where the fault is ours, or unknown and about coding, or where no appeal is possible, the claim is corrected;
    a rejected claim that was right is sent again; everything else is appealed.
    """
    import ibis

    units = units.filter(units.is_standing & units.is_after)
    is_payer = units.is_valid.fill_null(False) & (units.category == str(Category.INVALID_CODE))
    fault = ibis.cases(
        (~units.is_valid.fill_null(True), str(Fault.OURS)), (is_payer, str(Fault.PAYER)), else_=str(Fault.UNKNOWN)
    )
    units = units.mutate(fault=fault)
    is_coding = units.category.isin([str(category) for category in _CODING])
    action = ibis.cases(
        (units.fault == str(Fault.OURS), CORRECT),
        ((units.fault == str(Fault.PAYER)) & (units.is_rejection | ~units.is_appealable), RESUBMIT),
        (units.fault == str(Fault.PAYER), APPEAL),
        (is_coding | units.is_rejection | ~units.is_appealable, CORRECT),
        else_=APPEAL,
    )
    cases = units.mutate(action=action).drop("received_date").rename(received_date="latest_date")
    return engine.fetch(cases.select(*_CASE).order_by(*_CASE))


def _find_paid(signals: ibis.Table, rows: ibis.Table) -> ibis.Table:
    """What was paid since on the lines of denials that no longer stand: `id, gained`."""
    import ibis

    past = signals.filter(~signals.is_standing & ~signals.is_rejection)
    past = past.select("id", *CLAIM, "line", "paid", "is_claim_level")
    now = rows.semi_join(past, "claim_id").filter(rows.is_standing)
    of_line = now.group_by(*CLAIM, "line").aggregate(of_line=now.paid.sum())
    of_claim = now.group_by(*CLAIM).aggregate(of_claim=now.paid.sum())
    same = [past[name].identical_to(of_line[name]) for name in (*CLAIM, "line")]
    joined = past.left_join(of_line, same).select(*past.columns, "of_line")
    same = [joined[name].identical_to(of_claim[name]) for name in CLAIM]
    joined = joined.left_join(of_claim, same).select(*joined.columns, "of_claim")
    is_whole = joined.is_claim_level | (joined.line == "")
    paid = ibis.ifelse(is_whole, joined.of_claim, joined.of_line)
    gained = ibis.greatest(ibis.coalesce(paid, 0) - joined.paid, 0)
    return joined.select("id", gained=gained.cast(MONEY))
