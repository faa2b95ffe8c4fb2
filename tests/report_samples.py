"""Update results made by hand: every kind of change of all three systems, and texts that mean harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from schema.changes import (
    Cause,
    Change,
    ChangeKind,
    ChangeSet,
    Difference,
    FieldChange,
    FieldClass,
    Reconciliation,
    Successor,
    UpdateResult,
)
from schema.contents import CheckResult, ReleaseInfo, SourceFile
from schema.records import CodeRecord, RecordKind
from schema.releases import ReleaseId

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = "=cmd|' /C calc'!A0"
CONTROLS = "nul \x00 bell \x07 escape \x1b override \u202etxet\u202c end \x9f"
LONG = "word " * 59 + "last!"
UNBROKEN = "W" * 300
ARABIC = "التهاب \u200fالكبد Ménière’s naïve"
SURROGATE = "half \ud83d of a sign"


def make_record(
    system: str, code: str, title: str, short: str = "", *, is_billable: bool | None = True, **more: Any
) -> CodeRecord:
    """A code, or a modifier where it has two characters."""
    kind: RecordKind = "modifier" if len(code) == 2 else "code"
    flag = None if system == "hcpcs" else is_billable
    return CodeRecord(system, kind, code, flag, short or title[:28], title, **more)


def make_change(
    kind: ChangeKind, before: CodeRecord | None, after: CodeRecord | None, *fields: FieldChange, **more: Any
) -> Change:
    """A change of one record."""
    record = after or before
    if record is None:
        raise ValueError("a change needs a record")
    return Change(record.code, record.kind, kind, before, after, fields=fields, **more)


def make_release(release_id: ReleaseId, *checks: CheckResult, codes: int = 74_260) -> ReleaseInfo:
    """A release that is held, with one source file."""
    digest = f"{release_id.effective_date:%Y%m%d}".ljust(64, "a")
    source = SourceFile(f"order {release_id.effective_date.year}.zip", digest, 2_145_678)
    loaded_at = datetime(2024, 8, 1, 12, tzinfo=UTC)
    return ReleaseInfo(release_id, loaded_at, digest, codes, 0, 0, "order.txt", [source], [], checks, False)


def make_result(
    system: str,
    changes: tuple[Change, ...],
    *,
    reconciliation: Reconciliation | None = None,
    successors: dict[str, tuple[Successor, ...]] | None = None,
    previous: date = date(2023, 10, 1),
    current: date = date(2024, 10, 1),
    as_of: date = date(2024, 8, 14),
    checks: tuple[CheckResult, ...] = (),
) -> UpdateResult:
    """An update from these changes; without a reconciliation it agrees."""
    ids = ReleaseId(system, previous, 1), ReleaseId(system, current, 1)
    change_set = ChangeSet(system, *ids, tuple(sorted(changes, key=lambda change: change.code)))
    counts = {"new": 1, "deleted": 1, "revised": 1}
    agrees = Reconciliation("order addenda addenda.txt", True, counts, counts, ())
    return UpdateResult(
        change_set,
        reconciliation or agrees,
        successors or {},
        make_release(ids[0], codes=74_044),
        make_release(ids[1], *checks),
        as_of,
    )


def revise(name: str, field_class: FieldClass, before: Any, after: Any) -> FieldChange:
    """One changed field."""
    return FieldChange(name, field_class, before, after)


def diagnosis_result() -> UpdateResult:
    """ICD-10-CM: every ICD kind, several chapters, a difference from the list, an overridden check."""

    def code(text: str, title: str, short: str = "", *, is_billable: bool = True) -> CodeRecord:
        return make_record("icd10cm", text, title, short or title, is_billable=is_billable)

    parent, parent_now = code("C860", "Lymphoma, nasal"), code("C860", "Lymphoma, nasal", is_billable=False)
    before, after = "Rumination  disorder of infancy", "Rumination disorder of infancy and childhood"
    long = revise("long_descriptor", FieldClass.DESCRIPTOR, before, after)
    blank = revise("long_descriptor", FieldClass.COSMETIC, "Body mass 19.9", "Body mass  19.9")
    changes = (
        make_change(ChangeKind.NEW, None, code("C8600", "Lymphoma, nasal, active"), cause=Cause.ABSENT),
        make_change(ChangeKind.NEW, None, code("C8601", "Lymphoma, nasal, in remission"), cause=Cause.ABSENT),
        make_change(ChangeKind.NEW, None, code("QA00141", "A category with two letters"), cause=Cause.ABSENT),
        make_change(ChangeKind.DELETED, parent, parent_now, cause=Cause.NOW_HEADER),
        make_change(ChangeKind.DELETED, code("Z998", "Gone"), None, cause=Cause.ABSENT),
        make_change(
            ChangeKind.REVISED,
            code("F9821", before),
            code("F9821", after),
            long,
            replace(long, name="short_descriptor", field_class=FieldClass.DISPLAY),
        ),
        make_change(
            ChangeKind.REVISED, code("Z681", "Body mass 19.9"), code("Z681", "Body mass  19.9", "Body mass 19.9"), blank
        ),
        make_change(ChangeKind.NEW_HEADER, None, code("C4A", "Merkel cell", is_billable=False), cause=Cause.ABSENT),
        make_change(ChangeKind.GONE_HEADER, code("C43", "Melanoma", is_billable=False), None, cause=Cause.ABSENT),
        make_change(
            ChangeKind.REVISED_HEADER,
            code("I26", "Embolism", is_billable=False),
            code("I26", "Lung embolism", is_billable=False),
            revise("long_descriptor", FieldClass.DESCRIPTOR, "Embolism", "Lung embolism"),
        ),
    )
    table, subdivision = "conversion table", "children"
    successors = {
        "C860": (
            Successor("C8601", subdivision, 2, "", "Lymphoma, nasal, in remission"),
            Successor("C8600", table, 1, "effective 2024-10-01", "Lymphoma, nasal, active"),
            Successor("C8600", subdivision, 2, "", "Lymphoma, nasal, active"),
        ),
        "C8600": (Successor("C860", table, 1, "effective 2024-10-01", "Lymphoma, nasal"),),
    }
    reconciliation = Reconciliation(
        "order addenda addenda.txt",
        False,
        {"new": 2, "deleted": 2, "revised": 1},
        {"new": 3, "deleted": 2, "revised": 2},
        (
            Difference("QA00141", "new here, not in the list", None),
            Difference("Z681", "revised here, not in the list", "white_space_only"),
        ),
        ("Its summary says it was made against order_2023.txt.",),
    )
    checks = (
        CheckResult("record_length", True, True, "10 records."),
        CheckResult("shrinkage", False, False, "0.4 % fewer codes.", "K. Osei: expected"),
    )
    return make_result(
        "icd10cm", changes, reconciliation=reconciliation, successors=successors, checks=checks, as_of=date(2024, 8, 14)
    )


def procedure_result() -> UpdateResult:
    """ICD-10-PCS: agrees with its list, already in force."""
    record = make_record("icd10pcs", "XW023X7", "Introduction of Tixagevimab", "Introduce Tixagev")
    other = make_record("icd10pcs", "02703T6", "Dilation of artery", is_billable=True)
    return make_result(
        "icd10pcs",
        (
            make_change(ChangeKind.NEW, None, record, cause=Cause.ABSENT),
            make_change(ChangeKind.DELETED, other, None, cause=Cause.ABSENT),
        ),
        as_of=date(2024, 10, 13),
    )


def supply_result() -> UpdateResult:
    """HCPCS: the kinds with dates, modifiers, and titles that mean harm."""

    def code(text: str, title: str, **more: Any) -> CodeRecord:
        return make_record("hcpcs", text, title, **more)

    ended = code("A0001", SCRIPT, termination_date=date(2019, 12, 31))
    changes = (
        make_change(ChangeKind.NEW, None, code("J0001", FORMULA), cause=Cause.ABSENT, starts_date=date(2020, 2, 1)),
        make_change(ChangeKind.NEW, None, code("A1", SCRIPT), cause=Cause.ABSENT, ends_date=date(2021, 12, 31)),
        make_change(ChangeKind.REINSTATED, code("G0001", CONTROLS), code("G0001", CONTROLS)),
        make_change(ChangeKind.NEW, None, code("S0001", UNBROKEN), cause=Cause.ABSENT),
        make_change(ChangeKind.DELETED, code("A0001", SCRIPT), ended, cause=Cause.TERMINATED, is_retroactive=True),
        make_change(
            ChangeKind.REVISED,
            code("E0100", "Cane", details={"coverage": "C"}),
            code("E0100", "Cane", details={"coverage": "D"}),
            revise("coverage", FieldClass.COVERAGE, "C", "D"),
            revise("pricing_indicators", FieldClass.PAYMENT, ["31", "32"], ["32", "36"]),
            revise("statute", FieldClass.ADMINISTRATIVE, None, "@SUM(1861)"),
            is_redefined=True,
        ),
        make_change(
            ChangeKind.REVISED,
            code("L0001", SURROGATE),
            code("L0001", SCRIPT),
            revise("long_descriptor", FieldClass.DESCRIPTOR, SURROGATE, SCRIPT),
        ),
        make_change(ChangeKind.ADDED_AND_ENDED, None, code("Q0001", LONG, termination_date=date(2019, 6, 30))),
        make_change(ChangeKind.PURGED, code("V0001", ARABIC, termination_date=date(2015, 12, 31)), None),
    )
    nothing = Difference("", f"no list came with this release {UNBROKEN}", "no_list")
    unlisted = Reconciliation("none", False, {}, {}, (nothing,), (UNBROKEN,))
    return make_result(
        "hcpcs",
        changes,
        reconciliation=unlisted,
        successors={"A0001": (Successor("99213", "cross reference", 1, SCRIPT, FORMULA),)},
        previous=date(2019, 1, 1),
        current=date(2020, 1, 1),
        as_of=date(2020, 1, 1),
        checks=(CheckResult(SCRIPT, True, True, UNBROKEN),),
    )


def many_result(count: int) -> UpdateResult:
    """A release in which this many PCS codes are new."""
    records = (
        make_record("icd10pcs", f"0{number:06d}", f"Procedure number {number} of artery") for number in range(count)
    )
    return make_result("icd10pcs", tuple(make_change(ChangeKind.NEW, None, r, cause=Cause.ABSENT) for r in records))


def crowded_result() -> UpdateResult:
    """As much as the first page of a real release holds: every chapter, twelve checks, four files, many sentences."""
    letters = "ACDEFGHIJKLMNOPQRSTVZU"
    changes = [
        make_change(
            ChangeKind.NEW, None, make_record("icd10cm", f"{letter}{rest}", f"Title {letter}"), cause=Cause.ABSENT
        )
        for letter in letters
        for rest in ("001", "991")
    ]
    result = diagnosis_result()
    every = {change.code: change for change in (*changes, *result.change_set.changes)}
    change_set = replace(result.change_set, changes=tuple(every[code] for code in sorted(every)))
    checks = [CheckResult(f"check_{n}", True, True, f"{n}7584 records read, every line in layout.") for n in range(12)]
    sources = [SourceFile(f"{n}-code-descriptions-tabular-order.zip", f"{n}" * 64, 2_000_000) for n in range(3)]
    return replace(result, change_set=change_set, current=replace(result.current, checks=checks, sources=sources))


ResultMaker = Callable[[], UpdateResult]

ALL_RESULTS: tuple[ResultMaker, ...] = (diagnosis_result, procedure_result, supply_result)
