"""The columns that the surveillance model reads, as arrays of numbers.

A table is a `pyarrow.Table` or a mapping of column name to array (a list will do). Days are dates; more columns
than named here are ignored. What the tables hold:

- `billed`: system, code, payer, end_date, is_after, claims: how many claims carry the code, by the end date of the
  claim. `is_after` says that the key date is on or after the effective date.
- `adjudicated`: the same columns: claims that a remittance has answered (paid or denied).
- `denied`: system, code, payer, category, end_date, received_date, is_after, is_rejection, claims, amount, and
  optionally is_standing. One claim counts once for a code and a category: as a denial, or as a rejection when no
  remittance denied it. `received_date` is the *first* day on which it was denied or rejected. `is_standing` is false
  when a later remittance has taken the denial back; such a claim is evidence that the payer did deny it, and is not
  among the denied claims of the figures. Without the column every denial stands.
- `invalid_billed`: system, code, payer, end_date, claims: claims whose code was not valid on its key date by our table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from schema.remits import Category

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Table: TypeAlias = pa.Table | Mapping[str, Any]

EPOCH = date(1970, 1, 1)
CATEGORIES: tuple[Category, ...] = tuple(Category)


@dataclass(slots=True)
class Names:
    """Numbers for systems, payers, codes and the pairs of code and payer (series), given as they are seen."""

    systems: dict[str, int] = field(default_factory=dict)
    payers: dict[str, int] = field(default_factory=dict)
    codes: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """One table: for each row its numbers. `end` and `received` are days since 1970-01-01, `amount` is in
    ten-thousandths of a dollar (whole numbers: sums are exact)."""

    system: Ints
    payer: Ints
    code: Ints
    end: Ints
    claims: Floats
    is_after: Flags
    category: Ints
    received: Ints
    is_rejection: Flags
    is_standing: Flags
    amount: Floats

    def keep(self, chosen: Flags) -> Rows:
        """The chosen rows."""
        return Rows(*(getattr(self, name)[chosen] for name in Rows.__slots__))


@dataclass(frozen=True, slots=True)
class Series:
    """The pairs of code and payer that the tables name, in order of their keys."""

    keys: Ints
    code: Ints
    payer: Ints
    system: Ints
    payers: int

    @property
    def count(self) -> int:
        return len(self.keys)

    def place(self, rows: Rows) -> Ints:
        """The series of each row."""
        import numpy as np

        return np.searchsorted(self.keys, rows.code * self.payers + rows.payer)


def read_rows(table: Table, names: Names) -> Rows:
    """The rows of a table in numbers; `names` learns what it has not seen. A payer that is null is the name ''."""
    import numpy as np

    system, systems = _number(table, "system")
    payer, payers = _number(table, "payer")
    code, codes = _number(table, "code")
    count = len(system)
    of_system = np.array([names.systems.setdefault(s, len(names.systems)) for s in systems], dtype=np.int64)
    of_payer = np.array([names.payers.setdefault(p, len(names.payers)) for p in payers], dtype=np.int64)
    pairs, inverse = np.unique(system * max(1, len(codes)) + code, return_inverse=True)
    of_pair = [
        names.codes.setdefault((systems[int(p) // len(codes)], codes[int(p) % len(codes)]), len(names.codes))
        for p in pairs
    ]
    end = _days(table, "end_date")
    return Rows(
        system=of_system[system] if count else system,
        payer=of_payer[payer] if count else payer,
        code=np.array(of_pair, dtype=np.int64)[inverse] if count else code,
        end=end,
        claims=_plain(table, "claims", np.float64, count, 1.0),
        is_after=_plain(table, "is_after", np.bool_, count, True),
        category=_categories(table, count),
        received=_days(table, "received_date") if _has(table, "received_date") else end,
        is_rejection=_plain(table, "is_rejection", np.bool_, count, False),
        is_standing=_plain(table, "is_standing", np.bool_, count, True),
        amount=np.rint(_plain(table, "amount", np.float64, count, 0.0) * 10_000),
    )


def _has(table: Table, name: str) -> bool:
    return name in (table if isinstance(table, Mapping) else table.column_names)


def _column(table: Table, name: str) -> Any:
    import pyarrow as pa

    column = pa.array(table[name]) if isinstance(table, Mapping) else table[name]
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _number(table: Table, name: str) -> tuple[Ints, Sequence[str]]:
    """Each row's number in the list of different texts, and that list."""
    import numpy as np
    import pyarrow as pa

    column = _column(table, name)
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode(null_encoding="encode")
    texts = ["" if text is None else str(text) for text in column.dictionary.to_pylist()]
    if column.indices.null_count:
        texts.append("")
    numbers = column.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    return numbers.astype(np.int64), texts


def _categories(table: Table, count: int) -> Ints:
    import numpy as np

    if not _has(table, "category"):
        return np.zeros(count, dtype=np.int64)
    numbers, texts = _number(table, "category")
    places = {str(category): place for place, category in enumerate(CATEGORIES)}
    return np.array([places[text] for text in texts], dtype=np.int64)[numbers] if count else numbers


def _days(table: Table, name: str) -> Ints:
    import numpy as np
    import pyarrow as pa

    column = _column(table, name).cast(pa.date32()).cast(pa.int32())
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(np.int64)


def _plain(table: Table, name: str, kind: Any, count: int, default: float | bool) -> Any:
    import numpy as np

    if not _has(table, name):
        return np.full(count, default, dtype=kind)
    column = _column(table, name)
    if kind is np.float64:
        import pyarrow as pa

        column = column.cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(kind)


def tally(place: Ints, values: Any, size: int) -> Floats:
    """The sum of the values at each place, `[size]`."""
    import numpy as np

    return np.bincount(place, weights=values, minlength=size).astype(np.float64, copy=False)


def sum_by(place: Ints, values: Floats, size: int) -> Floats:
    """The sum of the rows `[n, categories]` at each place, `[size, categories]`."""
    import numpy as np

    return np.stack([tally(place, values[:, c], size) for c in range(values.shape[1])], axis=1)
