"""The watchlist of an update: which codes are watched, why, at whom, and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from flows.watch.thresholds import EXPECTED
from schema.changes import Change, ChangeKind, FieldClass, UpdateResult
from schema.impact import ZERO, Impact, ImpactItem, Measure
from schema.releases import ReleaseId
from schema.remits import Category
from schema.watch import WATCH_DAYS, Reason, WatchAct, WatchEntry

PAYER_RULE_KIND = "payer_rule"
"""The kind of a use (addenda.toml) that holds what a payer asks for."""

# Not payable by Medicare, non-covered by Medicare, non-covered by statute: the values of the field COV in the
# record layout that comes with every HCPCS release.
_NON_COVERED = frozenset("IMS")
_GONE = frozenset({ChangeKind.DELETED, ChangeKind.ADDED_AND_ENDED})
_ARRIVED = frozenset({ChangeKind.NEW, ChangeKind.REINSTATED})


@dataclass(frozen=True, slots=True)
class Baseline:
    """Claims of the days before the effective date, and the share of the answered ones that was denied."""

    claims: int
    rate: float | None


Baselines = Mapping[tuple[str, str], Mapping[str | None, Baseline]]
"""By (system, code) and payer, None for all together."""


def build_watchlist(
    result: UpdateResult, impact: Impact | None, baselines: Baselines, acts: Sequence[WatchAct], as_of: date
) -> tuple[WatchEntry, ...]:
    """The entries of one update on a day, sorted by code and payer, ended ones among them.

    Watched are codes that are deleted, revised (more than cosmetically), newly not covered, re-priced, new or
    back, and changed in any way while a rule of a payer holds them. Without claims and uses (`impact` None)
    dollars are 0 and nobody is the owner. `acts` of people count from their day on: those of the update's 90
    days and of as many before its effective date.
    """
    change_set = result.change_set
    items = {item.change.code: item for item in impact.items} if impact else {}
    moved = _sum_moves(impact)
    successors = {s.code for change in change_set.changes if change.kind in _GONE
                  for s in result.successors.get(change.code, ()) if not s.is_guess}  # fmt: skip
    entries = []
    for change in change_set.changes:
        item = items.get(change.code)
        reasons = find_reasons(change, item, is_successor=change.code in successors)
        if not reasons:
            continue
        start = max(change.starts_date or change_set.current.effective_date, change_set.current.effective_date)
        entry = WatchEntry(
            system=change_set.system,
            code=change.code,
            payer=None,
            change_kind=change.kind.value,
            reasons=reasons,
            categories=expect_categories(reasons),
            start_date=start,
            end_date=start + timedelta(days=WATCH_DAYS),
            current=change_set.current,
            dollars_at_risk=_find_dollars(item, moved.get(change.code, ZERO)),
            owner=_find_owner(item),
        )
        entries.append(_add_baseline(entry, item, baselines))
    kinds = {change.code: change.kind.value for change in change_set.changes}
    entries = apply_acts(entries, acts, change_set.current, kinds, as_of)
    return tuple(
        entry if entry.baseline_claims is not None else _add_baseline(entry, items.get(entry.code), baselines)
        for entry in sorted(entries, key=lambda e: (e.code, e.payer is not None, e.payer or ""))
    )


def find_reasons(change: Change, item: ImpactItem | None, *, is_successor: bool) -> tuple[Reason, ...]:
    """Why a changed code is watched, the one that weighs most first; none for a change that nobody can bill."""
    reasons: list[Reason] = []
    if change.kind in _GONE:
        reasons.append(Reason.DELETED)
    elif change.kind in _ARRIVED:
        reasons += [Reason.NEW, *([Reason.SUCCESSOR] if is_successor else [])]
    elif change.kind is ChangeKind.REVISED and not change.is_cosmetic:
        reasons += _find_revisions(change)
    if reasons and item and any(hit.kind == PAYER_RULE_KIND for hit in item.uses):
        reasons.append(Reason.PAYER_RULE)
    return tuple(reasons)


def _find_revisions(change: Change) -> list[Reason]:
    classes = {field.field_class for field in change.fields}
    is_newly_non_covered = any(
        field.name == "coverage" and field.after in _NON_COVERED and field.before not in _NON_COVERED
        for field in change.fields
    )
    found = [Reason.NON_COVERED] if is_newly_non_covered else []
    if FieldClass.PAYMENT in classes:
        found.append(Reason.REPRICED)
    is_more = classes - {FieldClass.PAYMENT, FieldClass.COSMETIC, *({FieldClass.COVERAGE} if found else ())}
    if is_more or change.is_redefined or not found:
        found.append(Reason.REVISED)
    return found


def expect_categories(reasons: Iterable[Reason]) -> tuple[Category, ...]:
    """The signals that such changes lead to expect, in the order of categories."""
    expected = {category for reason in reasons for category in EXPECTED.get(reason.value, ())}
    return tuple(category for category in Category if category in expected)


def apply_acts(
    entries: Sequence[WatchEntry],
    acts: Sequence[WatchAct],
    current: ReleaseId,
    kinds: Mapping[str, str],
    as_of: date,
) -> list[WatchEntry]:
    """The entries after what people did up to the day, in the order in which they did it.

    Adding what is watched already, or was ended, watches it to the end of its 90 days. An entry that is ended is
    watched to the day before; at one payer of a code that is watched at all, that payer alone is ended, by an
    entry of its own.
    """
    first = current.effective_date
    last = first + timedelta(days=WATCH_DAYS)
    found = {(entry.code, entry.payer): entry for entry in entries}
    for act in acts:
        is_of_update = act.system == current.system and first - timedelta(days=WATCH_DAYS) <= act.act_date <= last
        if not is_of_update or act.act_date > as_of:
            continue
        key = (act.code, act.payer)
        if act.action == "end":
            ended = [k for k in found if k[0] == act.code and act.payer in (None, k[1])]
            whole = found.get((act.code, None))
            if not ended and whole:
                found[key] = replace(whole, payer=act.payer, baseline_claims=None, baseline_rate=None, note="")
                ended = [key]
            before = act.act_date - timedelta(days=1)
            for one in ended:
                entry = found[one]
                found[one] = replace(entry, end_date=min(before, entry.end_date), note=_join_note(entry, act))
        elif key in found:
            entry = found[key]
            found[key] = replace(
                entry, end_date=entry.start_date + timedelta(days=WATCH_DAYS), note=_join_note(entry, act)
            )
        else:
            found[key] = WatchEntry(
                current.system, act.code, act.payer, kinds.get(act.code), (Reason.ADDED,), (),
                start_date=first, end_date=last, current=current, note=_join_note(None, act),
            )  # fmt: skip
    return list(found.values())


def _join_note(entry: WatchEntry | None, act: WatchAct) -> str:
    verb = "added" if act.action == "add" else "ended"
    told = f"{verb} {act.act_date} by {act.by}: {act.reason}"
    return f"{entry.note}; {told}" if entry and entry.note else told


def _add_baseline(entry: WatchEntry, item: ImpactItem | None, baselines: Baselines) -> WatchEntry:
    """The entry with its figures from before: those of claims and remittances, else the claims of the assessment."""
    figures = baselines.get((entry.system, entry.code))
    if figures is None and item is not None and item.exposure.total.claims:
        measures: dict[str | None, Measure] = dict(item.exposure.by_payer)
        # Claims without a payer count in all together alone.
        measures[None] = item.exposure.total
        figures = {payer: Baseline(measure.claims, None) for payer, measure in measures.items()}
    figures = figures or {}
    if entry.payer is not None:
        figures = {payer: figure for payer, figure in figures.items() if payer == entry.payer}
    return replace(
        entry,
        baseline_claims={payer: figure.claims for payer, figure in figures.items()},
        baseline_rate={payer: figure.rate for payer, figure in figures.items() if figure.rate is not None},
    )


def _find_dollars(item: ImpactItem | None, moved: Decimal) -> Decimal:
    """Dollars paid for the code before, or billed where nothing is known as paid, and for those that it follows."""
    own = (item.exposure.total.paid or item.exposure.total.billed) if item else ZERO
    return own + moved


def _sum_moves(impact: Impact | None) -> dict[str, Decimal]:
    moves = impact.moves if impact else ()
    return {move.code: sum((m.paid or m.billed for m in move.sources.values()), ZERO) for move in moves}


def _find_owner(item: ImpactItem | None) -> str | None:
    """The owners of the uses that hold the code, each once; None where nobody owns one."""
    owners = dict.fromkeys(hit.owner for hit in item.uses if hit.owner) if item else {}
    return ", ".join(owners) or None
