"""The pages of the watch in a real browser: axe, narrow screens, paper, filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.report.watch.writer import write_dashboard
from schema.watch import WatchReport
from tests.test_report_browser import NARROW, WIDE
from tests.watch_reports import (
    believable_report,
    calm_report,
    empty_report,
    hostile_report,
    late_report,
    many_report,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ReportMaker = Callable[[], WatchReport]
SHOWN = """() => [...document.querySelectorAll('.signal')].filter(node => node.checkVisibility())
    .map(node => node.querySelector('h3 .code').textContent)"""


def write_pages(report: WatchReport, folder: Path) -> list[Path]:
    return [path for path in write_dashboard(report, folder / "pages") if path.suffix == ".html"]


def open_dashboard(page: Page, report: WatchReport, folder: Path) -> None:
    paths = {path.name: path for path in write_pages(report, folder)}
    page.goto(paths["dashboard.html"].as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(page: Page, tmp_path: Path, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    pages = write_pages(late_report(), tmp_path / "late")[:2] + write_pages(calm_report(), tmp_path / "calm")[-1:]
    for path in pages:
        page.goto(path.as_uri())
        page.evaluate("() => document.querySelectorAll('details').forEach(node => node.open = true)")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("make", [believable_report, calm_report, empty_report, late_report, hostile_report])
def test_pages_ask_for_nothing_run_nothing_and_fit_a_narrow_screen(
    page: Page, tmp_path: Path, make: ReportMaker
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
        page.evaluate("() => document.querySelectorAll('details').forEach(node => node.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path.name
    assert events == [path.as_uri() for path in paths]


def test_alarms_are_filtered_by_payer_category_status_and_words(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    open_dashboard(page, believable_report(), tmp_path)
    found = page.get_by_role("status")
    assert found.inner_text() == "16 signals"
    assert len(page.evaluate(SHOWN)) == 7
    page.get_by_label("Denied as").select_option("invalid_code")
    assert page.evaluate(SHOWN) == ["J1836", "G0136", "QA0.0141"]
    page.get_by_label("Payer", exact=True).select_option(label="Medicare Part B")
    assert page.evaluate(SHOWN) == ["J1836", "QA0.0141"]
    shown = page.locator(".signal tbody tr").locator("visible=true").locator("th").all_inner_texts()
    assert shown == ["All payers together", "Medicare Part B"] * 2
    page.get_by_role("button", name="Clear").press("Enter")
    expect(found).to_have_text("16 signals")
    page.get_by_label("Status", exact=True).select_option("insufficient")
    assert page.evaluate(SHOWN) == []
    assert page.get_by_role("heading", name="Too little data").is_visible()
    assert page.locator("table.items tr.first").locator("visible=true").count() == 2
    page.get_by_role("button", name="Clear").press("Enter")
    page.get_by_label("Code or words").fill("cochlear")
    expect(found).to_have_text("1 of 16 signals")
    assert page.evaluate(SHOWN) == ["L8614"]
    page.get_by_label("Code or words").fill("cochlear zzz")
    expect(page.get_by_text("No signal matches.")).to_be_visible()


def test_folded_parts_open_while_a_filter_is_set_and_fold_again(page: Page, tmp_path: Path) -> None:
    open_dashboard(page, believable_report(), tmp_path)
    fold = page.locator("section[aria-labelledby=ok] details")
    assert fold.get_attribute("open") is None
    page.get_by_label("Status", exact=True).select_option("ok")
    assert fold.get_attribute("open") == ""
    page.get_by_label("Status", exact=True).select_option("")
    assert fold.get_attribute("open") is None


def test_print_shows_every_alarm_and_no_control(page: Page, tmp_path: Path) -> None:
    open_dashboard(page, believable_report(), tmp_path)
    page.get_by_label("Denied as").select_option("bundling")
    assert page.evaluate(SHOWN) == []
    page.emulate_media(media="print")
    assert len(page.evaluate(SHOWN)) == 7
    assert not page.get_by_label("Code or words").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter", prefer_css_page_size=True))) >= 2


def test_closeout_prints_with_lines_to_sign(page: Page, tmp_path: Path) -> None:
    paths = {path.name: path for path in write_pages(late_report(), tmp_path)}
    page.emulate_media(media="print")
    page.goto(paths["closeout-90.html"].as_uri())
    rows = page.locator("table.sign tbody tr")
    assert rows.count() == 4
    assert all((row.bounding_box() or {"height": 0})["height"] > 40 for row in rows.all())
    assert page.evaluate("document.scripts.length") == 0


def test_without_scripts_every_signal_is_there_and_no_dead_control(chromium: str, page: Page, tmp_path: Path) -> None:
    browser = page.context.browser
    if browser is None:
        pytest.fail("the page has no browser")
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    open_dashboard(plain, believable_report(), tmp_path)
    assert plain.locator(".signal").locator("visible=true").count() == 7
    assert not plain.get_by_label("Code or words").is_visible()
    context.close()


def test_two_thousand_items_are_filtered_at_once(page: Page, tmp_path: Path) -> None:
    open_dashboard(page, many_report(2_000), tmp_path)
    milliseconds = page.evaluate(
        """() => {
            const category = document.getElementById('category'), start = performance.now();
            category.value = 'bundling';
            category.dispatchEvent(new Event('change'));
            document.body.offsetHeight;
            return performance.now() - start;
        }"""
    )
    assert page.get_by_role("status").inner_text() == "50 of 400 signals"
    assert milliseconds < 1_000
