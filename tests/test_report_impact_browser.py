"""Impact section and packets in a real browser: axe, narrow screens, paper, filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.report.packets.writer import write_packets
from flows.report.writer import write_report
from schema.impact import Impact
from tests.impact_samples import (
    assessed,
    crowded_assessment,
    diagnosis_impact,
    done_impact,
    empty_impact,
    hostile_impact,
)
from tests.test_report_browser import COUNT_SHOWN, NARROW, PAPERS, WIDE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ImpactMaker = Callable[[], Impact]
IMPACTS: tuple[ImpactMaker, ...] = (diagnosis_impact, hostile_impact, empty_impact, done_impact)
PACKETS = ("index.html", "owner-revenue-integrity.html", "no-owner.html", "department-oncology.html")


def write_pages(impact: Impact, folder: Path) -> list[Path]:
    """The report and every packet."""
    report = write_report(assessed(impact), folder / "report").html
    return [report, *(path for path in write_packets(impact, folder / "packets") if path.suffix == ".html")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(page: Page, tmp_path: Path, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    report, *packets = write_pages(diagnosis_impact(), tmp_path)
    for path in (report, *(path for path in packets if path.name in PACKETS)):
        page.goto(path.as_uri())
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("make", IMPACTS)
def test_pages_ask_for_nothing_run_nothing_and_fit_a_narrow_screen(
    page: Page, tmp_path: Path, make: ImpactMaker
) -> None:
    events: list[str] = []
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.on("dialog", lambda dialog: events.append(dialog.message))
    page.on("request", lambda request: events.append(request.url))
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    paths = write_pages(make(), tmp_path)
    for path in paths:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path.name
    assert events == [path.as_uri() for path in paths]


def test_changes_that_are_ours_can_be_shown_alone(page: Page, tmp_path: Path) -> None:
    page.goto(write_report(assessed(diagnosis_impact()), tmp_path).html.as_uri())
    assert len(page.evaluate(COUNT_SHOWN)) == 10
    page.get_by_label("Ours alone").check()
    assert page.evaluate(COUNT_SHOWN) == ["c-C860", "c-Z998", "c-F9821"]
    page.get_by_role("button", name="Clear").press("Enter")
    assert len(page.evaluate(COUNT_SHOWN)) == 10


def test_codes_of_the_impact_lead_to_their_change(page: Page, tmp_path: Path) -> None:
    page.goto(write_report(assessed(diagnosis_impact()), tmp_path).html.as_uri())
    page.get_by_label("Kind").select_option("new")
    page.locator(".money").get_by_role("link", name="C86.0", exact=True).press("Enter")
    assert page.locator("#c-C860").is_visible()
    assert page.url.endswith("#c-C860")


@pytest.mark.parametrize("paper", PAPERS)
def test_first_printed_page_holds_the_summary_with_the_number_that_must_be_0(
    page: Page, tmp_path: Path, paper: str
) -> None:
    width, height = PAPERS[paper]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="print")
    page.goto(write_report(crowded_assessment(), tmp_path).html.as_uri())
    assert page.locator(".stakes .big").is_visible()
    assert page.locator(".front").evaluate("node => node.getBoundingClientRect().bottom") <= height


def test_packet_prints_with_a_box_for_each_task_and_no_links(page: Page, tmp_path: Path) -> None:
    paths = {path.name: path for path in write_packets(diagnosis_impact(), tmp_path / "packets")}
    page.emulate_media(media="print")
    page.goto(paths["owner-revenue-integrity.html"].as_uri())
    assert page.locator(".tasks td.box svg").count() == 2
    assert all(box.is_visible() for box in page.locator(".tasks td.box svg").all())
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator("thead").first.evaluate("n => getComputedStyle(n).display") == "table-header-group"
    pdf = page.pdf(format="Letter", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2


def test_index_leads_to_a_packet_and_back(page: Page, tmp_path: Path) -> None:
    paths = {path.name: path for path in write_packets(diagnosis_impact(), tmp_path / "packets")}
    page.goto(paths["index.html"].as_uri())
    page.get_by_role("link", name="Revenue Integrity", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Revenue Integrity")
    page.get_by_role("link", name="All packets").click()
    assert page.url == paths["index.html"].as_uri()
