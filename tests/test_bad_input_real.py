"""Real releases, damaged or given for what they are not: refused in one line, the store untouched."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.held_store import Refusal, check_refusal
from tests.order_files import write_zip

CM_2024 = "icd10cm/FY2024-oct/icd10cm-CodesDescriptions-2024.zip"
CM_2025 = "icd10cm/FY2025-oct/2025-code-descriptions-tabular-order.zip"
PCS_2025 = "icd10pcs/FY2025/2025-icd-10-pcs-order-file-long-and-abbreviated-titles.zip"
HCPCS_2019 = "hcpcs/2019-01/2019-Alpha-Numeric-HCPCS-File.zip"
HCPCS_2020 = "hcpcs/2020-01/2020-Alpha-Numeric-HCPCS-File.zip"


@pytest.fixture(scope="module")
def held(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A store with the releases before those that the tests spoil."""
    command = CommandLine(tmp_path_factory.mktemp("real") / "home")
    command.load("icd10cm", "FY2024", releases / CM_2024)
    command.load("hcpcs", "2019Q1", releases / HCPCS_2019)
    return command


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    before = take_picture(held)
    yield Refusal(held, tmp_path)
    assert take_picture(held) == before


def take_picture(held: CommandLine) -> tuple[str, ...]:
    digest = hashlib.sha256((held.home / "addenda.db").read_bytes()).hexdigest()
    return digest, held("releases").out, held("lookup", "icd10cm", "E11.65", "--on", "2024-01-15").out


def read_member(archive: Path, *words: str) -> bytes:
    """The one text member whose name has all the words and is no addenda file."""
    with zipfile.ZipFile(archive) as packed:
        names = [
            name
            for name in packed.namelist()
            if name.endswith(".txt") and "addenda" not in name and all(word in name for word in words)
        ]
        assert len(names) == 1
        return packed.read(names[0])


@pytest.fixture(scope="module")
def order_2025(releases: Path) -> bytes:
    return read_member(releases / CM_2025, "order")


def test_order_file_cut_in_the_middle_of_a_line(order_2025: bytes, refuse: Refusal) -> None:
    cut = order_2025[:7_000_000]
    assert not cut.endswith(b"\n")
    number = cut.count(b"\n") + 1
    where = f"icd10cm_order_2025.txt, line {number}"
    refuse("icd10cm", "FY2025", {"icd10cm_order_2025.txt": cut}, where, "cut in the middle of a line")


def test_order_file_cut_at_a_line_end_in_a_zip_without_other_files(order_2025: bytes, refuse: Refusal) -> None:
    lines = order_2025.splitlines(keepends=True)
    path = write_zip(refuse.folder / "r.zip", {"icd10cm_order_2025.txt": b"".join(lines[:-40])})
    where = f"r.zip/icd10cm_order_2025.txt, line {len(lines) - 40}"
    refuse.of_paths("icd10cm", "FY2025", [path], where, "U099, the last of FY2024, is missing")


def test_order_file_cut_at_a_line_end_in_the_whole_archive(releases: Path, refuse: Refusal) -> None:
    with zipfile.ZipFile(releases / CM_2025) as packed:
        members = {name: packed.read(name) for name in packed.namelist() if name.endswith(".txt")}
    name = next(name for name in members if name.endswith("icd10cm_order_2025.txt"))
    members[name] = members[name][: members[name].index(b"\r\n", 14_000_000) + 2]
    path = write_zip(refuse.folder / "r.zip", members)
    refuse.of_paths("icd10cm", "FY2025", [path], name, "74260 by the summary of icd10cm_order_addenda_2025.txt")


def test_a_code_that_stands_twice(order_2025: bytes, refuse: Refusal) -> None:
    lines = order_2025.splitlines(keepends=True)
    again = lines[500].replace(b"00501", f"{len(lines) + 1:05}".encode())
    data = b"".join([*lines, again])
    words = f"icd10cm_order_2025.txt, line {len(lines) + 1}", "stands twice, first on line 501"
    refuse("icd10cm", "FY2025", {"icd10cm_order_2025.txt": data}, *words)


def test_last_years_archive_under_this_years_label(releases: Path, refuse: Refusal) -> None:
    refuse.of_paths("icd10cm", "FY2025", [releases / CM_2024], "icd10cm-order-2024.txt is of 2024", "FY2025")


def test_last_years_file_under_this_years_name(releases: Path, refuse: Refusal) -> None:
    data = read_member(releases / CM_2024, "order")
    path = write_zip(refuse.folder / "2025.zip", {"icd10cm_order_2025.txt": data})
    words = "2025.zip/icd10cm_order_2025.txt", "that of FY2024, record for record"
    refuse.of_paths("icd10cm", "FY2025", [path], *words)


def test_renamed_member_changes_nothing(releases: Path, held: CommandLine, tmp_path: Path) -> None:
    data = read_member(releases / CM_2024, "order")
    path = write_zip(tmp_path / "x.zip", {"deep/er/readme.md": data})
    answer = CommandLine(tmp_path / "home")("load", "icd10cm", "FY2024", path, "--format", "json")
    assert answer.code == 0
    one, other = (
        command("releases", "icd10cm", "--format", "json").json["releases"][0]["digest"]
        for command in (held, CommandLine(tmp_path / "home"))
    )
    assert one == other


@pytest.mark.parametrize(
    ("path", "system", "release", "words"),
    [
        (PCS_2025, "icd10cm", "FY2025", ("icd10pcs_order_2025.txt", "not of ICD-10-CM", "addenda load icd10pcs")),
        (CM_2025, "icd10pcs", "FY2025", ("2025-code-descriptions", "not of ICD-10-PCS", "addenda load icd10cm")),
        (CM_2025, "hcpcs", "2025Q1", ("2025-code-descriptions", "not of HCPCS", "addenda load icd10cm")),
        (HCPCS_2020, "icd10cm", "FY2020", ("2020-Alpha-Numeric", "not of ICD-10-CM", "addenda load hcpcs")),
        (HCPCS_2019, "hcpcs", "2020Q1", ("HCPC2019_CONTR_ANWEB.txt", "2019", "2020Q1")),
        ("hcpcs/2020-04", "hcpcs", "2020Q3", ("anweb.xlsx", "0 records act on 2020-07-01")),
        ("hcpcs/2020-07", "hcpcs", "2020Q2", ("anweb.xlsx", "0 records act on 2020-04-01")),
    ],
)  # fmt: skip
def test_release_given_for_another(
    path: str, system: str, release: str, words: tuple[str, ...], releases: Path, refuse: Refusal
) -> None:
    refuse.of_paths(system, release, [releases / path], *words)


def test_hcpcs_text_with_a_continuation_before_its_first_line(releases: Path, refuse: Refusal) -> None:
    text = read_member(releases / HCPCS_2020, "ANWEB")
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line[10:11] == b"4" and line[:5] == lines[n - 1][:5])
    data = b"".join([*lines[:3], lines[first], *lines[3:]])
    where = "HCPC2020_ANWEB.txt, line 4"
    refuse("hcpcs", "2020Q1", {"HCPC2020_ANWEB.txt": data}, where, "continuation before its first line")


def test_spoilt_real_workbook(releases: Path, refuse: Refusal) -> None:
    data = (releases / "hcpcs/2020-07/anweb.xlsx").read_bytes()
    refuse("hcpcs", "2020Q3", {"anweb.xlsx": data[:400_000]}, "anweb.xlsx")


def test_archive_that_ended_early(releases: Path, refuse: Refusal) -> None:
    data = (releases / CM_2025).read_bytes()
    refuse("icd10cm", "FY2025", {"2025.zip": data[: len(data) // 2]}, "2025.zip", "broken")


def test_shortened_file_does_not_become_a_new_issue(releases: Path, tmp_path: Path) -> None:
    """The release that is held under the same label counts too, not only the one before."""
    command = CommandLine(tmp_path / "home")
    order = read_member(releases / CM_2024, "order")
    (tmp_path / "icd10cm_order_2024.txt").write_bytes(order)
    command.load("icd10cm", "FY2024", tmp_path / "icd10cm_order_2024.txt")
    (tmp_path / "icd10cm_order_2024.txt").write_bytes(b"".join(order.splitlines(keepends=True)[:-40]))
    answer = command("load", "icd10cm", "FY2024", tmp_path / "icd10cm_order_2024.txt")
    check_refusal(answer, "U099, the last of FY2024, is missing")
    assert [held["release_id"] for held in command("releases", "--format", "json").json["releases"]] == [
        "icd10cm@2023-10-01.1"
    ]
