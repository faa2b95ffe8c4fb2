"""When each item first stood in alarm: kept in `alarms.json`, so that no later report moves the date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flows.watch.kept_files import read_kept, write_kept

ALARMS_NAME = "alarms.json"
_FORMAT = 1
_WHAT = "the dates of the first alarms"


class AlarmKey(NamedTuple):
    """What stood in alarm, after which effective date."""

    effective_date: date
    system: str
    code: str
    payer: str | None
    category: str


def read_first_alarms(folder: Path) -> dict[AlarmKey, date]:
    """The first report date in alarm, by what stood in alarm; empty without a file. Raises WatchError."""
    return read_kept(folder / ALARMS_NAME, _parse, {}, _WHAT)


def add_alarms(known: Mapping[AlarmKey, date], alarms: Iterable[AlarmKey], as_of: date) -> dict[AlarmKey, date]:
    """The dates after a report of that day: each the smallest report date at which it stood in alarm."""
    dates = dict(known)
    for key in alarms:
        dates[key] = min(as_of, dates.get(key, as_of))
    return dates


def write_first_alarms(folder: Path, dates: Mapping[AlarmKey, date]) -> None:
    """Keep the dates; the earlier file stays until the new one is whole. Raises WatchError."""
    rows = [
        {**key._asdict(), "effective_date": key.effective_date.isoformat(), "first_alarm_date": day.isoformat()}
        for key, day in sorted(dates.items(), key=lambda pair: (*pair[0][:3], pair[0].payer or "", pair[0].category))
    ]
    text = json.dumps({"format": _FORMAT, "alarms": rows}, indent=1, ensure_ascii=True) + "\n"
    write_kept(folder / ALARMS_NAME, text, _WHAT)


def _parse(text: str) -> dict[AlarmKey, date]:
    document = json.loads(text)
    if document["format"] != _FORMAT:
        raise ValueError("it is of another version")
    return {
        AlarmKey(
            date.fromisoformat(row["effective_date"]), row["system"], row["code"], row["payer"], row["category"]
        ): date.fromisoformat(row["first_alarm_date"])
        for row in document["alarms"]
    }
