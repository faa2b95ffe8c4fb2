"""The question to the claims, as Ibis expressions that run alike on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from schema.claims import LINE_KEY

if TYPE_CHECKING:
    import ibis

PAYER, DEPARTMENT, PLACE_OF_SERVICE, CLAIM_TYPE = "payer", "department", "place_of_service_code", "claim_type"
DIMENSIONS = (PAYER, DEPARTMENT, PLACE_OF_SERVICE, CLAIM_TYPE)
TOTAL, POSITION = "total", "position"
FIRST, OTHER = "first", "other"
PARTS = (TOTAL, POSITION, *DIMENSIONS)
"""What the lines of a code are parted by; answers name each by its index."""
AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")


@dataclass(frozen=True, slots=True)
class Question:
    """Codes of a system, and where the claims hold them.

    `columns` are those that hold anything, in the order of position; `first_column` is the first position.
    With `type_column` a line counts only where that column says `type_value`.
    """

    system: str
    codes: Sequence[str]
    columns: Sequence[str]
    date_column: str
    first_column: str | None = None
    type_column: str | None = None
    type_value: str = ""


def find_hits(lines: ibis.Table, questions: Sequence[Question], first: date, last: date) -> ibis.Table:
    """One row for each line and code of the window: `line_key`, `question` (its index), `code`, and
    `is_first` (1 or 0).

    Each column is asked by itself: an engine then reads that column and the key alone, and DuckDB tests a
    block of rows against the few codes while it decodes them. One question with OR over the columns takes
    2.5 times as long. Grouping by line and code makes a code that stands twice count once.
    """
    import ibis
    import pyarrow as pa

    found = []
    for index, question in enumerate(questions):
        codes = ibis.memtable(pa.table({"code": pa.array(question.codes, pa.string())}))
        for column in question.columns:
            is_hit = lines[question.date_column].between(first, last) & lines[column].isin(codes.code)
            found.append(
                lines.filter(is_hit).select(
                    lines[LINE_KEY],
                    code=lines[column],
                    question=ibis.literal(index, "int8"),
                    is_first=ibis.literal(int(column == question.first_column), "int8"),
                )
            )
    hits = ibis.union(*found, distinct=False) if len(found) > 1 else found[0]
    return hits.group_by(LINE_KEY, "question", "code").aggregate(is_first=hits.is_first.max())


def add_up(lines: ibis.Table, hits: ibis.Table, questions: Sequence[Question]) -> ibis.Table:
    """Measures of each code: `question, code, part, value, lines, claims, billed, allowed, paid`.

    Rows come in the order of the first four, null last. `question` and `part` are indexes, of the questions
    and of `PARTS`: small numbers are grouped in two thirds of the time of words. `value` is null for the
    total and where a claim does not tell, and `first` or `other` for the position. Every line is taken once
    for each part, so that one grouping gives all.
    """
    import ibis
    import pyarrow as pa

    types = dict.fromkeys(question.type_column for question in questions if question.type_column)
    rows = lines.select(LINE_KEY, "claim_id", *DIMENSIONS, *AMOUNTS, *types).inner_join(hits, LINE_KEY)
    for index, question in enumerate(questions):
        if question.type_column:
            is_type = rows[question.type_column].strip().lower() == question.type_value
            rows = rows.filter((rows.question != index) | is_type)
    each = rows.cross_join(ibis.memtable(pa.table({"part": pa.array(range(len(PARTS)), pa.int8())})))
    position = ibis.cases((each.is_first == 1, FIRST), else_=OTHER)
    value = ibis.cases(
        (each.part == PARTS.index(POSITION), position),
        *((each.part == PARTS.index(name), each[name].nullif("")) for name in DIMENSIONS),
        else_=ibis.null("string"),
    )
    each = each.mutate(value=value)
    billed, allowed, paid = (each[name].sum().fill_null(0) for name in AMOUNTS)
    keys = ("question", "code", "part", "value")
    sums = each.group_by(*keys).aggregate(
        lines=each.count(), claims=each.claim_id.nunique(), billed=billed, allowed=allowed, paid=paid
    )
    return sums.order_by(*keys)
