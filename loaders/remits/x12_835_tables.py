"""The tables that oxedi makes of a remittance (835), and what is wrong with its structure.

Positions are those of the implementation guide 005010X221; 004010X091 has the same ones for what is read here.
Nothing of a patient is in the tables: names, member ids and the payer's claim numbers are left out of them.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import oxedi
import pyarrow as pa

from schema.errors import RemitsError

if TYPE_CHECKING:
    from oxedi import Diagnostic, Spec

# Claims of a chunk: as many transactions as this takes are worked on at once.
CLAIMS_PER_CHUNK = 32_768
# A file up to this size is parsed in one piece. It takes some seven times its size of memory.
WHOLE_BYTES = 64 << 20
MIA_REMARKS, MOA_REMARKS = (5, 20, 21, 22, 23), (3, 4, 5, 6, 7)
CLAIM_REMARKS = (*(f"mia_{element}" for element in MIA_REMARKS), *(f"moa_{element}" for element in MOA_REMARKS))
_GUIDES = ("005010X221", "004010X091")
_BLANKS = b" \t\r\n\x00"
_ISA_LENGTH, _TAIL = 106, 4096

_KEPT = {
    "payments": {"payer_name", "payment_date", "production_date", "total_payment_amount"},
    "claims": {"charge_amount", "claim_id", "claim_status", "payment_amount", "statement_from"},
    "services": {
        "charge_amount",
        "line_item_control_number",
        "payment_amount",
        "procedure_code",
        "procedure_qualifier",
        "service_date",
    },
    "adjustments": {"amount", "group_code", "reason_code"},
    "provider_adjustments": {"amount"},
}
_AMOUNTS = {
    "BPR": (2,),
    "CLP": (3, 4),
    "SVC": (2, 3),
    "CAS": (3, 6, 9, 12, 15, 18),
    "PLB": (4, 6, 8, 10, 12, 14),
}
_ADDED: dict[str, dict[str, Any]] = {
    "payments": {
        "transaction": {"segment": "ST", "element": 1},
        "guide": {"loop": "group", "segment": "GS", "element": 8},
    },
    "claims": {
        **{f"mia_{element}": {"segment": "MIA", "element": element} for element in MIA_REMARKS},
        **{f"moa_{element}": {"segment": "MOA", "element": element} for element in MOA_REMARKS},
    },
    "services": {
        **{f"modifier_{n}": {"segment": "SVC", "element": 1, "component": n + 2} for n in range(1, 5)},
        **{f"submitted_modifier_{n}": {"segment": "SVC", "element": 6, "component": n + 2} for n in range(1, 5)},
        "submitted_qualifier": {"segment": "SVC", "element": 6, "component": 1},
        "submitted_code": {"segment": "SVC", "element": 6, "component": 2},
        "period_start": {"segment": "DTM", "where": {"1": "150"}, "element": 2},
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tables:
    """Whole transactions: payments, claims, services, adjustments, remarks and provider adjustments.

    `row` numbers the rows of a table through the file, from 0; `payment`, `claim` and `service` name a row of
    another table by it. Text is bytes. `unbalanced` is the number of the first segment where oxedi's own sums of
    adjustments are off.
    """

    by_name: Mapping[str, pa.Table]
    unbalanced: int | None = None
    links: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What `loaders.remits.links` has worked out."""

    def __getitem__(self, name: str) -> pa.Table:
        return self.by_name[name]


def read_tables(data: bytes) -> Iterator[Tables]:
    """The tables of a remittance, some transactions at a time, in the order of the file.

    Raises RemitsError: before the first for what is no interchange, after the last for a wrong envelope or
    structure. So whoever acts on them has to have come to the end.
    """
    _check_ends(data)
    faults: dict[str, int] = {}
    waiting: list[dict[str, pa.Table]] = []
    claims, unbalanced = 0, None
    try:
        for tables, diagnostics in _read_batches(data):
            for diagnostic in diagnostics:
                number = (diagnostic.segment or 0) + 1
                if diagnostic.level == 3:
                    unbalanced = unbalanced or number
                elif diagnostic.level == 1 or diagnostic.kind == "OccurrenceOverMax":
                    faults.setdefault(_sort_fault(diagnostic), number)
            waiting.append({name: pa.table(tables[name]) for name in tables})
            claims += len(tables["claims"])
            if claims >= CLAIMS_PER_CHUNK:
                yield _join(waiting, unbalanced)
                waiting, claims = [], 0
    except oxedi.ParseError:  # its words quote the file
        raise refuse("its interchange header cannot be read") from None
    if waiting:
        yield _join(waiting, unbalanced)
    for name, reason in _EXPLAINED.items():
        if name in faults:
            raise refuse(reason, faults[name])


def _read_batches(data: bytes) -> Iterator[tuple[oxedi.Tables, Sequence[Diagnostic]]]:
    """The whole file at once when it is not large, which is quicker, else one transaction after the other."""
    if len(data) <= WHOLE_BYTES:
        result = oxedi.parse(data, spec=_spec())
        yield result.tables, result.diagnostics
    else:
        for batch in oxedi.stream(data, spec=_spec()):
            yield batch.tables, batch.diagnostics


def check_transactions(payments: pa.Table) -> tuple[str, int] | None:
    """The reason, and the number of the segment, when a transaction is no 835 of a guide that is known here."""
    columns = (payments.column(name).to_pylist() for name in ("transaction", "guide", "segment"))
    for kind, guide, segment in zip(*columns, strict=True):
        if (kind or b"").strip() != b"835":
            return "it holds another transaction than a remittance (835)", segment + 1
        if not (guide or b"").decode("latin-1").strip().startswith(_GUIDES):
            return "its remittances are neither of 005010X221 nor of 004010X091 by GS08", segment + 1
    return None


def refuse(reason: str, number: int | None = None) -> RemitsError:
    """The refusal of a whole file: only the reason, never a value, since any value may be a patient's."""
    return RemitsError("the 835 file is refused", f"segment {number}: {reason}" if number else reason)


# By what they say of the file, the most telling first: a file that is cut has many faults.
_EXPLAINED = {
    "UnterminatedLoop": "the file is cut off, or a transaction, group or interchange in it does not end",
    "ISA": "a group stands without an interchange around it",
    "ST": "a transaction begins without ST",
    "GS": "a group begins without GS",
    "UnknownSegment": "a segment stands where a remittance has none of its kind",
    "SE01": "SE01 does not tell the number of segments",
    "SE02": "SE02 is not the control number of its ST",
    "GE01": "GE01 does not tell the number of transactions",
    "GE02": "GE02 is not the control number of its GS",
    "IEA01": "IEA01 does not tell the number of groups",
    "IEA02": "IEA02 is not the control number of its ISA",
    "ControlElementMissing": "a trailer (SE, GE, IEA) lacks its count or its control number",
    "twice": "MIA or MOA stands twice in a claim",
    "other": "its structure is not that of a remittance",
}


def _sort_fault(diagnostic: Diagnostic) -> str:
    """The key of `_EXPLAINED`, or nothing for what does no harm."""
    if diagnostic.kind == "OccurrenceOverMax":
        return "twice" if re.search(r'\("(MIA|MOA)"\)', diagnostic.rule) else ""
    if diagnostic.kind == "ImplicitLoop":
        opened = re.match(r'loop "(\w+)"', diagnostic.rule)
        # Claims without an LX before them are as good.
        return {"2000": "", "transaction": "ST", "group": "GS", "interchange": "ISA"}.get(
            opened[1] if opened else "", "other"
        )
    if diagnostic.kind in ("ControlCountMismatch", "ControlNumberMismatch"):
        return diagnostic.rule.split(" ", 1)[0]
    return diagnostic.kind if diagnostic.kind in _EXPLAINED else "other"


def _check_ends(data: bytes) -> None:
    if data.startswith(b"ST"):
        raise refuse("it has no interchange around its transaction: it does not begin with ISA")
    if not data.startswith(b"ISA"):
        raise refuse("it does not begin with an interchange header (ISA)")
    if len(data) < _ISA_LENGTH:
        raise refuse("the file is cut off in the interchange header")
    terminator = data[_ISA_LENGTH - 1 : _ISA_LENGTH]
    end = data[-_TAIL:].rstrip(_BLANKS) or data.rstrip(_BLANKS)
    if terminator not in _BLANKS and not end.endswith(terminator):
        raise refuse("the file is cut off: its last segment does not end")


def _join(waiting: list[dict[str, pa.Table]], unbalanced: int | None) -> Tables:
    tables = {name: pa.concat_tables([some[name] for some in waiting]).combine_chunks() for name in waiting[0]}
    return Tables(tables, unbalanced)


@functools.cache
def _spec() -> Spec:
    """oxedi's 835 with the columns that are needed here, and no other."""
    builtin = json.loads(oxedi.Spec.builtin().to_json())
    tables: dict[str, Any] = {
        name: {
            "columns": {column: None for column in table["columns"] if column not in _KEPT[name]} | _ADDED.get(name, {})
        }
        for name, table in builtin["tables"].items()
    }
    tables["claims"]["phi_seed"] = None
    tables["remarks"] = {
        "columns": {"code_list": {"element": 1}, "code": {"element": 2}},
        "loops": ["2110"],
        "segment": "LQ",
    }
    scales = {name: {"elements": {str(n): {"scale": 4} for n in numbers}} for name, numbers in _AMOUNTS.items()}
    # Whether predeterminations belong to the total is not oxedi's question: see x12_835_balance.
    return oxedi.Spec.builtin().patch(
        {"tables": tables, "segments": scales, "balancing": {"transaction_balance": None}}
    )
