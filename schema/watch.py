"""Watch: what the payers answer in the first 90 days after an effective date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from schema.releases import ReleaseId
from schema.remits import Category

WATCH_DAYS = 90
"""An update is watched on the effective date and so many days after it."""
REVIEW_DAYS = 60
"""So many days after its start an entry is looked at again: most payers have answered most claims by then."""


class Reason(StrEnum):
    """Why a code is watched."""

    DELETED = "deleted"
    REVISED = "revised"
    NON_COVERED = "newly_non_covered"
    REPRICED = "re_priced"
    NEW = "new"
    SUCCESSOR = "successor"
    PAYER_RULE = "payer_rule"
    ADDED = "added_by_hand"


class Status(StrEnum):
    """Where an item stands; the order is that of reports."""

    ALARM = "alarm"
    WATCH = "watch"
    OK = "ok"
    INSUFFICIENT = "insufficient"


class Fault(StrEnum):
    """Whose table is behind."""

    OURS = "ours"
    PAYER = "payer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """One code that is watched from `start_date` to `end_date` (both counted), at one payer or all (None).

    `categories` are the signals to be expected. `owner` may be None. `note` is who added or ended it, and why.
    """

    system: str
    code: str
    payer: str | None
    change_kind: str | None
    reasons: tuple[Reason, ...]
    categories: tuple[Category, ...]
    start_date: date
    end_date: date
    current: ReleaseId
    dollars_at_risk: Decimal = Decimal(0)
    baseline_claims: Mapping[str | None, int] | None = None
    """Claims of the baseline period by payer."""
    baseline_rate: Mapping[str | None, float] | None = None
    """Share of them denied, by payer."""
    owner: str | None = None
    note: str = ""

    @property
    def review_date(self) -> date:
        """The day on which the entry is looked at again, before its end."""
        return min(self.start_date + timedelta(days=REVIEW_DAYS), self.end_date)

    def is_open(self, day: date) -> bool:
        """Whether the code is watched on that day."""
        return self.start_date <= day <= self.end_date


@dataclass(frozen=True, slots=True)
class WatchAct:
    """What a person did to the watchlist: add a code, or end its watch; at one payer or all (None)."""

    action: Literal["add", "end"]
    system: str
    code: str
    payer: str | None
    reason: str
    by: str
    act_date: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a code counts as valid or not on a key date: the release, its digest and the record's digest (hex)."""

    release: str
    release_digest: str
    record_digest: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class WatchItem:
    """The figures of one system, code, payer (None: all together) and category up to the report's date.

    Claims count once, in their latest state. `rejected_claims` come from acknowledgments and are not among
    `denied_claims`. `expected` is the number of denials that the baseline leads to expect for the claims
    billed at their age; `low` and `high` the band that chance explains.
    """

    system: str
    code: str
    payer: str | None
    category: Category
    change_kind: str | None
    status: Status
    fault: Fault
    first_alarm_date: date | None
    billed_claims: int
    adjudicated_claims: int
    denied_claims: int
    rejected_claims: int
    baseline_rate: float | None
    rate: float | None
    p_value: float | None
    q_value: float | None
    denied_amount: Decimal
    recovered_amount: Decimal = Decimal(0)
    expected: float = 0.0
    low: int = 0
    high: int = 0
    is_watched: bool = True
    """False for a code that nobody watched and that jumped after the date."""
    why: str = ""
    weeks: tuple[tuple[date, int, float], ...] = ()
    """(first day of the week, denied and rejected claims, expected): the small chart."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One claim to do something about: `action` is correct, resubmit or appeal."""

    claim_id: str
    payer: str | None
    system: str
    code: str
    category: Category
    fault: Fault
    action: str
    denied_amount: Decimal
    received_date: date
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class WatchReport:
    """Everything that table, JSON, dashboard, work list and close-out show."""

    as_of: date
    current: tuple[ReleaseId, ...]
    items: tuple[WatchItem, ...]
    entries: tuple[WatchEntry, ...]
    work: tuple[WorkItem, ...]
    evidence: Mapping[tuple[str, str], Evidence]
    """By (system, code)."""
    trend: Mapping[str, Mapping[int, int]]
    """Invalid-code denials of each day since the effective date (day 0): by `icd10cm` for the release that is
    watched, by `icd10cm@2024-10-01` for the one that took effect on that day in a year before."""
    table_version: str
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Titles by (system, code), where they are known."""
