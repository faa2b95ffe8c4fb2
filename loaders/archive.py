"""The archive of raw files: bytes by their sha256, written once, with a manifest for each fetch beside them.

objects/ab/cdef…                          the bytes; no extension, so that one content has one place
objects/ab/cdef….20260825T101500Z.….json  a manifest, one for each fetch event
licences/ama.20260825T101500Z.….json      an operator's acceptance of a licence
incoming/….part                           what is not finished
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from loaders.archive_folder import INCOMING, explain_failure, open_folder
from loaders.archive_manifest import is_digest, keep_headers, name_manifest, read_manifest, write_manifest
from loaders.licences import Licence, name_licence, normalise_kind, read_licence, write_licence
from schema.errors import ArchiveError, Place, shorten_value
from schema.sources import Manifest

OBJECTS = "objects"
LICENCES = "licences"
NO_LICENCE = "none"

_OBJECT_NAME = re.compile(rf"{OBJECTS}/([0-9a-f]{{2}})/([0-9a-f]{{62}})(\.[0-9TZ]+\.[0-9a-f]{{16}}\.json)?")
# The longest name that common file systems take has 255 bytes.
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of `verify`: `kind` is `missing`, `changed`, `orphaned`, `broken_manifest` or `stray`."""

    kind: str
    name: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}: {shorten_value(self.name, 120)} ({shorten_value(self.detail, 160)})"


class Archive:
    """The archive at a local path or any fsspec address (`s3://bucket/folder`).

    `work` is a local folder for unfinished files and for copies of remote ones; by default the archive
    itself where it is local. Nothing is made before it is needed. Every method raises ArchiveError.
    """

    def __init__(self, address: str | Path, work: Path | None = None) -> None:
        self._folder = open_folder(str(address))
        self._work = work or self._folder.local_path("") or _default_cache()
        self._known: dict[str, Manifest | None] = {}

    @property
    def label(self) -> str:
        """The address as it may be shown."""
        return self._folder.label

    def part_path(self, name: str) -> Path:
        """Where a download of this name (an address, say) grows; the same path after a restart, so that
        it can be resumed. Its folder is made, and the path has `part` in its name."""
        folder = self._work / INCOMING
        with explain_failure(self.label, "written"):
            folder.mkdir(parents=True, exist_ok=True)
        plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name.rstrip("/").rpartition("/")[2])[-_NAME_LENGTH:]
        return folder / f"{plain.lstrip('.') or 'file'}.{sha256(name.encode()).hexdigest()[:12]}.part"

    def put(self, part: Path, manifest: Manifest) -> Manifest:
        """Archive a finished file and its manifest; what was kept comes back (with fewer headers).

        The part is gone afterwards. Bytes that are there already are not written again; a damaged
        object is replaced by the right bytes. The manifest is written last, so that whoever finds it
        finds the bytes. Raises ArchiveError when the part does not have the size and sha256 that the
        manifest says.
        """
        kept = self.keep(part, manifest)
        with explain_failure(self.label, "written"), suppress(FileNotFoundError):
            part.unlink()
        return kept

    def keep(self, path: Path, manifest: Manifest) -> Manifest:
        """As `put`, but the file stays where it is."""
        manifest = keep_headers(manifest)
        name = self._name_object(manifest.sha256)
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size != manifest.size:
                    raise _refuse_part(path, f"it does not have {manifest.size} bytes")
                if self._measure(name) != (manifest.sha256, manifest.size):
                    self._folder.write(name, file, manifest.sha256)
                elif _hash(file) != manifest.sha256:
                    raise _refuse_part(path, f"its sha256 is not {manifest.sha256}")
        except FileNotFoundError as error:
            raise _refuse_part(path, "it is not there") from error
        data = write_manifest(manifest)
        self._put_bytes(f"{name}.{name_manifest(manifest, data)}", data)
        return manifest

    def find(
        self,
        *,
        url: str | None = None,
        sha256: str | None = None,
        system: str | None = None,
        release: str | None = None,
        contents: str | None = None,
    ) -> list[Manifest]:
        """The manifests with all of these values, the earliest fetch first. `url` is the address as found
        or the final one. A manifest that cannot be read is left out here; `verify` names it."""
        wanted = {"sha256": sha256, "system": system, "release": release, "contents": contents}
        found = [
            manifest
            for manifest in self._read_manifests()
            if url is None or url in (manifest.url, manifest.final_url)
            if all(value is None or getattr(manifest, name) == value for name, value in wanted.items())
        ]
        return sorted(found, key=lambda m: (m.requested_at, m.finished_at, m.url, m.sha256))

    def has(self, digest: str) -> bool:
        """Whether the bytes are there, unharmed."""
        found = self._measure(self._name_object(digest))
        return found is not None and found[0] == digest

    def open_local(self, digest: str) -> Path:
        """A local path of the bytes, verified just now: the object itself, or a copy of a remote one in
        the work folder. Its name is the digest; see `open_named`. Raises ArchiveError."""
        name = self._name_object(digest)
        path = self._folder.local_path(name)
        if path is None:
            return self._copy_here(name, digest)
        if not self.has(digest):
            raise self._damaged(name)
        return path

    @contextmanager
    def open_named(self, manifests: Sequence[Manifest]) -> Iterator[list[Path]]:
        """Local paths of archived files under the names that the publisher gave them, for as long as the
        context lasts. They are links: nothing is copied."""
        paths = [self.open_local(manifest.sha256) for manifest in manifests]
        with tempfile.TemporaryDirectory(prefix="addenda-") as folder:
            links = []
            for number, (path, manifest) in enumerate(zip(paths, manifests, strict=True)):
                link = Path(folder) / str(number) / name_plainly(manifest.file_name)
                link.parent.mkdir()
                link.symlink_to(path.absolute())
                links.append(link)
            yield links

    def verify(self, step: Callable[[str], None] = lambda _: None) -> list[Problem]:
        """Hash every object again and read every manifest; what is wrong, sorted by name.

        `step` is called with the name of each object. Unfinished files are no problem.
        """
        problems = []
        objects: set[str] = set()
        described: dict[str, list[Manifest]] = {}
        for name in self._folder.list_names(OBJECTS):
            match = _OBJECT_NAME.fullmatch(name)
            if match is None:
                problems.append(Problem("stray", name, "nothing of the archive has such a name"))
            elif match[3] is None:
                objects.add(name)
            else:
                manifest, why = self._read_manifest(name)
                if manifest is None:
                    problems.append(Problem("broken_manifest", name, why))
                described.setdefault(name[: match.end(2)], []).extend([manifest] if manifest else [])
        for name in sorted(objects):
            step(name)
            digest, size = self._measure(name) or ("", 0)
            if digest != name.removeprefix(OBJECTS).replace("/", ""):
                problems.append(Problem("changed", name, f"its {size} bytes have sha256 {digest or 'none'}"))
            if name not in described:
                problems.append(Problem("orphaned", name, "no manifest says where it came from"))
            for manifest in described.get(name, []):
                if manifest.size != size:
                    problems.append(Problem("changed", name, f"{size} bytes, its manifest says {manifest.size}"))
        for name in sorted(described.keys() - objects):
            urls = sorted({manifest.url for manifest in described[name]})
            problems.append(Problem("missing", name, f"fetched from {', '.join(urls) or 'an unknown address'}"))
        return sorted(set(problems), key=lambda problem: (problem.name, problem.kind, problem.detail))

    def record_licence(self, kind: str, who: str, when: datetime, note: str) -> Licence:
        """Record that a person accepted a licence; acceptances are added, never changed.

        Raises UsageError when kind or person is missing, or the instant has no time zone.
        """
        data, licence = write_licence(kind, who, when, note)
        self._put_bytes(f"{LICENCES}/{name_licence(licence, data)}", data)
        return licence

    def list_licences(self) -> list[Licence]:
        """All acceptances, the earliest first. Raises ArchiveError for a record that cannot be read: it
        must not pass for an acceptance, nor get lost."""
        found = []
        for name in self._folder.list_names(LICENCES):
            try:
                found.append(read_licence(self._folder.read(name)))
            except (ValueError, FileNotFoundError) as error:
                raise ArchiveError(
                    "a licence record is broken", str(error), "restore it from a backup", Place(f"{self.label}/{name}")
                ) from error
        return sorted(found, key=lambda licence: (licence.accepted_at, licence.kind, licence.who))

    def has_licence(self, kind: str) -> bool:
        """Whether files under this licence may be fetched: none is needed, or a person has accepted it."""
        wanted = normalise_kind(kind)
        return wanted == NO_LICENCE or any(licence.kind == wanted for licence in self.list_licences())

    def _name_object(self, digest: str) -> str:
        if not is_digest(digest):
            raise ArchiveError("not a sha256", "", "give 64 hexadecimal digits", Place(value=digest))
        return f"{OBJECTS}/{digest[:2]}/{digest[2:]}"

    def _measure(self, name: str) -> tuple[str, int] | None:
        try:
            return self._folder.measure(name)
        except FileNotFoundError:
            return None

    def _put_bytes(self, name: str, data: bytes) -> None:
        digest = sha256(data).hexdigest()
        if self._measure(name) != (digest, len(data)):
            self._folder.write(name, io.BytesIO(data), digest)

    def _read_manifests(self) -> Iterator[Manifest]:
        for name in self._folder.list_names(OBJECTS):
            match = _OBJECT_NAME.fullmatch(name)
            if match and match[3]:
                # A manifest never changes, so it is read once.
                if name not in self._known:
                    self._known[name] = self._read_manifest(name)[0]
                manifest = self._known[name]
                if manifest:
                    yield manifest

    def _read_manifest(self, name: str) -> tuple[Manifest | None, str]:
        """The manifest, or why it cannot be read."""
        try:
            data = self._folder.read(name)
            manifest = read_manifest(data)
        except (ValueError, FileNotFoundError) as error:
            return None, str(error)
        if not name.startswith(self._name_object(manifest.sha256) + "."):
            return None, f"it is about sha256 {manifest.sha256}"
        if not name.endswith(f".{sha256(data).hexdigest()[:16]}.json"):
            return None, "it was changed after it was written"
        return manifest, ""

    def _copy_here(self, name: str, digest: str) -> Path:
        target = self._work / "copies" / digest
        cached = open_folder(str(self._work))
        with suppress(FileNotFoundError):
            if cached.measure(f"copies/{digest}")[0] == digest:
                return target
        try:
            with self._folder.reading(name) as file:
                cached.write(f"copies/{digest}", file, digest)
        except FileNotFoundError as error:
            raise self._damaged(name) from error
        return target

    def _damaged(self, name: str) -> ArchiveError:
        why = "it is missing or its bytes were changed"
        return ArchiveError("archived file cannot be used", why, "fetch it again", Place(f"{self.label}/{name}"))


def name_plainly(name: str) -> str:
    """A publisher's file name as a harmless local one: no folders, no control characters, not hidden."""
    plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name).lstrip(". ").strip()
    cut = plain.encode(errors="replace")[-_NAME_LENGTH:].decode(errors="ignore")
    return cut or "file"


def _default_cache() -> Path:
    """The platform's folder for what can be had again (XDG base directory specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "addenda"


def _hash(file: io.BufferedReader) -> str:
    digest = sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _refuse_part(path: Path, why: str) -> ArchiveError:
    return ArchiveError("file cannot be archived", why, "fetch it again", Place(str(path)))
