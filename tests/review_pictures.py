"""The pictures of docs/review.md, made anew: `python -m tests.review_pictures`, with the real releases beside the
repository as for the tests, and Chromium in PATH."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.command_line import ROOT
from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES
from tests.real_review import KEY, serving_real_review
from tests.test_review_browser_pages import work_a_little
from tests.web_site import PASSWORD

SIZE = {"width": 1280, "height": 860}
PICTURES = {
    "review-update.png": f"/updates/{KEY}",
    "review-changes.png": f"/updates/{KEY}/changes",
    "review-change.png": f"/updates/{KEY}/changes/code:E668?kind=deleted&use=1",
}
# A page of the docs is read over a network.
MOST_BYTES = 400_000


def make_pictures(folder: Path, releases: Path) -> list[Path]:
    """The pictures, written into the folder. Raises ValueError when one is too large."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    made = []
    with (
        TemporaryDirectory() as home,
        serving_real_review(Path(home) / "home", releases) as review,
        sync_playwright() as playwright,
    ):
        work_a_little(review)
        browser = playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_FLAGS, "--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE["width"], "height": SIZE["height"]}, color_scheme="light")
        page.goto(f"{review.address}/login")
        page.get_by_label("Name").fill("cora")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{review.address}/")
        for name, path in PICTURES.items():
            page.goto(review.address + path)
            page.screenshot(path=folder / name)
            if (folder / name).stat().st_size > MOST_BYTES:
                raise ValueError(f"{name} is larger than {MOST_BYTES} bytes")
            made.append(folder / name)
        browser.close()
    return made


if __name__ == "__main__":
    given = os.environ.get("ADDENDA_TEST_RELEASES")
    for path in make_pictures(ROOT / "docs", Path(given) if given else ROOT.parent / "shared" / "data"):
        sys.stdout.write(f"{path}\n")
