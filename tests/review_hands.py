"""How somebody works on the review pages: with a mouse, or with the keyboard alone. The same things can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Locator, Page

# More than any page has; a Tab that comes round and round would never end.
MOST_TABS = 800


class Hands(Protocol):
    """What can be done on a page. A name is what a screen reader says of a link, button or field."""

    page: Page

    def go(self, name: str) -> None:
        """To a place of the main navigation."""

    def follow(self, link: Locator) -> None:
        """Open what a link leads to."""

    def press(self, button: Locator) -> None:
        """Press a button, unfold what is folded, tick a box."""

    def write(self, field: Locator, text: str) -> None:
        """Fill a field with other text."""

    def date(self, field: Locator, day: str) -> None:
        """Fill a field with a date."""

    def pick(self, field: Locator, title: str) -> None:
        """Choose one of a list, and see what is like that."""

    def open_row(self, code: str) -> None:
        """Open the row of a code from a list."""

    def tick_row(self, code: str) -> None:
        """Choose the row of a code."""

    def decide_rows(self, action: str, reason: str) -> None:
        """Decide what is chosen on the list of changes."""

    def decide(self, action: str, reason: str, candidates: Sequence[str] = ()) -> None:
        """Decide one change on its page."""


def row_of(page: Page, code: str) -> Locator:
    """The row of a list whose first link is the code."""
    return page.locator("[data-row]").filter(has=page.get_by_role("link", name=code, exact=True))


class Mouse:
    """Points and clicks; types only into fields."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    def follow(self, link: Locator) -> None:
        link.click()

    def press(self, button: Locator) -> None:
        button.click()

    def write(self, field: Locator, text: str) -> None:
        field.click(click_count=3)
        self.page.keyboard.insert_text(text)

    def date(self, field: Locator, day: str) -> None:
        field.fill(day)

    def pick(self, field: Locator, title: str) -> None:
        field.select_option(label=title)

    def open_row(self, code: str) -> None:
        row_of(self.page, code).get_by_role("link").first.click()

    def tick_row(self, code: str) -> None:
        row_of(self.page, code).get_by_role("checkbox").check()

    def decide_rows(self, action: str, reason: str) -> None:
        form = self.page.locator("#bulk")
        self.pick(form.get_by_label("Decide"), action)
        self.write(form.get_by_label("Reason"), reason)
        self.press(form.get_by_role("button", name="Decide", exact=True))

    def decide(self, action: str, reason: str, candidates: Sequence[str] = ()) -> None:
        for code in candidates:
            self.page.get_by_label(f"Replace by {code}", exact=True).check()
        form = self.page.locator("#decide")
        form.get_by_role("radio", name=action).check()
        self.write(form.get_by_label("Reason"), reason)
        self.press(form.get_by_role("button", name="Decide", exact=True))


class Keys:
    """Has no mouse: Tab, Enter, Space, arrows, typing, and the keys that `?` lists."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, name: str) -> None:
        self._tap("Escape", "g", {"Updates": "u", "Tasks": "t", "Watch": "w", "Codes": "c", "Audit": "a"}[name])

    def follow(self, link: Locator) -> None:
        if not self._call(link):
            self._reach(link)
            self._tap("Enter")

    def press(self, button: Locator) -> None:
        self._reach(button)
        self._tap("Space")

    def write(self, field: Locator, text: str) -> None:
        if not self._call(field):
            self._reach(field)
        self._tap("Control+a")
        self.page.keyboard.type(text)

    def date(self, field: Locator, day: str) -> None:
        year, month, number = day.split("-")
        self._reach(field)
        # The order of a browser that speaks American English.
        self.page.keyboard.type(f"{month}{number}{year}")

    def pick(self, field: Locator, title: str) -> None:
        self._reach(field)
        self.page.keyboard.type(title)
        self._tap("Enter")

    def open_row(self, code: str) -> None:
        self._walk_to(code)
        self._tap("Enter")

    def tick_row(self, code: str) -> None:
        self._walk_to(code)
        self._tap("x")

    def decide_rows(self, action: str, reason: str) -> None:
        self._tap("d")
        self.page.keyboard.type(action)
        self._tap("Tab")
        self.page.keyboard.type(reason)
        self._tap("Control+Enter")

    def decide(self, action: str, reason: str, candidates: Sequence[str] = ()) -> None:
        for code in candidates:
            self.tick_row(code)
        titles = self.page.locator("#decide input[name=action]").evaluate_all(
            "boxes => boxes.map(box => box.closest('label').innerText.trim())"
        )
        number = next(place for place, title in enumerate(titles, 1) if title.startswith(action))
        self._tap(str(number), "r")
        self.page.keyboard.type(reason)
        # The first button leads to the next change: the second one is asked for.
        self._tap("Tab", "Tab", "Enter")

    def _tap(self, *keys: str) -> None:
        # A key that comes before the page's script is nobody's.
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def _call(self, target: Locator) -> bool:
        """Press the key that the page has for it; whether it has one."""
        target.wait_for()
        key = target.get_attribute("data-key")
        if key:
            self._tap("Escape", key)
        return bool(key)

    def _reach(self, target: Locator) -> None:
        """Tab until it has the focus, backwards where it lies before."""
        target.wait_for()
        is_before = target.evaluate(
            """element => document.activeElement !== document.body
                && Boolean(element.compareDocumentPosition(document.activeElement) & 4)"""
        )
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self._tap("Shift+Tab" if is_before else "Tab")
        raise AssertionError(f"no Tab leads to {target}")

    def _walk_to(self, code: str) -> None:
        """The rows, down from where one is, and from the first one when that is the last."""
        target = row_of(self.page, code)
        target.wait_for()
        rows = self.page.locator("[data-row]").count()
        for key in ("j", "k"):
            for _ in range(rows + 1):
                if target.evaluate("row => row.classList.contains('here')"):
                    return
                self._tap(key)
        raise AssertionError(f"no key leads to the row of {code}")
