"""The replica as a fixture; tests/conftest.py names this module in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.replica.replica import Replica


@pytest.fixture
def replica() -> Iterator[Replica]:
    """A replica with all releases, that serves; each test has its own."""
    with Replica() as running:
        yield running


@pytest.fixture
def small_replica() -> Iterator[Replica]:
    """A replica with three releases: quick to change."""
    with Replica({"icd10cm": ["FY2025", "FY2026"], "icd10pcs": ["FY2026"]}, has_other_sets=False) as running:
        yield running
