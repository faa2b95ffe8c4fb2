"""Rejections of acknowledgments (277CA), in the columns of denials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from flows.watch.engine import Engine
from flows.watch.events_claims import Claims
from flows.watch.events_reasons import find_rejections
from flows.watch.events_remits import MONEY, Remits, rejection_schema
from schema.denial_entry import Strength
from schema.denials import STATUSES
from schema.remits import RemitPart

if TYPE_CHECKING:
    import ibis

COLUMNS = (
    "id", "claim_id", "payer", "line", "line_number", "billed", "modifiers", "service_date", "received_date",
    "category", "subject", "amount", "paid", "is_standing", "is_appealable", "is_claim_level", "is_rejection",
)  # fmt: skip


def read_rejections(
    engine: Engine, parts: Sequence[RemitPart], claims: Claims, remits: Remits, as_of: date
) -> ibis.Table:
    """The rejections received by `as_of`, one row for each status that our table knows a code for.

    A vague status (21) counts only where no other of the claim's on that day does: it always comes with one that
    says what is wrong (X12, claim status codes).

    `payer` is that of the remittance that answered the claim since, else the claim's, else the rejection's own.
    One stands as long as no remittance answers the claim: a payer answers only what has passed its front door.
    """
    import ibis

    read = engine.read_parquet([part.path for part in parts if part.first_date <= as_of], rejection_schema())
    read = read.filter((read.received_date <= as_of) & read.claim_id.notnull())
    rows = engine.keep(_drop_vague(find_rejections(engine, engine.keep(read, "rejections"))), "known_rejections")
    answers = remits.answers.semi_join(rows, "claim_id").group_by("claim_id")
    answers = answers.aggregate(answer_payer=ibis._.payer.min(), answers=ibis._.count())
    billed = claims.claims.select("claim_id", claim_payer="payer")
    rows = rows.left_join(answers, "claim_id").drop("claim_id_right").left_join(billed, "claim_id")
    own = ibis.coalesce(rows.claim_payer, rows.payer.nullif(""))
    code = rows.code.nullif("")
    rows = rows.mutate(
        # Ids below zero: denials have those from zero on.
        id=-1 - ibis.row_number().over(),
        payer=ibis.ifelse(rows.answers.notnull(), rows.answer_payer, own),
        line=ibis.coalesce(rows.line_number, ""),
        billed=code,
        amount=ibis.literal(0).cast(MONEY),
        paid=ibis.literal(0).cast(MONEY),
        is_standing=rows.answers.isnull(),
        is_appealable=ibis.literal(False),
        is_claim_level=code.isnull(),
        is_rejection=ibis.literal(True),
    )
    return engine.keep(rows.select(*COLUMNS), "rejected")


def _drop_vague(rows: ibis.Table) -> ibis.Table:
    vague = [code for code, entry in STATUSES.items() if entry.strength is Strength.VAGUE]
    rows = rows.mutate(is_vague=rows.status_code.isin(vague))
    rows = rows.mutate(is_told=(~rows.is_vague).any().over(group_by=["claim_id", "payer", "received_date"]))
    return rows.filter(~(rows.is_vague & rows.is_told)).drop("is_vague", "is_told")
