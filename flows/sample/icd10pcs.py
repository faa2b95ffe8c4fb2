"""The ICD-10-PCS releases of the sample: October 2021 and its errata, October 2022, October 2023."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from flows.sample.archives import Cell, pack_archive, write_workbook
from flows.sample.layouts.addenda_file import Step, write_order_addenda
from flows.sample.layouts.order_file import write_order_file
from flows.sample.releases import NOTICE_FILE, ReleaseFiles, write_notice
from flows.sample.rows import icd10_conversions, icd10pcs
from flows.sample.titles import Title, apply_changes, read_changes
from schema.releases import FISCAL_YEAR_FIRST_MONTH

SYSTEM = "icd10pcs"

_CONVERSION_HEADER = (
    "Current code(s) assignment", "Code title", "Effective year", "Previous code(s) assignment",
    "Predecessor code title", "Change type", "Comment", "Effective month/day [MM.DD]",
)  # fmt: skip
_NO_CODE = "No description"

# Fiscal year, folder, changes, archive, what is to be seen. The errata repeat the year of the release they mend.
_EDITIONS = (
    (
        2022,
        "FY2022",
        icd10pcs.OCTOBER_2021,
        "2022-icd-10-pcs-order-file-long-and-abbreviated-titles-updated-december-1-2021.zip",
        "the first release: nothing to compare it with",
    ),
    (
        2022,
        "FY2022-errata",
        icd10pcs.ERRATA_2022,
        "errata-january-12-2022.zip",
        "the same release issued again, with two codes more",
    ),
    (
        2023,
        "FY2023",
        icd10pcs.OCTOBER_2022,
        "2023-icd-10-pcs-order-file-long-and-abbreviated-titles.zip",
        "new tables, a table that is gone, codes deleted without a successor",
    ),
    (
        2024,
        "FY2024",
        icd10pcs.OCTOBER_2023,
        "2024-icd-10-pcs-order-file-long-and-abbreviated-titles.zip",
        "long title alone revised, and both titles",
    ),
)


def build_releases() -> Iterator[ReleaseFiles]:
    """The releases in load order; the second is the first one issued again."""
    previous: dict[str, Title] = {}
    previous_name = ""
    for year, folder, table, archive, about in _EDITIONS:
        changes = read_changes(table)
        current = apply_changes(previous, changes)
        name = f"icd10pcs_order_{year}.txt"
        members = {name: write_order_file(current.values())}
        if previous:
            step = Step(previous, current, changes, previous_name, name)
            members[f"order_addenda_{year}.txt"] = write_order_addenda(step, has_flags=False)
        members[NOTICE_FILE] = write_notice()
        conversion = _write_conversion(year, folder != f"FY{year}", {**previous, **current})
        files = {archive: pack_archive(members), f"icd10pcs_conversion_table_{year}.xlsx": conversion}
        yield ReleaseFiles(SYSTEM, f"FY{year}", folder, about, files, rows=len(current))
        previous, previous_name = current, name


def _write_conversion(year: int, has_april: bool, titles: Mapping[str, Title]) -> bytes:
    """The table as it was then: cumulative, so it has the rows up to the release."""
    last = date(year, FISCAL_YEAR_FIRST_MONTH - 1, 30) if has_april else date(year - 1, FISCAL_YEAR_FIRST_MONTH, 1)
    rows: list[tuple[Cell, ...]] = [_CONVERSION_HEADER]
    for current, effective_year, previous, change_type, month_day in icd10_conversions.ICD10PCS:
        month, day = (int(part) for part in month_day.split("."))
        if date(effective_year, month, day) <= last:
            names = [titles[code].long if code in titles else _NO_CODE for code in (current, previous)]
            rows.append((current, names[0], str(effective_year), previous, names[1], change_type, "", month_day))
    return write_workbook({"PCS": rows})
