"""Juniper Valley Health, an invented organisation that fits the sample releases: its code uses and its claims.

It shows what real ones look like: codes in lower case, with blanks and dots, ranges and wildcards, a hidden
sheet, stale codes, cells that are no codes, a list that nobody owns. There are no patients in it, not even
invented ones, and no CPT and no CDT code.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.sample.archives import write_workbook
from flows.sample.organisation import charge_master, rules, settings_file
from flows.sample.organisation.claim_files import REFUSED, write_csv, write_parquet
from flows.sample.organisation.claims import Line, build_claims
from flows.sample.organisation.claims_837 import write_837
from flows.sample.organisation.lists import build_problem_list, write_reports
from flows.sample.organisation.order_sets import HIDDEN_SHEET, build_order_sets
from schema.errors import SourceError

CONFIG_NAME = "addenda.toml"
CLAIMS_FOLDER = "claims"
# The clinic in the partner's building bills by itself, and sends the standard's own form.
_PARTNER = ("Neurology", "19")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Where it lies: its addenda.toml, and the files of its claims."""

    config: Path
    claims: tuple[Path, ...]


def write_organisation(folder: Path) -> Organisation:
    """Write everything below `folder`, over an earlier one; raises SourceError when a file cannot be written.

    The same bytes each time.
    """
    config = folder / CONFIG_NAME
    contents = {
        settings_file.CHARGE_MASTER: _write_table(charge_master.COLUMNS, charge_master.build_charge_master()),
        settings_file.ORDER_SETS: write_workbook(build_order_sets(), hidden=(HIDDEN_SHEET,)),
        settings_file.PROBLEM_LIST: build_problem_list(),
        settings_file.PAYER_RULES: _write_table(rules.RULE_COLUMNS, rules.build_payer_rules()),
        settings_file.CLAIM_EDITS: _write_table(rules.EDIT_COLUMNS, rules.build_claim_edits()),
        settings_file.AUTHORISATIONS: _write_table(rules.AUTHORISATION_COLUMNS, rules.build_authorisations()),
        settings_file.FEE_SCHEDULE: _write_table(rules.FEE_COLUMNS, rules.build_fee_schedule()),
        CONFIG_NAME: settings_file.build_settings().encode(),
    }
    claims = _write_claims(build_claims())
    try:
        (folder / CLAIMS_FOLDER).mkdir(parents=True, exist_ok=True)
        for name, data in {**contents, **claims}.items():
            (folder / name).write_bytes(data)
        write_reports(folder / settings_file.REPORTS)
    except (OSError, sqlite3.Error) as error:
        why = str(error)
        raise SourceError("sample cannot be written", why, "give a folder that can be written") from error
    return Organisation(config, tuple(folder / name for name in claims))


def _write_claims(lines: Sequence[Line]) -> dict[str, bytes]:
    """The files by name: institutional as Parquet, professional as CSV, those of the partner as 837P."""
    institutional = [line for line in lines if line["claim_type"] == "institutional"]
    professional = [line for line in lines if line["claim_type"] == "professional"]
    partner = [line for line in professional if (line.get("department"), line["place_of_service_code"]) == _PARTNER]
    own = [line for line in professional if line not in partner]
    return {
        f"{CLAIMS_FOLDER}/institutional.parquet": write_parquet(institutional),
        f"{CLAIMS_FOLDER}/professional.csv": write_csv([*own, *REFUSED]),
        f"{CLAIMS_FOLDER}/partner_clinic.837": write_837(partner),
    }


def _write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
