"""From the report of the watch to what its pages show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from flows.report.watch.bands import band_of, spread_of
from flows.report.watch.entries import group_entries
from flows.report.watch.model import Dashboard, ItemRow, PayerRow, ReleaseDay, Signal, Totals, Week
from flows.report.watch.trends import build_trends
from flows.report.watch.wording import kind_text, lead_text, payer_text
from schema.systems import display_code, get_system
from schema.watch import Status, WatchItem, WatchReport, WorkItem

_ORDER = {status: number for number, status in enumerate(Status)}
_NOTHING = Decimal(0)


def build_dashboard(report: WatchReport, digest: str) -> Dashboard:
    """The whole page; the order in which the report holds its items does not matter.

    `digest` is that of the report's JSON.
    """
    payers = payer_keys(report.items)
    signals = build_signals(report, payers)
    watched = [signal for signal in signals if signal.is_watched]
    unwatched = tuple(signal for signal in signals if not signal.is_watched)
    by_status = {status: tuple(s for s in watched if s.status is status) for status in Status}
    alarms = [signal for signal in signals if signal.status is Status.ALARM]
    releases = release_days(report)
    return Dashboard(
        as_of=report.as_of,
        title=" and ".join(f"{day.system_title} {day.release.label}" for day in releases) or "no update is watched",
        releases=releases,
        lead=lead_text(
            Counter(signal.fault for signal in alarms),
            sum(not signal.is_watched for signal in alarms),
            len(by_status[Status.WATCH]),
            len({(entry.system, entry.code) for entry in report.entries}),
        ),
        totals=total_of(signals),
        alarm_totals=total_of(alarms),
        signals=by_status,
        unwatched=unwatched,
        payers=_payer_rows(signals, payers),
        entries=group_entries(report, payers),
        trends=build_trends(report),
        work=count_work(report.work),
        table_version=report.table_version,
        digest=digest,
    )


def release_days(report: WatchReport) -> tuple[ReleaseDay, ...]:
    """The releases watched, first effective first."""
    return tuple(
        ReleaseDay(
            release,
            get_system(release.system).title,
            release.effective_date,
            (report.as_of - release.effective_date).days,
        )
        for release in sorted(report.current, key=lambda release: (release.effective_date, release.system))
    )


def payer_keys(items: Iterable[WatchItem]) -> dict[str, str]:
    """A number for each payer, by which the page's filter names it."""
    names = sorted({item.payer for item in items if item.payer is not None}, key=lambda name: (name.lower(), name))
    return {name: str(number) for number, name in enumerate(names, start=1)}


def build_signals(report: WatchReport, payers: Mapping[str, str]) -> tuple[Signal, ...]:
    """Gravest first; within a status most dollars denied first."""

    def key(item: WatchItem) -> tuple[str, str, str]:
        return item.system, item.code, item.category.value

    work: dict[tuple[str, str, str], list[WorkItem]] = defaultdict(list)
    for claim in report.work:
        work[claim.system, claim.code, claim.category.value].append(claim)
    number = 0
    signals = []
    for name, found in groupby(sorted(report.items, key=lambda item: (*key(item), item.payer or "")), key):
        items = list(found)
        signals.append(_build_signal(report, items, payers, number, work[name]))
        number += len(items)
    return tuple(
        sorted(
            signals,
            key=lambda s: (_ORDER[s.status], -s.denied_amount, s.system, s.code, s.category.value),
        )
    )


def _build_signal(
    report: WatchReport, items: Sequence[WatchItem], payers: Mapping[str, str], number: int, work: Sequence[WorkItem]
) -> Signal:
    every = " ".join(sorted({payers[item.payer] for item in items if item.payer is not None}, key=int))
    ordered = sorted(items, key=lambda item: (item.payer is not None, -item.denied_amount, item.payer or ""))
    rows = tuple(
        ItemRow(
            key=f"i{number + place}",
            item=item,
            payer=payer_text(item.payer),
            payer_keys=every if item.payer is None else payers[item.payer],
            weeks=build_weeks(item),
        )
        for place, item in enumerate(ordered)
    )
    status = min((item.status for item in items), key=_ORDER.__getitem__)
    lead = next(row for row in rows if row.item.status is status)
    faults = {item.fault for item in items if item.status is status}
    first_dates = [item.first_alarm_date for item in items if item.first_alarm_date]
    since = [item.first_alarm_date for item in items if item.first_alarm_date and item.status is Status.ALARM]
    total = _total_of_items(items)
    first = items[0]
    return Signal(
        key=f"s{number}",
        system=first.system,
        system_title=get_system(first.system).title,
        code=display_code(first.system, first.code),
        title=report.titles.get((first.system, first.code), ""),
        kind=kind_text(next((item.change_kind for item in items if item.change_kind), None)),
        category=first.category,
        status=status,
        is_watched=any(item.is_watched for item in items),
        fault=faults.pop() if len(faults) == 1 else lead.item.fault,
        since_date=min(since, default=None),
        first_date=min(first_dates, default=None),
        rows=rows,
        lead=lead,
        denied_claims=total.denied_claims,
        rejected_claims=total.rejected_claims,
        denied_amount=total.denied_amount,
        recovered_amount=total.recovered_amount,
        evidence=report.evidence.get((first.system, first.code)),
        work=tuple(sorted(Counter(action for _, action in {(w.claim_id, w.action) for w in work}).items())),
    )


def build_weeks(item: WatchItem) -> tuple[Week, ...]:
    """The item's weeks, first week first, each with the range that chance explains."""
    spread = spread_of(item.expected, item.high)
    return tuple(
        Week(first, observed, expected, *band_of(expected, spread)) for first, observed, expected in sorted(item.weeks)
    )


def total_of(signals: Iterable[Signal]) -> Totals:
    """Sums over signals: a claim with two watched codes counts for each."""
    found = tuple(signals)
    return Totals(
        sum(signal.denied_claims for signal in found),
        sum(signal.rejected_claims for signal in found),
        sum((signal.denied_amount for signal in found), _NOTHING),
        sum((signal.recovered_amount for signal in found), _NOTHING),
    )


def _total_of_items(items: Sequence[WatchItem]) -> Totals:
    # The item of all payers holds the claims of each payer's; only without one are these added up.
    counted = [item for item in items if item.payer is None] or items
    return Totals(
        sum(item.denied_claims for item in counted),
        sum(item.rejected_claims for item in counted),
        sum((item.denied_amount for item in counted), _NOTHING),
        sum((item.recovered_amount for item in counted), _NOTHING),
    )


def _payer_rows(signals: Sequence[Signal], payers: Mapping[str, str]) -> tuple[PayerRow, ...]:
    items: dict[str, list[WatchItem]] = {name: [] for name in payers}
    for signal in signals:
        for row in signal.rows:
            if row.item.payer is not None:
                items[row.item.payer].append(row.item)
    rows = [
        PayerRow(
            payer=payer_text(payer),
            key=payers[payer],
            alarms=sum(item.status is Status.ALARM for item in found),
            watched=sum(item.status is Status.WATCH for item in found),
            denied_claims=sum(item.denied_claims for item in found),
            rejected_claims=sum(item.rejected_claims for item in found),
            denied_amount=sum((item.denied_amount for item in found), _NOTHING),
            recovered_amount=sum((item.recovered_amount for item in found), _NOTHING),
        )
        for payer, found in items.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.alarms, -row.denied_amount, int(row.key))))


def count_work(work: Iterable[WorkItem]) -> tuple[tuple[str, int, Decimal], ...]:
    """(action, claims, dollars) of each action, by name; a claim counts once for each action."""
    claims: dict[str, set[str]] = defaultdict(set)
    dollars: dict[str, Decimal] = defaultdict(Decimal)
    for item in work:
        claims[item.action].add(item.claim_id)
        dollars[item.action] += item.denied_amount
    return tuple((action, len(claims[action]), dollars[action]) for action in sorted(claims))
