"""Impacts made by hand for the report and the packets: an ordinary one, and one whose every text means harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from schema.changes import Change, Successor, UpdateResult
from schema.claims import ClaimsSummary
from schema.impact import Exposure, Impact, ImpactItem, Measure, Move, Priority, Task, Training, UseHit
from schema.uses import InventoryUse, Match, Unreadable
from tests.report_samples import (
    ARABIC,
    CONTROLS,
    FORMULA,
    SCRIPT,
    SURROGATE,
    UNBROKEN,
    crowded_result,
    diagnosis_result,
    supply_result,
)

AS_OF = date(2024, 8, 14)
SOON, LATER, PAST = date(2024, 9, 1), date(2024, 9, 17), date(2024, 8, 1)
CLAIMS = ClaimsSummary(3, 1_000, date(2023, 1, 1), date(2024, 12, 31))
NO_CLAIMS = ClaimsSummary(0, 0, None, None)
BILLING, ONCOLOGY, NOBODY = "Revenue Integrity", "Cancer Center", None


def measure(lines: int, billed: str, paid: str) -> Measure:
    """Lines with their dollars; every line is a claim of its own."""
    return Measure(lines, lines, Decimal(billed), Decimal(paid), Decimal(paid))


def hit(
    use: str, owner: str | None, row: int, entry: str, match: Match = Match.EXACT, kind: str = "order_set"
) -> UseHit:
    """A cell of a use."""
    return UseHit(use, kind, owner, f"row {row}", "dx", entry, match)


def use(name: str, owner: str | None, *unreadable: Unreadable, entries: int = 100) -> InventoryUse:
    """A use as it was found."""
    return InventoryUse(name, "order_set", owner, entries, (), unreadable)


def change_of(result: UpdateResult, code: str) -> Change:
    """The change of a stored code."""
    return next(change for change in result.change_set.changes if change.code == code)


def diagnosis_impact() -> Impact:
    """C86.0 deleted, held and billed; Z99.8 deleted, spanned by a range alone; F98.21 revised, billed alone."""
    result = diagnosis_result()
    oncology, radiology = measure(120, "90000.50", "40000.25"), measure(5, "1000.50", "500.25")
    lymphoma = Exposure(
        measure(125, "91001.00", "40500.50"),
        {"Medicare": measure(125, "91001.00", "40500.50")},
        {"Oncology": oncology, "Radiology": radiology},
        principal=measure(100, "80000.00", "35000.00"),
        secondary=measure(25, "11001.00", "5500.50"),
    )
    rumination = measure(9, "900.00", "450.49")
    items = (
        ImpactItem(
            change_of(result, "C860"),
            Priority.CRITICAL,
            ("deleted in a billing use", "deleted, large volume"),
            (
                hit("charge master", BILLING, 7, "C86.0", kind="charge_master"),
                hit("charge master", BILLING, 9, "c860", kind="charge_master"),
                hit("preference list", ONCOLOGY, 3, "C86.0"),
                hit("registry", NOBODY, 4, "C86.0", Match.LIST),
            ),
            lymphoma,
            (
                Successor("C8600", "conversion table", 1, "effective 2024-10-01", "Lymphoma, nasal, active"),
                Successor("C8601", "title likeness", 4, "", "Lymphoma, nasal, in remission"),
            ),
        ),
        ImpactItem(
            change_of(result, "Z998"),
            Priority.MEDIUM,
            ("deleted inside a rule",),
            (hit("registry", NOBODY, 5, "Z99.0-Z99.9", Match.RANGE),),
            Exposure(),
            (),
        ),
        ImpactItem(
            change_of(result, "F9821"),
            Priority.LOW,
            ("title",),
            (),
            Exposure(rumination, by_department={"Psychiatry": rumination, None: measure(1, "1.00", "0.50")}),
            (),
        ),
    )
    tasks = (
        Task(
            "C860",
            "Replace it",
            "It is deleted",
            BILLING,
            SOON,
            Priority.CRITICAL,
            "charge master",
            None,
            ("row 7", "row 9"),
        ),
        Task("C8600", "Add the new code", "It takes over", BILLING, LATER, Priority.MEDIUM, "charge master"),
        Task(
            "C860",
            "Replace it",
            "It is deleted",
            ONCOLOGY,
            PAST,
            Priority.CRITICAL,
            "preference list",
            None,
            ("row 3",),
        ),
        Task("C860", "Replace it", "It is deleted", NOBODY, LATER, Priority.CRITICAL, "registry", None, ("row 4",)),
        Task("C860", "Bill it no more", "It is deleted", None, SOON, Priority.HIGH, None, "Oncology"),
    )
    return Impact(
        "icd10cm",
        result.change_set.previous,
        result.change_set.current,
        date(2023, 10, 2),
        date(2024, 9, 30),
        items,
        (
            Move("C8600", {"C860": lymphoma.total}, False),
            Move("C8601", {"C860": lymphoma.total}, True),
        ),
        (
            Training(change_of(result, "C8600"), ("remission",), lymphoma.total, ("Oncology",)),
            Training(change_of(result, "QA00141"), ("subdivision",), Measure(), ()),
        ),
        tasks,
        (
            use("charge master", BILLING, Unreadable("row 12", "see note", "no code", "dx")),
            use("preference list", ONCOLOGY),
            use(
                "registry",
                NOBODY,
                Unreadable("row 1", "TBD", "no code", "dx"),
                Unreadable("row 2", "?", "no code", "dx"),
            ),
        ),
        CLAIMS,
        AS_OF,
    )


def hostile_impact() -> Impact:
    """Owners, uses, payers, departments and entries that are scripts, formulas, paths and control characters."""
    result = supply_result()
    texts = (
        SCRIPT,
        FORMULA,
        CONTROLS,
        UNBROKEN,
        ARABIC,
        SURROGATE,
        "../../etc/passwd",
        "CON",
        "",
        "@SUM(1)",
        "-1",
        "+1",
    )
    hits = tuple(
        UseHit(text, SCRIPT, text, f"sheet {SCRIPT}, row {row}", FORMULA, FORMULA, Match.WILDCARD)
        for row, text in enumerate(texts)
    )
    some = measure(3, "99999999999999.9999", "-12.50")
    exposure = Exposure(some, dict.fromkeys(texts, some), dict.fromkeys(texts, some), {SCRIPT: some}, {FORMULA: some})
    item = ImpactItem(
        change_of(result, "A0001"),
        Priority.CRITICAL,
        (SCRIPT,),
        hits,
        exposure,
        (Successor("99213", "title likeness", 1, SCRIPT, FORMULA),),
    )
    return Impact(
        "hcpcs",
        result.change_set.previous,
        result.change_set.current,
        date(2019, 1, 1),
        date(2019, 12, 31),
        (item, replace(item, change=change_of(result, "A1"), priority=Priority.LOW, exposure=Exposure())),
        (Move("J0001", {"A0001": some}, None), Move(SCRIPT, {SCRIPT: some}, False)),
        (Training(change_of(result, "L0001"), (SCRIPT, FORMULA), some, texts),),
        tuple(
            Task(
                "A0001",
                FORMULA,
                SCRIPT,
                text,
                date(2019, 12, 1),
                Priority.CRITICAL,
                text,
                department,
                (FORMULA, SCRIPT),
            )
            for text in texts
            for department in (None, text)
        ),
        tuple(
            InventoryUse(text, SCRIPT, text, 3, (), (Unreadable(SCRIPT, FORMULA, CONTROLS, SCRIPT),)) for text in texts
        ),
        CLAIMS,
        date(2020, 1, 1),
    )


def empty_impact() -> Impact:
    """Nobody named a use, and no claims are held."""
    impact = diagnosis_impact()
    return replace(impact, items=(), moves=(), training=(), tasks=(), inventory=(), claims=NO_CLAIMS)


def done_impact() -> Impact:
    """Uses were read, and none of them holds a deleted code any more."""
    impact = diagnosis_impact()
    return replace(impact, items=impact.items[2:], moves=(), training=(), tasks=())


def assessed(impact: Impact) -> UpdateResult:
    """The update of that impact."""
    base = diagnosis_result() if impact.system == "icd10cm" else supply_result()
    return replace(base, impact=impact)


def crowded_assessment() -> UpdateResult:
    """As much as the first page of a real release holds, with an impact."""
    return replace(crowded_result(), impact=diagnosis_impact())
