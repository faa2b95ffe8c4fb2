"""The second of two hops: the page of one release, and whether a page is of the year that was asked for."""

from __future__ import annotations

from dataclasses import replace

from loaders.catalogue.anchors import find_anchors, read_sections, read_title
from loaders.catalogue.classification import Surroundings, fiscal_years
from loaders.catalogue.cms_hcpcs import classify_hcpcs
from loaders.catalogue.cms_icd10 import UNKNOWN_SYSTEM, classify_icd10
from loaders.catalogue.dates import read_timing
from loaders.catalogue.other_sets import classify_other, period_of
from schema.errors import shorten_value
from schema.releases import ReleaseRef, fiscal_year_of
from schema.sources import Contents, Offer


def read_release_page(html: str, base_url: str, parent: Offer) -> list[Offer]:
    """The files on the page that `parent` (`is_page`) leads to; further pages are not followed; never raises.

    What the page leaves unsaid the parent's text says. A file of another year than the parent's is quarantined.
    """
    offers = []
    for anchor in find_anchors(html, base_url):
        witness = replace(anchor, outline=(parent.text, *anchor.outline))
        if parent.system == "hcpcs":
            offer = classify_hcpcs(witness, base_url)
        elif parent.system in {"icd10cm", "icd10pcs", UNKNOWN_SYSTEM}:
            offer = classify_icd10(witness, base_url, Surroundings())
        else:
            offer = classify_other(witness, base_url, parent.system)
        if offer and not offer.is_page:
            offers.append(_compare(offer, parent))
    return list(dict.fromkeys(offers))


def check_page_year(html: str, wanted: int) -> str:
    """ "" when the page is of the year asked for, else why not.

    Old addresses of one year lead to the page of the current year, with every appearance of success. The title and
    the first heading count, or, when they name no year, all headings.
    """
    title = read_title(html)
    years = fiscal_years(read_timing(title))
    if not years:
        headings = {title for section in read_sections(html, "http://page.invalid/") for title in section.outline}
        years = frozenset(year for heading in headings for year in fiscal_years(read_timing(heading)))
    if wanted in years:
        return ""
    named = ", ".join(map(str, sorted(years))) or "no year"
    return f"the page is not of {wanted}: its headings name {named} ({shorten_value(title, 120)!r})"


def _compare(offer: Offer, parent: Offer) -> Offer:
    if offer.quarantine or offer.contents in {Contents.OTHER, Contents.GUIDELINES}:
        return offer
    own, wanted = _time_of(offer), _time_of(parent)
    if own is None or wanted is None or own == wanted:
        return offer
    page, link = shorten_value(parent.text, 80), shorten_value(offer.text, 80)
    reason = f"the page {page!r} is of {wanted}, its link {link!r} of {own}"
    return replace(offer, release=None, quarantine=reason)


def _time_of(offer: Offer) -> str | None:
    """The year of a release, the quarter of another set."""
    if isinstance(offer.release, ReleaseRef):
        day = offer.release.effective_date
        return f"{day.year}" if offer.system == "hcpcs" else f"FY{fiscal_year_of(day)}"
    period = period_of(offer)
    return str(period) if period else None
