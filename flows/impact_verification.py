"""Verifying as a step: reads an earlier assessment, the uses as they are now, and the codes that are valid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flows.impact.places import CurrentCodes
from flows.impact.verify import Verification, verify_uses
from flows.steps import diff_releases, resolve_pair
from schema.contents import ReleaseInfo
from schema.store import reader
from schema.store.database import reading
from schema.systems import get_system

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.impact.baseline import Baseline
    from schema.uses import InventoryUse


def verify_baseline(engine: Engine, baseline: Baseline, inventory: Sequence[InventoryUse], today: date) -> Verification:
    """What became of the baseline in an inventory read now. Raises UsageError or ReleaseNotFoundError where its
    releases are not held any more."""
    previous, current = resolve_pair(engine, baseline.system, baseline.previous, baseline.current)
    change_set = diff_releases(engine, previous, current)
    return verify_uses(baseline, inventory, change_set, read_current_codes(engine, current), today)


def read_current_codes(engine: Engine, current: ReleaseInfo) -> CurrentCodes:
    """The codes and modifiers that are valid on the effective date of a release."""
    release_id = current.release_id
    with reading(engine) as connection:
        if not get_system(release_id.system).has_record_dates:
            return CurrentCodes(release_id.system, frozenset(reader.read_billable_codes(connection, release_id)))
        valid = [
            record
            for record in reader.read_records(connection, release_id)
            if record.termination_date is None or record.termination_date >= release_id.effective_date
        ]
    modifiers = frozenset(record.code for record in valid if record.kind == "modifier")
    return CurrentCodes(release_id.system, frozenset(record.code for record in valid), modifiers)


def read_uses(config: Path | None) -> Sequence[InventoryUse]:
    """The uses of the settings file, read now. Raises SettingsError or UseError."""
    from flows.use_specs import read_use_specs
    from loaders.uses.inventory import read_inventory

    return read_inventory(read_use_specs(config))
