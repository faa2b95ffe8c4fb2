"""`addenda impact verify`: what became of each place, from the edited files to the exit code."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.verified_uses import (
    GONE,
    OLD,
    ORDERS,
    OTHER,
    PAIR,
    PRICES,
    RULES,
    SETTINGS,
    THIRD,
    UNUSED,
    Organisation,
    edited,
)


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    made = Organisation(tmp_path)
    made.assess()
    return made


def states(items: Sequence[Mapping[str, Any]], use: str, code: str = "") -> list[tuple[str, str]]:
    """Location and state of the items of a use."""
    return [(item["location"], item["state"]) for item in items if item["use"] == use and code in ("", item["code"])]


def reason(items: Sequence[Mapping[str, Any]], state: str) -> str:
    """The reason of the only item in that state."""
    (only,) = [item for item in items if item["state"] == state]
    return str(only["reason"])


def test_nothing_done_is_not_yet_everywhere(organisation: Organisation) -> None:
    items = organisation.verify()
    assert states(items, "prices") == [
        ("row 3", "not_yet"),
        ("row 5", "not_yet"),
        ("row 7", "not_yet"),
        ("row 8", "not_yet"),
    ]
    assert states(items, "orders") == [("sheet Sheet, row 3", "not_yet")]
    assert {item["owner"] for item in items} == {"revenue", "nursing", None}
    assert {item["kind"] for item in items} == {"deleted"}


def test_baseline_has_to_be_there_first(tmp_path: Path) -> None:
    answer = Organisation(tmp_path)("impact", "verify", *PAIR)
    assert answer.code == 2
    assert answer.err.startswith("addenda: usage: there is no assessment to compare with")
    assert "run addenda impact first" in answer.err


def test_replaced_by_a_valid_code_or_removed_is_applied(organisation: Organisation) -> None:
    organisation.write("prices", edited(PRICES, row3="A0007", row5="J7100", row7="", row8="99213"))
    found = organisation.verify()
    assert states(found, "prices") == [(f"row {n}", "applied") for n in (3, 5, 7, 8)]
    reasons = {item["location"]: item["reason"] for item in found if item["use"] == "prices"}
    assert reasons["row 3"] == "gone; A0007 stands there now: valid, no suggested successor, of the same family"
    assert "another family (J Drugs, not oral)" in reasons["row 5"]
    assert reasons["row 7"] == "removed"
    assert "CPT or CDT" in reasons["row 8"]


def test_some_rows_done_leave_the_others(organisation: Organisation) -> None:
    organisation.write("prices", edited(PRICES, row3="A0007", row7="A0007"))
    assert states(organisation.verify(), "prices", GONE) == [
        ("row 5", "not_yet"),
        ("row 3", "applied"),
        ("row 7", "applied"),
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("A9999", "A9999 stands there now and is not valid in hcpcs@2032-01-01.1"),
        (OLD, f"{OLD} stands there now and is not valid in hcpcs@2032-01-01.1"),
        ("A010", "'A010' stands there now and cannot be read as a code"),
        ("see memo", "'see memo' stands there now and cannot be read as a code"),
    ],
)
def test_replaced_by_what_is_no_valid_code_is_wrong(organisation: Organisation, written: str, told: str) -> None:
    organisation.write("prices", edited(PRICES, row3=written))
    found = organisation.verify()
    assert ("row 3", "applied_wrongly") in states(found, "prices", GONE)
    assert reason(found, "applied_wrongly") == told


def test_replaced_by_another_deleted_code_is_wrong_and_that_code_is_new(organisation: Organisation) -> None:
    organisation.write("prices", edited(PRICES, row3=UNUSED))
    found = organisation.verify()
    assert UNUSED in reason(found, "applied_wrongly")
    assert states(found, "prices", UNUSED) == [("row 3", "new_stale")]


def test_deleted_code_in_a_use_that_did_not_hold_it_is_new(organisation: Organisation) -> None:
    organisation.write_orders([*ORDERS, GONE])
    found = organisation.verify()
    assert states(found, "orders", GONE) == [("sheet Sheet, row 5", "new_stale")]
    assert reason(found, "new_stale") == "A0010 has ended, and this use did not name it on 2031-11-20"


def test_one_row_more_of_a_deleted_code_is_new(organisation: Organisation) -> None:
    organisation.write("prices", [*PRICES, OTHER])
    assert states(organisation.verify(), "prices", OTHER) == [("row 8", "not_yet"), ("row 11", "new_stale")]


def test_moved_rows_are_still_not_yet_and_nothing_is_new(organisation: Organisation) -> None:
    organisation.write("prices", ["A0020", "A0021", *PRICES])
    found = organisation.verify()
    assert states(found, "prices") == [(f"row {n}", "not_yet") for n in (5, 7, 9, 10)]
    organisation.write("prices", list(reversed(PRICES)))
    assert [state for _, state in states(organisation.verify(), "prices")] == ["not_yet"] * 4


def test_row_taken_out_is_applied_although_an_old_stale_code_moves_into_its_place(organisation: Organisation) -> None:
    """The row below it held a code that ended years ago, which replaces nothing."""
    organisation.write("prices", [code for code in PRICES if code != OTHER])
    assert states(organisation.verify(), "prices", OTHER) == [("row 8", "applied")]


def test_wrong_code_is_found_in_its_row_after_rows_have_moved(organisation: Organisation) -> None:
    # OTHER stands in one row alone, by which the shift is known; OLD and the last row have nothing behind them.
    organisation.write("prices", ["A0020", "A0021", *edited(PRICES, row3="A9999")])
    found = states(organisation.verify(), "prices", GONE)
    assert sorted(state for _, state in found) == ["applied_wrongly", "not_yet", "not_yet"]


def test_code_taken_out_of_a_list_is_applied(organisation: Organisation) -> None:
    organisation.write("rules", edited(RULES, row2="A0005"))
    found = [item for item in organisation.verify() if item["use"] == "rules" and item["location"] == "row 2"]
    assert [(item["code"], item["state"]) for item in found] == [(OTHER, "applied")]


def test_range_with_valid_codes_in_it_can_stay_and_one_without_cannot(organisation: Organisation) -> None:
    found = [item for item in organisation.verify() if item["use"] == "rules"]
    told = {(item["location"], item["code"]): item for item in found}
    assert told["row 3", GONE]["state"] == "nothing_to_do"
    assert told["row 3", GONE]["reason"] == "the range 'A0009-A0011' still holds 1 valid code"
    assert told["row 4", THIRD]["state"] == told["row 4", UNUSED]["state"] == "not_yet"
    assert told["row 4", THIRD]["reason"] == "the range 'A0012-A0013' holds no valid code any more"
    assert told["row 5", THIRD]["state"] == "nothing_to_do"


def test_range_that_was_rewritten_is_applied_unless_it_cannot_be_read(organisation: Organisation) -> None:
    organisation.write("rules", edited(RULES, row4="A0014-A0015"))
    assert states(organisation.verify(), "rules", UNUSED) == [("row 5", "nothing_to_do"), ("row 4", "applied")]
    organisation.write("rules", edited(RULES, row4="A0015-A0014"))
    assert states(organisation.verify(), "rules", UNUSED) == [("row 5", "nothing_to_do"), ("row 4", "applied_wrongly")]


def test_use_that_left_the_settings_cannot_be_seen(organisation: Organisation) -> None:
    organisation.config.write_text(SETTINGS.rpartition("[[uses]]")[0])
    (item,) = [item for item in organisation.verify() if item["use"] == "orders"]
    assert (item["state"], item["owner"]) == ("not_yet", "nursing")
    assert "no longer in the settings" in item["reason"]


def test_successor_in_another_row_is_told(organisation: Organisation) -> None:
    kept = [code for code in PRICES if code != OTHER]
    organisation.write("prices", [*kept, "A0005"])
    (found,) = [item for item in organisation.verify() if (item["use"], item["code"]) == ("prices", OTHER)]
    assert found["state"] == "applied"


def test_all_done_ends_with_nothing_open(organisation: Organisation) -> None:
    organisation.write("prices", [code for code in PRICES if code not in (GONE, OTHER)])
    organisation.write("rules", ["A0005", "A0009-A0011", "A00*", "A0006"])
    organisation.write_orders(["A0001", "A0002"])
    assert {item["state"] for item in organisation.verify()} == {"applied", "nothing_to_do"}
    assert organisation("impact", "verify", *PAIR).code == 0


def test_table_and_csv_say_the_same_and_formulas_are_text(organisation: Organisation) -> None:
    organisation.config.write_text(SETTINGS.replace('name = "prices"', 'name = "=prices"'))
    organisation.assess()
    organisation.write("prices", edited(PRICES, row3="A9999"))
    table, rows = (organisation("impact", "verify", *PAIR, "--format", name) for name in ("table", "csv"))
    assert table.code == rows.code == 1
    read = list(csv.DictReader(io.StringIO(rows.out)))
    assert [row["location"] for row in read if row["state"] == "applied_wrongly"] == ["row 3"]
    assert {row["use"] for row in read} == {"'=prices", "rules", "orders"}
    lines = table.out.splitlines()
    assert lines[0] == "hcpcs@2031-01-01.1 → hcpcs@2032-01-01.1 on 2031-11-20, effective 2032-01-01"
    assert [line.split()[1] for line in lines if line.startswith("applied_wrongly")] == ["1", GONE]


def test_assessment_of_other_releases_or_one_that_was_cut_is_refused(organisation: Organisation) -> None:
    path = organisation.assess()
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "previous": "hcpcs@2030-01-01.1"}))
    assert "the assessment is of other releases" in organisation("impact", "verify", *PAIR).err
    for text in ("", "[]", "{}", path.read_text()[:-20], json.dumps({**document, "items": [{"code": 3}]})):
        path.write_text(text)
        answer = organisation("impact", "verify", *PAIR)
        assert answer.code == 2
        assert answer.err.startswith("addenda: impact: the assessment cannot be understood")
        assert len(answer.err.splitlines()) == 1


def test_assessment_without_its_inventory_still_tells_moved_stale_codes_apart(organisation: Organisation) -> None:
    """`uses.json` may be lost; then only places tell, and what is a changed code of the use itself is none."""
    next((organisation.command.home / "impact").rglob("uses.json")).unlink()
    organisation.write("prices", edited(PRICES, row3="A9999"))
    assert ("row 3", "applied_wrongly") in states(organisation.verify(), "prices", GONE)
