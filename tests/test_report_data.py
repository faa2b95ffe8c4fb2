"""JSON and CSV: the documented shape, exact values, cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flows.report.data import (
    CSV_COLUMNS,
    change_rows,
    change_set_document,
    disarm,
    reconciliation_document,
    render_csv,
    render_json,
    report_document,
)
from schema.changes import ChangeKind
from tests.report_samples import ALL_RESULTS, FORMULA, LONG, SURROGATE, ResultMaker, diagnosis_result, supply_result

DOCS = Path(__file__).parents[1] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "change-report.schema.json").read_text())
PAGE = (DOCS / "report-schema.md").read_text()


def validate(document: Any, definition: str = "") -> None:
    schema = SCHEMA
    if definition:
        schema = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{definition}"}
    jsonschema.Draft202012Validator(schema).validate(document)


def keys_of(value: Any) -> set[str]:
    """Every key of a document, but not those that are codes."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    inner = [keys_of(part if key != "successors" else list(part.values())) for key, part in value.items()]
    return {*value, *set().union(*inner)}


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_documents_are_as_the_schema_says(make: ResultMaker) -> None:
    result = make()
    validate(json.loads(render_json(report_document(result))))
    validate(json.loads(render_json(change_set_document(result.change_set))), "changeSet")
    validate(json.loads(render_json(reconciliation_document(result.reconciliation))), "reconciliation")


def test_schema_is_a_schema_and_refuses_what_is_not_in_it() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = report_document(diagnosis_result())
    for spoilt in ({**document, "more": 1}, {**document, "counts": {"new": 1}}, {**document, "as_of": "today"}):
        with pytest.raises(jsonschema.ValidationError):
            validate(spoilt)


def test_every_key_and_column_is_documented() -> None:
    documented = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
    assert set().union(*(keys_of(report_document(make())) for make in ALL_RESULTS)) - documented == set()
    assert set(CSV_COLUMNS) - documented == set()


def test_change_set_is_as_the_command_line_promises() -> None:
    document = change_set_document(diagnosis_result().change_set)
    assert list(document) == ["system", "previous", "current", "counts", "changes"]
    assert (document["previous"], document["current"]) == ("icd10cm@2023-10-01.1", "icd10cm@2024-10-01.1")
    assert list(document["counts"]) == [kind.value for kind in ChangeKind]
    revised = next(change for change in document["changes"] if change["code"] == "F9821")
    assert list(revised)[:4] == ["code", "kind", "cause", "fields"]
    assert revised["fields"][0] == {
        "name": "long_descriptor",
        "class": "descriptor",
        "before": "Rumination  disorder of infancy",
        "after": "Rumination disorder of infancy and childhood",
        "paths": [],
    }


def test_reconciliation_is_as_the_command_line_promises() -> None:
    document = reconciliation_document(diagnosis_result().reconciliation)
    assert {"agrees", "official", "computed", "differences"} <= document.keys()
    assert document["differences"][1] == {
        "code": "Z681",
        "what": "revised here, not in the list",
        "reason": "white_space_only",
    }


def test_json_keeps_hostile_values_exactly() -> None:
    text = render_json(report_document(supply_result()))
    text.encode()
    changes = {change["code"]: change for change in json.loads(text)["changes"]}
    assert changes["J0001"]["long_descriptor"] == FORMULA
    assert changes["Q0001"]["long_descriptor"] == LONG
    assert changes["L0001"]["fields"][0]["before"] == SURROGATE
    assert changes["E0100"]["fields"][1]["after"] == ["32", "36"]


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_equal_input_gives_equal_text(make: ResultMaker) -> None:
    assert render_json(report_document(make())) == render_json(report_document(make()))
    assert render_csv(make().change_set) == render_csv(make().change_set)
    assert render_json(report_document(make())).endswith("}\n")


def test_csv_has_a_row_for_each_change_and_field() -> None:
    change_set = supply_result().change_set
    text = render_csv(change_set)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) - 1 == sum(max(1, len(change.fields)) for change in change_set.changes)
    assert text.count("\r\n") == len(rows)
    coverage, pricing, statute = (dict(zip(CSV_COLUMNS, row, strict=True)) for row in rows if row[3] == "E0100")
    assert (coverage["before"], coverage["after"], coverage["is_redefined"]) == ("C", "D", "true")
    assert (pricing["class"], pricing["after"]) == ("payment", '["32","36"]')
    assert (statute["before"], statute["after"]) == ("", "'@SUM(1861)")


def test_no_cell_of_the_csv_can_run_in_a_spreadsheet() -> None:
    cells = [
        cell for row in csv.reader(io.StringIO(render_csv(supply_result().change_set), newline="")) for cell in row
    ]
    assert f"'{FORMULA}" in cells
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@a", "\t=1", "'=1", "''-1", "plain", "'quoted'", "", "a=b"])
def test_disarmed_value_can_be_had_back(value: str) -> None:
    written = disarm(value)
    assert re.sub(r"^'(?='*[=+\-@\t\r])", "", written) == value


def test_rows_are_not_disarmed_for_other_renderings() -> None:
    assert FORMULA in {cell for row in change_rows(supply_result().change_set) for cell in row}
