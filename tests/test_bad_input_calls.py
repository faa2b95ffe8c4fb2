"""Wrong words on the command line: labels, systems, days, codes, options."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.held_store import CM_NEXT, Refusal, check_refusal, hold_releases, refusing
from tests.order_files import order_file


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return hold_releases(tmp_path_factory.mktemp("held"))


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    with refusing(held, tmp_path) as refusal:
        yield refusal


@pytest.mark.parametrize(
    ("system", "release"),
    [
        ("icd10cm", "FY20x"),
        ("icd10cm", "FY0000"),
        ("icd10cm", "FY2025-smarch"),
        ("icd10cm", "2026Q1"),
        ("icd10cm", "2026-02-30"),
        ("icd10cm", "2026-13"),
        ("icd10cm", "next year"),
        ("icd10cm", ""),
        ("icd10cm", "icd10pcs@2025-10-01.1"),
        ("icd10cm", "2025-10-01.0"),
        ("icd10cm", "2025-10-01.99999999999999999999"),
        ("icd10cm", "\x1b[31mFY2025"),
        ("hcpcs", "FY2026"),
        ("hcpcs", "2026Q5"),
    ],
)
def test_label_that_names_no_release_is_refused(system: str, release: str, refuse: Refusal) -> None:
    files = {"icd10cm_order_2025.txt": order_file(CM_NEXT)}
    line = refuse(system, release, files)
    assert line.startswith("addenda: usage: ")
    assert "YYYY-MM-DD" in line or "same system" in line


@pytest.mark.parametrize("system", ["cpt", "", "icd10", "icd9cm", "\u0130CD10CM"])
def test_unknown_system_is_refused(system: str, refuse: Refusal) -> None:
    refuse(system, "FY2025", {"order.txt": order_file(CM_NEXT)}, "unknown code system", "icd10cm, icd10pcs, hcpcs")


@pytest.mark.parametrize("option", ["--on", "--known"])
@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "1/2/2026", "", "0000-01-01", "99999-01-01"])
def test_day_that_is_none_is_refused(option: str, day: str, held: CommandLine) -> None:
    check_refusal(held("lookup", "icd10cm", "A00.1", option, day), option, "YYYY-MM-DD")


@pytest.mark.parametrize("code", ["", " ", ".", "\u0391001", "A\xdf1", "A00\n1", "A" * 500])
def test_code_that_can_be_none_is_refused(code: str, held: CommandLine) -> None:
    check_refusal(held("lookup", "icd10cm", code, "--on", "2024-01-15"), "code")


def test_code_of_bytes_that_are_no_text_is_refused(held: CommandLine) -> None:
    with held.start("lookup", "icd10cm", os.fsdecode(b"A\xff1")) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith("addenda: usage: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("load",),
        ("load", "icd10cm"),
        ("load", "icd10cm", "FY2025"),
        ("lookup", "icd10cm"),
        ("diff", "icd10cm", "FY2024"),
        ("diff", "icd10cm", "FY2024", "FY2025", "FY2026"),
        ("diff", "icd10cm", "FY2024", "FY2025", "--format", "yaml"),
        ("releases", "--no-such-option"),
        ("no-such-command",),
        ("update", "icd10cm", "--release", "FY2025"),
        ("update", "icd10cm", "--override", "shrinkage"),
        ("update", "icd10cm", "hcpcs", "--from", "."),
        ("--config",),
    ],
    ids=" ".join,
)
def test_command_that_is_not_whole_is_refused(arguments: tuple[str, ...], held: CommandLine) -> None:
    if arguments:
        assert check_refusal(held(*arguments)).startswith("addenda: usage: ")
    else:
        assert "Usage" in held().out + held().err


def test_release_that_is_not_held_is_refused_with_those_that_are(held: CommandLine) -> None:
    answer = held("diff", "icd10cm", "FY2023", "FY2024")
    check_refusal(answer, "release-not-found", "icd10cm@2022-10-01", "held: icd10cm@2023-10-01.1", "addenda load")
