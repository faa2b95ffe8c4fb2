"""When each item first stood in alarm: kept in `alarms.json`, so that no later report moves the date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flows.watch.kept_files import holding_folder, read_kept, write_kept
from schema.watch import Status, WatchItem, WatchReport

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


def keep_first_alarms(folder: Path, report: WatchReport) -> WatchReport:
    """The report with the date of each item's first alarm, kept in the folder for the reports to come.

    A date after the report's own is not told: a report of an earlier day does not see it. Raises WatchError.
    """
    with holding_folder(folder, _WHAT):
        known = read_first_alarms(folder)
        dates = _add_report(known, report)
        if dates != known:
            write_first_alarms(folder, dates)
    return date_alarms(report, dates)


def date_alarms(report: WatchReport, known: Mapping[AlarmKey, date]) -> WatchReport:
    """The report with the first alarms as they are known, and its own; nothing is kept."""
    dates = _add_report(known, report)
    key_of = _Keys(report).key_of
    items = []
    for item in report.items:
        day = dates.get(key_of(item))
        items.append(replace(item, first_alarm_date=day if day and day <= report.as_of else None))
    return replace(report, items=tuple(items))


class _Keys:
    """What stands in alarm in a report: a code belongs to the update of its entry, else to the newest."""

    def __init__(self, report: WatchReport) -> None:
        self._newest = {release.system: release for release in sorted(report.current, key=lambda r: r.effective_date)}
        self._named = {(entry.system, entry.code): entry.current for entry in report.entries}

    def key_of(self, item: WatchItem) -> AlarmKey:
        release = self._named.get((item.system, item.code)) or self._newest[item.system]
        return AlarmKey(release.effective_date, item.system, item.code, item.payer, item.category.value)


def _add_report(known: Mapping[AlarmKey, date], report: WatchReport) -> dict[AlarmKey, date]:
    keys = _Keys(report)
    return add_alarms(known, [keys.key_of(item) for item in report.items if item.status is Status.ALARM], report.as_of)


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
