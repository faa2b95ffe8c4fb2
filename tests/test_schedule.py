"""`addenda schedule --once`: when a page is due, one job done once, each thing told once, nobody else asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from socket import socket

import pytest

from flows.sources.looks import KeptEvent, Ledger, Look, list_due, read_ledger, write_ledger
from tests.command_line import ROOT, Answer, CommandLine, held_releases
from tests.replica.faults import Fault
from tests.replica.replica import Replica
from tests.test_notifications import Webhook

TODAY = "2026-07-01"
SYSTEMS = ["icd10cm", "icd10pcs", "hcpcs"]
LISTEN = """
import socket, sys
from flows.cli import main
inside = ("127.0.0.1", "localhost")
find, connect = socket.getaddrinfo, socket.socket.connect
def watch_names(host, *rest, **more):
    if host not in inside:
        sys.stderr.write(f"asked for {host}\\n")
    return find(host, *rest, **more)
def watch(self, address):
    if not isinstance(address, tuple) or address[0] not in inside:
        sys.stderr.write(f"went to {address}\\n")
    return connect(self, address)
socket.getaddrinfo, socket.socket.connect = watch_names, watch
main(["schedule", "--once"])
"""


@pytest.fixture
def site() -> Iterator[Replica]:
    """What is in force on `TODAY`, and a little before it."""
    offered = {"icd10cm": ["FY2025", "FY2026", "FY2026-apr"], "icd10pcs": ["FY2026", "FY2026-apr"], "hcpcs": ["2026Q3"]}
    with Replica(offered, has_other_sets=False) as running:
        yield running


def make_command(site: Replica, folder: Path, today: str = TODAY, **more: str) -> CommandLine:
    return CommandLine(folder / "home", more=site.environment(folder / "home", today=today) | more)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2026-03-02", []),  # between all seasons: three days after the last look
        ("2026-03-06", SYSTEMS),  # a week after it
        ("2026-06-02", SYSTEMS),
    ],
)
def test_pages_are_due_a_week_after_the_last_look(today: str, due: list[str]) -> None:
    looks = dict.fromkeys(SYSTEMS, Look(date(2026, 2, 27), date(2026, 2, 27)))
    expected = [name for name in SYSTEMS if name in due or (name == "hcpcs" and today == "2026-03-02")]
    assert list_due(SYSTEMS, looks, date.fromisoformat(today)) == expected


def test_pages_are_due_each_day_in_their_season_and_never_twice_a_day() -> None:
    june = dict.fromkeys(SYSTEMS, Look(date(2026, 6, 9), date(2026, 6, 9)))
    assert list_due(SYSTEMS, june, date(2026, 6, 9)) == []
    assert list_due(SYSTEMS, june, date(2026, 6, 10)) == SYSTEMS
    september = dict.fromkeys(SYSTEMS, Look(date(2026, 9, 9), date(2026, 9, 9)))
    assert list_due(SYSTEMS, september, date(2026, 9, 10)) == ["hcpcs"]


def test_page_that_failed_and_a_system_that_is_late_are_due_tomorrow() -> None:
    failed = {"icd10cm": Look(date(2026, 9, 17), date(2026, 9, 10))}
    assert list_due(["icd10cm"], failed, date(2026, 9, 17)) == []
    assert list_due(["icd10cm"], failed, date(2026, 9, 18)) == ["icd10cm"]
    seen = {"icd10cm": Look(date(2026, 9, 17), date(2026, 9, 17))}
    assert list_due(["icd10cm"], seen, date(2026, 9, 18)) == []
    assert list_due(["icd10cm"], seen, date(2026, 9, 18), alarmed={"icd10cm"}) == ["icd10cm"]


def test_never_seen_and_a_look_from_the_future_are_due() -> None:
    assert list_due(SYSTEMS, {}, date(2026, 9, 9)) == SYSTEMS
    assert list_due(["pos"], {"pos": Look(date(2030, 1, 1), date(2030, 1, 1))}, date(2026, 9, 9)) == ["pos"]


def test_ledger_is_read_back_and_a_broken_one_is_begun_anew(tmp_path: Path) -> None:
    day = date(2026, 9, 9)
    event = KeptEvent(day, "late", "late hcpcs@2026-10-01", "hcpcs 2026Q4 is late", "…")
    ledger = Ledger().add(day, ["hcpcs", "pos"], {"pos"}, [event, event])
    write_ledger(tmp_path, ledger)
    assert read_ledger(tmp_path) == ledger
    assert ledger.looks == {"hcpcs": Look(day, day), "pos": Look(day)}
    assert ledger.events == (event,)
    for text in ("", "[]", '{"looks": {"hcpcs": 3}}', '{"looks": {"hcpcs": {"tried": "x", "seen": null}}}'):
        (tmp_path / "looks.json").write_text(text)
        assert read_ledger(tmp_path) == Ledger()


def test_check_loads_reports_and_has_nothing_to_do_again_that_day(site: Replica, tmp_path: Path) -> None:
    command = make_command(site, tmp_path)
    answer = command("schedule", "--once")
    assert (answer.code, answer.err) == (0, "")
    assert "icd10cm@2026-04-01.1 loaded" in answer.out
    assert (tmp_path / "home" / "reports" / "icd10cm@2026-04-01.1_from_2025-10-01.1" / "report.html").is_file()
    site.log.clear()
    again = command("schedule", "--once")
    assert (again.code, again.out.splitlines()[-1]) == (0, f"nothing is due on {TODAY}")
    assert site.log.entries == []


def test_next_day_in_season_finds_what_is_new_and_only_that(site: Replica, tmp_path: Path) -> None:
    make_command(site, tmp_path)("schedule", "--once")
    site.offer("icd10cm", "FY2027")
    site.log.clear()
    answer = make_command(site, tmp_path, "2026-07-02")("schedule", "--once")
    loaded = [line for line in answer.out.splitlines() if line.endswith(" loaded")]
    assert loaded == ["icd10cm@2026-10-01.1 loaded"]
    assert site.log.downloads()
    assert [entry.target for entry in site.log.downloads() if "2027" not in entry.target] == []


def test_two_schedulers_at_once_do_one_job_once(site: Replica, tmp_path: Path) -> None:
    command = make_command(site, tmp_path)
    command.home.parent.mkdir(exist_ok=True)
    both = [command.start("schedule", "--once") for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [err for _, err in answers] == ["", ""]
    outs = sorted((out for out, _ in answers), key=len)
    assert outs[0].splitlines()[-1] == f"nothing is due on {TODAY}"
    assert outs[1].count("icd10cm@2025-10-01.1 loaded") == 1
    targets = [(entry.host, entry.target) for entry in site.log.downloads()]
    assert len(targets) == len(set(targets))
    assert len(site.log.of("/medicare/coding-billing/icd-10-codes")) == 1
    assert site.log.overlaps() == []
    assert len(held_releases(command.url)) == 6


def test_killed_check_needs_no_unlocking(site: Replica, tmp_path: Path) -> None:
    command = make_command(site, tmp_path, ADDENDA_REQUEST_INTERVAL="0.3")
    running = command.start("schedule", "--once")
    assert running.stdout is not None
    assert "look at cms" in running.stdout.readline()
    running.kill()
    running.communicate()
    answer = make_command(site, tmp_path)("schedule", "--once")
    assert (answer.code, answer.err) == (0, "")
    assert len(held_releases(command.url)) == 6


@pytest.fixture
def hook() -> Iterator[Webhook]:
    from threading import Thread

    found = Webhook()
    thread = Thread(target=found.server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def told(hook: Webhook) -> list[str]:
    titles = sorted(str(message["title"]).removeprefix("addenda: ") for message in hook.messages)
    hook.messages.clear()
    return titles


def test_each_event_is_told_once_and_what_could_not_be_told_is_told_later(
    site: Replica, hook: Webhook, tmp_path: Path
) -> None:
    def check(today: str) -> Answer:
        return make_command(site, tmp_path, today, ADDENDA_NOTIFY_URLS=hook.url)("schedule", "--once")

    hook.status = 500
    check("2026-07-01")
    assert told(hook) == []
    hook.status = 200
    check("2026-07-01")
    first = [
        "hcpcs@2026-07-01.1 loaded",
        "icd10cm@2026-04-01.1 and 2 earlier loaded",
        "icd10pcs@2026-04-01.1 and 1 earlier loaded",
    ]
    assert told(hook) == first
    site.repost("icd10cm", "FY2026")
    site.faults.set(site.item("icd10pcs", "FY2026"), Fault("status", status=404))
    answer = check("2026-07-02")
    assert answer.code == 1
    assert told(hook) == ["icd10cm@2025-10-01.1 was posted again", "icd10pcs: not fetched or stored"]
    assert check("2026-07-03").code == 1
    assert told(hook) == []
    site.faults.clear()
    check("2026-07-04")
    site.faults.set(site.item("icd10pcs", "FY2026"), Fault("status", status=404))
    check("2026-07-05")
    assert told(hook) == ["icd10pcs: not fetched or stored"]


def test_late_and_missing_are_told_once_each(site: Replica, hook: Webhook, tmp_path: Path) -> None:
    def check(today: str) -> Answer:
        return make_command(site, tmp_path, today, ADDENDA_NOTIFY_URLS=hook.url)("schedule", "--once")

    check("2026-09-10")
    told(hook)
    late = check("2026-09-17")
    assert late.code == 1
    assert "late: icd10cm FY2027 takes effect in 14 days, and nothing of it is posted" in late.out
    assert told(hook) == ["hcpcs 2026Q4 is late", "icd10cm FY2027 is late", "icd10pcs FY2027 is late"]
    assert check("2026-09-18").code == 1
    assert told(hook) == []
    check("2026-10-01")
    assert told(hook) == ["hcpcs 2026Q4 is missing", "icd10cm FY2027 is missing", "icd10pcs FY2027 is missing"]


def test_page_that_cannot_be_read_is_told_once_and_makes_nothing_missing(
    site: Replica, hook: Webhook, tmp_path: Path
) -> None:
    site.faults.set(lambda request: request.path.endswith("/icd-10-codes"), Fault("status", status=404))
    for today in ("2026-10-05", "2026-10-06"):
        more = {"ADDENDA_NOTIFY_URLS": hook.url}
        answer = make_command(site, tmp_path, today, **more)("schedule", "--once")
        assert answer.code == 1
        assert "icd10 (cms): " in answer.out
        assert "missing: icd10" not in answer.out
    titles = told(hook)
    assert titles.count("icd10 (cms): page not read") == 1


def test_check_asks_nobody_but_the_sites_that_are_set(site: Replica, tmp_path: Path) -> None:
    environment = make_command(site, tmp_path).environment
    run = subprocess.run(
        [sys.executable, "-c", LISTEN], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "icd10cm@2025-10-01.1 loaded" in run.stdout


def test_check_without_a_server_fails_in_lines_and_keeps_what_is_held(tmp_path: Path) -> None:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    more = {"ADDENDA_CMS_URL": url, "ADDENDA_CDC_URL": url, "ADDENDA_REQUEST_INTERVAL": "0.02", "ADDENDA_TODAY": TODAY}
    answer = CommandLine(tmp_path / "home", more=more)("schedule", "--once")
    assert answer.code == 1
    problems = [line for line in answer.out.splitlines() if line.startswith(("icd10 (cms): ", "hcpcs (cms): "))]
    assert len(problems) == 2
    assert max(map(len, problems)) <= 400
    assert json.loads((tmp_path / "home" / "looks.json").read_text())["looks"]["hcpcs"]["seen"] is None


def test_fetch_archives_the_files_of_one_release_and_loads_nothing(site: Replica, tmp_path: Path) -> None:
    command = make_command(site, tmp_path)
    answer = command("fetch", "icd10cm", "FY2026")
    assert (answer.code, answer.err) == (0, "")
    assert any(line.startswith("fetched") and "code-descriptions" in line for line in answer.out.splitlines())
    assert command("releases", "--format", "json").json == {"releases": []}
    again = command("fetch", "icd10cm", "FY2026")
    assert "fetched" not in again.out
    refused = command("fetch", "icd10cm", "FY2024")
    assert refused.code == 2
    assert "no code file of icd10cm@2023-10-01 is offered" in refused.err


def test_schedule_needs_prefect_only_to_serve(tmp_path: Path) -> None:
    (tmp_path / "prefect.py").write_text("raise ImportError('not here', name='prefect')")
    command = CommandLine(tmp_path / "home")
    environment = command.environment | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    run = subprocess.run(
        [sys.executable, "-m", "flows.cli", "schedule"], env=environment, cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.startswith("addenda: usage: Prefect is not installed; pip install 'addenda[prefect]'")


def test_import_folder_is_read_when_no_page_is_due(site: Replica, tmp_path: Path) -> None:
    command = make_command(site, tmp_path)
    command("schedule", "--once")
    site.offer("icd10pcs", "FY2025")
    item = site.item("icd10pcs", "FY2025")
    dropped = tmp_path / "home" / "import" / "icd10pcs" / "FY2025" / "order.zip"
    dropped.parent.mkdir(parents=True)
    dropped.write_bytes(item.data)
    site.log.clear()
    answer = command("schedule", "--once")
    assert (answer.code, answer.err) == (0, "")
    assert "icd10pcs@2024-10-01.1 loaded" in answer.out
    assert site.log.entries == []
