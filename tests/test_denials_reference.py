"""Every code of the reference on denials (cms-releases.md, section 5) is in our tables, under its category."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from schema.denials import CARCS, NOT_DENIED, RARCS, STATUSES, classify_adjustment, classify_status, needs_remark
from schema.remits import Category, Subject

REFERENCE = Path(os.environ.get("ADDENDA_TEST_REFERENCE") or Path(__file__).parents[2] / "shared" / "reference")

# The row of the reference -> categories and subjects that its codes may have. Vague ones are checked on their own.
PLACES: dict[str, set[tuple[Category, Subject]]] = {
    "invalid procedure code": {(Category.INVALID_CODE, Subject.PROCEDURE), (Category.INVALID_CODE, Subject.CLAIM)},
    "invalid diagnosis code": {(Category.INVALID_CODE, Subject.DIAGNOSIS)},
    "diagnosis ↔ procedure": {(Category.MEDICAL_NECESSITY, Subject.DIAGNOSIS)},
    "modifier": {(Category.MODIFIER, Subject.MODIFIER)},
    "age / sex": {(Category.OTHER, Subject.PROCEDURE), (Category.OTHER, Subject.DIAGNOSIS)},
    "place of service / setting": {(Category.OTHER, Subject.PROCEDURE), (Category.OTHER, Subject.CLAIM)},
    "bundling": {(Category.BUNDLING, Subject.PROCEDURE)},
    "frequency / units": {(Category.OTHER, Subject.PROCEDURE)},
    "medical necessity": {
        (Category.MEDICAL_NECESSITY, Subject.PROCEDURE),
        (Category.MEDICAL_NECESSITY, Subject.DIAGNOSIS),
    },
    "non-covered": {(Category.NON_COVERED, Subject.PROCEDURE)},
    "authorization": {(Category.AUTHORIZATION, Subject.PROCEDURE)},
    "downcoding": {(Category.DOWNCODING, Subject.PROCEDURE)},
    "procedure code": {(Category.INVALID_CODE, Subject.PROCEDURE)},
    "diagnosis": {(Category.INVALID_CODE, Subject.DIAGNOSIS)},
    "revenue / units / pos": {(Category.OTHER, Subject.CLAIM)},
    "units over maximum": {(Category.OTHER, Subject.PROCEDURE)},
    "coverage policy": {(Category.MEDICAL_NECESSITY, Subject.PROCEDURE), (Category.NON_COVERED, Subject.PROCEDURE)},
    "recode / downcode": {(Category.DOWNCODING, Subject.PROCEDURE)},
    "whole claim": {(Category.OTHER, Subject.CLAIM)},
    "not code-related, often mis-listed": {(Category.OTHER, Subject.CLAIM)},
}
# "45 is not a downcode" stands in the row of downcodes.
ASIDES = {"45"}


def read_section(number: str) -> str:
    path = REFERENCE / "cms-releases.md"
    if not path.is_file():
        pytest.skip(f"no reference at {path}; set ADDENDA_TEST_REFERENCE to its folder")
    found = re.search(rf"^### {re.escape(number)} .*?(?=^###? |\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"the reference has no section {number}"
    return found.group()


def read_rows(number: str) -> list[tuple[str, str]]:
    """(category in small letters, what stands beside it) of each row of the section's table."""
    cells = [line.strip("|").split("|") for line in read_section(number).splitlines() if line.startswith("| ")]
    return [(name.strip().replace("*", "").lower(), text) for name, text in cells if name.strip() != "category"]


def find_codes(text: str, pattern: str) -> list[str]:
    """The codes at the beginning of each clause, in small print about others left out."""
    clean = re.sub(r"\([^)]*\)|\[[^]]*\]", "", text.replace("*", ""))
    return re.findall(rf"(?:^|[;,./] ?|\b|\+ )({pattern})\b(?!')", clean)


def test_every_carc_of_the_reference_has_its_category() -> None:
    wrong, seen = [], 0
    for name, text in read_rows("5.2"):
        if name not in PLACES:
            continue
        for code in find_codes(text.split(" + ")[0], r"[AB]\d{1,2}|\d{1,3}"):
            if needs_remark(code) or code in ASIDES:
                continue
            seen += 1
            reason = classify_adjustment("CO", code)
            if reason is None or (reason.category, reason.subject) not in PLACES[name]:
                wrong.append(f"{name}: {code}")
    assert wrong == []
    assert seen > 50


def test_what_the_reference_keeps_out_is_no_denial() -> None:
    text = next(text for name, text in read_rows("5.2") if name.startswith("not code-related"))
    codes = find_codes(text, r"\d{1,3}")
    assert set(codes) >= {"45", "18", "29", "22", "1", "2", "3", "253"}
    assert [code for code in codes if code not in NOT_DENIED] == []


def test_reasons_that_say_little_by_the_reference_need_a_remark() -> None:
    text = next(text for name, text in read_rows("5.2") if name.startswith("retired"))
    codes = find_codes(text, r"A\d|\d{2,3}")
    assert set(codes) >= {"125", "16", "96", "A1"}
    assert [code for code in codes if not needs_remark(code)] == []


def test_every_rarc_of_the_reference_has_its_category() -> None:
    wrong, seen = [], 0
    for name, text in read_rows("5.3"):
        for code in find_codes(text, r"MA?\d{2,3}|N\d{2,3}"):
            seen += 1
            reason = classify_adjustment("CO", "16", [code])
            if reason is None or code not in RARCS or (reason.category, reason.subject) not in PLACES[name]:
                wrong.append(f"{name}: {code}")
    assert wrong == []
    assert seen == len(RARCS)


def test_every_status_of_the_reference_is_in_the_table() -> None:
    text = read_section("5.4").partition("Status codes:")[2].partition("Real example")[0].partition("[")[0]
    codes = set(re.findall(r"\b\d{3}\b", text))
    assert codes == set(STATUSES) - {"21"}


def test_days_of_a_stay_are_the_only_statuses_that_the_reference_calls_mislisted() -> None:
    text = read_section("5.4")
    mislisted = re.findall(r"\*\*(\d{3})/(\d{3}) are[^*]*not code-set codes", text)
    told = [classify_status("A7", code) for pair in mislisted for code in pair]
    assert [reason.category for reason in told if reason] == [Category.OTHER] * 2


def test_signals_of_a_stale_table_are_invalid_codes() -> None:
    text = read_section("5.5")
    found = re.search(r"date in (.*?) on codes whose validity changed", text)
    assert found
    carcs = re.findall(r"(?<![\d:/])\d{3}(?![\d/])", found.group(1).partition("or A7")[0])
    remarks = re.findall(r"[MN]\d{2}", found.group(1))
    statuses = re.findall(r"\d{3}", found.group(1).partition("A7:")[2])
    assert (len(carcs), len(remarks), len(statuses)) == (3, 4, 4)
    told = [classify_adjustment("CO", carc) for carc in carcs]
    told += [classify_adjustment("CO", "16", [remark]) for remark in remarks]
    told += [classify_status("A7", status) for status in statuses]
    categories = {reason.category if reason else None for reason in told}
    assert categories == {Category.INVALID_CODE, Category.MODIFIER}
    assert CARCS["182"].subject is STATUSES["453"].subject is Subject.MODIFIER
