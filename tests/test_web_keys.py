"""The frame of the pages in a real browser, served by `addenda serve`: login, keys, narrow screens, dark mode."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schema.access import Role
from tests.command_line import CommandLine
from tests.web_site import PASSWORD, PEOPLE, WebSite, empty_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WebSite, str]]:
    """`addenda serve` as a process of its own on a free port, and its address."""
    with empty_site(tmp_path / "home") as site:
        # A real day: the process has a real clock.
        command = CommandLine(tmp_path / "home")
        process = command.start("serve", "--port", "0")
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found is None:
                pytest.fail(f"{line}{process.communicate(timeout=10)}")
            yield site, found[0]
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, ""), out


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page that reaches this machine, and nothing else; it fails where the console has an error."""
    context = browser.new_context()
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    context.close()
    assert faults == []


def test_people_sign_in_find_the_keys_and_leave_in_a_real_browser(served: tuple[WebSite, str], visitor: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    _, address = served
    page = visitor

    def check(name: str) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    page.goto(f"{address}/accounts")
    check("entrance")
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("no password of hers")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    check("refused")
    assert page.evaluate("document.activeElement.id") == "password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts")
    check("accounts")

    # The keys: help, rows, a jump to another page; and none of them while somebody types.
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "Add an account" in dialog.inner_text()
    assert "Next row" in dialog.inner_text()
    check("keys")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Carl Compliance"
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/carl")
    check("account")
    page.get_by_label("Full name").fill("")
    page.get_by_label("Full name").press_sequentially("g u ? j")
    assert page.get_by_label("Full name").input_value() == "g u ? j"
    assert page.url.endswith("/accounts/carl")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url(f"{address}/")

    page.get_by_role("link", name=PEOPLE[Role.ADMINISTRATOR][1]).click()
    check("own page")
    page.get_by_label("What it is for").fill("nightly export")
    page.get_by_role("button", name="Make the token").click()
    assert re.fullmatch(r"addenda_[\w-]{43}", page.locator("[data-secret]").inner_text())
    check("own page with a token")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login?said=out")
    page.go_back()
    page.reload()
    assert page.url.startswith(f"{address}/login"), "nothing of the pages stays"


@pytest.mark.parametrize("path", ["/login", "/me", "/accounts", "/accounts/carl", "/nothing"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_out_of_a_narrow_screen_and_all_is_legible(
    narrow: tuple[Page, str], path: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, address = narrow
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{address}{path}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, f"{wide} px"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture(scope="module")
def narrow(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """A telephone that an administrator is signed in with."""
    home = tmp_path_factory.mktemp("narrow") / "home"
    with empty_site(home):
        process = CommandLine(home).start("serve", "--port", "0")
        context = browser.new_context(viewport={"width": 360, "height": 740})
        try:
            line = process.stdout.readline() if process.stdout else ""
            address = line.split()[-1]
            page = context.new_page()
            page.goto(f"{address}/login")
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            yield page, address
        finally:
            context.close()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
