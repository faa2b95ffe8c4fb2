"""What the replica's CMS offers beside the code releases: NCCI, relative values, place of service."""

from __future__ import annotations

from flows.sample.archives import pack_archive
from tests.replica.items import Item, cms_item

_NCCI = "/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
MUE_PAGE = f"{_NCCI}/medicare-ncci-medically-unlikely-edits-mues"
PTP_PAGE = f"{_NCCI}/medicare-ncci-procedure-procedure-ptp-edits"
AOC_PAGE = f"{_NCCI}/medicare-ncci-add-code-edits"
MEDICAID_PAGE = "/medicare/coding-billing/ncci-medicaid/medicaid-ncci-edit-files"
RVU_PAGE = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
PLACE_OF_SERVICE_PAGE = "/medicare/coding-billing/place-of-service-codes/code-sets"
OPPS_PAGE = "/medicare/payment/prospective-payment-systems/hospital-outpatient-pps/quarterly-addenda-updates"
CLFS_PAGE = "/medicare/payment/fee-schedules/clinical-laboratory-fee-schedule-clfs/files"
IOCE_PAGE = "/medicare/coding-billing/outpatient-code-editor-oce/quarterly-release-files"
ASP_PAGE = "/medicare/payment/part-b-drugs/asp-pricing-files"
INDEX_PAGES = {
    MUE_PAGE: "Medicare NCCI Medically Unlikely Edits",
    PTP_PAGE: "Medicare NCCI Procedure to Procedure Edits",
    AOC_PAGE: "Medicare NCCI Add-on Code Edits",
    MEDICAID_PAGE: "Medicaid NCCI Edit Files",
    IOCE_PAGE: "Quarterly Release Files",
    ASP_PAGE: "ASP Pricing Files",
}
"""Pages with their files on them, by path; they are there even when they list nothing."""
SECOND_HOPS = {
    OPPS_PAGE: (f"{OPPS_PAGE}/july-2026-addendum-b", "July 2026 Addendum B"),
    CLFS_PAGE: (f"{CLFS_PAGE}/26clabq3", "26CLABQ3"),
}
"""Pages with one link to a further page, which has the file: path → path and text of the link."""
RVU_LETTERS = {
    "rvu24d": ("rvu24d", "2024Q4"),
    "rvu25a": ("rvu25a-updated-01/10/2025", "2025Q1"),
    "rvu26a": ("rvu26a-updated-12-29-2025", "2026Q1"),
    "rvu26c": ("rvu26c-updated-06-30-2026", "2026Q3"),
    "rvu26d": ("rvu26d-updated-08-26-2026", "2026Q4"),
}
_RVU_POSTED = {
    "rvu24d": "2024-09-05", "rvu25a": "2025-01-10", "rvu26a": "2025-12-29", "rvu26c": "2026-06-30",
    "rvu26d": "2026-08-26",
}  # fmt: skip
PLACES = (
    ("01", "Pharmacy", "A place where drugs are sold or given out to patients."),
    (
        "02",
        "Telehealth Provided Other than in Patient's Home",
        "The patient is not at home while care comes from afar.",
    ),
    ("11", "Office", "Where a health professional sees patients by appointment."),
    ("12", "Home", "A private residence of the patient."),
    ("21", "Inpatient Hospital", "A hospital that treats patients who stay."),
    ("99", "Other Place of Service", "None of the places above."),
)


def build_items() -> list[Item]:
    """All items of the other sets."""
    return [*_ncci_items(), *_rvu_items(), *_payment_items()]


def _table(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


def _ncci_items() -> list[Item]:
    items = []
    for kind, name in (
        ("practitioner-services", "Practitioner Services"),
        ("facility-outpatient-hospital-services", "Facility Outpatient Hospital Services"),
        ("dme-supplier-services", "DME Supplier Services"),
    ):
        for year, quarter, posted in ((2026, 3, "2026-06-01"), (2026, 4, "2026-09-01")):
            day = f"{3 * quarter - 2:02}-01-{year}"
            data = _table(
                '"A notice about licences,', 'over two lines"', "HCPCS/CPT Code,MUE Value,MAI,Rationale",
                "A0428,4,3 Date of Service Edit: Clinical,Nature of Service",
            )  # fmt: skip
            text = f"{name} MUE Table - Effective {day} (ZIP)"
            items.append(
                cms_item(
                    "ncci",
                    f"{year}Q{quarter}",
                    "mue_table",
                    f"medicare-ncci-{year}-q{quarter}-{kind}-mue-table.zip",
                    text,
                    f"Quarter {quarter} {year} MUE tables",
                    pack_archive({f"MCR_MUE_{kind}_{day}.csv": data}),
                    posted,
                    page=MUE_PAGE,
                    absolute="own" if quarter == 3 else "",
                )
            )
    changes = pack_archive({"changes.txt": _table("A notice about licences", "Column 1\tColumn 2\tModifier Indicator")})
    for side, letters in (("practitioner", "ccipra"), ("hospital", "ccioph")):
        slug = f"medicare-ncci-2026q4-{side}-quarterly-additions-deletions-revisions-ptp.zip"
        text = f"2026 Q4 {side.capitalize()} Quarterly Additions, Deletions and Revisions (ZIP)"
        heading = "Quarterly changes"
        items.append(
            cms_item("ncci", "2026Q4", "ncci_changes", slug, text, heading, changes, "2026-09-01", page=PTP_PAGE)
        )
        for part in (1, 2):
            slug = f"medicare-ncci-2026q4-{side}-ptp-edits-{letters}-v323r0-f{part}.zip"
            text = f"2026 Q4 {side.capitalize()} PTP Edits v323r0 part {part} (ZIP)"
            gated = cms_item(
                "ncci", "2026Q4", "ncci_edits", slug, text, "Quarterly edits", changes, "2026-09-01", page=PTP_PAGE,
                is_gated=True,
            )  # fmt: skip
            items.append(gated)
    slug = "add-code-edits-replacement-file-medicare-effective-01012026-zip.zip"
    text = "Add-on Code Edits Replacement File Effective 01-01-2026 (ZIP)"
    items.append(
        cms_item("ncci", "2026Q1", "other", slug, text, "Add-on code edits", changes, "2025-12-01", page=AOC_PAGE)
    )
    slug = "medicaid-ncci-2026-q4-ptp-edits-practitioner-services.zip"
    text = "2026_Q4_NCCI_PTP_Edits - Practitioner Services (ZIP) - Posted September 1, 2026"
    heading = "Medicaid NCCI edit files"
    items.append(
        cms_item(
            "ncci_medicaid", "2026Q4", "ncci_edits", slug, text, heading, changes, "2026-09-01", page=MEDICAID_PAGE
        )
    )
    return items


def _rvu_items() -> list[Item]:
    """The files of the second hops: `/…/rvu26c` is a page."""
    items = []
    for name, (slug, label) in RVU_LETTERS.items():
        data = pack_archive({f"PPRRVU{label[:4]}.csv": _table("A notice about licences", "HCPCS,MOD,STATUS CODE")})
        items.append(
            cms_item(
                "pfs_rvu",
                label,
                "rvu_files",
                f"{slug}.zip",
                f"{name.upper()} (ZIP)",
                name.upper(),
                data,
                _RVU_POSTED[name],
                page=f"{RVU_PAGE}/{name}",
                is_updated="updated" in slug,
            )
        )
    return items


def _payment_items() -> list[Item]:
    """OPPS addenda, clinical laboratory fees, the code editor (all with a licence), and drug prices (without)."""
    data = pack_archive({"table.csv": _table("A notice about licences", "HCPCS Code,SI,APC")})
    gated = (
        ("opps", "2026Q3", "july-2026-opps-addendum-b", "July 2026 OPPS Addendum B", SECOND_HOPS[OPPS_PAGE]),
        ("clfs", "2026Q3", "26clabq3", "26CLABQ3", SECOND_HOPS[CLFS_PAGE]),
        ("ioce", "2026Q4", "iocev274r0mfjavap-zip-posted-09/12/2026", "IOCE v27.4", (IOCE_PAGE, "October 2026")),
    )
    items = [
        cms_item(
            system,
            label,
            "other",
            f"{slug}.zip",
            f"{text} (ZIP)",
            heading,
            data,
            "2026-09-12",
            page=page,
            is_gated=True,
        )
        for system, label, slug, text, (page, heading) in gated
    ]
    slug, text = "october-2026-medicare-part-b-payment-limit-files", "October 2026 Medicare Part B Payment Limit Files"
    items.append(
        cms_item("asp", "2026Q4", "other", f"{slug}.zip", f"{text} (ZIP)", "2026", data, "2026-09-12", page=ASP_PAGE)
    )
    return items
