"""`addenda schedule --once` verifies assessments until their releases take effect, and tells what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from flows.site_check import _TOGETHER
from flows.sources.looks import Ledger, write_ledger
from tests.command_line import Answer
from tests.test_notifications import Webhook
from tests.verified_uses import GONE, ORDERS, OTHER, PAIR, PRICES, THIRD, Organisation, edited

ALL = [name for group in _TOGETHER for name in group]
DONE_RULES = ["A0005", "A0009-A0011", "A00*", "A0006"]


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    made = Organisation(tmp_path)
    made.assess()
    return made


@pytest.fixture
def hook() -> Iterator[Webhook]:
    found = Webhook()
    thread = Thread(target=found.server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def check(organisation: Organisation, today: str, hook: Webhook | None = None) -> Answer:
    """The check of a day on which no page is due."""
    day = date.fromisoformat(today)
    write_ledger(organisation.command.home, Ledger().add(day, ALL, set(), []))
    more = {"ADDENDA_NOTIFY_URLS": hook.url} if hook else {}
    answer = organisation("schedule", "--once", ADDENDA_TODAY=today, **more)
    assert answer.err == ""
    return answer


def watched(answer: Answer) -> list[str]:
    return [line for line in answer.out.splitlines() if line.startswith("impact ")]


def titles(hook: Webhook) -> list[str]:
    found = [str(message["title"]).removeprefix("addenda: ") for message in hook.messages]
    hook.messages.clear()
    return found


def finish(organisation: Organisation) -> None:
    organisation.write("prices", [code for code in PRICES if code not in (GONE, OTHER)])
    organisation.write("rules", DONE_RULES)
    organisation.write_orders([code for code in ORDERS if code != THIRD])


def test_check_says_in_one_line_how_far_the_work_is(organisation: Organisation) -> None:
    answer = check(organisation, "2031-11-21")
    (line,) = watched(answer)
    assert line.startswith("impact hcpcs@2031-01-01.1 → hcpcs@2032-01-01.1: ")
    assert line.endswith("; in force in 41 days")
    assert answer.code == 1
    counts = organisation("impact", "verify", *PAIR, "--format", "json").json["counts"]
    assert f"{counts['not_yet']} not yet, 0 applied wrongly, 0 newly stale, 0 applied" in line
    finish(organisation)
    done = check(organisation, "2031-11-22")
    assert done.code == 0
    assert "0 not yet, 0 applied wrongly, 0 newly stale" in watched(done)[0]


def test_check_ends_with_the_day_on_which_the_release_takes_effect(organisation: Organisation) -> None:
    assert watched(check(organisation, "2031-12-31"))[0].endswith("; in force in 1 day")
    assert watched(check(organisation, "2032-01-01"))[0].endswith("; in force in 0 days")
    after = check(organisation, "2032-01-02")
    assert watched(after) == []
    assert after.code == 0


def test_people_are_told_when_something_has_happened_and_not_again(organisation: Organisation, hook: Webhook) -> None:
    check(organisation, "2031-11-21", hook)
    (first,) = titles(hook)
    assert first.startswith("hcpcs@2032-01-01.1: ")
    assert first.endswith(" places to correct")
    check(organisation, "2031-11-22", hook)
    assert titles(hook) == []
    organisation.write("prices", edited(PRICES, row3="A0007"))
    check(organisation, "2031-11-23", hook)
    assert len(titles(hook)) == 1
    # As it was two days before: that has happened now, and is no old news.
    organisation.write("prices", PRICES)
    check(organisation, "2031-11-24", hook)
    assert titles(hook) == [first]
    finish(organisation)
    check(organisation, "2031-11-25", hook)
    assert titles(hook) == ["hcpcs@2032-01-01.1: everything is done"]


def test_message_that_was_not_taken_is_sent_by_the_next_check(organisation: Organisation, hook: Webhook) -> None:
    hook.status = 500
    check(organisation, "2031-11-21", hook)
    hook.status = 200
    check(organisation, "2031-11-22", hook)
    assert len(titles(hook)) == 1


def test_use_that_cannot_be_read_is_a_line_and_stops_nothing(organisation: Organisation, hook: Webhook) -> None:
    (organisation.folder / "orders.xlsx").unlink()
    answer = check(organisation, "2031-11-21", hook)
    assert answer.code == 1
    assert "use 'orders'" in watched(answer)[0]
    assert titles(hook) == ["impact hcpcs@2032-01-01.1_from_2031-01-01.1 cannot be verified"]
    organisation.write_orders(ORDERS)
    check(organisation, "2031-11-22", hook)
    assert len(titles(hook)) == 1


@pytest.mark.parametrize(
    "text", ["", "[]", '{"states": {"hcpcs@2032-01-01.1_from_2031-01-01.1": {"state": 3}}}', "\x00"]
)
def test_states_that_cannot_be_understood_are_begun_anew(organisation: Organisation, text: str) -> None:
    path = organisation.command.home / "impact" / "verified.json"
    first = watched(check(organisation, "2031-11-21"))
    kept = path.read_text()
    path.write_text(text)
    assert watched(check(organisation, "2031-11-21")) == first
    assert path.read_text() == kept
    assert not list(path.parent.glob("*.part"))


def test_broken_assessment_hinders_no_other(organisation: Organisation) -> None:
    other = organisation.command.home / "impact" / "aaa"
    other.mkdir()
    (other / "impact.json").write_text("{")
    lines = watched(check(organisation, "2031-11-21"))
    assert lines[0].startswith("impact aaa: the assessment cannot be understood")
    assert lines[1].startswith("impact hcpcs@")


def test_without_assessments_nothing_is_verified_or_written(tmp_path: Path) -> None:
    organisation = Organisation(tmp_path)
    answer = check(organisation, "2031-11-21")
    assert (answer.code, watched(answer)) == (0, [])
    assert not (organisation.command.home / "impact").exists()
