"""Looking at the publishers' pages: every offer on them, and the pages that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from loaders.catalogue.cdc_listing import folder_year, read_cdc_listing
from loaders.catalogue.cms_hcpcs import read_cms_hcpcs
from loaders.catalogue.cms_icd10 import read_cms_icd10
from loaders.catalogue.other_sets import read_other_sets
from loaders.catalogue.pages import PAGES, IndexPage
from loaders.catalogue.release_page import read_release_page
from loaders.download import Page
from schema.errors import SourceError
from schema.sources import Offer

# The sets beside the three systems: listed, and archived where no licence stands in the way.
OTHER_SETS = tuple(sorted({page.system for page in PAGES if page.reader == "read_other_sets"}))


class PageReader(Protocol):
    """What is needed of a Downloader here."""

    def get_page(self, url: str) -> Page:
        """The page; raises SourceError."""


@dataclass(frozen=True, slots=True)
class Found:
    """All offers in the order of the pages, and one line for each page that could not be read.

    `unseen` are the systems that such a page is of: nobody can say what is missing on it."""

    offers: tuple[Offer, ...]
    problems: tuple[str, ...]
    unseen: frozenset[str] = frozenset()


def find_offers(
    reader: PageReader,
    cms_url: str,
    cdc_url: str,
    systems: Collection[str] | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Found:
    """What the index pages offer, those of `systems` alone where some are named. No file is downloaded.

    A page that cannot be read is a problem, not an end: the others count.
    """
    bases = {"cms": cms_url.rstrip("/"), "cdc": cdc_url.rstrip("/")}
    offers: list[Offer] = []
    problems: list[str] = []
    unseen: set[str] = set()
    for page in PAGES:
        if systems is not None and not _is_wanted(page, systems):
            continue
        step(f"look at {page.host} for {page.system}")
        below: list[str] = []
        try:
            offers.extend(_read_page(reader, page, bases[page.host], below))
        except SourceError as error:
            below.append(f"{page.system} ({page.host}): {error.line}")
        if below:
            problems.extend(below)
            unseen.update(_systems_of(page))
    followed: list[Offer] = []
    for offer in offers:
        followed.append(offer)
        if offer.is_page and not offer.quarantine and offer.licence == "none":
            try:
                got = reader.get_page(offer.url)
                followed.extend(read_release_page(got.text, got.final_url, offer))
            except SourceError as error:
                problems.append(f"{offer.system} ({offer.host}): {error.line}")
                unseen.add(offer.system)
    return Found(tuple(followed), tuple(problems), frozenset(unseen))


def list_emptied(found: Found, held: Iterable[str], systems: Collection[str]) -> list[str]:
    """A line for each of the systems of which releases are held and the pages, though they were read, offer none:
    they were changed, or something else came in their place."""
    offered = {offer.system for offer in found.offers}
    return [
        f"{system}: no release is on the pages, where there were some; look at them"
        for system in sorted(set(held) & set(systems) - offered - found.unseen)
    ]


def _is_wanted(page: IndexPage, systems: Collection[str]) -> bool:
    return any(system in systems for system in _systems_of(page))


def _systems_of(page: IndexPage) -> tuple[str, ...]:
    return ("icd10cm", "icd10pcs") if page.system == "icd10" else (page.system,)


def _read_page(reader: PageReader, page: IndexPage, base: str, problems: list[str]) -> Iterator[Offer]:
    """The offers of a page; a folder of CDC that cannot be read goes to `problems`, and the others count."""
    got = reader.get_page(base + page.path)
    if page.reader == "read_cdc_listing":
        listing = read_cdc_listing(got.text, got.final_url, "")
        yield from listing.offers
        for folder in listing.folders:
            if folder_year(folder) is not None:
                try:
                    below = reader.get_page(listing.folder_urls[folder])
                except SourceError as error:
                    problems.append(f"{page.system} ({page.host}, {folder}): {error.line}")
                    continue
                yield from read_cdc_listing(below.text, below.final_url, folder).offers
    elif page.reader == "read_cms_icd10":
        yield from read_cms_icd10(got.text, got.final_url)
    elif page.reader == "read_cms_hcpcs":
        yield from read_cms_hcpcs(got.text, got.final_url)
    else:
        yield from read_other_sets(got.text, got.final_url, page.system)
