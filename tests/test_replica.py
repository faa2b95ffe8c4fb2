"""The replica of the publishers' sites behaves as the real ones were seen to."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from flows.steps import load_release
from schema.releases import parse_release
from schema.store.database import open_database, sqlite_address
from tests.replica import hcpcs, other_sets
from tests.replica.client import ask, fetch
from tests.replica.items import CDC_ROOT, ICD10_PAGE
from tests.replica.replica import CODE_SYSTEMS, Replica
from tests.replica.request_log import is_allowed


@pytest.fixture(scope="module")
def shared() -> Iterator[Replica]:
    """For tests that change nothing."""
    with Replica() as running:
        yield running


def release_files(replica: Replica, system: str, label: str, host: str, folder: Path) -> list[Path]:
    """The files of a release that are loaded, written to the folder."""
    wanted = {"code_file", "codes_file", "errata", "conversion_table", "poa_list", "tabular", "corrections", "noc_list"}
    paths = []
    for item in replica.items:
        if (item.system, item.label, item.host) == (system, label, host) and item.contents in wanted:
            # The errata are an issue of their own.
            where = folder / item.contents if item.contents == "errata" else folder / "files"
            where.mkdir(parents=True, exist_ok=True)
            (where / unquote(item.path).replace("/", "_")).write_bytes(item.data)
            paths.append(where)
    return sorted(set(paths), reverse=True)


def test_every_release_of_the_replica_loads_with_its_checks_in_order(shared: Replica, tmp_path: Path) -> None:
    engine = open_database(sqlite_address(tmp_path / "addenda.db"))
    loaded = []
    for system in CODE_SYSTEMS:
        labels = sorted(shared.labels(system), key=lambda label: parse_release(system, label).effective_date)
        for label in labels:
            hosts = ("cms",) if has_code_file(shared, system, label, "cms") else ("cdc",)
            for host in hosts:
                for folder in release_files(shared, system, label, host, tmp_path / system / label):
                    result = load_release(engine, parse_release(system, label), [folder])
                    assert result.ignored == ()
                    loaded.append(str(result.written.release_id))
    engine.dispose()
    assert len(loaded) == len(set(loaded)) == 41
    assert "icd10pcs@2022-04-01.2" in loaded, "the errata are the second issue"
    assert {"icd10cm@2020-10-01.1", "icd10cm@2021-01-01.1", "icd10cm@2026-10-01.1", "hcpcs@2026-10-01.1"} <= {*loaded}


def has_code_file(replica: Replica, system: str, label: str, host: str) -> bool:
    return any((i.system, i.label, i.contents, i.host) == (system, label, "code_file", host) for i in replica.items)


def test_the_cdc_file_of_a_release_holds_the_same_codes_in_another_packaging(shared: Replica) -> None:
    cms, cdc = (shared.item("icd10cm", "FY2027", host=host) for host in ("cms", "cdc"))
    assert cms.data != cdc.data
    orders = []
    for item in (cms, cdc):
        with zipfile.ZipFile(io.BytesIO(item.data)) as archive:
            name = next(n for n in archive.namelist() if "order" in n and "addenda" not in n)
            orders.append(archive.read(name))
    assert orders[0] == orders[1]


def test_icd10_page_has_headings_texts_dates_behind_links_and_both_kinds_of_addresses(shared: Replica) -> None:
    page = ask(shared.cms_url, ICD10_PAGE).text
    assert "<button>2025 ICD-10 CM &amp; PCS files</button>" in page
    assert page.index("<h4>2027 ICD-10-CM files</h4>") < page.index("<h4>2026 ICD-10-PCS files</h4>")
    assert (
        '<a href="/files/zip/2024-code-descriptions-tabular-order-updated-02/01/2024.zip">2024 Code Descriptions in '
        "Tabular Order (ZIP)</a> - Updated 02/01/2024" in page
    )
    assert f'href="{shared.cms_url}/files/zip/2025-code-descriptions-tabular-order.zip"' in page
    assert "The ICD-10-CM April 1, 2024 update is included" in page
    assert "The ICD-10-CM January 1, 2021 update is included" in page
    assert "April 1, 2025 update" not in page, "there the link says so"
    assert re.search(r"Page Last Modified: \d\d/\d\d/\d{4}", page)


def test_links_of_every_page_lead_somewhere(shared: Replica) -> None:
    starts = [
        ICD10_PAGE, hcpcs.QUARTERLY_PAGE, hcpcs.ANNUAL_PAGE, other_sets.RVU_PAGE,
        *other_sets.INDEX_PAGES, *other_sets.SECOND_HOPS,
    ]  # fmt: skip
    seen: dict[str, int] = {}
    for start in starts:
        body = ask(shared.cms_url, start).text.partition("<main")[2].partition("</main>")[0]
        hops = [unescape(href).removeprefix(shared.cms_url) for href in re.findall(r'href="([^"]+)"', body)]
        assert hops
        seen |= {hop: ask(shared.cms_url, hop).status for hop in hops}
    assert set(seen.values()) == {200}
    second = ask(shared.cms_url, f"{hcpcs.ANNUAL_ITEMS}/2019-Alpha-Numeric-HCPCS-File").text
    assert "/Downloads/2019-Alpha-Numeric-HCPCS-File.zip" in second
    assert "2019-HCPCS-Alpha-Numeric-Corrections.zip" in second
    assert "license" in ask(shared.cms_url, f"{other_sets.CLFS_PAGE}/26clabq3").text
    assert "<td>Telehealth" in ask(shared.cms_url, other_sets.PLACE_OF_SERVICE_PAGE).text


def test_a_licence_link_leads_to_a_page_and_is_disallowed(shared: Replica) -> None:
    page = unescape(ask(shared.cms_url, other_sets.PTP_PAGE).text)
    gated = re.findall(r'href="(/license/ama\?file=[^"]+)"', page)
    assert len(gated) == 4
    assert ask(shared.cms_url, gated[0]).headers.get_content_type() == "text/html"
    assert not is_allowed(gated[0])
    assert is_allowed("/medicare-coverage-database/view.aspx?id=1")
    assert is_allowed("/files/zip/2025-code-descriptions-tabular-order.zip")
    assert not is_allowed("/core/install.php")


def test_cdc_listing_is_that_of_iis(shared: Replica) -> None:
    root = ask(shared.cdc_url, f"{CDC_ROOT.upper()}/")
    assert root.text.startswith(f"<html><head><title>ftp.cdc.gov - {CDC_ROOT}/</title></head><body><H1>")
    assert f' 1/29/2026 12:21 PM        &lt;dir&gt; <A HREF="{CDC_ROOT}/2026-update/">2026-update</A><br>' in root.text
    assert "etag" not in root.headers
    assert "last-modified" not in root.headers
    folder = ask(shared.cdc_url, f"{CDC_ROOT}/April-1-2023-Update/").text
    assert re.search(
        r"<br>  1/5/2023 12:21 PM {9}\d{4} <A HREF=\"/[^\"]+/icd10cm-code%20descriptions-%20April%201%202023\.zip\">"
        r"icd10cm-code descriptions- April 1 2023\.zip</A><br>",
        folder,
    ), folder
    assert "C&amp;M PPT.zip" in ask(shared.cdc_url, f"{CDC_ROOT}/2022/").text
    assert "Code-desciptions-April-2025.zip" in ask(shared.cdc_url, f"{CDC_ROOT}/2025-Update/").text
    assert ask(shared.cdc_url, f"{CDC_ROOT}/2026").headers["Location"] == f"{CDC_ROOT}/2026/"


def test_pages_differ_by_a_nonce_and_keep_their_validators(small_replica: Replica) -> None:
    first, second = (ask(small_replica.cms_url, ICD10_PAGE) for _ in range(2))
    assert first.body != second.body
    assert first.headers["ETag"] == second.headers["ETag"]
    assert ask(small_replica.cms_url, ICD10_PAGE, If_None_Match=first.headers["ETag"]).status == 304
    since = first.headers["Last-Modified"]
    assert ask(small_replica.cms_url, ICD10_PAGE, If_Modified_Since=since).status == 304
    small_replica.offer("icd10cm", "FY2027")
    changed = ask(small_replica.cms_url, ICD10_PAGE, If_None_Match=first.headers["ETag"])
    assert changed.status == 200
    assert "2027 Code Descriptions" in changed.text
    assert ask(small_replica.cms_url, ICD10_PAGE, If_Modified_Since=since).status == 200
    assert len(small_replica.log.conditional()) == 4


def test_files_have_validators_and_ranges(small_replica: Replica) -> None:
    item = small_replica.item("icd10cm", "FY2025")
    whole = fetch(small_replica, item)
    assert whole.body == item.data
    assert fetch(small_replica, item, If_None_Match=whole.headers["ETag"]).status == 304
    part = fetch(small_replica, item, Range="bytes=100-", If_Range=whole.headers["ETag"])
    assert (part.status, part.body) == (206, item.data[100:])
    assert part.headers["Content-Range"] == f"bytes 100-{len(item.data) - 1}/{len(item.data)}"
    assert fetch(small_replica, item, Range="bytes=0-9").body == item.data[:10]
    assert fetch(small_replica, item, Range="bytes=100-", If_Range='"other"').status == 200
    assert fetch(small_replica, item, Range=f"bytes={len(item.data)}-").status == 416
    head = ask(small_replica.cms_url, item.path, "HEAD")
    assert (head.headers["Content-Length"], head.body) == (str(len(item.data)), b"")
    assert ask(small_replica.cms_url, item.path.upper()).status == 200, "letter case does not count"


def test_old_addresses_redirect_and_wrong_ones_are_missing(small_replica: Replica) -> None:
    old = ask(small_replica.cms_url, "/Medicare/Coding/ICD10/2021-ICD-10-CM")
    assert (old.status, old.headers["Location"]) == (301, ICD10_PAGE)
    assert ask(small_replica.cms_url, hcpcs.QUARTERLY_PAGE.replace("-system", "-system-hcpcs")).status == 404
    assert ask(small_replica.cms_url, other_sets.MUE_PAGE).status == 200, "an index page without files is there"
    assert ask(small_replica.cdc_url, "/robots.txt").status == 404
    assert "Disallow: /*?" in ask(small_replica.cms_url, "/robots.txt").text


def test_a_repost_has_other_bytes_and_loads_as_a_second_issue(small_replica: Replica, tmp_path: Path) -> None:
    before = small_replica.item("icd10cm", "FY2026")
    after = small_replica.repost("icd10cm", "FY2026")
    assert (before.path, before.updated) == (after.path, after.updated)
    assert fetch(small_replica, after).body == after.data != before.data
    engine = open_database(sqlite_address(tmp_path / "addenda.db"))
    issues = []
    for number, item in enumerate((before, after)):
        file = tmp_path / str(number) / item.file_name
        file.parent.mkdir()
        file.write_bytes(item.data)
        issues.append(load_release(engine, parse_release("icd10cm", "FY2026"), [file]).written.release_id.issue)
    engine.dispose()
    assert issues == [1, 2]


def test_a_release_comes_goes_and_disagrees_with_its_heading(small_replica: Replica) -> None:
    small_replica.withdraw("icd10pcs", "FY2026")
    assert "ICD-10-PCS files" not in ask(small_replica.cms_url, ICD10_PAGE).text
    small_replica.offer("icd10pcs", "FY2026")
    item = small_replica.change(small_replica.item("icd10pcs", "FY2026"), text="2024 ICD-10-PCS Order File (ZIP)")
    gated = small_replica.change(small_replica.item("icd10cm", "FY2025"), is_gated=True)
    page = unescape(ask(small_replica.cms_url, ICD10_PAGE).text)
    assert "<h4>2026 ICD-10-PCS files</h4>" in page
    assert item.text in page
    assert f"/license/ama?file={gated.path}" in page
