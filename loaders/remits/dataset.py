"""The remittances and rejections that are held: Parquet by month of receipt, and one marker for each file.

Below the folder, beside what `loaders.intake_folder` puts there: `lines/` from remittances (835), `rejections/`
from acknowledgments (277CA), and `refused/`, which files were refused and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from loaders.intake_folder import IntakeFolder
from loaders.intake_marker import HeldPart, Marker
from loaders.intake_storage import Holding
from loaders.remits.refused import RefusedFiles
from schema.errors import Place, RemitsError
from schema.remits import RemitImport, RemitPart, RemitsSummary

_DATES = ("first_date", "last_date")


@dataclass(frozen=True)
class RemitsDataset:
    """The dataset in a folder, which need not be there yet."""

    folder: Path

    def line_parts(self) -> tuple[RemitPart, ...]:
        """The parts with remittance lines that count, by path (absolute).

        Raises RemitsError when any part of the dataset is not as it was written.
        """
        return self._parts("lines/")

    def rejection_parts(self) -> tuple[RemitPart, ...]:
        """The parts with rejections that count, by path (absolute); raises as `line_parts`."""
        return self._parts("rejections/")

    def summary(self) -> RemitsSummary:
        """Files, rows and dates that are held, and how many files were refused."""
        markers = list(self._intake.markers())
        parts = [part for marker in markers for part in marker.parts]
        return RemitsSummary(
            files=len(markers),
            lines=sum(part.rows for part in parts if part.path.startswith("lines/")),
            rejections=sum(part.rows for part in parts if part.path.startswith("rejections/")),
            refused=self._refused.count(),
            first_date=min((part.dates["first_date"] for part in parts), default=None),
            last_date=max((part.dates["last_date"] for part in parts), default=None),
        )

    def import_file(self, path: Path, site_key: str = "", waiting: Callable[[], None] = lambda: None) -> RemitImport:
        """Take one file in, whole or not at all; the same bytes count once under any name.

        Remittance (835) or acknowledgment (277CA), told by content. With a site key claim ids are kept hidden.
        A file that is refused is told by `refusal`; its name, digest and reason are kept, and it is looked at
        again when it comes again. `waiting` is called when another import has to end first. Raises RemitsError
        when the file cannot be read or the disk does not take it; what is held stays as it was.
        """
        from loaders.remits.content import tell_kind

        try:
            data = path.read_bytes()
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise RemitsError("file of remittances cannot be read", why, "check the path", Place(path.name)) from error
        digest, kind = sha256(data).hexdigest(), tell_kind(data)
        with self._intake.importing(waiting):
            marker = self._intake.find(digest)
            if marker is not None:
                return self._tell(marker, path.name, is_known=True)
            self._intake.sweep()
            try:
                marker = self._take(path, data, digest, kind, site_key)
            except RemitsError as error:
                return self._refuse(path.name, digest, kind, error)
            self._intake.commit(marker)
            self._refused.remove(digest)
            return self._tell(marker, path.name, is_known=False)

    @property
    def _intake(self) -> IntakeFolder:
        return IntakeFolder(self.folder, Holding("remittances", RemitsError), _DATES)

    @property
    def _refused(self) -> RefusedFiles:
        return RefusedFiles(self.folder)

    def _take(self, path: Path, data: bytes, digest: str, kind: str, site_key: str) -> Marker:
        from loaders.remits.importing import import_remittances

        if not data:
            raise RemitsError("file is refused", "it is empty")
        if not kind:
            raise RemitsError("file is refused", "it is neither a remittance (835) nor an acknowledgment (277CA)")
        return import_remittances(self._intake, path, data, digest, kind, site_key)

    def _refuse(self, name: str, digest: str, kind: str, error: RemitsError) -> RemitImport:
        is_known = self._refused.has(digest)
        self._refused.add(digest, name, kind, error.why)
        return RemitImport(name, digest, kind, is_known=is_known, refusal=error.why)

    def _tell(self, marker: Marker, name: str, is_known: bool) -> RemitImport:
        facts = marker.facts
        return RemitImport(
            file=name,
            sha256=marker.sha256,
            kind=str(facts.get("kind", "")),
            claims=int(facts.get("claims", 0)),
            rows=marker.rows,
            parts=tuple(self._describe(part) for part in marker.parts),
            is_known=is_known,
            notes={str(note): int(count) for note, count in facts.get("notes", {}).items()},
        )

    def _parts(self, prefix: str) -> tuple[RemitPart, ...]:
        return tuple(self._describe(part) for part in self._intake.parts() if part.path.startswith(prefix))

    def _describe(self, part: HeldPart) -> RemitPart:
        path = str((self.folder / part.path).absolute())
        return RemitPart(path=path, rows=part.rows, sha256=part.sha256, **part.dates)
