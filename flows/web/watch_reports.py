"""The reports of the watch as they lie in the home folder, and what the page of the watch tells of one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from schema.errors import ReviewNotFoundError, WatchError

CLOSEOUT_DAYS = (30, 60, 90)
# A year of daily reports; older ones are still had by their address.
MOST_REPORTS = 366
MOST_ALARMS = 100
KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_KNOWN = re.compile(r"dashboard\.html|closeout-(30|60|90)\.(html|json)|work\.(csv|xlsx)|watch\.json")
_FOLDER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One item in alarm; `payer` is "" for all payers together."""

    system: str
    code: str
    payer: str
    category: str
    fault: str
    first_date: str
    denied_claims: int
    rejected_claims: int
    denied_amount: Decimal
    recovered_amount: Decimal
    is_watched: bool
    why: str


@dataclass(frozen=True, slots=True)
class PayerLine:
    """The alarms of one payer."""

    payer: str
    alarms: int
    ours: int
    theirs: int
    denied_claims: int
    denied_amount: Decimal


@dataclass(frozen=True, slots=True)
class WorkLine:
    """Claims to do the same thing about."""

    action: str
    claims: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class WatchSummary:
    """One report. `current` are release ids; `alarms` are those of single payers, and those of all payers together
    where no single payer stands in alarm, the most dollars first; `counts` are items by status."""

    as_of: date
    current: tuple[str, ...]
    counts: Mapping[str, int]
    alarms: tuple[Alarm, ...]
    payers: tuple[PayerLine, ...]
    work: tuple[WorkLine, ...]

    @property
    def denied_amount(self) -> Decimal:
        """Dollars denied in the alarms."""
        return sum((alarm.denied_amount for alarm in self.alarms), Decimal(0))


@dataclass(frozen=True, slots=True)
class Closeout:
    """A close-out of a report. `signed_as_of` is the first report that holds the same bytes: what is signed is not
    another thing because a day went by."""

    days: int
    digest: str
    signed_as_of: date

    @property
    def scope(self) -> str:
        """What its signatures name."""
        return f"closeout@{self.signed_as_of.isoformat()}/{self.days}"


def list_days(folder: Path) -> list[date]:
    """The days of the reports in the folder of the watch, the newest first."""
    try:
        names = [path.name for path in folder.iterdir() if _FOLDER.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WatchError(f"cannot read {folder}", error.strerror or str(error), "check its rights") from error
    days = []
    for name in sorted(names, reverse=True)[:MOST_REPORTS]:
        try:
            day = date.fromisoformat(name)
        except ValueError:
            continue
        if (folder / name / "watch.json").is_file():
            days.append(day)
    return days


def list_files(folder: Path, as_of: date) -> list[str]:
    """The names of the files of a report that can be opened, sorted."""
    try:
        return sorted(p.name for p in (folder / as_of.isoformat()).iterdir() if _KNOWN.fullmatch(p.name))
    except OSError:
        return []


def read_watch_file(folder: Path, as_of: date, name: str) -> bytes:
    """One file of a report; raises ReviewNotFoundError for any name that the watch does not give."""
    path = folder / as_of.isoformat() / name
    # The folder is the operator's, but what is linked into it from elsewhere is no report.
    if not _KNOWN.fullmatch(name) or path.is_symlink() or not path.is_file():
        raise ReviewNotFoundError(f"there is no such file of {as_of}", "", "open the page of the watch")
    try:
        return path.read_bytes()
    except OSError as error:
        raise WatchError(f"cannot read {path}", error.strerror or str(error), "check its rights") from error


def read_summary(folder: Path, as_of: date) -> WatchSummary:
    """What the report of a day says; raises ReviewNotFoundError or WatchError."""
    path = folder / as_of.isoformat() / "watch.json"
    try:
        stat = path.stat()
    except OSError as error:
        raise ReviewNotFoundError(f"there is no report of {as_of}", "", "open the page of the watch") from error
    return _summarise(path, stat.st_mtime_ns, stat.st_size)


def find_closeouts(folder: Path, days: Sequence[date], as_of: date) -> list[Closeout]:
    """The close-outs of a report. `days` are those of all reports, the newest first."""
    found = []
    for number in CLOSEOUT_DAYS:
        digest = _digest(folder, as_of, number)
        if not digest:
            continue
        first = as_of
        for day in days[days.index(as_of) + 1 :] if as_of in days else ():
            if _digest(folder, day, number) != digest:
                break
            first = day
        found.append(Closeout(number, digest, first))
    return found


def _digest(folder: Path, as_of: date, days: int) -> str:
    path = folder / as_of.isoformat() / f"closeout-{days}.json"
    try:
        stat = path.stat()
        return _digest_file(path, stat.st_mtime_ns, stat.st_size)
    except OSError:
        return ""


# Reports do not change often; a page that reads one should not hash a year of them each time.
@lru_cache(maxsize=3 * MOST_REPORTS)
def _digest_file(path: Path, _changed: int, _size: int) -> str:
    return sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=8)
def _summarise(path: Path, _changed: int, _size: int) -> WatchSummary:
    try:
        document = json.loads(path.read_bytes())
        return summarise(document)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        why = f"{type(error).__name__}: {error}"
        raise WatchError(f"cannot read {path}", why, "write it anew: addenda watch report") from error


def summarise(document: Mapping[str, Any]) -> WatchSummary:
    """The summary of the JSON document of a report."""
    items = document["items"]
    alarms = [item for item in items if item["status"] == "alarm"]
    single = {(item["system"], item["code"], item["category"]) for item in alarms if item["payer"] is not None}
    told = [
        _alarm(item)
        for item in alarms
        if item["payer"] is not None or (item["system"], item["code"], item["category"]) not in single
    ]
    counts: dict[str, int] = {}
    for item in items:
        counts[item["status"]] = counts.get(item["status"], 0) + 1
    return WatchSummary(
        as_of=date.fromisoformat(document["as_of"]),
        current=tuple(document["current"]),
        counts=counts,
        alarms=tuple(sorted(told, key=lambda one: (-one.denied_amount, one.system, one.code, one.payer))),
        payers=_by_payer(told),
        work=_by_action(document["work"]),
    )


def _alarm(item: Mapping[str, Any]) -> Alarm:
    return Alarm(
        system=item["system"],
        code=item["code"],
        payer=item["payer"] or "",
        category=item["category"],
        fault=item["fault"],
        first_date=item["first_alarm_date"] or "",
        denied_claims=item["denied_claims"],
        rejected_claims=item["rejected_claims"],
        denied_amount=Decimal(item["denied_amount"]),
        recovered_amount=Decimal(item["recovered_amount"]),
        is_watched=item["is_watched"],
        why=item["why"],
    )


def _by_payer(alarms: Sequence[Alarm]) -> tuple[PayerLine, ...]:
    found: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        found.setdefault(alarm.payer, []).append(alarm)
    lines = [
        PayerLine(
            payer,
            len(ones),
            sum(one.fault == "ours" for one in ones),
            sum(one.fault == "payer" for one in ones),
            sum(one.denied_claims for one in ones),
            sum((one.denied_amount for one in ones), Decimal(0)),
        )
        for payer, ones in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.denied_amount, line.payer)))


def _by_action(work: Sequence[Mapping[str, Any]]) -> tuple[WorkLine, ...]:
    found: dict[str, list[Decimal]] = {}
    for claim in work:
        found.setdefault(claim["action"], []).append(Decimal(claim["denied_amount"]))
    return tuple(WorkLine(action, len(ones), sum(ones, Decimal(0))) for action, ones in sorted(found.items()))
