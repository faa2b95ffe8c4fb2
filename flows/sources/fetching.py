"""Fetching what is offered into the archive: only what has changed, never a wrong file for the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from loaders.archive import Archive
from loaders.catalogue.addresses import slug_of
from loaders.catalogue.classification import calendar_years, fiscal_years, october_of, starts_in
from loaders.catalogue.dates import Timing, read_timing
from loaders.download import Downloader, RedirectedError
from schema.errors import Place
from schema.releases import fiscal_year_of
from schema.sources import Contents, Manifest, Offer
from schema.systems import get_system

Progress = Callable[[str, int, int | None], None]
"""Called with the address, the bytes that are here and how many there will be."""


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
            if offer.posted_date not in (None, before.posted_date):
                # The page tells of a re-post and the file is the same: the next look has to know.
                seen = replace(before, posted_date=offer.posted_date, requested_at=fetched.requested_at,
                               finished_at=fetched.finished_at)  # fmt: skip
                before = self.archive.keep(self.archive.open_local(before.sha256), seen)
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

    Old addresses of CMS redirect, among them those of a year to the current year's.
    """
    release = offer.release
    asked, got = slug_of(offer.url), slug_of(final_url)
    if release is None or asked.casefold() == got.casefold():
        return
    is_other = _is_other_quarter if get_system(release.system).has_record_dates else _is_other_edition
    if is_other(release.effective_date, read_timing(asked), read_timing(got)):
        raise RedirectedError(
            f"{release} was redirected to another release",
            f"the site sent {final_url}",
            "look at the page, or put the right file into the import folder",
            Place(offer.url),
        )


def _is_other_edition(effective: date, asked: Timing, got: Timing) -> bool:
    """Whether an address names another fiscal year of ICD-10, or the other edition of the same year."""
    year = fiscal_year_of(effective)
    named = fiscal_years(got)
    starts = starts_in(got, year)
    if (named and year not in named) or (starts and effective not in starts):
        return True
    # The October file of a year has the name of the update but for the day of its posting.
    october = october_of(year)
    is_update = _speaks_of_update(got, year)
    return is_update if effective == october else _speaks_of_update(asked, year) and not is_update


def _speaks_of_update(timing: Timing, fiscal_year: int) -> bool:
    october = october_of(fiscal_year)
    posted = timing.posted or timing.corrected
    return bool(starts_in(timing, fiscal_year) - {october}) or (posted is not None and posted > october)


def _is_other_quarter(effective: date, _asked: Timing, got: Timing) -> bool:
    """Whether an address names another year or quarter of HCPCS."""
    years = calendar_years(got)
    months = got.months | {start.month for start in got.starts}
    return (bool(years) and effective.year not in years) or (bool(months) and effective.month not in months)
