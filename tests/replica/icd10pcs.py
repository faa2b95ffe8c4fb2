"""ICD-10-PCS of the replica: April 2022 with its errata to FY2027, all on the CMS page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.sample.archives import pack_archive
from flows.sample.layouts.addenda_file import Step, write_order_addenda
from flows.sample.layouts.order_file import write_codes_file, write_order_file
from flows.sample.rows import icd10pcs
from flows.sample.titles import Title, apply_changes, read_changes
from tests.replica import rows
from tests.replica.items import Item, cms_item

SYSTEM = "icd10pcs"
_LONG = "icd-10-pcs-order-file-long-and-abbreviated-titles"
_SHORT = "icd-10-pcs-order-file-long-abbreviated-titles"
_TEXT = "ICD-10-PCS Order File (Long and Abbreviated Titles)"

# Fiscal year, label, changes, slug, text of the link, day of posting. The errata are the April release once more.
_EDITIONS = (
    (2022, "FY2022-apr", icd10pcs.OCTOBER_2021, f"2022-{_LONG}-updated-december-1-2021", f"2022 {_TEXT}", "2021-12-01"),
    (2022, "FY2022-apr", icd10pcs.ERRATA_2022, "errata-january-12-2022", "Errata January 12, 2022", "2022-01-12"),
    (2023, "FY2023-apr", icd10pcs.OCTOBER_2022, f"2023-{_LONG}-updated-01/11/2023", f"2023 {_TEXT}", "2023-01-11"),
    (2024, "FY2024-apr", icd10pcs.OCTOBER_2023, f"2024-{_LONG}-updated-12/19/2023", f"2024 {_TEXT}", "2023-12-19"),
    (2025, "FY2025", rows.PCS_OCTOBER_2024, f"2025-{_LONG}", f"2025 {_TEXT}", "2024-06-20"),
    (2025, "FY2025-apr", rows.PCS_APRIL_2025, f"2025-{_LONG}-april", f"April 1, 2025 {_TEXT}", "2025-01-17"),
    (2026, "FY2026", rows.PCS_OCTOBER_2025, f"2026-{_LONG}", f"2026 {_TEXT}", "2025-06-12"),
    (2026, "FY2026-apr", rows.PCS_APRIL_2026, f"april-1-2026-{_SHORT}", f"April 1, 2026 {_TEXT}", "2026-01-15"),
    (2027, "FY2027", rows.PCS_OCTOBER_2026, f"2027-{_SHORT}", f"2027 {_TEXT}", "2026-07-10"),
)


def build_items(revised: str = "") -> list[Item]:
    """All items; of the release `revised` (a label) the first billable code has a title with two words more."""
    items: list[Item] = []
    previous: dict[str, Title] = {}
    previous_name = ""
    for year, label, table, slug, text, posted in _EDITIONS:
        changes = read_changes(table)
        current = apply_changes(previous, changes)
        if label == revised:
            current = _revise(current)
        name = f"icd10pcs_order_{year}.txt"
        members = {name: write_order_file(current.values())}
        if previous:
            step = Step(previous, current, changes, previous_name, name)
            members[f"order_addenda_{year}.txt"] = write_order_addenda(step, has_flags=False)
        heading = f"{year} ICD-10-PCS files"
        contents = "errata" if slug.startswith("errata") else "code_file"
        items.append(
            cms_item(
                SYSTEM,
                label,
                contents,
                f"{slug}.zip",
                f"{text} (ZIP)",
                heading,
                pack_archive(members),
                posted,
                is_updated="updated" in slug,
                absolute="own" if year == 2024 else "",
            )
        )
        if contents == "code_file" and year >= 2024:
            items.append(_write_codes(year, label, heading, current, posted))
        previous, previous_name = current, name
    return items


def _write_codes(year: int, label: str, heading: str, titles: Mapping[str, Title], posted: str) -> Item:
    """The codes file; that of April 2026 is served under the name of October, as at CMS."""
    slug, text = f"{year}-icd-10-pcs-codes-file", f"{year} ICD-10-PCS Codes File (ZIP)"
    served_name = ""
    if label.endswith("-apr"):
        text = f"April 1, {text}"
        served_name = f"{slug}.zip"
        slug = f"april-1-{slug}" if year == 2026 else f"{slug}-april"
        if year == 2024:
            slug, text = "2024-icd-10-pcs-codes-file-updated-12/19/2023", "2024 ICD-10-PCS Codes File (ZIP)"
    data = pack_archive({f"icd10pcs_codes_{year}.txt": write_codes_file(titles.values())})
    return cms_item(
        SYSTEM, label, "codes_file", f"{slug}.zip", text, heading, data, posted,
        is_updated="updated" in slug, served_name=served_name,
    )  # fmt: skip


def _revise(titles: Mapping[str, Title]) -> dict[str, Title]:
    first = next(title for title in titles.values() if title.is_billable)
    return {**titles, first.code: replace(first, long=f"{first.long}, as corrected")}
