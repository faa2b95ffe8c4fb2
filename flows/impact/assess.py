"""The assessment of one change set: items, moves, training and tasks from what is known of uses and claims. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flows.impact.matching import match_uses
from flows.impact.moves import find_charge_masters, find_moves, find_sources
from flows.impact.priority import Facts, Thresholds, judge, rank_of
from flows.impact.tasks import LEAD_DAYS, Schedule, TaskMaker, build_tasks
from flows.impact.training import find_training
from schema.changes import UpdateResult
from schema.claims import ClaimsSummary
from schema.impact import Exposure, Impact, ImpactItem
from schema.uses import InventoryUse

WINDOW_DAYS = 365
"""The window reaches from so many days before the effective date to the day before it, both counted."""


@dataclass(frozen=True, slots=True)
class ImpactSettings:
    """What an organisation may set: the limits of the rules, and days before the effective date by kind of use."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    lead_days: Mapping[str, int] = field(default_factory=lambda: dict(LEAD_DAYS))


def window_before(effective_date: date) -> tuple[date, date]:
    """First and last day of the window that ends before the effective date."""
    return effective_date - timedelta(days=WINDOW_DAYS), effective_date - timedelta(days=1)


def list_measured_codes(result: UpdateResult) -> tuple[str, ...]:
    """The codes whose claims are asked for, sorted: the changed ones, and those that new ones come from."""
    changed = {change.code for change in result.change_set.changes}
    origins = {code for codes in find_sources(result).values() for code in codes}
    return tuple(sorted(changed | origins))


def build_impact(
    result: UpdateResult,
    inventory: Sequence[InventoryUse],
    exposures: Mapping[str, Exposure],
    claims: ClaimsSummary,
    window: tuple[date, date],
    settings: ImpactSettings,
) -> Impact:
    """An item for every change that a use holds or that has an exposure, sorted as `Impact` says.

    `exposures` are those of `list_measured_codes`, codes without a line left out, over the days of `window`.
    """
    change_set = result.change_set
    effective_date = change_set.current.effective_date
    hits = match_uses(inventory, change_set.system, change_set.changes)
    items = []
    for change in change_set.changes:
        uses, exposure = hits.get(change.code, ()), exposures.get(change.code)
        if not uses and exposure is None:
            continue
        exposure = exposure or Exposure()
        days_left = (effective_date - result.as_of).days
        priority, reasons = judge(Facts(change, uses, exposure, days_left, settings.thresholds))
        successors = result.successors.get(change.code, ())
        items.append(ImpactItem(change, priority, reasons, uses, exposure, successors))
    items.sort(key=lambda item: (rank_of(item.priority), -item.exposure.total.paid, item.change.code))
    charge_masters = find_charge_masters(inventory, change_set.system)
    moves = find_moves(find_sources(result), exposures, charge_masters, change_set.system)
    training = find_training(
        change_set.changes, result.successors, exposures, hits.keys(), settings.thresholds.department_lines
    )
    maker = TaskMaker(
        change_set.system, Schedule(effective_date, settings.lead_days), settings.thresholds, result.successors
    )
    starts_dates = {change.code: change.starts_date for change in change_set.changes if change.starts_date}
    return Impact(
        system=change_set.system,
        previous=change_set.previous,
        current=change_set.current,
        window_from=window[0],
        window_to=window[1],
        items=tuple(items),
        moves=moves,
        training=training,
        tasks=build_tasks(maker, items, moves, training, inventory, starts_dates),
        inventory=tuple(inventory),
        claims=claims,
        as_of=result.as_of,
    )
