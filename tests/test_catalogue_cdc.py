"""The CDC host's listings: lines as IIS writes them, folders and loose files of two releases in one."""

from __future__ import annotations

import html
from datetime import date
from urllib.parse import quote

import pytest

from loaders.catalogue.cdc_listing import folder_year, is_code_file, read_cdc_listing
from schema.sources import Contents, Offer

HOST = "https://ftp.cdc.gov"
ROOT = "/pub/Health_Statistics/NCHS/Publications/ICD10CM"


def write_listing(folder: str, *entries: tuple[str, str, str]) -> str:
    """Entries: day, time and size as the server sets them, name."""
    path = f"{ROOT}/{quote(folder)}".rstrip("/")
    lines = [f'<A HREF="{ROOT}/">[To Parent Directory]</A><br><br>']
    for moment, size, name in entries:
        end = "/" if size == "<dir>" else ""
        href = html.escape(f"{path}/{quote(name)}{end}")
        lines.append(f'{moment} {html.escape(size):>12} <A HREF="{href}">{html.escape(name)}</A><br>')
    title = html.escape(f"ftp.cdc.gov - {path}/")
    head = f"<html><head><title>{title}</title></head><body><H1>{title}</H1><hr>"
    return f"{head}\n\n<pre>{' '.join(lines)}</pre><hr></body></html>"


def read(folder: str, *entries: tuple[str, str, str]) -> list[Offer]:
    return read_cdc_listing(write_listing(folder, *entries), f"{HOST}{ROOT}/{quote(folder)}/", folder).offers


def test_line_of_the_listing_is_read_as_it_stands_there() -> None:
    line = (
        f'  6/12/2025 12:21 PM      2198159 <A HREF="{ROOT}/2026/icd10cm-Code%20Descriptions-2026.zip">'
        "icd10cm-Code Descriptions-2026.zip</A><br>"
    )
    (offer,) = read_cdc_listing(f"<pre>{line}</pre>", f"{HOST}{ROOT}/2026/", "2026").offers
    assert offer.url == f"{HOST}{ROOT}/2026/icd10cm-Code%20Descriptions-2026.zip"
    assert offer.text == "icd10cm-Code Descriptions-2026.zip"
    assert offer.posted_date == date(2025, 6, 12)
    assert (str(offer.release), offer.contents) == ("icd10cm@2025-10-01", Contents.CODE_FILE)
    assert (offer.host, offer.heading, offer.is_page) == ("cdc", "2026", False)


def test_folders_are_told_from_files() -> None:
    names = ["2007", "2022", "2024-Update", "2026-update", "April-1-2023-Update", "CM- Committee", "A&B <i>"]
    entries = [("4/25/2019  8:15 PM", "<dir>", name) for name in names]
    page = write_listing("", *entries, (" 6/12/2025 12:21 PM", "2198159", "2027 Code Descriptions.zip"))
    listing = read_cdc_listing(page, f"{HOST}{ROOT}/", "")
    assert listing.folders == names
    assert listing.folder_urls["CM- Committee"] == f"{HOST}{ROOT}/CM-%20Committee/"
    assert listing.folder_urls["A&B <i>"] == f"{HOST}{ROOT}/A%26B%20%3Ci%3E/"
    assert listing.offers == [], "outside of a year's folder no file is of a release"
    assert [folder_year(name) for name in names] == [None, 2022, 2024, 2026, 2023, None, None]


def test_loose_files_of_2022_are_of_april_and_the_archive_is_of_october() -> None:
    offers = read(
        "2022",
        (" 6/23/2021  9:16 AM", "2245367", "Code Descriptions zip.zip"),
        (
            " 8/25/2021  3:28 PM",
            "106740",
            "ICD-10-CM-Conversion-Table-FY2022-Effective-10-1-2021-updated-08-24-2021.xlsx",
        ),
        (" 4/13/2022  9:47 AM", "106804", "ICD-10-CM-Conversion-Table-FY2022-Effective-04-01-2022.xlsx"),
        ("12/16/2021  1:10 PM", "14282982", "icd10cm_order_2022.txt"),
        ("12/16/2021  1:11 PM", "6238724", "icd10cm_codes_2022.txt"),
        ("12/16/2021  1:10 PM", "9396395", "icd10cm_index_2022.xml"),
        ("12/16/2021  1:09 PM", "9295624", "icd10cm_tabular_2022.xml"),
        (" 2/10/2022  4:07 PM", "1614251", "POAexemptCodesApr22.zip"),
        (" 7/22/2021  1:04 PM", "1627583", "POAexemptCodesFY22.zip"),
        (" 3/11/2022  1:23 PM", "8034901", "March 2022 C&M PPT.zip"),
        ("12/16/2021  1:07 PM", "122769", "icd10-Order-Files-2022-April-1.pdf"),
    )
    assert [o.quarantine for o in offers] == [""] * len(offers)
    days = ["2021-10-01", "2021-10-01", *["2022-04-01"] * 2, "2022-04-01"]
    assert [str(o.release)[8:] for o in offers[:5]] == days
    assert [str(o.release)[8:] for o in offers[6:9]] == ["2022-04-01", "2022-04-01", "2021-10-01"]
    assert [o.text for o in offers if is_code_file(o)] == ["Code Descriptions zip.zip", "icd10cm_order_2022.txt"]
    assert offers[9].text == "March 2022 C&M PPT.zip"
    assert {o.contents for o in (offers[5], *offers[9:])} == {Contents.OTHER}


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [
        ("2024-Update", "icd10cm-Codes-Descriptions-April-2024.zip", "2024-04-01"),
        ("2024-Update", "Code Descriptions.zip", "2024-04-01"),
        ("April-1-2023-Update", "icd10cm-code descriptions- April 1 2023.zip", "2023-04-01"),
        ("April-1-2023-Update", "POAexemptCodes.zip", "2023-04-01"),
        ("2025-Update", "Code-desciptions-April-2025.zip", "2025-04-01"),
        ("2026-update", "icd10cm-Code Descriptions-April-1-2026.zip", "2026-04-01"),
        ("2021", "icd10cm-codes-order-Jan-2021.zip", "2021-01-01"),
        ("2023", "icd10-Order-CodeFiles2023.zip", "2022-10-01"),
        ("2031-Update", "icd10cm order.zip", "2031-04-01"),
    ],
)
def test_folder_and_name_tell_the_update(folder: str, name: str, expected: str) -> None:
    year = int(expected[:4]) - (expected[5:] == "04-01") - (expected[5:] == "01-01")
    (offer,) = read(folder, (f" 7/5/{year} 10:00 AM", "1", name))
    assert (str(offer.release), offer.quarantine) == (f"icd10cm@{expected}", "")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("2026", "icd10cm-code-descriptions-2027.zip"),
        ("2026-update", "icd10cm-Code Descriptions-October-1-2025.zip"),
        ("April-1-2023-Update", "icd10cm-code descriptions- April 1 2024.zip"),
    ],
)
def test_name_that_disagrees_with_its_folder_is_quarantined(folder: str, name: str) -> None:
    (offer,) = read(folder, (" 1/5/2023 10:00 AM", "1", name))
    assert offer.release is None
    assert folder in offer.quarantine
    assert name in offer.quarantine


def test_shown_name_that_is_not_the_linked_one_is_quarantined() -> None:
    page = write_listing("2026", (" 6/12/2025 12:21 PM", "1", "Code Descriptions-2026.zip"))
    page = page.replace("Code%20Descriptions-2026", "Code%20Descriptions-2025")
    (offer,) = read_cdc_listing(page, f"{HOST}{ROOT}/2026/", "2026").offers
    assert "address says 2025" in offer.quarantine


def test_what_is_no_line_of_a_listing_is_left_out() -> None:
    page = f'<p><a href="{ROOT}/2026/x-2026.zip">Code Descriptions 2026.zip</a></p>'
    assert read_cdc_listing(page, f"{HOST}{ROOT}/2026/", "2026").offers == []
    (offer,) = read("2026", ("13/45/2025 12:21 PM", "1", "Code Descriptions-2026.zip"))
    assert offer.posted_date is None
