"""Three people take a real update from draft to approved in a real browser: by mouse, and by keyboard alone.

The update is ICD-10-CM FY2024 to FY2025 as CMS shipped it, with the uses and claims of the sample's organisation; the
server is `addenda serve` as a process of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.real_review import CORRECTED, KEY, RealReview, serving_real_review
from tests.review_hands import Hands, Keys, Mouse, row_of
from tests.web_site import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Renewing the evidence takes three seconds on a computer that does nothing else.
FORM_SECONDS = 60
ON_PURPOSE = "T81.32XS stays open: the surgeons decide in October; claims with it are held until then."
LIST_IS_LATE = "The list was not issued again with the order file; the corrected title was read there."


@dataclass
class Person:
    """Somebody at a browser of her own. `faults` is what scripts and the content security policy complained of."""

    name: str
    hands: Hands
    address: str
    faults: list[str]

    def sign_in(self) -> None:
        page, hands = self.hands.page, self.hands
        page.goto(self.address)
        hands.write(page.get_by_label("Name"), self.name)
        hands.write(page.get_by_label("Password"), PASSWORD)
        hands.press(page.get_by_role("button", name="Sign in"))
        page.get_by_role("heading", name="Updates", level=1).wait_for()

    def open_update(self) -> None:
        self.hands.go("Updates")
        self.hands.follow(self.hands.page.get_by_role("link", name="ICD-10-CM FY2025"))
        self.hands.page.get_by_role("heading", name="Signatures", level=2).wait_for()

    def open_changes(self, *choices: str) -> None:
        """The list of changes, with these choices of the filter one after the other."""
        page = self.hands.page
        self.open_update()
        self.hands.follow(page.locator(".stakes a[data-key=c]"))
        page.get_by_role("heading", name="Changes", level=1).wait_for()
        for number, choice in enumerate(choices, 1):
            self.hands.follow(page.locator(".choices").get_by_role("link", name=re.compile(rf"^{choice}( [\d,]+)?$")))
            page.locator(".choices [aria-current=true]").nth(number - 1).wait_for()
            page.locator(".choices [aria-current=true]", has_text=choice).wait_for()

    def submit(self) -> None:
        self.open_update()
        self.hands.press(self.hands.page.get_by_role("button", name="Submit for signature"))
        self.wait_for_state("In review")

    def sign(self, role: str) -> None:
        page = self.hands.page
        self.open_update()
        self.hands.write(page.get_by_label("Your password"), PASSWORD)
        self.hands.press(page.get_by_role("button", name=f"Sign as {role}"))
        row = page.locator(".signers tr.given", has=page.locator("th", has_text=re.compile(f"^{role}", re.IGNORECASE)))
        row.locator("bdi", has_text=self.name).wait_for()

    def set_aside(self, title: str, reason: str) -> None:
        page = self.hands.page
        self.open_update()
        blocker = page.locator(".verdict.stops", has=page.get_by_text(title, exact=True))
        self.hands.press(blocker.locator("summary"))
        self.hands.write(blocker.get_by_label("Reason"), reason)
        self.hands.press(blocker.get_by_role("button", name="Set aside"))
        page.locator(".verdict.aside", has_text=reason).wait_for()

    def wait_for_state(self, state: str) -> None:
        self.hands.page.locator(".facts .state", has_text=state).wait_for()

    def told(self, count: str) -> None:
        """Waits until the page says so."""
        self.hands.page.locator(".notice.good", has_text=count).wait_for()


@contextmanager
def meeting(browser: Browser, review: RealReview, hands: type[Mouse] | type[Keys]) -> Iterator[tuple[Person, ...]]:
    """The coder, compliance and the revenue lead, each with a browser of her own."""
    people = []
    contexts = []
    for name in ("cora", "carl", "rena"):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(FORM_SECONDS * 1000)
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []
        _listen(page, faults)
        people.append(Person(name, hands(page), review.address, faults))
    yield tuple(people)
    for context in contexts:
        context.close()
    assert [person.faults for person in people] == [[], [], []]


def _listen(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)


@pytest.mark.parametrize("hands", [Mouse, Keys])
def test_three_people_take_a_real_update_from_draft_to_approved(
    browser: Browser, releases: Path, tmp_path: Path, hands: type[Mouse] | type[Keys]
) -> None:
    with serving_real_review(tmp_path / "home", releases) as review:
        with meeting(browser, review, hands) as (cora, carl, rena):
            for person in (cora, carl, rena):
                person.sign_in()
            decide_what_hurts(cora)
            meet_in_one_change(cora, carl)
            decide_the_rest(cora)
            return_and_correct(cora, carl)
            sign_with_an_override(cora, carl)
            issue_again(review, rena)
            sign_anew(cora, carl, rena)
            read_the_audit(rena)
        answer = review.command("review", "audit", "--verify")
        assert answer.code == 0, answer.out + answer.err
        shown = review.command("review", "show", KEY, "--format", "json").json
        assert shown["state"] == "approved"
        assert {one["role"]: one["signer"] for one in shown["signatures"] if not one["void_at"]} == {
            "coder": "cora",
            "compliance": "carl",
            "revenue_lead": "rena",
        }
        assert len([one for one in shown["signatures"] if one["void_at"]]) == 2


def decide_what_hurts(cora: Person) -> None:
    """Deleted codes in use: one by its candidates, two at once from the list; assigned and talked about."""
    page, hands = cora.hands.page, cora.hands
    cora.open_changes("Deleted", "In use")
    assert page.locator("[data-row]").count() == 6
    hands.open_row("Z86.010")
    page.get_by_role("heading", name="Z86.010").wait_for()
    hands.decide("Replace", "Its children say which polyps.", ("Z86.0100", "Z86.0101"))
    cora.told("Decided.")
    hands.write(page.get_by_label("Assign to"), "clinical informatics")
    hands.date(page.get_by_label("Due"), "2024-09-20")
    hands.press(page.get_by_role("button", name="Assign"))
    cora.told("Assigned.")
    hands.write(page.get_by_label("Comment"), "Gastroenterology was told on Monday.")
    hands.press(page.get_by_role("button", name="Comment"))
    page.locator("#change .said", has_text="Gastroenterology was told on Monday.").wait_for()
    cora.open_changes("Deleted", "In use")
    for code in ("T81.32XA", "T81.32XD"):
        hands.tick_row(code)
    hands.decide_rows("Retire", "The children take over on October 1.")
    cora.told("2 changes decided.")


def meet_in_one_change(cora: Person, carl: Person) -> None:
    """Both open E66.8; the later one is told what happened, and nothing is overwritten."""
    for person in (cora, carl):
        person.open_changes("Deleted", "In use")
        person.hands.open_row("E66.8")
        person.hands.page.get_by_role("heading", name="E66.8").wait_for()
    cora.hands.decide("Replace", "The class of obesity is documented.", ("E66.811",))
    cora.told("Decided.")
    carl.hands.decide("No action", "Nobody bills it.")
    alert = carl.hands.page.get_by_role("alert")
    alert.wait_for()
    assert "cora" in alert.inner_text()
    assert carl.hands.page.locator("#reason").input_value() == "Nobody bills it.", "what was typed stays"
    carl.open_changes("Deleted", "In use")
    assert "E66.811" in row_of(carl.hands.page, "E66.8").inner_text()


def decide_the_rest(cora: Person) -> None:
    """Everything that matches a filter at once, beyond the page that is shown."""
    page, hands = cora.hands.page, cora.hands
    cora.open_changes("Deleted", "Open")
    hands.tick_row("C83.39")
    hands.decide_rows("Needs policy", "The tumour board writes it.")
    cora.told("1 change decided.")
    for kind, action, count in (("New", "Add", 62), ("New headers", "No action", 6), ("Revised", "No action", 3)):
        cora.open_changes(kind, "Open")
        every = page.get_by_label(re.compile("of the filter$"))
        hands.press(every if every.count() else page.get_by_label("Choose every change of this page"))
        hands.decide_rows(action, "Read, and told to the owners of its uses.")
        cora.told(f"{count} changes decided.")
    cora.open_update()
    assert page.locator(".stakes .big dd").first.inner_text() == "1"


def return_and_correct(cora: Person, carl: Person) -> None:
    page, hands = carl.hands.page, carl.hands
    cora.submit()
    carl.open_update()
    hands.press(page.locator("summary", has_text="Return it, with a reason"))
    hands.write(page.locator("#return-reason"), "C83.39 needs a decision, not a policy.")
    hands.press(page.get_by_role("button", name="Return", exact=True))
    carl.wait_for_state("Returned")
    cora.open_update()
    assert "C83.39 needs a decision, not a policy." in cora.hands.page.locator(".why").inner_text()
    cora.open_changes("Deleted", "In use")
    cora.hands.open_row("C83.39")
    cora.hands.page.get_by_role("heading", name="C83.39").wait_for()
    cora.hands.decide("Replace", "As compliance asked.", ("C83.398",))
    cora.told("Decided.")
    cora.submit()


def sign_with_an_override(cora: Person, carl: Person) -> None:
    """One deleted code stays undecided on purpose: nobody can sign until that is set aside in writing."""
    cora.open_update()
    assert cora.hands.page.get_by_role("button", name="Sign as coder").count() == 0
    carl.set_aside("Deleted codes in use", ON_PURPOSE)
    cora.sign("coder")
    carl.sign("compliance")
    assert carl.hands.page.locator(".signers .set-aside", has_text=ON_PURPOSE).count() == 2
    carl.wait_for_state("In review")


def issue_again(review: RealReview, rena: Person) -> None:
    """The publisher ships one other title: the signatures are void, and the page says why."""
    page, hands = rena.hands.page, rena.hands
    rena.open_update()
    said = review.reissue()
    assert "icd10cm@2024-10-01.2 new issue" in said
    # What she saw is not what is there any more: her signature is refused.
    hands.write(page.get_by_label("Your password"), PASSWORD)
    hands.press(page.get_by_role("button", name="Sign as revenue lead"))
    page.get_by_role("alert").wait_for()
    rena.open_update()
    rena.wait_for_state("Draft")
    assert "icd10cm@2024-10-01.2" in page.locator(".why").inner_text()
    void = page.locator("ul.void li").all_inner_texts()
    assert [name for name in ("cora", "carl") if any(name in line for line in void)] == ["cora", "carl"]
    assert all("icd10cm@2024-10-01.2" in line for line in void)
    assert page.locator(".verdict.stops", has_text="cannot be set aside").count() == 1
    hands.press(page.get_by_role("button", name="Renew the evidence"))
    page.locator(".sealed", has_text="icd10cm@2024-10-01.2").wait_for()


def sign_anew(cora: Person, carl: Person, rena: Person) -> None:
    """The corrected change has lost its decision, the others have theirs; then three people sign one digest."""
    page = cora.hands.page
    cora.open_changes("New", "Open")
    assert page.locator("[data-row]").count() == 1
    cora.hands.open_row("E66.811")
    page.get_by_role("heading", name=CORRECTED.decode()).wait_for()
    cora.hands.decide("Add", "The title alone was corrected.")
    cora.told("Decided.")
    cora.submit()
    # What was set aside is still; what is new stands in the way by itself.
    carl.set_aside("Differs from the publisher’s list", LIST_IS_LATE)
    for person, role in ((cora, "coder"), (carl, "compliance"), (rena, "revenue lead")):
        person.sign(role)
    rena.wait_for_state("Approved")


def read_the_audit(rena: Person) -> None:
    """The audit tells everything: who, what, and what was written."""
    page, hands = rena.hands.page, rena.hands
    hands.go("Audit")
    page.get_by_role("heading", name="Audit", level=1).wait_for()
    hands.write(page.get_by_label("Who"), "carl")
    hands.press(page.get_by_role("button", name="Show"))
    page.wait_for_url("**person=carl**")
    text = page.locator("table").inner_text()
    for told in ("Signature", "Override", ON_PURPOSE, "Returned", "C83.39 needs a decision, not a policy."):
        assert told in text
    hands.go("Audit")
    page.wait_for_url("**/audit")
    hands.pick(page.get_by_label("What"), "Signature")
    page.wait_for_url("**kind=signed**")
    assert page.locator("tbody tr").count() == 5
