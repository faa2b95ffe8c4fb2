"""The lists beside the HCPCS code list: transaction report, corrections, NOC codes, processing notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.sample.archives import Cell, write_workbook
from flows.sample.hcpcs_rows import HcpcsRow, sort_codes

# The report's words for the action codes (its sheet "Action Code Key"), in the order of its first sheet.
_ACTIONS = {
    "A": ("ADD", "Add"),
    "R": ("Re-activated", "Re-activated"),
    "D": ("Discontinued", "Discontinued"),
    "B": ("Coverage and Long Desc Change", "Coverage and Long Description Change"),
    "C": ("Long Description Change", "Long Description Change"),
    "F": ("Coverage Change", "Coverage Change"),
    "P": ("Payment Change", "Payment Change"),
    "S": ("Short Description Change", "Short Description Change"),
    "T": ("Misc Change (TOS, BETOS)", "Miscellaneous change (BETOS or Type of Service)"),
    "N": ("No Change", "No Change"),
}
_CORRECTION_HEADER = (
    "CODE", "ACTION", "EFF DATE", "SHORT DESC", "LONG DESC", "TOS ", "BETOS", "COV", "PRICE", "XREF CODE",
    "ASC IND", "ASC DATE", "COMMENTS",
)  # fmt: skip
_CODE_WIDTH = 5
_NOTE_WIDTH = 90


def write_transaction_report(
    rows: Mapping[str, HcpcsRow], *, preamble: Sequence[str], code_header: str, action_header: str
) -> bytes:
    """The workbook: every code with what was done to it in words, once by action and once by code."""
    header = (code_header, action_header, "SHORT DESCRIPTION", "LONG DESCRIPTION")
    above: list[tuple[str, ...]] = [(line,) for line in preamble]
    by_code = [
        (f"{code:>{_CODE_WIDTH}}", _ACTIONS[rows[code].value("action_code")][0], rows[code].short, rows[code].long)
        for code in sort_codes(rows)
    ]
    order = [words for words, _ in _ACTIONS.values()]
    by_action = sorted(by_code, key=lambda row: order.index(row[1]))
    key = sorted((letter, meaning) for letter, (_, meaning) in _ACTIONS.items())
    return write_workbook(
        {
            "Changes by Action Code": [*above, header, *by_action],
            "Changes by HCPCS Code": [*above, header, *by_code],
            "Action Code Key": [("Action Codes", ""), *key],
        }
    )


def write_corrections(year: int, rows: Sequence[Mapping[str, Cell]]) -> bytes:
    """The workbook of corrections that CMS posts after a release: cells by the name of their column."""
    table: list[Sequence[Cell]] = [(None, None, None, f"{year} ALPHA-NUMERIC HCPCS CORRECTIONS"), (), ()]
    table.append(_CORRECTION_HEADER)
    table += [[row.get(name.strip()) for name in _CORRECTION_HEADER] for row in rows]
    return write_workbook({f"{year} HCPCS Corrections": table})


def write_noc_list(year: int, rows: Sequence[HcpcsRow]) -> bytes:
    """The workbook of the codes for what is not otherwise classified."""
    table: list[Sequence[Cell]] = [(None, f"NOC CODES - HCPCS {year}"), (), ()]
    table += [("HCPCS", "LONG DESCRIPTION", "ADD DATE", "TERM DATE"), ()]
    table += [(row.code, row.long, row.value("added_date"), row.value("termination_date") or None) for row in rows]
    return write_workbook({f"NOC_Codes_{year}": table})


def write_processing_notes(notes: Mapping[str, str]) -> bytes:
    """The text of the processing notes by number, as the file of 2019 has it."""
    lines = [f"{'':40}PROCESSING NOTES", f" {'_' * 132}", ""]
    for number, text in notes.items():
        lines += [f"{'':10}{number}--{text:<{_NOTE_WIDTH}}*", ""]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")
