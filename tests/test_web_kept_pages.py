"""Pages that are kept: fresh after whatever they show is another, and never one visitor's for somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.accounts import add_account, change_account, open_session
from flows.review_acts import assign, comment, save_view
from flows.sample.writer import write_sample
from flows.steps import load_release
from flows.web import kept_pages
from flows.web.page_cache import CSRF_MARK, NAME_MARK, KeptPage, PageCache
from schema.access import Role
from schema.releases import ReleaseRef
from schema.review import Task
from schema.store.act_log import read_head
from schema.store.database import reading, writing
from schema.store.review_reader import list_tasks
from schema.store.review_rows import save_rows
from tests.web_site import COOKIE, KEY, NOW, PASSWORD, WebSite, csrf_of, make_client, sample_site

PAGES = (
    "/",
    f"/updates/{KEY}",
    f"/updates/{KEY}/changes",
    f"/updates/{KEY}/changes/code:E668",
    "/tasks",
    f"/tasks?who=all&review={KEY}",
    "/audit",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with sample_site(tmp_path) as made:
        yield made


class Visits:
    """Several people on one site, with one cache of pages."""

    def __init__(self, site: WebSite) -> None:
        self.site, self.app = site, site.app
        self.pages: PageCache = self.app.state.site.pages

    def sign_in(self, name: str) -> tuple[Any, str]:
        """A client of the account, and the token of its session."""
        secret, session = open_session(self.site.engine, name, self.site.clock())
        client = make_client(self.app)
        client.cookies.set(COOKIE, secret)
        return client, session.csrf

    def read(self, client: Any, path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        text: str = answer.text
        return text


@pytest.fixture
def visits(site: WebSite) -> Visits:
    return Visits(site)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each page that was drawn."""
    lines: list[str] = []

    def take(*given: Any) -> KeptPage:
        lines.append("drawn")
        return TAKE(*given)

    monkeypatch.setattr(kept_pages, "_take", take)
    return lines


TAKE = kept_pages._take


def add(site: WebSite, name: str, title: str, roles: list[Role], teams: tuple[str, ...] = ()) -> None:
    add_account(site.engine, site.actor(Role.ADMINISTRATOR), name, title, roles, teams, PASSWORD, NOW)


@pytest.mark.parametrize("path", PAGES)
def test_page_that_somebody_has_seen_shows_nobody_else_their_name_or_token(
    visits: Visits, path: str, drawn: list[str]
) -> None:
    add(visits.site, "cleo", "Cleo </b><i>& Co", [Role.CODER], ("billing",))
    (cora, first), (cleo, second), (again, third) = map(visits.sign_in, ("cora", "cleo", "cora"))
    texts = [visits.read(client, path) for client in (cora, cleo, again)]
    assert len(drawn) < 3, "nothing was kept"
    for text, token, name in zip(
        texts, (first, second, third), ("Cora Coder", "Cleo &lt;/b&gt;&lt;i&gt;&amp; Co", "Cora Coder"), strict=True
    ):
        assert set(re.findall(r'name="csrf" value="([^"]+)"', text)) == {token}
        assert f'"X-CSRF-Token": "{token}"' in text
        assert f'<a href="/me"><bdi>{name}</bdi></a>' in text
        for other in {first, second, third} - {token}:
            assert other not in text
        for mark in (CSRF_MARK, NAME_MARK, "nobody-"):
            assert mark not in text
    assert "Cleo" not in texts[0] + texts[2]
    assert "Cora Coder" not in texts[1]


@pytest.mark.parametrize("path", PAGES)
def test_kept_page_is_the_page(visits: Visits, path: str, drawn: list[str]) -> None:
    client, _ = visits.sign_in("cora")
    first = client.get(path)
    again = client.get(path)
    assert len(drawn) == 1
    assert again.text == first.text
    assert again.headers == first.headers
    assert again.headers["cache-control"] == "no-store"
    visits.pages._pages.clear()
    assert visits.read(client, path) == first.text


def test_tasks_and_views_are_those_of_the_one_who_looks(visits: Visits) -> None:
    site = visits.site
    with writing(site.engine) as connection:
        some: Task = list_tasks(connection, review=KEY)[0]
        for owner in ("coding", "billing", "Cleo"):
            save_rows(connection, [replace(some, number=f"n{owner}", owner=owner, what=f"Only for {owner}")])
    for name, title, team in (("cleo", "Cleo", "billing"), ("clio", "Clio", "billing")):
        add(site, name, title, [Role.CODER], (team,))
    save_view(site.engine, replace(site.actor(Role.CODER), name="cleo"), "Cleo's own", "open=1", False, NOW)
    clients = {name: visits.sign_in(name)[0] for name in ("cora", "cleo", "clio")}
    seen = {name: set(re.findall(r"Only for (\w+)", visits.read(client, "/tasks"))) for name, client in clients.items()}
    assert seen == {"cora": {"coding"}, "cleo": {"billing", "Cleo"}, "clio": {"billing"}}
    lists = {name: visits.read(client, f"/updates/{KEY}/changes") for name, client in clients.items()}
    assert [name for name, text in lists.items() if "Cleo&#39;s own" in text] == ["cleo"]


@pytest.mark.parametrize("path", PAGES)
def test_act_gives_a_fresh_page(visits: Visits, path: str, drawn: list[str]) -> None:
    client, _ = visits.sign_in("cora")
    visits.read(client, path)
    comment(visits.site.engine, visits.site.actor(Role.COMPLIANCE), KEY, "code:E668", "look at this", now=NOW)
    visits.read(client, path)
    assert len(drawn) == 2
    assert "look at this" in visits.read(client, f"/updates/{KEY}/changes/code:E668")


def test_decision_owner_and_counts_are_those_after_the_act(visits: Visits) -> None:
    client, _ = visits.sign_in("cora")
    path = f"/updates/{KEY}/changes?owner=ward+9"
    assert "No change is like that" in visits.read(client, path)
    with reading(visits.site.engine) as connection:
        seen = read_head(connection)[0]
    assign(visits.site.engine, visits.site.actor(Role.CODER), KEY, ["code:E668"], "ward 9", None, seen, now=NOW)
    text = visits.read(client, path)
    assert 'data-row="code:E668"' in text
    assert "1–1 of 1 change" in text


def test_release_that_is_loaded_gives_a_fresh_page(visits: Visits, drawn: list[str], tmp_path: Path) -> None:
    client, _ = visits.sign_in("cora")
    path = f"/updates/{KEY}/changes/code:E668"
    visits.read(client, path)
    release = next(r for r in write_sample(tmp_path / "more") if r.system == "icd10pcs")
    load_release(visits.site.engine, ReleaseRef(release.system, release.effective_date), [release.path])
    visits.read(client, path)
    assert len(drawn) == 2


@pytest.mark.parametrize("path", PAGES)
def test_midnight_gives_a_fresh_page(site: WebSite, path: str, drawn: list[str]) -> None:
    site.settings = site.settings.model_copy(update={"today": None})
    site.clock.now = datetime(2024, 9, 10, 23, 59, tzinfo=UTC)
    visits = Visits(site)
    client, _ = visits.sign_in("cora")
    visits.read(client, path)
    site.clock.now += timedelta(minutes=2)
    visits.read(client, path)
    assert len(drawn) == 2
    if path == "/":
        assert "20 days left" in visits.read(client, path)


@pytest.mark.parametrize("path", PAGES)
def test_role_that_is_taken_away_shows_at_once(visits: Visits, path: str) -> None:
    site = visits.site
    client, token = visits.sign_in("cora")
    visits.read(client, path)
    change_account(site.engine, site.actor(Role.ADMINISTRATOR), "cora", roles=[Role.READER], now=NOW)
    text = visits.read(client, path)
    assert re.findall(r'action="([^"]+)"[^>]*><input type="hidden" name="csrf"', text) == ["/logout"]
    assert csrf_of(text) == token
    change_account(site.engine, site.actor(Role.ADMINISTRATOR), "cora", is_active=False, now=NOW)
    assert client.get(path).status_code == 303


def test_roles_do_not_share_pages(visits: Visits) -> None:
    """Who may see what was done to accounts sees it, before and after somebody who may not."""
    clients = {name: visits.sign_in(name)[0] for name in ("carl", "rita", "cora")}
    texts = [visits.read(clients[name], "/audit") for name in ("carl", "rita", "carl", "rita")]
    assert ["<b>Signed in</b>" in text for text in texts] == [True, False, True, False]
    texts = [visits.read(clients[name], f"/updates/{KEY}/changes/code:E668") for name in ("rita", "cora", "rita")]
    assert ['id="decide"' in text for text in texts] == [False, True, False]


def test_part_for_htmx_is_not_the_page(visits: Visits) -> None:
    client, _ = visits.sign_in("cora")
    path = f"/updates/{KEY}/changes"
    texts = [
        client.get(path, headers=headers).text
        for headers in ({}, {"HX-Request": "true", "HX-Target": "changes"}, {"HX-Request": "true"}, {})
    ]
    assert ["<!doctype html>" in text for text in texts] == [True, False, False, True]


def test_act_while_a_page_is_drawn_leaves_nothing_kept(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = visits.sign_in("cora")

    def take(*given: Any) -> KeptPage:
        comment(visits.site.engine, visits.site.actor(Role.CODER), KEY, "", "meanwhile", now=NOW)
        return TAKE(*given)

    monkeypatch.setattr(kept_pages, "_take", take)
    visits.read(client, f"/updates/{KEY}")
    assert len(visits.pages) == 0


def test_refusals_are_not_kept(visits: Visits) -> None:
    client, _ = visits.sign_in("cora")
    for path, status in (("/updates/none@2024-10-01", 404), (f"/updates/{KEY}/changes?kind=odd", 422)):
        assert [client.get(path).status_code for _ in range(2)] == [status, status]
    assert len(visits.pages) == 0
