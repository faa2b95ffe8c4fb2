"""The claims that are held: a Parquet dataset by month, and one marker for each file that was imported.

Below its folder: `months/month=YYYY-MM/` with the parts, `files/<sha256>.json` the markers, `quarantine/`
the refused rows. A part that no marker names counts for nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loaders.claims.marker import HeldPart, Marker, read_marker, write_marker
from loaders.claims.storage import explain_failure, holding_lock, put_in_place, sync_folder, write_whole
from schema.claims import ClaimsImport, ClaimsPart, ClaimsSummary
from schema.errors import ClaimsError, Place


@dataclass(frozen=True)
class ClaimsDataset:
    """The dataset in a folder, which need not be there yet."""

    folder: Path

    def parts(self) -> tuple[ClaimsPart, ...]:
        """Every part that counts, by path (absolute). Raises ClaimsError when one is not as it was written."""
        held = [part for marker in self._markers() for part in marker.parts]
        for part in held:
            self._check(part)
        return tuple(self._describe(part) for part in sorted(held, key=lambda part: part.path))

    def summary(self) -> ClaimsSummary:
        """Files, rows and the dates of service that are held."""
        markers = list(self._markers())
        parts = [part for marker in markers for part in marker.parts]
        return ClaimsSummary(
            len(markers),
            sum(part.rows for part in parts),
            min((part.first_service_date for part in parts), default=None),
            max((part.last_service_date for part in parts), default=None),
        )

    def import_file(self, path: Path, site_key: str = "", waiting: Callable[[], None] = lambda: None) -> ClaimsImport:
        """Take one file of claims in, whole or not at all; the same bytes count once under any name.

        Parquet, 837 or CSV, told by content. With a site key claim ids are kept hidden. `waiting` is called
        when another import has to end first. Raises ClaimsError; what is held stays as it was.
        """
        from loaders.claims.file_facts import measure_file
        from loaders.claims.importing import import_rows

        facts = measure_file(path)
        with holding_lock(self.folder, waiting), explain_failure(self.folder):
            marker = self._find(facts.sha256)
            if marker is None:
                self._sweep()
                marker = import_rows(self.folder, path, facts, site_key)
                for name in {part.path.rpartition("/")[0] for part in marker.parts}:
                    sync_folder(self.folder / name)
                if marker.parts:
                    sync_folder(self.folder / "months")
                if marker.refused:
                    quarantine = self._quarantine(facts.sha256)
                    put_in_place(quarantine.with_suffix(".part"), quarantine)
                write_whole(self.folder / "files" / f"{facts.sha256}.json", write_marker(marker))
                return self._tell(marker, path.name, is_known=False)
            return self._tell(marker, path.name, is_known=True)

    def _tell(self, marker: Marker, name: str, is_known: bool) -> ClaimsImport:
        quarantine = str(self._quarantine(marker.sha256)) if marker.refused else None
        parts = tuple(self._describe(part) for part in marker.parts)
        return ClaimsImport(name, marker.sha256, marker.rows, marker.refused, parts, is_known, quarantine)

    def _quarantine(self, digest: str) -> Path:
        return self.folder / "quarantine" / f"{digest}.csv"

    def _describe(self, part: HeldPart) -> ClaimsPart:
        return ClaimsPart(
            str((self.folder / part.path).absolute()),
            part.rows,
            part.first_service_date,
            part.last_service_date,
            part.first_diagnosis_date,
            part.last_diagnosis_date,
            part.sha256,
        )

    def _check(self, part: HeldPart) -> None:
        place = Place(str(self.folder / part.path))
        remedy = "bring it back from a backup, or delete the marker in files/ that names it and import again"
        try:
            size = os.stat(self.folder / part.path).st_size
        except OSError as error:
            raise ClaimsError("a part of the claims is not there", error.strerror or "", remedy, place) from error
        if size != part.size:
            raise ClaimsError("a part of the claims is damaged", "its size has changed", remedy, place)

    def _find(self, digest: str) -> Marker | None:
        path = self.folder / "files" / f"{digest}.json"
        return self._read(path) if path.exists() else None

    def _markers(self) -> Iterator[Marker]:
        for path in sorted((self.folder / "files").glob("*.json")):
            yield self._read(path)

    def _read(self, path: Path) -> Marker:
        try:
            marker = read_marker(path.read_bytes())
        except (OSError, ValueError) as error:
            why = error.strerror or "" if isinstance(error, OSError) else "it is not what was written"
            remedy = "delete it and import that file again"
            raise ClaimsError("a marker of the claims cannot be read", why, remedy, Place(str(path))) from error
        return marker

    def _sweep(self) -> None:
        """Remove what imports left that did not come to their end. Nobody else is importing."""
        committed = {path.name[:16] for path in (self.folder / "files").glob("*.json")}
        left = [
            *(path for path in self.folder.glob("months/*/*.parquet") if path.name[:16] not in committed),
            *self.folder.glob("quarantine/*.part"),
            *self.folder.glob("files/*.part"),
        ]
        for path in left:
            with suppress(FileNotFoundError):
                path.unlink()
