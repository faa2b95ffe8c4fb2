"""Remittance lines: one row for each service line, one for a claim that has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from loaders.remits.arrays import clean_texts, count_by, count_from, join_lists, list_by, map_texts, starts_of
from loaders.remits.layout import ADJUSTMENT, LINES, MONEY
from loaders.remits.line_numbers import keep_line_number
from loaders.remits.links import find_positions, link
from loaders.remits.x12_835_tables import CLAIM_REMARKS, Tables
from schema.claims import hide_claim_id

_PROCEDURE = "HC"
"""The qualifier of HCPCS codes; the codes of others (revenue codes, drugs, rates) are none of ours."""
_REMARKS = "HE"
"""LQ01 of remark codes."""


def make_rows(tables: Tables, site_key: str) -> tuple[pa.RecordBatch, Counter[str]]:
    """The rows of these transactions, and what was seen of some sorts. Their amounts have to be checked before."""
    claims = _Claims(tables, site_key)
    lines = _make_lines(tables, claims, site_key)
    alone = claims.without_lines()
    rows = pa.concat_tables([pa.table(lines, schema=LINES), pa.table(alone, schema=LINES)]).combine_chunks()
    notes = Counter(
        {"claims": claims.number, "claims without lines": len(alone["claim_id"]), "reversals": claims.count("22")}
    )
    notes["predeterminations"] = claims.count("25")
    notes["rows without a service date"] = rows.column("service_date").null_count
    batches: Sequence[pa.RecordBatch] = rows.to_batches() or [pa.RecordBatch.from_pylist([], schema=LINES)]
    return batches[0], notes


class _Claims:
    """What the rows of a claim share, one value for each claim."""

    def __init__(self, tables: Tables, site_key: str) -> None:
        table, payments = tables["claims"], tables["payments"]
        self.number = table.num_rows
        self._lines = link(tables, "services", "claim")
        of_payment = find_positions(table, tables, "payment")
        received = pc.coalesce(payments.column("production_date"), payments.column("payment_date")).combine_chunks()
        payer = map_texts(_column(payments, "payer_name"), lambda name: " ".join(name.split()))
        claim_id = _column(table, "claim_id").cast(pa.string())
        self.columns = {
            "claim_id": map_values(pc.utf8_trim_whitespace(claim_id), site_key),
            "payer": payer.take(of_payment),
            "claim_status": clean_texts(_column(table, "claim_status")),
            "received_date": received.take(of_payment),
            "service_date": _column(table, "statement_from"),
            "charge_amount": _column(table, "charge_amount").cast(MONEY),
            "paid_amount": _column(table, "payment_amount").cast(MONEY),
            "sequence": pc.add(_column(table, "row"), 1).cast(pa.int32()),
            "adjustments": self._adjustments(tables),
            "remarks": self._remarks(table),
        }

    def of_lines(self, column: str) -> pa.Array:
        """The column for each service line."""
        return self.columns[column].take(self._lines.parents)

    def line_positions(self) -> pa.Array:
        """The position of each line in its claim, from 1."""
        starts = self._lines.starts.take(self._lines.parents)
        return pc.add(pc.subtract(count_from(len(starts)), starts), 1)

    def without_lines(self) -> dict[str, pa.Array]:
        """The rows of the claims that have no service line."""
        chosen = pc.indices_nonzero(pc.equal(self._lines.counts, 0))
        return {
            field.name: self.columns[field.name].take(chosen)
            if field.name in self.columns
            else pa.nulls(len(chosen), field.type)
            for field in LINES
        }

    def count(self, status: str) -> int:
        """How many claims have this status."""
        return int(pc.sum(pc.equal(self.columns["claim_status"], status)).as_py() or 0)

    def _adjustments(self, tables: Tables) -> pa.ListArray:
        own = link(tables, "adjustments", "claim")
        return list_by(own.starts, _make_adjustments(own.rows, "claim"))

    def _remarks(self, table: pa.Table) -> pa.ListArray:
        found = list_by(starts_of(pa.repeat(pa.scalar(0), self.number)), pa.array([], pa.string()))
        for name in CLAIM_REMARKS:
            column = _column(table, name)
            if column.null_count < len(column):
                texts = clean_texts(column)
                found = join_lists(found, list_by(starts_of(texts.is_valid().cast(pa.int64())), texts.drop_null()))
        return found


def _make_lines(tables: Tables, claims: _Claims, site_key: str) -> dict[str, pa.Array]:
    services, number = tables["services"], tables["services"].num_rows
    shared = ("claim_id", "payer", "claim_status", "received_date", "sequence")
    dates = (_column(services, "service_date"), _column(services, "period_start"), claims.of_lines("service_date"))
    told = map_texts(_column(services, "line_item_control_number"), lambda text: keep_line_number(text, site_key))
    columns = {name: claims.of_lines(name) for name in shared} | {
        "line_number": pc.coalesce(told, claims.line_positions().cast(pa.string())),
        "service_date": pc.coalesce(*dates),
        "charge_amount": _column(services, "charge_amount").cast(MONEY),
        "paid_amount": _column(services, "payment_amount").cast(MONEY),
        "adjustments": join_lists(_line_adjustments(tables), claims.of_lines("adjustments")),
        "remarks": join_lists(_line_remarks(tables), claims.of_lines("remarks")),
    }
    for prefix, qualifier, code in (
        ("", "procedure_qualifier", "procedure_code"),
        ("submitted_", "submitted_qualifier", "submitted_code"),
    ):
        is_ours = pc.equal(clean_texts(_column(services, qualifier)), _PROCEDURE)
        nothing = pa.nulls(number, pa.string())
        modifiers = _join_modifiers([_column(services, f"{prefix}modifier_{n}") for n in range(1, 5)])
        columns[f"{prefix}code"] = pc.if_else(is_ours, clean_texts(_column(services, code)), nothing)
        columns[f"{prefix}modifiers"] = pc.if_else(is_ours, modifiers, nothing)
    return columns


def _join_modifiers(columns: Sequence[pa.Array]) -> pa.Array:
    filled = [clean_texts(column) for column in columns if column.null_count < len(column)]
    if not filled:
        return pa.nulls(len(columns[0]), pa.string())
    joined = pc.binary_join_element_wise(*filled, " ", null_handling="replace", null_replacement="")
    return map_texts(joined, lambda text: " ".join(text.split()))


def _line_adjustments(tables: Tables) -> pa.ListArray:
    of_lines = link(tables, "adjustments", "service")
    return list_by(of_lines.starts, _make_adjustments(of_lines.rows, "line"))


def _line_remarks(tables: Tables) -> pa.ListArray:
    remarks = tables["remarks"]
    codes = clean_texts(_column(remarks, "code"))
    is_remark = pc.and_(pc.equal(clean_texts(_column(remarks, "code_list")), _REMARKS), codes.is_valid())
    is_remark = pc.fill_null(is_remark, False)
    parents = find_positions(remarks, tables, "service").filter(is_remark)
    counts = count_by(parents, tables["services"].num_rows)
    return list_by(starts_of(counts), codes.filter(is_remark))


def _make_adjustments(table: pa.Table, level: str) -> pa.StructArray:
    columns = (
        clean_texts(_column(table, "group_code")),
        clean_texts(_column(table, "reason_code")),
        _column(table, "amount").cast(MONEY),
        pa.repeat(pa.scalar(level), table.num_rows),
    )
    return pa.StructArray.from_arrays(columns, fields=list(ADJUSTMENT))


def _column(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


def map_values(claim_ids: pa.Array, site_key: str) -> pa.Array:
    """Claim ids as they are kept."""
    if not site_key:
        return claim_ids
    encoded = claim_ids.dictionary_encode()
    hidden = [hide_claim_id(value, site_key) for value in encoded.dictionary.to_pylist()]
    return pa.array(hidden, pa.string()).take(encoded.indices)
