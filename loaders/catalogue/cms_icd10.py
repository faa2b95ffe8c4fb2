"""The CMS page of ICD-10-CM and ICD-10-PCS: all fiscal years, a heading for each.

Source: https://www.cms.gov/medicare/coding-billing/icd-10-codes
"""

from __future__ import annotations

import re

from loaders.catalogue.addresses import ending_of, is_same_host, licence_of
from loaders.catalogue.anchors import Anchor, Section, read_sections
from loaders.catalogue.classification import (
    CODE_FILE_CONTENTS,
    Evidence,
    Kind,
    Surroundings,
    agree_on_contents,
    agree_on_year,
    find_effective_date,
    find_kind,
    fiscal_years,
    gather,
    is_harmless,
    name_missing,
    october_of,
    starts_in,
    words_of,
)
from loaders.catalogue.dates import read_timing
from schema.releases import ReleaseRef, fiscal_year_of
from schema.sources import Contents, Offer

UNKNOWN_SYSTEM = "icd10"
"""The system of a link that tells neither CM nor PCS."""

# In order: a conversion table is a table too, an order addenda has the word order.
ICD10_KINDS = tuple(
    Kind(contents, re.compile(pattern))
    for contents, pattern in (
        (Contents.ERRATA, r"\berrat"),
        (Contents.GUIDELINES, r"guideline"),
        (
            Contents.OTHER,
            r"\bgems?\b|equivalence|mapping|version update|update summary|presentation|\bppt\b|meeting|\bxsd\b|layout",
        ),
        (Contents.CONVERSION_TABLE, r"conversion"),
        (Contents.POA_LIST, r"\bpoa|present on admission"),
        (Contents.ADDENDA, r"addend"),
        # "desciptions" stands on the CDC host; FY2020's code file is named `2020-icd-10-cm-codes`.
        (Contents.CODE_FILE, r"des\w{0,2}iptions?\b|\border\b|\babbrev|10 cm codes(?! (?:files?|tables?)\b)"),
        (Contents.CODES_FILE, r"\bcodes?\b(?! tables?\b| and index)"),
        (Contents.OTHER, r"\b(?:index|eindex|drug|neoplasm)(?: \d+)? (?:xml|xsd)\b"),
        (Contents.TABULAR, r"\btables?\b|\btabular|\btab index|\bxml\b"),
    )
)
_CM = re.compile(r"(?:\b|10)cm\b")
_PCS = re.compile(r"(?:\b|10)pcs\b")
# What only one of the two systems has.
_CM_ALONE = re.compile(r"des\w{0,2}iptions|\bpoa|\btabular")
# CMS writes PCS into each link that is of PCS and leaves the other system's without a word ("2025 Addendum (ZIP)").
_UNMARKED = re.compile(r"\baddend|\bconversion")
_PCS_ALONE = re.compile(r"\babbrev|version update")

# "Page Last Modified: 07/15/2026" at the foot is in no section.
_ABOUT_PAGE = re.compile(r"\b(?:page|last)\b", re.IGNORECASE)


def read_cms_icd10(html: str, base_url: str) -> list[Offer]:
    """Every file of either system on the page, and every link to a further page for one year; never raises.

    A link that disagrees with its surroundings comes back with `quarantine` set and without a release.
    """
    offers: dict[Offer, None] = {}
    for section in read_sections(html, base_url):
        around = _look_around(section)
        for anchor in section.anchors:
            offer = classify_icd10(anchor, base_url, around)
            if offer:
                offers[offer] = None
    return list(offers)


def classify_icd10(anchor: Anchor, base_url: str, around: Surroundings) -> Offer | None:
    """One link, classified; None for a link that has nothing to do with releases."""
    evidence = gather(anchor)
    is_page = not ending_of(anchor.url) and licence_of(anchor.url) == "none"
    contents, doubt = agree_on_contents(ICD10_KINDS, evidence, anchor.url)
    system, system_doubt = _find_system(evidence)
    year, year_doubt = agree_on_year(evidence, fiscal_years)
    if is_page:
        if not (_names_year_page(evidence) and is_same_host(anchor.url, base_url)):
            return None
        contents, doubt = Contents.CODE_FILE, ""  # the further page tells what its files are
    elif contents is Contents.OTHER and not (system or _is_about_icd10(evidence)):
        return None
    release = None
    doubt = doubt or system_doubt or year_doubt
    if not doubt and system and year:
        effective, doubt = find_effective_date(evidence, year, contents, around)
        release = ReleaseRef(system, effective) if effective else None
    elif not doubt and not is_harmless(contents):
        doubt = name_missing(evidence, "ICD-10-CM or ICD-10-PCS" if year else "a year")
    if is_harmless(contents):
        doubt = ""
    return Offer(
        system=system or UNKNOWN_SYSTEM,
        contents=contents,
        release=None if doubt else release,
        url=anchor.url,
        text=anchor.text,
        heading=anchor.heading,
        host="cms",
        posted_date=evidence.posted,
        licence=licence_of(anchor.url),
        is_page=is_page,
        quarantine=doubt,
    )


def _find_system(evidence: Evidence) -> tuple[str, str]:
    """The system that heading, text and address agree on, and why they do not."""
    heading = next(filter(None, map(_systems_in, reversed(evidence.outline))), frozenset[str]())
    told = [systems for systems in (heading, _systems_in(evidence.text), _systems_in(evidence.slug)) if systems]
    common = frozenset.intersection(*told) if told else frozenset[str]()
    if told and not common:
        return "", f"one speaks of ICD-10-CM, another of ICD-10-PCS: {evidence.describe()}"
    if len(common) == 1:
        return next(iter(common)), ""
    words = f"{words_of(evidence.text)} | {words_of(evidence.slug)}"
    alone = {name for name, pattern in (("icd10cm", _CM_ALONE), ("icd10pcs", _PCS_ALONE)) if pattern.search(words)}
    if not alone and _UNMARKED.search(words):
        return "icd10cm", ""
    return (alone.pop() if len(alone) == 1 else ""), ""


def _names_year_page(evidence: Evidence) -> bool:
    """Whether a link without file ending leads to the files of a year ("2018 ICD-10-CM and GEMs")."""
    years = fiscal_years(evidence.text_timing) | fiscal_years(evidence.slug_timing)
    systems = _systems_in(evidence.text) | _systems_in(evidence.slug)
    kind = find_kind(ICD10_KINDS, evidence.text)
    return bool(years and systems and kind in {None, Contents.OTHER} and "icd" in words_of(evidence.slug))


def _systems_in(text: str) -> frozenset[str]:
    words = words_of(text)
    return frozenset(name for name, pattern in (("icd10cm", _CM), ("icd10pcs", _PCS)) if pattern.search(words))


def _is_about_icd10(evidence: Evidence) -> bool:
    words = words_of(f"{evidence.heading} {evidence.text} {evidence.slug}")
    return "icd 10" in words or "icd10" in words


def _look_around(section: Section) -> Surroundings:
    """The update that the text under a heading names, such as "The April 1, 2024 update addresses …".

    It is for the links that name no date themselves, and only when none beside them does: beside an "April 1, 2026
    Code Tables" the one without a date is of October.
    """
    lines = [line for line in section.prose.split("\n") if not _ABOUT_PAGE.search(line)]
    timings = [read_timing(line) for line in (*lines, *section.outline[-1:])]
    posted = max((timing.posted for timing in timings if timing.posted), default=None)
    days = {day for timing in timings for day in timing.starts if day != october_of(fiscal_year_of(day))}
    if (not days and not posted) or any(map(_is_dated, section.anchors)):
        return Surroundings()
    return Surroundings(max(days) if days else None, posted)


def _is_dated(anchor: Anchor) -> bool:
    evidence = gather(anchor)
    kind = find_kind(ICD10_KINDS, anchor.text) or find_kind(ICD10_KINDS, evidence.slug)
    year, _ = agree_on_year(evidence, fiscal_years)
    if kind not in CODE_FILE_CONTENTS or year is None:
        return False
    named = starts_in(evidence.text_timing, year) | starts_in(evidence.slug_timing, year)
    return any(day != october_of(year) for day in named)
