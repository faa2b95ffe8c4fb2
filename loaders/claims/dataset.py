"""The claims that are held: a Parquet dataset by month, and one marker for each file that was imported.

Below its folder, beside what `loaders.intake_folder` puts there: `quarantine/`, the refused rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loaders.intake_folder import IntakeFolder
from loaders.intake_marker import HeldPart, Marker
from loaders.intake_storage import Holding, put_in_place
from schema.claims import ClaimsImport, ClaimsPart, ClaimsSummary
from schema.errors import ClaimsError

_DATES = ("first_service_date", "last_service_date", "first_diagnosis_date", "last_diagnosis_date")


@dataclass(frozen=True)
class ClaimsDataset:
    """The dataset in a folder, which need not be there yet."""

    folder: Path

    def parts(self) -> tuple[ClaimsPart, ...]:
        """Every part that counts, by path (absolute). Raises ClaimsError when one is not as it was written."""
        return tuple(self._describe(part) for part in self._intake.parts())

    def summary(self) -> ClaimsSummary:
        """Files, rows and the dates of service that are held."""
        markers = list(self._intake.markers())
        parts = [part for marker in markers for part in marker.parts]
        return ClaimsSummary(
            len(markers),
            sum(part.rows for part in parts),
            min((part.dates["first_service_date"] for part in parts), default=None),
            max((part.dates["last_service_date"] for part in parts), default=None),
        )

    def import_file(self, path: Path, site_key: str = "", waiting: Callable[[], None] = lambda: None) -> ClaimsImport:
        """Take one file of claims in, whole or not at all; the same bytes count once under any name.

        Parquet, 837 or CSV, told by content. With a site key claim ids are kept hidden. `waiting` is called
        when another import has to end first. Raises ClaimsError; what is held stays as it was.
        """
        from loaders.claims.file_facts import measure_file
        from loaders.claims.importing import REFUSED, import_rows

        facts = measure_file(path)
        with self._intake.importing(waiting):
            marker = self._intake.find(facts.sha256)
            is_known = marker is not None
            if marker is None:
                self._intake.sweep()
                marker = import_rows(self._intake, path, facts, site_key)
                if marker.facts[REFUSED]:
                    quarantine = self._quarantine(facts.sha256)
                    put_in_place(quarantine.with_suffix(".part"), quarantine)
                self._intake.commit(marker)
            return self._tell(marker, path.name, is_known)

    @property
    def _intake(self) -> IntakeFolder:
        return IntakeFolder(self.folder, Holding("claims", ClaimsError), _DATES)

    def _tell(self, marker: Marker, name: str, is_known: bool) -> ClaimsImport:
        refused = {str(reason): int(count) for reason, count in marker.facts.get("refused", {}).items()}
        quarantine = str(self._quarantine(marker.sha256)) if refused else None
        parts = tuple(self._describe(part) for part in marker.parts)
        return ClaimsImport(name, marker.sha256, marker.rows, refused, parts, is_known, quarantine)

    def _quarantine(self, digest: str) -> Path:
        return self.folder / "quarantine" / f"{digest}.csv"

    def _describe(self, part: HeldPart) -> ClaimsPart:
        return ClaimsPart(
            path=str((self.folder / part.path).absolute()), rows=part.rows, sha256=part.sha256, **part.dates
        )
