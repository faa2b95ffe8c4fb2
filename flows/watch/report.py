"""The report of a day: items, work list and evidence from signals, denied claims and the watchlist. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flows.watch.signals import Signal
from flows.watch.wording import describe_bounds, describe_signal
from schema.denials import CATEGORY_ORDER, TABLE_VERSION
from schema.impact import ZERO
from schema.releases import ReleaseId
from schema.remits import Category
from schema.validity import CodeValidity
from schema.watch import Evidence, Fault, Status, WatchEntry, WatchItem, WatchReport, WorkItem

_STATUS_RANK = {status: rank for rank, status in enumerate(Status)}
_CATEGORY_RANK = {category: rank for rank, category in enumerate(CATEGORY_ORDER)}

Key = tuple[str, str]
"""(system, code)."""
Place = tuple[str, str, str | None, Category]
"""(system, code, payer, category): what an item is about."""


@dataclass(frozen=True, slots=True)
class Case:
    """One claim whose denial or rejection on a code stands, in its latest state: a row of the table `cases` of
    flows.watch.events."""

    claim_id: str
    payer: str | None
    system: str
    code: str
    category: Category
    fault: Fault
    action: str
    amount: Decimal
    received_date: date


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known on a day. `cases` are those on or after the effective dates. `recovered` are dollars paid later
    on claims whose denial was taken back. `validity` speaks of every code of the signals that our tables know."""

    as_of: date
    current: tuple[ReleaseId, ...]
    entries: tuple[WatchEntry, ...]
    signals: Sequence[Signal]
    cases: Sequence[Case]
    validity: Mapping[Key, CodeValidity]
    recovered: Mapping[Place, Decimal] = field(default_factory=dict)
    trend: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    titles: Mapping[Key, str] = field(default_factory=dict)


def build_report(findings: Findings) -> WatchReport:
    """The report, without the dates of first alarms (flows.watch.alarms adds them).

    Items: for a watched code one for each payer and category, and for all payers together (payer None), with
    claims that are denied or rejected, or in alarm; a code and payer without any has one item, in the category that
    its change leads to expect first. Codes that nobody watches have items in alarm alone. What a person ended is
    left out. Sorted by status, watched before unwatched, dollars denied, system, code, payer, category.

    Work: the claims of items in alarm or on watch, and of watched codes denied as invalid where the fault is
    known; a claim stands there once for a code.
    """
    watch = _Watch(findings.entries, findings.as_of)
    faults = count_faults(findings.cases)
    chosen = choose_signals(findings.signals, watch)
    items = [_build_item(signal, watch, faults, findings) for signal in chosen]
    items.sort(
        key=lambda i: (
            _STATUS_RANK[i.status], not i.is_watched, -i.denied_amount, -(i.denied_claims + i.rejected_claims),
            i.system, i.code, i.payer is not None, i.payer or "", i.category,
        )
    )  # fmt: skip
    work = list_work(items, findings.cases, watch, findings.validity)
    told = {(item.system, item.code) for item in items} | {(entry.system, entry.code) for entry in findings.entries}
    return WatchReport(
        as_of=findings.as_of,
        current=tuple(sorted(findings.current)),
        items=tuple(items),
        entries=findings.entries,
        work=work,
        evidence={key: describe_evidence(findings.validity[key]) for key in sorted(told & findings.validity.keys())},
        trend=findings.trend,
        table_version=TABLE_VERSION,
        titles={key: findings.titles[key] for key in sorted(told & findings.titles.keys())},
    )


def describe_evidence(validity: CodeValidity) -> Evidence:
    """The release and the record that say when the code counts."""
    return Evidence(validity.release, validity.release_digest, validity.record_digest, describe_bounds(validity))


class _Watch:
    """Who is watched on the day: by code the entry of all payers and those of single ones."""

    def __init__(self, entries: Iterable[WatchEntry], as_of: date) -> None:
        self._entries = {(entry.system, entry.code, entry.payer): entry for entry in entries}
        self._codes = {(system, code) for system, code, _ in self._entries}
        self._as_of = as_of

    def find(self, system: str, code: str, payer: str | None) -> WatchEntry | None:
        """The entry under which the code is watched at the payer; None where it is not, or no longer."""
        entry = self._entries.get((system, code, payer)) or self._entries.get((system, code, None))
        return entry if entry and self._as_of <= entry.end_date else None

    def is_ended(self, system: str, code: str, payer: str | None) -> bool:
        """A person, or the calendar, ended the watch."""
        own, whole = self._entries.get((system, code, payer)), self._entries.get((system, code, None))
        entry = own or whole
        return entry is not None and self._as_of > entry.end_date


def choose_signals(signals: Iterable[Signal], watch: _Watch) -> list[Signal]:
    """The signals that become items; see `build_report`."""
    kept: list[Signal] = []
    quiet: dict[tuple[str, str, str | None], Signal] = {}
    for signal in signals:
        place = (signal.system, signal.code, signal.payer)
        is_loud = bool(signal.denied_claims or signal.rejected_claims) or signal.status is Status.ALARM
        if watch.is_ended(*place):
            continue
        if watch.find(*place) is None:
            if signal.status is Status.ALARM:
                kept.append(signal)
        elif is_loud:
            kept.append(signal)
        else:
            quiet.setdefault(place, signal)
    loud = {(signal.system, signal.code, signal.payer) for signal in kept}
    return kept + [signal for place, signal in quiet.items() if place not in loud]


def count_faults(cases: Iterable[Case]) -> dict[Place, Counter[Fault]]:
    """Claims by whose fault it is, for each payer and for all together."""
    found: dict[Place, Counter[Fault]] = {}
    for case in cases:
        for payer in {case.payer, None}:
            found.setdefault((case.system, case.code, payer, case.category), Counter())[case.fault] += 1
    return found


def decide_fault(faults: Mapping[Fault, int], *, is_certain: bool) -> Fault:
    """Whose fault most of the claims are, ours where it is even: that is what can be put right at once.

    An invalid code that was billed is ours, also before any answer came.
    """
    ours, payer = faults.get(Fault.OURS, 0), faults.get(Fault.PAYER, 0)
    if is_certain and not payer:
        return Fault.OURS
    if not ours and not payer:
        return Fault.UNKNOWN
    return Fault.OURS if ours >= payer else Fault.PAYER


def _build_item(signal: Signal, watch: _Watch, faults: Mapping[Place, Counter[Fault]], findings: Findings) -> WatchItem:
    place = (signal.system, signal.code, signal.payer, signal.category)
    entry = watch.find(*place[:3])
    validity = findings.validity.get(place[:2])
    change_kind = entry.change_kind if entry else (validity.kind or None) if validity else None
    is_certain = signal.is_certain and signal.category is Category.INVALID_CODE
    return WatchItem(
        system=signal.system,
        code=signal.code,
        payer=signal.payer,
        category=signal.category,
        change_kind=change_kind,
        status=signal.status,
        fault=decide_fault(faults.get(place, Counter()), is_certain=is_certain),
        first_alarm_date=None,
        billed_claims=signal.billed_claims,
        adjudicated_claims=signal.adjudicated_claims,
        denied_claims=signal.denied_claims,
        rejected_claims=signal.rejected_claims,
        baseline_rate=signal.baseline_rate,
        rate=signal.rate,
        p_value=signal.p_value,
        q_value=signal.q_value,
        denied_amount=signal.denied_amount,
        recovered_amount=findings.recovered.get(place, ZERO),
        expected=signal.expected,
        low=signal.low,
        high=signal.high,
        is_watched=entry is not None,
        why=describe_signal(signal, validity),
        weeks=signal.weeks,
    )


def list_work(
    items: Iterable[WatchItem], cases: Iterable[Case], watch: _Watch, validity: Mapping[Key, CodeValidity]
) -> tuple[WorkItem, ...]:
    """The claims to do something about, sorted by system, code, payer and claim; see `build_report`."""
    stands = {
        (item.system, item.code, item.payer, item.category)
        for item in items
        if item.status in (Status.ALARM, Status.WATCH)
    }
    evidence = {}
    first: dict[tuple[str, str | None, str, str], Case] = {}
    for case in cases:
        is_told = any((case.system, case.code, payer, case.category) in stands for payer in (case.payer, None))
        is_plain = (
            case.category is Category.INVALID_CODE
            and case.fault is not Fault.UNKNOWN
            and watch.find(case.system, case.code, case.payer) is not None
        )
        if not (is_told or is_plain) or watch.is_ended(case.system, case.code, case.payer):
            continue
        code = (case.system, case.code)
        if code in validity and code not in evidence:
            evidence[code] = describe_evidence(validity[code])
        key = (case.claim_id, case.payer, case.system, case.code)
        known = first.get(key)
        if known is None or _CATEGORY_RANK[case.category] < _CATEGORY_RANK[known.category]:
            first[key] = case
    return tuple(
        WorkItem(
            claim_id=case.claim_id,
            payer=case.payer,
            system=case.system,
            code=case.code,
            category=case.category,
            fault=case.fault,
            action=case.action,
            denied_amount=case.amount,
            received_date=case.received_date,
            evidence=evidence.get((case.system, case.code)),
        )
        for case in sorted(first.values(), key=lambda c: (c.system, c.code, c.payer or "", c.claim_id))
    )
