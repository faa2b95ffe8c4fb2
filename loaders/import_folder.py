"""Files that an operator dropped into a folder, taken into the archive as if they had been fetched."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from loaders.archive import Archive
from loaders.package import open_paths
from loaders.x12_envelope import looks_like_x12
from schema.errors import AddendaError, Place, SourceError, UsageError, shorten_value
from schema.releases import ReleaseRef, parse_release
from schema.sources import Contents, Manifest
from schema.systems import SYSTEMS

_HEAD = 256
ORIGIN = "import folder"
SCHEME = "import:"
# What browsers and copying programs call a file that they have not finished.
_UNFINISHED = (".part", ".crdownload", ".download", ".tmp", ".partial", ".filepart")


@dataclass(frozen=True, slots=True)
class Imported:
    """One file of the folder: its manifest, and whether it is new to the archive; or why it was refused."""

    name: str
    manifest: Manifest | None
    is_new: bool
    reason: str = ""


def import_files(
    archive: Archive,
    folder: Path,
    now: datetime,
    *,
    licence: str = "none",
    tell_contents: Callable[[str], Contents] = lambda _: Contents.OTHER,
) -> list[Imported]:
    """Archive what lies in the folder, and say of each file what became of it, sorted by name.

    `icd10cm/FY2027/file.zip` belongs to that release; a file that does not lie so belongs to none. Its
    address is `import:` and its name in the folder. The files stay where they are; one that is there
    already under the same name is not new. An unsafe or broken file, a web page in place of a file and
    a folder named like no release are refused, each for itself. Hidden and unfinished files are left
    alone. A folder that is not there is empty. Raises ArchiveError.
    """
    found = []
    for path in list_import_files(folder):
        name = os.fsencode(path.relative_to(folder).as_posix()).decode(errors="backslashreplace")
        try:
            release = _tell_release(name)
            digest, size = _inspect(path)
        except AddendaError as error:
            found.append(Imported(name, None, False, error.line))
            continue
        url = SCHEME + quote(name)
        known = [manifest for manifest in archive.find(url=url, sha256=digest) if archive.has(digest)]
        manifest = Manifest(
            sha256=digest,
            size=size,
            url=url,
            final_url=url,
            requested_at=now,
            finished_at=now,
            headers={},
            file_name=name.rpartition("/")[2],
            licence=licence,
            system=release.system if release else "",
            release=str(release) if release else "",
            contents=tell_contents(path.name).value,
            more={"origin": ORIGIN},
        )
        kept = known[-1] if known else archive.keep(path, manifest)
        found.append(Imported(name, kept, not known))
    return sorted(found, key=lambda imported: imported.name)


def list_import_files(folder: Path) -> Iterator[Path]:
    """The finished files below a folder that people drop files into; no links, none where there is no folder.

    Raises SourceError.
    """

    def stop(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            why = error.strerror or str(error)
            raise SourceError("import folder cannot be read", why, "check the rights", Place(str(error.filename)))

    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            is_finished = not name.startswith(".") and not name.lower().endswith(_UNFINISHED)
            # A link could lead out of the folder, and a pipe might never end.
            if is_finished and stat.S_ISREG(path.lstat().st_mode):
                yield path


def _tell_release(name: str) -> ReleaseRef | None:
    """The release that the sub-folders name; raises UsageError when they name a system and no release."""
    parts = name.split("/")
    if parts[0].lower() not in SYSTEMS or len(parts) == 1:
        return None
    if len(parts) == 2:
        raise UsageError(
            f"{shorten_value(name)} is of no release", "", f"put it into {parts[0]}/RELEASE/, RELEASE being its label"
        )
    return parse_release(parts[0], parts[1])


def _inspect(path: Path) -> tuple[str, int]:
    """The sha256 and size of a file that looks sound; raises AddendaError for any other."""
    with path.open("rb") as file:
        if looks_like_x12(file.read(_HEAD)):
            # The archive keeps files as they are, and these are full of patients.
            raise UsageError(
                f"{shorten_value(path.name)} is no part of a release",
                "it is an X12 file",
                "take it in with addenda import claims or addenda import remits",
            )
    # Opening refuses what is broken or unsafe; the members are read when the release is.
    documents, sources = open_paths([path])
    for _ in documents:
        pass
    return sources[0].sha256, sources[0].size
