"""The list of changes and the page of one in a real browser: keys alone, axe, narrow screens, dark mode, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.accounts import open_session
from flows.review_acts import decide
from schema.access import Role
from schema.review import Action, Decision
from tests.test_web_changes import item_of
from tests.web_server import serving
from tests.web_site import COOKIE, KEY, PEOPLE, WebSite, sample_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATH = f"/updates/{KEY}/changes"
PAGES = (f"{PATH}?group=kind", f"{PATH}/code:E668?kind=deleted", "/codes?q=obesity", "/codes/icd10cm/E66811")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with sample_site(tmp_path) as made:
        yield made


@pytest.fixture
def visitor(site: WebSite, browser: Browser) -> Iterator[Page]:
    """A page where the coder is signed in; it fails where a script fails or the content policy is hurt."""
    secret, _ = open_session(site.engine, PEOPLE[Role.CODER][0], site.clock(), 12)
    with serving(site.app) as address:
        context = browser.new_context(base_url=address)
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
        context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        yield page
        context.close()
    assert faults == []


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def chosen_here(page: Page) -> str:
    return str(page.evaluate("document.querySelector('[data-row].here')?.dataset.row"))


def test_several_changes_are_decided_from_the_list_by_keys_alone(site: WebSite, visitor: Page) -> None:
    page = visitor
    page.goto(f"{PATH}?kind=deleted&sort=code")
    rows = page.eval_on_selector_all("[data-row]", "rows => rows.map(row => row.dataset.row)")
    press(page, "j", "x", "j", "j", "x")
    assert page.locator("[data-chosen]").inner_text() == "2"
    press(page, "d")
    page.keyboard.type("Retire")
    press(page, "Tab")
    page.keyboard.type("nobody uses them")
    press(page, "Control+Enter")
    page.get_by_text("2 changes decided.").wait_for()
    assert [item_of(site, row).action for row in rows[:3]] == [Action.RETIRE, None, Action.RETIRE]
    # The row after those decided is at hand, and one that is not ticked is decided alone.
    assert chosen_here(page) == rows[3]
    press(page, "d")
    page.keyboard.type("No")
    press(page, "Tab")
    page.keyboard.type("looked at")
    press(page, "Control+Enter")
    page.get_by_text("1 change decided.").wait_for()
    assert item_of(site, rows[3]).action is Action.NO_ACTION
    assert page.url.endswith(f"{PATH}?kind=deleted&sort=code")


def test_changes_are_decided_one_after_the_other_by_keys_alone(site: WebSite, visitor: Page) -> None:
    page = visitor
    page.goto(f"{PATH}?kind=deleted&open=1")
    press(page, "j")
    first = chosen_here(page)
    press(page, "Enter")
    page.wait_for_url(f"**/{first}?**")
    after = page.locator('a[rel="next"]').get_attribute("href") or ""
    press(page, "2", "r")
    page.keyboard.type("retired here")
    press(page, "Control+Enter")
    page.wait_for_url(f"**{after}")
    assert item_of(site, first).action is Action.RETIRE
    # Replaced: the candidates are rows that are ticked, and the decision is chosen by its number.
    second = after.split("/")[-1].split("?")[0]
    page.locator(f"#decide input[name=subject][value='{second}']").wait_for(state="attached")
    if page.locator("input[data-choose]").count():
        press(page, "j", "x")
    press(page, "1")
    if not page.locator("input[data-choose]").count():
        page.locator("#successors").fill("E6689")
    press(page, "r")
    page.keyboard.type("its child says it")
    press(page, "Control+Enter")
    page.wait_for_url(lambda url: second not in url)
    assert item_of(site, second).action is Action.REPLACE
    press(page, "u")
    page.wait_for_url("**/changes?**")


def test_second_person_is_told_and_keeps_what_was_typed(site: WebSite, visitor: Page) -> None:
    page = visitor
    page.goto(f"{PATH}/code:E668")
    seen = int(page.locator("#decide input[name=seen]").input_value())
    other = Decision(Action.NO_ACTION, "first")
    decide(site.engine, site.actor(Role.COMPLIANCE), KEY, ["code:E668"], other, seen, now=site.clock())
    press(page, "2", "r")
    page.keyboard.type("second")
    press(page, "Control+Enter")
    page.get_by_role("alert").wait_for()
    assert "carl" in page.get_by_role("alert").inner_text()
    assert page.locator("#reason").input_value() == "second"
    assert item_of(site, "code:E668").reason == "first"


def test_choices_sorting_and_pages_come_without_a_new_page(visitor: Page) -> None:
    page = visitor
    page.goto(f"{PATH}?size=25")
    page.evaluate("window.isSamePage = true")
    page.get_by_role("link", name=re.compile("^Deleted")).click()
    page.wait_for_url("**kind=deleted**")
    page.get_by_role("columnheader", name="Paid").get_by_role("link").click()
    page.wait_for_url("**sort=paid&desc=1**")
    page.select_option("#group", "priority")
    page.wait_for_url("**group=priority**")
    press(page, "/")
    page.keyboard.type("other obesity")
    press(page, "Enter")
    page.wait_for_url("**q=other+obesity**")
    assert page.locator("[data-row]").count() == 1
    assert page.evaluate("window.isSamePage") is True
    page.go_back()
    page.wait_for_url(lambda url: "q=" not in url)
    page.locator("[data-row]").nth(1).wait_for()


def test_list_works_without_scripts(site: WebSite, browser: Browser) -> None:
    secret, _ = open_session(site.engine, PEOPLE[Role.CODER][0], site.clock(), 12)
    with serving(site.app) as address:
        context = browser.new_context(base_url=address, java_script_enabled=False)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        page = context.new_page()
        page.goto(f"{PATH}?kind=deleted")
        page.get_by_label("Choose E66.8", exact=True).check()
        page.select_option("#action", "replace")
        page.fill("#successors", "E66.89")
        page.locator("#bulk #reason").fill("its child says it")
        page.get_by_role("button", name="Decide", exact=True).click()
        assert "1 change decided." in page.content()
        context.close()
    assert item_of(site, "code:E668").successors == ("E6689",)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1360, "height": 900}, {"width": 360, "height": 740}])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(visitor: Page, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visitor
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in PAGES:
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
