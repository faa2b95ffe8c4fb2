"""`addenda review` as people and scripts call it: what it prints, how it ends, who may."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from flows.accounts import add_account, add_first_administrator, add_token
from schema.access import ROLE_PERMISSIONS, Actor, Role, Via
from schema.store.database import writing
from tests.command_line import Answer, CommandLine
from tests.review_home import KEY, NOW, SUCCESSORS, ReviewHome, make_home, write_reissue, write_releases

PASSWORD = "seven green lamps hum"
PEOPLE = {"anna": Role.CODER, "ben": Role.COMPLIANCE, "cara": Role.REVENUE_LEAD, "rita": Role.READER}
REASON = ("--reason", "as the group decided")
MEANINGLESS: list[tuple[str, ...]] = [
    ("show", "icd10cm@FY2030"),
    ("show", "no review"),
    ("show", "icd10cm@2024-10-01\x00"),
    ("items", "icd10cm@FY2030"),
    ("items", KEY, "--kind", "stolen"),
    ("items", KEY, "--page", "0"),
    ("audit", "--head", "abc"),
    ("audit", "--verify", "--head", "abc"),
    ("task", "list", KEY, "--overdue", "soon"),
]


@dataclass(frozen=True)
class Desk:
    """A review, and the command line of every person."""

    home: ReviewHome
    tokens: dict[str, str]

    def call(self, name: str | None, *arguments: object, **more: str) -> Answer:
        """`addenda review …` by that person, or by nobody."""
        environment = {"ADDENDA_TODAY": "2024-08-14", **more}
        if name:
            environment["ADDENDA_TOKEN"] = self.tokens[name]
        line = CommandLine(self.home.settings.home, self.home.settings.database_url, environment)
        return line("--config", self.home.config, "review", *arguments)

    def do(self, name: str, *arguments: object) -> Answer:
        """A call that has to succeed."""
        answer = self.call(name, *arguments)
        if answer.code:
            raise AssertionError(answer.err)
        return answer

    @property
    def digest(self) -> str:
        """What a person copies from `addenda review show`."""
        return str(self.call(None, "show", KEY, "--format", "json").json["digest"])[:16]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def desk(tmp_path: Path, releases: Path, database_url: str) -> Iterator[Desk]:
    with make_home(tmp_path / "home", releases, database_url) as home:
        home.open()
        add_first_administrator(home.engine, "bea", "Bea", None, NOW)
        boss = Actor("bea", frozenset({Role.ADMINISTRATOR}), Via.COMMAND)
        tokens = {}
        for name, role in PEOPLE.items():
            password = PASSWORD if name == "anna" else None
            add_account(home.engine, boss, name, name.title(), [role], [], password, NOW)
            actor = Actor(name, frozenset({role}), Via.PAGE)
            tokens[name] = add_token(home.engine, actor, "script", sorted(ROLE_PERMISSIONS[role]), None, NOW)
        yield Desk(home, tokens)


def test_list_and_show_tell_how_the_review_stands(desk: Desk) -> None:
    (row,) = desk.call(None, "list", "--format", "json").json["reviews"]
    assert (row["review"], row["state"], row["days_left"], row["undecided"]) == (KEY, "draft", 48, 4)
    told = desk.call(None, "show", "icd10cm@FY2025", "--format", "json").json
    assert [blocker["kind"] for blocker in told["blockers"]] == ["deleted_in_use"]
    assert told["blockers"][0]["is_overridden"] is False
    assert (told["signatures"], told["overrides"], told["summary"]["system"]) == ([], [], "icd10cm")
    shown = desk.call(None, "show", KEY)
    assert (shown.code, told["digest"] in shown.out, "blocker deleted_in_use" in shown.out) == (0, True, True)


def test_items_are_filtered_sorted_and_come_as_csv(desk: Desk) -> None:
    answer = desk.call(None, "items", KEY, "--kind", "deleted", "--in-use", "--sort", "code", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [row["code"] for row in rows] == ["C83.39", "E66.8", "Z86.010"]
    assert {row["is_open"] for row in rows} == {"yes"}
    page = desk.call(None, "items", KEY, "--page-size", "10", "--page", "2", "--format", "json").json
    assert (page["total"], page["page"], page["pages"], len(page["items"])) == (48, 2, 5, 10)


def test_whole_sign_off_goes_by_command_line(desk: Desk) -> None:
    for code, successor in SUCCESSORS.items():
        desk.do("anna", "decide", KEY, code, "--action", "replace", "--successor", successor, *REASON)
    desk.do("anna", "submit", KEY, "--digest", desk.digest)
    desk.do("ben", "return", KEY, "--digest", desk.digest, "--reason", "C83.39 has two children")
    desk.do("anna", "reopen-item", KEY, "C83.39", *REASON)
    desk.do("anna", "decide", KEY, "c83.39", "--action", "retire", *REASON)
    desk.do("anna", "submit", KEY, "--digest", desk.digest)
    for name, role in list(PEOPLE.items())[:3]:
        desk.do(name, "sign", KEY, "--role", role.value, "--digest", desk.digest)
    told = desk.call(None, "show", KEY, "--format", "json").json
    assert told["state"] == "approved"
    assert [one["signer"] for one in told["signatures"] if not one["void_at"]] == ["anna", "ben", "cara"]
    proof = desk.call(None, "audit", "--verify", "--format", "json")
    assert (proof.code, proof.json["findings"]) == (0, [])
    assert desk.call(None, "audit", "--verify", "--head", proof.json["head"]).code == 0
    desk.do("cara", "reopen", KEY, "--reason", "a payer wrote to us")
    assert desk.call(None, "show", KEY, "--format", "json").json["state_why"] == "a payer wrote to us"


def test_blocker_is_set_aside_by_its_fingerprint(desk: Desk) -> None:
    told = desk.call(None, "show", KEY, "--format", "json").json
    named = ("--fingerprint", told["blockers"][0]["fingerprint"][:12])
    refused = desk.call("anna", "override", KEY, "deleted_in_use", *named, *REASON)
    assert (refused.code, "anna may not set blockers aside" in refused.err) == (2, True)
    assert desk.call("ben", "override", KEY, "deleted_in_use", "--fingerprint", "0" * 12, *REASON).code == 2
    assert desk.call("ben", "override", KEY, "deleted_in_use", "--fingerprint", "", *REASON).code == 2
    desk.do("ben", "override", KEY, "deleted_in_use", *named, *REASON)
    told = desk.call(None, "show", KEY, "--format", "json").json
    assert told["blockers"][0]["is_overridden"] is True
    assert told["overrides"][0]["reason"] == REASON[1]


def test_tasks_training_payers_and_comments_go_by_command_line(desk: Desk) -> None:
    tasks = desk.call(None, "task", "list", KEY, "--format", "json").json["tasks"]
    number = tasks[0]["number"]
    desk.do("anna", "task", "done", KEY, number, "--note", "in test")
    assert len(desk.call(None, "task", "list", KEY, "--open", "--format", "json").json["tasks"]) == len(tasks) - 1
    desk.do("anna", "task", "reopen", KEY, number, *REASON)
    desk.do("anna", "task", "assign", KEY, number, "--owner", "it", "--due", "2024-09-20")
    desk.do("ben", "comment", KEY, "what of class 3?", "--code", "E66.8")
    desk.do("ben", "comment", KEY, "about the whole")
    desk.do("anna", "assign", KEY, "E66.8", "Z86.010", "--owner", "coding", "--due", "2024-09-01")
    desk.do("cara", "readiness", KEY, "Acme", "--not-ready", "--hold-until", "2024-10-15")
    desk.do("cara", "readiness", KEY, "Acme", "--code", "E66.8", "--ready")
    lesson = next(row for row in desk.home.acts() if row.subject == "code:E668")
    assert lesson.body == {"text": "what of class 3?"}
    assert desk.home.item("E668").owner == "coding"
    desk.do("anna", "trained", KEY, "E66.8", "--note", "in the huddle")
    desk.do("anna", "trained", KEY, "E66.8", "--not")
    assert desk.call("anna", "trained", KEY, "E66.8", "--department", "elsewhere").code == 2
    taught = desk.call(None, "audit", KEY, "--person", "cara", "--format", "json").json["acts"]
    assert [act["body"]["code"] for act in taught] == ["E668", ""]


def test_nobody_acts_without_a_name_nor_beyond_the_role(desk: Desk) -> None:
    before = desk.home.acts()
    calls = [
        ("decide", KEY, "E66.8", "--action", "retire", *REASON),
        ("assign", KEY, "E66.8", "--owner", "coding"),
        ("comment", KEY, "text"),
        ("readiness", KEY, "Acme", "--ready"),
        ("submit", KEY, "--digest", desk.digest),
        ("refresh", KEY),
    ]
    for call in calls:
        nobody, reader, forged = (
            desk.call(None, *call),
            desk.call("rita", *call),
            desk.call(None, *call, ADDENDA_TOKEN="addenda_" + "A" * 43),
        )
        assert (nobody.code, "nobody is named" in nobody.err) == (2, True)
        assert (reader.code, "rita may not" in reader.err) == (2, True)
        assert (forged.code, forged.err.startswith("addenda: credentials:")) == (2, True)
        assert all(len(answer.err.splitlines()) == 1 for answer in (nobody, reader, forged))
    assert desk.home.acts() == before


def test_name_and_password_open_the_door_and_nothing_else_does(desk: Desk) -> None:
    call = ("comment", KEY, "signed in by name", "--by", "anna")
    assert desk.call(None, *call, ADDENDA_PASSWORD=PASSWORD).code == 0
    assert desk.home.acts()[-1].actor == "anna"
    wrong = desk.call(None, *call, ADDENDA_PASSWORD="five red lamps hum")
    assert (wrong.code, wrong.err.startswith("addenda: credentials:"), "lamps" in wrong.err) == (2, True, False)


def test_what_was_seen_is_what_counts(desk: Desk) -> None:
    seen = desk.home.review.version
    digest = desk.digest
    desk.do("anna", "decide", KEY, "E66.8", "--action", "retire", *REASON, "--seen", seen)
    late = desk.call("ben", "decide", KEY, "E66.8", "--action", "no_action", *REASON, "--seen", seen)
    assert (late.code, late.err.startswith("addenda: conflict:"), "anna decided E66.8" in late.err) == (2, True, True)
    stale = desk.call("anna", "submit", KEY, "--digest", digest)
    assert (stale.code, "is not what you saw" in stale.err) == (2, True)
    assert desk.call("anna", "submit", KEY, "--digest", "abc").code == 2


def test_call_that_means_nothing_is_refused_in_one_line(desk: Desk) -> None:
    for arguments in MEANINGLESS:
        answer = desk.call(None, *arguments)
        assert (answer.code, len(answer.err.splitlines()), answer.out) == (2, 1, ""), arguments


def test_audit_shows_sign_ins_to_those_alone_who_may_see_them(desk: Desk) -> None:
    desk.call(None, "comment", KEY, "text", "--by", "anna", ADDENDA_PASSWORD="not the password")
    plain = desk.call(None, "audit", "--format", "json").json["acts"]
    assert not any(act["kind"] == "sign_in_failed" for act in plain)
    assert desk.call(None, "audit", "--access").code == 2
    assert desk.call("anna", "audit", "--access").code == 2
    told = desk.do("ben", "audit", "--access", "--format", "json").json["acts"]
    assert any(act["kind"] == "sign_in_failed" for act in told)


def test_proof_fails_where_a_row_was_changed(desk: Desk) -> None:
    with writing(desk.home.engine) as connection:
        connection.execute(text("UPDATE review SET undecided = 0"))
    answer = desk.call(None, "audit", "--verify")
    assert (answer.code, KEY in answer.out) == (1, True)
    missing = desk.call(None, "audit", "--verify", "--head", "0" * 64, "--format", "json").json["findings"]
    assert any("no act has the hash" in finding["what"] for finding in missing)


def test_load_of_a_reissue_reopens_the_review_and_refresh_renews_it(desk: Desk) -> None:
    desk.home.approve()
    folder = write_reissue(desk.home, "FY2025")
    line = CommandLine(desk.home.settings.home, desk.home.settings.database_url, {"ADDENDA_TODAY": "2024-08-14"})
    answer = line("load", "icd10cm", "FY2025", folder, "--format", "json")
    assert answer.json["release_id"] == "icd10cm@2024-10-01.2"
    assert f"review {KEY}: reopened" in answer.err
    assert desk.home.review.state == "draft"
    renewed = desk.do("anna", "refresh", KEY)
    assert renewed.out.startswith(f"review {KEY}: draft")
    assert desk.home.review.current == "icd10cm@2024-10-01.2"


def test_update_from_a_folder_opens_the_review(tmp_path: Path, releases: Path, database_url: str) -> None:
    folder = tmp_path / "releases"
    for label in ("FY2024", "FY2025"):
        shutil.copytree(releases / "icd10cm" / label, folder / label)
    line = CommandLine(tmp_path / "home", database_url, {"ADDENDA_TODAY": "2024-08-14"})
    first = line("update", "icd10cm", "--from", folder)
    assert (first.code, f"review {KEY}: draft, 0 of 0 decisions open, 1 blocker" in first.out) == (0, True)
    (act,) = json.loads(line("review", "audit", "--format", "json").out)["acts"]
    assert (act["kind"], act["actor"], act["via"]) == ("opened", "addenda", "system")
    again = line("update", "icd10cm", "--from", folder)
    assert again.code == 0
    assert len(json.loads(line("review", "audit", "--format", "json").out)["acts"]) == 1
