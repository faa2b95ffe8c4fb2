"""What the dashboard and the close-out pages show, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schema.releases import ReleaseId
from schema.remits import Category
from schema.watch import WATCH_DAYS, Evidence, Fault, Reason, Status, WatchEntry, WatchItem


@dataclass(frozen=True, slots=True)
class Week:
    """One bar of a chart: claims denied and rejected, and the range that chance explains (both counted)."""

    first_date: date
    observed: int
    expected: float
    low: int
    high: int

    @property
    def is_over(self) -> bool:
        """More than chance explains."""
        return self.observed > self.high


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of the report: `key` is its id on the page, `payer_keys` the numbers of the payers it speaks of."""

    key: str
    item: WatchItem
    payer: str
    payer_keys: str
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """One code and category: all payers together first, then payer by payer, most dollars first.

    `status` is the gravest of its items, `lead` the item that is told first; `fault` is that of the items in
    alarm where they agree, else the lead's. Amounts and claims count each claim of the signal once.
    """

    key: str
    system: str
    system_title: str
    code: str
    title: str
    kind: str
    category: Category
    status: Status
    is_watched: bool
    fault: Fault
    since_date: date | None
    """Since when it stands in alarm; None when it does not."""
    first_date: date | None
    """When it first stood in alarm, whether it does now or not."""
    rows: tuple[ItemRow, ...]
    lead: ItemRow
    denied_claims: int
    rejected_claims: int
    denied_amount: Decimal
    recovered_amount: Decimal
    evidence: Evidence | None
    work: tuple[tuple[str, int], ...]
    """(action, claims) of the work list."""


@dataclass(frozen=True, slots=True)
class ReleaseDay:
    """How far the 90 days of one release have come: `day` is 0 on the effective date."""

    release: ReleaseId
    system_title: str
    effective_date: date
    day: int

    @property
    def days_left(self) -> int:
        """Days until the last that is watched, 0 when they are over."""
        return max(WATCH_DAYS - self.day, 0)


@dataclass(frozen=True, slots=True)
class PayerRow:
    """What one payer does: signals of it in alarm and on watch, claims and dollars over its items."""

    payer: str
    key: str
    alarms: int
    watched: int
    denied_claims: int
    rejected_claims: int
    denied_amount: Decimal
    recovered_amount: Decimal


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the watchlist; `baseline` holds (payer, claims, rate) of each payer that is known."""

    entry: WatchEntry
    code: str
    payer_key: str
    """The number of its payer on the page, `*` for all payers."""
    more_reasons: str
    """Reasons after the first, under which it stands."""
    title: str
    status: Status | None
    claims: int | None
    rate: float | None
    baseline: tuple[tuple[str, int, float | None], ...]
    day: int
    """Days from the effective date to the end of the entry."""


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """Entries that are watched for the same first reason."""

    reason: Reason
    rows: tuple[EntryRow, ...]


@dataclass(frozen=True, slots=True)
class TrendLine:
    """Invalid-code denials added up by day; `points` are (day, sum) of each day with any, day 0 first."""

    label: str
    is_current: bool
    points: tuple[tuple[int, int], ...]

    def total_on(self, day: int) -> int:
        """The sum up to that day, both ends counted."""
        return max((total for on, total in self.points if on <= day), default=0)


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of one system: this year first, then the years before, latest first."""

    system: str
    system_title: str
    last_day: int
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over codes: a claim with two watched codes counts for each."""

    denied_claims: int
    rejected_claims: int
    denied_amount: Decimal
    recovered_amount: Decimal


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The whole page."""

    as_of: date
    title: str
    releases: tuple[ReleaseDay, ...]
    lead: str
    totals: Totals
    alarm_totals: Totals
    signals: Mapping[Status, tuple[Signal, ...]]
    """Signals on watched codes, by status; those that nobody watched are in `unwatched`."""
    unwatched: tuple[Signal, ...]
    payers: tuple[PayerRow, ...]
    entries: tuple[EntryGroup, ...]
    trends: tuple[Trend, ...]
    work: tuple[tuple[str, int, Decimal], ...]
    """(action, claims, dollars) of the work list; each claim once."""
    table_version: str
    digest: str

    @property
    def entry_count(self) -> int:
        """Entries of the watchlist."""
        return sum(len(group.rows) for group in self.entries)
