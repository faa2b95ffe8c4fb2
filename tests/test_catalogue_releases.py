"""Every address of the reference list, put on a page as its publisher would, is told to be its release."""

from __future__ import annotations

import csv
import html
import os
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from loaders.catalogue.cdc_listing import read_cdc_listing
from loaders.catalogue.cms_hcpcs import read_cms_hcpcs
from loaders.catalogue.cms_icd10 import read_cms_icd10
from loaders.catalogue.other_sets import period_of, read_other_sets
from schema.releases import fiscal_year_of
from schema.sources import Contents, Offer

Row = dict[str, str]

REFERENCE = Path(os.environ.get("ADDENDA_TEST_REFERENCE") or Path(__file__).parents[2] / "shared" / "reference")
CMS = "https://www.cms.gov"
CDC_ROOT = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Publications/ICD10CM/"
OTHER_SYSTEMS = {
    "NCCI_PTP": "ncci",
    "NCCI_MUE": "ncci",
    "NCCI_AOC": "ncci",
    "NCCI_MEDICAID": "ncci_medicaid",
    "PFS_RVU": "pfs_rvu",
    "ASP": "asp",
    "CLFS": "clfs",
    "OPPS_ADDB": "opps",
}
CM_TEXTS = {
    "code_descriptions": "Code Descriptions in Tabular Order (ZIP)",
    "tables_and_index": "Code Tables, Tabular and Index (ZIP)",
    "addendum": "Addendum (ZIP)",
    "conversion_table": "Conversion Table (ZIP)",
    "poa_exempt": "POA Exempt Codes (ZIP)",
}
PCS_TEXTS = {
    "order_file": "ICD-10-PCS Order File (Long and Abbreviated Titles) (ZIP)",
    "tables_and_index": "ICD-10-PCS Code Tables and Index (ZIP)",
    "codes_file": "ICD-10-PCS Codes File (ZIP)",
    "addendum": "ICD-10-PCS Addendum (ZIP)",
    "conversion_table": "ICD-10-PCS Conversion Table (ZIP)",
    "version_update_summary": "Version Update Summary (ZIP)",
    "errata": "ICD-10-PCS Errata (ZIP)",
}
CONTENTS = {
    "code_descriptions": {Contents.CODE_FILE, Contents.CODES_FILE},
    "order_file": {Contents.CODE_FILE},
    "codes_file": {Contents.CODES_FILE},
    "tables_and_index": {Contents.TABULAR},
    "addenda": {Contents.ADDENDA},
    "addendum": {Contents.ADDENDA},
    "conversion_table": {Contents.CONVERSION_TABLE},
    "poa_exempt": {Contents.POA_LIST},
    "version_update_summary": {Contents.OTHER},
    "errata": {Contents.ERRATA},
    "anweb": {Contents.CODE_FILE},
    "corrections": {Contents.CORRECTIONS},
    "noc": {Contents.NOC_LIST},
    "record_layout": {Contents.OTHER},
}
MONTHS = {1: "January", 4: "April", 7: "July", 10: "October"}


@cache
def read_rows() -> tuple[Row, ...]:
    path = REFERENCE / "releases.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(row for row in csv.DictReader(stream) if row["file_url"])


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    if not read_rows():
        pytest.skip(f"the list of known files is not at {REFERENCE}; set ADDENDA_TEST_REFERENCE")
    return read_rows()


def kind_of(row: Row) -> str:
    return re.split(r"[ (\[]", row["artifact"])[0]


def effective_of(row: Row) -> date:
    """Drafts have no date in the list; they count from October 1 before their year."""
    if row["effective_date"]:
        return date.fromisoformat(row["effective_date"])
    return date(int(row["fiscal_or_calendar_year"][2:]) - 1, 10, 1)


def anchor(url: str, text: str, after: str = "") -> str:
    return f'<li><a href="{html.escape(url)}">{html.escape(text)}</a>{after}</li>'


def write_icd10_page(row: Row) -> str:
    """What is known of the page: a heading for the year and system, the date of an update after the link."""
    year = int(row["fiscal_or_calendar_year"][2:])
    name = unquote(urlsplit(row["file_url"]).path.lower())
    is_cm = row["system"] == "ICD10CM"
    title = (CM_TEXTS if is_cm else PCS_TEXTS)[kind_of(row)]
    first = f"April 1, {year} " if "april" in name else f"{year} "
    updated = re.search(r"updated-(\d\d)/?(\d\d)/?(\d{4})\.", name)
    after = f" - Updated {'/'.join(updated.groups())}" if updated else ""
    heading = f"{year} ICD-10-{'CM' if is_cm else 'PCS'} files"
    return f"<h2>ICD-10 Files</h2><h3>{heading}</h3><ul>{anchor(row['file_url'], first + title, after)}</ul>"


def write_listing(row: Row) -> tuple[str, str]:
    path = urlsplit(row["file_url"]).path
    folder = unquote(path.split("/")[-2])
    name = unquote(path.split("/")[-1])
    posted = re.search(r"server date (\d+/\d+/\d{4})", row["source"])
    # Files without a known date were posted before the release.
    day = posted[1] if posted else f"1/15/{effective_of(row).year}"
    line = f'{day}  9:16 AM      2245367 <A HREF="{html.escape(path)}">{html.escape(name)}</A><br>'
    return folder, f"<html><body><H1>ftp.cdc.gov - {path}</H1><hr>\n\n<pre>{line}</pre><hr></body></html>"


def classify(row: Row) -> list[Offer]:
    if row["file_url"].startswith(CDC_ROOT):
        folder, listing = write_listing(row)
        return read_cdc_listing(listing, f"{CDC_ROOT}{folder}/", folder).offers
    if row["system"] in {"ICD10CM", "ICD10PCS"}:
        return read_cms_icd10(write_icd10_page(row), row["index_page_url"])
    if row["system"] == "HCPCS":
        return read_cms_hcpcs(write_hcpcs_page(row), row["index_page_url"])
    page = f"<h2>Files</h2>{anchor(row['file_url'], Path(row['zip_name']).stem)}"
    return read_other_sets(page, row["index_page_url"], OTHER_SYSTEMS[row["system"]])


def write_hcpcs_page(row: Row) -> str:
    day = effective_of(row)
    names = {
        "anweb": "Alpha-Numeric HCPCS File",
        "corrections": "HCPCS Alpha-Numeric Corrections",
        "noc": "HCPCS NOC Codes",
        "record_layout": "HCPCS Record Layout",
    }
    month = f"{MONTHS[day.month]} " if day.year > 2020 else ""
    text = f"{month}{day.year} {names[kind_of(row)]} (ZIP)"
    return f"<h1>HCPCS Quarterly Update</h1>{anchor(row['file_url'], text)}"


def list_known(*systems: str) -> Iterator[Row]:
    return (row for row in read_rows() if row["system"] in systems)


CODE_ROWS = list(list_known("ICD10CM", "ICD10PCS", "HCPCS"))
OTHER_ROWS = list(list_known(*OTHER_SYSTEMS))


def name_row(row: Row) -> str:
    return f"{row['system']}-{row['release_id']}-{row['zip_name']}"


@pytest.mark.parametrize("row", CODE_ROWS, ids=name_row)
def test_each_known_address_is_told_to_be_its_release(row: Row) -> None:
    (offer,) = classify(row)
    assert offer.quarantine == ""
    assert offer.release is not None
    assert str(offer.release) == f"{row['system'].lower()}@{effective_of(row)}"
    assert offer.contents in CONTENTS[kind_of(row)]
    assert offer.url == row["file_url"], "an address is kept letter by letter"
    assert offer.host == ("cdc" if "ftp.cdc.gov" in row["file_url"] else "cms")
    assert offer.licence == "none"


@pytest.mark.parametrize("row", OTHER_ROWS, ids=name_row)
def test_each_known_file_of_another_set_is_told_to_be_of_its_quarter(row: Row) -> None:
    (offer,) = classify(row)
    assert offer.quarantine == ""
    assert offer.release is None
    assert period_of(offer) == effective_of(row)
    assert offer.url == row["file_url"]
    assert (offer.licence == "ama") == row["licence_gate"].startswith("AMA")


def test_the_list_of_known_files_is_whole(rows: tuple[Row, ...]) -> None:
    assert len(CODE_ROWS) > 150
    assert len(OTHER_ROWS) > 80
    left = {row["system"] for row in rows} - {"ICD10CM", "ICD10PCS", "HCPCS", *OTHER_SYSTEMS}
    assert left == {"CARC_RARC", "IOCE", "IPPS", "MCE", "MSDRG"}, "these have no date in text or address"


def test_a_file_of_the_wrong_year_heading_is_quarantined_for_each_known_address(rows: tuple[Row, ...]) -> None:
    for row in list_known("ICD10CM", "ICD10PCS"):
        if row["file_url"].startswith(CDC_ROOT) or kind_of(row) in {"version_update_summary", "errata"}:
            continue
        year = fiscal_year_of(effective_of(row))
        page = write_icd10_page(row).replace(f"<h3>{year} ", f"<h3>{year + 1} ")
        (offer,) = read_cms_icd10(page, row["index_page_url"])
        assert offer.release is None, row["file_url"]
        assert f"heading says {year + 1}" in offer.quarantine
