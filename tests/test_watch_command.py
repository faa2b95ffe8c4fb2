"""`addenda watch` through the command line, on small files as they come from payers."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schema.store.database import open_database, reading
from schema.store.reader import list_releases
from tests.command_line import Answer, CommandLine
from tests.remit_files import Adjust
from tests.watch_home import (
    CHARGE,
    DELETED,
    EFFECTIVE,
    MEADOW,
    NEW,
    REVISED,
    RIVER,
    STEADY,
    Billed,
    Home,
    bill,
    bill_before,
    load_next_update,
    load_update,
)

AS_OF = date(2026, 2, 20)
ANSWERED = date(2026, 2, 6)
KEYS = {
    "system", "code", "payer", "change_kind", "status", "category", "fault", "first_alarm_date", "billed_claims",
    "adjudicated_claims", "denied_claims", "rejected_claims", "baseline_rate", "rate", "p_value", "q_value",
    "denied_amount",
}  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("held")
    command = CommandLine(folder / "home")
    load_update(command, folder)
    return command.url


@pytest.fixture
def home(database: str, tmp_path: Path) -> Home:
    more = {"ADDENDA_TODAY": AS_OF.isoformat()}
    return Home(CommandLine(tmp_path / "home", database_url=database, more=more), tmp_path)


@pytest.fixture
def usual(home: Home) -> Home:
    """A year of claims that were answered in time, one in thirty denied."""
    claims = home.bill(bill_before())
    for payer in (MEADOW, RIVER):
        own = [c for c in claims if c.payer == payer]
        answers = [
            c.deny("16", "M51") if n % 30 == 0 else c.answer(Adjust("CO", "45", "20.10")) for n, c in enumerate(own)
        ]
        home.answer(EFFECTIVE - timedelta(days=1), answers, payer)
    return home


def items_of(answer: Answer, code: str, **wanted: Any) -> list[dict[str, Any]]:
    found = [item for item in answer.json["items"] if item["code"] == code]
    return [item for item in found if all(item[name] == value for name, value in wanted.items())]


def read_work(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "work.csv").read_text(), newline="")))


def test_without_claims_and_remittances_the_report_says_so(home: Home) -> None:
    answer = home.report(AS_OF)
    assert (answer.code, answer.json["items"]) == (0, [])
    assert "no claims are held" in answer.err
    assert "no remittances are held" in answer.err


def test_day_without_an_update_is_told(home: Home) -> None:
    for day in (EFFECTIVE - timedelta(days=1), EFFECTIVE + timedelta(days=91)):
        answer = home.report(day)
        assert (answer.code, answer.json["items"], answer.json["current"]) == (0, [], [])
        assert "nothing is watched" in answer.err
    for day in (EFFECTIVE, EFFECTIVE + timedelta(days=90)):
        assert home.report(day).json["current"] == ["hcpcs@2026-01-01.1"]


def test_deleted_code_that_is_billed_is_ours_before_any_answer(usual: Home) -> None:
    usual.bill(bill(DELETED, 2))
    answer = usual.report(EFFECTIVE + timedelta(days=5))
    assert answer.code == 1
    [item] = items_of(answer, DELETED, payer=MEADOW)
    assert item.keys() >= KEYS
    assert (item["status"], item["category"], item["fault"]) == ("alarm", "invalid_code", "ours")
    assert (item["change_kind"], item["billed_claims"], item["denied_claims"]) == ("deleted", 2, 0)
    assert "2025-12-31" in item["why"]


def test_deleted_code_that_is_denied_is_to_be_corrected(usual: Home, tmp_path: Path) -> None:
    claims = usual.bill(bill(DELETED, 2))
    usual.answer(ANSWERED, [claims[0].deny("181")])
    answer = usual.report(AS_OF, "--out", tmp_path / "out")
    [item] = items_of(answer, DELETED, payer=MEADOW)
    assert (item["denied_claims"], item["denied_amount"], item["fault"]) == (1, 120.1, "ours")
    [work] = [row for row in read_work(tmp_path / "out") if row["code"] == DELETED]
    assert (work["claim_id"], work["action"], work["denied_amount"]) == (claims[0].claim_id, "correct", CHARGE)


def test_new_code_that_one_payer_denies_is_appealed_with_evidence(usual: Home, tmp_path: Path) -> None:
    at_meadow, at_river = usual.bill(bill(NEW, 12)), usual.bill(bill(NEW, 12, RIVER))
    usual.answer(ANSWERED, [claim.deny("181") for claim in at_meadow])
    usual.answer(ANSWERED, [claim.answer(Adjust("CO", "45", "20.10")) for claim in at_river], RIVER)
    answer = usual.report(AS_OF, "--out", tmp_path / "out")
    [item] = items_of(answer, NEW, payer=MEADOW)
    assert (item["status"], item["category"], item["fault"]) == ("alarm", "invalid_code", "payer")
    assert (item["denied_claims"], item["denied_amount"]) == (12, 1441.2)
    assert (item["change_kind"], item["is_watched"]) == ("new", True)
    assert [i["denied_claims"] for i in items_of(answer, NEW, payer=RIVER)] == [0]
    [together] = items_of(answer, NEW, payer=None)
    assert (together["billed_claims"], together["denied_claims"]) == (24, 12)
    with reading(open_database(usual.command.url)) as connection:
        digest = list_releases(connection, "hcpcs")[-1].digest
    work = read_work(tmp_path / "out")
    assert {(row["action"], row["release"], row["release_digest"]) for row in work} == {
        ("appeal", "hcpcs@2026-01-01.1", digest)
    }
    assert sorted(row["claim_id"] for row in work) == sorted(claim.claim_id for claim in at_meadow)
    assert all(row["record_digest"] and "2026-01-01" in row["evidence"] for row in work)


def test_report_of_a_day_does_not_see_what_came_later(usual: Home) -> None:
    claims = usual.bill(bill(NEW, 12))
    before = usual.report(ANSWERED - timedelta(days=1)).json
    usual.answer(ANSWERED, [claim.deny("181") for claim in claims])
    assert usual.report(ANSWERED - timedelta(days=1)).json == before
    assert items_of(usual.report(ANSWERED), NEW, payer=MEADOW)[0]["denied_claims"] == 12


def test_first_alarm_does_not_move_later(usual: Home) -> None:
    claims = usual.bill(bill(NEW, 12))
    usual.answer(ANSWERED, [claim.deny("181") for claim in claims])

    def first(day: date) -> Any:
        return items_of(usual.report(day), NEW, payer=MEADOW)[0]["first_alarm_date"]

    assert first(ANSWERED - timedelta(days=1)) is None
    assert first(AS_OF) == "2026-02-20"
    assert first(AS_OF + timedelta(days=7)) == "2026-02-20"
    assert first(ANSWERED) == "2026-02-06"
    assert first(AS_OF + timedelta(days=7)) == "2026-02-06"
    assert first(ANSWERED - timedelta(days=1)) is None


def test_reversal_and_correction_count_as_one_claim(usual: Home) -> None:
    claims = usual.bill(bill(NEW, 3))
    denied = [claim.deny("181") for claim in claims]
    usual.answer(ANSWERED, denied)
    usual.take_back(ANSWERED + timedelta(days=4), denied[0], claims[0].answer(Adjust("CO", "45", "20.10")))
    usual.take_back(ANSWERED + timedelta(days=4), denied[1], claims[1].deny("189"))
    [item] = items_of(usual.report(AS_OF), NEW, payer=MEADOW)
    assert (item["billed_claims"], item["adjudicated_claims"], item["denied_claims"]) == (3, 3, 2)
    assert item["denied_amount"] == float(2 * Decimal(CHARGE))
    assert item["recovered_amount"] == 100.0


def test_rejections_are_counted_beside_denials(usual: Home, tmp_path: Path) -> None:
    claims = usual.bill(bill(NEW, 5))
    usual.reject(date(2026, 1, 20), claims[:4])
    usual.answer(ANSWERED, [claims[4].deny("181")])
    answer = usual.report(AS_OF, "--out", tmp_path / "out")
    [item] = items_of(answer, NEW, payer=MEADOW, category="invalid_code")
    assert (item["denied_claims"], item["rejected_claims"], item["denied_amount"]) == (1, 4, 120.1)
    actions = {row["claim_id"]: row["action"] for row in read_work(tmp_path / "out")}
    assert sorted(actions.values()) == ["appeal", *["resubmit"] * 4]


def test_watched_code_without_denials_has_one_item_for_each_payer(usual: Home) -> None:
    claims = usual.bill(bill(REVISED, 3))
    usual.answer(ANSWERED, [claim.answer(Adjust("CO", "45", "20.10")) for claim in claims])
    answer = usual.report(AS_OF)
    found = [(item["payer"], item["status"], item["denied_claims"]) for item in items_of(answer, REVISED)]
    assert sorted(found, key=str) == [(MEADOW, "ok", 0), (None, "ok", 0)]
    assert answer.code == 0


def test_code_that_nobody_watches_and_that_jumps_is_listed_apart(usual: Home) -> None:
    claims = usual.bill(bill(STEADY[0], 20))
    usual.answer(ANSWERED, [claim.deny("50") for claim in claims])
    answer = usual.report(AS_OF)
    [item] = items_of(answer, STEADY[0], payer=MEADOW)
    assert (item["is_watched"], item["status"], item["category"]) == (False, "alarm", "medical_necessity")
    assert item["change_kind"] is None
    assert "though nobody watches" in usual.command("watch", "report", "--as-of", AS_OF).out


def test_people_add_and_end_entries_with_a_reason(usual: Home) -> None:
    def call(*arguments: object) -> Answer:
        return usual.command("watch", *arguments)

    claims = usual.bill(bill(STEADY[0], 20))
    usual.answer(ANSWERED, [claim.deny("50") for claim in claims])
    told = ("--reason", "seen at the desk", "--by", "A. Clerk")
    assert call("end", "hcpcs", STEADY[0], *told).code == 2
    assert call("add", "hcpcs", STEADY[0], "--payer", MEADOW, *told).code == 0
    [entry] = [e for e in call("list", "--format", "json").json["entries"] if e["code"] == STEADY[0]]
    assert (entry["payer"], entry["reasons"], entry["is_open"]) == (MEADOW, ["added_by_hand"], True)
    assert entry["note"] == "added 2026-02-20 by A. Clerk: seen at the desk"
    [item] = items_of(usual.report(AS_OF), STEADY[0], payer=MEADOW)
    assert (item["is_watched"], item["status"]) == (True, "alarm")
    assert items_of(usual.report(AS_OF - timedelta(days=1)), STEADY[0], payer=MEADOW)[0]["is_watched"] is False
    assert call("end", "hcpcs", STEADY[0], *told).code == 0
    assert items_of(usual.report(AS_OF), STEADY[0]) == []
    acts = json.loads((usual.command.home / "watch" / "entries.json").read_text())["acts"]
    assert [(act["action"], act["by"]) for act in acts] == [("add", "A. Clerk"), ("end", "A. Clerk")]


def test_watch_of_one_payer_can_be_ended(usual: Home) -> None:
    for payer in (MEADOW, RIVER):
        usual.answer(ANSWERED, [claim.deny("181") for claim in usual.bill(bill(NEW, 12, payer))], payer)
    told = ("--reason", "settled", "--by", "A. Clerk")
    assert usual.command("watch", "end", "hcpcs", NEW, "--payer", RIVER, *told).code == 0
    payers = {item["payer"] for item in items_of(usual.report(AS_OF), NEW)}
    assert payers == {MEADOW, None}


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "hcpcs", "A-1", "--reason", "x", "--by", "y"),
        ("add", "loinc", "A0001", "--reason", "x", "--by", "y"),
        ("add", "hcpcs", "A0001", "--reason", "  ", "--by", "y"),
        ("add", "hcpcs", "A0001", "--reason", "x", "--by", "\x1b[31m"),
        ("add", "hcpcs", "A0001", "--by", "y"),
        ("report", "--as-of", "tomorrow"),
    ],
)
def test_call_that_says_too_little_is_refused_in_one_line(home: Home, arguments: tuple[str, ...]) -> None:
    answer = home.command("watch", *arguments)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert not (home.command.home / "watch" / "entries.json").exists()


def test_entries_that_are_not_as_written_are_refused(home: Home) -> None:
    folder = home.command.home / "watch"
    folder.mkdir(parents=True)
    (folder / "entries.json").write_text('{"format": 1, "acts": [{"action": "drop"}]}')
    answer = home.report(AS_OF)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "entries.json" in answer.err


def test_files_and_screen_hold_nothing_that_runs(usual: Home, tmp_path: Path) -> None:
    payer = "=HYPERLINK(1)"
    claims = usual.bill([Billed(f"=F{n}", DELETED, payer) for n in range(3)])
    usual.answer(ANSWERED, [claim.deny("181") for claim in claims], payer)
    answer = usual.command("watch", "report", "--as-of", AS_OF, "--format", "csv", "--out", tmp_path / "out")
    assert {row["payer"] for row in csv.DictReader(io.StringIO(answer.out, newline=""))} >= {f"'{payer}"}
    assert {row["claim_id"] for row in read_work(tmp_path / "out")} == {f"'=F{n}" for n in range(3)}


def test_two_updates_of_one_system_are_watched_on_the_day_on_which_they_meet(tmp_path: Path) -> None:
    home = Home(CommandLine(tmp_path / "home"), tmp_path)
    load_update(home.command, tmp_path)
    newest = load_next_update(home.command, tmp_path)
    day = date(2026, 4, 1)
    home.bill([*bill_before((MEADOW,)), *bill(DELETED, 2), Billed("N1", newest, day=day)])
    answer = home.report(day)
    assert answer.json["current"] == ["hcpcs@2026-01-01.1", "hcpcs@2026-04-01.1"]
    keys = [(item["code"], item["payer"], item["category"]) for item in answer.json["items"]]
    assert len(keys) == len(set(keys))
    assert [item["billed_claims"] for item in items_of(answer, DELETED, payer=MEADOW)] == [2]
    assert [item["billed_claims"] for item in items_of(answer, newest, payer=MEADOW)] == [1]
    entries = home.command("watch", "list", "--as-of", day, "--format", "json").json["entries"]
    # The title that changed in January was changed back in April: the newer update counts.
    assert [entry["current"] for entry in entries if entry["code"] == REVISED] == ["hcpcs@2026-04-01.1"]


def test_close_outs_have_the_figures_of_their_day_and_move_no_alarm(usual: Home, tmp_path: Path) -> None:
    usual.bill(bill(DELETED, 2))
    answer = usual.report(AS_OF, "--close-outs", "--out", tmp_path / "out")
    [item] = items_of(answer, DELETED, payer=MEADOW)
    assert item["first_alarm_date"] == AS_OF.isoformat()
    assert (tmp_path / "out" / "closeout-30.html").is_file()
    assert not (tmp_path / "out" / "closeout-60.html").exists()
