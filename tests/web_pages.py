"""The pages of a site in a real browser: somebody who is signed in, and what has to be true of every page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.access import Role
from tests.review_site import session_of
from tests.web_server import serving
from tests.web_site import WebSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def plain(page: str) -> str:
    """The text of a page, on one line; a blank stands where an element ended."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@dataclass(frozen=True)
class Visit:
    """A page of a person who is signed in, and the address of the site."""

    page: Page
    address: str
    events: list[str]
    """What the browser's console said."""

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@contextmanager
def visiting_as(browser: Browser, site: WebSite, role: Role) -> Iterator[Visit]:
    """A browser with a session of the person with the role."""
    with serving(site.app) as address:
        context = browser.new_context()
        cookies, _ = session_of(site, role)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        events: list[str] = []
        page = context.new_page()
        page.on("console", lambda message: events.append(message.text))
        page.on("pageerror", lambda error: events.append(str(error)))
        page.on("dialog", lambda dialog: events.append(dialog.message))
        yield Visit(page, address, events)
        context.close()


def check_pages(visit: Visit, paths: Iterable[str]) -> None:
    """Each page, wide and narrow, light and dark: axe finds nothing, it does not scroll sideways, and it says nothing
    to the console, which is where a breach of the content security policy is told."""
    from axe_playwright_python.sync_playwright import Axe

    page = visit.page
    for path in paths:
        for size in (WIDE, NARROW):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            visit.open(path)
            page.evaluate("() => document.querySelectorAll('details').forEach(node => node.open = true)")
            for scheme in ("light", "dark"):
                # Colours that are on their way from one to the other are none of the page's.
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
                results = Axe().run(page)
                if results.violations_count:
                    raise AssertionError(f"{path}, {size['width']} px, {scheme}: {results.generate_report()}")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                raise AssertionError(f"{path} is {width} px wide on a screen of {size['width']} px")
    if visit.events:
        raise AssertionError("; ".join(visit.events))


def count_sheets(page: Page, paper: str) -> int:
    """The sheets of paper that a page takes when it is printed."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, prefer_css_page_size=True)))
