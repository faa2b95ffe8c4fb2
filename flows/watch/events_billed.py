"""How many claims were billed with each code, how many of them were answered, and how many had no valid code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from flows.watch.events_claims import HCPCS, Changed, Claims, list_codes, list_modifiers
from flows.watch.events_remits import Remits

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

_KEY = ("system", "code", "payer", "end_date", "is_after")
_NUMBERS = ("billed", "adjudicated", "invalid_billed")


def count_billed(engine: Engine, claims: Claims, remits: Remits, changed: Changed) -> dict[str, pa.Table]:
    """The tables billed, adjudicated and invalid_billed (`flows.watch.events.Events`).

    A claim that was answered counts for the payers that answered, another one for its own.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    bills = _number_bills(engine, claims, remits)
    lines = claims.lines.inner_join(bills.filter(bills.is_held).select("claim_id", "bill"), "claim_id")
    counted = []
    for system in sorted(changed.effective):
        tables = [list_codes(claims, lines, system, ("bill",))]
        if system == HCPCS:
            tables.append(list_modifiers(changed, lines, claims.modifiers, ("bill",)))
            tables.append(_list_unheld(claims, remits, bills))
        counted.append(engine.fetch(_count(tables, bills, system, changed)))
    if not counted:
        counted.append(engine.fetch(_count([_list_unheld(claims, remits, bills)], bills, "", changed)))
    table = pa.concat_tables(counted)
    found = {}
    for name in _NUMBERS:
        some = table.filter(pc.greater(table[name], 0))
        found[name] = some.select([*_KEY, name]).rename_columns([*_KEY, "claims"])
    return found


def _number_bills(engine: Engine, claims: Claims, remits: Remits) -> ibis.Table:
    """`bill`, a number for each claim and payer: the codes are many, and it is cheaper to group by a number."""
    import ibis

    answers = remits.answers.mutate(is_answered=ibis.literal(True))
    bills = claims.claims.outer_join(answers, "claim_id")
    is_answered = bills.is_answered.notnull()
    bills = bills.select(
        bills.end_date,
        claim_id=ibis.coalesce(bills.claim_id, bills.claim_id_right),
        payer=ibis.ifelse(is_answered, bills.payer_right, bills.payer),
        is_held=bills.claim_id.notnull(),
        is_answered=is_answered,
        bill=ibis.row_number().over(),
    )
    return engine.keep(bills, "bills")


def _count(tables: list[ibis.Table], bills: ibis.Table, system: str, changed: Changed) -> ibis.Table:
    """The claims of one system by code, payer, end date and period. A claim that is not held ends on its last day."""
    import ibis

    units = []
    for table in tables:
        each = table.mutate(is_after=changed.find_period(table.system, table.key_date))
        each = each.filter(each.is_after.notnull())
        units.append(
            each.group_by("bill", "code", "is_after").aggregate(
                first_key=each.key_date.min(), last_key=each.key_date.max()
            )
        )
    unit = ibis.union(*units) if len(units) > 1 else units[0]
    codes = changed.codes.filter(changed.codes.system == system).drop("system", "rank")
    unit = unit.left_join(codes, "code").drop("code_right").inner_join(bills, "bill")
    is_invalid = (unit.first_key < unit.first_date) | (unit.last_key > unit.last_date)
    unit = unit.mutate(end_date=ibis.coalesce(unit.end_date, unit.last_key), is_invalid=is_invalid.fill_null(False))
    counted = unit.group_by("code", "payer", "end_date", "is_after").aggregate(
        billed=unit.count(),
        adjudicated=unit.is_answered.cast("int64").sum(),
        invalid_billed=unit.is_invalid.cast("int64").sum(),
    )
    # Sorted, so that sums made of them in floating point are the same each time.
    return counted.mutate(system=ibis.literal(system)).select(*_KEY, *_NUMBERS).order_by(*_KEY[1:])


def _list_unheld(claims: Claims, remits: Remits, bills: ibis.Table) -> ibis.Table:
    """The codes of remittance lines that no held claim has, on their own date."""
    import ibis

    rows = remits.rows.filter(remits.rows.is_standing & remits.rows.billed.notnull())
    own_date = ibis.coalesce(rows.service_date, rows.received_date)
    rows = rows.select("claim_id", "payer", code=rows.billed, key_date=own_date)
    held = claims.lines.semi_join(claims.claims, "claim_id").select("claim_id", code="hcpcs_code")
    rows = rows.anti_join(held, ["claim_id", "code"])
    same = [rows.claim_id == bills.claim_id, rows.payer.identical_to(bills.payer)]
    return rows.inner_join(bills, same).select("bill", "key_date", "code", system=ibis.literal(HCPCS))
