"""docs/impact.md says what there is: the example of addenda.toml, the rules with their thresholds, the due dates."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from flows.cli import COMMANDS
from flows.impact.priority import BILLING_KINDS, RULES, Thresholds
from flows.impact.tasks import LEAD_DAYS
from flows.impact.verify import State
from flows.impact_settings import read_impact_settings
from flows.settings import CONFIG_FILE
from flows.use_specs import read_use_specs
from schema.expressions import read_cell
from schema.uses import CODE_COLUMNS, VALUE_COLUMNS, Form, Match
from tests.doc_pages import PAGES, Rows, read_names, read_tables

PAGE = PAGES["impact.md"]
TABLES = read_tables(PAGE)
EXAMPLE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / CONFIG_FILE
    path.write_text(EXAMPLE)
    return path


def test_example_of_uses_is_read_as_it_is_explained(config: Path) -> None:
    charge_master, order_sets, reports = read_use_specs(config)
    assert (charge_master.path, charge_master.owner) == (config.parent / "charge_master.csv", "revenue integrity")
    assert charge_master.columns["hcpcs"] == ("hcpcs_code", "modifier")
    assert {*charge_master.columns} <= {*CODE_COLUMNS, *VALUE_COLUMNS}
    assert (order_sets.sheet, dict(order_sets.entries)) == ("Medicine", {"icd10cm": "expression"})
    assert (reports.owner, reports.path) == (None, None)
    assert reports.url == "sqlite:////srv/reports/definitions.db"


def test_example_of_thresholds_is_read_as_it_is_explained(config: Path) -> None:
    settings = read_impact_settings(config)
    assert settings.thresholds.large_dollars == Decimal(100_000) != Thresholds().large_dollars
    assert settings.lead_days["order_set"] == 30 != LEAD_DAYS["order_set"]
    assert settings.lead_days["charge_master"] == LEAD_DAYS["charge_master"]


def test_every_rule_is_told_in_its_order() -> None:
    assert TABLES["rule"] == [[rule.name, rule.priority.value, rule.says] for rule in RULES]


def strip_rows(rows: Rows) -> list[tuple[str, str]]:
    assert all(row[2] for row in rows), "every number has its reason"
    return [(read_names(row[0])[0], row[1]) for row in rows]


def test_every_threshold_and_lead_time_is_told_with_its_reason() -> None:
    told = strip_rows(TABLES["key of `[impact]`"])
    assert told == [(field.name, str(getattr(Thresholds(), field.name))) for field in fields(Thresholds)]
    assert strip_rows(TABLES["key of `[impact.lead_days]`"]) == [(kind, str(days)) for kind, days in LEAD_DAYS.items()]


def test_every_key_of_a_use_and_every_kind_that_matters_is_told() -> None:
    told = {name: row[1] for row in TABLES["key"] for name in read_names(row[0])}
    assert [*told] == ["name", "kind", "owner", "path", "sheet", "url", "query", "columns", "entries"]
    kinds = {*LEAD_DAYS, *BILLING_KINDS} - {"department", "other"}
    assert {*read_names(told["kind"])} == kinds
    assert {*read_names(told["columns"])} == {*CODE_COLUMNS, *VALUE_COLUMNS}


@pytest.mark.parametrize(("row", "form"), [(1, Form.CODE_WITH_MODIFIERS), (2, Form.RANGE), (3, Form.WILDCARD)], ids=str)
def test_elements_of_the_page_are_read_as_it_says(row: int, form: Form) -> None:
    for example in read_names(TABLES["element"][row][1]):
        system = "icd10cm" if example[0] == "E" else "hcpcs"
        reading = read_cell(example, system, "expression")
        assert [element.form for element in reading.elements] == [form], example
        assert reading.unreadable == ()


def test_every_way_to_hold_a_code_is_named() -> None:
    assert [match for match in Match if f"`{match.value}`" not in PAGE] == []


def test_every_state_of_a_verified_item_is_told() -> None:
    assert [read_names(row[0]) for row in TABLES["state"]] == [[state.value] for state in State]


def test_commands_of_the_page_exist() -> None:
    commands = re.findall(r"^\$ addenda ([a-z]+)", PAGE, re.MULTILINE)
    assert len(commands) > 3
    assert [command for command in commands if command not in COMMANDS] == []
