"""The assessment as JSON, CSV and settings: the documented shape, exact amounts, harmless cells."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flows.commands.impact import render_rows
from flows.impact.assess import ImpactSettings, build_impact, window_before
from flows.impact.document import ROW_COLUMNS, impact_document
from flows.impact.priority import Thresholds
from flows.impact.tasks import LEAD_DAYS
from flows.impact.writer import render_document, write_document
from flows.impact_settings import read_impact_settings
from schema.changes import ChangeKind, Successor
from schema.claims import ClaimsSummary
from schema.errors import ImpactError, SettingsError
from schema.impact import Exposure, Impact, Measure, Priority
from tests.command_line import ROOT
from tests.impact_values import EFFECTIVE, NO_CLAIMS, cell_of, change_of, code_element, exposure_of, result_of, use_of
from tests.report_samples import CONTROLS, FORMULA, SCRIPT, SURROGATE

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "impact.schema.json").read_text())
CENTS = Measure(3, 2, Decimal("12345678901.23"), Decimal("0.10"), Decimal("-0.01"))


def build_sample(entry: str = "E0001", owner: str | None = None) -> Impact:
    """Two deleted codes in two uses, one with claims of two payers, and a new code that lacks."""
    exposure = Exposure(
        CENTS,
        by_payer={None: Measure(1, 1, Decimal(1)), "A": Measure(2, 1, Decimal(2), paid=Decimal(5)), "none": Measure()},
        by_department={"Oncology": Measure(3, 2)},
    )
    charge_master = use_of(cell_of(code_element("E0001")), kind="charge_master", name=entry, owner=owner)
    orders = use_of(cell_of(code_element("E0001"), code_element("E0003")), kind="order_set")
    changes = [change_of(ChangeKind.DELETED, code) for code in ("E0001", "E0003")]
    result = result_of(
        "hcpcs",
        *changes,
        change_of(ChangeKind.NEW, "E0002"),
        successors={"E0001": (Successor("E0002", "cross reference", 1),)},
    )
    claims = ClaimsSummary(1, 3, date(2024, 1, 1), date(2024, 2, 1))
    uses = (charge_master, orders)
    return build_impact(result, uses, {"E0001": exposure}, claims, window_before(EFFECTIVE), ImpactSettings())


def test_document_is_of_the_documented_shape() -> None:
    document = impact_document(build_sample())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert all(document[name] for name in ("items", "moves", "tasks", "uses", "rules", "deleted_in_use"))


def test_document_of_nothing_is_of_the_documented_shape() -> None:
    nothing = build_impact(result_of("icd10cm"), (), {}, NO_CLAIMS, window_before(EFFECTIVE), ImpactSettings())
    document = impact_document(nothing)
    jsonschema.validate(document, SCHEMA)
    assert document["items"] == []


def test_first_keys_are_those_that_others_read() -> None:
    document = impact_document(build_sample())
    assert list(document)[:5] == ["system", "previous", "current", "window", "items"]
    item = document["items"][0]
    assert list(item)[:7] == ["code", "kind", "priority", "uses", "exposure", "by_payer", "successors"]
    assert list(item["uses"][0])[:5] == ["use", "owner", "location", "entry", "match"]


def test_window_is_the_365_days_before_the_effective_date() -> None:
    assert window_before(date(2024, 10, 1)) == (date(2023, 10, 2), date(2024, 9, 30))
    assert impact_document(build_sample())["window"] == {"from": "2023-10-02", "to": "2024-09-30"}


def test_amounts_are_exact_to_the_cent() -> None:
    exposure = json.loads(render_document(impact_document(build_sample())), parse_float=Decimal)["items"][0]["exposure"]
    told = [exposure[name] for name in ("billed", "allowed", "paid")]
    assert told == [CENTS.billed, CENTS.allowed, CENTS.paid]


def test_payers_without_lines_are_left_out_and_the_unnamed_one_is_null() -> None:
    assert [part["payer"] for part in impact_document(build_sample())["items"][0]["by_payer"]] == ["A", None]


def test_items_are_sorted_by_priority_then_dollars_paid_then_code() -> None:
    changes = [change_of(ChangeKind.DELETED, f"E000{n}") for n in range(1, 6)]
    paid = {"E0002": 500, "E0003": 900, "E0004": 900}
    exposures = {code: exposure_of(1, dollars) for code, dollars in paid.items()} | {"E0005": exposure_of(900)}
    uses = (use_of(cell_of(code_element("E0001")), kind="charge_master"),)
    result = result_of("hcpcs", *changes)
    impact = build_impact(result, uses, exposures, NO_CLAIMS, window_before(EFFECTIVE), ImpactSettings())
    assert [item.change.code for item in impact.items] == ["E0001", "E0005", "E0003", "E0004", "E0002"]
    assert [item.priority for item in impact.items][2:] == [Priority.MEDIUM] * 3


def test_change_without_use_and_without_claims_is_no_item() -> None:
    assert "E0002" not in {item.change.code for item in build_sample().items}


def test_rows_are_one_for_each_item_and_use() -> None:
    rows = list(csv.DictReader(io.StringIO(render_rows(build_sample()), newline="")))
    assert list(rows[0]) == list(ROW_COLUMNS)
    assert [(row["code"], row["use"], row["match"]) for row in rows] == [
        ("E0001", "E0001", "exact"),
        ("E0001", "a use", "list"),
        ("E0003", "a use", "list"),
    ]
    assert rows[0]["billed"] == "12345678901.23"


@pytest.mark.parametrize("text", [FORMULA, "@SUM(A1)", "+1", "-1"])
def test_cell_that_a_spreadsheet_would_run_is_text(text: str) -> None:
    row = next(csv.DictReader(io.StringIO(render_rows(build_sample(text, owner=text)), newline="")))
    assert (row["use"], row["owner"]) == (f"'{text}", f"'{text}")


@pytest.mark.parametrize("text", [SCRIPT, CONTROLS, SURROGATE, "two\nlines"])
def test_text_of_any_kind_comes_through_json(text: str, tmp_path: Path) -> None:
    document = impact_document(build_sample(text, owner=text))
    path = write_document(render_document(document), tmp_path / "made" / "here")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(document))
    assert [entry.name for entry in path.parent.iterdir()] == ["impact.json"]


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImpactError, match="cannot be written"):
        write_document("{}", tmp_path / "file" / "below")


def read(tmp_path: Path, text: str) -> ImpactSettings:
    config = tmp_path / "addenda.toml"
    config.write_text(text)
    return read_impact_settings(config)


def test_settings_without_a_table_are_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ImpactSettings() == ImpactSettings(Thresholds(), dict(LEAD_DAYS))


def test_table_overrides_what_it_names(tmp_path: Path) -> None:
    found = read(tmp_path, "[impact]\nlarge_dollars = 99.95\nsoon_days = 5\n[impact.lead_days]\norder_set = 2\n")
    assert found.thresholds == Thresholds(large_dollars=Decimal("99.95"), soon_days=5)
    assert found.lead_days == {**LEAD_DAYS, "order_set": 2}


def test_kind_of_an_own_use_may_have_lead_days(tmp_path: Path) -> None:
    table = "[impact.lead_days]\nwall_chart = 2\n"
    with pytest.raises(SettingsError, match="wall_chart"):
        read(tmp_path, table)
    assert read(tmp_path, f'[[uses]]\nkind = "wall_chart"\n{table}').lead_days["wall_chart"] == 2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[impact]\nlarge_dolars = 1", "large_dolars"),
        ("[impact]\nlarge_dollars = true", "large_dollars"),
        ("[impact]\nlarge_dollars = 'many'", "large_dollars"),
        ("[impact]\nlarge_dollars = -1", "large_dollars"),
        ("[impact]\nlarge_dollars = nan", "large_dollars"),
        ("[impact]\nlarge_dollars = inf", "large_dollars"),
        ("[impact]\nlarge_lines = 1.5", "large_lines"),
        ("[impact]\nsoon_days = 5000", "soon_days"),
        ("[impact.lead_days]\ncharge_mater = 1", "charge_mater"),
        ("[impact]\nlead_days = 3", "lead_days"),
        ("impact = 3", "impact"),
    ],
)
def test_key_or_value_that_nobody_knows_is_refused_in_one_line(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)
    assert name in refused.value.line
    assert "\n" not in refused.value.line
