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
from typing import TypeVar

from flows.sample.archives import write_workbook
from flows.sample.organisation import charge_master, rules, settings_file
from flows.sample.organisation.acknowledgments import write_277ca
from flows.sample.organisation.answers import Answer, Receipt, draw_answers
from flows.sample.organisation.claim_files import REFUSED, write_csv, write_parquet
from flows.sample.organisation.claims import Line, build_claims
from flows.sample.organisation.claims_837 import write_837
from flows.sample.organisation.later_claims import build_later_claims
from flows.sample.organisation.lists import build_problem_list, write_reports
from flows.sample.organisation.order_sets import HIDDEN_SHEET, build_order_sets
from flows.sample.organisation.remittances import write_835
from schema.errors import SourceError

_Told = TypeVar("_Told", Answer, Receipt)

CONFIG_NAME = "addenda.toml"
CLAIMS_FOLDER, LATER_FOLDER, REMITS_FOLDER = "claims", "later_claims", "remits"
# The clinic in the partner's building bills by itself, and sends the standard's own form.
_PARTNER = ("Neurology", "19")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Where it lies: its addenda.toml, the files of its claims, of those after the effective dates, and what the
    payers answered to both."""

    config: Path
    claims: tuple[Path, ...]
    later_claims: tuple[Path, ...]
    remits: tuple[Path, ...]


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
    lines, later_lines = build_claims(), build_later_claims()
    claims, later_claims = _write_claims(lines), _write_later_claims(later_lines)
    remits = _write_remits([*lines, *later_lines])
    try:
        for name in (CLAIMS_FOLDER, LATER_FOLDER, REMITS_FOLDER):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name, data in {**contents, **claims, **later_claims, **remits}.items():
            (folder / name).write_bytes(data)
        write_reports(folder / settings_file.REPORTS)
    except (OSError, sqlite3.Error) as error:
        why = str(error)
        raise SourceError("sample cannot be written", why, "give a folder that can be written") from error
    told = (tuple(folder / name for name in names) for names in (claims, later_claims, remits))
    return Organisation(config, *told)


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


def _write_later_claims(lines: Sequence[Line]) -> dict[str, bytes]:
    """The files by name: institutional as Parquet, professional as CSV."""
    institutional = [line for line in lines if line["claim_type"] == "institutional"]
    professional = [line for line in lines if line["claim_type"] == "professional"]
    return {
        f"{LATER_FOLDER}/institutional.parquet": write_parquet(institutional),
        f"{LATER_FOLDER}/professional.csv": write_csv(professional),
    }


def _write_remits(lines: Sequence[Line]) -> dict[str, bytes]:
    """The files by name: one for each payer and year, with everything that it answered in it."""
    answers, receipts = draw_answers(lines)
    files: dict[str, bytes] = {}
    for (payer, year), found in _part(answers):
        files[f"{REMITS_FOLDER}/{payer}_{year}.835"] = write_835(found, len(files) + 1)
    for (payer, year), told in _part(receipts):
        files[f"{REMITS_FOLDER}/{payer}_{year}.277"] = write_277ca(told, len(files) + 1)
    return files


def _part(answers: Iterable[_Told]) -> list[tuple[tuple[str, int], list[_Told]]]:
    """The answers by payer, written as file names are, and year."""
    parts: dict[tuple[str, int], list[_Told]] = {}
    for answer in answers:
        name = answer.payer.lower().replace(" ", "_")
        parts.setdefault((name, answer.received_date.year), []).append(answer)
    return sorted(parts.items(), key=lambda part: part[0])


def _write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
