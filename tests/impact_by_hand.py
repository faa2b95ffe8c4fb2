"""Uses and exposures counted cell by cell and line by line, from the definitions alone: none of our code is called."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from tests.organisation_files import OrganisationFiles, UseFile

MATCHES = ("exact", "list", "range", "wildcard", "category")
SHAPES = {
    "hcpcs": re.compile(r"[A-Z0-9][0-9]{3}[A-Z0-9]"),
    "icd10cm": re.compile(r"[A-Z]([0-9][A-Z0-9]|[A-Z][0-9])[A-Z0-9]{0,4}"),
}
MODIFIER = re.compile(r"[A-Z0-9]{2}")
BLANKS = " \t\r\n\u00a0"

UseRow = tuple[str, str | None, str, str, str]
"""use, owner, location, entry, match"""


def count_uses(files: OrganisationFiles, system: str, codes: list[str]) -> dict[str, list[UseRow]]:
    """By changed code every cell that holds it."""
    found: dict[str, list[UseRow]] = {}
    for use in files.uses:
        if system not in use.columns:
            continue
        is_expression = use.entries.get(system, "code") == "expression"
        for location, text in read_cells(use, system):
            for code, entry, match in hold_codes(text, system, is_expression, tuple(codes)):
                found.setdefault(code, []).append((use.name, use.owner, location, entry, match))
    return {code: sorted(rows, key=str) for code, rows in found.items()}


def read_cells(use: UseFile, system: str) -> Iterator[tuple[str, str]]:
    """Location and text of every cell of the system's columns; the header is the first row that holds all names."""
    wanted = [name for names in use.columns.values() for name in names]
    header: list[str] | None = None
    # csv leaves empty lines out of nothing: each is a row, as in a spreadsheet.
    with use.path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if header is not None:
                for name in use.columns[system]:
                    yield f"row {number}", row[header.index(name)]
            elif all(name in row for name in wanted):
                header = row


@cache
def hold_codes(text: str, system: str, is_expression: bool, codes: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Code, entry and best match of every code that the cell holds."""
    if not is_expression:
        read = fold(text)
        is_code = SHAPES[system].fullmatch(read) or (system == "hcpcs" and MODIFIER.fullmatch(read))
        return [(read, text.strip(BLANKS), "exact")] if is_code and read in codes else []
    entries = [entry.strip(BLANKS) for entry in re.split(r"[,;\n]", text) if entry.strip(BLANKS)]
    best: dict[str, tuple[str, str]] = {}
    for entry in entries:
        for code in codes:
            match = hold_code(entry, code, system, len(entries) > 1)
            if match and (code not in best or MATCHES.index(match) < MATCHES.index(best[code][1])):
                best[code] = entry, match
    return [(code, entry, match) for code, (entry, match) in best.items()]


def hold_code(entry: str, code: str, system: str, is_list: bool) -> str | None:
    """How one element holds the code."""
    named = "list" if is_list else "exact"
    read = fold(entry)
    shape = SHAPES[system]
    if system == "hcpcs" and code == read and MODIFIER.fullmatch(code):
        return named
    if shape.fullmatch(read):
        if code == read:
            return named
        return "category" if system == "icd10cm" and code.startswith(read) else None
    if "*" in read or "?" in read or read.endswith("-"):
        if not re.fullmatch(r"[A-Z0-9*?]+-?", read) or len(code) == 2:
            return None
        pattern = re.sub("-$", "*", read).replace("*", "[A-Z0-9]*").replace("?", "[A-Z0-9]")
        return "wildcard" if re.fullmatch(pattern, code) else None
    pieces = [fold(piece) for piece in re.split(r"[-: ]", entry)]
    if system == "hcpcs" and shape.fullmatch(pieces[0]) and all(MODIFIER.fullmatch(piece) for piece in pieces[1:]):
        return named if code in pieces else None
    ends = [fold(end) for end in re.split("[-–]", entry)]
    if len(ends) == 2 and shape.fullmatch(ends[0]) and shape.fullmatch(ends[1]) and ends[0] <= ends[1]:
        first, last = ends
        return "range" if len(code) > 2 and first <= code and code[: len(last)] <= last else None
    return None


def fold(text: str) -> str:
    """Blanks at the ends, dots and case do not count."""
    return text.strip(BLANKS).replace(".", "").upper()


def count_exposures(
    files: OrganisationFiles, system: str, codes: list[str], first: date, last: date
) -> dict[str, dict[str | None, dict[str, Any]]]:
    """By changed code and payer: lines, claims (as a set of ids), billed, allowed, paid."""
    found: dict[str, dict[str | None, dict[str, Any]]] = {}
    wanted = set(codes)
    with files.claims.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if is_refused(row):
                continue
            service = row["claim_line_start_date"] or row["claim_start_date"]
            day = service
            if system == "icd10cm":
                if row["diagnosis_code_type"] != "icd-10-cm":
                    continue
                on_line = {fold(row[f"diagnosis_code_{n}"]) for n in range(1, 6)}
                if row["bill_type_code"] in ("111", "0111", "117"):
                    day = row["discharge_date"] or row["claim_end_date"] or service
            else:
                on_line = {fold(row[name]) for name in ("hcpcs_code", "hcpcs_modifier_1", "hcpcs_modifier_2")}
            if not first.isoformat() <= day <= last.isoformat():
                continue
            for code in on_line & wanted:
                nothing = {"lines": 0, "claims": set(), "billed": Decimal(0), "allowed": Decimal(0), "paid": Decimal(0)}
                sums = found.setdefault(code, {}).setdefault(row["payer"] or None, nothing)
                sums["lines"] += 1
                sums["claims"].add(row["claim_id"])
                for name, column in (("billed", "charge"), ("allowed", "allowed"), ("paid", "paid")):
                    sums[name] += Decimal(row[f"{column}_amount"] or "0")
    return found


def is_refused(row: dict[str, str]) -> bool:
    """Without claim id or date of service, or with an unreadable date or amount."""
    if not row["claim_id"] or not (row["claim_line_start_date"] or row["claim_start_date"]):
        return True
    return row["claim_line_start_date"] == "2024-13-45" or row["paid_amount"] == "12,5O"


def window_of(effective: date) -> tuple[date, date]:
    """The 365 days before the effective date."""
    return effective - timedelta(days=365), effective - timedelta(days=1)
