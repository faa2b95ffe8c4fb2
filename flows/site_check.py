"""The check that is made each day: look where it is time to, update what is new, tell people what they should know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands.common import today_of
from flows.impact_steps import add_impacts
from flows.impact_watch import Watched, verify_pending
from flows.network_update import NetworkUpdate, Step, update_from_sites
from flows.notifications import Event, EventKind, notify
from flows.reminders import send_reminders
from flows.report.writer import ReportFiles
from flows.review_steps import open_reviews
from flows.settings import Settings
from flows.sites import open_archive, open_downloader
from flows.sources.calendar import CalendarEntry, Posting, assess_calendar
from flows.sources.fetching import Fetcher, Progress
from flows.sources.finding import OTHER_SETS, Found, find_offers
from flows.sources.lock import holding_lock
from flows.sources.looks import KeptEvent, Look, list_due, read_ledger, write_ledger
from flows.sources.rows import list_rows
from flows.steps import has_findings
from flows.update_files import write_update
from flows.update_problems import Problem, ProblemKind
from loaders.import_folder import import_files
from schema.changes import UpdateResult
from schema.errors import UsageError
from schema.releases import ReleaseRef, label_of
from schema.sources import SourceRow, SourceState
from schema.store.database import open_database, reading
from schema.store.reader import list_releases
from schema.systems import SYSTEMS

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Read from one page, so looked at together.
_TOGETHER = (("icd10cm", "icd10pcs"), ("hcpcs",), *((name,) for name in OTHER_SETS))
_KINDS = {
    ProblemKind.PAGE: (EventKind.FETCH_FAILED, "page not read"),
    ProblemKind.QUARANTINED: (EventKind.FAILED_CHECK, "link quarantined"),
    ProblemKind.FETCH: (EventKind.FETCH_FAILED, "not fetched or stored"),
    ProblemKind.REFUSED: (EventKind.FAILED_CHECK, "release refused"),
    ProblemKind.IMPACT: (EventKind.FAILED_CHECK, "impact not assessed"),
    ProblemKind.REVIEW: (EventKind.FAILED_CHECK, "review not opened"),
}


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What one check found and did. `systems` are those that were looked at, `rows` what their pages
    offer, `told` counts the messages that were taken, `watched` are the assessments of what is to come."""

    as_of: date
    systems: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    alarms: tuple[CalendarEntry, ...]
    update: NetworkUpdate
    reports: tuple[tuple[UpdateResult, ReportFiles], ...]
    told: int = 0
    watched: tuple[Watched, ...] = ()

    @property
    def has_findings(self) -> bool:
        """Whether a person should look."""
        found = self.update
        is_different = any(has_findings(result) for result, _ in self.reports)
        is_open = any(one.has_open for one in self.watched)
        return bool(found.problems or found.reposted or found.reopened or self.alarms) or is_different or is_open


def check_sites(
    settings: Settings,
    systems: Collection[str] | None = None,
    step: Step = lambda _: None,
    progress: Progress = lambda _url, _done, _total: None,
    config: Path | None = None,
) -> SiteCheck:
    """Look at the pages of the systems for which it is time, fetch and load what is new, write the reports.

    What lies in the import folder is loaded on every day, and the assessments of releases to come are verified
    against the uses that `config` names. `systems` are code systems and other sets, all
    when None. Of two checks at once the second waits for the first and then finds nothing due. Raises
    AddendaError for what stops the whole check; what stops one release or page is a problem in the
    answer. People are told last, and each thing once; the reminders of the reviews go with it.
    """
    wanted = [name for group in _TOGETHER for name in group if systems is None or name in systems]
    if unknown := sorted(set(systems or ()) - set(wanted)):
        known = ", ".join(name for group in _TOGETHER for name in group)
        raise UsageError(f"unknown system {unknown[0]!r}", "", f"choose from {known}")
    today = today_of(settings)
    with holding_lock(settings.home, lambda: step("another update is running: wait")):
        engine = open_database(settings.database)
        try:
            done = _check_due(engine, settings, config, wanted, today, step, progress)
            watched = verify_pending(engine, settings, config, today)
        finally:
            engine.dispose()
        events = read_ledger(settings.home).events
    told = notify(
        settings.notify_urls,
        [
            *(Event(EventKind(event.kind), event.title, event.body, event.key) for event in events),
            *(one.event for one in watched),
        ],
        settings.home,
    )
    told += send_reminders(settings, today)
    return replace(done, told=told, watched=tuple(watched))


def _check_due(
    engine: Engine,
    settings: Settings,
    config: Path | None,
    wanted: Sequence[str],
    today: date,
    step: Step,
    progress: Progress,
) -> SiteCheck:
    ledger = read_ledger(settings.home)
    alarmed = {
        entry.release.system for entry in assess_calendar(today, _list_held(engine), [], SYSTEMS) if entry.is_alarm
    }
    due = list_due(wanted, ledger.looks, today, alarmed)
    if not due:
        step("no page is due")
    downloader, archive = open_downloader(settings, step), open_archive(settings)
    looks = [
        find_offers(downloader, settings.cms_url, settings.cdc_url, members, step)
        for group in _TOGETHER
        if (members := [name for name in group if name in due])
    ]
    found = Found(
        tuple(offer for look in looks for offer in look.offers),
        tuple(problem for look in looks for problem in look.problems),
        frozenset(name for look in looks for name in look.unseen),
    )
    imported = import_files(archive, settings.imports, datetime.now(UTC))
    update = update_from_sites(engine, Fetcher(downloader, archive, progress), found, due, today, step, imported)
    add_impacts(engine, settings, config, update)
    open_reviews(engine, update, datetime.now(UTC))
    reports = tuple((result, write_update(result, settings, config)) for result in update.results)
    held = _list_held(engine)
    postings = [Posting(o.release, o.posted_date) for o in found.offers if o.release and not o.quarantine]
    # Of a page that was not seen nobody can say what is missing on it.
    read = [name for name in due if name in SYSTEMS and name not in found.unseen]
    alarms = tuple(entry for entry in assess_calendar(today, held, postings, read) if entry.is_alarm)
    licences = {licence.kind for licence in archive.list_licences()}
    rows = list_rows(
        [offer for offer in found.offers if offer.system in due],
        held,
        archive.find(),
        licences,
        [alarm.to_row() for alarm in alarms],
    )
    done = SiteCheck(today, tuple(due), tuple(rows), alarms, update, reports)
    failed = found.unseen | {_system_of(p) for p in update.problems if p.kind in (ProblemKind.PAGE, ProblemKind.FETCH)}
    events = list(_list_events(done, ledger.looks))
    write_ledger(settings.home, ledger.add(today, due, failed, events))
    return done


def _list_held(engine: Engine) -> set[ReleaseRef]:
    with reading(engine) as connection:
        ids = [info.release_id for info in list_releases(connection)]
    return {ReleaseRef(release_id.system, release_id.effective_date) for release_id in ids}


def _system_of(problem: Problem) -> str:
    """Of a page its name stands in the line: `hcpcs (cms): ...`."""
    return problem.system or problem.line.partition(":")[0].partition(" ")[0]


def _list_events(done: SiteCheck, looks: Mapping[str, Look]) -> Iterator[KeptEvent]:
    """What people should be told. Failures bear the day of the last look that succeeded, so that one that
    lasts is told once, and one that comes back is told again."""

    def make(kind: EventKind, key: str, title: str, body: str) -> KeptEvent:
        return KeptEvent(done.as_of, str(kind), key, title, body)

    def since(problem: Problem) -> str:
        # The page named icd10 has both systems.
        name = _system_of(problem)
        look = looks.get(name) or looks.get(f"{name}cm")
        return f"since {look.seen if look else None}"

    new: dict[str, list[str]] = {}
    reposted = {event.after for event in done.update.reposted}
    stored = (load.written for load in done.update.loads if load.written.outcome in ("loaded", "new issue"))
    for release_id in sorted({written.release_id for written in stored} - reposted):
        new.setdefault(release_id.system, []).append(str(release_id))
    paths = {str(result.current.release_id): str(files.html) for result, files in done.reports}
    for ids in new.values():
        more = f" and {len(ids) - 1} earlier" if len(ids) > 1 else ""
        body = "\n".join(["Loaded: " + ", ".join(ids), *(f"Report: {paths[i]}" for i in ids if i in paths)])
        yield make(EventKind.NEW, ids[-1], f"{ids[-1]}{more} loaded", body)
    for event in done.update.reposted:
        body = f"{event.before} has other content now, loaded as {event.after}."
        if str(event.after) in paths:
            body += f"\nReport: {paths[str(event.after)]}"
        yield make(EventKind.REPOSTED, str(event.after), f"{event.before} was posted again", body)
    for alarm in done.alarms:
        kind = EventKind.LATE if alarm.to_row().state is SourceState.LATE else EventKind.MISSING
        name = f"{alarm.release.system} {label_of(alarm.release.system, alarm.release.effective_date)}"
        yield make(kind, alarm.event_id, f"{name} is {kind.value}", alarm.reason)
    for problem in done.update.problems:
        kind, words = _KINDS[problem.kind]
        title, key = f"{problem.system or 'import folder'}: {words}", problem.key
        if problem.kind is ProblemKind.PAGE:
            key = problem.line.partition(":")[0]
            title = f"{key}: {words}"
        if kind is EventKind.FETCH_FAILED:
            key += f" {since(problem)}"
        yield make(kind, key, title, problem.line)
