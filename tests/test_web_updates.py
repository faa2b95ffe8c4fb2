"""The list of updates, and the one page of one: what it shows, what its forms do, how it prints."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows import review_acts
from flows.review.signoff import list_blockers
from schema.access import Role
from schema.review import Action, BlockerKind, Decision, Review, ReviewState
from schema.store.database import reading
from schema.store.review_reader import list_readiness, list_signatures, list_training
from tests.review_site import KEY, SUBJECT, review_of, reviewed_site
from tests.web_pages import check_pages, count_sheets, plain, visiting_as
from tests.web_site import HCPCS_KEY, PASSWORD, PEOPLE, WebSite, csrf_of, sample_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

HERE = f"/updates/{KEY}"
CODER, COMPLIANCE, LEAD = Role.CODER, Role.COMPLIANCE, Role.REVENUE_LEAD
WHY = "The list was made against another file; both codes were read in the tabular list."


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    with reviewed_site(tmp_path / "home", database_url) as made:
        yield made


def send(client: TestClient, place: str, **fields: Any) -> Any:
    """Sends a form of the page with the token that stands on it."""
    page = client.get(HERE)
    return client.post(f"{HERE}/{place}", data={"csrf": csrf_of(page.text), **fields})


def decide(site: WebSite, reason: str = "Its children take over.") -> None:
    review = review_of(site)
    decision = Decision(Action.RETIRE, reason)
    review_acts.decide(site.engine, site.actor(CODER), KEY, [SUBJECT], decision, review.version, now=site.clock())


def set_aside(client: TestClient, site: WebSite, kind: BlockerKind = BlockerKind.DIFFERENCES) -> Any:
    blocker = next(one for one in list_blockers(review_of(site)) if one.kind is kind)
    return send(client, "overrides", kind=kind.value, fingerprint=blocker.fingerprint, reason=WHY)


def approve(site: WebSite) -> Review:
    decide(site)
    assert set_aside(site.client(COMPLIANCE), site).status_code == 303
    assert send(site.client(CODER), "submission", digest=review_of(site).digest).status_code == 303
    for role in (CODER, COMPLIANCE, LEAD):
        assert sign(site, role).status_code == 303
    return review_of(site)


def sign(site: WebSite, role: Role, password: str = PASSWORD) -> Any:
    digest = review_of(site).digest
    return send(site.client(role), "signatures", role=role.value, digest=digest, password=password)


def test_updates_are_listed_with_date_days_left_progress_and_blockers(site: WebSite) -> None:
    text = plain(site.client(Role.READER).get("/").text)
    assert "To come" in text
    assert "ICD-10-CM FY2025 Oct 1, 2024 21 days left Draft 0 of 3" in text
    assert "Deleted codes in use 1 deleted code" in text


def test_page_tells_blockers_first_and_then_figures_and_sources(site: WebSite) -> None:
    page = site.client(Role.READER).get(HERE).text
    text = plain(page)
    order = [
        "21 days",
        "Deleted codes in use",
        "Differs from the publisher",
        "Decided",
        "Top ten by money",
        "Source files",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "20241001" in text
    assert review_of(site).current in text
    assert '<form method="post" action="/updates' not in page.replace("%40", "@")


def test_evidence_is_sent_byte_for_byte_as_its_digest_says(site: WebSite) -> None:
    answer = site.client(Role.READER).get(f"{HERE}/evidence.json")
    assert hashlib.sha256(answer.content).hexdigest() == review_of(site).evidence
    assert answer.headers["content-type"] == "application/json"


def test_three_people_take_an_update_to_approval_by_the_forms(site: WebSite) -> None:
    review = approve(site)
    assert review.state is ReviewState.APPROVED
    page = site.client(Role.READER).get(HERE).text
    text = plain(page)
    assert "3 of 3 signed" not in text
    assert "Approved" in text
    # Each signature stands with the override that was in force, and with its whole digest.
    assert text.count(f"“{WHY}” carl") == 3
    assert page.count(f'title="SHA-256 {review.digest}"') >= 4


def test_nobody_signs_for_a_second_role_or_with_a_wrong_password(site: WebSite) -> None:
    decide(site)
    set_aside(site.client(COMPLIANCE), site)
    send(site.client(CODER), "submission", digest=review_of(site).digest)
    assert sign(site, CODER, "not it").status_code == 401
    assert sign(site, CODER).status_code == 303
    page = plain(site.client(CODER).get(HERE).text)
    assert "Sign as" not in page
    digest = review_of(site).digest
    answer = send(site.client(CODER), "signatures", role="compliance", digest=digest, password=PASSWORD)
    assert answer.status_code == 403


def test_blocker_that_stands_keeps_the_signature_away_and_the_page_says_why(site: WebSite) -> None:
    decide(site)
    send(site.client(CODER), "submission", digest=review_of(site).digest)
    page = plain(site.client(CODER).get(HERE).text)
    assert "Sign as coder" not in page
    assert "Coder not signed: " in page
    assert sign(site, CODER).status_code == 422


def test_changed_decision_voids_the_signatures_and_the_page_says_whose_and_why(site: WebSite) -> None:
    approve(site)
    site.clock.advance(minutes=5)
    decide(site, "Nobody bills it any more.")
    text = plain(site.client(Role.READER).get(HERE).text)
    assert "Void signatures 3" in text
    assert re.search(r"Draft: .*cora decided", text)
    assert "cora , coder, 2024-09-10 09:30 UTC" in text


def test_returned_update_says_the_reason_and_is_submitted_again(site: WebSite) -> None:
    send(site.client(CODER), "submission", digest=review_of(site).digest)
    assert send(site.client(LEAD), "return", digest=review_of(site).digest, reason="Ask Aetna first").status_code == 303
    assert "Ask Aetna first" in plain(site.client(Role.READER).get(HERE).text)
    assert send(site.client(CODER), "submission", digest=review_of(site).digest).status_code == 303


def test_reopening_by_hand_takes_an_approved_update_back(site: WebSite) -> None:
    approve(site)
    assert send(site.client(LEAD), "reopening", reason="A payer changed its mind").status_code == 303
    assert review_of(site).state is ReviewState.DRAFT
    with reading(site.engine) as connection:
        assert all(one.void_at for one in list_signatures(connection, KEY))


def test_readiness_training_and_comments_are_recorded_and_shown(site: WebSite) -> None:
    client = site.client(CODER)
    seen = str(review_of(site).version)
    answer = send(
        client, "readiness", payer="Aetna", code="c86.0", is_ready="no", hold_until="2024-10-08", note="", seen=seen
    )
    assert answer.status_code == 303
    with reading(site.engine) as connection:
        said = list_readiness(connection, KEY)
        mark = list_training(connection, KEY)[0]
    assert [(one.payer, one.code, one.is_ready) for one in said] == [("Aetna", "C860", False)]
    fields = {"subject": mark.subject, "department": mark.department, "is_trained": "yes"}
    assert send(client, "training", **fields, seen=str(review_of(site).version)).status_code == 303
    assert send(client, "comments", text="First line\r\nsecond line").status_code == 303
    page = client.get(HERE).text
    assert "hold until" in page
    assert "First line\nsecond line" in page
    assert (
        f'name="subject" value="{mark.subject}"><input type="hidden" name="department" value="{mark.department}"'
        not in page
    )


def test_form_of_an_old_page_is_told_who_was_first(site: WebSite) -> None:
    client = site.client(CODER)
    seen = str(review_of(site).version)
    fields = {"payer": "Aetna", "code": "", "is_ready": "yes", "seen": seen}
    assert send(site.client(LEAD), "readiness", **fields).status_code == 303
    answer = send(client, "readiness", **{**fields, "is_ready": "no"})
    assert answer.status_code == 409
    assert "rena" in answer.text
    with reading(site.engine) as connection:
        assert [one.is_ready for one in list_readiness(connection, KEY)] == [True]


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("overrides", {"kind": "differences", "fingerprint": "0" * 64, "reason": "x"}),
        ("overrides", {"kind": "nonsense", "fingerprint": "0" * 64, "reason": "x"}),
        ("signatures", {"role": "pope", "digest": "0" * 64, "password": PASSWORD}),
        ("submission", {"digest": "0" * 64}),
        ("return", {"digest": "0" * 64, "reason": ""}),
        ("readiness", {"payer": "", "code": "", "is_ready": "yes", "seen": "99"}),
        ("readiness", {"payer": "A", "code": "", "is_ready": "yes", "hold_until": "soon", "seen": "99"}),
        ("readiness", {"payer": "A", "code": "", "is_ready": "yes", "seen": "-1"}),
        ("comments", {"text": "\x00"}),
    ],
)
def test_form_that_makes_no_sense_changes_nothing(site: WebSite, place: str, fields: dict[str, str]) -> None:
    before = review_of(site)
    answer = send(site.client(COMPLIANCE), place, **fields)
    assert 400 <= answer.status_code < 500
    assert review_of(site) == before


def test_refresh_renews_the_evidence_from_the_sample_organisation(tmp_path: Path) -> None:
    with sample_site(tmp_path / "home") as site:
        assert send(site.client(Role.OPERATOR), "refresh").status_code == 303
        assert "Top ten by money" in site.client(Role.OPERATOR).get(HERE).text


def test_page_of_an_unknown_update_is_not_found(site: WebSite) -> None:
    client = site.client(Role.READER)
    for key in ("icd10cm@2030-10-01", "x", "%3Cscript%3E", "a" * 3000):
        for rest in ("", "/evidence.json"):
            assert client.get(f"/updates/{key}{rest}").status_code == 404


def test_reports_of_updates_are_the_same_whoever_looks_but_for_the_forms(site: WebSite) -> None:
    summary = json.loads(review_of(site).summary)
    for role in PEOPLE:
        page = site.client(role).get(HERE).text
        assert summary["system_title"] in page
        assert ("Set it aside" in page) is (role in (COMPLIANCE, LEAD))
        assert ("Submit for signature" in page) is (role in (CODER, COMPLIANCE, LEAD))
        assert ("Renew the evidence" in page) is (role not in (Role.READER, Role.ADMINISTRATOR))


@pytest.mark.browser
def test_pages_pass_axe_and_fit_360_pixels_in_light_and_dark(browser: Browser, tmp_path: Path) -> None:
    with sample_site(tmp_path / "home") as site, visiting_as(browser, site, COMPLIANCE) as visit:
        check_pages(visit, ["/", HERE])


@pytest.mark.browser
def test_signed_page_passes_axe_too(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site:
        approve(site)
        site.clock.advance(minutes=5)
        decide(site, "Nobody bills it any more.")
        send(site.client(CODER), "submission", digest=review_of(site).digest)
        sign(site, COMPLIANCE)
        with visiting_as(browser, site, LEAD) as visit:
            check_pages(visit, [HERE])


@pytest.mark.browser
@pytest.mark.parametrize("key", [KEY, HCPCS_KEY])
def test_one_page_prints_on_one_sheet_with_lines_to_sign_and_no_control(
    browser: Browser, tmp_path: Path, key: str
) -> None:
    with sample_site(tmp_path / "home") as site, visiting_as(browser, site, COMPLIANCE) as visit:
        page = visit.open(f"/updates/{key}")
        page.emulate_media(media="print")
        assert page.get_by_role("button").locator("visible=true").count() == 0
        rows = page.locator("table.signers tbody tr")
        assert rows.count() == 3
        # Paper has room for a name, and the whole digest of what is signed.
        assert all((row.bounding_box() or {"height": 0})["height"] > 25 for row in rows.all())
        assert page.get_by_text(review_of(site, key).digest[12:]).first.is_visible()
        for paper in ("Letter", "A4"):
            assert count_sheets(page, paper) == 1, paper


@pytest.mark.browser
def test_refused_form_leaves_what_was_typed(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site, visiting_as(browser, site, CODER) as visit:
        page = visit.open(HERE)
        page.locator("summary", has_text="readiness").click()
        page.get_by_label("Payer", exact=True).fill("Aetna")
        page.get_by_label("is not ready").check()
        page.get_by_label("Note").fill("typed with care")
        review = review_of(site)
        review_acts.set_readiness(
            site.engine, site.actor(LEAD), KEY, "Aetna", "", True, None, "", review.version, now=site.clock()
        )
        page.get_by_role("button", name="Record").click()
        page.locator("#notice").get_by_text("rena").wait_for()
        assert page.get_by_label("Note").input_value() == "typed with care"


@pytest.mark.browser
def test_form_that_is_taken_shows_the_page_as_it_is_now_without_leaving_it(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site, visiting_as(browser, site, CODER) as visit:
        page = visit.open(HERE)
        page.get_by_label("Comment").fill("Who asks Aetna?")
        page.get_by_role("button", name="Comment").click()
        page.locator(".said").get_by_text("Who asks Aetna?").wait_for()
        assert page.url == visit.address + HERE
        assert page.locator("main").count() == 1
