"""Which code a denial or rejection counts for, and on which key date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from flows.watch.events_claims import (
    DIAGNOSES,
    HCPCS,
    INVALID,
    OTHER,
    PROCEDURES,
    Changed,
    Claims,
    list_codes,
    list_modifiers,
)
from schema.remits import Subject

if TYPE_CHECKING:
    import ibis

_KEPT = ("claim_id", "line_number", "end_date")
_FOUND = ("id", "system", "code", "key_date", "end_date")


def blame_codes(engine: Engine, signals: ibis.Table, claims: Claims, rows: ibis.Table, changed: Changed) -> ibis.Table:
    """`id, system, code, key_date, end_date` for the denials and rejections that a code is found for.

    One of a line's procedure counts for the billed code, on the date of the claim's line (of the same number
    where several have the code), else the line's own. One that names no code is blamed on one of the claim: a
    denied diagnosis on a diagnosis, anything else on a HCPCS code, else an ICD-10-PCS one; first one that is not
    valid on its key date, then a newly added, then a revised one, else the first. One of a modifier counts for
    the changed modifiers of the line too. `rows` are the remittance lines: they stand in for a claim not held.
    """
    ids = engine.keep(signals.select("claim_id").distinct(), "signalled")
    lines = engine.keep(claims.find_lines(ids), "signalled_lines")
    is_diagnosis = signals.subject == str(Subject.DIAGNOSIS)
    has_code = ~signals.is_claim_level & signals.billed.notnull()
    own = engine.keep(_date_own(signals.filter(has_code & ~is_diagnosis), claims, lines), "own")
    blank = engine.keep(signals.filter(~has_code & ~is_diagnosis), "blank")
    procedures = _list_procedures(engine, claims, lines, rows, blank)
    blamed = engine.keep(_choose(blank, procedures, changed), "blamed")
    diagnoses = list_codes(claims, lines, DIAGNOSES, _KEPT).mutate(source=0)
    of_diagnosis = _choose(signals.filter(is_diagnosis), diagnoses, changed)
    found = own.union(blamed).union(of_diagnosis)
    if changed.modifiers:
        modified = signals.filter(signals.subject == str(Subject.MODIFIER))
        found = found.union(_find_modifiers(modified, own.union(blamed), claims, lines, changed))
    return engine.keep(found, "found")


def add_rank(codes: ibis.Table, changed: Changed) -> ibis.Table:
    """The codes with `rank`, the order of blame on their key date, and `is_changed`."""
    import ibis

    table = changed.codes
    joined = codes.left_join(table, ["system", "code"])
    is_invalid = (joined.key_date < joined.first_date) | (joined.key_date > joined.last_date)
    rank = ibis.cases((is_invalid.fill_null(False), INVALID), else_=ibis.coalesce(joined["rank"], OTHER))
    return joined.mutate(order=rank, is_changed=joined["rank"].notnull()).select(
        *codes.columns, "is_changed", rank=ibis._.order
    )


def _date_own(signals: ibis.Table, claims: Claims, lines: ibis.Table) -> ibis.Table:
    import ibis

    codes = list_codes(claims, lines, HCPCS, _KEPT)
    codes = codes.select("claim_id", "code", "key_date", number=codes.line_number)
    matched = signals.select("id", "claim_id", "billed", "line_number").inner_join(
        codes, [("claim_id", "claim_id"), ("billed", "code")]
    )
    is_same = (matched.number == matched.line_number).fill_null(False)
    dated = matched.group_by("id").aggregate(same=matched.key_date.min(where=is_same), least=matched.key_date.min())
    ends = lines.group_by("claim_id").aggregate(claim_end=lines.end_date.max())
    own_date = ibis.coalesce(ibis._.service_date, ibis._.received_date)
    joined = signals.select("id", "claim_id", "billed", own_date=own_date)
    joined = joined.left_join(dated, "id").left_join(ends, "claim_id")
    return joined.select(
        "id",
        system=ibis.literal(HCPCS),
        code=joined.billed,
        key_date=ibis.coalesce(joined.same, joined.least, joined.own_date),
        end_date=ibis.coalesce(joined.claim_end, joined.own_date),
    )


def _list_procedures(
    engine: Engine, claims: Claims, lines: ibis.Table, rows: ibis.Table, blank: ibis.Table
) -> ibis.Table:
    """HCPCS codes of the claims in the order of the lines, else ICD-10-PCS ones, else those of the remittances."""
    import ibis

    columns = (*_KEPT, "system", "code", "key_date", "position", "source")
    place = ibis._.line_number.try_cast("int32")
    hcpcs = list_codes(claims, lines, HCPCS, _KEPT).mutate(position=place, source=0).select(*columns)
    inpatient = list_codes(claims, lines, PROCEDURES, _KEPT)
    inpatient = inpatient.mutate(position=inpatient.position.cast("int32"), source=1).select(*columns)
    answered = engine.keep(
        rows.semi_join(blank, "claim_id").anti_join(claims.claims, "claim_id").filter(rows.billed.notnull()), "not_held"
    )
    own_date = ibis.coalesce(answered.service_date, answered.received_date)
    answered = answered.mutate(
        system=ibis.literal(HCPCS), code=answered.billed, key_date=own_date, end_date=own_date, position=place, source=2
    )
    return hcpcs.union(inpatient, answered.select(*columns))


def _choose(signals: ibis.Table, codes: ibis.Table, changed: Changed) -> ibis.Table:
    """The code of each signal's claim that stands first in the order of blame."""
    import ibis

    codes = codes.select(
        "system", "code", "key_date", "end_date", "position", "source", "claim_id", number="line_number"
    )
    each = add_rank(signals.select("id", "claim_id", "line_number").inner_join(codes, "claim_id"), changed)
    is_other = (each.number != each.line_number).fill_null(True)
    order = [each.source, each["rank"], each.position, is_other, each.key_date, each.number, each.code]
    each = each.mutate(place=ibis.row_number().over(group_by="id", order_by=order))
    return each.filter(each.place == 0).select(*_FOUND)


def _find_modifiers(
    signals: ibis.Table, dated: ibis.Table, claims: Claims, lines: ibis.Table, changed: Changed
) -> ibis.Table:
    """The changed modifiers of a denied line: those that the payer names, else those of the claim's lines with
    the code; of a denied claim those of all its lines."""
    import ibis

    told = signals.filter(signals.modifiers.notnull() & ~signals.is_claim_level)
    told = told.inner_join(dated, "id").select("id", "key_date", "end_date", code=told.modifiers.split(" ").unnest())
    told = told.filter(told.code.isin(changed.modifiers)).mutate(system=ibis.literal(HCPCS)).select(*_FOUND)
    billed = list_modifiers(changed, lines, claims.modifiers, ("claim_id", "end_date", "hcpcs_code"))
    rest = signals.filter(signals.modifiers.isnull() | signals.is_claim_level)
    rest = rest.select("id", "claim_id", "billed", "is_claim_level").inner_join(billed, "claim_id")
    rest = rest.filter(rest.is_claim_level | rest.billed.isnull() | (rest.billed == rest.hcpcs_code))
    rest = rest.group_by("id", "system", "code").aggregate(key_date=rest.key_date.min(), end_date=rest.end_date.max())
    return told.union(rest.select(*_FOUND)).distinct()
