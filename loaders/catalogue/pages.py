"""The index pages as data. Source: the publishers' sites; addresses of files are never written down, only found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page to read: `path` below the base address of `host` (`cms`, `cdc`); `reader` is the function for it.

    `system` is the code system or the other set; `icd10` for the page that has both.
    """

    system: str
    host: str
    path: str
    reader: str


_CODING = "/medicare/coding-billing"
_PAYMENT = "/medicare/payment"
_NCCI = f"{_CODING}/national-correct-coding-initiative-ncci-edits"

CMS_ICD10 = IndexPage("icd10", "cms", f"{_CODING}/icd-10-codes", "read_cms_icd10")
CMS_HCPCS = IndexPage(
    "hcpcs", "cms", f"{_CODING}/healthcare-common-procedure-system/quarterly-update", "read_cms_hcpcs"
)
CDC_ICD10CM = IndexPage("icd10cm", "cdc", "/pub/Health_Statistics/NCHS/Publications/ICD10CM/", "read_cdc_listing")
OTHER_PAGES = tuple(
    IndexPage(system, "cms", path, "read_other_sets")
    for system, path in (
        ("ncci", f"{_NCCI}/medicare-ncci-procedure-procedure-ptp-edits"),
        ("ncci", f"{_NCCI}/medicare-ncci-medically-unlikely-edits-mues"),
        ("ncci", f"{_NCCI}/medicare-ncci-add-code-edits"),
        ("ncci_medicaid", f"{_CODING}/ncci-medicaid/medicaid-ncci-edit-files"),
        ("pfs_rvu", f"{_PAYMENT}/fee-schedules/physician/pfs-relative-value-files"),
        ("pos", f"{_CODING}/place-of-service-codes/code-sets"),
        ("opps", f"{_PAYMENT}/prospective-payment-systems/hospital-outpatient-pps/quarterly-addenda-updates"),
        ("clfs", f"{_PAYMENT}/fee-schedules/clinical-laboratory-fee-schedule-clfs/files"),
        ("ioce", f"{_CODING}/outpatient-code-editor-oce/quarterly-release-files"),
        ("asp", f"{_PAYMENT}/part-b-drugs/asp-pricing-files"),
    )
)
PAGES: tuple[IndexPage, ...] = (CMS_ICD10, CMS_HCPCS, CDC_ICD10CM, *OTHER_PAGES)
