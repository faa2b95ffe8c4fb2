"""Damaged and wrong HCPCS files: each is refused in one line, and what was held stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.held_store import CM, HCPCS, HCPCS_NEXT, ROWS, Refusal, hold_releases, refusing
from tests.order_files import DISCLAIMER, Row, act_on, hcpcs_lines, hcpcs_text, hcpcs_workbook, order_members, zip_bytes

TEXT = hcpcs_text(HCPCS_NEXT)

Given = dict[str, bytes]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return hold_releases(tmp_path_factory.mktemp("held"))


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    with refusing(held, tmp_path) as refusal:
        yield refusal


HCPCS_FILES: dict[str, tuple[str, Given, tuple[str, ...]]] = {
    "a continuation before its first line": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": (DISCLAIMER + "\r\n".join(hcpcs_lines(ROWS[1])[1:]) + "\r\n").encode() + TEXT},
        ("HCPC2020_ANWEB.txt, line 3", "continuation before its first line"),
    ),
    "cut in the middle of a line": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": TEXT[:-200]},
        ("HCPC2020_ANWEB.txt", "cut in its last line"),
    ),
    "cut at a line end": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": hcpcs_text(HCPCS_NEXT[:-2])},
        ("HCPC2020_ANWEB.txt", "A0059, the last of 2019Q1, is missing"),
    ),
    "a continuation lost": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": b"".join(line for n, line in enumerate(TEXT.splitlines(keepends=True), 1) if n != 41)},
        ("HCPC2020_ANWEB.txt", "line 41", "sequence"),
    ),
    "a code twice": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": TEXT + "\r\n".join([*hcpcs_lines(ROWS[5]), ""]).encode()},
        ("HCPC2020_ANWEB.txt, line 184", "twice", "A0004", "line 16"),
    ),
    "modifiers alone": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": hcpcs_text(act_on(ROWS[:1], "20200101", 1))},
        ("HCPC2020_ANWEB.txt has 1 records, 61 in 2019Q1",),
    ),
    "last year's file": (
        "2020Q1",
        {"HCPC2019_ANWEB.txt": hcpcs_text(HCPCS)},
        ("HCPC2019_ANWEB.txt", "2019", "2020Q1"),
    ),
    "last year's file under no year's name": (
        "2020Q1",
        {"anweb.txt": hcpcs_text(HCPCS)},
        ("anweb.txt", "0 records act on 2020-01-01"),
    ),
    "another quarter's file": (
        "2020Q2",
        {"HCPC2020_JAN_ANWEB.txt": TEXT},
        ("HCPC2020_JAN_ANWEB.txt", "2020Q2"),
    ),
    "a byte in the wrong place": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": TEXT.replace(b"20200101", b"2020010\xa0", 1)},
        ("HCPC2020_ANWEB.txt, line", "0xA0"),
    ),
    "a NUL near the top": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": TEXT.replace(b"Left", b"L\0ft", 1)},
        ("HCPC2020_ANWEB.txt", "a NUL byte on line 3"),
    ),
    "an empty workbook cell for a code": (
        "2020Q1",
        {"HCPC2020_ANWEB.xlsx": hcpcs_workbook([*HCPCS_NEXT, Row("", "No code")], 8)},
        ("HCPC2020_ANWEB.xlsx, line 70", "no code"),
    ),
    "text and workbook of two releases": (
        "2020Q1",
        {"HCPC2020_ANWEB.txt": TEXT, "HCPC2020_ANWEB.xlsx": hcpcs_workbook([replace(r, long="x") for r in ROWS])},
        ("HCPC2020_ANWEB.txt", "HCPC2020_ANWEB.xlsx", "differ"),
    ),
    "a workbook without a column": (
        "2020Q1",
        {"HCPC2020_ANWEB.xlsx": hcpcs_workbook(HCPCS_NEXT, 8, without="TERM DT")},
        ("HCPC2020_ANWEB.xlsx, line 8", "TERMDT"),
    ),
}


@pytest.mark.parametrize("case", HCPCS_FILES)
def test_hcpcs_file_is_refused(case: str, refuse: Refusal) -> None:
    release, files, words = HCPCS_FILES[case]
    refuse("hcpcs", release, files, *words)


def test_icd_files_are_no_hcpcs(refuse: Refusal) -> None:
    files = {"cm.zip": zip_bytes(order_members("icd10cm", 2020, CM))}
    refuse("hcpcs", "2020Q1", files, "cm.zip/icd10cm_order_2020.txt", "not of HCPCS", "addenda load icd10cm")
