"""Fetching what is offered into the archive: only what has changed, never a wrong file for the right one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from loaders.archive import Archive
from loaders.download import Downloader, RedirectedError
from schema.errors import Place
from schema.releases import MONTHS, fiscal_year_of
from schema.sources import Contents, Manifest, Offer
from schema.systems import get_system

Progress = Callable[[str, int, int | None], None]
"""Called with the address, the bytes that are here and how many there will be."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTH = re.compile(r"(?<![a-z])(" + "|".join(MONTHS) + r")[a-z]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Obtained:
    """An archived file, and whether it came just now; `before` is what the same address had given."""

    manifest: Manifest
    is_new: bool
    before: Manifest | None

    @property
    def is_reposted(self) -> bool:
        """Other bytes than the address had given before."""
        return self.before is not None and self.before.sha256 != self.manifest.sha256


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches offers politely into the archive."""

    downloader: Downloader
    archive: Archive
    progress: Progress = lambda _url, _done, _total: None

    def obtain(self, offer: Offer) -> Obtained:
        """The file of an offer, from the site if it has changed there. Raises SourceError, ArchiveError."""
        known = self.archive.find(url=offer.url)
        before = known[-1] if known else None
        has_bytes = before is not None and self.archive.has(before.sha256)
        fetched = self.downloader.fetch_file(
            offer.url,
            self.archive.part_path(offer.url),
            lambda final_url, _head: refuse_redirect(offer, final_url),
            held=before.headers if before is not None and has_bytes else None,
            is_page=offer.contents is Contents.PLACE_OF_SERVICE,
            progress=lambda done, total: self.progress(offer.url, done, total),
        )
        if fetched.is_unchanged and before is not None:
            return Obtained(before, False, before)
        manifest = Manifest(
            sha256=fetched.sha256,
            size=fetched.size,
            url=offer.url,
            final_url=fetched.final_url,
            requested_at=fetched.requested_at,
            finished_at=fetched.finished_at,
            headers=fetched.headers,
            file_name=fetched.file_name,
            licence=offer.licence,
            system=offer.system,
            release=str(offer.release) if offer.release else "",
            contents=offer.contents.value,
            posted_date=offer.posted_date,
        )
        return Obtained(self.archive.put(self.archive.part_path(offer.url), manifest), True, before)


def refuse_redirect(offer: Offer, final_url: str) -> None:
    """Raise RedirectedError when the final address names another release than the offer is of.

    Old addresses of CMS redirect, among them pages of a year to the current year's.
    """
    if offer.release is None or final_url == offer.url:
        return
    name = final_url.rpartition("/files/")[2] or final_url
    years = {int(year) for year in _YEAR.findall(name)}
    wanted = offer.release.effective_date.year
    if not get_system(offer.release.system).has_record_dates:
        wanted = fiscal_year_of(offer.release.effective_date)
    months = {MONTHS[month[:3].lower()] for month in _MONTH.findall(name)}
    is_other_year = bool(years) and not years & {wanted, offer.release.effective_date.year}
    is_other_quarter = offer.system == "hcpcs" and bool(months) and offer.release.effective_date.month not in months
    if is_other_year or is_other_quarter:
        raise RedirectedError(
            f"{offer.release} was redirected to another release",
            f"the site sent {final_url}",
            "look at the page, or put the right file into the import folder",
            Place(offer.url),
        )
