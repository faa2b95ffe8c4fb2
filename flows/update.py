"""One whole update from files at hand: which releases they are, loading them, and the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flows.steps import LoadResult, Override, load_release, prepare_result
from loaders.package import open_paths
from schema.changes import UpdateResult
from schema.contents import ReleaseInfo
from schema.errors import UsageError
from schema.releases import MONTHS, ReleaseRef, parse_release
from schema.store import reader
from schema.store.database import reading
from schema.systems import get_system

if TYPE_CHECKING:
    from sqlalchemy import Engine

Step = Callable[[str], None]
"""Called with what is being done now: a progress display, or nothing."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_QUARTER_NAME = re.compile(r"(?<![a-z])(jan|apr|jul|oct)(?:uary|il|y|ober)?(?![a-z])", re.IGNORECASE)
# Words of file names that say that this is not the October file, without a date to be trusted.
_UPDATE_WORDS = re.compile(r"updat|errata|correct", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FolderRelease:
    """A release found in a folder of the operator."""

    ref: ReleaseRef
    path: Path


def find_releases(system: str, folder: Path, label: str | None) -> list[FolderRelease]:
    """The releases of a system in a folder, by effective date.

    With a label the folder is that release. Without one, sub-folders named like releases (`FY2025`,
    `FY2024-apr`, `2020-07`) are taken one by one; else the file names have to tell. Raises UsageError
    when they do not: a release is never guessed.
    """
    name = get_system(system).name
    if not folder.exists():
        raise UsageError(f"no such folder: {folder}", "", "check the path")
    if label is not None:
        return [FolderRelease(parse_release(name, label), folder)]
    named = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        ref = _try_label(name, path.name) if path.is_dir() else None
        if ref is not None:
            named.append(FolderRelease(ref, path))
    if named:
        return sorted(named, key=lambda found: (found.ref.effective_date, found.path.name))
    ref = _try_label(name, folder.name) or _read_names(name, folder)
    return [FolderRelease(ref, folder)]


def update_from_folder(
    engine: Engine,
    system: str,
    folder: Path,
    *,
    label: str | None = None,
    override: Override | None = None,
    as_of: date,
    step: Step = lambda _: None,
) -> tuple[list[LoadResult], UpdateResult | None]:
    """Load what the folder holds and compare the newest release with the one before it.

    The result is None when there is nothing to compare with. Raises AddendaError.
    """
    loads = []
    for found in find_releases(system, folder, label):
        step(f"load {found.ref} from {found.path.name}")
        loads.append(load_release(engine, found.ref, [found.path], override))
    newest = max(loads, key=lambda load: load.written.release_id).written.release_id
    with reading(engine) as connection:
        current = reader.find_release(connection, ReleaseRef(newest.system, newest.effective_date, newest.issue))
        previous: ReleaseInfo | None = reader.find_previous(connection, newest.system, newest.effective_date)
    if previous is None:
        return loads, None
    step(f"compare {previous.release_id} with {current.release_id}")
    return loads, prepare_result(engine, previous, current, as_of)


def _try_label(system: str, text: str) -> ReleaseRef | None:
    try:
        return parse_release(system, text)
    except UsageError:
        return None


def _read_names(system: str, folder: Path) -> ReleaseRef:
    """The release that the file and member names agree on."""
    documents, sources = open_paths([folder])
    names = [folder.name, *(source.name for source in sources), *(document.base_name for document in documents)]
    years = {int(year) for name in names for year in _YEAR.findall(name)}
    months = {match[1].lower() for name in names for match in _QUARTER_NAME.finditer(name)}
    has_update_word = any(_UPDATE_WORDS.search(name) for name in names)
    known = get_system(system)
    if len(years) == 1 and len(months) <= 1 and not (has_update_word and not months):
        month = months.pop() if months else ("jan" if known.has_record_dates else "oct")
        label = f"{years.pop()}"
        if known.has_record_dates:
            return parse_release(system, f"{label}-{MONTHS[month]:02d}")
        return parse_release(system, f"FY{label}-{month}")
    raise UsageError(
        f"cannot tell which release {folder} holds",
        f"its names say year {sorted(years) or 'none'}, month {sorted(months) or 'none'}"
        + (", and speak of an update" if has_update_word else ""),
        f"name it with --release, for example {known.label_example}",
    )
