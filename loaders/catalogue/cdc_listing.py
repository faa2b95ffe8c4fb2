"""The CDC host's folders of ICD-10-CM: listings as IIS writes them, the mirror of what CMS has.

Source: https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Publications/ICD10CM/ — one line for each entry,
`  6/12/2025 12:21 PM      2198159 <A HREF="/pub/…/name.zip">name.zip</A><br>`, `&lt;dir&gt;` for the size of a folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from loaders.catalogue.anchors import Anchor, find_anchors
from loaders.catalogue.classification import (
    Surroundings,
    agree_on_contents,
    agree_on_year,
    find_effective_date,
    fiscal_years,
    gather,
    is_harmless,
    mid_year_of,
    name_missing,
    october_of,
    starts_in,
)
from loaders.catalogue.cms_icd10 import ICD10_KINDS
from loaders.catalogue.dates import read_timing
from schema.releases import ReleaseRef
from schema.sources import Contents, Offer

SYSTEM = "icd10cm"
# Before it the folders hold drafts in other formats.
FIRST_FISCAL_YEAR = 2014

_ENTRY = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}) +\d{1,2}:\d\d +[AP]M +(?P<size><dir>|[\d,]+)",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CdcListing:
    """One folder: the folders in it by name, each with its address, and its files."""

    folders: list[str]
    offers: list[Offer]
    folder_urls: dict[str, str] = field(default_factory=dict)


def read_cdc_listing(html: str, base_url: str, folder: str) -> CdcListing:
    """What a listing shows; never raises. `folder` is the name of the folder that was asked for, "" for the top.

    Files count when the folder is of a fiscal year: its name, the shown name and the address have to agree on it.
    """
    listing = CdcListing([], [])
    is_of_year = folder_year(folder) is not None
    for anchor in find_anchors(html, base_url):
        entry = _ENTRY.fullmatch(anchor.before)
        if not entry:
            continue  # the parent folder, or no listing at all
        name = anchor.text.strip("/")
        if entry["size"].lower() == "<dir>":
            if name not in listing.folder_urls:
                listing.folders.append(name)
                listing.folder_urls[name] = anchor.url
        elif is_of_year:
            listing.offers.append(_classify(anchor, folder, _read_day(entry)))
    return listing


def folder_year(folder: str) -> int | None:
    """The fiscal year that a folder's name tells, from 2014 on; None for any other folder."""
    years = fiscal_years(read_timing(folder))
    year = next(iter(years)) if len(years) == 1 else 0
    return year if year >= FIRST_FISCAL_YEAR else None


def _read_day(entry: re.Match[str]) -> date | None:
    try:
        return date(int(entry["year"]), int(entry["month"]), int(entry["day"]))
    except ValueError:
        return None


def _classify(anchor: Anchor, folder: str, posted: date | None) -> Offer:
    witness = Anchor((folder,), anchor.text, "", "", anchor.href, anchor.url)
    evidence = gather(witness)
    contents, doubt = agree_on_contents(ICD10_KINDS, evidence, anchor.url)
    year, year_doubt = agree_on_year(evidence, fiscal_years)
    effective: date | None = None
    doubt = doubt or year_doubt
    if not doubt and year:
        effective, doubt = find_effective_date(evidence, year, contents, Surroundings(), posted)
        if effective and not doubt:
            named = bool(starts_in(evidence.text_timing, year) | starts_in(evidence.slug_timing, year))
            effective, doubt = _heed_folder(folder, year, effective, named)
            doubt = doubt and f"{doubt}: {evidence.describe()}"
    elif not doubt:
        doubt = name_missing(evidence, "a year")
    if is_harmless(contents):
        doubt = ""
    return Offer(
        system=SYSTEM,
        contents=contents,
        release=ReleaseRef(SYSTEM, effective) if effective and not doubt else None,
        url=anchor.url,
        text=anchor.text,
        heading=folder,
        host="cdc",
        posted_date=posted,
        quarantine=doubt,
    )


def _heed_folder(folder: str, year: int, effective: date, is_named: bool) -> tuple[date | None, str]:
    """The day, once the folder has its say: `April-1-2023-Update` names one, `2026-update` says that it is not October.

    None and why when a date in the file's name is another.
    """
    days = starts_in(read_timing(folder), year)
    is_update = bool(days) or "update" in folder.lower()
    if not is_update:
        return effective, ""
    if is_named and (effective not in days if days else effective == october_of(year)):
        return None, f"the folder is of {', '.join(map(str, sorted(days))) or 'an update'}, the name of {effective}"
    if is_named:
        return effective, ""
    return (days.pop() if len(days) == 1 else mid_year_of(year)), ""


def is_code_file(offer: Offer) -> bool:
    """Whether a release can be loaded from it: the order file, alone or in an archive."""
    return offer.contents is Contents.CODE_FILE
