"""The codes of the claims: who billed which code on which key date, and which were answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flows.watch.engine import Engine, asking
from schema.changes import ChangeKind
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, DIAGNOSIS_TYPE, PROCEDURE_TYPE, ClaimsPart
from schema.validity import Validity

if TYPE_CHECKING:
    import ibis

HCPCS, DIAGNOSES, PROCEDURES = "hcpcs", "icd10cm", "icd10pcs"
BASELINE_DAYS = 365
# A HCPCS modifier has two characters, a code five (CMS, HCPCS record layout).
MODIFIER_LENGTH = 2
MODIFIER_COLUMNS = tuple(f"hcpcs_modifier_{n}" for n in range(1, 6))
_ICD = {
    DIAGNOSES: (tuple(f"diagnosis_code_{n}" for n in range(1, 26)), "diagnosis_code_type", DIAGNOSIS_TYPE),
    PROCEDURES: (tuple(f"procedure_code_{n}" for n in range(1, 26)), "procedure_code_type", PROCEDURE_TYPE),
}
_DATES = ("claim_end_date", DATE_OF_SERVICE, DIAGNOSIS_DATE)
# The order of blame after what is not valid: what is new is known to the fewest.
INVALID, NEW, REVISED, OTHER = range(4)
_NEW_KINDS = (ChangeKind.NEW, ChangeKind.REINSTATED, ChangeKind.ADDED_AND_ENDED, ChangeKind.NEW_HEADER)
_RANKS = {**dict.fromkeys(_NEW_KINDS, NEW), ChangeKind.REVISED: REVISED, ChangeKind.REVISED_HEADER: REVISED}


@dataclass(frozen=True, slots=True)
class Changed:
    """What the watched updates say, as tables: `codes` (system, code, rank, first_date, last_date) and `known`
    (system, code); and by system the effective date and the changed modifiers."""

    codes: ibis.Table
    known: ibis.Table
    effective: Mapping[str, date]
    modifiers: tuple[str, ...]

    def find_period(self, system: ibis.Value, key_date: ibis.Value) -> ibis.Value:
        """True on or after the effective date, False in the 365 days before, else null."""
        import ibis

        cases = []
        for name, day in sorted(self.effective.items()):
            cases.append(((system == name) & (key_date >= day), True))
            cases.append(((system == name) & (key_date >= day - timedelta(BASELINE_DAYS)), False))
        return ibis.cases(*cases, else_=ibis.null("boolean"))


def tabulate_changes(validity: Validity, effective: Mapping[str, date]) -> Changed:
    """The validity of codes as tables to join with."""
    import ibis
    import pyarrow as pa

    found = [entry for _, entry in sorted(validity.codes.items())]
    codes = pa.table(
        {
            "system": pa.array([entry.system for entry in found], pa.string()),
            "code": pa.array([entry.code for entry in found], pa.string()),
            "rank": pa.array([_RANKS.get(ChangeKind(entry.kind), OTHER) for entry in found], pa.int8()),
            "first_date": pa.array([entry.first_date for entry in found], pa.date32()),
            "last_date": pa.array([entry.last_date for entry in found], pa.date32()),
        }
    )
    pairs = [(system, code) for system in sorted(validity.known) for code in sorted(validity.known[system])]
    known = pa.table(
        {name: pa.array([pair[place] for pair in pairs], pa.string()) for place, name in enumerate(("system", "code"))}
    )
    modifiers = (code for system, code in sorted(validity.codes) if system == HCPCS and len(code) == MODIFIER_LENGTH)
    return Changed(ibis.memtable(codes), ibis.memtable(known), effective, tuple(modifiers))


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims received by the day of the report: `claims` (claim_id, payer, end_date), one row each; `lines` of
    these and later ones, with `line_number` as text; and the columns of each system that hold anything."""

    claims: ibis.Table
    lines: ibis.Table
    columns: Mapping[str, Sequence[str]]
    modifiers: Sequence[str]

    def find_lines(self, ids: ibis.Table) -> ibis.Table:
        """The lines of the claims with these ids, with `end_date` of the claim."""
        ends = self.claims.semi_join(ids, "claim_id").select("claim_id", "end_date")
        return self.lines.inner_join(ends, "claim_id")


def read_claims(engine: Engine, parts: Sequence[ClaimsPart], as_of: date) -> Claims:
    """The claims whose end date, the greatest of their lines', is not after `as_of`. A line without a
    claim_end_date ends on the later of its key dates. The payer is the first of the lines' by name."""
    import ibis
    import pyarrow as pa

    filled = _find_filled_columns(parts)
    modifiers = [name for name in MODIFIER_COLUMNS if name in filled]
    columns = {HCPCS: ["hcpcs_code"]}
    for system, (names, kind, _) in _ICD.items():
        columns[system] = [name for name in names if name in filled and kind in filled]
    kinds = [kind for system, (_, kind, _) in _ICD.items() if columns[system]]
    texts = ["claim_id", "payer", *modifiers, *(name for names in columns.values() for name in names), *kinds]
    schema = pa.schema([*((name, pa.string()) for name in texts), *((name, pa.date32()) for name in _DATES)])
    schema = schema.append(pa.field("claim_line_number", pa.int32()))
    read = engine.read_parquet([part.path for part in parts], schema)
    end = ibis.coalesce(read.claim_end_date, ibis.greatest(read[DATE_OF_SERVICE], read[DIAGNOSIS_DATE]))
    claims = read.group_by("claim_id").aggregate(payer=read.payer.nullif("").min(), end_date=end.max())
    lines = read.select(
        *(name for name in schema.names if name not in ("payer", "claim_line_number", "claim_end_date")),
        line_number=read.claim_line_number.cast("string"),
    )
    return Claims(engine.keep(claims.filter(claims.end_date <= as_of), "claims"), lines, columns, modifiers)


def list_codes(claims: Claims, lines: ibis.Table, system: str, keep: Sequence[str]) -> ibis.Table:
    """One row for each code of a system on each of these lines: the columns to keep, `system`, `code`,
    `key_date` and `position` (from 0). A system without a filled column has none."""
    import ibis

    names = claims.columns[system]
    if system != HCPCS and names:
        kind, value = _ICD[system][1:]
        lines = lines.filter(lines[kind].strip().lower() == value)
    key_date = lines[DATE_OF_SERVICE if system == HCPCS else DIAGNOSIS_DATE]
    if not names:
        lines, names = lines.filter(ibis.literal(False)), ["claim_id"]
    places = ibis.array([ibis.struct({"code": lines[name].nullif(""), "position": n}) for n, name in enumerate(names)])
    each = lines.select(*keep, key_date=key_date, place=places.unnest())
    each = each.mutate(code=each.place["code"], position=each.place["position"], system=ibis.literal(system))
    return each.filter(each.code.notnull()).drop("place")


def list_modifiers(changed: Changed, lines: ibis.Table, names: Sequence[str], keep: Sequence[str]) -> ibis.Table:
    """As `list_codes`, for the modifiers that changed."""
    import ibis

    names = names if changed.modifiers else []
    found = [lines.filter(lines[name].isin(changed.modifiers)).select(
        *keep, key_date=lines[DATE_OF_SERVICE], code=lines[name], position=ibis.literal(9, "int8"),
        system=ibis.literal(HCPCS),
    ) for name in names]  # fmt: skip
    if not found:
        nothing = lines.filter(ibis.literal(False))
        return nothing.select(
            *keep, key_date=lines[DATE_OF_SERVICE], code=lines.claim_id, position=ibis.literal(9, "int8"),
            system=ibis.literal(HCPCS),
        )  # fmt: skip
    return ibis.union(*found) if len(found) > 1 else found[0]


def _find_filled_columns(parts: Sequence[ClaimsPart]) -> frozenset[str]:
    """The columns that hold anything but null in any of the files, by their statistics. Raises WatchError."""
    import pyarrow.parquet as pq

    filled: set[str] = set()
    for part in parts:
        with asking():
            metadata = pq.read_metadata(part.path)
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group)
            for number in range(metadata.num_columns):
                column = rows.column(number)
                statistics = column.statistics
                is_told = statistics is not None and statistics.has_null_count
                if not (is_told and statistics.null_count == rows.num_rows):
                    filled.add(column.path_in_schema)
    return frozenset(filled)
