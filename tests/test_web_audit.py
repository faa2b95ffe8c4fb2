"""The page of the audit and its CSV: who did what when, for those who may know."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows import review_acts
from flows.web import audit
from schema.access import Role
from schema.acts import ACCESS_KINDS, ActKind
from schema.review import Action, Decision
from schema.store.act_log import iterate_acts, read_head
from schema.store.database import reading
from tests.review_site import KEY, SUBJECT, review_of, reviewed_site
from tests.web_pages import check_pages, visiting_as
from tests.web_site import PASSWORD, WebSite, csrf_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

ROW = re.compile(r"<tr data-row.*?</tr>", re.DOTALL)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    with reviewed_site(tmp_path / "home", database_url) as made:
        yield made


def work(site: WebSite) -> None:
    """A decision, a comment, and somebody who fails to come in."""
    coder = site.actor(Role.CODER)
    decision = Decision(Action.RETIRE, "Its <b>children</b> take over.")
    review_acts.decide(site.engine, coder, KEY, [SUBJECT], decision, review_of(site).version, now=site.clock())
    review_acts.comment(site.engine, coder, KEY, "", '=HYPERLINK("https://evil.example")', now=site.clock())
    client = site.client()
    page = client.get("/login")
    client.post("/login", data={"csrf": csrf_of(page.text), "name": "cora", "password": PASSWORD + "!"})


def rows_of(client: TestClient, query: str = "") -> list[str]:
    answer = client.get(f"/audit{query}")
    assert answer.status_code == 200
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in ROW.findall(answer.text)]


def read_csv(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/audit.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_decision_is_told_with_person_role_code_reason_and_hash(site: WebSite) -> None:
    work(site)
    rows = rows_of(site.client(Role.READER), "?kind=decided")
    assert len(rows) == 1
    for words in (
        "cora",
        "coder",
        "C86.0",
        "decided: retire",
        "&lt;b&gt;children",
        "Sep 10, 2024, 09:30 UTC",
    ):
        assert words in rows[0]


def test_failed_sign_in_is_seen_by_those_alone_who_may_see_the_audit(site: WebSite) -> None:
    work(site)
    for role in Role:
        client = site.client(role)
        may = role in (Role.COMPLIANCE, Role.ADMINISTRATOR)
        assert any("Failed to sign in" in row for row in rows_of(client)) is may
        assert any(row["kind"] == "sign_in_failed" for row in read_csv(client)) is may
        answer = client.get("/audit?kind=sign_in_failed")
        assert answer.status_code == (200 if may else 403)
        assert client.get("/audit.csv?kind=sign_in_failed").status_code == (200 if may else 403)


def test_no_password_and_no_secret_is_told_anywhere(site: WebSite) -> None:
    work(site)
    client = site.client(Role.ADMINISTRATOR)
    for path in ("/audit", "/audit.csv"):
        text = client.get(path).text
        assert PASSWORD not in text
        assert "argon2" not in text


def test_log_is_filtered_by_review_person_and_kind(site: WebSite) -> None:
    work(site)
    client = site.client(Role.COMPLIANCE)
    with reading(site.engine) as connection:
        acts = list(iterate_acts(connection))
    for query, is_wanted in (
        (f"?review={KEY}", lambda act: act.review == KEY),
        ("?person=cora", lambda act: act.actor == "cora"),
        ("?kind=account_added", lambda act: act.kind is ActKind.ACCOUNT_ADDED),
        (f"?review={KEY}&person=cora&kind=commented", lambda act: act.kind is ActKind.COMMENTED),
    ):
        wanted = [act.sequence for act in acts if is_wanted(act)]
        assert [int(row["sequence"]) for row in read_csv(client, query)] == wanted
        assert [int(row.split()[0]) for row in rows_of(client, query)] == wanted[::-1]


def test_pages_hold_every_act_once(site: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    work(site)
    monkeypatch.setattr(audit, "PAGE_SIZE", 3)
    client = site.client(Role.COMPLIANCE)
    seen: list[int] = []
    path = "/audit"
    while path:
        page = client.get(path).text
        seen += [int(number) for number in re.findall(r'class="n no" data-label="No.">(\d+)<', page)]
        after = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = after[1] if after else ""
    with reading(site.engine) as connection:
        last = read_head(connection)[0]
    assert seen == list(range(last, 0, -1))


def test_csv_holds_every_act_across_batches_and_no_formula(site: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    work(site)
    monkeypatch.setattr(audit, "BATCH", 2)
    rows = read_csv(site.client(Role.COMPLIANCE))
    assert [int(row["sequence"]) for row in rows] == list(range(1, len(rows) + 1))
    said = next(row for row in rows if row["kind"] == "commented")
    assert said["reason"].startswith("'=HYPERLINK")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_reader_is_offered_no_kind_that_cannot_be_seen(site: WebSite) -> None:
    page = site.client(Role.READER).get("/audit").text
    offered = set(re.findall(r'<option value="([a-z_]+)"', page))
    assert offered & {kind.value for kind in ACCESS_KINDS} == set()
    assert "decided" in offered


@pytest.mark.parametrize(
    "query", ["?kind=x", "?before=x", "?before=²", "?person=" + "a" * 200, "?review=%00", "?before=" + "9" * 40]
)
def test_address_that_makes_no_sense_is_refused(site: WebSite, query: str) -> None:
    assert site.client(Role.READER).get(f"/audit{query}").status_code == 422


def test_end_of_the_log_is_told_with_its_hash(site: WebSite) -> None:
    client = site.client(Role.READER)
    page = client.get("/audit").text
    with reading(site.engine) as connection:
        assert read_head(connection)[1] in page


@pytest.mark.browser
def test_page_of_the_audit_passes_axe_and_fits_360_pixels(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site:
        work(site)
        with visiting_as(browser, site, Role.COMPLIANCE) as visit:
            check_pages(visit, ["/audit", "/audit?kind=task_done"])
