"""The real releases and what the README.md of each folder of ../shared/data says of them; loading them once."""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from flows.diff.reasons import OTHER_BASE_FILE, WHITE_SPACE_ONLY
from flows.steps import diff_releases, load_release, reconcile_releases, resolve_pair
from schema.changes import Change, ChangeKind, ChangeSet, Reconciliation
from schema.releases import parse_release
from schema.store.database import open_database

FOLDERS: dict[str, dict[str, str]] = {
    "icd10cm": {
        "FY2012": "FY2012-draft",
        "FY2013": "FY2013-draft",
        "FY2014": "FY2014-draft",
        "FY2018": "FY2018",
        "FY2019": "FY2019",
        "FY2020": "FY2020",
        "FY2021-jan": "FY2021-jan",
        "FY2022": "FY2022-oct",
        "FY2022-apr": "FY2022-apr",
        "FY2023": "FY2023-oct",
        "FY2023-apr": "FY2023-apr",
        "FY2024": "FY2024-oct",
        "FY2024-apr": "FY2024-apr",
        "FY2025": "FY2025-oct",
    },
    "icd10pcs": {
        "FY2018": "FY2018",
        "FY2019": "FY2019",
        "FY2020": "FY2020",
        "FY2021-jan": "FY2021",
        "2022-01-01.1": "FY2022",
        "2022-01-01.2": "FY2022-errata",
        "FY2023-apr": "FY2023",
        "FY2024-apr": "FY2024",
        "FY2025": "FY2025",
    },
    "hcpcs": {
        "2018Q1": "2018-01",
        "2019Q1": "2019-01",
        "2020Q1": "2020-01",
        "2020Q2": "2020-04",
        "2020Q3": "2020-07",
    },
}
"""By system the folder of each release, in order of their dates."""

Counts = tuple[int, int, int]
"""New, deleted, revised."""


@dataclass(frozen=True)
class Step:
    """One pair of ICD releases: counts of billable codes and of headers, and the publisher's own counts
    where they are others. `unlisted` are changed codes that a list against the same file leaves out."""

    system: str
    previous: str
    current: str
    codes: Counts
    headers: Counts
    official: Counts | None = None
    reasons: dict[str | None, int] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.system}-{self.previous}-{self.current}"

    @property
    def folders(self) -> tuple[str, str]:
        return FOLDERS[self.system][self.previous], FOLDERS[self.system][self.current]


ICD_STEPS = (
    Step("icd10cm", "FY2012", "FY2013", (24, 25, 5), (0, 0, 1)),
    Step("icd10cm", "FY2013", "FY2014", (0, 9, 28), (12244, 0, 1)),
    # The list is against FY2017, which is not there: 2014 to 2018 in one step.
    Step(
        "icd10cm",
        "FY2014",
        "FY2018",
        (2330, 449, 645),
        (395, 43, 171),
        (360, 142, 226),
        {OTHER_BASE_FILE: 3325, WHITE_SPACE_ONLY: 2},
    ),
    Step("icd10cm", "FY2018", "FY2019", (279, 51, 143), (41, 0, 29)),
    Step("icd10cm", "FY2019", "FY2020", (273, 21, 30), (56, 0, 5)),
    Step("icd10cm", "FY2020", "FY2021-jan", (496, 59, 47), (123, 7, 5)),
    Step(
        "icd10cm",
        "FY2021-jan",
        "FY2022",
        (159, 32, 22),
        (32, 7, 7),
        (159, 32, 20),
        {WHITE_SPACE_ONLY: 2},
        frozenset({"Z6830", "Z6841"}),
    ),
    Step("icd10cm", "FY2022", "FY2022-apr", (3, 1, 0), (1, 0, 1)),
    Step("icd10cm", "FY2022-apr", "FY2023", (1176, 287, 28), (292, 0, 7)),
    Step("icd10cm", "FY2023", "FY2023-apr", (42, 7, 1), (8, 0, 0)),
    Step(
        "icd10cm",
        "FY2023-apr",
        "FY2024",
        (395, 25, 23),
        (106, 0, 4),
        (395, 25, 22),
        {WHITE_SPACE_ONLY: 1},
        frozenset({"Y0745"}),
    ),
    Step("icd10cm", "FY2024", "FY2024-apr", (0, 0, 0), (0, 0, 0)),
    Step("icd10cm", "FY2024-apr", "FY2025", (252, 36, 13), (39, 0, 1)),
    Step("icd10pcs", "FY2018", "FY2019", (392, 216, 8), (4, 0, 0)),
    Step("icd10pcs", "FY2019", "FY2020", (734, 2056, 130), (3, 0, 0)),
    Step("icd10pcs", "FY2020", "FY2021-jan", (577, 0, 0), (10, 0, 0)),
    # These lists are of the mid-year step alone; the October file before it is not to be had.
    Step("icd10pcs", "FY2021-jan", "2022-01-01.1", (198, 107, 63), (7, 2, 0), (7, 0, 0), {OTHER_BASE_FILE: 370}),
    Step("icd10pcs", "2022-01-01.1", "2022-01-01.2", (2, 0, 0), (0, 0, 0)),
    Step("icd10pcs", "2022-01-01.2", "FY2023-apr", (365, 64, 0), (7, 1, 0), (34, 0, 0), {OTHER_BASE_FILE: 403}),
    Step("icd10pcs", "FY2023-apr", "FY2024-apr", (119, 11, 17), (5, 1, 0), (41, 6, 3), {OTHER_BASE_FILE: 103}),
    Step("icd10pcs", "FY2024-apr", "FY2025", (371, 61, 0), (3, 0, 0)),
)
"""Every consecutive pair of the ICD systems."""

ICD_JUMPS = (
    Step(
        "icd10cm", "FY2018", "FY2025", (3069, 513, 282), (703, 14, 59), (252, 36, 13),
        {OTHER_BASE_FILE: 4434, WHITE_SPACE_ONLY: 49},
    ),
    # An October list read against the October before, with a mid-year file between.
    Step("icd10cm", "FY2022", "FY2023", (1179, 288, 28), (293, 0, 8), (1176, 287, 28), {OTHER_BASE_FILE: 7}),
    Step("icd10cm", "FY2023", "FY2024", (437, 32, 23), (114, 0, 4), (395, 25, 22), {OTHER_BASE_FILE: 65}),
    Step("icd10cm", "FY2024", "FY2025", (252, 36, 13), (39, 0, 1)),
    # The errata's list says nowhere what it was made against: it corrects issue 1.
    Step("icd10pcs", "FY2021-jan", "2022-01-01.2", (200, 107, 63), (7, 2, 0), (2, 0, 0), {OTHER_BASE_FILE: 377}),
    Step("icd10pcs", "2022-01-01.1", "FY2023-apr", (367, 64, 0), (7, 1, 0), (34, 0, 0), {OTHER_BASE_FILE: 405}),
)  # fmt: skip


@dataclass(frozen=True)
class LoadedSystem:
    """All releases of one system in a store of their own."""

    engine: Engine
    system: str
    root: Path
    _compared: dict[tuple[str, str], tuple[ChangeSet, Reconciliation]] = field(default_factory=dict)

    def folder(self, label: str) -> Path:
        return self.root / FOLDERS[self.system][label]

    def compare(self, previous: str, current: str) -> tuple[ChangeSet, Reconciliation]:
        """The change set of two releases, and its reconciliation; computed once."""
        if (previous, current) not in self._compared:
            one, other = resolve_pair(self.engine, self.system, previous, current)
            change_set = diff_releases(self.engine, one, other)
            self._compared[previous, current] = change_set, reconcile_releases(self.engine, change_set, one)
        return self._compared[previous, current]


class RealReleases:
    """The systems, each loaded when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self._root, self._folder = root, TemporaryDirectory(prefix="addenda-real-")
        self._loaded: dict[str, LoadedSystem] = {}

    def __getitem__(self, system: str) -> LoadedSystem:
        if system not in self._loaded:
            engine = open_database(f"sqlite:///{self._folder.name}/{system}.db")
            for label, folder in FOLDERS[system].items():
                load_release(engine, parse_release(system, label), [self._root / system / folder])
            self._loaded[system] = LoadedSystem(engine, system, self._root / system)
        return self._loaded[system]

    def close(self) -> None:
        """Remove the stores."""
        for loaded in self._loaded.values():
            loaded.engine.dispose()
        self._folder.cleanup()


@cache
def open_real_releases(root: Path) -> RealReleases:
    """The one set of stores of this run: loading takes half a minute."""
    releases = RealReleases(root)
    atexit.register(releases.close)
    return releases


def by_kind(change_set: ChangeSet, kind: ChangeKind) -> dict[str, Change]:
    """The changes of one kind by code."""
    return {change.code: change for change in change_set.changes if change.kind is kind}
