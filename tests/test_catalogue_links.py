"""Links come from pages, are never made up, and a page's identity is theirs."""

from __future__ import annotations

import html
import inspect
import pkgutil
import re
from importlib import import_module

import loaders.catalogue
from loaders.catalogue.anchors import digest_of_links, find_anchors
from loaders.catalogue.cms_hcpcs import read_cms_hcpcs
from loaders.catalogue.cms_icd10 import read_cms_icd10
from loaders.catalogue.release_page import check_page_year
from schema.sources import Offer

CMS = "https://www.cms.gov"
ICD10_PAGE = f"{CMS}/medicare/coding-billing/icd-10-codes"
HCPCS_PAGE = f"{CMS}/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
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


def test_page_of_the_current_year_is_not_taken_for_the_one_asked_for() -> None:
    page = "<title>2026 ICD-10-PCS | CMS</title><h1>2026 ICD-10-PCS</h1>"
    assert check_page_year(page, 2026) == ""
    assert "not of 2021" in check_page_year(page, 2021)
    all_years = "<h1>ICD-10</h1><h3>2026 ICD-10-CM files</h3><p>x</p><h3>2025 ICD-10-CM files</h3><p>x</p>"
    assert check_page_year(all_years, 2025) == ""
    assert "2025, 2026" in check_page_year(all_years, 2021)
    assert "no year" in check_page_year("", 2021)


def test_digest_tells_changed_links_and_not_nonces_or_order() -> None:
    first, second = link("a-2026.zip", "A", " - Updated 07/09/2024"), link("b-2026.zip", "B")

    def digest(body: str) -> str:
        return digest_of_links(find_anchors(body, ICD10_PAGE))

    page = f"<h2>2026</h2>{first}{second}"
    same = f'<script nonce="x1">var a = "<a href=1>"</script><h2 data-id="9f">2026</h2>\n{second}{first}'
    assert digest(page) == digest(same)
    assert digest(page) != digest(page.replace("07/09", "07/10"))
    assert digest(page) != digest(page.replace("b-2026", "c-2026"))
    assert digest(page) != digest(page.replace("<h2>2026", "<h2>2027"))


WRONG = (
    "ncci-ptp-edits-2026-q1.zip",
    "mue-values-2026-q1.zip",
    "2025-icd-10-pcs-codes-and-descriptions.zip",
    "2025-alpha-numeric-hcpcs-file.zip",
    "2027-icd-10-cm-code-tables-zip.zip",
    "medicare-ncci-q2-2026-ptp-edits-practitioner-services.zip",
    "2024-code-descriptions-tabular-order-updated-02012024.zip",
    "2024-code-descriptions-tabular-order-updated-01112024.zip",
)


def test_no_address_is_built() -> None:
    for module in pkgutil.iter_modules(loaders.catalogue.__path__):
        source = inspect.getsource(import_module(f"loaders.catalogue.{module.name}"))
        assert not re.search(r"\{[^}]*\}[\w{}-]*\.(?:zip|xlsx|txt)", source), module.name
        assert not any(slug in source for slug in WRONG), module.name


def test_offers_of_a_page_are_links_of_the_page() -> None:
    page = "".join(link(slug, f"April 1, 2026 {slug}") for slug in WRONG)
    links = {anchor.url for anchor in find_anchors(page, ICD10_PAGE)}
    offers = [*read_cms_icd10(page, ICD10_PAGE), *read_cms_hcpcs(page, HCPCS_PAGE)]
    assert len(offers) >= 4
    assert {offer.url for offer in offers} <= links
    assert read_cms_icd10("", ICD10_PAGE) == read_cms_hcpcs("", HCPCS_PAGE) == []


def test_wrong_address_under_the_right_heading_is_told_by_what_it_says() -> None:
    tables = read_one(
        "2027 ICD-10-CM files", link("2027-icd-10-cm-code-tables-zip.zip", "2027 Code Tables, Tabular and Index (ZIP)")
    )
    assert release_of(tables) == "icd10cm@2026-10-01"
    codes = read_one(
        "2025 ICD-10-PCS files",
        link("2025-icd-10-pcs-codes-and-descriptions.zip", "2025 ICD-10-PCS Codes File (ZIP)"),
    )
    assert "codes_file" in codes.quarantine
