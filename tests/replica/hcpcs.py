"""HCPCS of the replica: the annual files of 2018 to 2020 and the quarters from January 2023."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from flows.sample.archives import pack_archive
from flows.sample.hcpcs_rows import HcpcsRow, apply_changes, read_changes
from flows.sample.layouts.hcpcs_file import write_spreadsheet, write_text_file
from flows.sample.layouts.hcpcs_lists import write_corrections, write_noc_list, write_transaction_report
from flows.sample.rows import hcpcs_2018, hcpcs_2019, hcpcs_2020, hcpcs_lists
from tests.replica.items import Item, cms_item

SYSTEM = "hcpcs"
QUARTERLY_PAGE = "/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
ANNUAL_PAGE = "/Medicare/Coding/HCPCSReleaseCodeSets/Alpha-Numeric-HCPCS"
ANNUAL_ITEMS = "/Medicare/Coding/HCPCSReleaseCodeSets/Alpha-Numeric-HCPCS-Items"
_DOWNLOADS = "/Medicare/Coding/HCPCSReleaseCodeSets/Downloads"
_MONTHS = ("January", "April", "July", "October")
_FIRST_YEAR, _LAST_YEAR = 2023, 2026
_PREAMBLE = ("***Disclaimers", "", "*A replica made for tests: not for claims.", "")
_ANNUAL = {2018: hcpcs_2018.JANUARY, 2019: hcpcs_2019.JANUARY, 2020: hcpcs_2020.JANUARY}

# Ends of addresses that are not the usual `-file`.
_ENDS = {
    "2023Q4": "-files", "2024Q1": "-files", "2024Q2": "-files",
    "2025Q3": "-file_v2", "2025Q4": "-file-v4",
}  # fmt: skip
# Ends of the names of the members, which do not follow those of the archives.
_STEMS = {"2024Q1": "_v4", "2025Q1": "_12172024", "2025Q4": "_v4", "2026Q1": "_01122026", "2026Q3": "_06172026"}
# Days of the "- Updated" behind the link.
_UPDATED = {"2026Q1": "2026-01-12", "2026Q3": "2026-06-17", "2026Q4": "2026-09-10", "2025Q4": "2025-10-06"}
# The spreadsheet lies in every archive at CMS; here in some, as it takes the time of all else together.
_WITH_SPREADSHEET = ("2023Q1", "2025Q4", "2026Q4")


def build_items(revised: str = "") -> list[Item]:
    """All items; of the release `revised` (a label) the first code has a long title with two words more."""
    items: list[Item] = []
    current: dict[str, HcpcsRow] = {}
    for year, table in _ANNUAL.items():
        current = apply_changes(current, read_changes(table))
        items += _write_year(year, _revise(current) if revised == f"{year}Q1" else current)
    current = apply_changes(current, read_changes(hcpcs_2020.APRIL))
    quarters = [(year, quarter) for year in range(_FIRST_YEAR, _LAST_YEAR + 1) for quarter in range(1, 5)]
    for number, (year, quarter) in enumerate(quarters, start=1):
        current = apply_changes(current, read_changes(_list_changes(number, date(year, 3 * quarter - 2, 1))))
        items.append(_write_quarter(year, quarter, _revise(current) if revised == f"{year}Q{quarter}" else current))
    return items


def _list_changes(number: int, first_day: date) -> str:
    """Each quarter adds a code; ends the one that was added four quarters ago; changes the coverage of another.

    The codes are made up, in a range that CMS does not use.
    """
    day = f"{first_day:%Y%m%d}"
    lines = [
        f"+ Q99{number:02} Replica item {number}",
        f"    Replica test item number {number}, per unit",
        f"    added={day} acted={day} action=A cov=C price=00 multi=9 tos=1 betos=Z2",
    ]
    if number > 4:
        last_day = f"{first_day - timedelta(days=1):%Y%m%d}"
        lines += [f"* Q99{number - 4:02}", f"    ended={last_day} acted={day} action=D"]
    if number > 1:
        lines += [f"* Q99{number - 1:02}", f"    cov=D acted={day} action=F"]
    return "\n".join(lines)


def _revise(rows: Mapping[str, HcpcsRow]) -> dict[str, HcpcsRow]:
    first = next(row for row in rows.values() if not row.is_modifier)
    return {**rows, first.code: replace(first, long=f"{first.long}, as corrected")}


def _write_quarter(year: int, quarter: int, rows: Mapping[str, HcpcsRow]) -> Item:
    label, month = f"{year}Q{quarter}", _MONTHS[quarter - 1]
    stem = f"HCPC{year}_{month[:3].upper()}_ANWEB{_STEMS.get(label, '')}"
    members = {f"{stem}.txt": write_text_file(rows.values(), preamble=_PREAMBLE, is_padded=True)}
    if label in _WITH_SPREADSHEET:
        members[f"{stem}.xlsx"] = write_spreadsheet(rows.values(), preamble=_PREAMBLE)
        members[f"{stem}_Transaction Report.xlsx"] = write_transaction_report(
            rows, preamble=_PREAMBLE, code_header="HCPC/MOD", action_header="ACTION CD"
        )
    posted = _UPDATED.get(label) or str(date(year, 3 * quarter - 2, 1) - timedelta(days=38))
    return cms_item(
        SYSTEM, label, "code_file", f"{month.lower()}-{year}-alpha-numeric-hcpcs{_ENDS.get(label, '-file')}.zip",
        f"{month} {year} Alpha-Numeric HCPCS File (ZIP)", "HCPCS Quarterly Update", pack_archive(members), posted,
        page=QUARTERLY_PAGE, is_updated=label in _UPDATED, absolute="own" if quarter == 2 else "",
    )  # fmt: skip


def _write_year(year: int, rows: Mapping[str, HcpcsRow]) -> Iterator[Item]:
    """The items of the second hop; the first one is a link to their page."""
    text = write_text_file(rows.values(), preamble=_PREAMBLE, is_padded=year < 2020)
    noc = write_noc_list(year, [row for code, row in rows.items() if code in hcpcs_lists.NOC_2020])
    files = [
        ("code_file", f"{year}-Alpha-Numeric-HCPCS-File", f"{year} Alpha-Numeric HCPCS File",
         {f"HCPC{year}_CONTR_ANWEB.txt": text}),
        ("noc_list", f"{year}-HCPCS-NOC-Codes", f"{year} HCPCS NOC Codes", {f"NOC_Codes_{year}.xlsx": noc}),
        ("other", f"{year}-HCPCS-Record-Layout", f"{year} HCPCS Record Layout",
         {f"HCPC{year}_recordlayout.txt": b"RECORD LAYOUT\r\nA replica made for tests.\r\n"}),
    ]  # fmt: skip
    if year == 2019:
        corrections = write_corrections(year, hcpcs_lists.CORRECTIONS_2019)
        members = {f"HCPC{year}_Corrections_ALPHA.xlsx": corrections}
        text_ = f"{year} HCPCS Alpha-Numeric Corrections"
        files.append(("corrections", f"{year}-HCPCS-Alpha-Numeric-Corrections", text_, members))
    for contents, slug, words, content in files:
        yield cms_item(
            SYSTEM, f"{year}Q1", contents, f"{slug}.zip", f"{words} (ZIP)", f"{year} Alpha-Numeric HCPCS File",
            pack_archive(content), f"{year - 1}-11-02", page=f"{ANNUAL_ITEMS}/{year}-Alpha-Numeric-HCPCS-File",
            folder=_DOWNLOADS,
        )  # fmt: skip
