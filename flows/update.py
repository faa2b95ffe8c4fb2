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
from schema.errors import Place, ReleaseNotFoundError, SourceError, UsageError, shorten_value
from schema.releases import MONTHS, ReleaseRef, parse_release
from schema.store import reader
from schema.store.database import reading
from schema.systems import get_system

if TYPE_CHECKING:
    from sqlalchemy import Engine

Step = Callable[[str], None]
"""Called with what is being done now: a progress display, or nothing."""

# CMS posted drafts of ICD-10 from 2011 to 2014, before it came into force.
_DRAFT = re.compile(r"[- _]draft$", re.IGNORECASE)
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
    `FY2024-apr`, `FY2012-draft`, `2020-07`) are taken one by one; else the file names have to tell.
    Raises UsageError when they do not, or when two name one release: a release is never guessed.
    """
    name = get_system(system).name
    if label is not None:
        return [FolderRelease(parse_release(name, label), folder)]
    named: dict[ReleaseRef, Path] = {}
    for path, ref in _list_named(name, folder):
        if ref is None:
            continue
        if ref in named:
            why = f"{named[ref].name} and {path.name}"
            raise UsageError(
                "two folders are of one release", why, "give one of them, with --release", Place(str(folder))
            )
        named[ref] = path
    if named:
        found = [FolderRelease(ref, path) for ref, path in named.items()]
        return sorted(found, key=lambda release: (release.ref.effective_date, release.ref.issue or 0))
    return [FolderRelease(_try_label(name, folder.resolve().name) or _read_names(name, folder), folder)]


def list_left_out(system: str, folder: Path) -> list[str]:
    """What lies in the folder beside the sub-folders that are named like releases, and so is not looked at."""
    found = _list_named(get_system(system).name, folder)
    if not any(ref for _, ref in found):
        return []
    return [path.name for path, ref in found if ref is None and not path.name.startswith(".")]


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

    The result is None when there is nothing to compare with. Of several releases, one that has nothing
    but lists and is not held is left out, and said so. Raises AddendaError.
    """
    loads = []
    releases = find_releases(system, folder, label)
    for name in list_left_out(system, folder) if label is None else []:
        step(f"left out: {shorten_value(name)}, which is not named like a release")
    for found in releases:
        step(f"load {found.ref} from {shorten_value(found.path.name)}")
        try:
            loads.append(load_release(engine, found.ref, [found.path], override))
        except ReleaseNotFoundError as error:
            if len(releases) == 1:
                raise
            step(f"left out: {error.line}")
    if not loads:
        raise UsageError("no folder has a code list", "", "give the order files or code files", Place(str(folder)))
    newest = max(loads, key=lambda load: load.written.release_id).written.release_id
    with reading(engine) as connection:
        current = reader.find_release(connection, ReleaseRef(newest.system, newest.effective_date, newest.issue))
        previous: ReleaseInfo | None = reader.find_previous(connection, newest.system, newest.effective_date)
    if previous is None:
        return loads, None
    step(f"compare {previous.release_id} with {current.release_id}")
    return loads, prepare_result(engine, previous, current, as_of)


def _list_named(system: str, folder: Path) -> list[tuple[Path, ReleaseRef | None]]:
    """What lies in the folder, by name, with the release that a sub-folder is named like."""
    try:
        if not folder.is_dir():
            folder.stat()
            return []
        return [(path, _label(system, path) if path.is_dir() else None) for path in sorted(folder.iterdir())]
    except OSError as error:
        why = error.strerror or str(error)
        raise SourceError("folder cannot be read", why, "check the path and the rights", Place(str(folder))) from error


def _label(system: str, path: Path) -> ReleaseRef | None:
    return _try_label(system, _DRAFT.sub("", path.name))


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
