"""The audit finds whatever was changed by something else than addenda, and nothing where nothing was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import flows.review_audit
from flows.review_anchors import DEMANDED_KINDS, anchors_file, read_anchors
from flows.review_audit import keep_anchor, verify_log
from schema.access import Role
from schema.acts import ActKind
from schema.errors import AuditError
from schema.store.act_log import iterate_acts
from schema.store.database import reading
from tests import passwords_cheap
from tests.command_line import CommandLine
from tests.review_home import NOW, ReviewHome, make_home, write_releases
from tests.tampering import (
    AUDITED,
    copy_row,
    cut_tail,
    list_tamperings,
    read_keys,
    remove_row,
    unguarded,
    work_rows_out_anew,
    write_log_anew,
)
from tests.worked_review import work_through


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_releases(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def home(tmp_path: Path, releases: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewHome]:
    """A store in which everything was done once: an approved review, accounts, tokens, a close-out."""
    passwords_cheap.use(monkeypatch)
    with make_home(tmp_path / "home", releases, database_url) as made:
        work_through(made)
        yield made


def verify(home: ReviewHome) -> list[str]:
    return [finding.where for finding in verify_log(home.engine, home.settings)]


def verify_by_command(home: ReviewHome) -> int:
    url = home.settings.database_url
    return CommandLine(home.settings.home, url)("review", "audit", "--verify").code


@contextmanager
def looking_at(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The audit looks at what this connection has changed and not yet kept."""
    with monkeypatch.context() as patch:
        patch.setattr(flows.review_audit, "reading", lambda _: nullcontext(connection))
        yield


def test_untouched_store_gives_no_finding(home: ReviewHome) -> None:
    assert verify_log(home.engine, home.settings) == []


def test_empty_store_gives_no_finding(tmp_path: Path, releases: Path, database_url: str) -> None:
    with make_home(tmp_path / "home", releases, database_url) as made:
        assert verify_log(made.engine, made.settings) == []


def test_every_table_of_the_audit_has_rows_here_to_be_changed(home: ReviewHome) -> None:
    assert {table.name for table in AUDITED} == {
        "act", "act_head", "evidence", "review", "review_item", "review_item_detail", "review_task", "review_training",
        "review_readiness", "review_signature", "review_override", "saved_view", "account", "member", "token",
        "token_grant",
    }  # fmt: skip
    with reading(home.engine) as connection:
        assert [table.name for table in AUDITED if not read_keys(connection, table)] == []


def test_any_changed_cell_is_found(home: ReviewHome, monkeypatch: pytest.MonkeyPatch) -> None:
    missed, tried = [], 0
    with unguarded(home.settings.database_url) as connection, looking_at(connection, monkeypatch):
        for table in AUDITED:
            for tampering in list(list_tamperings(connection, table, most_rows=2)):
                tampering.do(connection)
                tried += 1
                if not verify_log(home.engine, home.settings):
                    missed.append(str(tampering))
                connection.rollback()
        assert verify_log(home.engine, home.settings) == [], "nothing was kept"
    assert missed == []
    assert tried > 400


def test_any_removed_and_any_added_row_is_found(home: ReviewHome, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = []
    with unguarded(home.settings.database_url) as connection, looking_at(connection, monkeypatch):
        for table in AUDITED:
            for key in read_keys(connection, table, most=6):
                for change in (remove_row, copy_row):
                    change(connection, table, key)
                    if not verify_log(home.engine, home.settings):
                        missed.append(f"{change.__name__} {table.name}{key}")
                    connection.rollback()
    assert missed == []


def test_act_that_is_removed_with_all_that_followed_from_it_leaves_a_gap(home: ReviewHome) -> None:
    with unguarded(home.settings.database_url) as connection:
        connection.execute(text("DELETE FROM act WHERE kind = 'overridden'"))
        connection.execute(text("DELETE FROM review_override"))
    findings = verify_log(home.engine, home.settings)
    assert "the log has a gap" in " ".join(finding.what for finding in findings)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("is_head_cut", [False, True])
def test_log_that_was_cut_at_its_end_is_found(home: ReviewHome, count: int, is_head_cut: bool) -> None:
    with unguarded(home.settings.database_url) as connection:
        cut_tail(connection, count, is_head_cut=is_head_cut)
    assert verify(home)


def test_anchors_find_a_log_that_was_cut_with_its_head_and_every_row(home: ReviewHome) -> None:
    with unguarded(home.settings.database_url) as connection:
        cut_tail(connection, 2, is_head_cut=True)
        work_rows_out_anew(connection)
    whats = [finding.what for finding in verify_log(home.engine, home.settings)]
    assert whats == ["it is missing, and anchors.jsonl has its hash"] * 2


def test_anchors_find_a_log_that_was_written_anew_from_a_comment_on(home: ReviewHome) -> None:
    with reading(home.engine) as connection:
        acts = list(iterate_acts(connection))
    forged = [replace(act, body={"text": "all was well"}) if act.kind is ActKind.COMMENTED else act for act in acts]
    with unguarded(home.settings.database_url) as connection:
        write_log_anew(connection, forged)
        work_rows_out_anew(connection)
    findings = verify_log(home.engine, home.settings)
    assert {finding.what for finding in findings} == {
        "it is not the one that anchors.jsonl noted",
    }
    anchored = {f"act {act.sequence}" for act in acts if act.kind in DEMANDED_KINDS}
    assert anchored <= {finding.where for finding in findings}


def test_decision_that_was_written_anew_with_the_whole_chain_is_found_without_anchors_too(home: ReviewHome) -> None:
    with reading(home.engine) as connection:
        acts = list(iterate_acts(connection))
    forged = [
        replace(act, body={**act.body, "reason": "somebody else wanted it"}) if act.kind is ActKind.DECIDED else act
        for act in acts
    ]
    with unguarded(home.settings.database_url) as connection:
        write_log_anew(connection, forged)
        work_rows_out_anew(connection)
    anchors_file(home.settings).unlink()
    whats = {finding.what for finding in verify_log(home.engine, home.settings)}
    assert any("anchors" not in what for what in whats), whats


def test_signature_without_an_anchor_is_found(home: ReviewHome) -> None:
    path = anchors_file(home.settings)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    findings = verify_log(home.engine, home.settings)
    assert [finding.what for finding in findings] == [
        "it is a signature, and anchors.jsonl of this home does not note it"
    ]
    path.unlink()
    assert len(verify(home)) == 4


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "null", "\xff", '{"sequence": "1", "hash": "", "at": ""}', "x" * 9999]
)
def test_line_that_is_no_anchor_is_found(home: ReviewHome, line: str) -> None:
    with anchors_file(home.settings).open("a", encoding="latin-1") as file:
        file.write(line + "\n")
    assert [where for where in verify(home) if "anchors.jsonl line" in where]


def test_anchor_that_was_changed_is_found(home: ReviewHome) -> None:
    path = anchors_file(home.settings)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for name, value in (("hash", "0" * 64), ("sequence", 1), ("at", NOW.replace(year=2020).isoformat())):
        path.write_text("".join(json.dumps({**entry, name: value}) + "\n" for entry in lines[:1]))
        assert verify(home)


def test_half_a_line_left_by_a_process_that_died_spoils_no_other(home: ReviewHome) -> None:
    path = anchors_file(home.settings)
    before = len(read_anchors(home.settings)[0])
    with path.open("a") as file:
        file.write('{"sequence":')
    keep_anchor(home.settings, home.acts()[-1])
    anchors, findings = read_anchors(home.settings)
    assert (len(anchors), len(findings)) == (before + 1, 1)


def test_anchor_is_noted_for_every_act_of_sign_off_and_the_file_only_grows(home: ReviewHome) -> None:
    with reading(home.engine) as connection:
        acts = [act for act in iterate_acts(connection) if act.kind in flows.review_anchors.ANCHORED_KINDS]
    anchors, _ = read_anchors(home.settings)
    assert [(a.sequence, a.hash, a.at) for a in anchors] == [(act.sequence, act.hash, act.at) for act in acts]


def test_anchors_that_cannot_be_written_are_told_and_the_act_stands(home: ReviewHome) -> None:
    path = anchors_file(home.settings)
    path.unlink()
    path.mkdir()
    with pytest.raises(AuditError, match="is written, but not noted"):
        keep_anchor(home.settings, home.acts()[-1])
    with pytest.raises(AuditError, match="cannot be read"):
        verify_log(home.engine, home.settings)


def test_act_of_somebody_who_may_not_is_found_though_its_chain_is_right(home: ReviewHome) -> None:
    with reading(home.engine) as connection:
        acts = list(iterate_acts(connection))
    signed = next(act for act in acts if act.kind is ActKind.SIGNED)
    forged = [replace(act, roles=(Role.READER,)) if act is signed else act for act in acts]
    with unguarded(home.settings.database_url) as connection:
        write_log_anew(connection, forged)
        work_rows_out_anew(connection)
    found = [f for f in verify_log(home.engine, home.settings) if "anchors" not in f.what]
    assert [finding.where for finding in found] == [f"act {signed.sequence}"]


def test_command_tells_what_it_found_and_ends_with_1(home: ReviewHome) -> None:
    assert verify_by_command(home) == 0
    with unguarded(home.settings.database_url) as connection:
        connection.execute(text("UPDATE review_item SET reason = 'because' WHERE subject = 'code:E668'"))
    url = home.settings.database_url
    answer = CommandLine(home.settings.home, url)("review", "audit", "--verify")
    assert answer.code == 1
    assert "E668" in answer.out
    assert "reason" in answer.out


@pytest.mark.parametrize("sql", [
    "UPDATE act SET body = '{}' WHERE sequence = 3",
    "DELETE FROM act WHERE sequence = 3",
    "UPDATE review_signature SET signer = 'eve'",
    "UPDATE review_override SET reason = 'fine'",
    "UPDATE account SET password_hash = NULL WHERE name = 'anna'",
    "UPDATE review SET state = 'draft'",
])  # fmt: skip
def test_command_ends_with_1_for_what_was_changed(home: ReviewHome, sql: str) -> None:
    with unguarded(home.settings.database_url) as connection:
        connection.execute(text(sql))
    assert verify_by_command(home) == 1
