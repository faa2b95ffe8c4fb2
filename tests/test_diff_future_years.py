"""Years that nobody has seen: more than 100,000 rows, letters anywhere in a code, other names, other spacing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.report.data import report_document
from flows.steps import load_release, prepare_result
from schema.changes import Cause, ChangeKind, UpdateResult
from schema.errors import CheckError
from schema.releases import parse_release
from schema.store import reader
from schema.store.database import open_database, reading

Row = tuple[str, int, str]
"""Code, flag, title."""

# Just below and just above the number that no longer fits columns 1-5.
_FILLING = [(f"F{a}{b}{c}{d}{e}", 1, f"Filling {a}{b}{c}{d}{e}") for a, b, c, d, e in product("0123456789", repeat=5)]
FIRST: list[Row] = [
    ("A1B", 0, "Ailments of the year 2031"),
    ("A1BC2", 1, "Ache"),
    ("A1BC3", 1, "Burn"),
    *_FILLING[:99_990],
    ("QA0", 0, "Quaint conditions"),
    ("QA0013", 1, "Dent of the elbow"),
]
SECOND: list[Row] = [
    ("A1B", 0, "Ailments of the year 2031"),
    ("A1BC2", 0, "Ache"),
    ("A1BC2A", 1, "Ache, mild"),
    ("A1BC2D", 1, "Ache, severe"),
    ("A1BC3", 1, "Bürn"),
    *_FILLING[:99_995],
    ("QA0", 0, "Quaint conditions"),
    ("QA00141", 1, "Dent of the left elbow"),
    ("QA00142", 1, "Dent of the right elbow"),
]
LINES = (
    "Add: 0 A1BC2",
    "Delete: 1 A1BC2",
    "Add: 1 A1BC2A",
    "Add:     1 A1BC2D",
    "Revise from: 1 A1BC3",
    "Revise to:   1 A1BC3",
    *(f"Add: 1 {code}" for code, _, _ in _FILLING[99_990:99_995]),
    "delete:                1 QA0013",
    "ADD: 1 QA00141",
    "",
    "Add: 1 QA00142",
)


def order_file(rows: list[Row]) -> bytes:
    """Columns 1-6 hold the number, which is of six digits from row 100,000 on; LF alone ends a line."""
    lines = (
        f"{number:05}".ljust(6) + f"{code:<7} {flag} {title:<60} {title} in full\n"
        for number, (code, flag, title) in enumerate(rows, start=1)
    )
    return "".join(lines).encode()


def order_addenda() -> bytes:
    """The list of the second year, with blanks where other years have other blanks."""
    titles = [{(code, flag): title for code, flag, title in rows} for rows in (FIRST, SECOND)]
    lines = []
    for line in LINES:
        if not line:
            lines.append("")
            continue
        action, rest = line.split(":")
        flag, code = rest.split()
        title = titles[action.lower() not in ("delete", "revise from")][code, int(flag)]
        lines.append(f"{line:<{len(line) - len(code) + 7}} {title:<60} {title} in full   ")
    billable = [sum(flag for _, flag, _ in rows) for rows in (FIRST, SECOND)]
    summary = f"""
    Codes:
      {billable[0]:,} codes in ICD-10-CM Order FY 2031 final.TXT
      {billable[1]:,} codes in ICD-10-CM Order FY 2032 v2.TXT
        9 Additions
        2 deletions
        1 revision
    """
    return "\n".join([*lines, *summary.splitlines()]).encode() + b"\n"


CONVERSION = """Conversion Table of New ICD-10-CM Codes,,
Current code assignment,Effective,Previous Code(s) Assignment
A1B.C2A,2031,A1B.C2
A1B.C2D,2031,A1B.C2
QA0.0141,2031,QA0.013
QA0.0142,2031,QA0.010-QA0.013
"""


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("future")
    write_zip(folder / "a.zip", {"Fiscal Year 2031 (final)/ICD-10-CM Order FY 2031 final.TXT": order_file(FIRST)})
    members = {
        "ICD-10-CM Order FY 2032 v2.TXT": order_file(SECOND),
        "Changes/what changed, FY 2032.Txt": order_addenda(),
        "table.csv": CONVERSION.encode(),
    }
    write_zip(folder / "b.zip", members)
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{folder / 'addenda.db'}")
    for label, name in (("FY2031", "a.zip"), ("FY2032", "b.zip")):
        result = load_release(engine, parse_release("icd10cm", label), [folder / name])
        assert result.ignored == ()
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def result(engine: Engine) -> UpdateResult:
    with reading(engine) as connection:
        previous, current = reader.list_releases(connection)
    assert (previous.codes, current.codes, current.headers) == (99_993, 100_000, 3)
    return prepare_result(engine, previous, current, date(2031, 9, 1))


def test_changes_of_a_year_with_six_digit_order_numbers_are_found(result: UpdateResult) -> None:
    changes = {change.code: (change.kind, change.cause) for change in result.change_set.changes}
    filled = {code: (ChangeKind.NEW, None) for code, _, _ in _FILLING[99_990:99_995]}
    assert changes == filled | {
        "A1BC2": (ChangeKind.DELETED, Cause.NOW_HEADER),
        "A1BC2A": (ChangeKind.NEW, None),
        "A1BC2D": (ChangeKind.NEW, None),
        "A1BC3": (ChangeKind.REVISED, None),
        "QA0013": (ChangeKind.DELETED, Cause.ABSENT),
        "QA00141": (ChangeKind.NEW, None),
        "QA00142": (ChangeKind.NEW, None),
    }
    (revised,) = (change for change in result.change_set.changes if change.kind is ChangeKind.REVISED)
    assert revised.is_cosmetic
    assert [(f.before, f.after) for f in revised.fields] == [("Burn in full", "Bürn in full"), ("Burn", "Bürn")]


def test_list_with_other_spacing_and_another_name_agrees(result: UpdateResult) -> None:
    found = result.reconciliation
    assert found.differences == ()
    assert found.agrees
    assert found.basis == "order addenda what changed, FY 2032.Txt"
    assert found.official == {"new": 9, "deleted": 2, "revised": 1}


def test_successors_are_found_for_codes_with_letters_anywhere(result: UpdateResult) -> None:
    named = {
        code: [(s.code, s.source) for s in successors]
        for code, successors in result.successors.items()
        if code in ("A1BC2", "QA0013", "QA00142")
    }
    assert named == {
        "A1BC2": [("A1BC2A", "conversion table"), ("A1BC2D", "conversion table")],
        "QA0013": [("QA00141", "conversion table"), ("QA00142", "conversion table")],
        "QA00142": [("QA0013", "conversion table")],
    }
    assert result.successors["QA0013"][0].title == "Dent of the left elbow in full"


def test_report_names_the_years_that_nobody_has_seen(result: UpdateResult) -> None:
    document = report_document(result)
    assert (document["previous"], document["current"]) == ("icd10cm@2030-10-01.1", "icd10cm@2031-10-01.1")
    assert document["days_left"] == 30
    assert [document["releases"][side]["label"] for side in ("previous", "current")] == ["FY2031", "FY2032"]


def test_file_of_another_year_is_refused_by_the_year_in_its_name(engine: Engine, folder: Path) -> None:
    with pytest.raises(CheckError, match=r"2032 v2\.TXT is of 2032, the label is FY2033"):
        load_release(engine, parse_release("icd10cm", "FY2033"), [folder / "b.zip"])


def test_mid_year_label_of_the_same_fiscal_year_is_accepted_and_nothing_differs(engine: Engine, folder: Path) -> None:
    loaded = load_release(engine, parse_release("icd10cm", "FY2032-apr"), [folder / "b.zip"])
    assert loaded.written.outcome == "loaded"
    assert loaded.written.new_records == 0
