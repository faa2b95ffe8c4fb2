"""The ICD-10-CM releases of the sample: October 2022, April 2023, October 2023, October 2024."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flows.sample.archives import Cell, pack_archive, write_workbook
from flows.sample.layouts.addenda_file import Step, write_codes_addenda, write_order_addenda
from flows.sample.layouts.order_file import write_codes_file, write_order_file
from flows.sample.layouts.poa_files import write_poa_files
from flows.sample.layouts.tabular_file import read_notes, write_tabular_file
from flows.sample.releases import NOTICE_FILE, ReleaseFiles, write_notice
from flows.sample.rows import icd10_conversions, icd10cm_fy2023, icd10cm_fy2024, icd10cm_fy2025, icd10cm_notes
from flows.sample.rows.icd10cm_poa import POA_EXEMPT_FY2024, POA_EXEMPT_FY2025
from flows.sample.titles import Title, apply_changes, read_changes
from schema.releases import FISCAL_YEAR_FIRST_MONTH, fiscal_year_of, parse_release

SYSTEM = "icd10cm"


@dataclass(frozen=True, slots=True)
class _Edition:
    """One release: its label, its changes, and how the publisher named its archive and members that year.

    `member` is a pattern for the name of a member; `{}` is the list (`order`, `codes_addenda` …).
    """

    label: str
    table: str
    archive: str
    member: str
    about: str

    @property
    def effective_date(self) -> date:
        return parse_release(SYSTEM, self.label).effective_date

    def name(self, kind: str) -> str:
        separator = "-" if "-{}" in self.member else "_"
        return self.member.format(kind.replace("_", separator))


_EDITIONS = (
    _Edition(
        "FY2023",
        icd10cm_fy2023.OCTOBER,
        "icd10-Order-CodeFiles2023.zip",
        "icd10cm-{}-2023.txt",
        "the first release: nothing to compare it with",
    ),
    _Edition(
        "FY2023-apr",
        icd10cm_fy2023.APRIL,
        "icd10cm-code_descriptions-_April_1_2023.zip",
        "icd10cm-{}- April 1 2023.txt",
        "an April update: two codes subdivided, one title revised",
    ),
    _Edition(
        "FY2024",
        icd10cm_fy2024.OCTOBER,
        "icd10cm-CodesDescriptions-2024.zip",
        "icd10cm-{}-2024.txt",
        "Parkinson's disease subdivided; short titles alone revised; a blank lost that no list mentions",
    ),
    _Edition(
        "FY2025",
        icd10cm_fy2025.OCTOBER,
        "2025-code-descriptions-tabular-order.zip",
        "icd10cm_{}_2025.txt",
        "obesity classes, lymphoma in remission, a header that became billable, notes that changed",
    ),
)


def build_releases() -> Iterator[ReleaseFiles]:
    """The releases in load order."""
    notes_before = read_notes(icd10cm_notes.FY2024)
    notes = {"FY2024": notes_before, "FY2025": {**notes_before, **read_notes(icd10cm_notes.FY2025)}}
    exempt = {"FY2024": POA_EXEMPT_FY2024, "FY2025": POA_EXEMPT_FY2025}
    previous: dict[str, Title] = {}
    previous_edition: _Edition | None = None
    for edition in _EDITIONS:
        changes = read_changes(edition.table)
        current = apply_changes(previous, changes)
        members = {
            edition.name("codes"): write_codes_file(current.values()),
            edition.name("order"): write_order_file(current.values()),
        }
        if previous_edition is not None:
            step = Step(previous, current, changes, previous_edition.name("order"), edition.name("order"))
            members[edition.name("codes_addenda")] = write_codes_addenda(step)
            members[edition.name("order_addenda")] = write_order_addenda(step, has_flags=True)
        members[NOTICE_FILE] = write_notice()
        files = {edition.archive: pack_archive(members), _conversion_name(edition): _write_conversion(edition)}
        if edition.label in notes:
            year = fiscal_year_of(edition.effective_date)
            tabular = write_tabular_file(year, current, notes[edition.label])
            files[f"icd10cm-table-index-{year}.zip"] = pack_archive({f"icd10cm-tabular-{year}.xml": tabular})
        if edition.label == "FY2025":
            poa = write_poa_files("FY25", previous, current, exempt["FY2024"], exempt["FY2025"])
            files["POAexemptCodesFY25.zip"] = pack_archive(poa)
        yield ReleaseFiles(SYSTEM, edition.label, edition.label, edition.about, files, rows=len(current))
        previous, previous_edition = current, edition


def _conversion_name(edition: _Edition) -> str:
    return f"icd-10-cm-conversion-table-{edition.label}.xlsx"


def _write_conversion(edition: _Edition) -> bytes:
    """The table as it was then: cumulative, so it has the rows up to the release."""
    effective = edition.effective_date
    prose = (
        "This table includes the new ICD-10-CM codes and their previously assigned code equivalent. Unless otherwise"
        " specified the code effective date is October 1 of the year listed."
    )
    rows: list[tuple[Cell, ...]] = [(prose,), ("Current code assignment", "Effective ", "Previous Code(s) Assignment")]
    rows += [row for row in icd10_conversions.ICD10CM if _first_day(row[1]) <= effective]
    return write_workbook({f"ICD-10-CM-Conversion-Table-FY{effective.year % 100}": rows})


def _first_day(effective: int | date) -> date:
    return effective if isinstance(effective, date) else date(effective, FISCAL_YEAR_FIRST_MONTH, 1)
