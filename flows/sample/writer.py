"""The project's own sample: small releases of all three systems, written as CMS ships them.

Codes and titles are real, the choice is small, and some changes are made up or moved in time so that every
kind of change can be seen (each module below `rows` says which). The sample is for demonstration and tests,
not for claims. It holds no CPT and no CDT code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.sample import hcpcs, icd10cm, icd10pcs
from schema.errors import SourceError
from schema.releases import parse_release


@dataclass(frozen=True, slots=True)
class SampleRelease:
    """One release of the sample on disk.

    `label` is what a person types (`FY2025`, `2020Q1`), `path` the folder of its files, `about` a few words on
    what is to be seen, `rows` the number of its codes, headers and modifiers. `issue` is 2 for the one that was
    issued again.
    """

    system: str
    label: str
    issue: int
    path: Path
    about: str
    rows: int

    @property
    def effective_date(self) -> date:
        """The first day on which the release counts."""
        return parse_release(self.system, self.label).effective_date


def write_sample(folder: Path) -> list[SampleRelease]:
    """The releases in load order, after their files were written to `folder`/system/release.

    The same bytes each time, over those of an earlier call. Raises SourceError when a file cannot be written.
    """
    written: list[SampleRelease] = []
    for release in (*icd10cm.build_releases(), *icd10pcs.build_releases(), *hcpcs.build_releases()):
        path = folder / release.system / release.folder
        try:
            path.mkdir(parents=True, exist_ok=True)
            for name, data in release.files.items():
                (path / name).write_bytes(data)
        except OSError as error:
            raise SourceError("sample cannot be written", str(error), "give a folder that can be written") from error
        earlier = sum((other.system, other.label) == (release.system, release.label) for other in written)
        written.append(SampleRelease(release.system, release.label, earlier + 1, path, release.about, release.rows))
    return written
