"""The codes of the sample releases, as the invented organisation uses them."""

from __future__ import annotations

from functools import cache

from flows.sample.hcpcs_rows import HcpcsRow, sort_codes
from flows.sample.hcpcs_rows import apply_changes as apply_hcpcs
from flows.sample.hcpcs_rows import read_changes as read_hcpcs
from flows.sample.rows import hcpcs_2018, hcpcs_2019, hcpcs_2020, icd10cm_fy2023, icd10cm_fy2024
from flows.sample.titles import Title
from flows.sample.titles import apply_changes as apply_titles
from flows.sample.titles import read_changes as read_titles


@cache
def list_hcpcs() -> dict[str, HcpcsRow]:
    """Every HCPCS code and modifier that any release of the sample holds, as it was told last, in order."""
    rows: dict[str, HcpcsRow] = {}
    current: dict[str, HcpcsRow] = {}
    for table in (hcpcs_2018.JANUARY, hcpcs_2019.JANUARY, hcpcs_2020.JANUARY, hcpcs_2020.APRIL):
        current = apply_hcpcs(current, read_hcpcs(table))
        rows |= current
    return {code: rows[code] for code in sort_codes(rows)}


@cache
def list_diagnoses() -> dict[str, Title]:
    """The billable ICD-10-CM codes of FY2024 in the sample, by code, as stored (no dot)."""
    titles: dict[str, Title] = {}
    for table in (icd10cm_fy2023.OCTOBER, icd10cm_fy2023.APRIL, icd10cm_fy2024.OCTOBER):
        titles = apply_titles(titles, read_titles(table))
    return {code: title for code, title in titles.items() if title.is_billable}


def with_dot(code: str) -> str:
    """A diagnosis code as people write it, `E66.8`."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code
