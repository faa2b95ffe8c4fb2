"""What people are reminded of, when, and how often; and that it goes through the notifications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest

from flows.notifications import Event, EventKind, notify
from flows.reminders import list_reminders, send_reminders
from flows.review_acts import assign_task, comment, finish_task, send_back, set_readiness
from flows.site_check import check_sites
from schema.review import Task
from schema.store.database import reading
from schema.store.review_reader import list_tasks
from tests.command_line import NOWHERE
from tests.review_home import ANNA, BEN, CARA, KEY, NOW, ReviewHome, make_home, write_releases
from tests.test_notifications import Webhook

EFFECTIVE = date(2024, 10, 1)
DAY = timedelta(days=1)
# Long before any due date of the sample.
EARLY = date(2024, 7, 1)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    with make_home(tmp_path / "home", releases, database_url) as made:
        made.open()
        yield made


def remind(home: ReviewHome, day: date, word: str = "") -> list[Event]:
    """The reminders of a day, those whose title has the word."""
    events = list_reminders(home.engine, home.settings, day)
    assert {event.kind for event in events} <= {EventKind.REMINDER}
    return [event for event in events if word in event.title]


def tasks_of(home: ReviewHome) -> list[Task]:
    with reading(home.engine) as connection:
        return list_tasks(connection, review=KEY)


def finish_all(home: ReviewHome) -> None:
    for task in tasks_of(home):
        finish_task(home.engine, ANNA, KEY, task.number, "", home.review.version, now=NOW)


def test_nothing_is_told_before_it_is_time_and_nothing_of_an_empty_store(
    home: ReviewHome, tmp_path: Path, releases: Path
) -> None:
    assert remind(home, EARLY) == []
    with make_home(tmp_path / "empty", releases, f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        assert remind(empty, EFFECTIVE) == []


@pytest.mark.parametrize(("left", "title"), [
    (31, None), (30, "ICD-10-CM FY2025 takes effect in 30 days"), (20, "ICD-10-CM FY2025 takes effect in 20 days"),
    (1, "ICD-10-CM FY2025 takes effect in 1 day"), (0, "ICD-10-CM FY2025 takes effect today"), (-1, None),
])  # fmt: skip
def test_days_left_are_told_with_what_is_open(home: ReviewHome, left: int, title: str | None) -> None:
    events = remind(home, EFFECTIVE - left * DAY, "takes effect")
    assert [event.title for event in events] == ([title] if title else [])
    for event in events:
        assert "4 of 4 decisions are open" in event.body
        assert "Deleted codes in use without a decision: 3." in event.body


def test_days_left_are_told_once_for_30_14_7_and_1(home: ReviewHome) -> None:
    days = [EFFECTIVE - left * DAY for left in range(40, -3, -1)]
    keys = [event.event_id for day in days for event in remind(home, day, "takes effect")]
    assert len(keys) == 31
    assert len(set(keys)) == 4


def test_approved_update_needs_no_reminder_of_the_days_left(home: ReviewHome) -> None:
    home.approve()
    assert remind(home, EFFECTIVE - 7 * DAY, "takes effect") == []


def test_overdue_tasks_are_told_by_owner_and_again_each_week(home: ReviewHome) -> None:
    due = max(task.due_date for task in tasks_of(home))
    open_ones = [task for task in tasks_of(home) if task.due_date < due + DAY]
    owners = {task.owner for task in open_ones}
    told = remind(home, due + DAY, "overdue")
    assert [event.title.partition(": ")[2] for event in told] == sorted(owners)
    assert sum(int(event.title.split()[0]) for event in told) == len(open_ones)
    week = [remind(home, due + day * DAY, "overdue")[0].event_id for day in range(1, 22)]
    assert 3 <= len(set(week)) <= 4
    finish_all(home)
    assert remind(home, due + DAY, "overdue") == []


def test_task_is_not_overdue_on_its_last_day(home: ReviewHome) -> None:
    first = min(task.due_date for task in tasks_of(home))
    assert remind(home, first, "overdue") == []
    assert remind(home, first + DAY, "overdue")


def test_another_overdue_task_is_told_within_the_same_week(home: ReviewHome) -> None:
    monday = date(2024, 7, 1)
    numbers = [task.number for task in tasks_of(home)]
    for number, day in ((numbers[0], monday - DAY), (numbers[1], monday)):
        assign_task(home.engine, ANNA, KEY, number, "coding", day, home.review.version, now=NOW)
    first, second = (remind(home, day, "overdue: coding") for day in (monday, monday + DAY))
    assert [event.title for event in (*first, *second)] == ["1 task overdue: coding", "2 tasks overdue: coding"]
    assert first[0].event_id != second[0].event_id


def test_returned_sign_off_is_told_once_for_each_return_without_the_reason(home: ReviewHome) -> None:
    home.decide_deleted()
    keys = []
    for _ in range(2):
        home.submit()
        digest = home.review.digest
        send_back(home.engine, BEN, KEY, digest, "patient Smith was mentioned", settings=home.settings, now=NOW)
        told = remind(home, EARLY, "returned")
        assert [event.title for event in told] == ["ICD-10-CM FY2025 was returned"]
        assert "ben returned it on 2024-08-14" in told[0].body
        assert "Smith" not in told[0].body
        keys.append(told[0].event_id)
        comment(home.engine, ANNA, KEY, "", "looking at it", now=NOW)
        assert remind(home, EARLY, "returned")[0].event_id == keys[-1]
    assert keys[0] != keys[1]
    home.submit()
    assert remind(home, EARLY, "returned") == []


def test_end_of_a_hold_is_told_from_the_day_before_until_somebody_says_more(home: ReviewHome) -> None:
    until = date(2024, 10, 20)

    def say(is_ready: bool, day: date | None) -> None:
        version = home.review.version
        set_readiness(home.engine, CARA, KEY, "Acme", "E6689", is_ready, day, "", version, now=NOW)

    say(False, until)
    assert remind(home, until - 2 * DAY, "hold") == []
    told = [remind(home, until + day * DAY, "hold") for day in (-1, 0, 5)]
    assert {event.event_id for events in told for event in events} == {told[0][0].event_id}
    assert told[0][0].title == "ICD-10-CM FY2025: the hold of claims to Acme ends"
    assert "Acme: E66.89, until 2024-10-20." in told[0][0].body
    say(False, until + 10 * DAY)
    assert remind(home, until, "hold") == []
    assert remind(home, until + 10 * DAY, "hold")[0].event_id != told[0][0].event_id
    say(True, None)
    assert remind(home, until + 10 * DAY, "hold") == []


def test_address_of_the_pages_is_told_where_it_is_set(home: ReviewHome) -> None:
    assert "http" not in remind(home, EFFECTIVE - DAY, "takes effect")[0].body
    settings = home.settings.model_copy(update={"public_url": "https://addenda.example.org/"})
    events = list_reminders(home.engine, settings, EFFECTIVE - DAY)
    links = {event.body.splitlines()[-1] for event in events}
    assert links == {"https://addenda.example.org/tasks", f"https://addenda.example.org/updates/{KEY}"}


def test_daily_check_sends_them_and_each_once(home: ReviewHome, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def take(urls: list[str], events: list[Event], folder: Path) -> int:
        sent.extend(event.title for event in events)
        return len(list(events))

    monkeypatch.setattr("flows.reminders.notify", take)
    update = {
        "today": EFFECTIVE - DAY, "notify_urls": ["json://127.0.0.1:9"], "cms_url": NOWHERE["ADDENDA_CMS_URL"],
        "cdc_url": NOWHERE["ADDENDA_CDC_URL"], "request_interval": 0.02,
    }  # fmt: skip
    done = check_sites(home.settings.model_copy(update=update), config=home.config)
    assert "ICD-10-CM FY2025 takes effect in 1 day" in sent
    assert done.told == len(sent)


def test_without_addresses_the_database_is_not_even_opened(home: ReviewHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.reminders.open_database", lambda _: pytest.fail("it was opened"))
    assert send_reminders(home.settings, EFFECTIVE) == 0


def test_message_is_sent_once_to_a_real_service(home: ReviewHome) -> None:
    hook = Webhook()
    thread = Thread(target=hook.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        settings = home.settings.model_copy(update={"notify_urls": [hook.url]})
        assert send_reminders(settings, EFFECTIVE - DAY) == len(hook.messages) > 0
        assert send_reminders(settings, EFFECTIVE - DAY) == 0
    finally:
        hook.server.shutdown()
        thread.join()
        hook.server.server_close()
    assert notify([], list_reminders(home.engine, home.settings, EFFECTIVE), home.settings.home) == 0
    assert any("takes effect in 1 day" in message["title"] for message in hook.messages)
