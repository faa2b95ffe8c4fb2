"""The watch of each day: what lies in the folder is taken in once, the pages are written, each alarm is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest

from tests.command_line import Answer, CommandLine
from tests.remit_files import RemitClaim, Remittance, write_835
from tests.test_notifications import Webhook
from tests.watch_home import DELETED, EFFECTIVE, MEADOW, Billed, Home, bill, bill_before, load_update

AS_OF = EFFECTIVE + timedelta(days=40)
PRODUCED = EFFECTIVE + timedelta(days=30)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    thread = Thread(target=hook.server.serve_forever, args=(0.02,))
    thread.start()
    yield hook
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("held")
    command = CommandLine(folder / "home")
    load_update(command, folder)
    return command.url


class Daily:
    """A home whose folder for remittances people drop files into, and the watch of a day in it."""

    def __init__(self, folder: Path, database: str, more: dict[str, str]) -> None:
        self.home = Home(CommandLine(folder / "home", database_url=database, more=more), folder)
        self.drop_folder = folder / "home" / "import-remits"
        self.drop_folder.mkdir(parents=True)

    def run(self, day: date = AS_OF, *command: str) -> Answer:
        more = {**self.home.command.more, "ADDENDA_TODAY": day.isoformat()}
        call = CommandLine(self.home.command.home, database_url=self.home.command.database_url, more=more)
        return call(*(command or ("watch", "run")))

    def drop(self, name: str, claims: list[RemitClaim], day: date = PRODUCED) -> Path:
        path = self.drop_folder / name
        path.write_text(write_835(Remittance(claims, MEADOW, payment_date=day, produced_date=day)))
        return path


@pytest.fixture
def daily(database: str, webhook: Webhook, tmp_path: Path) -> Daily:
    return Daily(tmp_path, database, {"ADDENDA_NOTIFY_URLS": webhook.url})


def bill_deleted(daily: Daily) -> list[Billed]:
    daily.home.bill(bill_before())
    return daily.home.bill(bill(DELETED, 6))


def test_files_of_the_folder_are_taken_in_once_and_stay(daily: Daily) -> None:
    claims = bill_deleted(daily)
    path = daily.drop("one.835", [claim.deny() for claim in claims])
    data = path.read_bytes()
    (daily.drop_folder / "copy.835").write_bytes(data)
    first = daily.run()
    assert first.code == 1
    assert "1 new files of remittances, 0 of them refused" in first.out
    assert path.read_bytes() == data
    again = daily.run()
    assert "new files" not in again.out
    assert again.out.splitlines()[-1] == first.out.splitlines()[-2], "the second run sends no message"


def test_alarm_is_told_once_and_names_no_claim(daily: Daily, webhook: Webhook) -> None:
    claims = bill_deleted(daily)
    daily.drop("one.835", [claim.deny() for claim in claims])
    assert "messages sent: 1" in daily.run().out
    daily.drop("two.835", [claim.deny() for claim in claims[:2]], PRODUCED + timedelta(days=2))
    for day in (AS_OF, AS_OF + timedelta(days=1)):
        assert "messages sent" not in daily.run(day).out
    (message,) = webhook.messages
    told = f"{message['title']} {message['message']}"
    assert DELETED in told
    assert MEADOW in told
    assert "correct and resubmit" in told
    assert [claim.claim_id for claim in claims if claim.claim_id in told] == []


def test_dashboard_of_the_day_and_its_work_list_are_written(daily: Daily) -> None:
    claims = bill_deleted(daily)
    daily.drop("one.835", [claim.deny() for claim in claims])
    daily.run()
    folder = daily.home.command.home / "watch" / AS_OF.isoformat()
    assert {path.name for path in folder.iterdir()} >= {"dashboard.html", "work.csv", "closeout-30.html"}
    work = (folder / "work.csv").read_text()
    assert all(claim.claim_id in work for claim in claims)


def test_file_that_is_cut_off_is_refused_once_and_told_without_its_name(daily: Daily, webhook: Webhook) -> None:
    claims = bill_deleted(daily)
    path = daily.drop("secret-name.835", [claim.deny() for claim in claims])
    path.write_bytes(path.read_bytes()[:-40])
    assert "1 of them refused" in daily.run().out
    assert "refused" not in daily.run().out
    titles = [message["title"] for message in webhook.messages]
    assert sum("refused" in title for title in titles) == 1
    assert "secret-name" not in str(webhook.messages)


def test_hidden_and_unfinished_files_and_links_are_left_alone(daily: Daily, tmp_path: Path) -> None:
    claims = bill_deleted(daily)
    path = daily.drop("whole.835", [claim.deny() for claim in claims])
    outside = path.rename(tmp_path / "outside.835")
    (daily.drop_folder / "link.835").symlink_to(outside)
    for name in (".hidden.835", "half.835.part"):
        (daily.drop_folder / name).write_bytes(outside.read_bytes())
    assert "new files" not in daily.run().out


def test_after_ninety_days_files_are_taken_in_and_nothing_is_written(daily: Daily) -> None:
    claims = bill_deleted(daily)
    daily.drop("late.835", [claim.deny() for claim in claims])
    answer = daily.run(EFFECTIVE + timedelta(days=91))
    assert answer.code == 0
    assert "nothing is watched" in answer.out
    assert "1 new files" in answer.out
    assert not (daily.home.command.home / "watch").exists()


def test_schedule_does_the_watch_and_prints_nothing_of_it_where_there_is_none(daily: Daily) -> None:
    quiet = daily.run(EFFECTIVE + timedelta(days=91), "schedule", "--once")
    assert "watch" not in quiet.out
    claims = bill_deleted(daily)
    daily.drop("one.835", [claim.deny() for claim in claims])
    loud = daily.run(AS_OF, "schedule", "--once")
    assert loud.code == 1
    assert f"watch of {AS_OF}: 1 in alarm, 6 claims to work on" in loud.out


@pytest.mark.parametrize("where", ["import", "import/remits", "."])
def test_folder_for_remittances_may_not_lie_where_releases_are_archived(
    daily: Daily, where: str, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / where
    call = CommandLine(
        daily.home.command.home,
        database_url=daily.home.command.database_url,
        more={"ADDENDA_REMIT_FOLDER": str(folder), "ADDENDA_TODAY": AS_OF.isoformat()},
    )
    answer = call("watch", "run")
    assert answer.code == 2
    assert answer.err.startswith("addenda: settings: setting remit_folder cannot be used")
    assert answer.err.count("\n") == 1
