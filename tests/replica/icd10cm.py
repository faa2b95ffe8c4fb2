"""ICD-10-CM of the replica: FY2021 to FY2027 on the CMS page and in the CDC listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from flows.sample.archives import Cell, pack_archive, write_workbook
from flows.sample.layouts.addenda_file import Step, write_codes_addenda, write_order_addenda
from flows.sample.layouts.order_file import write_codes_file, write_order_file
from flows.sample.layouts.poa_files import write_poa_files
from flows.sample.layouts.tabular_file import read_notes, write_tabular_file
from flows.sample.rows import icd10_conversions, icd10cm_fy2023, icd10cm_fy2024, icd10cm_fy2025, icd10cm_notes
from flows.sample.rows.icd10cm_poa import POA_EXEMPT_FY2024, POA_EXEMPT_FY2025
from flows.sample.titles import Title, TitleChanges, apply_changes, read_changes
from schema.releases import fiscal_year_of, parse_release
from tests.replica import rows
from tests.replica.items import Item, cdc_item, cms_item

SYSTEM = "icd10cm"
# No release: the codes of the update are those of October.
_NOTHING = TitleChanges((), (), (), frozenset())


@dataclass(frozen=True, slots=True)
class _Edition:
    """One release. CMS: slug of its code file without ending ("" where CMS keeps none), text of the link without
    "(ZIP)", day of posting. CDC: folder, name of its code archive ("" for loose files), day of posting."""

    label: str
    table: str
    slug: str
    text: str
    cms_posted: str
    folder: str
    archive: str
    cdc_posted: str

    @property
    def effective_date(self) -> date:
        return parse_release(SYSTEM, self.label).effective_date

    @property
    def year(self) -> int:
        return fiscal_year_of(self.effective_date)

    @property
    def heading(self) -> str:
        return f"{self.year} ICD-10-CM files"


_TEXT = "Code Descriptions in Tabular Order"
# fmt: off
_EDITIONS = (
    _Edition("FY2021", icd10cm_fy2023.OCTOBER, "", "", "", "2021", "", "2020-06-26"),
    _Edition("FY2021-jan", rows.CM_JANUARY_2021, "2021-code-descriptions-tabular-order-updated-12162020",
             f"2021 {_TEXT}", "2020-12-16", "2021", "icd10cm-codes-order-Jan-2021.zip", "2020-12-03"),
    _Edition("FY2022", rows.CM_OCTOBER_2021, "", "", "", "2022", "Code Descriptions zip.zip", "2021-06-23"),
    _Edition("FY2022-apr", rows.CM_APRIL_2022, "2022-code-descriptions-tabular-order-updated-02012022",
             f"2022 {_TEXT}", "2022-02-01", "2022", "", "2021-12-16"),
    _Edition("FY2023", rows.CM_OCTOBER_2022, "", "", "", "2023", "icd10-Order-CodeFiles2023.zip", "2022-06-09"),
    _Edition("FY2023-apr", icd10cm_fy2023.APRIL, "2023-code-descriptions-tabular-order-updated-01/11/2023",
             f"2023 {_TEXT}", "2023-01-11", "April-1-2023-Update", "icd10cm-code descriptions- April 1 2023.zip",
             "2023-01-05"),
    _Edition("FY2024", icd10cm_fy2024.OCTOBER, "", "", "", "2024", "icd10cm-CodesDescriptions-2024.zip",
             "2023-07-05"),
    _Edition("FY2024-apr", "", "2024-code-descriptions-tabular-order-updated-02/01/2024",
             f"2024 {_TEXT}", "2024-02-01", "2024-Update", "icd10cm-Codes-Descriptions-April-2024.zip", "2023-12-29"),
    _Edition("FY2025", icd10cm_fy2025.OCTOBER, "2025-code-descriptions-tabular-order", f"2025 {_TEXT}", "2024-06-20",
             "2025", "ICD10-CM Code Descriptions 2025.zip", "2024-07-09"),
    _Edition("FY2025-apr", "", "2025-code-descriptions-tabular-order-april", f"April 1, 2025 {_TEXT}", "2025-01-17",
             "2025-Update", "Code-desciptions-April-2025.zip", "2025-01-23"),
    _Edition("FY2026", rows.CM_OCTOBER_2025, "2026-code-descriptions-tabular-order", f"2026 {_TEXT}", "2025-06-12",
             "2026", "icd10cm-Code Descriptions-2026.zip", "2025-06-12"),
    _Edition("FY2026-apr", "", "april-1-2026-code-descriptions-tabular-order", f"April 1, 2026 {_TEXT}", "2026-01-15",
             "2026-update", "icd10cm-Code Descriptions-April-1-2026.zip", "2026-01-29"),
    _Edition("FY2027", rows.CM_OCTOBER_2026, "2027-code-descriptions-tabular-order", f"2027 {_TEXT}", "2026-07-10",
             "2027", "icd10cm-code-descriptions-2027.zip", "2026-06-16"),
)
# fmt: on
_EXEMPT = {2024: POA_EXEMPT_FY2024, 2025: POA_EXEMPT_FY2025, 2026: POA_EXEMPT_FY2025, 2027: POA_EXEMPT_FY2025}


def build_items(revised: str = "") -> list[Item]:
    """All items in the order of the pages' making; of the release `revised` (a label) the first billable code has
    a title with two words more, as after a re-post."""
    items: list[Item] = []
    previous: dict[str, Title] = {}
    previous_name = ""
    for edition in _EDITIONS:
        changes = read_changes(edition.table) if edition.table else _NOTHING
        current = apply_changes(previous, changes)
        if edition.label == revised:
            current = _revise(current)
        name = f"icd10cm_order_{edition.year}.txt"
        step = Step(previous, current, changes, previous_name, name) if previous else None
        items += _write_code_files(edition, current, step)
        items += _write_lists(edition, previous, current)
        previous, previous_name = current, name
    slides = pack_archive({"slides.pdf": PDF})
    items.append(cdc_item("", "other", "2022", "March 2022 C&M PPT.zip", slides, "2022-03-11"))
    return items


def _revise(titles: Mapping[str, Title]) -> dict[str, Title]:
    first = next(title for title in titles.values() if title.is_billable)
    return {**titles, first.code: replace(first, long=f"{first.long}, as corrected")}


def _write_code_files(edition: _Edition, current: Mapping[str, Title], step: Step | None) -> Iterator[Item]:
    year = edition.year
    files = {"order": write_order_file(current.values()), "codes": write_codes_file(current.values())}
    if step is not None:
        files["codes_addenda"] = write_codes_addenda(step)
        files["order_addenda"] = write_order_addenda(step, has_flags=True)
    if edition.slug:
        prefix = "Code Descriptions/" if year in (2022, 2027) else ""
        data = pack_archive({f"{prefix}icd10cm_{kind}_{year}.txt": text for kind, text in files.items()})
        yield cms_item(
            SYSTEM, edition.label, "code_file", f"{edition.slug}.zip", f"{edition.text} (ZIP)", edition.heading, data,
            edition.cms_posted, is_updated="updated" in edition.slug, absolute="own" if year % 2 else "",
        )  # fmt: skip
    if edition.archive:
        data = pack_archive({f"icd10cm-{kind.replace('_', '-')}-{year}.txt": text for kind, text in files.items()})
        yield cdc_item(edition.label, "code_file", edition.folder, edition.archive, data, edition.cdc_posted)
    else:
        for kind, text in files.items():
            contents = "addenda" if "addenda" in kind else {"order": "code_file", "codes": "codes_file"}[kind]
            name = f"icd10cm_{kind}_{year}.txt"
            yield cdc_item(edition.label, contents, edition.folder, name, text, edition.cdc_posted)


def _write_lists(edition: _Edition, previous: Mapping[str, Title], current: Mapping[str, Title]) -> Iterator[Item]:
    year, label = edition.year, edition.label
    document = pack_archive({f"icd10cm-addendum-{year}.pdf": PDF})
    april = f"April {edition.effective_date.day} {year}" if label.endswith("-apr") else str(year)
    name = "icd10cm-addenda-files-Jan-2021.zip" if label == "FY2021-jan" else f"icd10cm-addendum-{april}.zip"
    yield cdc_item(label, "addenda", edition.folder, name, document, edition.cdc_posted)
    if label.endswith("-apr") and year >= 2025:
        tables = pack_archive({f"icd10cm-tabular-{year}.xml": _write_tabular(year, current)})
        slug = "april-1-2026-code-tables-tabular-index" if year == 2026 else f"{year}-code-tables-tabular-index-april"
        text = f"April 1, {year} Code Tables, Tabular and Index (ZIP)"
        yield cms_item(SYSTEM, label, "tabular", f"{slug}.zip", text, edition.heading, tables, edition.cms_posted)
        return
    if label != f"FY{year}" or year < 2024:
        return
    posted = edition.cms_posted or "2023-06-29"
    tables = pack_archive({f"icd10cm-tabular-{year}.xml": _write_tabular(year, current)})
    workbook = _write_conversion(edition)
    poa = pack_archive(write_poa_files(f"FY{year % 100}", previous, current, *_exempt(year, previous, current)))
    slug = "2024-code-tables-tabular-and-index-updated-06/29/2023" if year == 2024 else f"{year}-code-tables-tabular"
    slug += {2024: "", 2027: "-index"}.get(year, "-and-index")
    for contents, slug_, text, data in (
        ("poa_list", f"{year}-poa-exempt-codes", "POA Exempt Codes", poa),
        ("conversion_table", f"{year}-conversion-table", "Conversion Table",
         pack_archive({f"icd10cm_conversion_table_{year}.xlsx": workbook})),
        ("addenda", f"{year}-addendum", "Addendum", document),
        ("tabular", slug, "Code Tables, Tabular and Index", tables),
    ):  # fmt: skip
        is_updated = "updated" in slug_
        yield cms_item(
            SYSTEM, label, contents, f"{slug_}.zip", f"{year} {text} (ZIP)", edition.heading, data, posted,
            is_updated=is_updated,
        )  # fmt: skip
    yield cms_item(
        SYSTEM, label, "guidelines", f"fy-{year}-icd-10-cm-coding-guidelines.pdf",
        f"FY {year} ICD-10-CM Coding Guidelines (PDF)", edition.heading, PDF, posted, folder="/files/document",
    )  # fmt: skip
    posted = edition.cdc_posted
    yield cdc_item(label, "poa_list", edition.folder, f"POAexemptCodesFY{year % 100}.zip", poa, posted)
    yield cdc_item(label, "tabular", edition.folder, f"icd10cm-table and index-{year}.zip", tables, posted)
    name = f"ICD-10-CM-CONVERSION-TABLE-FY{year}.xlsx"
    if year == 2024:
        name = "ICD-10-CM-Conversion-Table-FY2024-Effective-10-01-2023-Final (updated 9-21-2023).xlsx"
    yield cdc_item(label, "conversion_table", edition.folder, name, workbook, posted)


def _exempt(year: int, *sides: Mapping[str, Title]) -> tuple[frozenset[str], frozenset[str]]:
    was, now = (_EXEMPT[max(number, 2024)] for number in (year - 1, year))
    return was & sides[0].keys(), now & sides[1].keys()


def _write_tabular(year: int, titles: Mapping[str, Title]) -> bytes:
    notes = read_notes(icd10cm_notes.FY2024)
    if year > 2024:
        notes = {**notes, **read_notes(icd10cm_notes.FY2025)}
    return write_tabular_file(year, titles, notes)


def _write_conversion(edition: _Edition) -> bytes:
    effective = edition.effective_date
    table: list[tuple[Cell, ...]] = [("Current code assignment", "Effective ", "Previous Code(s) Assignment")]
    for row in icd10_conversions.ICD10CM:
        first_day = row[1] if isinstance(row[1], date) else date(row[1], 10, 1)
        if first_day <= effective:
            table.append(row)
    return write_workbook({f"ICD-10-CM-Conversion-Table-FY{effective.year % 100}": table})


PDF = b"%PDF-1.4\n% a document of the replica without pages\n%%EOF\n"
"""A file that says it is a PDF; nobody reads it."""
