"""What comes every quarter: HCPCS, and the other sets with their licences and second pages."""

from __future__ import annotations

import html
from datetime import date

import pytest

from loaders.catalogue.cms_hcpcs import read_cms_hcpcs
from loaders.catalogue.other_sets import period_of, read_other_sets
from loaders.catalogue.release_page import read_release_page
from schema.sources import Contents, Offer

CMS = "https://www.cms.gov"
HCPCS_PAGE = f"{CMS}/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
RVU_PAGE = f"{CMS}/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
NCCI_PAGE = f"{CMS}/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
FILES = "/files/zip"


def link(slug: str, text: str, after: str = "") -> str:
    href = slug if slug.lower().startswith(("/", "http")) else f"{FILES}/{slug}"
    return f'<li><a href="{html.escape(href)}">{html.escape(text)}</a>{after}</li>'


def release_of(offer: Offer) -> str:
    return str(offer.release) if offer.release else offer.quarantine


@pytest.mark.parametrize(
    ("text", "slug", "expected"),
    [
        ("October 2026 Alpha-Numeric HCPCS File (ZIP)", "october-2026-alpha-numeric-hcpcs-file.zip", "2026-10-01"),
        ("October 2023 Alpha-Numeric HCPCS Files (ZIP)", "october-2023-alpha-numeric-hcpcs-files.zip", "2023-10-01"),
        ("January 2026 Alpha-Numeric HCPCS File", "january-2026-alpha-numeric-hcpcs-file-01122026.zip", "2026-01-01"),
        ("April 2027 Alpha-Numeric HCPCS File (ZIP)", "alpha-numeric-hcpcs-file-0.zip", "2027-04-01"),
        ("2012 Alpha-Numeric HCPCS File", "/Medicare/Coding/HCPCSReleaseCodeSets/Downloads/12anweb.zip", "2012-01-01"),
        ("2026 Alpha-Numeric HCPCS File (ZIP)", "july-2026-alpha-numeric-hcpcs-file.zip", "2026-07-01"),
    ],
)
def test_hcpcs_file_is_of_the_quarter_in_text_and_address(text: str, slug: str, expected: str) -> None:
    (offer,) = read_cms_hcpcs(f"<h2>HCPCS Quarterly Update</h2>{link(slug, text, ' - Updated 09/10/2026')}", HCPCS_PAGE)
    assert (release_of(offer), offer.contents) == (f"hcpcs@{expected}", Contents.CODE_FILE)
    assert offer.posted_date == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("text", "slug", "named"),
    [
        ("October 2026 Alpha-Numeric HCPCS File", "july-2026-alpha-numeric-hcpcs-file.zip", "2026-07-01 and 2026-10"),
        ("October 2026 Alpha-Numeric HCPCS File", "october-2025-alpha-numeric-hcpcs-file.zip", "address says 2025"),
        ("2025 Alpha-Numeric HCPCS File", "2025-alpha-numeric-hcpcs-file.zip", "the quarter of 2025"),
        ("October 2026 Alpha-Numeric HCPCS File", "october-2026-hcpcs-corrections.zip", "corrections"),
        ("Alpha-Numeric HCPCS File", "alpha-numeric-hcpcs-file.zip", "a year"),
    ],
)
def test_hcpcs_disagreement_is_quarantined(text: str, slug: str, named: str) -> None:
    (offer,) = read_cms_hcpcs(link(slug, text), HCPCS_PAGE)
    assert offer.release is None
    assert named in offer.quarantine


def test_annual_hcpcs_takes_two_hops() -> None:
    items = "/Medicare/Coding/HCPCSReleaseCodeSets/Alpha-Numeric-HCPCS-Items/2019-Alpha-Numeric-HCPCS-File"
    page = f"{link(items, '2019 Alpha-Numeric HCPCS File')}{link('/Medicare/Coding', 'Alpha-Numeric HCPCS')}"
    (parent,) = read_cms_hcpcs(page, HCPCS_PAGE)
    assert (parent.is_page, release_of(parent), parent.url) == (True, "hcpcs@2019-01-01", f"{CMS}{items}")
    folder = "/Medicare/Coding/HCPCSReleaseCodeSets/Downloads"
    links = (
        link(f"{folder}/2019-Alpha-Numeric-HCPCS-File.zip", "2019 Alpha-Numeric HCPCS File (ZIP)"),
        link(f"{folder}/2019-HCPCS-Alpha-Numeric-Corrections.zip", "2019 HCPCS Alpha-Numeric Corrections (ZIP)"),
        link(f"{folder}/HCPCS-NOC-Codes.zip", "HCPCS NOC Codes (ZIP)"),
        link(f"{folder}/2018-Alpha-Numeric-HCPCS-File.zip", "2018 Alpha-Numeric HCPCS File (ZIP)"),
    )
    offers = read_release_page("<h1>2019 Alpha-Numeric HCPCS File</h1>" + "".join(links), parent.url, parent)
    assert [o.contents for o in offers[:3]] == [Contents.CODE_FILE, Contents.CORRECTIONS, Contents.NOC_LIST]
    assert {release_of(o) for o in offers[:3]} == {"hcpcs@2019-01-01"}
    assert offers[3].quarantine


def test_relative_value_files_take_two_hops() -> None:
    index = f'<table><tr><td><a href="{RVU_PAGE}/rvu26c">RVU26C</a></td><td>2026</td></tr></table>'
    (parent,) = read_other_sets(index, RVU_PAGE, "pfs_rvu")
    assert (parent.is_page, parent.contents, period_of(parent)) == (True, Contents.RVU_FILES, date(2026, 7, 1))
    page = link("rvu26c-updated-06-30-2026.zip", "RVU26C (ZIP)") + link("rvu26d.zip", "RVU26D (ZIP)")
    right, wrong = read_release_page(page, parent.url, parent)
    assert (right.quarantine, period_of(right)) == ("", date(2026, 7, 1))
    assert "2026-10-01" in wrong.quarantine


def test_edits_behind_the_licence_are_listed_and_not_unwrapped() -> None:
    href = "/license/ama?file=/files/zip/medicare-ncci-2026q4-hospital-ptp-edits-ccioph-v323r0-f1.zip"
    old = "/apps/ama/license.asp?file=/files/zip/medicare-ncci-2026q4-hospital-ptp-edits.zip"
    page = link(href, "2026 Q4 Hospital PTP Edits") + link(old, "2026 Q4 Hospital PTP Edits")
    offers = read_other_sets(page, NCCI_PAGE, "ncci")
    assert [o.url for o in offers] == [f"{CMS}{href}", f"{CMS}{old}"]
    assert {(o.licence, o.contents, o.is_page) for o in offers} == {("ama", Contents.NCCI_EDITS, False)}


def test_table_of_places_of_service_is_its_page() -> None:
    url = f"{CMS}/medicare/coding-billing/place-of-service-codes/code-sets"
    page = "<h1>Place of Service Code Set</h1><table></table><div>Page Last Modified: 05/02/2024 11:15 AM</div>"
    (offer,) = read_other_sets(page, url, "pos")
    assert (offer.contents, offer.url) == (Contents.PLACE_OF_SERVICE, url)
    assert offer.posted_date == date(2024, 5, 2)
