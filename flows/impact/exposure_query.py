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
    """One row for each line and code of the window: `line_key`, `system`, `code`, and `is_first` (1 or 0).

    Each column is asked by itself: an engine then reads that column and the key alone, and DuckDB tests a
    block of rows against the few codes while it decodes them. One question with OR over the columns takes
    2.5 times as long. Grouping by line and code makes a code that stands twice count once.
    """
    import ibis
    import pyarrow as pa

    found = []
    for question in questions:
        codes = ibis.memtable(pa.table({"code": pa.array(question.codes, pa.string())}))
        for column in question.columns:
            is_hit = lines[question.date_column].between(first, last) & lines[column].isin(codes.code)
            found.append(
                lines.filter(is_hit).select(
                    lines[LINE_KEY],
                    code=lines[column],
                    system=ibis.literal(question.system),
                    is_first=ibis.literal(int(column == question.first_column), "int32"),
                )
            )
    hits = ibis.union(*found, distinct=False) if len(found) > 1 else found[0]
    return hits.group_by(LINE_KEY, "system", "code").aggregate(is_first=hits.is_first.max())


def add_up(lines: ibis.Table, hits: ibis.Table, questions: Sequence[Question]) -> ibis.Table:
    """Measures of each code: `system, code, dimension, value, lines, claims, billed, allowed, paid`.

    `dimension` is `total`, `position` (value `first` or `other`) or one of `DIMENSIONS`; an empty value is
    null. Every line is taken once for each dimension, so that one grouping gives all.
    """
    import ibis
    import pyarrow as pa

    types = {question.system: question.type_column for question in questions if question.type_column}
    wanted = dict.fromkeys((LINE_KEY, "claim_id", *DIMENSIONS, *AMOUNTS, *types.values()))
    rows = lines.select(*wanted).inner_join(hits, LINE_KEY)
    for question in questions:
        if question.type_column:
            is_type = rows[question.type_column].strip().lower() == question.type_value
            rows = rows.filter((rows.system != question.system) | is_type)
    names = (TOTAL, POSITION, *DIMENSIONS)
    each = rows.cross_join(ibis.memtable(pa.table({"dimension": pa.array(names)})))
    position = ibis.cases((each.is_first == 1, FIRST), else_=OTHER)
    value = ibis.cases(
        (each.dimension == POSITION, position),
        *((each.dimension == name, each[name].nullif("")) for name in DIMENSIONS),
        else_=ibis.null("string"),
    )
    each = each.mutate(value=value)
    billed, allowed, paid = (each[name].sum() for name in AMOUNTS)
    return each.group_by("system", "code", "dimension", "value").aggregate(
        lines=each.count(), claims=each.claim_id.nunique(), billed=billed, allowed=allowed, paid=paid
    )
