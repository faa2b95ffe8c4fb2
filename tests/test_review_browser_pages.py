"""Every main page over a real update in a real browser: axe, narrow screens, dark mode, print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.real_review import KEY, RealReview, serving_real_review
from tests.web_pages import Visit, check_pages, count_sheets
from tests.web_site import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UPDATE = f"/updates/{KEY}"
PAGES = (
    "/",
    UPDATE,
    f"{UPDATE}/changes",
    f"{UPDATE}/changes?group=kind&size=25",
    f"{UPDATE}/changes/code:Z86010",
    f"{UPDATE}/changes/code:E66811",
    "/codes?q=obesity",
    "/codes/icd10cm/E66811",
    "/tasks?who=all",
    "/watch",
    "/audit",
    "/me",
)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory, releases: Path) -> Iterator[RealReview]:
    with serving_real_review(tmp_path_factory.mktemp("real") / "home", releases) as served:
        work_a_little(served)
        sign_a_little(served)
        yield served


@pytest.fixture(scope="module")
def visit(browser: Browser, review: RealReview) -> Iterator[Visit]:
    """The coder, signed in, with what the console says."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{review.address}/login")
        page.get_by_label("Name").fill("cora")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{review.address}/")
        events: list[str] = []
        page.on("console", lambda message: events.append(message.text))
        yield Visit(page, review.address, events)


def work_a_little(review: RealReview) -> None:
    """What fills the pages: decisions, a comment, an owner, payers."""
    for arguments in (
        ("comment", KEY, "The tumour board meets on Thursday.", "--by", "carl"),
        ("decide", KEY, "Z86.010", "--action", "replace", "--successor", "Z86.0100", "--successor", "Z86.0101",
         "--reason", "Its children say which polyps.", "--by", "cora"),
        ("decide", KEY, "T81.32XA", "T81.32XD", "--action", "retire", "--reason", "Its children.", "--by", "cora"),
        ("assign", KEY, "C83.39", "--owner", "clinical informatics", "--due", "2024-09-05", "--by", "cora"),
        ("readiness", KEY, "Prairie Mutual", "--not-ready", "--hold-until", "2024-10-15", "--by", "rena"),
        ("readiness", KEY, "Medicare", "--ready", "--by", "rena"),
    ):  # fmt: skip
        answer = review.command("review", *arguments)
        if answer.code:
            raise AssertionError(answer.err)


def sign_a_little(review: RealReview) -> None:
    """What fills the place of signatures: a blocker set aside, one that stands, one that is void."""

    def act(name: str, *arguments: str, by: str) -> None:
        answer = review.command("review", name, KEY, *arguments, "--by", by)
        if answer.code:
            raise AssertionError(answer.err)

    def shown() -> dict[str, Any]:
        told: dict[str, Any] = review.command("review", "show", KEY, "--format", "json").json
        return told

    reason = "The tumour board decides in October."
    for is_void in (True, False):
        blocker = next(one for one in shown()["blockers"] if one["kind"] == "deleted_in_use")
        act("override", "deleted_in_use", "--fingerprint", blocker["fingerprint"], "--reason", reason, by="carl")
        act("submit", "--digest", shown()["digest"], by="cora")
        act("sign", "--role", "compliance", "--digest", shown()["digest"], by="carl")
        if is_void:
            act("decide", "E66.8", "--action", "no_action", "--reason", "nobody bills it", by="cora")


@pytest.mark.parametrize("path", PAGES)
def test_page_of_a_real_update_holds_wide_narrow_light_and_dark(visit: Visit, path: str) -> None:
    visit.events.clear()
    check_pages(visit, [path])


@pytest.mark.parametrize("path", ["/login", "/accounts"])
def test_entrance_and_accounts_hold_too(browser: Browser, review: RealReview, path: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        events: list[str] = []
        if path != "/login":
            page.goto(f"{review.address}/login")
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{review.address}/")
        page.on("console", lambda message: events.append(message.text))
        check_pages(Visit(page, review.address, events), [path])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_summary_of_a_real_update_prints_on_one_sheet(visit: Visit, paper: str) -> None:
    page = visit.open(UPDATE)
    assert count_sheets(page, paper) == 1


def test_everything_of_a_real_update_comes_at_once(visit: Visit) -> None:
    """The limit is many times what it takes, for computers that are busy."""
    page = visit.open(f"{UPDATE}/changes?size=200")
    took = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    assert page.locator("[data-row]").count() == 200
    assert took < 5000
