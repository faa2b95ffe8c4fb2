"""The catalogue of the replica of both sites: every item that a page names is found and told to be what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from loaders.catalogue.cdc_listing import folder_year, read_cdc_listing
from loaders.catalogue.cms_hcpcs import read_cms_hcpcs
from loaders.catalogue.cms_icd10 import read_cms_icd10
from loaders.catalogue.other_sets import read_other_sets
from loaders.catalogue.pages import CDC_ICD10CM, CMS_HCPCS, CMS_ICD10, OTHER_PAGES
from loaders.catalogue.release_page import read_release_page
from schema.releases import parse_release
from schema.sources import Contents, Offer
from schema.systems import SYSTEMS
from tests.replica.client import ask
from tests.replica.items import Item
from tests.replica.replica import Replica


@pytest.fixture(scope="module")
def shared() -> Iterator[Replica]:
    with Replica() as running:
        yield running


def ask_page(url: str) -> str:
    parts = urlsplit(url)
    return ask(f"{parts.scheme}://{parts.netloc}", parts.path).text


def follow(offers: list[Offer]) -> list[Offer]:
    found: list[Offer] = []
    for offer in offers:
        found += read_release_page(ask_page(offer.url), offer.url, offer) if offer.is_page else [offer]
    return found


def read_cms(replica: Replica) -> list[Offer]:
    icd10, hcpcs = (replica.cms_url + page.path for page in (CMS_ICD10, CMS_HCPCS))
    return follow([*read_cms_icd10(ask_page(icd10), icd10), *read_cms_hcpcs(ask_page(hcpcs), hcpcs)])


def read_cdc(replica: Replica) -> list[Offer]:
    top = replica.cdc_url + CDC_ICD10CM.path
    listing = read_cdc_listing(ask_page(top), top, "")
    urls = {name: listing.folder_urls[name] for name in listing.folders if folder_year(name)}
    return [offer for name, url in urls.items() for offer in read_cdc_listing(ask_page(url), url, name).offers]


def list_expected(replica: Replica, host: str) -> dict[str, Item]:
    return {
        replica.url(item): item
        for item in replica.items
        if item.host == host and item.label and item.is_linked and item.system in SYSTEMS
    }


@pytest.mark.parametrize("host", ["cms", "cdc"])
def test_every_item_is_offered_as_what_it_is(shared: Replica, host: str) -> None:
    offers = read_cms(shared) if host == "cms" else read_cdc(shared)
    assert [o.quarantine for o in offers if o.quarantine] == []
    expected = list_expected(shared, host)
    assert len(expected) > 30
    found = {o.url: (o.system, o.contents.value, str(o.release), o.posted_date, o.text) for o in offers}
    assert {url: found.get(url) for url in expected} == {
        url: (item.system, item.contents, str(parse_release(item.system, item.label)), day_of(item), item.text)
        for url, item in expected.items()
    }
    assert {o.contents for o in offers if o.url not in expected} <= {Contents.OTHER}


def day_of(item: Item) -> object:
    posted: datetime = item.posted
    return posted.date() if item.host == "cdc" else item.updated


def test_every_other_set_is_offered_and_what_needs_a_licence_says_so(shared: Replica) -> None:
    found: dict[str, Offer] = {}
    for page in OTHER_PAGES:
        url = shared.cms_url + page.path
        found |= {offer.url: offer for offer in follow(read_other_sets(ask_page(url), url, page.system))}
    for item in shared.items:
        if item.system in SYSTEMS:
            continue
        wrapper = "/license/ama?file=" if item.is_gated else ""
        offer = found.pop(shared.url(item), None) or found.pop(f"{shared.cms_url}{wrapper}{item.path}")
        assert (offer.system, offer.contents.value) == (item.system, item.contents)
        assert (offer.licence == "ama", offer.quarantine) == (item.is_gated, "")
    assert [offer.system for offer in found.values()] == ["pos"]


def test_item_under_the_heading_of_another_year_is_quarantined(small_replica: Replica) -> None:
    item = small_replica.item("icd10cm", "FY2026")
    small_replica.change(item, heading="2025 ICD-10-CM files")
    offers = {o.url: o for o in read_cms_icd10(ask_page(small_replica.cms_url + CMS_ICD10.path), small_replica.cms_url)}
    assert "heading says 2025" in offers[small_replica.url(item)].quarantine
    assert sum(bool(o.quarantine) for o in offers.values()) == 1
