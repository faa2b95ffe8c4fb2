"""The table `[impact]` of addenda.toml: limits of the priority rules, and days before the effective date.

    [impact]
    large_dollars = 50000
    soon_days = 30

    [impact.lead_days]
    charge_master = 45

The names are those of `flows.impact.priority.Thresholds` and `flows.impact.tasks.LEAD_DAYS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.impact.assess import ImpactSettings
from flows.impact.priority import Thresholds
from flows.impact.tasks import LEAD_DAYS
from flows.settings import read_config
from schema.errors import SettingsError, shorten_value

_LEAD_DAYS = "lead_days"
# A limit beyond it is a slip of the keyboard; the amounts of a claim line have 14 digits before the point.
_GREATEST = 10**14
_MOST_DAYS = 366


def read_impact_settings(config: Path | None) -> ImpactSettings:
    """What `[impact]` of the settings file says, defaults for the rest; without a file the defaults.

    `config` is a file named by the operator, else `addenda.toml` of the working folder counts. `lead_days` knows
    the kinds of `LEAD_DAYS` and those of the file's own uses. Raises SettingsError for a key that nobody knows
    or a value that is none.
    """
    tables = read_config(config)
    table = dict(_as_table(tables.get("impact", {}), "impact"))
    lead_days = _as_table(table.pop(_LEAD_DAYS, {}), f"impact.{_LEAD_DAYS}")
    uses = tables.get("uses", [])
    kinds = [str(use["kind"]).strip() for use in uses if isinstance(use, dict) and "kind" in use]
    return ImpactSettings(_read_thresholds(table), _read_lead_days(lead_days, kinds))


def _as_table(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{name} cannot be used", "it is no table", f"write [{name}] above its keys")
    return value


def _read_thresholds(table: Mapping[str, Any]) -> Thresholds:
    kinds = {known.name: type(getattr(Thresholds(), known.name)) for known in fields(Thresholds)}
    _refuse_unknown(table, kinds, "impact")
    values: dict[str, Any] = {}
    for name, value in table.items():
        most = _MOST_DAYS if name.endswith("_days") else _GREATEST
        may_have_cents = kinds[name] is Decimal
        values[name] = kinds[name](_read_number(value, f"impact.{name}", most, may_have_cents=may_have_cents))
    return Thresholds(**values)


def _read_lead_days(table: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, int]:
    _refuse_unknown(table, [*LEAD_DAYS, *kinds], "impact.lead_days")
    days = {name: int(_read_number(value, f"impact.lead_days.{name}", _MOST_DAYS)) for name, value in table.items()}
    return {**LEAD_DAYS, **days}


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], name: str) -> None:
    names = dict.fromkeys(known)
    for key in table:
        if key not in names:
            raise SettingsError(
                f"{name}.{shorten_value(key)} cannot be used", "there is no such key", f"use {', '.join(names)}"
            )


def _read_number(value: Any, name: str, most: int, *, may_have_cents: bool = False) -> Decimal:
    """0 to `most`; TOML's true is no number. Cents come through as they are written."""
    is_number = isinstance(value, int | float) if may_have_cents else isinstance(value, int)
    if isinstance(value, bool) or not is_number or not 0 <= value <= most:
        kind = "a number" if may_have_cents else "a whole number"
        why = f"{shorten_value(str(value))} is not {kind} from 0 to {most}"
        raise SettingsError(f"{name} cannot be used", why, "correct it")
    return Decimal(str(value))
