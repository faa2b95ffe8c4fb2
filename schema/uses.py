"""Code uses: the places in the organisation that hold codes, what a cell of them says, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

EntryForm = Literal["code", "expression"]

# What a column of a use may hold: codes of a system, or values that are inventoried beside them.
CODE_COLUMNS = ("icd10cm", "icd10pcs", "hcpcs")
VALUE_COLUMNS = ("place_of_service", "revenue_code", "status_indicator")


class Form(StrEnum):
    """What one element of a cell is."""

    CODE = "code"
    CODE_WITH_MODIFIERS = "code_with_modifiers"
    RANGE = "range"
    WILDCARD = "wildcard"


class Match(StrEnum):
    """How a cell holds a code; the order is from best to worst."""

    EXACT = "exact"
    LIST = "list"
    RANGE = "range"
    WILDCARD = "wildcard"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class UseSpec:
    """One `[[uses]]` of addenda.toml.

    `path` (CSV, workbook, Parquet; made absolute from the folder of the settings file) or `url` with
    `query` says where it is. `columns` maps what a column holds (`CODE_COLUMNS`, `VALUE_COLUMNS`) to the
    names of columns; `entries` says for a code system what its cells may hold, `code` where nothing is said.
    """

    name: str
    kind: str
    columns: Mapping[str, tuple[str, ...]]
    entries: Mapping[str, EntryForm]
    owner: str | None = None
    path: Path | None = None
    sheet: str | None = None
    # It may hold a password.
    url: str | None = field(default=None, repr=False)
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a cell.

    `text` is the element as written, blanks at its ends left out. `codes` are normalised: the code; the
    code and its modifiers; first and last code of a range; the pattern of a wildcard (`*` any number of
    characters, `?` one; a last `-` was made `*`).
    """

    form: Form
    text: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseCell:
    """One filled cell that holds at least one readable element.

    `system` is one of `CODE_COLUMNS` or `VALUE_COLUMNS`. `location` names sheet and row as a spreadsheet
    counts them (`sheet CDM, row 7`, `row 7`). `is_list`: more than one element is written in the cell.
    `is_expression`: the cell may hold expressions, so that in ICD a code stands for its longer codes too.
    """

    system: str
    column: str
    location: str
    elements: tuple[Element, ...]
    is_list: bool = False
    is_expression: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An element (or a whole cell) that is no code; `value` is as written, `reason` a sentence."""

    location: str
    value: str
    reason: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class InventoryUse:
    """One use as it was found. `entries` counts filled cells of its columns, readable or not."""

    name: str
    kind: str
    owner: str | None
    entries: int
    cells: tuple[UseCell, ...]
    unreadable: tuple[Unreadable, ...]
