"""The list of changes: what it shows, how it is asked, and work on many changes at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.review_acts import assign, comment
from flows.web.change_query import PAGE_SIZES, parse_query, write_query
from schema.access import Role
from schema.changes import ChangeKind, FieldClass
from schema.errors import UsageError
from schema.impact import Priority
from schema.review import Action, Item
from schema.review_query import ItemGroup, ItemQuery, ItemSort
from schema.store.database import reading
from schema.store.review_items import find_items
from schema.store.review_reader import find_item
from tests.web_site import KEY, WebSite, csrf_of, sample_site

PATH = f"/updates/{KEY}/changes"
ROW = re.compile(r'<tr data-row="([^"]+)"')


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with sample_site(tmp_path) as made:
        yield made


def rows_of(text: str) -> list[str]:
    """The changes of a page, in order."""
    return [unescape(subject) for subject in ROW.findall(text)]


def item_of(site: WebSite, subject: str) -> Item:
    with reading(site.engine) as connection:
        return find_item(connection, KEY, subject)


def fields_of(text: str) -> dict[str, Any]:
    """What the bar of work sends by itself."""
    form = re.search(r'<form id="bulk".*?</form>', text, re.DOTALL)
    if form is None:
        raise AssertionError("the page has no bar of work")
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0])
    return {name: unescape(value) for name, value in found}


def open_list(site: WebSite, query: str = "", role: Role = Role.CODER) -> tuple[Any, str]:
    client = site.client(role)
    page = client.get(f"{PATH}?{query}")
    assert page.status_code == 200, page.text
    return client, page.text


queries = st.builds(
    ItemQuery,
    text=st.sampled_from(["", "E66", "other obesity", "50% & more", "ü+"]),
    kinds=st.lists(st.sampled_from(ChangeKind), unique=True).map(tuple),
    priorities=st.lists(st.sampled_from(Priority), unique=True).map(tuple),
    classes=st.lists(st.sampled_from([c.value for c in FieldClass]), unique=True).map(tuple),
    actions=st.lists(st.sampled_from(Action), unique=True).map(tuple),
    is_open=st.sampled_from([None, True, False]),
    is_in_use=st.sampled_from([None, True, False]),
    is_decided=st.sampled_from([None, True, False]),
    owner=st.sampled_from(["", "R&D = all", "coding"]),
    sort=st.sampled_from(ItemSort),
    is_descending=st.booleans(),
    group=st.sampled_from([None, *ItemGroup]),
    page=st.integers(1, 99),
    page_size=st.sampled_from(PAGE_SIZES),
)


@given(queries)
def test_address_of_a_list_says_all_that_is_asked(query: ItemQuery) -> None:
    assert parse_query(write_query(query)) == query


@pytest.mark.parametrize(
    "text", ["kind=gone", "sort=colour", "open=2", "page=0", "page=x", "page=٣", "size=7", "q=a%00b", "q=" + "a" * 201]
)
def test_question_that_is_no_choice_is_refused(site: WebSite, text: str) -> None:
    with pytest.raises(UsageError):
        parse_query(text)
    answer = site.client(Role.READER).get(f"{PATH}?{text}")
    assert answer.status_code == 422


def test_list_shows_the_most_urgent_first_with_what_is_known_of_them(site: WebSite) -> None:
    _, text = open_list(site)
    with reading(site.engine) as connection:
        page = find_items(connection, KEY, ItemQuery())
    assert rows_of(text) == [item.subject for item in page.rows]
    row = text[text.index('data-row="code:E668"') :].split("</tr>")[0]
    for part in ("Critical", ">E66.8<", "Deleted", "Other obesity", "$282,522", "to decide"):
        assert part in row


def test_choices_tell_how_many_and_lead_to_them(site: WebSite) -> None:
    _, text = open_list(site)
    found = re.search(r'href="([^"]+)">Deleted <span class="count">(\d+)</span>', text)
    assert found is not None
    answer = site.client(Role.READER).get(unescape(found[1]))
    assert len(rows_of(answer.text)) == int(found[2]) == 10
    assert {item_of(site, subject).kind for subject in rows_of(answer.text)} == {ChangeKind.DELETED}
    assert 'aria-current="true">Deleted' in answer.text


def test_words_and_codes_are_found(site: WebSite) -> None:
    assert "code:E668" in rows_of(open_list(site, "q=other+obesity")[1])
    assert set(rows_of(open_list(site, "q=e66.81")[1])) >= {"code:E66811", "code:E66812"}
    assert "No change is like that" in open_list(site, "q=nothing+has+this")[1]


def test_pages_follow_each_other_without_gap(site: WebSite) -> None:
    whole = rows_of(open_list(site, "size=50&sort=code")[1])
    first = open_list(site, "size=25&sort=code")[1]
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    second = site.client(Role.CODER).get(unescape(following[1])).text
    assert rows_of(first) + rows_of(second) == whole
    assert 'rel="next"' not in second


def test_groups_stand_under_headings_with_their_counts(site: WebSite) -> None:
    _, text = open_list(site, "group=kind")
    headings = re.findall(r'scope="rowgroup">([^<]+) <span class="count">(\d+)</span>', text)
    assert headings == [
        ("New", "25"),
        ("Deleted", "10"),
        ("Revised", "7"),
        ("New headers", "4"),
        ("Revised headers", "2"),
    ]


def test_reader_sees_the_list_and_nothing_to_work_with(site: WebSite) -> None:
    _, text = open_list(site, role=Role.READER)
    assert rows_of(text)
    assert 'id="bulk"' not in text
    assert "Keep this view" not in text


def test_htmx_gets_the_list_alone(site: WebSite) -> None:
    answer = site.client(Role.READER).get(PATH, headers={"HX-Request": "true", "HX-Target": "changes"})
    assert answer.text.lstrip().startswith('<div id="changes"')
    assert answer.headers["HX-Push-Url"] == PATH


def test_several_changes_are_decided_at_once(site: WebSite) -> None:
    client, text = open_list(site, "kind=deleted")
    chosen = ["code:E668", "code:Z86010"]
    data = fields_of(text) | {
        "subject": chosen,
        "action": "retire",
        "reason": "nobody uses them",
        "owner": "",
        "due_date": "",
    }
    answer = client.post(f"/updates/{KEY}/decisions", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?kind=deleted&done=decided.2")
    assert [item_of(site, subject).action for subject in chosen] == [Action.RETIRE, Action.RETIRE]
    assert "2 changes decided." in client.get(answer.headers["location"]).text


def test_all_that_match_the_filter_are_assigned_at_once(site: WebSite) -> None:
    client, text = open_list(site, "kind=deleted&size=25")
    data = fields_of(text) | {"all": "1", "owner": "coding", "due_date": "2024-09-20"}
    answer = client.post(f"/updates/{KEY}/assignments", data=data)
    assert answer.headers["location"].endswith("done=assigned.10")
    with reading(site.engine) as connection:
        rows = find_items(connection, KEY, ItemQuery(page_size=200)).rows
    assert {row.subject for row in rows if row.owner == "coding"} == {r.subject for r in rows if r.kind == "deleted"}


def test_list_that_is_another_by_now_is_not_worked_on_whole(site: WebSite) -> None:
    client, text = open_list(site, "owner=coding")
    data = fields_of(open_list(site, "kind=deleted")[1])
    asked = {"csrf": csrf_of(text), "query": "owner=coding", "all": "1", "total": str(len(rows_of(text)))}
    actor = site.actor(Role.CODER)
    assign(site.engine, actor, KEY, ["code:E66811"], "coding", None, int(data["seen"]), now=site.clock())
    answer = client.post(
        f"/updates/{KEY}/decisions",
        data=data | asked | {"action": "no_action", "reason": "x"},
    )
    assert answer.status_code == 409
    assert "1 changes match now" in answer.text
    assert item_of(site, "code:E66811").action is None


def test_second_person_is_told_and_nothing_is_overwritten(site: WebSite) -> None:
    first, text = open_list(site)
    second, other = open_list(site, role=Role.COMPLIANCE)
    decision = {"subject": "code:E668", "action": "retire", "reason": "first"}
    assert first.post(f"/updates/{KEY}/decisions", data=fields_of(text) | decision).status_code == 303
    both = {"subject": ["code:Z86010", "code:E668"], "action": "no_action", "reason": "second"}
    answer = second.post(f"/updates/{KEY}/decisions", data=fields_of(other) | both)
    assert answer.status_code == 409
    assert "cora" in answer.text
    assert item_of(site, "code:E668").reason == "first"
    assert item_of(site, "code:Z86010").action is None


def test_comment_of_another_is_no_conflict(site: WebSite) -> None:
    client, text = open_list(site)
    comment(site.engine, site.actor(Role.COMPLIANCE), KEY, "code:E668", "is it in the order sets?", now=site.clock())
    data = fields_of(text) | {"subject": "code:E668", "action": "retire", "reason": "gone"}
    assert client.post(f"/updates/{KEY}/decisions", data=data).status_code == 303


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"subject": []}, 422),
        ({"action": ""}, 422),
        ({"action": "burn"}, 422),
        ({"action": "add"}, 422),
        ({"reason": " "}, 422),
        ({"action": "replace"}, 422),
        ({"action": "replace", "successors": "E66.9999"}, 422),
        ({"action": "retire", "successors": "E66.811"}, 422),
        ({"seen": "x"}, 422),
        ({"csrf": "forged"}, 403),
        ({"subject": "code:NONE"}, 404),
    ],
)
def test_decision_that_cannot_be_is_refused(site: WebSite, change: dict[str, Any], status: int) -> None:
    client, text = open_list(site)
    data = fields_of(text) | {"subject": "code:E668", "action": "retire", "reason": "gone"} | change
    assert client.post(f"/updates/{KEY}/decisions", data=data).status_code == status
    assert item_of(site, "code:E668").action is None


def test_decisions_are_taken_back(site: WebSite) -> None:
    client, text = open_list(site)
    decision = {"subject": ["code:E668", "code:Z86010"], "action": "retire", "reason": "gone"}
    client.post(f"/updates/{KEY}/decisions", data=fields_of(text) | decision)
    again = fields_of(client.get(PATH).text) | {"subject": ["code:E668"], "reason": "it is used after all"}
    answer = client.post(f"/updates/{KEY}/item-reopenings", data=again)
    assert answer.headers["location"] == f"{PATH}?done=reopened.1"
    assert [item_of(site, s).action for s in decision["subject"]] == [None, Action.RETIRE]


def test_views_are_kept_shared_and_removed(site: WebSite) -> None:
    client, text = open_list(site, "kind=deleted&sort=paid&desc=1&page=1")
    data = {"csrf": csrf_of(text), "key": KEY, "query": "kind=deleted&sort=paid&desc=1", "name": "my <deleted>"}
    assert client.post("/views", data=data | {"shared": "1"}).status_code == 303
    colleague = site.client(Role.COMPLIANCE).get(PATH).text
    assert re.search(r'href="[^"]*kind=deleted&amp;sort=paid&amp;desc=1"><bdi>my &lt;deleted&gt;', colleague)
    assert client.post("/views/removal", data=data).status_code == 303
    assert "my &lt;deleted&gt;" not in site.client(Role.COMPLIANCE).get(PATH).text


def test_csv_has_every_change_that_matches_and_no_formula(site: WebSite) -> None:
    client, text = open_list(site)
    data = fields_of(text) | {"subject": "code:E668", "action": "retire", "reason": "=HYPERLINK(1)"}
    client.post(f"/updates/{KEY}/decisions", data=data)
    answer = client.get(f"{PATH}.csv?kind=deleted&sort=code")
    assert answer.headers["content-disposition"] == 'attachment; filename="icd10cm-2024-10-01-changes.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 10
    found = next(row for row in rows if row["code"] == "E66.8")
    paid = f"{item_of(site, 'code:E668').paid / 100:.2f}"
    assert (found["reason"], found["decision"], found["paid"]) == ("'=HYPERLINK(1)", "Retire", paid)


def test_review_that_is_none_is_not_found(site: WebSite) -> None:
    client = site.client(Role.CODER)
    assert client.get("/updates/icd10cm@1999-01-01/changes").status_code == 404
    assert client.get("/updates/icd10cm@1999-01-01/changes.csv").status_code == 404
