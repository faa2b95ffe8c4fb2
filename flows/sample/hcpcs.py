"""The HCPCS releases of the sample: January 2018, 2019 and 2020, and the quarterly update of April 2020."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.sample.archives import pack_archive
from flows.sample.hcpcs_rows import HcpcsRow, apply_changes, read_changes
from flows.sample.layouts.hcpcs_file import write_spreadsheet, write_text_file
from flows.sample.layouts.hcpcs_lists import (
    write_corrections,
    write_noc_list,
    write_processing_notes,
    write_transaction_report,
)
from flows.sample.releases import NOTICE_FILE, ReleaseFiles, write_notice
from flows.sample.rows import hcpcs_2018, hcpcs_2019, hcpcs_2020, hcpcs_lists

SYSTEM = "hcpcs"

# Above the records and above the header rows stands a disclaimer, in other words and lines every year.
_PREAMBLE = (
    "***Disclaimers",
    "",
    "*Inclusion or exclusion of a procedure, supply, product, or service does not imply any health insurance coverage.",
    "",
    "*Brand names\xa0 in descriptions are for indexing and do not convey endorsement of any particular brand.",
    "",
)
_QUARTER_PREAMBLE = ("Note regarding coverage and payment indicators", *("" for _ in range(8)))


@dataclass(frozen=True, slots=True)
class _Edition:
    """One release: label, changes, archive; `stem` begins the names of its members.

    `has_text` is false for a quarterly update that came as spreadsheet alone. `code_header` and
    `action_header` are those of the transaction report, which the first release has none of.
    """

    label: str
    table: str
    archive: str
    stem: str
    about: str
    year: int
    has_text: bool = True
    is_padded: bool = True
    code_header: str = ""
    action_header: str = ""


_EDITIONS = (
    _Edition(
        "2018Q1",
        hcpcs_2018.JANUARY,
        "2018-Alpha-Numeric-HCPCS-File.zip",
        "HCPC2018_CONTR_ANWEB",
        "the first release: nothing to compare it with",
        2018,
    ),
    _Edition(
        "2019Q1",
        hcpcs_2019.JANUARY,
        "2019-Alpha-Numeric-HCPCS-File.zip",
        "HCPC2019_CONTR_ANWEB",
        "codes ended with a cross reference, added and ended within the year, a number that came back",
        2019,
        code_header="HCPCS/MOD",
        action_header="TYPE OF CHANGE",
    ),
    _Edition(
        "2020Q1",
        hcpcs_2020.JANUARY,
        "2020-Alpha-Numeric-HCPCS-File.zip",
        "HCPC2020_ANWEB_w_disclaimer",
        "an end that was set afterwards, ended codes purged, a code that starts later",
        2020,
        is_padded=False,
        code_header="HCPC/MOD",
        action_header="ACTION CD",
    ),
    _Edition(
        "2020Q2",
        hcpcs_2020.APRIL,
        "april-2020-alpha-numeric-hcpcs-file.zip",
        "HCPC2020_APR_ANWEB",
        "a quarterly update: scheduled ends, a code reinstated",
        2020,
        has_text=False,
        code_header="HCPC/MOD",
        action_header="ACTION CD",
    ),
)
_NOC = {"2019Q1": hcpcs_lists.NOC_2019, "2020Q1": hcpcs_lists.NOC_2020}


def build_releases() -> Iterator[ReleaseFiles]:
    """The releases in load order."""
    current: dict[str, HcpcsRow] = {}
    for edition in _EDITIONS:
        current = apply_changes(current, read_changes(edition.table))
        files = {edition.archive: pack_archive(_write_members(edition, current))}
        if codes := _NOC.get(edition.label):
            noc = write_noc_list(edition.year, [current[code] for code in codes])
            files[f"{edition.year}-HCPCS-NOC-Codes.zip"] = pack_archive({f"NOC_Codes_{edition.year}.xlsx": noc})
        if edition.label == "2019Q1":
            corrections = write_corrections(edition.year, hcpcs_lists.CORRECTIONS_2019)
            files["2019-HCPCS-Alpha-Numeric-Corrections.zip"] = pack_archive(
                {"HCPC2019_Corrections_ALPHA_v2.xlsx": corrections}
            )
        yield ReleaseFiles(SYSTEM, edition.label, edition.label, edition.about, files, rows=len(current))


def _write_members(edition: _Edition, rows: Mapping[str, HcpcsRow]) -> dict[str, bytes]:
    preamble = _PREAMBLE if edition.has_text else _QUARTER_PREAMBLE
    members: dict[str, bytes] = {}
    if edition.has_text:
        members[f"{edition.stem}.txt"] = write_text_file(rows.values(), preamble=preamble, is_padded=edition.is_padded)
        members[f"proc_notes_{edition.year}.txt"] = write_processing_notes(hcpcs_lists.PROCESSING_NOTES)
    members[f"{edition.stem}.xlsx"] = write_spreadsheet(rows.values(), preamble=preamble)
    if edition.code_header:
        members[f"HCPC{edition.year}_Trans_Alpha.xlsx"] = write_transaction_report(
            rows,
            preamble=() if edition.has_text else preamble,
            code_header=edition.code_header,
            action_header=edition.action_header,
        )
    members[NOTICE_FILE] = write_notice()
    return members
