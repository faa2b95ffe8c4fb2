"""The work list: claims to correct, resubmit or appeal, as CSV and as a workbook. Claim ids only."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flows.report.data import render_rows
from flows.report.sheets import CellValue, Column, SheetContent, render_workbook
from flows.report.visible import make_printable
from flows.report.watch.model import Dashboard, ItemRow, Signal
from flows.report.watch.wording import (
    ALL_PAYERS,
    CATEGORY_TITLES,
    FAULT_SENTENCES,
    FAULT_TITLES,
    STATUS_MEANINGS,
    STATUS_TITLES,
    why_text,
)
from schema.systems import display_code, get_system
from schema.watch import WatchReport, WorkItem

WORK_COLUMNS = (
    "action",
    "claim_id",
    "payer",
    "system",
    "code",
    "category",
    "fault",
    "denied_amount",
    "received_date",
    "evidence",
    "release",
    "release_digest",
    "record_digest",
)


def sort_work(report: WatchReport) -> tuple[WorkItem, ...]:
    """The claims in the order of both files: by action, payer and code, most dollars first."""
    return tuple(
        sorted(
            report.work,
            key=lambda w: (w.action, w.payer or "", w.system, w.code, -w.denied_amount, w.claim_id, w.category.value),
        )
    )


def render_work_csv(report: WatchReport) -> str:
    """`WORK_COLUMNS` for each claim and code; dates ISO, dollars with their cents, runnable cells disarmed."""
    return render_rows(WORK_COLUMNS, _csv_rows(report))


def _csv_rows(report: WatchReport) -> Iterator[tuple[str, ...]]:
    for work in sort_work(report):
        evidence = work.evidence
        row = (
            work.action,
            work.claim_id,
            work.payer or "",
            work.system,
            work.code,
            work.category.value,
            work.fault.value,
            f"{work.denied_amount:.2f}",
            work.received_date.isoformat(),
            evidence.sentence if evidence else "",
            evidence.release if evidence else "",
            evidence.release_digest if evidence else "",
            (evidence.record_digest or "") if evidence else "",
        )
        yield tuple(map(make_printable, row))


def build_work_workbook(report: WatchReport, dashboard: Dashboard) -> bytes:
    """The .xlsx file: the claims first, then every item with its figures. Equal reports give equal bytes."""
    sheets = (_work_sheet(report), _item_sheet(dashboard), _about_sheet(dashboard))
    return render_workbook(sheets, f"Denial watch: {dashboard.title}", dashboard.as_of)


def _work_sheet(report: WatchReport) -> SheetContent:
    columns = (
        Column("Done", 7),
        Column("Action", 11),
        Column("Claim", 26),
        Column("Payer", 30),
        Column("System", 16),
        Column("Code", 11),
        Column("Denied as", 18),
        Column("Whose fault", 24),
        Column("Denied", 13),
        Column("Received", 12),
        Column("Evidence", 60),
        Column("Release", 24),
        Column("Release digest", 30),
        Column("Record digest", 30),
        Column("By whom", 16),
        Column("Note", 30),
    )
    rows = tuple(
        (
            None,
            work.action.capitalize(),
            work.claim_id,
            work.payer,
            get_system(work.system).title,
            display_code(work.system, work.code),
            CATEGORY_TITLES[work.category],
            FAULT_TITLES[work.fault],
            work.denied_amount,
            work.received_date,
            work.evidence.sentence if work.evidence else None,
            work.evidence.release if work.evidence else None,
            work.evidence.release_digest if work.evidence else None,
            work.evidence.record_digest if work.evidence else None,
            None,
            None,
        )
        for work in sort_work(report)
    )
    return SheetContent("Work list", columns, rows)


def _item_sheet(dashboard: Dashboard) -> SheetContent:
    columns = (
        Column("Status", 16),
        Column("Since", 12),
        Column("System", 16),
        Column("Code", 11),
        Column("Change", 14),
        Column("Denied as", 18),
        Column("Payer", 30),
        Column("Whose fault", 24),
        Column("Billed", 9),
        Column("Decided", 9),
        Column("Denied", 9),
        Column("Rejected", 9),
        Column("Expected", 10),
        Column("Chance up to", 10),
        Column("Rate before, %", 10),
        Column("Rate, %", 10),
        Column("Denied, dollars", 13),
        Column("Recovered, dollars", 13),
        Column("Why", 70),
        Column("Watched", 9),
    )
    signals = [*(signal for found in dashboard.signals.values() for signal in found), *dashboard.unwatched]
    rows = tuple(_item_cells(signal, row) for signal in signals for row in signal.rows)
    return SheetContent("Items", columns, rows)


def _item_cells(signal: Signal, row: ItemRow) -> tuple[CellValue, ...]:
    item = row.item
    return (
        STATUS_TITLES[item.status],
        item.first_alarm_date,
        signal.system_title,
        signal.code,
        signal.kind,
        CATEGORY_TITLES[item.category],
        item.payer if item.payer is not None else ALL_PAYERS,
        FAULT_TITLES[item.fault],
        item.billed_claims,
        item.adjudicated_claims,
        item.denied_claims,
        item.rejected_claims,
        Decimal(f"{item.expected:.2f}"),
        item.high,
        _percent(item.baseline_rate),
        _percent(item.rate),
        item.denied_amount,
        item.recovered_amount,
        why_text(item),
        "yes" if item.is_watched else "no",
    )


def _percent(rate: float | None) -> Decimal | None:
    return None if rate is None else Decimal(f"{100 * rate:.2f}")


def _about_sheet(dashboard: Dashboard) -> SheetContent:
    rows: tuple[tuple[CellValue, ...], ...] = (
        ("What this is", "Denials and rejections since the effective date, and the claims to do something about"),
        ("As of", dashboard.as_of),
        *(("Release", f"{day.system_title} {day.release.label} ({day.release})") for day in dashboard.releases),
        ("State", dashboard.lead),
        ("Table of denial codes", dashboard.table_version),
        ("SHA-256 of watch.json", dashboard.digest),
        *((STATUS_TITLES[status], meaning) for status, meaning in STATUS_MEANINGS.items()),
        *((FAULT_TITLES[fault], sentence) for fault, sentence in FAULT_SENTENCES.items()),
    )
    return SheetContent("About", (Column("What", 28), Column("Value", 96)), rows)
