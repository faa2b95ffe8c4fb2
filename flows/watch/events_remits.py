"""Remittances in their latest state: what a reversal took back and what a later remittance replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from schema.claims import MONEY_DIGITS, MONEY_SCALE
from schema.remits import (
    REJECTION_DATE_COLUMNS,
    REJECTION_TEXT_COLUMNS,
    REMIT_DATE_COLUMNS,
    REMIT_MONEY_COLUMNS,
    REMIT_NUMBER_COLUMNS,
    REMIT_TEXT_COLUMNS,
    RemitPart,
)

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

# CLP02 (005010X221A1): 22 takes back an earlier answer; 25 is an estimate for care not given yet, and no answer.
REVERSAL, PREDETERMINATION = "22", "25"
MONEY = f"decimal({MONEY_DIGITS}, {MONEY_SCALE})"
CLAIM = ("claim_id", "payer")
ANSWER = (*CLAIM, "received_date", "file", "sequence")
"""The key of one CLP."""


@dataclass(frozen=True, slots=True)
class Remits:
    """`rows`: every line ever answered (reversals and estimates left out) with `is_standing`: nothing took it
    back or replaced it. `answers`: the (claim_id, payer) with anything that stands."""

    rows: ibis.Table
    answers: ibis.Table


def line_schema() -> pa.Schema:
    """The columns of a part of remittance lines, as they are read here."""
    import pyarrow as pa

    money = pa.decimal128(MONEY_DIGITS, MONEY_SCALE)
    adjustment = pa.struct([("group", pa.string()), ("carc", pa.string()), ("amount", money), ("level", pa.string())])
    return pa.schema(
        [
            *((name, pa.string()) for name in REMIT_TEXT_COLUMNS),
            *((name, pa.date32()) for name in REMIT_DATE_COLUMNS),
            *((name, money) for name in REMIT_MONEY_COLUMNS),
            *((name, pa.int32()) for name in REMIT_NUMBER_COLUMNS),
            ("adjustments", pa.list_(adjustment)),
            ("remarks", pa.list_(pa.string())),
        ]
    )


def rejection_schema() -> pa.Schema:
    """The columns of a part of rejections."""
    import pyarrow as pa

    texts = ((name, pa.string()) for name in REJECTION_TEXT_COLUMNS)
    return pa.schema([*texts, *((name, pa.date32()) for name in REJECTION_DATE_COLUMNS)])


def read_remits(engine: Engine, parts: Sequence[RemitPart], as_of: date) -> Remits:
    """The remittances received by `as_of`.

    Within (claim_id, payer) the answers come by date, then file, then place in the file. A reversal takes back
    the lines that it names, or all where it names none; a later answer replaces the lines that it names, one
    without lines all, and lines replace an answer without lines.
    """
    lines = _read_lines(engine, parts, as_of)
    counted = lines.group_by(*CLAIM).aggregate(
        is_simple=(lines.received_date.min() == lines.received_date.max())
        & (lines.file.min() == lines.file.max())
        & (lines.sequence.min() == lines.sequence.max())
        & ~lines.is_reversal.any()
    )
    counted = engine.keep(counted, "counted")
    several = engine.keep(counted.filter(~counted.is_simple).select("claim_id").distinct(), "several")
    # Most claims are answered once: only the others are sorted.
    single = lines.anti_join(several, "claim_id").mutate(is_standing=True)
    marked = engine.keep(_mark_standing(lines.semi_join(several, "claim_id")), "marked")
    rows = single.union(marked.filter(~marked.is_reversal).select(*single.columns))
    standing = marked.filter(marked.is_standing).select(*CLAIM).distinct()
    answers = counted.anti_join(several, "claim_id").select(*CLAIM).union(standing)
    return Remits(rows.drop("is_reversal"), engine.keep(answers, "answers"))


def _read_lines(engine: Engine, parts: Sequence[RemitPart], as_of: date) -> ibis.Table:
    import ibis

    chosen = [part.path for part in parts if part.first_date <= as_of]
    read = engine.read_parquet(chosen, line_schema())
    read = read.filter((read.received_date <= as_of) & (ibis.coalesce(read.claim_status, "") != PREDETERMINATION))
    billed = ibis.coalesce(read.submitted_code.nullif(""), read.code.nullif(""))
    return read.select(
        "claim_id",
        "line_number",
        "received_date",
        "service_date",
        "sequence",
        "adjustments",
        "remarks",
        payer=read.payer.nullif(""),
        billed=billed,
        modifiers=ibis.coalesce(read.submitted_modifiers.nullif(""), read.modifiers),
        paid=ibis.coalesce(read.paid_amount, 0).cast(MONEY),
        is_recoded=ibis.coalesce(read.submitted_code.nullif("") != read.code.nullif(""), False),
        is_reversal=ibis.coalesce(read.claim_status, "") == REVERSAL,
        is_whole=read.line_number.isnull() & billed.isnull(),
        line=ibis.coalesce(read.line_number, billed + "|" + ibis.coalesce(read.service_date.cast("string"), ""), ""),
        # The parts of one import are named alike, with a number at the end.
        file=read.filename.re_replace(r"^.*/|(-\d+)?\.parquet$", ""),
    )


def _mark_standing(lines: ibis.Table) -> ibis.Table:
    """The lines with `is_standing`. Of two files of one day the one with a reversal comes first where an earlier
    day left something to take back (the other has the correction), else last."""
    import ibis

    day = ibis.window(group_by=[*CLAIM, "received_date", "file"])
    is_first_day = lines.received_date == lines.received_date.min().over(ibis.window(group_by=CLAIM))
    is_back = lines.is_reversal.any().over(day)
    lines = lines.mutate(place=ibis.ifelse(is_back, ibis.ifelse(is_first_day, 2, 0), 1))
    order = ibis.window(group_by=CLAIM, order_by=["received_date", "place", "file", "sequence"])
    lines = lines.mutate(turn=ibis.dense_rank().over(order))
    claim, line = ibis.window(group_by=CLAIM), ibis.window(group_by=[*CLAIM, "line"])
    turns = lines.mutate(
        last=lines.turn.max().over(claim),
        last_whole=ibis.coalesce(lines.turn.max(where=lines.is_whole).over(claim), -1),
        last_of_line=lines.turn.max(where=~lines.is_reversal).over(line),
        last_reversal=ibis.coalesce(lines.turn.max(where=lines.is_reversal).over(line), -1),
    )
    is_latest = (
        (turns.turn == turns.last_of_line) & (turns.turn > turns.last_reversal) & (turns.turn > turns.last_whole)
    )
    is_standing = ~turns.is_reversal & ibis.ifelse(turns.is_whole, turns.turn == turns["last"], is_latest)
    return turns.mutate(is_standing=is_standing).select(*lines.columns, "is_standing").drop("place", "turn")
