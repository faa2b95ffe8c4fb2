"""docs/review.md says what there is: roles and permissions, states, decisions, blockers, commands, addresses, keys."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from flows.commands.review import command
from flows.review.decisions import LINE_LIMIT, SUCCESSOR_LIMIT, TEXT_LIMIT
from flows.review_anchors import ANCHORS_NAME
from flows.settings import Settings
from flows.web.act_words import BLOCKER_TITLES
from schema.access import ROLE_PERMISSIONS, Permission, Role
from schema.review import ACTIONS, Action, ReviewState
from tests.doc_pages import PAGES, ROOT, read_names, read_tables
from tests.review_pictures import MOST_BYTES, PICTURES
from tests.web_site import empty_site

PAGE = PAGES["review.md"]
TABLES = read_tables(PAGE)


def first_names(heading: str) -> list[str]:
    return [read_names(row[0])[0] for row in TABLES[heading]]


def test_every_role_is_told_with_what_it_may() -> None:
    told = {read_names(row[0])[0]: set(read_names(row[2])) for row in TABLES["role"]}
    assert told == {role.value: {one.value for one in ROLE_PERMISSIONS[role]} for role in Role}
    assert first_names("permission") == [permission.value for permission in Permission]


def test_every_state_decision_and_blocker_is_told() -> None:
    assert set(first_names("state")) == {state.value for state in ReviewState}
    assert first_names("decision") == [action.value for action in Action]
    everywhere = {action for action in Action if all(action in allowed for allowed in ACTIONS.values())}
    assert {read_names(row[0])[0] for row in TABLES["decision"] if row[1] == "all"} == {one.value for one in everywhere}
    assert set(first_names("blocker")) == {kind.value for kind in BLOCKER_TITLES}


def test_limits_and_the_file_of_the_anchors_are_told() -> None:
    assert f"{TEXT_LIMIT:,} characters" in PAGE
    assert f"views {LINE_LIMIT} on one line" in PAGE
    assert f"1 to {SUCCESSOR_LIMIT} codes" in PAGE
    assert f"review/{ANCHORS_NAME}" in PAGE


def test_settings_that_the_page_names_exist() -> None:
    doors = [read_names(row[0])[0] for row in TABLES["`auth`"]]
    assert doors == ["local", "proxy", "oidc"]
    named = {
        name
        for name in re.findall(r"`([a-z_]+)`", PAGE)
        if re.fullmatch(r"(sign|closeout|proxy|oidc|session|public)_[a-z_]+", name)
    }
    assert {"sign_roles", "closeout_roles", "proxy_addresses", "oidc_issuer"} <= named <= set(Settings.model_fields)


@pytest.mark.parametrize("line", re.findall(r"^(?:\$ )?addenda review ([^\n]+)", PAGE, re.MULTILINE))
def test_command_of_the_page_exists_with_its_options(line: str) -> None:
    found: click.Command = command
    words = shlex.split(line)
    while isinstance(found, click.Group):
        found = found.commands[words.pop(0)]
    options = {
        option: parameter for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert {word for word in words if word.startswith("--")} <= set(options)


def test_addresses_of_rest_exist(tmp_path: Path) -> None:
    with empty_site(tmp_path) as site:
        paths = site.app.openapi()["paths"]
    named = re.findall(r"127\.0\.0\.1:8000(/api/v1/[^\s\"?]+)", PAGE)
    assert len(named) == 3
    for path in named:
        assert path.replace("icd10cm@2024-10-01", "{key}") in paths, path


def test_keys_that_the_page_tells_are_those_of_the_pages() -> None:
    templates = "".join(path.read_text() for path in (ROOT / "flows" / "web" / "templates").rglob("*.html"))
    named = {name for row in TABLES["keys"] for name in read_names(row[0])}
    single = {name for name in named if re.fullmatch("[a-z]", name)} - set("gjkx")
    marked = set(re.findall(r'data-(?:key|go)="([a-z])"', templates))
    assert single <= marked | set(re.findall(r'nav_link\(.*"([a-z])"\) }}', templates))


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_of_the_page_are_there_and_small(name: str) -> None:
    picture = (ROOT / "docs" / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= MOST_BYTES
    assert f"({name})" in PAGE
