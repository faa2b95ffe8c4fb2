"""Changes, uses and exposures made by hand, for the rules of impact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from schema.changes import Change, ChangeKind, FieldChange, FieldClass, Successor, UpdateResult
from schema.claims import ClaimsSummary
from schema.impact import Exposure, Measure, UseHit
from schema.uses import Element, Form, InventoryUse, Match, UseCell
from tests.report_samples import make_change, make_record, make_result

NO_CLAIMS = ClaimsSummary(0, 0, None, None)
EFFECTIVE = date(2024, 10, 1)


def change_of(kind: ChangeKind, code: str, *fields: FieldChange, system: str = "hcpcs", **more: Any) -> Change:
    """A change of that kind with the records that its kind needs."""
    before, after = make_record(system, code, f"Title of {code}"), make_record(system, code, f"Title of {code}")
    has_before = kind not in (ChangeKind.NEW, ChangeKind.NEW_HEADER, ChangeKind.ADDED_AND_ENDED)
    has_after = kind not in (ChangeKind.DELETED, ChangeKind.GONE_HEADER, ChangeKind.PURGED)
    return make_change(kind, before if has_before else None, after if has_after else None, *fields, **more)


def field_of(field_class: FieldClass, name: str = "") -> FieldChange:
    """A changed field of that class."""
    names = {
        FieldClass.COVERAGE: "coverage",
        FieldClass.PAYMENT: "pricing_indicators",
        FieldClass.DESCRIPTOR: "long_descriptor",
        FieldClass.DISPLAY: "short_descriptor",
        FieldClass.COSMETIC: "long_descriptor",
    }
    return FieldChange(name or names.get(field_class, "statute"), field_class, "before", "after")


def cell_of(
    *elements: Element, system: str = "hcpcs", row: int = 2, is_expression: bool = True, is_list: bool | None = None
) -> UseCell:
    """A cell; a list where it has several elements."""
    several = len(elements) > 1 if is_list is None else is_list
    return UseCell(system, "codes", f"row {row}", elements, is_list=several, is_expression=is_expression)


def code_element(*codes: str) -> Element:
    """A code, or a code with its modifiers."""
    form = Form.CODE if len(codes) == 1 else Form.CODE_WITH_MODIFIERS
    return Element(form, "-".join(codes), codes)


def range_element(first: str, last: str) -> Element:
    """A range as it is written."""
    return Element(Form.RANGE, f"{first}-{last}", (first, last))


def wildcard_element(pattern: str) -> Element:
    """A wildcard as it is written."""
    return Element(Form.WILDCARD, pattern, (pattern,))


def use_of(
    *cells: UseCell, name: str = "a use", kind: str = "payer_rule", owner: str | None = "somebody"
) -> InventoryUse:
    """A use with these cells."""
    return InventoryUse(name, kind, owner, len(cells), cells, ())


def hit_of(match: Match = Match.EXACT, kind: str = "order_set", entry: str = "E0001", row: int = 2) -> UseHit:
    """A cell that holds a changed code."""
    return UseHit("a use", kind, "somebody", f"row {row}", "codes", entry, match)


def exposure_of(
    lines: int = 0, paid: object = 0, billed: object = 0, departments: dict[str | None, int] | None = None
) -> Exposure:
    """An exposure; every line is a claim of its own."""
    total = Measure(lines, lines, Decimal(str(billed)), Decimal(str(paid)), Decimal(str(paid)))
    return Exposure(total, by_department={name: Measure(count, count) for name, count in (departments or {}).items()})


def result_of(
    system: str, *changes: Change, successors: Mapping[str, tuple[Successor, ...]] | None = None, **more: Any
) -> UpdateResult:
    """An update with these changes that takes effect on `EFFECTIVE`."""
    return make_result(system, changes, successors=dict(successors or {}), current=EFFECTIVE, **more)
