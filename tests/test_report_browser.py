"""The HTML file in a real browser, opened from disk without any network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.report.writer import write_report
from schema.changes import UpdateResult
from tests.report_samples import (
    ALL_RESULTS,
    ResultMaker,
    crowded_result,
    diagnosis_result,
    make_result,
    many_result,
    supply_result,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
# Paper less the margins of the print style (15 mm at the sides, 12 and 14 mm above and below), in CSS pixels.
PAPERS = {"letter": (703, 957), "A4": (680, 1024)}
SHOWN = "document.querySelectorAll('section.kind [id^=c-], section.kind [id^=m-]')"
COUNT_SHOWN = f"() => [...{SHOWN}].filter(row => row.checkVisibility()).map(row => row.id)"


def open_report(page: Page, result: UpdateResult, folder: Path) -> list[str]:
    """Open the report; the list fills with whatever the page asks for and says."""
    events: list[str] = []
    page.on("request", lambda request: events.append(request.url))
    page.on("console", lambda message: events.append(message.text))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.on("dialog", lambda dialog: events.append(dialog.message))
    page.goto(write_report(result, folder).html.as_uri())
    return events


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_page_asks_for_nothing_and_runs_nothing_but_itself(page: Page, tmp_path: Path, make: ResultMaker) -> None:
    events = open_report(page, make(), tmp_path)
    page.keyboard.press("/")
    page.keyboard.type("script")
    page.wait_for_timeout(200)
    assert events == [(tmp_path / "report.html").as_uri()]


def test_search_is_reached_and_used_with_the_keyboard_alone(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    open_report(page, diagnosis_result(), tmp_path)
    found = page.get_by_role("status")
    assert found.inner_text() == "10 changes"
    page.keyboard.press("/")
    page.keyboard.type("lymphoma remission")
    expect(page.get_by_role("status")).to_have_text("2 of 10 changes")
    # The deleted code is found by its candidate's title.
    assert page.evaluate(COUNT_SHOWN) == ["c-C8601", "c-C860"]
    page.keyboard.press("Escape")
    assert found.inner_text() == "10 changes"
    page.keyboard.type("f98.21")
    expect(page.get_by_role("status")).to_have_text("1 of 10 changes")
    assert page.evaluate(COUNT_SHOWN) == ["c-F9821"]


def test_search_finds_accents_without_accents(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    open_report(page, supply_result(), tmp_path)
    page.get_by_label("Search").fill("meniere")
    expect(page.get_by_role("status")).to_have_text("1 of 9 changes")


def test_filters_work_with_the_keyboard_and_together(page: Page, tmp_path: Path) -> None:
    open_report(page, diagnosis_result(), tmp_path)
    page.get_by_label("Search").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("Rev")
    assert page.get_by_label("Kind").input_value() == "revised"
    assert page.evaluate(COUNT_SHOWN) == ["c-F9821", "c-Z681"]
    page.get_by_label("Changed field").select_option("cosmetic")
    assert page.evaluate(COUNT_SHOWN) == ["c-Z681"]
    page.get_by_label("Cosmetic too").uncheck()
    assert page.get_by_text("No change matches.").is_visible()
    page.get_by_role("button", name="Clear").press("Enter")
    assert len(page.evaluate(COUNT_SHOWN)) == 10
    page.get_by_label("Family", exact=True).select_option(label="C00-D49 Neoplasms")
    assert page.get_by_role("status").inner_text() == "5 of 10 changes"


def test_link_to_a_hidden_row_shows_it(page: Page, tmp_path: Path) -> None:
    open_report(page, diagnosis_result(), tmp_path)
    page.get_by_label("Kind").select_option("deleted")
    page.get_by_role("link", name="C86.00").press("Enter")
    assert page.locator("#c-C8600").is_visible()
    assert page.url.endswith("#c-C8600")


def test_skip_link_is_the_first_stop(page: Page, tmp_path: Path) -> None:
    open_report(page, diagnosis_result(), tmp_path)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the changes")
    assert link.evaluate("node => node === document.activeElement")
    assert (link.bounding_box() or {"width": 0})["width"] > 50
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "changes"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("make", [diagnosis_result, supply_result])
def test_axe_finds_nothing(page: Page, tmp_path: Path, make: ResultMaker, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_report(page, make(), tmp_path)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("make", [*ALL_RESULTS, lambda: make_result("icd10cm", ())])
def test_narrow_screen_needs_no_sideways_scrolling(page: Page, tmp_path: Path, make: ResultMaker) -> None:
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    open_report(page, make(), tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("paper", PAPERS)
def test_first_printed_page_holds_the_summary(page: Page, tmp_path: Path, paper: str) -> None:
    width, height = PAPERS[paper]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="print")
    open_report(page, crowded_result(), tmp_path)
    assert page.locator(".bars .plot").count() == 22
    assert page.locator(".front").evaluate("node => node.getBoundingClientRect().bottom") <= height
    for words in ("Effective", "Release checks", "Source files", "Changes by kind", "new"):
        assert page.get_by_text(words, exact=True).first.is_visible()
    pdf = page.pdf(format="Letter" if paper == "letter" else "A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2


def test_print_shows_every_row_and_no_control(page: Page, tmp_path: Path) -> None:
    open_report(page, diagnosis_result(), tmp_path)
    page.get_by_label("Kind").select_option("deleted")
    assert len(page.evaluate(COUNT_SHOWN)) == 2
    page.emulate_media(media="print")
    assert len(page.evaluate(COUNT_SHOWN)) == 10
    assert not page.get_by_label("Search").is_visible()
    assert page.locator("section.kind thead").first.evaluate("n => getComputedStyle(n).display") == "table-header-group"


def test_without_scripts_every_row_is_there_and_no_dead_control(chromium: str, page: Page, tmp_path: Path) -> None:
    browser = page.context.browser
    if browser is None:
        pytest.fail("the page has no browser")
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    open_report(plain, diagnosis_result(), tmp_path)
    assert plain.locator("section.kind [id^=c-]").count() == 10
    assert not plain.get_by_label("Search").is_visible()
    context.close()


def test_ten_thousand_changes_are_filtered_at_once(page: Page, tmp_path: Path) -> None:
    open_report(page, many_result(10_000), tmp_path)
    milliseconds = page.evaluate(
        """() => {
            const words = document.getElementById('words'), start = performance.now();
            words.value = 'number 77';
            document.getElementById('kind').dispatchEvent(new Event('change'));
            return performance.now() - start;
        }"""
    )
    assert page.get_by_role("status").inner_text() == "280 of 10,000 changes"
    assert milliseconds < 1_000
