"""The watch of each day: take in what the payers sent, write the report and the pages, tell people of new alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands.common import today_of
from flows.notifications import Event, EventKind, notify
from flows.settings import Settings
from flows.sources.lock import holding_lock
from flows.watch_files import WrittenWatch, write_watch
from flows.watch_steps import find_watched
from schema.errors import SettingsError, shorten_value
from schema.remits import RemitImport
from schema.store.database import open_database
from schema.systems import display_code
from schema.watch import Fault, WatchItem, WatchReport

if TYPE_CHECKING:
    from flows.network_update import Step

_FAULTS = {
    Fault.OURS: "ours: correct and resubmit",
    Fault.PAYER: "the payer's: appeal",
    Fault.UNKNOWN: "open whose: look at the claims",
}


@dataclass(frozen=True, slots=True)
class DenialCheck:
    """What one day's watch did. `imports` are the files of the folder that were not known, refused ones among
    them; `written` is None when no update is in its first 90 days; `told` counts the messages that were taken."""

    as_of: date
    imports: tuple[RemitImport, ...]
    written: WrittenWatch | None
    told: int = 0

    @property
    def alarms(self) -> tuple[WatchItem, ...]:
        """What stands in alarm, each once; see `WrittenWatch.single_alarms`."""
        return self.written.single_alarms if self.written else ()

    @property
    def has_findings(self) -> bool:
        """Whether a person should look."""
        return bool(self.alarms) or any(found.refusal for found in self.imports)


def watch_once(settings: Settings, config: Path | None = None, step: Step = lambda _: None) -> DenialCheck:
    """Import what lies in the folder for remittances, then write the report and the pages of today.

    Files stay where they are, and the same bytes count once. Without an update in its first 90 days nothing is
    written. An alarm is told once, whatever happens to it later. Raises AddendaError.
    """
    today = today_of(settings)
    with holding_lock(settings.home, lambda: step("another update is running: wait")):
        imports = import_folder(settings, step)
        engine = open_database(settings.database)
        try:
            is_watched = bool(find_watched(engine, today))
            written = write_watch(engine, settings, config, today, step, is_closing=True) if is_watched else None
        finally:
            engine.dispose()
    done = DenialCheck(today, tuple(imports), written)
    return replace(done, told=notify(settings.notify_urls, list_events(done), settings.home))


def import_folder(settings: Settings, step: Step = lambda _: None) -> list[RemitImport]:
    """Take in the files of the folder for remittances that are not known yet; of a refused one its reason is told.

    Hidden and unfinished files and links are left alone; a folder that is not there is empty. Raises
    SettingsError when the folder lies where releases are imported, and RemitsError or SourceError when a file or
    the folder cannot be read.
    """
    from loaders.import_folder import list_import_files
    from loaders.remits.dataset import RemitsDataset

    folder = settings.remit_imports
    here, releases = folder.absolute(), settings.imports.absolute()
    if releases in (here, *here.parents) or here in releases.parents:
        # What lies there goes into the archive as it is, with everything of patients that is in it.
        raise SettingsError(
            "setting remit_folder cannot be used",
            "it and the import folder of releases lie one in the other, whose files are archived whole",
            "name another folder, or leave it out",
        )
    dataset = RemitsDataset(settings.remits)
    done = []
    for path in list_import_files(folder):
        found = dataset.import_file(path, settings.claim_id_key, lambda: step("another import is running: wait"))
        if not found.is_known:
            step(f"{shorten_value(found.file, 160)}: {found.refusal or f'{found.claims:,} claims'}")
            done.append(found)
    return done


def list_events(done: DenialCheck) -> Iterator[Event]:
    """What people are told: each alarm, and that files were refused. Nothing of a claim stands in it."""
    if done.written:
        for item in done.alarms:
            yield _describe_alarm(item, done.written.report, done.written.files)
    for found in done.imports:
        if found.refusal:
            # File names are the sender's, and nobody knows what they say.
            body = f"sha256 {found.sha256[:16]}: {found.refusal}"
            yield Event(EventKind.FAILED_CHECK, "a file of remittances was refused", body, found.sha256)


def _describe_alarm(item: WatchItem, report: WatchReport, files: Sequence[Path]) -> Event:
    # A code that changes twice is told again after the second time.
    effective = max((r.effective_date for r in report.current if r.system == item.system), default=report.as_of)
    place = (effective.isoformat(), item.system, item.code, item.payer or "", item.category.value)
    category, code = item.category.value.replace("_", " "), display_code(item.system, item.code)
    lines = [
        item.why,
        f"Fault: {_FAULTS[item.fault]}.",
        f"{item.denied_claims} claims denied ({item.denied_amount:,.2f} dollars), {item.rejected_claims} rejected.",
        *(f"Dashboard: {path}" for path in files if path.name == "dashboard.html"),
    ]
    title = f"{category}: {item.system} {code} at {item.payer or 'all payers'}"
    key = sha256("\0".join(place).encode(errors="replace")).hexdigest()
    return Event(EventKind.ALARM, title, "\n".join(line for line in lines if line), key)
