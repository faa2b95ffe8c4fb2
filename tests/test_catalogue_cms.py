"""Index pages of CMS as they were seen, and as they might be: what is offered, what is refused and why."""

from __future__ import annotations

import html
from datetime import date

import pytest

from loaders.catalogue.cms_icd10 import read_cms_icd10
from loaders.catalogue.release_page import read_release_page
from schema.sources import Contents, Offer

CMS = "https://www.cms.gov"
ICD10_PAGE = f"{CMS}/medicare/coding-billing/icd-10-codes"
HCPCS_PAGE = f"{CMS}/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
RVU_PAGE = f"{CMS}/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
FILES = "/files/zip"


def link(slug: str, text: str, after: str = "") -> str:
    href = slug if slug.lower().startswith(("/", "http")) else f"{FILES}/{slug}"
    return f'<li><a href="{html.escape(href)}">{html.escape(text)}</a>{after}</li>'


def read_icd10(heading: str, *links: str, prose: str = "") -> list[Offer]:
    page = f"<h2>ICD-10 Files</h2><h3>{heading}</h3><p>{prose}</p><ul>{''.join(links)}</ul>"
    return read_cms_icd10(page, ICD10_PAGE)


def read_one(heading: str, *links: str, prose: str = "") -> Offer:
    (offer,) = read_icd10(heading, *links, prose=prose)
    return offer


def release_of(offer: Offer) -> str:
    return str(offer.release) if offer.release else offer.quarantine


def test_date_in_the_text_counts_first() -> None:
    slug = "april-1-2026-code-tables-tabular-index.zip"
    offer = read_one("2026 ICD-10-CM files", link(slug, "April 1, 2026 Code Tables, Tabular and Index (ZIP)"))
    assert release_of(offer) == "icd10cm@2026-04-01"
    assert offer.contents is Contents.TABULAR


@pytest.mark.parametrize(
    ("year", "updated", "expected"),
    [
        (2024, "02/01/2024", "icd10cm@2024-04-01"),
        (2021, "12/16/2020", "icd10cm@2021-01-01"),
        (2022, "12/16/2021", "icd10cm@2022-04-01"),
        (2025, "07/09/2024", "icd10cm@2024-10-01"),
        (2025, "10/01/2024", "icd10cm@2024-10-01"),
        (2031, "01/08/31", "icd10cm@2031-04-01"),
    ],
)
def test_code_file_updated_after_october_1_is_the_mid_year_one(year: int, updated: str, expected: str) -> None:
    text = f"{year} Code Descriptions in Tabular Order (ZIP)"
    offer = read_one(f"{year} ICD-10-CM files", link(f"{year}-code-descriptions.zip", text, f" - Updated {updated}"))
    assert release_of(offer) == expected
    month, day, of_year = (int(part) for part in updated.split("/"))
    assert offer.posted_date == date(of_year % 2000 + 2000, month, day)


@pytest.mark.parametrize(
    "after",
    [
        " - Updated 02/01/2024",
        "<span> \u2013 <em>Updated</em>\xa002/01/2024</span>",
        "<br>- Updated 02/01/2024",
        " (Updated: February 1, 2024)",
    ],
)
def test_date_of_the_update_stands_outside_of_the_link(after: str) -> None:
    links = (
        link("2024-code-descriptions.zip", "2024 Code Descriptions in Tabular Order (ZIP)", after),
        link("2024-poa-exempt-codes.zip", "2024 POA Exempt Codes (ZIP)"),
    )
    codes, poa = read_icd10("2024 ICD-10-CM files", *links)
    assert (codes.posted_date, poa.posted_date) == (date(2024, 2, 1), None)
    assert (release_of(codes), release_of(poa)) == ("icd10cm@2024-04-01", "icd10cm@2023-10-01")


def test_date_in_the_next_column_is_of_the_link_of_its_row() -> None:
    rows = "".join(
        f'<tr><td><a href="{FILES}/{year}-code-descriptions.zip">{year} Code Descriptions (ZIP)</a></td>'
        f"<td>Updated 02/0{year % 10}/{year}</td></tr>"
        for year in (2024, 2025)
    )
    first, second = read_cms_icd10(f"<table>{rows}</table>", ICD10_PAGE)
    assert (first.posted_date, second.posted_date) == (date(2024, 2, 4), date(2025, 2, 5))


def test_update_named_under_the_heading_is_of_its_code_files() -> None:
    prose = (
        "These files include updates for FY 2024. Use these codes for discharges occurring from October 1, 2023 "
        "\u2013 September 30, 2024. The ICD-10-CM April 1, 2024 update addresses other things."
    )
    links = (
        link("2024-code-descriptions.zip", "2024 Code Descriptions in Tabular Order (ZIP)"),
        link("2024-addendum.zip", "2024 Addendum (ZIP)"),
        link("2024-poa-exempt-codes.zip", "2024 POA Exempt Codes (ZIP)"),
        link("2024-code-tables.zip", "2024 Code Tables, Tabular and Index (ZIP)", " - Updated 06/29/2023"),
    )
    found = {o.contents: release_of(o) for o in read_icd10("2024 ICD-10-CM files", *links, prose=prose)}
    assert found == {
        Contents.CODE_FILE: "icd10cm@2024-04-01",
        Contents.ADDENDA: "icd10cm@2023-10-01",
        Contents.POA_LIST: "icd10cm@2023-10-01",
        Contents.TABULAR: "icd10cm@2023-10-01",
    }


def test_file_beside_one_with_a_date_is_the_october_one_whatever_the_prose_says() -> None:
    links = (
        link("2026-code-descriptions.zip", "2026 Code Descriptions in Tabular Order (ZIP)"),
        link("april-1-2026-code-descriptions.zip", "April 1, 2026 Code Descriptions in Tabular Order (ZIP)"),
    )
    offers = read_icd10("2026 ICD-10-CM files", *links, prose="The April 1, 2026 update adds no code.")
    assert [release_of(o) for o in offers] == ["icd10cm@2025-10-01", "icd10cm@2026-04-01"]


def test_day_at_the_foot_of_the_page_is_of_no_release() -> None:
    page = (
        f"<h3>2018 ICD-10-CM files</h3>{link('2018-icd-10-code-descriptions.zip', '2018 Code Descriptions (ZIP)')}"
        "<footer><div>Page Last Modified: 01/15/2018 09:21 AM</div><div>Site updated 04/01/2018</div></footer>"
    )
    (offer,) = read_cms_icd10(page, ICD10_PAGE)
    assert release_of(offer) == "icd10cm@2017-10-01"


@pytest.mark.parametrize(
    ("heading", "text", "slug", "named"),
    [
        ("2025 ICD-10-CM files", "2026 Code Descriptions (ZIP)", "2026-code-descriptions.zip", "heading says 2025"),
        ("2026 ICD-10-CM files", "2025 Code Descriptions (ZIP)", "2026-code-descriptions.zip", "text says 2025"),
        ("2026 ICD-10-CM files", "2026 Code Descriptions (ZIP)", "2025-code-descriptions.zip", "address says 2025"),
        ("2026 ICD-10-CM files", "April 1, 2027 Code Descriptions (ZIP)", "code-descriptions.zip", "text says 2027"),
        ("2026 ICD-10-CM files", "2025 and 2026 Code Descriptions (ZIP)", "code-descriptions.zip", "2025 and 2026"),
        ("2026 ICD-10-CM files", "2026 ICD-10-PCS Order File (ZIP)", "2026-icd-10-pcs-order-file.zip", "ICD-10-PCS"),
        ("2026 ICD-10-CM files", "2026 Code Descriptions (ZIP)", "2026-poa-exempt-codes.zip", "poa_list"),
        ("2026 ICD-10-CM files", "April 1, 2026 Code Descriptions", "october-1-2025-code-descriptions.zip", "dates"),
        ("ICD-10-CM files", "Code Descriptions in Tabular Order (ZIP)", "code-descriptions.zip", "a year"),
        ("2026 ICD-10 CM &amp; PCS files", "2026 Codes File (ZIP)", "2026-codes-file.zip", "ICD-10-CM or ICD-10-PCS"),
    ],
)
def test_disagreement_is_quarantined_and_the_reason_names_all_three(
    heading: str, text: str, slug: str, named: str
) -> None:
    offer = read_one(heading, link(slug, text))
    assert offer.release is None
    assert named in offer.quarantine
    for part in (html.unescape(heading), text, slug):
        assert part in offer.quarantine
    assert len(offer.quarantine) <= 400


def test_heading_over_both_systems_leaves_the_system_to_the_link() -> None:
    links = (
        link("2025-icd-10-pcs-order-file.zip", "2025 ICD-10-PCS Order File (Long and Abbreviated Titles) (ZIP)"),
        link("2025-code-descriptions-tabular-order.zip", "2025 Code Descriptions in Tabular Order (ZIP)"),
        link("2025-addendum.zip", "2025 Addendum (ZIP)"),
    )
    offers = read_icd10("2025 ICD-10 CM &amp; PCS files", *links)
    assert [o.system for o in offers] == ["icd10pcs", "icd10cm", "icd10cm"]
    assert all(o.quarantine == "" for o in offers)


@pytest.mark.parametrize(
    "heading",
    [
        "<p><strong>2025 ICD-10-PCS files</strong></p>",
        "<p>2025 ICD-10-PCS files</p>",
        "<div role=heading>2025 <span>ICD-10-PCS</span> files</div>",
        "<details><summary>2025 ICD-10-PCS files</summary>",
        "<h5><button><span>2025 ICD-10-PCS</span> files</button></h5>",
    ],
)
def test_heading_is_known_in_each_of_its_clothes(heading: str) -> None:
    page = f"<h3>2026 ICD-10-CM files</h3><ul></ul>{heading}<ul>{link('conversion-table.zip', 'Conversion Table')}</ul>"
    (offer,) = read_cms_icd10(page, ICD10_PAGE)
    assert (offer.heading, release_of(offer)) == ("2025 ICD-10-PCS files", "icd10pcs@2024-10-01")


def test_errata_are_of_the_release_of_their_year() -> None:
    offer = read_one("2022 ICD-10-PCS files", link("errata-january-12-2022.zip", "Errata January 12, 2022 (ZIP)"))
    assert (release_of(offer), offer.contents) == ("icd10pcs@2022-04-01", Contents.ERRATA)
    assert offer.posted_date is None


def test_documents_and_mappings_are_listed_and_are_no_code_files() -> None:
    links = (
        link("/files/document/fy-2025-icd-10-cm-coding-guidelines.pdf", "FY 2025 ICD-10-CM Coding Guidelines (PDF)"),
        link("2025-icd-10-cm-gem.zip", "2025 General Equivalence Mappings (GEMs) (ZIP)"),
        link("/files/document/2025-order-file.pdf", "2025 ICD-10-CM Order File (PDF)"),
        link("/files/document/2024-codes.pdf", "2024 ICD-10-CM codes of last year (PDF)"),
    )
    offers = read_icd10("2025 ICD-10-CM files", *links)
    assert [o.contents for o in offers] == [Contents.GUIDELINES, Contents.OTHER, Contents.OTHER, Contents.OTHER]
    assert all(o.quarantine == "" for o in offers), "a document of the wrong year harms nobody"
    assert offers[-1].release is None


def test_address_stays_as_found() -> None:
    hrefs = {
        "/files/zip/2023-code-descriptions-tabular-order-updated-01/11/2023.zip": "",
        "https://www.cms.gov//files/zip/2023%20Code%20Descriptions.zip?x=1&y=2": "same",
        "HTTPS://WWW.CMS.GOV/files/zip/../zip/2023-code-descriptions.zip": "same",
        "/license/ama?file=/files/zip/2023-code-descriptions.zip": "",
    }
    offers = read_icd10("2023 ICD-10-CM files", *(link(href, "2023 Code Descriptions (ZIP)") for href in hrefs))
    assert [o.url for o in offers] == [href if kept else f"{CMS}{href}" for href, kept in hrefs.items()]
    assert [o.licence for o in offers] == ["none", "none", "none", "ama"]
    assert release_of(offers[0]) == "icd10cm@2023-04-01", "the date in the address is one of an update"


def test_link_of_a_year_without_file_ending_leads_to_a_page_of_the_same_host() -> None:
    below = "/medicare/coding-billing/icd-10-codes"
    links = (
        link(f"{below}/2018-icd-10-pcs", "2018 ICD-10-PCS"),
        link(f"https://elsewhere.example{below}/2018-icd-10-pcs", "2018 ICD-10-PCS"),
        link(f"{below}/2019-icd-10-cm", "2018 ICD-10-CM"),
        link(below, "ICD-10"),
    )
    page, wrong = read_cms_icd10("".join(links), ICD10_PAGE)
    assert (page.is_page, release_of(page)) == (True, "icd10pcs@2017-10-01")
    assert (wrong.is_page, wrong.release) == (True, None)
    body = f"<h1>2018 ICD-10 PCS</h1>{link('2018-icd-10-pcs-order-file.zip', 'Order File (ZIP)')}"
    body += link("2017-icd-10-pcs-order-file.zip", "2017 ICD-10-PCS Order File (ZIP)")
    right, stray = read_release_page(body, page.url, page)
    assert release_of(right) == "icd10pcs@2017-10-01"
    assert "2017" in stray.quarantine
    body = f"<h1>2026 ICD-10 PCS</h1>{link('2026-icd-10-pcs-order-file.zip', '2026 ICD-10-PCS Order File (ZIP)')}"
    (redirected,) = read_release_page(body, page.url, page)
    assert "is of FY2018" in redirected.quarantine
