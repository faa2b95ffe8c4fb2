"""The real releases that the benchmark loads, by system, label and path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(os.environ.get("ADDENDA_TEST_RELEASES") or Path(__file__).parents[3] / "shared" / "data")

PREVIOUS = ROOT / "icd10cm/FY2024-apr/icd10cm-Codes-Descriptions-April-2024.zip"
CURRENT = ROOT / "icd10cm/FY2025-oct/2025-code-descriptions-tabular-order.zip"

# Folder below the data → label. The code files alone: what is measured is the code lists.
_LABELS = {
    "icd10cm": {
        "FY2012-draft": "FY2012",
        "FY2013-draft": "FY2013",
        "FY2014-draft": "FY2014",
        "FY2018": "FY2018",
        "FY2019": "FY2019",
        "FY2020": "FY2020",
        "FY2021-jan": "FY2021-jan",
        "FY2022-oct": "FY2022",
        "FY2022-apr": "FY2022-apr",
        "FY2023-oct": "FY2023",
        "FY2023-apr": "FY2023-apr",
        "FY2024-oct": "FY2024",
        "FY2024-apr": "FY2024-apr",
        "FY2025-oct": "FY2025",
    },
    "icd10pcs": {
        "FY2018": "FY2018",
        "FY2019": "FY2019",
        "FY2020": "FY2020",
        "FY2021": "FY2021-jan",
        "FY2022": "2022-01-01.1",
        "FY2022-errata": "2022-01-01.2",
        "FY2023": "FY2023-apr",
        "FY2024": "FY2024-apr",
        "FY2025": "FY2025",
    },
    "hcpcs": {
        "2018-01": "2018Q1",
        "2019-01": "2019Q1",
        "2020-01": "2020Q1",
        "2020-04": "2020Q2",
        "2020-07": "2020Q3",
    },
}


def list_releases() -> list[tuple[str, str, Path]]:
    """(system, label, path) of every release, oldest first within its system; exits when none is there."""
    if not PREVIOUS.exists():
        sys.exit(f"bench needs the real releases: none at {ROOT}; set ADDENDA_TEST_RELEASES")
    return [
        (system, label, _code_file(ROOT / system / folder))
        for system, labels in _LABELS.items()
        for folder, label in labels.items()
    ]


def _code_file(folder: Path) -> Path:
    """The archive or file with the code list: the largest, POA lists and spreadsheets beside a text apart."""
    files = [path for path in folder.iterdir() if "POA" not in path.name and "Conversion" not in path.name]
    texts = [path for path in files if path.suffix in (".zip", ".gz")]
    return max(texts or files, key=lambda path: path.stat().st_size)
