"""Other sets that CMS publishes beside the codes: listed, archived where no licence stands before them, not loaded."""

from __future__ import annotations

import re
from datetime import date

from loaders.catalogue.addresses import ending_of, is_same_host, licence_of
from loaders.catalogue.anchors import Anchor, find_anchors, read_title
from loaders.catalogue.classification import (
    Evidence,
    Kind,
    agree_on_contents,
    agree_on_year,
    calendar_years,
    gather,
    words_of,
)
from loaders.catalogue.cms_hcpcs import quarters_in
from loaders.catalogue.dates import Timing, read_timing
from schema.sources import Contents, Offer

_DATA_ENDINGS = frozenset({"zip", "csv", "txt", "xls", "xlsx"})
OTHER_KINDS = {
    "ncci": (
        Kind(Contents.MUE_TABLE, re.compile(r"\bmues?\b|medically unlikely")),
        Kind(Contents.NCCI_CHANGES, re.compile(r"addition|deletion|revision|\bchanges?\b")),
        Kind(Contents.NCCI_EDITS, re.compile(r"\bptp\b|procedure to procedure")),
    ),
    "pfs_rvu": (Kind(Contents.RVU_FILES, re.compile(r"\brvu|relative value")),),
}
OTHER_KINDS["ncci_medicaid"] = OTHER_KINDS["ncci"]
# What a link without file ending must say to be one release's own page; other sets have their files on the index.
_PAGE_WORDS = {
    "pfs_rvu": re.compile(r"\brvu ?\d\d"),
    "opps": re.compile(r"\baddend"),
    "clfs": re.compile(r"clab|clinical lab|\bclfs"),
    "ioce": re.compile(r"\bi?oce\b|code editor"),
}
_RVU = re.compile(r"\brvu ?(\d\d) ?([a-d])")
_CLAB = re.compile(r"\b(\d\d) ?clab ?q([1-4])")
_MODIFIED = re.compile(r"last modified\W{0,3}([\d/]{8,10})", re.IGNORECASE | re.ASCII)


def read_other_sets(html: str, base_url: str, system: str) -> list[Offer]:
    """What the index page of another set offers (`system` as in `pages.OTHER_PAGES`); never raises.

    `release` is None in each; `period_of` tells the quarter. The table of places of service is the page itself.
    """
    if system == "pos":
        return [_offer_page(html, base_url)]
    found = (classify_other(anchor, base_url, system) for anchor in find_anchors(html, base_url))
    return list(dict.fromkeys(offer for offer in found if offer))


def classify_other(anchor: Anchor, base_url: str, system: str) -> Offer | None:
    """One link, classified; None for a link that is no data."""
    evidence = gather(anchor)
    licence, ending = licence_of(anchor.url), ending_of(anchor.url)
    is_page = not ending and licence == "none"
    contents, doubt = agree_on_contents(OTHER_KINDS.get(system, ()), evidence, anchor.url)
    if is_page:
        words = _PAGE_WORDS.get(system)
        if not (words and words.search(words_of(f"{evidence.text} {evidence.slug}"))):
            return None
        if not (_periods(evidence) and is_same_host(anchor.url, base_url)):
            return None
    elif licence == "none" and ending not in _DATA_ENDINGS:
        return None
    _, year_doubt = agree_on_year(evidence, calendar_years)
    said, named = _periods_in(evidence.text, evidence.text_timing), _periods_in(evidence.slug, evidence.slug_timing)
    if said and named and not said & named:
        doubt = doubt or f"the quarters disagree: {_list(said)} and {_list(named)} ({evidence.describe()})"
    return Offer(
        system=system,
        contents=contents,
        release=None,
        url=anchor.url,
        text=anchor.text,
        heading=anchor.heading,
        host="cms",
        posted_date=evidence.posted,
        licence=licence,
        is_page=is_page,
        quarantine="" if contents is Contents.OTHER else doubt or year_doubt,
    )


def period_of(offer: Offer) -> date | None:
    """The first day of the quarter an offer of another set is for; None when it does not tell exactly one."""
    outline = (offer.heading,) if offer.heading else ()
    periods = _periods(gather(Anchor(outline, offer.text, "", "", offer.url, offer.url)))
    if not periods and offer.heading:
        periods = set(read_timing(offer.heading).starts)
    return periods.pop() if len(periods) == 1 else None


def _periods(evidence: Evidence) -> set[date]:
    said, named = _periods_in(evidence.text, evidence.text_timing), _periods_in(evidence.slug, evidence.slug_timing)
    return said & named if said and named else said | named


def _periods_in(text: str, timing: Timing) -> set[date]:
    words = words_of(text)
    found = {day for year in calendar_years(timing) for day in quarters_in(timing, year)}
    for year, letter in _RVU.findall(words):
        found.add(date(2000 + int(year), 1 + 3 * "abcd".index(letter), 1))
    for year, quarter in _CLAB.findall(words):
        found.add(date(2000 + int(year), 3 * int(quarter) - 2, 1))
    return found


def _list(days: set[date]) -> str:
    return ", ".join(str(day) for day in sorted(days))


def _offer_page(html: str, url: str) -> Offer:
    match = _MODIFIED.search(html)
    posted = read_timing(f"updated {match[1]}").posted if match else None
    title = read_title(html)
    return Offer("pos", Contents.PLACE_OF_SERVICE, None, url, title, title, "cms", posted)
