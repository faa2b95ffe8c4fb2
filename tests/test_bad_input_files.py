"""Damaged and wrong order files: each is refused in one line, and what was held stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.held_store import CM, CM_NEXT, HCPCS_NEXT, PCS, Refusal, hold_releases, refusing
from tests.order_files import (
    codes_file,
    hcpcs_text,
    make_codes,
    order_addenda,
    order_file,
    order_members,
    zip_bytes,
)

ORDER = order_file(CM_NEXT)
LINES = ORDER.decode().splitlines(keepends=True)
TEXT = hcpcs_text(HCPCS_NEXT)

Given = dict[str, bytes]


def change_line(number: int, column: int, text: str) -> bytes:
    """The order file with a text written over line and column, both counted from 1."""
    line = LINES[number - 1]
    changed = line[: column - 1] + text + line[column - 1 + len(text) :]
    return "".join([*LINES[: number - 1], changed, *LINES[number:]]).encode("latin-1")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return hold_releases(tmp_path_factory.mktemp("held"))


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    with refusing(held, tmp_path) as refusal:
        yield refusal


# What is damaged, the file, and what the line must say: name, place, reason.
ORDER_FILES: dict[str, tuple[Given, tuple[str, ...]]] = {
    "cut in the middle of a line": (
        {"icd10cm_order_2025.txt": ORDER[:-20]},
        ("icd10cm_order_2025.txt, line 200", "cut in the middle of a line"),
    ),
    "cut at a line end": (
        {"icd10cm_order_2025.txt": "".join(LINES[:195]).encode()},
        ("icd10cm_order_2025.txt, line 195", "A199, the last of FY2024, is missing"),
    ),
    "cut in half at a line end": (
        {"icd10cm_order_2025.txt": "".join(LINES[:100]).encode()},
        ("icd10cm_order_2025.txt", "100 records, 200 in FY2024"),
    ),
    "a line lost": (
        {"icd10cm_order_2025.txt": "".join(LINES[:99] + LINES[100:]).encode()},
        ("icd10cm_order_2025.txt, line 100", "order number"),
    ),
    "first line cut": (
        {"icd10cm_order_2025.txt": ORDER[4:]},
        ("icd10cm_order_2025.txt, line 1", "does not fit the order file"),
    ),
    "first half lost": (
        {"icd10cm_order_2025.txt": "".join(LINES[100:]).encode()},
        ("icd10cm_order_2025.txt, line 1", "order number"),
    ),
    "a code twice": (
        {"icd10cm_order_2025.txt": order_file([*CM, CM[7]])},
        ("icd10cm_order_2025.txt, line 201", "A007 stands twice", "line 8"),
    ),
    "a code twice in another case": (
        {"icd10cm_order_2025.txt": change_line(12, 7, "a01    ")},
        ("icd10cm_order_2025.txt, line 12, column 7", "'a01'", "shape"),
    ),
    "two records in one line": (
        {"icd10cm_order_2025.txt": ORDER.replace(b"\r\n00050", b"00050")},
        ("icd10cm_order_2025.txt, line 50", "order number"),
    ),
    "a flag that is none": (
        {"icd10cm_order_2025.txt": change_line(31, 15, "2")},
        ("icd10cm_order_2025.txt, line 31, column 15", "'2'", "flag is neither 0 nor 1"),
    ),
    "columns moved by one": (
        {"icd10cm_order_2025.txt": change_line(31, 7, " A030  ")},
        ("icd10cm_order_2025.txt, line 31", "does not fit the order file"),
    ),
    "Latin-1 in a title": (
        {"icd10cm_order_2025.txt": change_line(60, 80, "\xe9")},
        ("icd10cm_order_2025.txt, line 60, column 80", "0xE9", "not UTF-8"),
    ),
    "Latin-1 in a code": (
        {"icd10cm_order_2025.txt": change_line(60, 8, "\xe9")},
        ("icd10cm_order_2025.txt, line 60, column 8", "0xE9", "not UTF-8"),
    ),
    "Latin-1 in the first line": (
        {"icd10cm_order_2025.txt": change_line(1, 8, "\xe9")},
        ("icd10cm_order_2025.txt, line 1, column 8", "0xE9", "not UTF-8"),
    ),
    "letters that look like others": (
        {"icd10cm_order_2025.txt": ORDER.replace(b"A077", "\u0410077".encode())},
        ("icd10cm_order_2025.txt, line 78",),
    ),
    "a NUL near the top": (
        {"icd10cm_order_2025.txt": change_line(3, 80, "\0")},
        ("icd10cm_order_2025.txt, line 3, column 80", "control character"),
    ),
    "a NUL far below": (
        {"icd10cm_order_2025.txt": change_line(190, 80, "\0")},
        ("icd10cm_order_2025.txt, line 190, column 80", "control character"),
    ),
    "an escape sequence in a title": (
        {"icd10cm_order_2025.txt": change_line(190, 20, "\x1b[2J")},
        ("icd10cm_order_2025.txt, line 190, column 20", "control character"),
    ),
    "a lone carriage return": (
        {"icd10cm_order_2025.txt": change_line(190, 20, "\r")},
        ("icd10cm_order_2025.txt, line 190, column 20", "control character"),
    ),
    "blank lines between": (
        {"icd10cm_order_2025.txt": ORDER.replace(b"\r\n00050", b"\r\n\r\n00050")},
        ("icd10cm_order_2025.txt, line 50",),
    ),
    "UTF-16": (
        {"icd10cm_order_2025.txt": ORDER.decode().encode("utf-16")},
        ("icd10cm_order_2025.txt", "UTF-16"),
    ),
    "an empty file": ({"icd10cm_order_2025.txt": b""}, ("icd10cm_order_2025.txt", "empty")),
    "nothing but blanks": ({"icd10cm_order_2025.txt": b" \r\n" * 40}, ("icd10cm_order_2025.txt",)),
    "a title line above": (
        {"icd10cm_order_2025.txt": b"Order file of FY2025\r\n" + ORDER},
        ("icd10cm_order_2025.txt, line 1", "does not fit the order file"),
    ),
    "last year's file": (
        {"icd10cm_order_2024.txt": order_file(CM)},
        ("icd10cm_order_2024.txt", "2024", "FY2025"),
    ),
    "last year's file under this year's name": (
        {"icd10cm_order_2025.txt": order_file(CM)},
        ("icd10cm_order_2025.txt", "FY2024, record for record"),
    ),
    "a codes file alone": (
        {"icd10cm_codes_2025.txt": codes_file(CM)},
        ("icd10cm_codes_2025.txt", "no headers"),
    ),
    "addenda before the code list": (
        {"icd10cm_order_addenda_2025.txt": order_addenda(CM, CM_NEXT)},
        ("icd10cm_order_addenda_2025.txt", "no code list"),
    ),
    "fewer codes than the publisher counts": (
        {"o_2025.txt": order_file(CM), "icd10cm_order_addenda_2025.txt": order_addenda(CM, make_codes("icd10cm", 210))},
        ("o_2025.txt", "180 billable codes, 189", "icd10cm_order_addenda_2025.txt"),
    ),
    "fewer codes than the codes file has": (
        {"o_2025.txt": ORDER, "icd10cm_codes_2025.txt": codes_file(make_codes("icd10cm", 210))},
        ("o_2025.txt", "180 billable codes, 189", "icd10cm_codes_2025.txt"),
    ),
    "two order files": (
        {"one_2025.txt": ORDER, "two_2025.txt": order_file(CM)},
        ("one_2025.txt", "two_2025.txt", "two different code lists"),
    ),
    "PCS given as CM": (
        {"icd10cm_order_2025.txt": order_file(PCS)},
        ("icd10cm_order_2025.txt", "not of ICD-10-CM", "addenda load icd10pcs"),
    ),
    "a PCS line among CM": (
        {"icd10cm_order_2025.txt": change_line(41, 7, "00040ZZ")},
        ("icd10cm_order_2025.txt, line 41, column 7", "'00040ZZ'", "ICD-10-PCS"),
    ),
    "HCPCS given as CM": (
        {"icd10cm_order_2025.txt": TEXT},
        ("icd10cm_order_2025.txt", "not of ICD-10-CM", "addenda load hcpcs"),
    ),
    "a web page": (
        {"icd10cm_order_2025.txt": b"<!DOCTYPE html><html><body>Sorry</body></html>"},
        ("icd10cm_order_2025.txt", "web page"),
    ),
    "any other text": ({"icd10cm_order_2025.txt": b"Dear reader,\nhello\n"}, ("icd10cm_order_2025.txt",)),
}


@pytest.mark.parametrize("case", ORDER_FILES)
def test_order_file_is_refused(case: str, refuse: Refusal) -> None:
    files, words = ORDER_FILES[case]
    refuse("icd10cm", "FY2025", files, *words)


@pytest.mark.parametrize("case", ORDER_FILES)
def test_order_file_is_refused_inside_a_zip(case: str, refuse: Refusal) -> None:
    files, words = ORDER_FILES[case]
    refuse("icd10cm", "FY2025", {"release.zip": zip_bytes({f"sub/{n}": d for n, d in files.items()})}, *words)


def test_cut_addenda_do_not_pass_for_whole_ones(refuse: Refusal) -> None:
    addenda = order_addenda(CM, CM_NEXT)
    files = {"icd10cm_order_2025.txt": ORDER, "icd10cm_order_addenda_2025.txt": addenda[: addenda.index(b"\r\n") - 3]}
    refuse("icd10cm", "FY2025", files, "icd10cm_order_addenda_2025.txt, line 1")


@pytest.mark.parametrize("system", ["icd10cm", "hcpcs"])
def test_pcs_files_are_no_other_system(system: str, refuse: Refusal) -> None:
    release = "FY2025" if system == "icd10cm" else "2020Q1"
    files = {"pcs.zip": zip_bytes(order_members("icd10pcs", 2025, PCS, PCS))}
    refuse(system, release, files, "pcs.zip/icd10pcs_order_2025.txt", "it is an ICD-10-PCS order file")


def test_cm_given_as_pcs_is_refused(refuse: Refusal) -> None:
    files = {"cm.zip": zip_bytes(order_members("icd10cm", 2025, CM_NEXT, CM))}
    refuse("icd10pcs", "FY2025", files, "cm.zip/icd10cm_order_2025.txt", "not of ICD-10-PCS", "addenda load icd10cm")
