"""The watchlist as the dashboard shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from flows.report.watch.model import EntryGroup, EntryRow
from flows.report.watch.wording import REASON_TITLES, payer_text
from schema.systems import display_code
from schema.watch import Reason, Status, WatchEntry, WatchItem, WatchReport

_ORDER = {status: number for number, status in enumerate(Status)}


def group_entries(report: WatchReport, payers: Mapping[str, str]) -> tuple[EntryGroup, ...]:
    """Entries by their first reason, in the order of `Reason`; most dollars at risk first.

    `payers` are the numbers by which the page's filter names payers.
    """
    states: dict[tuple[str, str], list[WatchItem]] = defaultdict(list)
    for item in report.items:
        states[item.system, item.code].append(item)
    groups: dict[Reason, list[EntryRow]] = defaultdict(list)
    for entry in sorted(report.entries, key=_place):
        reason = entry.reasons[0] if entry.reasons else Reason.ADDED
        groups[reason].append(_row(report, entry, states[entry.system, entry.code], payers))
    return tuple(EntryGroup(reason, tuple(groups[reason])) for reason in Reason if groups.get(reason))


def _place(entry: WatchEntry) -> tuple[object, ...]:
    return -entry.dollars_at_risk, entry.system, entry.code, entry.payer or "", entry.start_date


def _row(report: WatchReport, entry: WatchEntry, items: Iterable[WatchItem], payers: Mapping[str, str]) -> EntryRow:
    claims, rates = entry.baseline_claims or {}, entry.baseline_rate or {}
    found = [item.status for item in items if entry.payer in (None, item.payer)]
    named = sorted(payer for payer in {*claims, *rates} if payer is not None)
    wanted = None if None in claims or None in rates else entry.payer
    return EntryRow(
        entry=entry,
        code=display_code(entry.system, entry.code),
        payer_key="*" if entry.payer is None else payers.get(entry.payer, ""),
        more_reasons=", ".join(REASON_TITLES[reason].lower() for reason in entry.reasons[1:]),
        title=report.titles.get((entry.system, entry.code), ""),
        status=min(found, key=_ORDER.__getitem__, default=None),
        claims=claims[wanted] if wanted in claims else sum(claims.values()) if claims else None,
        rate=rates.get(wanted),
        baseline=tuple((payer_text(payer), claims.get(payer, 0), rates.get(payer)) for payer in named),
        day=(entry.end_date - entry.current.effective_date).days,
    )
