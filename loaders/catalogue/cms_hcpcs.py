"""The CMS page of HCPCS Level II: a zip for each quarter, and until 2020 a further page for each year.

Source: https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from loaders.catalogue.addresses import ending_of, is_same_host, licence_of
from loaders.catalogue.anchors import Anchor, find_anchors
from loaders.catalogue.classification import (
    Evidence,
    Kind,
    agree_on_contents,
    agree_on_year,
    calendar_years,
    find_kind,
    gather,
    is_harmless,
    name_missing,
)
from loaders.catalogue.dates import Timing, read_timing
from schema.releases import ReleaseRef
from schema.sources import Contents, Offer

SYSTEM = "hcpcs"
# After it every release has its quarter in its name; a year alone stands for January 1 no more.
LAST_ANNUAL_YEAR = 2020

HCPCS_KINDS = tuple(
    Kind(contents, re.compile(pattern))
    for contents, pattern in (
        (Contents.CORRECTIONS, r"correction"),
        (Contents.NOC_LIST, r"\bnoc\b"),
        (Contents.OTHER, r"layout|transaction|meeting|decision|application|\bnotes?\b|disclaimer|read ?me|public use"),
        (Contents.CODE_FILE, r"alpha ?numeric|anweb"),
    )
)
# `12anweb.zip` is of 2012.
_SHORT_YEAR = re.compile(r"(?<![0-9a-z])([0-9]{2})anweb", re.IGNORECASE)


def read_cms_hcpcs(html: str, base_url: str) -> list[Offer]:
    """Every file of HCPCS on the page, and every link to a further page for one release (`is_page`); never raises.

    A link that disagrees with its surroundings comes back with `quarantine` set and without a release.
    """
    found = (classify_hcpcs(anchor, base_url) for anchor in find_anchors(html, base_url))
    return list(dict.fromkeys(offer for offer in found if offer))


def classify_hcpcs(anchor: Anchor, base_url: str) -> Offer | None:
    """One link, classified; None for a link that is of no release of HCPCS."""
    evidence = _gather(anchor)
    contents, doubt = agree_on_contents(HCPCS_KINDS, evidence, anchor.url)
    is_page = not ending_of(anchor.url) and licence_of(anchor.url) == "none"
    if is_page:
        named = calendar_years(evidence.text_timing) | calendar_years(evidence.slug_timing)
        kinds = {find_kind(HCPCS_KINDS, evidence.text), find_kind(HCPCS_KINDS, evidence.slug)}
        if not named or Contents.CODE_FILE not in kinds or not is_same_host(anchor.url, base_url):
            return None
    elif contents is Contents.OTHER and "hcpcs" not in f"{evidence.text} {evidence.slug}".lower():
        return None
    effective: date | None = None
    year, year_doubt = agree_on_year(evidence, calendar_years)
    doubt = doubt or year_doubt
    if not doubt and year:
        effective, doubt = _find_quarter(evidence, year)
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
        heading=anchor.heading,
        host="cms",
        posted_date=evidence.posted,
        licence=licence_of(anchor.url),
        is_page=is_page,
        quarantine=doubt,
    )


def _gather(anchor: Anchor) -> Evidence:
    evidence = gather(anchor)
    if match := _SHORT_YEAR.search(evidence.slug):
        timing = evidence.slug_timing
        years = timing.years | {2000 + int(match[1])}
        return replace(evidence, slug_timing=replace(timing, years=years))
    return evidence


def _find_quarter(evidence: Evidence, year: int) -> tuple[date | None, str]:
    """The first day of the quarter that text and address name, the heading's where they name none."""
    said, named = quarters_in(evidence.text_timing, year), quarters_in(evidence.slug_timing, year)
    if len(said) > 1 or len(named) > 1 or (said and named and said != named):
        days = " and ".join(str(day) for day in sorted(said | named))
        return None, f"the quarters disagree: {days} ({evidence.describe()})"
    titles = [quarters_in(read_timing(title), year) for title in evidence.outline]
    heading = titles[-1] if titles else set()
    if explicit := said | named:
        day = next(iter(explicit))
        if len(heading) == 1 and day not in heading:
            return None, f"the quarters disagree: {day} and {next(iter(heading))} ({evidence.describe()})"
        return day, ""
    if len(heading) == 1:
        return next(iter(heading)), ""
    if year <= LAST_ANNUAL_YEAR:
        return date(year, 1, 1), ""
    return None, name_missing(evidence, f"the quarter of {year}")


def quarters_in(timing: Timing, year: int) -> set[date]:
    """First days of quarters of a calendar year; a month without a year counts as of this one."""
    return {day for day in timing.starts if day.year == year} | {date(year, month, 1) for month in timing.months}
