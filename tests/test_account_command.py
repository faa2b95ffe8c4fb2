"""`addenda account`: accounts, passwords and tokens from the command line."""

from __future__ import annotations

import csv
import io
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.accounts import authenticate_person, authenticate_token
from flows.commands.actor import PASSWORD_VARIABLE, TOKEN_VARIABLE
from schema.access import Permission, Role, Via
from schema.errors import CredentialsError
from schema.store.act_log import read_acts
from schema.store.database import open_database, reading
from tests import passwords_cheap
from tests.command_line import ROOT, Answer, CommandLine

ADMIN_PASSWORD, CODER_PASSWORD = "a bridge of green paper", "nine lamps in the rain"


@pytest.fixture
def addenda(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A store without an account."""
    passwords_cheap.use(monkeypatch)
    return CommandLine(tmp_path / "home", database_url)


@pytest.fixture
def peopled(addenda: CommandLine, tmp_path: Path) -> CommandLine:
    """An administrator, in whose name calls are made with `--by ada`, and a coder."""
    add_first(addenda, tmp_path)
    by_ada = replace(addenda, more={PASSWORD_VARIABLE: ADMIN_PASSWORD})
    file = write_password(tmp_path, CODER_PASSWORD)
    given = ("--role", "coder", "--team", "coding", "--display-name", "Cora Cole", "--password-file", file)
    answer = by_ada("account", "add", "cora", *given, "--by", "ada")
    assert (answer.code, answer.out, answer.err) == (0, "added: cora (coder)\n", "")
    return by_ada


def write_password(folder: Path, password: str) -> Path:
    path = folder / "password.txt"
    path.write_text(password + "\n")
    return path


def add_first(addenda: CommandLine, folder: Path) -> Answer:
    file = write_password(folder, ADMIN_PASSWORD)
    return addenda("account", "add", "ada", "--role", "administrator", "--password-file", file)


def test_first_administrator_needs_nobody_and_the_second_does(addenda: CommandLine, tmp_path: Path) -> None:
    answer = add_first(addenda, tmp_path)
    assert (answer.code, answer.out, answer.err) == (0, "added: ada (administrator)\n", "")
    again = addenda("account", "add", "eve", "--role", "administrator", "--no-password")
    assert again.code == 2
    assert again.err.startswith("addenda: credentials: nobody is named who does this")


@pytest.mark.parametrize("roles", [(), ("coder",), ("administrator", "coder")])
def test_first_account_is_an_administrator_and_nothing_else(addenda: CommandLine, roles: tuple[str, ...]) -> None:
    options = [part for role in roles for part in ("--role", role)]
    answer = addenda("account", "add", "cora", *options, "--no-password")
    assert answer.code == 2
    assert "the first account is an administrator and nothing else" in answer.err
    assert addenda("account", "list", "--format", "json").json == {"accounts": []}


def test_list_shows_everybody_in_three_formats(peopled: CommandLine) -> None:
    accounts = peopled("account", "list", "--format", "json").json["accounts"]
    assert [account["name"] for account in accounts] == ["ada", "cora"]
    assert {key: accounts[1][key] for key in accounts[1] if key != "created_at"} == {
        "name": "cora", "display_name": "Cora Cole", "roles": ["coder"], "teams": ["coding"], "is_active": True,
        "has_password": True,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(peopled("account", "list", "--format", "csv").out)))
    assert (rows[1]["roles"], rows[1]["is_active"]) == ("coder", "yes")
    assert "Cora Cole" in peopled("account", "list").out


def test_list_holds_no_secret(peopled: CommandLine) -> None:
    for output in ("table", "json", "csv"):
        assert "argon2" not in peopled("account", "list", "--format", output).out


def test_name_that_a_spreadsheet_would_compute_is_text(peopled: CommandLine) -> None:
    peopled("account", "change", "cora", "--display-name", "=1+1", "--by", "ada")
    rows = list(csv.DictReader(io.StringIO(peopled("account", "list", "--format", "csv").out)))
    assert rows[1]["display_name"] == "'=1+1"


def test_change_replaces_what_is_given_and_leaves_the_rest(peopled: CommandLine) -> None:
    answer = peopled("account", "change", "cora", "--role", "reader", "--role", "compliance", "--by", "ada")
    assert (answer.code, answer.out) == (0, "changed: cora (reader, compliance)\n")
    account = peopled("account", "list", "--format", "json").json["accounts"][1]
    assert (account["teams"], account["display_name"]) == (["coding"], "Cora Cole")
    assert peopled("account", "change", "cora", "--no-teams", "--by", "ada").code == 0
    assert peopled("account", "list", "--format", "json").json["accounts"][1]["teams"] == []


def test_disabled_account_is_shut_out_until_it_is_active_again(peopled: CommandLine, tmp_path: Path) -> None:
    assert peopled("account", "disable", "cora", "--by", "ada").out == "disabled: cora (coder)\n"
    by_cora = replace(peopled, more={PASSWORD_VARIABLE: CODER_PASSWORD})
    refused = by_cora("account", "token", "add", "nightly", "--scope", "read", "--by", "cora")
    assert (refused.code, refused.err) == (
        2, "addenda: credentials: name and password do not open the door; type them again\n",
    )  # fmt: skip
    assert peopled("account", "change", "cora", "--active", "--by", "ada").code == 0
    assert by_cora("account", "token", "add", "nightly", "--scope", "read", "--by", "cora").code == 0


def test_only_administrators_change_accounts(peopled: CommandLine) -> None:
    by_cora = replace(peopled, more={PASSWORD_VARIABLE: CODER_PASSWORD})
    for call in (
        ("add", "eve", "--role", "coder", "--no-password"),
        ("change", "cora", "--role", "administrator"),
        ("disable", "ada"),
    ):
        answer = by_cora("account", *call, "--by", "cora")
        assert answer.code == 2
        assert answer.err.startswith("addenda: access: cora may not")


def test_own_password_is_set_with_the_present_one(peopled: CommandLine, tmp_path: Path) -> None:
    file = write_password(tmp_path, "a door made of thin air")
    wrong = peopled("account", "password", "cora", "--password-file", file)
    assert (wrong.code, wrong.err.startswith("addenda: credentials:")) == (2, True)
    right = replace(peopled, more={PASSWORD_VARIABLE: CODER_PASSWORD})
    answer = right("account", "password", "Cora", "--password-file", file)
    assert (answer.code, answer.out) == (0, "the password of cora is set, and its sessions have ended\n")
    engine = open_database(peopled.url)
    assert authenticate_person(engine, "cora", "a door made of thin air", datetime.now(UTC))
    engine.dispose()


def test_administrator_sets_the_password_of_another(peopled: CommandLine, tmp_path: Path) -> None:
    file = write_password(tmp_path, "a door made of thin air")
    assert peopled("account", "password", "cora", "--password-file", file, "--by", "ada").code == 0
    engine = open_database(peopled.url)
    now = datetime.now(UTC)
    assert authenticate_person(engine, "cora", "a door made of thin air", now)
    with pytest.raises(CredentialsError):
        authenticate_person(engine, "cora", CODER_PASSWORD, now)
    engine.dispose()


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaa"])
def test_password_that_cannot_be_one_is_refused(peopled: CommandLine, tmp_path: Path, password: str) -> None:
    file = write_password(tmp_path, password)
    answer = peopled("account", "add", "eve", "--role", "reader", "--password-file", file, "--by", "ada")
    assert (answer.code, answer.err.startswith("addenda: usage: the password cannot be used")) == (2, True)


def test_token_is_printed_once_and_acts_within_its_scopes(peopled: CommandLine) -> None:
    by_cora = replace(peopled, more={PASSWORD_VARIABLE: CODER_PASSWORD})
    call = ("account", "token", "add", "nightly job", "--scope", "read", "--scope", "work", "--by", "cora")
    answer = by_cora(*call)
    secret = answer.out.strip()
    assert (answer.code, len(secret), answer.out.count("\n")) == (0, 51, 1)
    engine = open_database(peopled.url)
    actor = authenticate_token(engine, secret, datetime.now(UTC), Via.COMMAND)
    engine.dispose()
    assert (actor.name, actor.roles, actor.scopes) == (
        "cora",
        frozenset({Role.CODER}),
        frozenset({Permission.READ, Permission.WORK}),
    )
    listed = peopled("account", "token", "list", "--format", "json").json["tokens"]
    assert [(token["number"], token["account"], token["label"]) for token in listed] == [(1, "cora", "nightly job")]
    for output in ("table", "json", "csv"):
        assert secret[8:] not in peopled("account", "token", "list", "--format", output).out


def test_token_of_the_environment_acts_where_nobody_is_named(peopled: CommandLine) -> None:
    secret = peopled("account", "token", "add", "robot", "--scope", "accounts", "--by", "ada").out.strip()
    by_token = replace(peopled, more={TOKEN_VARIABLE: secret})
    assert by_token("account", "change", "cora", "--role", "operator").code == 0
    engine = open_database(peopled.url)
    with reading(engine) as connection:
        act = read_acts(connection, limit=1)[0]
    engine.dispose()
    assert (act.actor, act.via, act.subject) == ("ada", Via.COMMAND, "cora")
    assert peopled("account", "token", "revoke", "1", "--by", "ada").out == "revoked: token 1\n"
    refused = by_token("account", "change", "cora", "--role", "reader")
    assert (refused.code, refused.err) == (2, "addenda: credentials: the token is not accepted; ask for a new one\n")


def test_token_ends_after_the_day_that_is_named(peopled: CommandLine) -> None:
    add = ("account", "token", "add", "x", "--scope", "read", "--by", "ada", "--expires")
    assert peopled(*add, "2999-12-31").code == 0
    assert peopled("account", "token", "list", "--format", "json").json["tokens"][0]["expires_at"] == (
        "3000-01-01T00:00:00+00:00"
    )
    for day in ("2001-01-01", "9999-12-31", "tomorrow"):
        answer = peopled(*add, day)
        assert (answer.code, answer.err.startswith("addenda: usage:")) == (2, True)


def test_without_a_terminal_a_missing_password_is_refused_and_not_waited_for(peopled: CommandLine) -> None:
    bare = replace(peopled, more={})
    with bare.start("account", "disable", "cora", "--by", "ada", stdin=subprocess.DEVNULL) as call:
        out, err = call.communicate(timeout=60)
    assert (call.returncode, out) == (2, "")
    assert err.startswith("addenda: credentials: a password is needed: no terminal is there to type it at;")
    assert err.endswith(f"put it into {PASSWORD_VARIABLE}\n")


def test_password_is_typed_unseen_at_a_terminal(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "home")
    main, side = pty.openpty()
    command = [sys.executable, "-m", "flows.cli", "account", "add", "ada", "--role", "administrator"]
    with subprocess.Popen(
        command, env=line.environment, cwd=ROOT, stdin=side, stdout=side, stderr=side, start_new_session=True
    ) as call:
        os.close(side)
        shown = b""
        for question in (b"New password: ", b"Repeat for confirmation: "):
            while not shown.endswith(question):
                shown += os.read(main, 1)
            os.write(main, ADMIN_PASSWORD.encode() + b"\n")
        while True:
            try:
                part = os.read(main, 1024)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(main)
    assert call.returncode == 0
    assert b"added: ada (administrator)" in shown
    assert ADMIN_PASSWORD.encode() not in shown
