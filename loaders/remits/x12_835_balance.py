"""Whether the amounts of a remittance add up, exactly, and whether every one is there.

The rules are those of the implementation guide (005010X221, 1.10.2.1): the adjustments of a line are its charge
minus its payment; those of a claim and its lines its charge minus its payment; and the total is what was paid
for the claims minus the provider's adjustments.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from loaders.remits.arrays import SUM, count_ten_thousandths, first_true, sum_by, sum_runs
from loaders.remits.layout import MONEY
from loaders.remits.links import find_positions, link
from loaders.remits.x12_835_tables import Tables

PREDETERMINATION = "25"
"""CLP02 of what would be paid: no payment."""
# So that thousands of amounts of a claim add up in range.
_LIMIT = pa.scalar(10**11, pa.decimal128(38, 4))

Fault = tuple[str, int]
"""The reason, and the number of the segment (from 1)."""


def find_fault(tables: Tables) -> Fault | None:
    """The first fault in amounts and what they belong to; None where all is right."""
    for name, columns in _NEEDED.items():
        for column, reason in columns.items():
            position = first_true(_is_missing(_column(tables, name, column)))
            if position is not None:
                return _locate(tables[name], position, reason)
    for check in (_check_dates, _check_references, _check_sizes, _check_codes, _check_sums):
        for table, mask, reason in check(tables):
            position = first_true(pc.fill_null(mask, False))
            if position is not None:
                return _locate(table, position, reason)
    if tables.unbalanced is not None:
        return "the adjustments (CAS) do not add up to charge minus payment", tables.unbalanced
    return None


_NO_AMOUNT = "is no amount with up to 4 decimals"
_NEEDED = {
    "payments": {"total_payment_amount": f"BPR02 {_NO_AMOUNT}"},
    "claims": {
        "claim_id": "CLP01 holds no claim id",
        "claim_status": "CLP02 holds no status",
        "charge_amount": f"CLP03 {_NO_AMOUNT}",
        "payment_amount": f"CLP04 {_NO_AMOUNT}",
    },
    "services": {
        "procedure_code": "SVC01 holds no code after its qualifier and the component separator that ISA16 names",
        "charge_amount": f"SVC02 {_NO_AMOUNT}",
        "payment_amount": f"SVC03 {_NO_AMOUNT}",
    },
    "adjustments": {
        "group_code": "an adjustment (CAS) has no group",
        "reason_code": "an adjustment (CAS) has no reason",
        "amount": f"the amount of an adjustment (CAS) {_NO_AMOUNT}",
    },
    "provider_adjustments": {"amount": f"the amount of a provider's adjustment (PLB) {_NO_AMOUNT}"},
}
_AMOUNTS = (
    ("payments", "total_payment_amount"),
    ("claims", "charge_amount"),
    ("claims", "payment_amount"),
    ("services", "charge_amount"),
    ("services", "payment_amount"),
    ("adjustments", "amount"),
    ("provider_adjustments", "amount"),
)
_Checks = Iterator[tuple[pa.Table, pa.Array, str]]


def _locate(table: pa.Table, position: int, reason: str) -> Fault:
    return reason, (table.column("segment")[position].as_py() or 0) + 1


def _column(tables: Tables, name: str, column: str) -> pa.Array:
    return tables[name].column(column).combine_chunks()


def _money(tables: Tables, name: str, column: str) -> pa.Array:
    return _column(tables, name, column).cast(MONEY)


def _is_missing(column: pa.Array) -> pa.Array:
    if not pa.types.is_binary(column.type):
        return column.is_null()
    return pc.equal(pc.binary_length(pc.utf8_trim_whitespace(pc.fill_null(column, b"").cast(pa.string()))), 0)


def _check_references(tables: Tables) -> _Checks:
    for name, parent in (
        ("claims", "payment"),
        ("provider_adjustments", "payment"),
        ("services", "claim"),
        ("adjustments", "claim"),
    ):
        yield tables[name], pc.is_null(_column(tables, name, parent)), "it stands outside of what it belongs to"


def _check_dates(tables: Tables) -> _Checks:
    payments = tables["payments"]
    has_none = pc.and_(*(pc.is_null(_column(tables, "payments", name)) for name in ("production_date", "payment_date")))
    yield payments, has_none, "neither DTM*405 nor BPR16 holds a date"


def _check_sizes(tables: Tables) -> _Checks:
    for name, column in _AMOUNTS:
        size = pc.abs(_column(tables, name, column).cast(pa.decimal128(38, 4)))
        yield tables[name], pc.greater_equal(size, _LIMIT), "an amount has more than 11 digits before its point"


def _check_codes(tables: Tables) -> _Checks:
    services = tables["services"]
    for column, code, element in (
        ("procedure_qualifier", "procedure_code", "SVC01"),
        ("submitted_qualifier", "submitted_code", "SVC06"),
    ):
        qualifier = _column(tables, "services", column)
        length = pc.binary_length(pc.fill_null(qualifier, b""))
        has_no_code = _is_missing(_column(tables, "services", code))
        is_given = pc.or_(pc.greater(length, 0), pc.invert(has_no_code))
        is_wrong = pc.or_(pc.not_equal(length, 2), has_no_code)
        reason = f"{element} is not a qualifier and a code with the component separator between them that ISA16 names"
        yield services, pc.and_(is_given, is_wrong), reason


def _check_sums(tables: Tables) -> _Checks:
    """In ten-thousandths of a dollar."""
    claims, services = tables["claims"], tables["services"]
    lines = link(tables, "services", "claim")
    charge, line_charge = (_whole(table, "charge_amount") for table in (claims, services))
    paid, line_paid = (_whole(table, "payment_amount") for table in (claims, services))
    of_lines, own = (link(tables, "adjustments", parent) for parent in ("service", "claim"))
    line_adjusted = sum_runs(_whole(of_lines.rows, "amount"), of_lines.starts)
    reason = "the adjustments of the line are not its charge minus its payment"
    yield services, pc.not_equal(pc.subtract(line_charge, line_paid), line_adjusted), reason
    adjusted = pc.add(sum_runs(_whole(own.rows, "amount"), own.starts), sum_runs(line_adjusted, lines.starts))
    reason = "the adjustments of the claim and its lines are not its charge minus its payment"
    yield claims, pc.not_equal(pc.subtract(charge, paid), adjusted), reason
    is_off = pc.not_equal(sum_runs(line_charge, lines.starts), charge)
    yield claims, pc.and_(pc.greater(lines.counts, 0), is_off), "the charges of the lines do not add up to the claim's"
    reason = "BPR02 is not what was paid for the claims minus the provider's adjustments"
    yield tables["payments"], _find_wrong_totals(tables), reason


def _whole(table: pa.Table, column: str) -> pa.Array:
    return count_ten_thousandths(table.column(column).combine_chunks().cast(MONEY))


def _find_wrong_totals(tables: Tables) -> pa.Array:
    """Transactions whose total is another one, with predeterminations counted or without them."""
    number = tables["payments"].num_rows
    total = _money(tables, "payments", "total_payment_amount").cast(SUM)
    paid = _money(tables, "claims", "payment_amount")
    provider = tables["provider_adjustments"]
    given = _money(tables, "provider_adjustments", "amount")
    withheld = sum_by(find_positions(provider, tables, "payment"), given, number)
    parents = find_positions(tables["claims"], tables, "payment")
    status = pc.utf8_trim_whitespace(_column(tables, "claims", "claim_status").cast(pa.string()))
    is_paid = pc.not_equal(status, PREDETERMINATION)
    wrong = [
        pc.not_equal(pc.subtract(sums, withheld).cast(SUM), total)
        for sums in (sum_by(parents, paid, number), sum_by(parents.filter(is_paid), paid.filter(is_paid), number))
    ]
    return pc.and_(*wrong)
