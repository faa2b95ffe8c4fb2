"""The addenda.toml of the invented organisation."""

from __future__ import annotations

from flows.sample.organisation.lists import QUERY

CHARGE_MASTER = "charge_master.csv"
ORDER_SETS = "order_sets.xlsx"
PROBLEM_LIST = "problem_list.parquet"
PAYER_RULES = "payer_rules.csv"
CLAIM_EDITS = "claim_edits.csv"
AUTHORISATIONS = "authorisations.csv"
FEE_SCHEDULE = "fee_schedule.csv"
REPORTS = "reports.db"

_SETTINGS = """\
# Juniper Valley Health is invented. Every place that holds codes, and who looks after it.
# Paths count from this file, that of the SQLite database too.

[[uses]]
name = "charge master"
kind = "charge_master"
owner = "revenue integrity"
path = "{charge_master}"
[uses.columns]
hcpcs = ["hcpcs_code", "modifier"]
place_of_service = ["place_of_service"]
revenue_code = ["revenue_code"]
status_indicator = ["status_indicator"]

[[uses]]
name = "order sets"
kind = "order_set"
owner = "clinical informatics"
path = "{order_sets}"           # no sheet named: all of them, hidden ones too
[uses.columns]
icd10cm = ["Diagnosis (ICD-10)"]
icd10pcs = ["Procedure (ICD-10-PCS)"]
hcpcs = ["HCPCS"]
[uses.entries]
icd10cm = "expression"
icd10pcs = "expression"
hcpcs = "expression"

[[uses]]
name = "problem list"
kind = "problem_list"
owner = "clinical informatics"
path = "{problem_list}"
[uses.columns]
icd10cm = ["dx_code"]

[[uses]]
name = "payer rules"
kind = "payer_rule"
owner = "payer contracting"
path = "{payer_rules}"
[uses.columns]
icd10cm = ["diagnosis"]
hcpcs = ["hcpcs"]
place_of_service = ["place_of_service"]
[uses.entries]
icd10cm = "expression"
hcpcs = "expression"

[[uses]]
name = "claim edits"
kind = "claim_edit"
owner = "patient financial services"
path = "{claim_edits}"
[uses.columns]
hcpcs = ["codes"]
icd10cm = ["diagnoses"]
[uses.entries]
hcpcs = "expression"
icd10cm = "expression"

[[uses]]
name = "fee schedule"
kind = "fee_schedule"
owner = "payer contracting"
path = "{fee_schedule}"
[uses.columns]
hcpcs = ["hcpcs"]
status_indicator = ["status_indicator"]

[[uses]]
name = "authorisation list"     # nobody said who owns it, and `addenda uses` tells
kind = "authorisation_list"
path = "{authorisations}"
[uses.columns]
hcpcs = ["codes"]
[uses.entries]
hcpcs = "expression"

[[uses]]
name = "quality reports"
kind = "report"
owner = "quality and analytics"
url = "sqlite:///{reports}"
query = "{query}"
[uses.columns]
icd10cm = ["diagnosis"]
hcpcs = ["hcpcs"]
[uses.entries]
icd10cm = "expression"
hcpcs = "expression"
"""


def build_settings() -> str:
    """The text of addenda.toml."""
    return _SETTINGS.format(
        charge_master=CHARGE_MASTER,
        order_sets=ORDER_SETS,
        problem_list=PROBLEM_LIST,
        payer_rules=PAYER_RULES,
        claim_edits=CLAIM_EDITS,
        fee_schedule=FEE_SCHEDULE,
        authorisations=AUTHORISATIONS,
        reports=REPORTS,
        query=QUERY,
    )
