"""`addenda impact verify` in ICD: subdivided codes, categories, and new codes that belong into the charge master."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.order_files import Code, order_members, write_zip
from tests.verified_uses import Organisation

HEADING, ARM = Code("A09", "Infection", is_billable=False), Code("A091", "Infection of the arm")
LEG = Code("A092", "Infection of the leg")
ICD_BEFORE = [HEADING, ARM, LEG]
ICD_AFTER = [
    HEADING,
    replace(ARM, is_billable=False),
    Code("A0911", "Infection of the left arm"),
    Code("A0912", "Infection of the right arm"),
    LEG,
]
ICD_SETTINGS = """
[[uses]]
name = "charges"
kind = "charge_master"
path = "charges.csv"
[uses.columns]
icd10cm = ["code"]

[[uses]]
name = "groups"
kind = "payer_rule"
path = "groups.csv"
[uses.columns]
icd10cm = ["code"]
[uses.entries]
icd10cm = "expression"
"""


@pytest.fixture
def hospital(tmp_path: Path) -> Organisation:
    made = Organisation.__new__(Organisation)
    made.folder, made.command = tmp_path, CommandLine(tmp_path / "home", more={"ADDENDA_TODAY": "2031-08-20"})
    for year, codes in ((2031, ICD_BEFORE), (2032, ICD_AFTER)):
        made.command.load(
            "icd10cm", f"FY{year}", write_zip(tmp_path / f"{year}.zip", order_members("icd10cm", year, codes))
        )
    made.config = tmp_path / "addenda.toml"
    made.config.write_text(ICD_SETTINGS)
    made.write("charges", ["A09.1", "A09.2"])
    made.write("groups", ["A09", "A09.2"])
    assert made("impact", "icd10cm", "FY2031", "FY2032").err == ""
    return made


def verify_hospital(hospital: Organisation) -> dict[tuple[str, str], tuple[str, str]]:
    answer = hospital("impact", "verify", "icd10cm", "FY2031", "FY2032", "--format", "json")
    assert answer.err == ""
    return {(item["use"], item["code"]): (item["state"], item["reason"]) for item in answer.json["items"]}


def test_child_in_place_of_the_subdivided_code_is_a_suggested_successor(hospital: Organisation) -> None:
    assert verify_hospital(hospital)["charges", "A091"][0] == "not_yet"
    hospital.write("charges", ["A09.12", "A09.2", "a0911"])
    assert verify_hospital(hospital)["charges", "A091"] == ("applied", "replaced by A09.12, a suggested successor")


def test_category_that_stands_for_valid_children_can_stay(hospital: Organisation) -> None:
    state, why = verify_hospital(hospital)["groups", "A091"]
    assert (state, why) == ("nothing_to_do", "the category 'A09' still holds 3 valid codes")


def test_new_code_is_looked_for_in_the_charge_master(hospital: Organisation) -> None:
    assert verify_hospital(hospital)["charges", "A0911"][0] == "not_yet"
    hospital.write("charges", ["A09.12", "A09.2"])
    found = verify_hospital(hospital)
    assert found["charges", "A0912"] == ("applied", "A09.12 is in the charge master now")
    assert found["charges", "A0911"][0] == "not_yet"


def test_date_of_the_verification_is_that_of_the_call(hospital: Organisation) -> None:
    answer = hospital("impact", "verify", "icd10cm", "FY2031", "FY2032", "--format", "json", ADDENDA_TODAY="2031-09-01")
    assert date.fromisoformat(answer.json["as_of"]) == date(2031, 9, 1)
