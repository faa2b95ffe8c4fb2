"""The watch as JSON values, CSV and lines on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from flows.commands.common import print_table
from flows.report.data import render_rows
from flows.report.watch.document import describe_evidence, describe_figures
from schema.systems import display_code
from schema.watch import Status, WatchEntry, WatchItem, WatchReport

ITEM_COLUMNS = (
    "system", "code", "payer", "change_kind", "status", "category", "fault", "first_alarm_date", "billed_claims",
    "adjudicated_claims", "denied_claims", "rejected_claims", "baseline_rate", "rate", "p_value", "q_value",
    "denied_amount", "recovered_amount", "expected", "low", "high", "is_watched", "why",
)  # fmt: skip
_ALL = "all payers"
_MOST_LINES = 200


def describe_report(report: WatchReport) -> dict[str, Any]:
    """The report as JSON values: every item, the releases that are watched, and the numbers of entries and of
    claims in the work list. Amounts are numbers, exact to the cent."""
    return {
        "as_of": report.as_of.isoformat(),
        "items": [_describe_item(item, report) for item in report.items],
        "current": [str(release) for release in report.current],
        "entries": len(report.entries),
        "work": len(report.work),
    }


def _describe_item(item: WatchItem, report: WatchReport) -> dict[str, Any]:
    evidence = report.evidence.get((item.system, item.code))
    return describe_figures(item) | {
        # A double holds every amount below 90 trillion dollars exactly to the cent.
        "denied_amount": float(item.denied_amount),
        "recovered_amount": float(item.recovered_amount),
        "evidence": describe_evidence(evidence) if evidence else None,
    }


def render_items(report: WatchReport) -> str:
    """`ITEM_COLUMNS` of every item as CSV; runnable cells disarmed."""
    rows = []
    for item in report.items:
        document = _describe_item(item, report)
        document |= {"denied_amount": f"{item.denied_amount:.2f}", "recovered_amount": f"{item.recovered_amount:.2f}"}
        rows.append(tuple("" if document[name] is None else str(document[name]) for name in ITEM_COLUMNS))
    return render_rows(ITEM_COLUMNS, rows)


def describe_entry(entry: WatchEntry, as_of: date) -> dict[str, Any]:
    """An entry of the watchlist as JSON values."""
    rates = entry.baseline_rate or {}
    return {
        "system": entry.system,
        "code": entry.code,
        "payer": entry.payer,
        "change_kind": entry.change_kind,
        "reasons": [reason.value for reason in entry.reasons],
        "categories": [category.value for category in entry.categories],
        "start_date": entry.start_date.isoformat(),
        "review_date": entry.review_date.isoformat(),
        "end_date": entry.end_date.isoformat(),
        "is_open": entry.is_open(as_of),
        "current": str(entry.current),
        "dollars_at_risk": float(entry.dollars_at_risk),
        "baseline": [
            {"payer": payer, "claims": claims, "rate": rates.get(payer)}
            for payer, claims in sorted((entry.baseline_claims or {}).items(), key=lambda pair: pair[0] or "")
        ],
        "owner": entry.owner,
        "note": entry.note,
    }


def print_entries(entries: Sequence[WatchEntry], as_of: date) -> None:
    """The watchlist for people."""
    if not entries:
        click.echo(f"nothing is watched on {as_of}")
        return
    rows = [
        (
            entry.system,
            display_code(entry.system, entry.code),
            entry.payer or _ALL,
            ", ".join(reason.value for reason in entry.reasons),
            entry.start_date,
            entry.end_date,
            f"{entry.dollars_at_risk:,.2f}",
            entry.owner,
            entry.note,
        )
        for entry in entries
    ]
    print_table(("system", "code", "payer", "why", "from", "to", "dollars at risk", "owner", "note"), rows)


def print_report(report: WatchReport, *, is_all: bool) -> None:
    """What is in alarm first, why, since when and for how many dollars; then what is worth a look."""
    if not report.current:
        return
    watched = len({(entry.system, entry.code) for entry in report.entries if report.as_of <= entry.end_date})
    click.echo(f"as of {report.as_of}: {', '.join(map(str, report.current))}; {watched:,} codes watched")
    alarms = [item for item in report.items if item.status is Status.ALARM]
    if not alarms:
        click.echo("nothing is in alarm")
    _print_items("in alarm", [item for item in alarms if item.is_watched])
    _print_items("in alarm, though nobody watches the code", [item for item in alarms if not item.is_watched])
    _print_items("worth a look", [item for item in report.items if item.status is Status.WATCH])
    if is_all:
        _print_items("as before", [item for item in report.items if item.status is Status.OK])
        _print_items("too few answers", [item for item in report.items if item.status is Status.INSUFFICIENT])
    if report.work:
        actions = sorted({work.action for work in report.work})
        counts = [(action, [work for work in report.work if work.action == action]) for action in actions]
        click.echo("\nwork list:")
        print_table(
            ("", "claims", "dollars"),
            [(action, len({w.claim_id for w in some}), f"{sum(w.denied_amount for w in some):,.2f}")
             for action, some in counts],
        )  # fmt: skip


def _print_items(title: str, items: Sequence[WatchItem]) -> None:
    if not items:
        return
    click.echo(f"\n{title}:")
    rows = [
        (
            display_code(item.system, item.code),
            item.payer or _ALL,
            item.category.value,
            item.fault.value,
            item.first_alarm_date,
            item.denied_claims,
            item.rejected_claims,
            f"{item.denied_amount:,.2f}",
            item.why,
        )
        for item in items[:_MOST_LINES]
    ]
    print_table(("code", "payer", "denied as", "fault", "since", "denied", "rejected", "dollars", "why"), rows)
    if len(items) > _MOST_LINES:
        click.echo(f"and {len(items) - _MOST_LINES:,} more: see --format csv")
