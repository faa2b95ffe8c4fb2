"""Loading in any order, and twice, gives the same store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from schema.releases import ReleaseId
from schema.store import reader
from schema.store.database import open_database, reading
from tests.command_line import CommandLine
from tests.order_files import (
    Code,
    Row,
    act_on,
    conversion_csv,
    hcpcs_text,
    make_codes,
    order_members,
    write_zip,
    zip_bytes,
)
from tests.store_content import read_content, read_diffs

CM = make_codes("icd10cm", 120)
CM_2024 = [*CM[:40], Code("A03X", "Only in 2024"), *CM[40:]]
CM_2025 = [replace(code, long=f"{code.long}, revised") if n % 30 == 1 else code for n, code in enumerate(CM)]
PCS = make_codes("icd10pcs", 60)
ROWS = [Row("LT", "Left side"), *(Row(f"A{n:04}", f"Supply {n} " + "of any kind " * 12) for n in range(30))]
ENDED = [replace(row, ended="20190331") if row.code == "A0003" else row for row in ROWS]

RELEASES: dict[tuple[str, str], dict[str, bytes]] = {
    ("icd10cm", "FY2023"): order_members("icd10cm", 2023, CM),
    ("icd10cm", "FY2024"): order_members("icd10cm", 2024, CM_2024, CM),
    ("icd10cm", "FY2025"): {
        **order_members("icd10cm", 2025, CM_2025, CM_2024),
        "conversion.csv": conversion_csv([("A00.1", "2024", "A00.2"), ("A00.3", "2024", "A00.4, A00.5")]),
    },
    ("icd10pcs", "FY2025"): order_members("icd10pcs", 2025, PCS),
    ("hcpcs", "2019Q1"): {"HCPC2019_ANWEB.txt": hcpcs_text(act_on(ROWS, "20190101"))},
    ("hcpcs", "2019Q2"): {"HCPC2019_APR_ANWEB.txt": hcpcs_text(act_on(ENDED, "20190401", 5))},
}


def load_all(command: CommandLine, folder: Path, order: list[tuple[str, str]]) -> None:
    for system, release in order:
        path = write_zip(folder / f"{system}-{release}.zip", RELEASES[system, release])
        assert command("load", system, release, path).code == 0


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, object]:
    folder = tmp_path_factory.mktemp("expected")
    command = CommandLine(folder / "home")
    load_all(command, folder, list(RELEASES))
    diffs = [read_diffs(command.url, system) for system in ("icd10cm", "icd10pcs", "hcpcs")]
    assert [len(diff) for diff in diffs] == [3, 0, 1]
    assert all(changes for diff in diffs for changes in diff.values())
    return read_content(command.url), diffs


@pytest.mark.parametrize("seed", [1, 300, 719])
def test_order_of_loading_does_not_matter(
    seed: int, expected: tuple[object, object], database_url: str, tmp_path: Path
) -> None:
    command = CommandLine(tmp_path / "home", database_url)
    order = list(permutations(RELEASES))[seed]
    # Half of them twice, between the others.
    load_all(command, tmp_path, [*order[:4], *order[1:3], *order[4:], order[5]])
    assert read_content(command.url) == expected[0]
    assert [read_diffs(command.url, system) for system in ("icd10cm", "icd10pcs", "hcpcs")] == expected[1]


def test_files_of_a_release_may_come_in_any_order_and_packaging(database_url: str, tmp_path: Path) -> None:
    members = RELEASES["icd10cm", "FY2025"]
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in members.items():
        (folder / name).write_bytes(data)
    once = CommandLine(tmp_path / "one", f"sqlite:///{tmp_path}/once.db")
    once.load("icd10cm", "FY2025", *sorted(folder.iterdir()))
    several = CommandLine(tmp_path / "two", database_url)
    several.load("icd10cm", "FY2025", folder / "icd10cm_order_2025.txt")
    for name in sorted(members, reverse=True):
        # The codes file alone is no release; it is there with the folder.
        if "codes" not in name:
            several.load("icd10cm", "FY2025", folder / name)
    several.load("icd10cm", "FY2025", folder)
    assert read_content(several.url) == read_content(once.url)


def test_of_two_lists_that_come_together_the_one_that_counts_does_not_depend_on_their_order(tmp_path: Path) -> None:
    tables = {
        "conversion_v1.csv": conversion_csv([("A00.1", "2024", "A00.2")]),
        "conversion_v2.csv": conversion_csv([("A00.1", "2024", "A00.3")]),
    }
    found = []
    for number, names in enumerate((sorted(tables), sorted(tables, reverse=True))):
        command = CommandLine(tmp_path / str(number))
        members = {name: tables[name] for name in names} | order_members("icd10cm", 2025, CM)
        (tmp_path / f"{number}.zip").write_bytes(zip_bytes(members))
        command.load("icd10cm", "FY2025", tmp_path / f"{number}.zip")
        found.append(read_lists_in_order(command.url))
    assert found[0] == found[1] == ["conversion_v2.csv", "conversion_v1.csv"]


def test_of_two_lists_the_one_loaded_last_counts(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    command.load("icd10cm", "FY2025", write_zip(tmp_path / "r.zip", order_members("icd10cm", 2025, CM)))
    for name, code in (("b.csv", "A00.2"), ("a.csv", "A00.3")):
        (tmp_path / name).write_bytes(conversion_csv([("A00.1", "2024", code)]))
        command.load("icd10cm", "FY2025", tmp_path / name)
    assert read_lists_in_order(command.url) == ["a.csv", "b.csv"]


def read_lists_in_order(url: str) -> list[str]:
    engine = open_database(url)
    with reading(engine) as connection:
        lists = reader.read_lists(connection, ReleaseId("icd10cm", date(2024, 10, 1), 1), "conversion")
    engine.dispose()
    return [found.file for found in lists]
