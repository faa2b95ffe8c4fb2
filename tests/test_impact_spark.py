"""The same questions on Spark: on a Sail server always, in a local session of Spark among the slow tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.util import is_remote_only

from flows.impact.exposure import Exposures, measure_exposures
from schema.errors import ImpactError
from tests.claim_lines import COLUMNS, FIRST_DAY, count_by_hand, make_lines, write_parts

LAST_DAY = FIRST_DAY + timedelta(60)


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """The address of a Sail server of this process."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer()
    server.start()
    _, port = server.listening_address
    yield f"sc://127.0.0.1:{port}"
    server.stop()


def measure_on(engine: str, folder: Path, seed: int) -> tuple[dict[str, Exposures], dict[str, Exposures]]:
    """What the engine says, and the plain count."""
    lines = make_lines(random.Random(seed), 300)
    parts = write_parts(folder, lines)
    codes: dict[str, Any] = {
        system: sorted({str(line[column]) for line in lines for column in columns if line.get(column)})
        for system, columns in COLUMNS.items()
    }
    expected = {system: count_by_hand(lines, system, codes[system], FIRST_DAY, LAST_DAY) for system in codes}
    return measure_exposures(parts, codes, FIRST_DAY, LAST_DAY, engine), expected


@pytest.mark.parametrize("seed", [1, 2])
def test_sail_gives_the_same_answer_to_the_cent(sail: str, tmp_path: Path, seed: int) -> None:
    found, expected = measure_on(sail, tmp_path, seed)
    assert found == expected


@pytest.mark.slow
def test_local_spark_gives_the_same_answer_to_the_cent(tmp_path: Path) -> None:
    if is_remote_only():
        pytest.skip("needs the extra spark")
    found, expected = measure_on("spark", tmp_path, 3)
    assert found == expected


def test_spark_server_that_is_not_there_is_told_in_one_line_without_its_token(tmp_path: Path) -> None:
    lines = make_lines(random.Random(4), 20)
    with pytest.raises(ImpactError, match="does not answer") as error:
        measure_exposures(
            write_parts(tmp_path, lines), {"hcpcs": ["J0101"]}, FIRST_DAY, LAST_DAY, "sc://127.0.0.1:9/;token=secret"
        )
    assert "secret" not in error.value.line


@pytest.mark.parametrize("engine", ["", "postgres", "sc:/host", "sc://", "sc://host:port"])
def test_engine_that_is_none_is_refused(engine: str, tmp_path: Path) -> None:
    lines = make_lines(random.Random(4), 20)
    with pytest.raises(ImpactError, match=r"engine of the claims|address of the Spark server"):
        measure_exposures(write_parts(tmp_path, lines), {"hcpcs": ["J0101"]}, FIRST_DAY, LAST_DAY, engine)
