"""The page of the watch: the newest report, its files, and its close-outs to sign."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.report.watch.writer import write_dashboard
from flows.watch_steps import watch_folder
from schema.access import Role
from schema.store.database import reading
from schema.store.review_reader import list_signatures
from schema.watch import WatchReport
from tests.watch_reports import calm_report, hostile_report, late_report
from tests.web_pages import check_pages, plain, visiting_as
from tests.web_site import PASSWORD, WebSite, csrf_of, empty_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

LEAD = Role.REVENUE_LEAD


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with empty_site(tmp_path / "home") as made:
        yield made


def write(site: WebSite, report: WatchReport, closings: dict[int, WatchReport] | None = None) -> Path:
    folder = watch_folder(site.settings) / report.as_of.isoformat()
    write_dashboard(report, folder, closings or {})
    return folder


def sign(client: TestClient, day: str, days: int, path: Path, role: str = "revenue_lead", **more: str) -> Any:
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "0" * 64
    fields = {"csrf": csrf_of(client.get("/watch").text), "role": role, "digest": digest, "password": PASSWORD}
    return client.post(f"/watch/{day}/closeouts/{days}/signatures", data={**fields, **more})


def test_page_without_a_report_says_how_one_comes_about(site: WebSite) -> None:
    assert "No report of the watch was written yet." in site.client(Role.READER).get("/watch").text


def test_newest_report_is_told_with_alarms_payers_and_links(site: WebSite) -> None:
    report = late_report()
    earlier = replace(report, as_of=report.as_of - timedelta(days=1))
    write(site, earlier)
    write(site, report)
    client = site.client(Role.READER)
    page = client.get("/watch").text
    text = plain(page)
    assert "7 signals stand in alarm, $85,450 denied in them." in text
    assert "Meridian Health Plan 2 1 1 53 $14,212" in text
    for href in re.findall(r'href="(/watch/[^"]+)"', page):
        assert client.get(href).status_code == 200, href
    assert f"as_of={earlier.as_of}" in page
    assert client.get(f"/watch?as_of={earlier.as_of}").status_code == 200
    assert client.get("/watch?as_of=1999-01-01").status_code == 404
    assert client.get("/watch?as_of=soon").status_code == 422


@pytest.mark.parametrize(
    "name",
    [
        "../../addenda.db",
        "..%2F..%2Faddenda.db",
        "addenda.db",
        "alarms.json",
        "closeout-45.html",
        "dashboard.html%00",
        ".",
    ],
)
def test_only_the_files_of_the_watch_are_sent(site: WebSite, name: str) -> None:
    report = late_report()
    folder = write(site, report)
    (folder / "secret.html").write_text("secret")
    client = site.client(Role.ADMINISTRATOR)
    assert client.get(f"/watch/{report.as_of}/{name}").status_code == 404
    assert client.get(f"/watch/{report.as_of}/secret.html").status_code == 404
    for day in ("..", "2024", "2024-13-01", "../../etc"):
        assert client.get(f"/watch/{day}/dashboard.html").status_code in (404, 422)


def test_file_that_is_linked_from_elsewhere_is_not_sent(site: WebSite) -> None:
    report = late_report()
    folder = write(site, report)
    (folder / "work.csv").unlink()
    (folder / "work.csv").symlink_to(site.settings.home / "addenda.db")
    assert site.client(Role.ADMINISTRATOR).get(f"/watch/{report.as_of}/work.csv").status_code == 404


def test_dashboard_is_sent_byte_for_byte_under_a_policy_of_its_own(site: WebSite) -> None:
    report = late_report()
    folder = write(site, report)
    client = site.client(Role.READER)
    answer = client.get(f"/watch/{report.as_of}/dashboard.html")
    assert answer.content == (folder / "dashboard.html").read_bytes()
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert re.search(r"script-src 'sha256-[^']+';", policy)
    assert (
        "script-src 'none'" in client.get(f"/watch/{report.as_of}/closeout-30.html").headers["content-security-policy"]
    )
    kept = client.get(f"/watch/{report.as_of}/work.csv")
    assert kept.headers["content-disposition"] == f'attachment; filename="{report.as_of}-work.csv"'


def test_closeout_is_signed_by_its_role_on_exactly_its_figures(site: WebSite) -> None:
    report = late_report()
    path = write(site, report) / "closeout-30.json"
    day = report.as_of.isoformat()
    client = site.client(LEAD)
    assert "Sign day 30 as revenue lead" in plain(client.get("/watch").text)
    assert sign(client, day, 30, path, password="no").status_code == 401
    assert sign(client, day, 30, path, digest="0" * 64).status_code == 409
    assert sign(client, day, 45, path).status_code == 422
    assert sign(site.client(Role.CODER), day, 30, path).status_code == 403
    answer = sign(client, day, 30, path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/watch?as_of={day}#closeouts"
    text = plain(client.get("/watch").text)
    assert "Revenue lead : rena , Sep 10, 2024" in text
    assert "Sign day 30" not in text
    with reading(site.engine) as connection:
        assert [one.signer for one in list_signatures(connection, f"closeout@{day}/30")] == ["rena"]


def test_signature_holds_on_the_days_after_it_while_the_figures_stay(site: WebSite) -> None:
    closing = late_report()
    closings = dict.fromkeys((30, 60, 90), closing)
    first = write(site, replace(closing, as_of=closing.as_of), closings)
    client = site.client(LEAD)
    assert sign(client, closing.as_of.isoformat(), 30, first / "closeout-30.json").status_code == 303
    write(site, replace(closing, as_of=closing.as_of + timedelta(days=1)), closings)
    text = plain(client.get("/watch").text)
    assert "Sign day 30" not in text
    assert "Sign day 60" in text
    # Other figures are another close-out: it is to be signed again.
    write(site, replace(closing, as_of=closing.as_of + timedelta(days=2)))
    assert "Sign day 30" in plain(client.get("/watch").text)


def test_figures_written_anew_for_the_same_day_leave_the_earlier_signature_as_one_on_other_figures(
    site: WebSite,
) -> None:
    report = late_report()
    folder = write(site, report)
    client = site.client(LEAD)
    sign(client, report.as_of.isoformat(), 30, folder / "closeout-30.json")
    write(site, replace(report, items=report.items[1:]))
    text = plain(client.get("/watch").text)
    assert "signed other figures" in text
    assert "Sign day 30" in text


def test_report_that_cannot_be_read_is_told_as_a_fault_and_not_as_calm(site: WebSite) -> None:
    report = late_report()
    folder = write(site, report)
    (folder / "watch.json").write_text('{"items": 3}')
    answer = site.client(Role.READER).get("/watch")
    assert answer.status_code == 400
    assert "write it anew" in answer.text.lower()


@pytest.mark.browser
def test_page_of_the_watch_passes_axe_and_fits_360_pixels(browser: Browser, site: WebSite) -> None:
    for report in (late_report(), calm_report(), hostile_report()):
        write(site, report)
    days = {report.as_of for report in (late_report(), calm_report(), hostile_report())}
    with visiting_as(browser, site, LEAD) as visit:
        check_pages(visit, [f"/watch?as_of={day}" for day in sorted(days)])


@pytest.mark.browser
def test_dashboard_works_behind_the_site_and_cannot_reach_it(browser: Browser, site: WebSite) -> None:
    report = late_report()
    write(site, report)
    with visiting_as(browser, site, LEAD) as visit:
        page = visit.open("/watch")
        page.get_by_role("link", name="Open the dashboard").click()
        page.get_by_label("Code or words").fill("cochlear")
        page.get_by_role("status").get_by_text("1 of").wait_for()
        assert visit.events == []
        assert page.evaluate("origin") == "null"
