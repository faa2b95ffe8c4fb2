"""From offers to releases: which address counts for each, what stands in for it, what came with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from loaders.catalogue.addresses import ending_of
from schema.releases import ReleaseRef
from schema.sources import Contents, Offer
from schema.systems import SYSTEMS

# Lists that belong to a release and are loaded with it.
LOADED_WITH_RELEASE = (Contents.CONVERSION_TABLE, Contents.POA_LIST, Contents.TABULAR, Contents.CORRECTIONS,
                       Contents.NOC_LIST)  # fmt: skip


KEPT = (Contents.ADDENDA, Contents.CONVERSION_TABLE, Contents.POA_LIST, Contents.TABULAR)
"""Kinds of file of the three systems that are archived even where they are not loaded."""


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """One release as it is offered.

    `code_file` is the address that counts, `mirrors` stand in for it in their order. `companions` are
    lists that come with it, each with all its addresses, the one that counts first. `texts` are the addenda
    that lie beside a code file that is in no archive. `errata` are corrections that hold a code list of their own.
    """

    ref: ReleaseRef
    code_file: Offer
    mirrors: tuple[Offer, ...]
    companions: tuple[tuple[Offer, ...], ...]
    texts: tuple[Offer, ...]
    errata: tuple[Offer, ...]

    def texts_beside(self, code_file: Offer) -> tuple[Offer, ...]:
        """The addenda texts for this code file; none for an archive, which has them inside."""
        if not is_text(code_file):
            return ()
        return tuple(text for text in self.texts if text.host == code_file.host)


def plan_releases(offers: Iterable[Offer]) -> list[PlannedRelease]:
    """The releases that can be fetched, by system and effective date.

    CMS counts, CDC is the mirror; among several of one host the one posted last. Quarantined offers,
    pages and offers behind a licence are left out.
    """
    by_release: dict[ReleaseRef, list[Offer]] = {}
    for offer in offers:
        if offer.release is not None and not offer.quarantine and not offer.is_page and offer.licence == "none":
            by_release.setdefault(offer.release, []).append(offer)
    planned = []
    for ref, found in sorted(by_release.items(), key=lambda item: (item[0].system, item[0].effective_date)):
        files = rank_offers(offer for offer in found if offer.contents is Contents.CODE_FILE)
        if not files:
            continue
        lists = (rank_offers(o for o in found if o.contents is contents) for contents in LOADED_WITH_RELEASE)
        companions = tuple(tuple(addresses) for addresses in lists if addresses)
        # An older posting at CMS is no stand-in for the newer one.
        mirrors = tuple(offer for offer in files[1:] if offer.host != "cms")
        texts = tuple(rank_offers(o for o in found if o.contents is Contents.ADDENDA and is_text(o)))
        errata = tuple(offer for offer in found if offer.contents is Contents.ERRATA)
        planned.append(PlannedRelease(ref, files[0], mirrors, companions, texts, errata))
    return planned


def list_kept(offers: Sequence[Offer]) -> list[Offer]:
    """What is archived for later use beside the releases: the other sets whole, and of the three systems
    the addenda, and the lists of releases whose code file is not offered; each from one host."""
    with_release = {(p.ref, offer.contents) for p in plan_releases(offers) for offer, *_ in p.companions}
    groups: dict[object, list[Offer]] = {}
    for offer in offers:
        if offer.quarantine or offer.is_page or offer.licence != "none":
            continue
        if offer.system not in SYSTEMS:
            groups[offer.url] = [offer]
        elif offer.contents in KEPT and offer.release and (offer.release, offer.contents) not in with_release:
            groups.setdefault((offer.release, offer.contents), []).append(offer)
    return [rank_offers(group)[0] for group in groups.values()]


def is_text(offer: Offer) -> bool:
    """Whether the address is that of a text file, which CDC has in place of an archive in some years."""
    return ending_of(offer.url) == "txt"


def rank_offers(offers: Iterable[Offer]) -> list[Offer]:
    """The offers of one thing, the one that counts first: CMS before CDC, then the last posted."""

    def rank(offer: Offer) -> tuple[bool, int, str]:
        return offer.host != "cms", -(offer.posted_date or date.min).toordinal(), offer.url

    seen: set[str] = set()
    ranked: list[Offer] = []
    for offer in sorted(offers, key=rank):
        if offer.url not in seen:
            seen.add(offer.url)
            ranked.append(offer)
    return ranked


def list_quarantined(offers: Sequence[Offer]) -> list[Offer]:
    """The offers whose heading, text and address disagree, in the order of the pages."""
    return [offer for offer in offers if offer.quarantine]
