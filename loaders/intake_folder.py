"""The folder of a dataset: Parquet parts by month, and one marker for each file that was imported.

Below it: `NAME/month=YYYY-MM/` with the parts, `files/<sha256>.json` the markers. A part that no marker names
counts for nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from loaders.intake_marker import HeldPart, Marker, read_marker, write_marker
from loaders.intake_storage import Holding, explain_failure, holding_lock, sync_folder, write_whole
from schema.errors import Place

STEM_LENGTH = 16
"""Parts are named after the first digits of the digest of the file that they come from."""


@dataclass(frozen=True, slots=True)
class IntakeFolder:
    """A dataset in a folder, which need not be there yet. `dates` name the dates of each part."""

    folder: Path
    holding: Holding
    dates: tuple[str, ...]

    def parts(self) -> tuple[HeldPart, ...]:
        """Every part that counts, by path. Raises the dataset's error when one is not as it was written."""
        held = [part for marker in self.markers() for part in marker.parts]
        for part in held:
            self._check(part)
        return tuple(sorted(held, key=lambda part: part.path))

    def markers(self) -> Iterator[Marker]:
        """What was imported, by digest. Raises the dataset's error for a marker that is none."""
        for path in sorted((self.folder / "files").glob("*.json")):
            yield self._read(path)

    def find(self, digest: str) -> Marker | None:
        """The marker of the file with these bytes, None when it was never imported."""
        path = self._marker_path(digest)
        return self._read(path) if path.exists() else None

    @contextmanager
    def importing(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the dataset for one import; `waiting` is called when another one has to end first.

        Errors of the disk come as the dataset's own, of one line.
        """
        with holding_lock(self.folder, self.holding, waiting), explain_failure(self.folder, self.holding):
            yield

    def commit(self, marker: Marker) -> None:
        """Make an import count: its parts are on the disk before the marker is. The lock has to be held."""
        months = {(self.folder / part.path).parent for part in marker.parts}
        for folder in [*sorted(months), *sorted({month.parent for month in months})]:
            sync_folder(folder)
        write_whole(self._marker_path(marker.sha256), write_marker(marker))

    def sweep(self) -> None:
        """Remove what imports left that did not come to their end. The lock has to be held."""
        committed = {path.name[:STEM_LENGTH] for path in (self.folder / "files").glob("*.json")}
        left = [
            *(path for path in self.folder.glob("*/month=*/*.parquet") if path.name[:STEM_LENGTH] not in committed),
            *self.folder.glob("*/*.part"),
        ]
        for path in left:
            with suppress(FileNotFoundError):
                path.unlink()

    def drop(self, digest: str) -> None:
        """Remove the parts of an import that does not come to its end. The lock has to be held."""
        for path in self.folder.glob(f"*/month=*/{digest[:STEM_LENGTH]}-*.parquet"):
            path.unlink(missing_ok=True)

    def _check(self, part: HeldPart) -> None:
        place = Place(str(self.folder / part.path))
        remedy = "bring it back from a backup, or delete the marker in files/ that names it and import again"
        what = f"a part of the {self.holding.noun}"
        try:
            size = os.stat(self.folder / part.path).st_size
        except OSError as error:
            raise self.holding.error(f"{what} is not there", error.strerror or "", remedy, place) from error
        if size != part.size:
            raise self.holding.error(f"{what} is damaged", "its size has changed", remedy, place)

    def _marker_path(self, digest: str) -> Path:
        return self.folder / "files" / f"{digest}.json"

    def _read(self, path: Path) -> Marker:
        try:
            return read_marker(path.read_bytes(), self.dates)
        except (OSError, ValueError) as error:
            why = error.strerror or "" if isinstance(error, OSError) else "it is not what was written"
            remedy = "delete it and import that file again"
            what = f"a marker of the {self.holding.noun} cannot be read"
            raise self.holding.error(what, why, remedy, Place(str(path))) from error
