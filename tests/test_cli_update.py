"""`addenda update --from`: which release a folder holds, what is left out, when a person should look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import CommandLine, held_releases
from tests.held_store import CM, CM_NEXT, check_refusal
from tests.order_files import Row, act_on, conversion_csv, hcpcs_text, order_addenda, order_members, write_zip

LATER = [replace(code, long=f"{code.long}, again") if n % 50 == 1 else code for n, code in enumerate(CM_NEXT)]


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home", more={"ADDENDA_TODAY": "2024-08-01"})


def fill(folder: Path, members: dict[str, bytes], name: str = "release.zip") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_zip(folder / name, members)
    return folder


def fill_years(root: Path) -> Path:
    fill(root / "FY2023", order_members("icd10cm", 2023, CM))
    fill(root / "FY2024", order_members("icd10cm", 2024, CM_NEXT, CM))
    fill(root / "FY2025", order_members("icd10cm", 2025, LATER, CM_NEXT))
    return root


def test_folder_of_releases_is_loaded_and_the_newest_step_reported(command: CommandLine, tmp_path: Path) -> None:
    answer = command("update", "icd10cm", "--from", fill_years(tmp_path / "cm"))
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert "icd10cm@2023-10-01.1 → icd10cm@2024-10-01.1: 4 revised" in lines
    assert "against order addenda icd10cm_order_addenda_2025.txt: agrees code for code" in lines
    report = tmp_path / "home" / "reports" / "icd10cm@2024-10-01.1_from_2023-10-01.1"
    assert sorted(path.name for path in report.iterdir()) == [
        "changes.csv", "changes.json", "changes.xlsx", "report.html",
    ]  # fmt: skip
    before = {path.name: path.read_bytes() for path in report.iterdir()}
    assert command("update", "icd10cm", "--from", tmp_path / "cm").code == 0
    assert {path.name: path.read_bytes() for path in report.iterdir()} == before
    assert held_releases(command.url) == [f"icd10cm@{year}-10-01.1" for year in (2022, 2023, 2024)]


def test_first_release_has_nothing_to_be_compared_with(command: CommandLine, tmp_path: Path) -> None:
    answer = command("update", "icd10cm", "--from", fill(tmp_path / "FY2024", order_members("icd10cm", 2024, CM)))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-2:] == [
        "icd10cm@2023-10-01.1 loaded",
        "the first release of this system: nothing to compare with yet",
    ]


def test_a_difference_with_the_publishers_list_is_a_finding(command: CommandLine, tmp_path: Path) -> None:
    fill(tmp_path / "cm" / "FY2023", order_members("icd10cm", 2023, CM))
    fill(tmp_path / "cm" / "FY2024", order_members("icd10cm", 2024, CM_NEXT))
    answer = command("update", "icd10cm", "--from", tmp_path / "cm")
    assert answer.code == 1
    assert "against none: 1 named differences" in answer.out


def test_an_overridden_check_is_a_finding(command: CommandLine, tmp_path: Path) -> None:
    fill(tmp_path / "cm" / "FY2023", order_members("icd10cm", 2023, CM))
    fill(tmp_path / "cm" / "FY2024", order_members("icd10cm", 2024, CM[:150], CM))
    call = ("update", "icd10cm", "--from", tmp_path / "cm")
    check_refusal_after_steps(command, *call)
    assert command(*call, "--override", "shrinkage", "--note", "it is so", "--by", "me").code == 1


def check_refusal_after_steps(command: CommandLine, *call: object) -> None:
    """What was done before the refusal is told on standard output, the refusal alone on standard error."""
    answer = command(*call)
    assert answer.code == 2
    assert answer.err.startswith("addenda: check: ")
    assert answer.err.count("\n") == 1
    assert all(line.startswith("load ") for line in answer.out.splitlines())


@pytest.mark.parametrize(
    ("folder", "member", "release_id"),
    [
        ("FY2024", "order.txt", "icd10cm@2023-10-01.1"),
        ("FY2024-apr", "icd10cm_order_2024.txt", "icd10cm@2024-04-01.1"),
        ("2024-04-01", "icd10cm_order_2024.txt", "icd10cm@2024-04-01.1"),
        ("FY2024-draft", "icd10cm_order_2024.txt", "icd10cm@2023-10-01.1"),
        ("files", "icd10cm_order_2024.txt", "icd10cm@2023-10-01.1"),
        ("files", "icd10cm-order- April 1 2024.txt", "icd10cm@2024-04-01.1"),
    ],
)
def test_folder_or_file_names_say_which_release_it_is(
    folder: str, member: str, release_id: str, command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = {member: order_members("icd10cm", 2024, CM)["icd10cm_order_2024.txt"]}
    path = fill(tmp_path / "given" / folder, members)
    parent = folder.endswith("-draft")
    assert command("update", "icd10cm", "--from", path.parent if parent else path).code == 0
    assert held_releases(command.url) == [release_id]
    monkeypatch.chdir(path)
    assert "held" in command("update", "icd10cm", "--from", "../" if parent else ".").out


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["order.txt"], ("year none",)),
        (["icd10cm_order_2024.txt", "conversion 2023.csv"], ("2023", "2024")),
        (["2024 code descriptions updated.txt"], ("2024", "update")),
        (["order 2024 errata.txt"], ("2024", "update")),
        (["order 2024 apr.txt", "table 2024 jan.csv"], ("'apr', 'jan'",)),
    ],
)
def test_names_that_do_not_tell_are_refused_with_what_to_type(
    names: list[str], words: tuple[str, ...], command: CommandLine, tmp_path: Path
) -> None:
    order = order_members("icd10cm", 2024, CM)["icd10cm_order_2024.txt"]
    contents = [order, conversion_csv([("A00.1", "2023", "A00.2")])]
    path = fill(tmp_path / "files", dict(zip(names, contents, strict=False)))
    check_refusal(command("update", "icd10cm", "--from", path), "usage", "--release", str(path.name), *words)
    assert held_releases(command.url) == []
    assert command("update", "icd10cm", "--from", path, "--release", "FY2024").code == 0


def test_quarters_of_hcpcs_are_told_by_folder_or_file(command: CommandLine, tmp_path: Path) -> None:
    rows = [Row(f"A{n:04}", f"Supply {n}") for n in range(30)]
    for folder, name, day in (
        ("2020-01", "anweb.txt", "20200101"),
        ("2020Q2", "anweb.txt", "20200401"),
        ("2020-07-01", "HCPC2020_JUL_ANWEB.txt", "20200701"),
    ):
        path = tmp_path / "hcpcs" / folder
        path.mkdir(parents=True)
        (path / name).write_bytes(hcpcs_text(act_on(rows, day, 3)))
    assert command("update", "hcpcs", "--from", tmp_path / "hcpcs").code == 1
    assert held_releases(command.url) == [f"hcpcs@2020-{month}-01.1" for month in ("01", "04", "07")]
    single = tmp_path / "HCPC2020_OCT_ANWEB_v2.txt"
    single.write_bytes(hcpcs_text(act_on(rows, "20201001", 3)))
    assert command("update", "hcpcs", "--from", single).code == 1
    assert held_releases(command.url)[-1] == "hcpcs@2020-10-01.1"


def test_what_is_left_out_is_said(command: CommandLine, tmp_path: Path) -> None:
    root = fill_years(tmp_path / "cm")
    fill(root / "FY2024-errata", order_members("icd10cm", 2024, LATER))
    (root / "README.md").write_text("about these files")
    fill(root / "FY2022", {"addenda.txt": order_addenda(CM, CM_NEXT)})
    answer = command("update", "icd10cm", "--from", root)
    assert (answer.code, answer.err) == (0, "")
    lines = [line for line in answer.out.splitlines() if line.startswith("left out: ")]
    assert lines[:2] == [
        "left out: FY2024-errata, which is not named like a release",
        "left out: README.md, which is not named like a release",
    ]
    assert lines[2].startswith("left out: no code list for icd10cm@2021-10-01 (addenda.txt)")
    assert held_releases(command.url) == [f"icd10cm@{year}-10-01.1" for year in (2022, 2023, 2024)]


def test_folder_with_nothing_but_lists_is_refused(command: CommandLine, tmp_path: Path) -> None:
    fill(tmp_path / "cm" / "FY2022", {"addenda.txt": order_addenda(CM, CM_NEXT)})
    answer = command("update", "icd10cm", "--from", tmp_path / "cm")
    assert answer.code == 2
    assert answer.err.startswith("addenda: release-not-found: no code list")


def test_two_folders_of_one_release_are_refused(command: CommandLine, tmp_path: Path) -> None:
    fill(tmp_path / "cm" / "FY2024", order_members("icd10cm", 2024, CM))
    fill(tmp_path / "cm" / "2023-10-01", order_members("icd10cm", 2024, CM))
    answer = command("update", "icd10cm", "--from", tmp_path / "cm")
    check_refusal(answer, "two folders are of one release", "2023-10-01 and FY2024", "--release")


def test_folder_that_is_not_there_is_refused(command: CommandLine, tmp_path: Path) -> None:
    check_refusal(command("update", "icd10cm", "--from", tmp_path / "no"), "source", "/no)", "check the path")


def test_report_goes_where_it_is_told(command: CommandLine, tmp_path: Path) -> None:
    root = fill_years(tmp_path / "cm")
    assert command("update", "icd10cm", "--from", root, "--out", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "report.html").is_file()
    (tmp_path / "file").write_text("x")
    check_refusal(command("report", "icd10cm", "FY2024", "FY2025", "--out", tmp_path / "file"), "report", "file")
