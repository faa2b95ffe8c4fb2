"""The close-out of one day of the watch: what a person signs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from flows.report.watch.build import build_signals, count_work, payer_keys, release_days, total_of
from flows.report.watch.model import ReleaseDay, Signal, Totals
from schema.releases import ReleaseId
from schema.systems import display_code
from schema.watch import Status, WatchEntry, WatchItem, WatchReport, WorkItem

CLOSEOUT_DAYS = (30, 60, 90)
SIGNERS = ("Revenue integrity", "Coding and documentation", "Compliance")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person noted on an entry of the watchlist."""

    code: str
    payer: str | None
    note: str
    end_date: date


@dataclass(frozen=True, slots=True)
class Closeout:
    """The figures of the releases that have reached `day`, as of the day of the report."""

    day: int
    as_of: date
    reached_date: date
    """The latest day on which one of the releases reached `day`."""
    title: str
    releases: tuple[ReleaseDay, ...]
    waiting: tuple[ReleaseDay, ...]
    """Releases that are watched too and have not reached it."""
    entries: int
    totals: Totals
    alarm_totals: Totals
    open_alarms: tuple[Signal, ...]
    closed_alarms: tuple[Signal, ...]
    """Signals that stood in alarm once and do no longer."""
    unwatched: tuple[Signal, ...]
    on_watch: int
    as_before: int
    too_little: int
    work: tuple[tuple[str, int, Decimal], ...]
    decisions: tuple[Decision, ...]
    table_version: str
    digest: str


def build_closeout(report: WatchReport, day: int, digest: str) -> Closeout | None:
    """The close-out of that day, None when no release has reached it. `digest` is that of the report's JSON."""
    every = release_days(report)
    reached = tuple(release for release in every if release.day >= day)
    if not reached:
        return None
    within = _narrow(report, {release.release for release in reached})
    signals = build_signals(within, payer_keys(within.items))
    watched = [signal for signal in signals if signal.is_watched]
    alarms = tuple(signal for signal in signals if signal.status is Status.ALARM)
    return Closeout(
        day=day,
        as_of=report.as_of,
        reached_date=max(release.effective_date for release in reached) + timedelta(days=day),
        title=" and ".join(f"{release.system_title} {release.release.label}" for release in reached),
        releases=reached,
        waiting=tuple(release for release in every if release.day < day),
        entries=len({(entry.system, entry.code) for entry in within.entries}),
        totals=total_of(signals),
        alarm_totals=total_of(alarms),
        open_alarms=alarms,
        closed_alarms=tuple(signal for signal in signals if signal.status is not Status.ALARM and _stood(signal)),
        unwatched=tuple(signal for signal in signals if not signal.is_watched),
        on_watch=sum(signal.status is Status.WATCH for signal in watched),
        as_before=sum(signal.status is Status.OK for signal in watched),
        too_little=sum(signal.status is Status.INSUFFICIENT for signal in watched),
        work=count_work(within.work),
        decisions=tuple(_decision(entry) for entry in sorted(within.entries, key=_place) if entry.note),
        table_version=report.table_version,
        digest=digest,
    )


def _narrow(report: WatchReport, reached: Collection[ReleaseId]) -> WatchReport:
    """The report without what belongs to other releases: a code to that of its entry, else to its system's newest."""
    newest = {release.system: release for release in sorted(report.current, key=lambda one: one.effective_date)}
    named = {(entry.system, entry.code): entry.current for entry in report.entries}

    def is_within(found: WatchItem | WorkItem) -> bool:
        return named.get((found.system, found.code), newest.get(found.system)) in reached

    return replace(
        report,
        items=tuple(filter(is_within, report.items)),
        entries=tuple(entry for entry in report.entries if entry.current in reached),
        work=tuple(filter(is_within, report.work)),
    )


def _stood(signal: Signal) -> bool:
    return signal.first_date is not None


def _place(entry: WatchEntry) -> tuple[str, str, str]:
    return entry.system, entry.code, entry.payer or ""


def _decision(entry: WatchEntry) -> Decision:
    return Decision(display_code(entry.system, entry.code), entry.payer, entry.note, entry.end_date)
