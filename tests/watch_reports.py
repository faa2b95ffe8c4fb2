"""Invented reports of the watch: believable, calm, hostile, and large."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from schema.releases import ReleaseId
from schema.remits import Category
from schema.watch import Evidence, Fault, Reason, Status, WatchEntry, WatchItem, WatchReport, WorkItem

EFFECTIVE = date(2025, 10, 1)
AS_OF = date(2025, 11, 12)
ICD = ReleaseId("icd10cm", EFFECTIVE, 1)
HCPCS = ReleaseId("hcpcs", EFFECTIVE, 1)
PAYERS = ("Meridian Health Plan", "State Medicaid", "Blue Harbor of Ohio", "Medicare Part B")
HOSTILE = "<script>alert(1)</script>\"'&=cmd|calc\x00\u202e"

# code, system, change, category, fault, claims a week, expected a week, denied a week at the worst payer, dollars
PLANTED = (
    ("G0136", HCPCS, "deleted", Category.INVALID_CODE, Fault.OURS, 14, 0.1, (3, 9, 11, 8, 2, 1), 212),
    ("J1836", HCPCS, "new", Category.INVALID_CODE, Fault.PAYER, 22, 0.6, (0, 2, 7, 12, 13, 4), 684),
    ("E1165", ICD, "revised", Category.MEDICAL_NECESSITY, Fault.UNKNOWN, 61, 2.1, (2, 3, 6, 9, 12, 5), 143),
    ("L8614", HCPCS, "revised", Category.AUTHORIZATION, Fault.UNKNOWN, 5, 0.3, (0, 1, 3, 3, 4, 2), 4_210),
    ("Q5103", HCPCS, "revised", Category.DOWNCODING, Fault.PAYER, 18, 0.4, (1, 4, 5, 6, 7, 2), 331),
    ("QA00141", ICD, "new", Category.INVALID_CODE, Fault.PAYER, 9, 0.3, (0, 2, 4, 5, 3, 1), 178),
    ("A4239", HCPCS, "revised", Category.NON_COVERED, Fault.UNKNOWN, 47, 1.9, (3, 6, 10, 11, 9, 4), 96),
)
QUIET_CODES = (
    ("G2211", HCPCS), ("J0178", HCPCS), ("E0486", HCPCS), ("A9276", HCPCS), ("I5032", ICD), ("M5450", ICD),
    ("Z7984", ICD), ("F1120", ICD),
)  # fmt: skip
TITLES = {
    ("hcpcs", "G0136"): "Social risk assessment, standardized, 5 to 15 minutes",
    ("hcpcs", "J1836"): "Injection, metronidazole, 10 mg",
    ("icd10cm", "E1165"): "Type 2 diabetes mellitus with hyperglycemia",
    ("hcpcs", "L8614"): "Cochlear device, includes all internal and external components",
    ("hcpcs", "Q5103"): "Injection, infliximab biosimilar, 10 mg",
    ("icd10cm", "QA00141"): "Neurodevelopmental disorder, gene related, with other manifestation",
    ("hcpcs", "A4239"): "Supply allowance for glucose monitor, non-adjunctive",
}
WEEKS = tuple(EFFECTIVE + timedelta(days=7 * number) for number in range(6))
# A claim of the last weeks has hardly been decided: what is expected falls towards the day of the report.
AGES = (1.0, 1.0, 0.95, 0.8, 0.5, 0.15)


def make_item(
    release: ReleaseId,
    code: str,
    payer: str | None,
    category: Category,
    observed: Sequence[int],
    expected: float,
    *,
    status: Status = Status.OK,
    fault: Fault = Fault.UNKNOWN,
    kind: str | None = "revised",
    billed: int = 100,
    dollars: int = 150,
    is_watched: bool = True,
    why: str = "",
) -> WatchItem:
    """One item whose figures fit each other; `expected` is that of a full week."""
    total = sum(observed)
    wanted = sum(expected * age for age in AGES[: len(observed)])
    rejected = total // 5 if category is Category.INVALID_CODE else 0
    decided = int(billed * 0.7)
    return WatchItem(
        system=release.system,
        code=code,
        payer=payer,
        category=category,
        change_kind=kind,
        status=status,
        fault=fault,
        first_alarm_date=EFFECTIVE + timedelta(days=24) if status is Status.ALARM else None,
        billed_claims=billed,
        adjudicated_claims=decided,
        denied_claims=total - rejected,
        rejected_claims=rejected,
        baseline_rate=round(expected / max(billed / 6, 1), 4),
        rate=round((total - rejected) / decided, 4) if decided else None,
        p_value=1e-7 if status is Status.ALARM else 0.4,
        q_value=3e-6 if status is Status.ALARM else 0.8,
        denied_amount=Decimal((total - rejected) * dollars) + (Decimal("0.50") if total else 0),
        recovered_amount=Decimal(total // 4 * dollars) if status is Status.ALARM else Decimal(0),
        expected=wanted,
        low=0,
        high=int(wanted + 2.6 * (wanted + 0.15 * wanted * wanted) ** 0.5) + 1,
        is_watched=is_watched,
        why=why,
        weeks=tuple((first, count, expected * age) for first, count, age in zip(WEEKS, observed, AGES, strict=False)),
    )


def make_evidence(release: ReleaseId, code: str, *, is_valid: bool) -> Evidence:
    """Why the code counted, or did not."""
    verb = "is" if is_valid else "is not"
    return Evidence(
        str(release),
        f"{random.Random(str(release)).getrandbits(256):064x}",
        f"{random.Random(code).getrandbits(256):064x}" if is_valid else None,
        f"{code} {verb} in force on the key dates of the claims by {release.label}.",
    )


def believable_report() -> WatchReport:
    """Some 60 items, seven signals in alarm and one that nobody watched."""
    chance = random.Random(5)
    items: list[WatchItem] = []
    work: list[WorkItem] = []
    evidence: dict[tuple[str, str], Evidence] = {}
    for number, (code, release, kind, category, fault, billed, expected, denied, dollars) in enumerate(PLANTED):
        if fault is not Fault.UNKNOWN:
            evidence[release.system, code] = make_evidence(release, code, is_valid=fault is Fault.PAYER)
        worst = PAYERS[number % len(PAYERS)]
        others = [payer for payer in PAYERS if payer != worst][: 2 + number % 2]
        quiet = {payer: [int(chance.random() < expected / 4) for _ in denied] for payer in others}
        together = [sum(week) for week in zip(denied, *quiet.values(), strict=True)]
        alarm = {"status": Status.ALARM, "fault": fault, "kind": kind, "dollars": dollars}
        why = (
            f"{sum(together)} claims with {code} were denied or rejected since October 1, where "
            f"{expected * sum(AGES) * 1.5:.1f} were expected; nearly all by {worst}."
        )
        items.append(
            make_item(release, code, None, category, together, expected * 1.5, billed=billed * 9, why=why, **alarm)  # type: ignore[arg-type]
        )
        items.append(make_item(release, code, worst, category, denied, expected, billed=billed * 6, **alarm))  # type: ignore[arg-type]
        items += [
            make_item(release, code, payer, category, weeks, expected / 4, billed=billed, kind=kind)
            for payer, weeks in quiet.items()
        ]
        if fault is not Fault.UNKNOWN:
            for claim in range(sum(denied) * 3 // 4):
                action = "appeal" if fault is Fault.PAYER else ("correct" if claim % 3 else "resubmit")
                work.append(
                    WorkItem(
                        f"C{number}{claim:05d}",
                        worst,
                        release.system,
                        code,
                        category,
                        fault,
                        action,
                        Decimal(dollars) + Decimal("0.25"),
                        EFFECTIVE + timedelta(days=20 + claim % 20),
                        evidence[release.system, code],
                    )
                )
    for number, (code, release) in enumerate(QUIET_CODES):
        for place, payer in enumerate((None, *PAYERS[: 2 + number % 2])):
            status = (Status.OK, Status.WATCH, Status.INSUFFICIENT, Status.OK)[number % 4]
            observed = [int(chance.random() * 2.2) if status is not Status.INSUFFICIENT else 0 for _ in WEEKS]
            category = list(Category)[number % 7]
            items.append(
                make_item(
                    release,
                    code,
                    payer,
                    category,
                    observed,
                    1.2 / (1 + place),
                    status=status,
                    billed=240 // (1 + place),
                )
            )
    items.append(
        make_item(
            HCPCS, "G0463", PAYERS[3], Category.BUNDLING, (1, 2, 8, 9, 10, 3), 1.1, status=Status.ALARM,
            kind=None, billed=310, is_watched=False, why="33 claims were denied as part of another service.",
        )
    )  # fmt: skip
    return WatchReport(
        as_of=AS_OF,
        current=(HCPCS, ICD),
        items=tuple(items),
        entries=tuple(make_entries(items)),
        work=tuple(work),
        evidence=evidence,
        trend=make_trend(),
        table_version="2026.1",
        titles=TITLES,
    )


def make_entries(items: Sequence[WatchItem]) -> list[WatchEntry]:
    """An entry for each watched code of the items."""
    entries = []
    codes = sorted({(item.system, item.code) for item in items if item.is_watched})
    for number, (system, code) in enumerate(codes):
        found = [item for item in items if (item.system, item.code) == (system, code)]
        reason = Reason.ADDED if number % 9 == 8 else list(Reason)[number % 7]
        entries.append(
            WatchEntry(
                system=system,
                code=code,
                payer=None,
                change_kind=found[0].change_kind,
                reasons=(reason, Reason.REVISED) if number % 5 == 0 else (reason,),
                categories=tuple(dict.fromkeys(item.category for item in found)),
                start_date=EFFECTIVE,
                end_date=EFFECTIVE + timedelta(days=60 if number % 3 else 90),
                current=ICD if system == "icd10cm" else HCPCS,
                dollars_at_risk=Decimal(1_000 * (number * 37 % 90)) + Decimal("0.75"),
                baseline_claims={item.payer: item.billed_claims * 8 for item in found},
                baseline_rate={item.payer: item.baseline_rate or 0.0 for item in found},
                owner=("Revenue integrity", "Pharmacy", None)[number % 3],
                note="added by M. Ruiz: the new prior authorization rule names it" if reason is Reason.ADDED else "",
            )
        )
    return entries


def make_trend() -> dict[str, dict[int, int]]:
    """Three years of each system; this one has more."""
    chance = random.Random(11)
    years = {"": (2.4, 43), "@2024-10-01": (1.1, 91), "@2023-10-01": (0.9, 91)}
    return {
        f"{system}{name}": {day: int(chance.random() * mean * 2) for day in range(days) if day > 4}
        for system in ("icd10cm", "hcpcs")
        for name, (mean, days) in years.items()
    }


def calm_report() -> WatchReport:
    """The same watch with nothing in alarm: every item as before."""
    report = believable_report()
    calm = tuple(
        replace(item, status=Status.OK if item.status is Status.ALARM else item.status, first_alarm_date=None)
        for item in report.items
        if item.is_watched
    )
    return replace(report, items=calm, work=(), evidence={})


def empty_report() -> WatchReport:
    """The first day: nothing was billed, nothing is watched."""
    return WatchReport(EFFECTIVE, (ICD,), (), (), (), {}, {}, "2026.1")


def late_report() -> WatchReport:
    """Day 95: all three days to close out are reached, and one alarm was closed."""
    report = believable_report()
    closed = {"J1836": Status.OK}
    items = tuple(replace(item, status=closed.get(item.code, item.status)) for item in report.items)
    return replace(report, items=items, as_of=EFFECTIVE + timedelta(days=95))


def hostile_report() -> WatchReport:
    """Names and texts that a page, a spreadsheet or a log could run or choke on."""
    report = believable_report()
    code, payer = "=1+1", HOSTILE
    item = replace(report.items[0], code=code, payer=payer, why=HOSTILE)
    long = replace(report.items[1], code="X" * 400, payer="Unbroken" * 60, why="wide" * 200)
    entry = replace(report.entries[0], code=code, payer=payer, owner=HOSTILE, note=HOSTILE)
    evidence = Evidence(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    work = replace(report.work[0], claim_id="=HYPERLINK(1)", payer="+1\r\n,@x", code=code, evidence=evidence)
    return replace(
        report,
        items=(item, long, *report.items[4:]),
        entries=(entry, *report.entries),
        work=(work, replace(work, claim_id=HOSTILE), *report.work),
        evidence={(item.system, code): evidence},
        titles={(item.system, code): HOSTILE},
        trend={"hcpcs": {0: 3}, "hcpcs@" + HOSTILE: {5: 2}},
        table_version=HOSTILE,
    )


def many_report(number: int) -> WatchReport:
    """About `number` items: mostly as before, few in alarm."""
    chance = random.Random(number)
    items = []
    for place in range(number // 5):
        code = f"{'EGJLQ'[place % 5]}{place % 10_000:04d}"
        status = Status.ALARM if place % 50 == 0 else chance.choice([Status.OK, Status.OK, Status.INSUFFICIENT])
        for payer in (None, *PAYERS):
            observed = [int(chance.random() * 3) for _ in range(6)]
            items.append(make_item(HCPCS, code, payer, list(Category)[place % 8], observed, 1.0, status=status))
    return replace(believable_report(), items=tuple(items), entries=tuple(make_entries(items)), work=(), evidence={})
