"""The assessment as a step: reads the uses and the claims of this organisation, and gives them to `flows.impact`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flows.impact_settings import read_impact_settings
from flows.settings import Settings
from schema.changes import UpdateResult
from schema.errors import AddendaError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.network_update import NetworkUpdate
    from schema.impact import Impact


def assess_impact(
    engine: Engine,
    settings: Settings,
    config: Path | None,
    result: UpdateResult,
    window: tuple[date, date] | None = None,
) -> Impact:
    """Where the changes hurt: uses of addenda.toml read now, claims of the window (both days counted).

    Without uses, without claims, or without both it answers too. Without `window` the claims from 365 days before
    the effective date to the day before it count. `engine` is the database. Raises SettingsError, UseError,
    ClaimsError or ImpactError.
    """
    # The readers and the column engine are slow to import, and most commands need none of them.
    from flows.impact.assess import build_impact, list_measured_codes, window_before
    from flows.use_specs import read_use_specs
    from loaders.claims.dataset import ClaimsDataset
    from loaders.uses.inventory import read_inventory

    chosen = read_impact_settings(config)
    window = window or window_before(result.change_set.current.effective_date)
    if window[0] > window[1]:
        raise UsageError("the window ends before it begins", f"{window[0]} to {window[1]}", "swap the two days")
    inventory = read_inventory(read_use_specs(config))
    dataset = ClaimsDataset(settings.claims)
    parts = dataset.parts()
    exposures = {}
    if parts:
        from flows.impact.exposure import measure_exposure

        codes = list_measured_codes(result)
        exposures = measure_exposure(parts, result.change_set.system, codes, *window, engine=settings.engine)
    return build_impact(result, inventory, exposures, dataset.summary(), window, chosen)


def add_impact(engine: Engine, settings: Settings, config: Path | None, result: UpdateResult) -> UpdateResult:
    """The result with its impact, or as it is where the organisation has named no uses and imported no claims."""
    from flows.use_specs import read_use_specs
    from loaders.claims.dataset import ClaimsDataset

    if not read_use_specs(config) and not ClaimsDataset(settings.claims).parts():
        return result
    return replace(result, impact=assess_impact(engine, settings, config, result))


def try_impact(
    engine: Engine, settings: Settings, config: Path | None, result: UpdateResult
) -> tuple[UpdateResult, AddendaError | None]:
    """As `add_impact`, but what cannot be read leaves the result as it is, and is given back.

    An update must go on when a workbook of the organisation is not in its place.
    """
    try:
        return add_impact(engine, settings, config, result), None
    except AddendaError as error:
        return result, error


def add_impacts(engine: Engine, settings: Settings, config: Path | None, update: NetworkUpdate) -> None:
    """Gives every result of the update its impact; what cannot be read is a problem of the update."""
    from flows.update_problems import Problem, ProblemKind

    for number, result in enumerate(update.results):
        update.results[number], error = try_impact(engine, settings, config, result)
        if error is not None:
            release_id = result.current.release_id
            line = describe_left_out(result, error)
            update.problems.append(Problem(ProblemKind.IMPACT, release_id.system, line, f"impact {error.slug}"))


def describe_left_out(result: UpdateResult, error: AddendaError) -> str:
    """The line for an impact that could not be assessed."""
    return f"{result.current.release_id}: impact left out: {error.line}"
