"""The page of one change: what it tells, the way on, and the forms on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from flows.review_acts import decide
from schema.access import Role
from schema.review import Action, Decision
from schema.store.database import writing
from tests.test_web_changes import item_of, rows_of
from tests.web_site import KEY, WebSite, csrf_of, sample_site

PATH = f"/updates/{KEY}/changes"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with sample_site(tmp_path) as made:
        yield made


def page_of(site: WebSite, subject: str, query: str = "", role: Role = Role.CODER) -> str:
    answer = site.client(role).get(f"{PATH}/{subject}?{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def fields_of(text: str) -> dict[str, str]:
    """What the form to decide sends by itself."""
    form = text[text.index('<form id="decide"') :].split("</form>")[0]
    return {n: unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def test_page_tells_where_the_change_hurts_and_what_may_replace_the_code(site: WebSite) -> None:
    text = page_of(site, "code:E668")
    for part in ("Other obesity", "became a header: subdivided", "order sets", "clinical informatics", "Surgery"):
        assert part in text
    assert 'name="successor" value="E66811"' in text
    assert "Conversion table effective 2024-10-01" in text
    assert "<b>FY2025</b>" in text


def test_titles_and_notes_are_marked_word_by_word(site: WebSite) -> None:
    text = page_of(site, "code:E668")
    assert "if known<ins>, for adults</ins> (Z68.<ins>1-Z68.45) or pediatrics (Z68.5</ins>-)" in text
    revised = next(iter(rows_of(site.client(Role.CODER).get(f"{PATH}?kind=revised&class=descriptor").text)))
    detail = json.loads(item_of(site, revised).detail)
    field = next(f for f in detail["change"]["fields"] if f["name"] == "long_descriptor")
    shown = page_of(site, revised)
    before, after = (re.sub("<[^>]+>", "", part) for part in re.findall(r'class="value">(.*?)</span></dd>', shown)[:2])
    assert (unescape(before), unescape(after)) == (field["before"], field["after"])
    assert "<ins>" in shown or "<del>" in shown


def test_way_on_follows_the_list_that_the_page_was_opened_from(site: WebSite) -> None:
    client = site.client(Role.READER)
    query = "kind=deleted&sort=code"
    subjects = rows_of(client.get(f"{PATH}?{query}").text)
    walked, path = [], f"{PATH}/{subjects[0]}?{query}"
    while path:
        walked.append(path.split("/")[-1].split("?")[0])
        found = re.search(r'href="([^"]+)" rel="next"', client.get(path).text)
        path = unescape(found[1]) if found else ""
    assert walked == subjects


def test_change_is_replaced_by_the_codes_that_were_ticked_and_typed(site: WebSite) -> None:
    client = site.client(Role.CODER)
    data = fields_of(client.get(f"{PATH}/code:E668?kind=deleted").text)
    data |= {"action": "replace", "successor": "E66811", "successors": "e66.89", "reason": "its children say it"}
    answer = client.post(f"/updates/{KEY}/decisions", data=data)
    assert answer.headers["location"] == f"{PATH}/code:E668?kind=deleted&done=decided"
    item = item_of(site, "code:E668")
    assert (item.action, item.successors, item.decided_by) == (Action.REPLACE, ("E66811", "E6689"), "cora")
    shown = client.get(answer.headers["location"]).text
    assert "decided: replace with E66.811, E66.89" in shown
    assert "its children say it" in shown


def test_deciding_leads_to_the_next_change_that_is_open(site: WebSite) -> None:
    client = site.client(Role.CODER)
    subjects = rows_of(client.get(f"{PATH}?open=1&kind=deleted").text)
    for place, subject in enumerate(subjects):
        text = client.get(f"{PATH}/{subject}?kind=deleted&open=1").text
        data = fields_of(text) | {"action": "no_action", "reason": "looked at", "then": "next"}
        where = client.post(f"/updates/{KEY}/decisions", data=data).headers["location"]
        if place + 1 < len(subjects):
            assert where.startswith(f"{PATH}/{subjects[place + 1]}?")
        else:
            assert where == f"{PATH}?kind=deleted&open=1&done=decided.1"


def test_page_that_is_not_the_newest_changes_nothing(site: WebSite) -> None:
    client = site.client(Role.CODER)
    data = fields_of(client.get(f"{PATH}/code:E668").text) | {"action": "retire", "reason": "second"}
    other = Decision(Action.NO_ACTION, "first")
    decide(site.engine, site.actor(Role.COMPLIANCE), KEY, ["code:E668"], other, int(data["seen"]), now=site.clock())
    answer = client.post(f"/updates/{KEY}/decisions", data=data, headers={"HX-Request": "true", "HX-Target": "change"})
    assert answer.status_code == 409
    assert "carl" in answer.text
    assert "<html" not in answer.text
    assert item_of(site, "code:E668").reason == "first"


def test_comments_are_kept_in_order_and_as_they_were_written(site: WebSite) -> None:
    client = site.client(Role.CODER)
    path = f"{PATH}/code:E668"
    for words in ("first <b>", "second\nline"):
        data = {"csrf": csrf_of(client.get(path).text), "query": "", "text": words}
        assert client.post(f"{path}/comments", data=data).headers["location"] == f"{path}?done=commented#talk"
    shown = client.get(path).text
    assert shown.index("first &lt;b&gt;") < shown.index("second<br>line")


def test_change_that_is_none_is_not_found_and_takes_no_comment(site: WebSite) -> None:
    client = site.client(Role.CODER)
    token = csrf_of(client.get(PATH).text)
    assert client.get(f"{PATH}/code:NONE").status_code == 404
    assert client.get(f"{PATH}/%00").status_code == 404
    assert client.post(f"{PATH}/code:NONE/comments", data={"csrf": token, "text": "x"}).status_code == 404


def test_reader_sees_no_form(site: WebSite) -> None:
    text = page_of(site, "code:E668", role=Role.READER)
    assert text.count("<form") == 1  # the one to sign out
    assert 'name="successor"' not in text


def test_untrusted_text_of_the_evidence_stays_text(site: WebSite) -> None:
    bad = "<script>alert(1)</script>"
    detail = json.loads(item_of(site, "code:E668").detail)
    detail["impact"]["uses"][0] |= {"use": bad, "owner": bad, "location": bad, "entry": bad, "column": bad}
    detail["impact"]["by_payer"][0]["name"] = bad
    detail["successors"][0]["title"] = bad
    with writing(site.engine) as connection:
        connection.execute(
            sql("update review_item_detail set detail = :detail where subject = 'code:E668'"),
            {"detail": json.dumps(detail)},
        )
    text = page_of(site, "code:E668")
    assert bad not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6
