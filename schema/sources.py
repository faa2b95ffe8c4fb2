"""What the publishers offer: artifacts on their pages, and what became of them here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from schema.releases import ReleaseRef


class Contents(StrEnum):
    """What an offered file holds. The first four make up a release that is loaded; the rest are kept."""

    CODE_FILE = "code_file"
    """ICD: the archive with the order file. HCPCS: the archive with the 320-column text or the spreadsheet."""
    CONVERSION_TABLE = "conversion_table"
    POA_LIST = "poa_list"
    TABULAR = "tabular"
    """Tables, tabular and index; for ICD-10-CM it holds the XML with the notes."""
    ADDENDA = "addenda"
    """Addenda as documents of their own (PDF); the addenda texts are inside the code file archives."""
    ERRATA = "errata"
    """A correction with a code list of its own (FY2022 PCS): another issue of its release."""
    CORRECTIONS = "corrections"
    NOC_LIST = "noc_list"
    CODES_FILE = "codes_file"
    GUIDELINES = "guidelines"
    MUE_TABLE = "mue_table"
    NCCI_CHANGES = "ncci_changes"
    NCCI_EDITS = "ncci_edits"
    RVU_FILES = "rvu_files"
    PLACE_OF_SERVICE = "place_of_service"
    OTHER = "other"


class SourceState(StrEnum):
    """Where a release or an artifact stands."""

    HELD = "held"
    OFFERED = "offered"
    NEEDS_LICENCE = "needs_licence"
    QUARANTINED = "quarantined"
    REPOSTED = "reposted"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Offer:
    """One link of an index page, classified.

    `system` is `icd10cm`, `icd10pcs`, `hcpcs`, or the name of another set (`ncci`, `pfs_rvu`, `pos`).
    `release` is None for other sets and for a link that could not be told. `url` is absolute, as found
    (a licence wrapper kept). `posted_date` is the date in "- Updated mm/dd/yyyy" or of the CDC listing.
    `host` is `cms` or `cdc`. `is_page` says that the link leads to one further page with the files.
    `quarantine` is why heading, text and address disagree, "" when they agree.
    """

    system: str
    contents: Contents
    release: ReleaseRef | None
    url: str
    text: str
    heading: str
    host: str
    posted_date: date | None = None
    licence: str = "none"
    is_page: bool = False
    quarantine: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of one archived file: stored beside its bytes, written once, never changed."""

    sha256: str
    size: int
    url: str
    final_url: str
    requested_at: datetime
    finished_at: datetime
    headers: Mapping[str, str]
    file_name: str
    licence: str
    system: str
    release: str
    """Full text of the ReleaseRef (`icd10cm@2025-10-01`), or "" for other sets."""
    contents: str
    posted_date: date | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of `addenda sources`: a release, or another artifact, and its state."""

    system: str
    release: str
    effective_date: date | None
    posted_date: date | None
    url: str | None
    mirror_urls: tuple[str, ...]
    contents: str
    licence: str
    state: SourceState
    reason: str
