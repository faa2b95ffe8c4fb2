"""The page of tasks: whose, which, how they are done, taken back and given to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schema.access import Role
from schema.review import Task
from schema.store.act_log import read_head
from schema.store.database import reading
from schema.store.review_reader import list_tasks
from schema.store.review_totals import TaskQuery, count_open_owners, count_tasks, find_tasks
from tests.review_site import KEY, reviewed_site
from tests.web_pages import check_pages, visiting_as
from tests.web_site import TODAY, WebSite, csrf_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

ROW = re.compile(r"<tr data-row.*?</tr>", re.DOTALL)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    with reviewed_site(tmp_path / "home", database_url) as made:
        yield made


def tasks_of(site: WebSite) -> list[Task]:
    with reading(site.engine) as connection:
        return list_tasks(connection, review=KEY)


def find_task(site: WebSite, number: str) -> Task:
    return next(task for task in tasks_of(site) if task.number == number)


def rows_of(client: TestClient, query: str = "?who=all") -> list[str]:
    answer = client.get(f"/tasks{query}")
    assert answer.status_code == 200, answer.text
    return ROW.findall(answer.text)


def act(site: WebSite, client: TestClient, task: Task, what: str, seen: int | None = None, **fields: Any) -> Any:
    if seen is None:
        with reading(site.engine) as connection:
            seen = read_head(connection)[0]
    data = {"csrf": csrf_of(client.get("/tasks").text), "seen": str(seen), **fields}
    return client.post(f"/updates/{KEY}/tasks/{task.number}/{what}", data=data)


def test_mine_are_the_tasks_of_my_teams_and_names(site: WebSite) -> None:
    lead, coder = site.client(Role.REVENUE_LEAD), site.client(Role.CODER)
    assert rows_of(coder, "") == []
    assert "Nothing is to do." in coder.get("/tasks").text
    task = tasks_of(site)[0]
    for owner in ("coding", "cora", "Cora Coder"):
        assert act(site, coder, task, "assignment", owner=owner, due_date="2024-09-20").status_code == 303
        assert len(rows_of(coder, "")) == 1
    assert rows_of(lead, "") == []


def test_overdue_tasks_are_those_that_are_open_and_whose_day_is_past(site: WebSite) -> None:
    client = site.client(Role.CODER)
    overdue = [task for task in tasks_of(site) if task.due_date < TODAY]
    assert 0 < len(overdue) < len(tasks_of(site))
    assert len(rows_of(client, "?who=all&show=overdue")) == len(overdue)
    act(site, client, overdue[0], "done", note="")
    assert len(rows_of(client, "?who=all&show=overdue")) == len(overdue) - 1
    done = rows_of(client, "?who=all&show=done")
    assert len(done) == 1
    assert "done by" in done[0]
    assert "overdue" not in done[0]


def test_task_is_done_with_a_note_taken_back_with_a_reason_and_assigned(site: WebSite) -> None:
    client = site.client(Role.CODER)
    number = tasks_of(site)[0].number
    answer = act(site, client, find_task(site, number), "done", note="in build 7", back="/tasks?who=all&show=done")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/tasks?who=all&show=done"
    assert (find_task(site, number).done_by, find_task(site, number).note) == ("cora", "in build 7")
    assert "in build 7" in rows_of(client, "?who=all&show=done")[0]
    assert act(site, client, find_task(site, number), "reopening", reason="").status_code == 422
    assert act(site, client, find_task(site, number), "reopening", reason="build 7 was withdrawn").status_code == 303
    assert not find_task(site, number).is_done
    act(site, client, find_task(site, number), "assignment", owner="pharmacy", due_date="2024-09-30")
    assert (find_task(site, number).owner, find_task(site, number).due_date) == ("pharmacy", date(2024, 9, 30))


def test_two_at_once_on_a_task_the_later_is_told(site: WebSite) -> None:
    client, other = site.client(Role.CODER), site.client(Role.REVENUE_LEAD)
    task = tasks_of(site)[0]
    with reading(site.engine) as connection:
        seen = read_head(connection)[0]
    assert act(site, other, task, "done", note="mine").status_code == 303
    answer = act(site, client, task, "assignment", seen=seen, owner="coding", due_date="2024-09-30")
    assert answer.status_code == 409
    assert "rena" in answer.text
    assert find_task(site, task.number).owner == task.owner


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_form_does_not_lead_to_another_site(site: WebSite, where: str) -> None:
    answer = act(site, site.client(Role.CODER), tasks_of(site)[0], "done", note="", back=where)
    assert answer.headers["location"] == "/"


def test_forms_of_one_task_open_in_place_and_those_who_may_not_work_see_none(site: WebSite) -> None:
    client = site.client(Role.CODER)
    page = client.get("/tasks?who=all").text
    assert 'id="open-task"' not in page
    more = re.findall(r'href="(/tasks\?[^"]*task=[^"]*)#open-task"', page)
    assert len(more) == len(tasks_of(site))
    opened = client.get(unescape(more[0])).text
    assert opened.count('id="open-task"') == 1
    readers = site.client(Role.READER).get("/tasks?who=all").text
    assert "/tasks/" not in readers
    assert "open-task" not in readers


def test_pages_of_tasks_hold_every_task_once_and_beyond_the_last_is_the_last(site: WebSite) -> None:
    every = tasks_of(site)
    with reading(site.engine) as connection:
        pages = [find_tasks(connection, TaskQuery(page=number, page_size=2)) for number in range(1, 4)]
        beyond = find_tasks(connection, TaskQuery(page=99, page_size=2))
    found = [task for page in pages for task in page.rows]
    assert sorted(found, key=lambda task: task.number) == sorted(every, key=lambda task: task.number)
    assert [task.due_date for task in found] == sorted(task.due_date for task in found)
    assert (beyond.page, beyond.pages, beyond.total) == (3, 3, 5)


def test_counts_by_owner_add_up_to_the_tasks_and_open_changes(site: WebSite) -> None:
    every = tasks_of(site)
    with reading(site.engine) as connection:
        owners = count_open_owners(connection, KEY)
        counts = count_tasks(connection, TODAY, KEY)
        assert count_tasks(connection, TODAY, "hcpcs@2020-01-01") == []
    assert sum(count for _, count, _ in counts) == len(every)
    assert sum(late for _, _, late in counts) == sum(task.due_date < TODAY for task in every)
    # C86.0 has two owners of uses and counts for each; two open changes have none.
    assert owners == [("", 2), ("Cancer Center", 1), ("Revenue Integrity", 1)]


@pytest.mark.parametrize("query", ["?who=nobody", "?show=x", "?page=0", "?page=x", "?page=99999999999", "?page=²"])
def test_address_that_makes_no_sense_is_refused(site: WebSite, query: str) -> None:
    assert site.client(Role.READER).get(f"/tasks{query}").status_code == 422


@pytest.mark.browser
def test_page_of_tasks_passes_axe_and_fits_360_pixels(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site, visiting_as(browser, site, Role.CODER) as visit:
        number = tasks_of(site)[0].number
        check_pages(visit, ["/tasks", "/tasks?who=all", f"/tasks?who=all&task={KEY}/{number}"])


@pytest.mark.browser
def test_task_is_done_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    with reviewed_site(tmp_path / "home") as site, visiting_as(browser, site, Role.CODER) as visit:
        page = visit.open("/")
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url("**/tasks")
        page.get_by_role("link", name="Everybody’s").press("Enter")
        page.wait_for_url("**/tasks?who=all")
        page.get_by_role("button", name="Done").first.press("Enter")
        page.get_by_text("4 tasks").wait_for()
        assert sum(task.is_done for task in tasks_of(site)) == 1
