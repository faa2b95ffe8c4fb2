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
_LINE = ("claim_id", "payer", "end_date", "is_answered")


def count_billed(engine: Engine, claims: Claims, remits: Remits, changed: Changed) -> dict[str, pa.Table]:
    """The tables billed, adjudicated and invalid_billed (`flows.watch.events.Events`).

    A claim that was answered counts for the payers that answered, another one for its own.
    """
    import ibis

    payers = remits.answers.mutate(is_answered=True).rename(answer_payer="payer")
    lines = claims.lines.left_join(payers, "claim_id").drop("claim_id_right")
    lines = lines.mutate(
        payer=ibis.ifelse(lines.is_answered.notnull(), lines.answer_payer, lines.payer),
        is_answered=lines.is_answered.notnull(),
    )
    found = [list_codes(claims, lines, system, _LINE) for system in sorted(changed.effective) if claims.columns[system]]
    if HCPCS in changed.effective:
        found.append(list_modifiers(changed, lines, claims.modifiers, _LINE))
        found.append(_list_unheld(claims, remits))
    columns = ("system", "code", "key_date", *_LINE)
    tables = [table.select(*columns) for table in found]
    if not tables:
        tables = [_list_unheld(claims, remits).select(*columns)]
    each = ibis.union(*tables) if len(tables) > 1 else tables[0]
    each = each.mutate(is_after=changed.find_period(each.system, each.key_date))
    each = each.filter(each.is_after.notnull())
    units = each.group_by("claim_id", "payer", "system", "code", "is_after").aggregate(
        end_date=each.end_date.max(),
        is_answered=each.is_answered.any(),
        first_key=each.key_date.min(),
        last_key=each.key_date.max(),
    )
    units = units.left_join(changed.codes, ["system", "code"]).drop("system_right", "code_right")
    is_invalid = (units.first_key < units.first_date) | (units.last_key > units.last_date)
    counted = units.group_by(*_KEY).aggregate(
        billed=units.count(),
        adjudicated=units.is_answered.cast("int64").sum(),
        invalid_billed=is_invalid.fill_null(False).cast("int64").sum(),
    )
    counted = engine.keep(counted, "counted_codes")
    return {name: _fetch(engine, counted, name) for name in ("billed", "adjudicated", "invalid_billed")}


def _fetch(engine: Engine, counted: ibis.Table, name: str) -> pa.Table:
    some = counted.filter(counted[name] > 0)
    return engine.fetch(some.select(*_KEY, claims=some[name]).order_by(*_KEY))


def _list_unheld(claims: Claims, remits: Remits) -> ibis.Table:
    """The codes of remittance lines that no held claim has: on their own date."""
    import ibis

    rows = remits.rows.filter(remits.rows.is_standing & remits.rows.billed.notnull())
    held = list_codes(claims, claims.lines, HCPCS, ("claim_id",)).select("claim_id", "code")
    own_date = ibis.coalesce(rows.service_date, rows.received_date)
    rows = rows.select("claim_id", "payer", code=rows.billed, key_date=own_date)
    rows = rows.anti_join(held, ["claim_id", "code"])
    ends = claims.lines.semi_join(rows, "claim_id").group_by("claim_id").aggregate(claim_end=ibis._.end_date.max())
    rows = rows.left_join(ends, "claim_id").drop("claim_id_right")
    return rows.mutate(
        end_date=ibis.coalesce(rows.claim_end, rows.key_date),
        is_answered=ibis.literal(True),
        system=ibis.literal(HCPCS),
    )
