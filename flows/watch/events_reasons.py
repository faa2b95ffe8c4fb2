"""What was denied: the adjustments of remittances that are denials, by the tables of schema/denials.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from flows.watch.events_remits import ANSWER, MONEY, Remits
from schema.denials import (
    CARCS,
    DENYING_GROUPS,
    DOWNCODING_REMARKS,
    NOT_DENIED,
    PATIENT_SHARES,
    Reason,
    classify_adjustment,
    classify_status,
)
from schema.remits import Category, Subject

if TYPE_CHECKING:
    import ibis

# The payer calls the claim unprocessable: there is no appeal, it has to be corrected and sent again (CMS, RARC).
_NO_APPEAL = "MA130"
_PATIENT = "PR"
_BETWEEN = "|"
_CLASS = ("group", "carc", "remarks")


def find_denials(engine: Engine, remits: Remits) -> ibis.Table:
    """One row for each adjustment that denies, of every answer ever given: the columns of the remittance line,
    `category`, `subject`, `amount`, `is_appealable`, `is_claim_level` `is_rejection` (false) and a number `id`.

    An adjustment of a claim stands on each of its lines; here it is one row, with the remarks that all lines
    have, the paid amount of the answer, and `line` empty. The amount of a downcoded line (schema.denials) is the
    sum of its adjustments that are neither patient shares, nor what never is a denial, nor a denial of another
    category; 0 where nothing is left.
    """
    import ibis

    rows = remits.rows
    has_remark = ibis.or_(*(rows.remarks.contains(remark) for remark in sorted(DOWNCODING_REMARKS)))
    rows = rows.mutate(may_be_downcoded=rows.is_recoded | has_remark.fill_null(False)).drop("is_recoded")
    each = _unnest(rows)
    denying = each.filter(each.carc.isin(sorted(CARCS)) & each.group.isin(sorted(DENYING_GROUPS)))
    denying = engine.keep(denying, "denying")
    claim_level = _take_once(engine, rows, denying)
    of_lines = denying.filter(~denying.is_claim_level).union(claim_level.select(*denying.columns))
    found = _classify(engine, of_lines)
    downcoded = _find_downcoded(engine, rows)
    reductions = _unnest(downcoded)
    reductions = reductions.filter(~reductions.is_claim_level & (reductions.group != _PATIENT))
    reductions = reductions.filter(reductions.carc.notin(sorted({*NOT_DENIED, *PATIENT_SHARES})))
    others = reductions.anti_join(engine.keep(found.select(*_CLASS).distinct(), "denying_reasons"), _CLASS)
    # A downcoded line counts also where its reduction is nothing but the contract's.
    bare = downcoded.mutate(is_claim_level=ibis.literal(False), amount=ibis.literal(0).cast(MONEY))
    bare = bare.mutate(remarks=_join_remarks(bare.remarks))
    columns = [name for name in found.columns if name not in ("category", "subject", *_CLASS[:2])]
    lesser = others.select(*columns).union(bare.select(*columns))
    lesser = lesser.mutate(
        category=ibis.literal(str(Category.DOWNCODING)), subject=ibis.literal(str(Subject.PROCEDURE))
    )
    both = found.drop(*_CLASS[:2]).select(*lesser.columns).union(lesser)
    is_appealable = ~both.remarks.split(_BETWEEN).contains(_NO_APPEAL)
    both = both.mutate(is_appealable=is_appealable, is_rejection=ibis.literal(False), id=ibis.row_number().over())
    return engine.keep(both.drop("remarks"), "denials")


def find_rejections(engine: Engine, rejections: ibis.Table) -> ibis.Table:
    """The rejections that our table knows a code for, with `category` and `subject`."""
    codes = ("category_code", "status_code")
    pairs = engine.fetch(rejections.select(*codes).distinct()).to_pylist()
    classes = [(*pair.values(), classify_status(*pair.values())) for pair in pairs]
    return rejections.inner_join(_tabulate(codes, classes), codes)


def _unnest(rows: ibis.Table) -> ibis.Table:
    """One row for each positive adjustment; `remarks` as one text, sorted."""
    import ibis

    # As a column: Table.unnest becomes a join of each row with its list, ten times as slow.
    each = rows.mutate(adjustments=rows.adjustments.unnest())
    adjustment = each.adjustments
    each = each.mutate(
        group=ibis.coalesce(adjustment["group"], ""),
        carc=ibis.coalesce(adjustment["carc"], ""),
        amount=adjustment["amount"].cast(MONEY),
        is_claim_level=ibis.coalesce(adjustment["level"], "line") == "claim",
        remarks=_join_remarks(each.remarks),
    )
    return each.filter(each.amount > 0).drop("adjustments", "may_be_downcoded")


def _join_remarks(remarks: ibis.Value) -> ibis.Value:
    import ibis

    return ibis.coalesce(remarks.sort().join(_BETWEEN), "")


def _classify(engine: Engine, each: ibis.Table) -> ibis.Table:
    """The adjustments that deny. Different reasons are few: they are looked up here, one by one."""
    found = engine.fetch(each.select(*_CLASS).distinct()).to_pylist()
    classes = [
        (
            row["group"],
            row["carc"],
            row["remarks"],
            classify_adjustment(row["group"], row["carc"], _split(row["remarks"])),
        )
        for row in found
    ]
    return each.inner_join(_tabulate(_CLASS, classes), _CLASS)


def _split(remarks: str) -> list[str]:
    return [remark for remark in remarks.split(_BETWEEN) if remark]


def _tabulate(names: tuple[str, ...], classes: Sequence[tuple[str | Reason | None, ...]]) -> ibis.Table:
    """The classified keys as a table; those without a reason are left out."""
    import ibis
    import pyarrow as pa

    columns: dict[str, list[str]] = {name: [] for name in (*names, "category", "subject")}
    for *keys, reason in classes:
        if isinstance(reason, Reason):
            for name, value in zip(columns, (*keys, str(reason.category), str(reason.subject)), strict=True):
                columns[name].append(str(value))
    return ibis.memtable(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def _find_downcoded(engine: Engine, rows: ibis.Table) -> ibis.Table:
    """The lines that were paid, or left to the patient, under a lesser code or with a remark that says so."""
    import ibis

    lines = engine.keep(rows.filter(rows.may_be_downcoded), "may_be_downcoded")
    shares = lines.adjustments.filter(lambda a: a["carc"].isin(sorted(PATIENT_SHARES)) & (a["amount"] > 0))
    return lines.filter((lines.paid > 0) | (ibis.coalesce(shares.length(), 0) > 0))


def _take_once(engine: Engine, rows: ibis.Table, denying: ibis.Table) -> ibis.Table:
    """The adjustments of claims, one answer at a time instead of line by line."""
    import ibis

    claim_level = denying.filter(denying.is_claim_level)
    ids = engine.keep(claim_level.select("claim_id").distinct(), "claim_level")
    lines = engine.keep(rows.semi_join(ids, "claim_id").drop("adjustments"), "claim_level_lines")
    answer = ibis.window(group_by=ANSWER)
    lines = lines.mutate(number=lines.line.count().over(answer))
    single = lines.mutate(remark=lines.remarks.unique().unnest())
    single = single.group_by(*ANSWER, "number", "remark").aggregate(times=ibis._.count())
    shared = single.filter(single.times == single.number).group_by(*ANSWER)
    shared = shared.aggregate(shared=ibis._.remark.group_concat(sep=_BETWEEN, order_by=ibis._.remark))
    whole = lines.group_by(*ANSWER).aggregate(
        first_line=lines.line.min(), of_answer=lines.paid.sum(), stands=lines.is_standing.any()
    )
    same = [ibis._[name].identical_to(whole[name]) for name in ANSWER]
    first = claim_level.inner_join(whole, same).drop(*(f"{name}_right" for name in ANSWER))
    first = first.filter(first.line == first.first_line)
    same = [ibis._[name].identical_to(shared[name]) for name in ANSWER]
    first = first.left_join(shared, same)
    return first.mutate(
        remarks=ibis.coalesce(first.shared, ""),
        paid=first.of_answer.cast(MONEY),
        is_standing=first.stands,
        line=ibis.literal(""),
    )
