"""Titles, codes, owners, payers, comments and file names that mean harm, through pages, CSV and REST."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from flows.accounts import add_account
from schema.access import Role
from schema.changes import UpdateResult
from schema.contents import SourceFile
from schema.store.database import reading
from schema.store.review_reader import list_tasks
from tests.impact_samples import assessed, hostile_impact
from tests.report_samples import ARABIC, CONTROLS, FORMULA, SCRIPT, SURROGATE, UNBROKEN
from tests.review_site import bearing, head_of, review_of, reviewed_site, session_of, token_of
from tests.web_site import PASSWORD, WebSite

KEY = "hcpcs@2020-01-01"
UPDATE = f"/updates/{KEY}"
QUOTES = "\"' autofocus onfocus=alert(3) x='"
LINK = "javascript:alert(4)"
TEMPLATE = "{{ 7*7 }}{% raw %}${7*7}"
SQL = "'; DROP TABLE act; --"
WORDS = (SCRIPT, FORMULA, QUOTES, LINK, TEMPLATE, SQL, ARABIC, "../../etc/passwd", "\\\\host\\share", "%00%0d%0aX: y")
HEADER_SPLIT = "a\r\nSet-Cookie: x=y"


class Page(HTMLParser):
    """What a browser would make of a page: the elements with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def check_page(text: str) -> Page:
    """A page in which nothing of ours was turned into markup, a script, or a way to another site."""
    page = Page(text)
    for tag, attributes in page.elements:
        assert tag not in {"iframe", "object", "embed", "base", "style"}, tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert tag != "img" or (attributes.get("src") or "").startswith("/static/"), attributes
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/"), attributes
        assert "autofocus" not in attributes or tag in {"input", "textarea"}, attributes
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            address = attributes.get(name)
            if address is not None:
                parts = urlsplit(address)
                assert (parts.scheme, parts.netloc) == ("", ""), (tag, address)
                assert address == "" or address[0] in "/?#", (tag, address)
    assert "<script>alert" not in text
    assert QUOTES not in text, "a quotation mark is escaped in text and attributes alike"
    assert "\x00" not in text
    return page


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{SCRIPT}",
        f'<input value="{QUOTES}">',
        f'<a href="{LINK}">x</a>',
        '<a href="//elsewhere.example">x</a>',
        "<p style='color:red'>",
        "<img src=x>",
        "a\x00b",
    ],
)
def test_the_check_of_a_page_finds_what_got_through(text: str) -> None:
    with pytest.raises(AssertionError):
        check_page(text)


def hostile_result() -> UpdateResult:
    """Every text of the update means harm, the names of its files too."""
    result = assessed(hostile_impact())
    digest = "b" * 64
    sources = [
        SourceFile(word, digest, 10) for word in (SCRIPT, FORMULA, HEADER_SPLIT, "../" * 9 + "passwd", SURROGATE)
    ]
    return replace(result, current=replace(result.current, sources=sources))


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    """On SQLite and on PostgreSQL, which takes neither NUL nor half a sign into a text."""
    with reviewed_site(tmp_path, database_url, hostile_result()) as made:
        yield made


@pytest.fixture(scope="module")
def still_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """For what changes nothing."""
    with reviewed_site(tmp_path_factory.mktemp("hostile"), "", hostile_result()) as made:
        yield made


def enter(site: WebSite) -> Any:
    cookies, csrf = session_of(site, Role.COMPLIANCE)
    return site.client(cookies=cookies, headers={"X-CSRF-Token": csrf})


@pytest.fixture
def client(site: WebSite) -> Any:
    return enter(site)


@pytest.fixture(scope="module")
def still_client(still_site: WebSite) -> Any:
    return enter(still_site)


def list_pages(site: WebSite, client: Any) -> list[str]:
    """Every page on which something of the update stands."""
    token = bearing(token_of(site, Role.COMPLIANCE))
    items = client.get(f"/api/v1/reviews/{KEY}/items?page_size=500", headers=token).json()["items"]
    changes = [f"{UPDATE}/changes/{quote(item['subject'])}" for item in items]
    lists = [f"{UPDATE}/changes{query}" for query in ("", "?group=owner", "?group=family", "?sort=owner")]
    return [
        "/", UPDATE, *lists, *changes, "/tasks?who=all", f"/tasks?who=all&review={KEY}", "/audit", "/watch", "/codes",
    ]  # fmt: skip


def test_no_page_takes_a_text_of_an_update_for_markup(site: WebSite, client: Any) -> None:
    told = ""
    for path in list_pages(site, client):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[:500])
        told += check_page(answer.text).text
    # They are told, and not left out.
    for word in (SCRIPT, FORMULA, ARABIC):
        assert word in told


def test_what_people_write_is_told_as_they_wrote_it_and_is_no_markup(site: WebSite, client: Any) -> None:
    token = bearing(token_of(site, Role.COMPLIANCE))
    items = client.get(f"/api/v1/reviews/{KEY}/items", headers=token).json()["items"]
    subject = items[0]["subject"]
    with reading(site.engine) as connection:
        number = list_tasks(connection, review=KEY)[0].number
    for word in WORDS:
        for path, fields in (
            (f"{UPDATE}/comments", {"text": word}),
            (f"{UPDATE}/changes/{quote(subject)}/comments", {"text": word}),
            (f"{UPDATE}/assignments", {"subject": subject, "one": "1", "owner": word}),
            (f"{UPDATE}/decisions", {"subject": subject, "one": "1", "action": "no_action", "reason": word}),
            (f"{UPDATE}/tasks/{number}/done", {"note": word}),
            (f"{UPDATE}/tasks/{number}/reopening", {"reason": word}),
            (f"{UPDATE}/readiness", {"payer": word, "hold_until": "2024-12-01", "note": word}),
            ("/views", {"name": word, "query": "kind=deleted", "shared": "1", "key": KEY}),
        ):
            answer = client.post(path, data={**fields, "seen": str(head_of(site)[0])})
            assert answer.status_code == 303, (path, word, answer.text[-800:])
            assert urlsplit(answer.headers["location"]).netloc == ""
    told = {path: check_page(client.get(path).text).text for path in list_pages(site, client)}
    for word in WORDS:
        assert word in told[UPDATE]
        assert word in told[f"{UPDATE}/changes/{quote(subject)}"]
    comments = client.get("/api/v1/acts?kind=commented&limit=1000", headers=token).json()["acts"]
    assert {act["body"]["text"] for act in comments} == set(WORDS)


@pytest.mark.parametrize("text", ["a\x00b", "bell\x07", "\x1b[31mred", CONTROLS, "x" * 2001, "   ", "\u2028\u2029"])
def test_control_characters_and_endless_texts_are_refused_by_pages_and_rest(
    still_site: WebSite, still_client: Any, text: str
) -> None:
    site, client = still_site, still_client
    token = bearing(token_of(site, Role.COMPLIANCE))
    head = head_of(site)
    seen = {"seen": str(head[0])}
    for path, fields in (
        (f"{UPDATE}/comments", {"text": text}),
        (f"{UPDATE}/readiness", {"payer": text, "hold_until": "2024-12-01", **seen}),
        ("/views", {"name": text, "query": "kind=deleted", "key": KEY}),
    ):
        answer = client.post(path, data=fields)
        assert answer.status_code == 422, (path, answer.status_code)
        check_page(answer.text)
    for path, body in (
        (f"/api/v1/reviews/{KEY}/comments", {"text": text}),
        (f"/api/v1/reviews/{KEY}/readiness", {"payer": text, "is_ready": True, "seen": head[0]}),
        ("/api/v1/views", {"name": text, "query": "kind=deleted"}),
    ):
        answer = client.post(path, json=body, headers=token)
        assert answer.status_code == 422, (path, answer.status_code)
        assert "\x00" not in answer.text
    assert head_of(site) == head


def test_no_cell_of_a_csv_file_is_taken_for_a_formula(site: WebSite, client: Any) -> None:
    for word in WORDS:
        client.post(f"{UPDATE}/comments", data={"text": word})
    for path in (f"{UPDATE}/changes.csv", "/audit.csv"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
            assert is_number or cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), cell


def test_rest_gives_every_text_back_as_it_came(site: WebSite, client: Any) -> None:
    token = bearing(token_of(site, Role.COMPLIANCE))
    titles = {
        item["code"]: item["title"]
        for item in client.get(f"/api/v1/reviews/{KEY}/items?page_size=500", headers=token).json()["items"]
    }
    assert (titles["J0001"], titles["A0001"], titles["S0001"]) == (FORMULA, SCRIPT, UNBROKEN)
    for path in ("", "/items", "/items/code:A0001", "/tasks", "/training", "/readiness", "/evidence", "/counts"):
        answer = client.get(f"/api/v1/reviews/{KEY}{path}", headers=token)
        assert answer.status_code == 200, (path, answer.text[:500])
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("word", [*WORDS, CONTROLS, UNBROKEN, HEADER_SPLIT, "\ufffe", "%", "_"])
def test_hostile_words_in_an_address_are_looked_for_or_refused_and_never_markup(still_client: Any, word: str) -> None:
    part = quote(word, safe="")
    for path in (
        f"/updates/{part}",
        f"/updates/{part}/changes",
        f"{UPDATE}/changes/{part}",
        f"{UPDATE}/changes?q={part}",
        f"{UPDATE}/changes?owner={part}&sort={part}",
        f"/tasks?who={part}&review={part}",
        f"/audit?review={part}&person={part}&kind={part}&before={part}",
        f"/codes?q={part}&system={part}&on={part}",
        f"/codes/hcpcs/{part}",
        f"/watch?as_of={part}",
        f"/watch/{part}/{part}",
        f"/login?next={part}&said={part}",
        f"/static/{part}",
        f"/{part}",
    ):
        answer = still_client.get(path)
        assert answer.status_code in (200, 303, 400, 404, 422), (path, answer.status_code)
        assert "set-cookie" not in answer.headers or "x=y" not in answer.headers["set-cookie"]
        assert urlsplit(answer.headers.get("location", "/")).netloc == ""
        if answer.headers.get("content-type", "").startswith("text/html"):
            check_page(answer.text)


def test_a_name_that_means_harm_is_no_account_and_its_title_no_markup(site: WebSite, client: Any) -> None:
    from schema.errors import UsageError

    administrator = site.actor(Role.ADMINISTRATOR)
    for name in (SCRIPT, FORMULA, "a b", "../x", "é", "x" * 65, ""):
        with pytest.raises(UsageError):
            add_account(site.engine, administrator, name, "Name", [Role.READER], [], PASSWORD, site.clock())
    add_account(site.engine, administrator, "mallory", SCRIPT, [Role.READER], [QUOTES], PASSWORD, site.clock())
    cookies, _ = session_of(site, Role.ADMINISTRATOR)
    client.cookies = cookies
    for path in ("/accounts", "/accounts/mallory", "/audit"):
        page = check_page(client.get(path).text)
        assert path == "/audit" or SCRIPT in page.text


def test_the_review_is_proved_whole_with_all_of_it(site: WebSite, client: Any) -> None:
    for word in WORDS:
        client.post(f"{UPDATE}/comments", data={"text": word})
    token = bearing(token_of(site, Role.COMPLIANCE))
    assert client.get("/api/v1/audit/verification", headers=token).json()["findings"] == []
    assert review_of(site, KEY).state == "draft"
