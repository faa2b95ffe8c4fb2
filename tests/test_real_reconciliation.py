"""docs/reconciliation.md: its tables are what the real releases give, its reasons are those of the code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from flows.diff.reasons import EXPLANATIONS
from tests.expected_hcpcs import PAIRS
from tests.expected_releases import ICD_JUMPS, ICD_STEPS, RealReleases, open_real_releases

DOCUMENT = (Path(__file__).parents[1] / "docs" / "reconciliation.md").read_text()
_SYSTEMS = ("icd10cm", "icd10pcs", "hcpcs")


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row, without header and rule."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


PAIR_ROWS = [row for row in table_rows(DOCUMENT) if row[0] in _SYSTEMS]
REASON_ROWS = [row for row in table_rows(DOCUMENT.split("## Reasons")[1].split("\n## ")[0]) if row[0] != "reason"]


@pytest.fixture(scope="session")
def real(releases: Path) -> RealReleases:
    return open_real_releases(releases)


def format_counts(counts: Mapping[str, int]) -> str:
    return " / ".join(f"{counts[name]:,}" for name in ("new", "deleted", "revised"))


@pytest.mark.parametrize("row", PAIR_ROWS, ids=lambda row: "-".join(row[:3]))
def test_row_of_the_document_is_what_the_releases_give(real: RealReleases, row: list[str]) -> None:
    system, previous, current, *told = row
    _, found = real[system].compare(previous, current)
    reasons = sorted(Counter(str(difference.reason) for difference in found.differences).items())
    named = ", ".join(f"{reason} {count:,}" for reason, count in reasons) or "none"
    assert told == [format_counts(found.official), format_counts(found.computed), named]


def test_document_has_a_row_for_every_pair_that_is_tested() -> None:
    pairs = [(step.system, step.previous, step.current) for step in ICD_STEPS + ICD_JUMPS]
    pairs += [("hcpcs", *pair) for pair in PAIRS] + [("hcpcs", "2018Q1", "2020Q3")]
    assert sorted(pairs) == sorted((row[0], row[1], row[2]) for row in PAIR_ROWS)


def test_document_explains_exactly_the_reasons_that_there_are() -> None:
    assert sorted(row[0].strip("`") for row in REASON_ROWS) == sorted(EXPLANATIONS)


def test_real_cases_of_the_document_have_the_reason_they_stand_under(real: RealReleases) -> None:
    found: dict[str, set[str | None]] = {}
    for system, previous, current, *_ in PAIR_ROWS:
        for difference in real[system].compare(previous, current)[1].differences:
            found.setdefault(difference.code, set()).add(difference.reason)
    told = {row[0].strip("`"): re.findall(r"\b[A-Z]\d[0-9A-Z.]{3,}\b|\b(?:DA|QQ|VM)\b", row[2]) for row in REASON_ROWS}
    named = [(reason, code.replace(".", "")) for reason, codes in told.items() for code in codes]
    assert len(named) > 15
    wrong = [(reason, code) for reason, code in named if reason not in found.get(code, ())]
    # The one case that the document itself says stands under another reason.
    assert wrong == [("retroactive_end", "C9034")]
