"""The table `[impact]` of addenda.toml: limits of the priority rules, and days before the effective date.

    [impact]
    large_dollars = 50000
    soon_days = 30

    [impact.lead_days]
    charge_master = 45

The names are those of `flows.impact.priority.Thresholds` and `flows.impact.tasks.LEAD_DAYS`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.impact.assess import ImpactSettings
from flows.impact.priority import Thresholds
from flows.impact.tasks import LEAD_DAYS
from flows.settings import CONFIG_FILE
from schema.errors import Place, SettingsError

_LEAD_DAYS = "lead_days"
# A limit beyond it is a slip of the keyboard; the amounts of a claim line have 14 digits before the point.
_GREATEST = 10**14
_MOST_DAYS = 366


def read_impact_settings(config: Path | None) -> ImpactSettings:
    """What `[impact]` of the settings file says, defaults for the rest; without a file the defaults.

    `config` is a file named by the operator, else `addenda.toml` of the working folder counts. Raises
    SettingsError for a key that nobody knows or a value that is none.
    """
    path = config or Path(CONFIG_FILE)
    if config is None and not path.is_file():
        return ImpactSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("impact", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read {path}", str(error), "correct the file") from error
    if not isinstance(table, dict):
        raise SettingsError("impact is no table", "", "write [impact] above its keys", Place(str(path)))
    lead_days = table.pop(_LEAD_DAYS, {})
    if not isinstance(lead_days, dict):
        raise SettingsError(
            "impact.lead_days is no table", "", "write [impact.lead_days] above its keys", Place(str(path))
        )
    return ImpactSettings(_read_thresholds(table, path), _read_lead_days(lead_days, path))


def _read_thresholds(table: Mapping[str, Any], path: Path) -> Thresholds:
    kinds = {known.name: type(getattr(Thresholds(), known.name)) for known in fields(Thresholds)}
    _refuse_unknown(table, kinds, "impact", path)
    values: dict[str, Any] = {}
    for name, value in table.items():
        most = _MOST_DAYS if name.endswith("_days") else _GREATEST
        may_have_cents = kinds[name] is Decimal
        values[name] = kinds[name](_read_number(value, f"impact.{name}", most, path, may_have_cents=may_have_cents))
    return Thresholds(**values)


def _read_lead_days(table: Mapping[str, Any], path: Path) -> dict[str, int]:
    _refuse_unknown(table, LEAD_DAYS, "impact.lead_days", path)
    days = {
        name: int(_read_number(value, f"impact.lead_days.{name}", _MOST_DAYS, path)) for name, value in table.items()
    }
    return {**LEAD_DAYS, **days}


def _refuse_unknown(table: Mapping[str, Any], known: Mapping[str, Any], name: str, path: Path) -> None:
    unknown = sorted(table.keys() - known.keys())
    if unknown:
        raise SettingsError(
            f"{name} has no key {unknown[0]!r}", f"it knows {', '.join(known)}", "correct the name", Place(str(path))
        )


def _read_number(value: Any, name: str, most: int, path: Path, *, may_have_cents: bool = False) -> Decimal:
    """0 to `most`; TOML's true is no number. Cents come through as they are written."""
    is_number = isinstance(value, int | float) if may_have_cents else isinstance(value, int)
    if isinstance(value, bool) or not is_number or not 0 <= value <= most:
        kind = "a number" if may_have_cents else "a whole number"
        place = Place(str(path), value=str(value))
        raise SettingsError(f"{name} cannot be used", f"it has to be {kind} from 0 to {most}", "correct it", place)
    return Decimal(str(value))
