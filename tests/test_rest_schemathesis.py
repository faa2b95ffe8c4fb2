"""REST against its own OpenAPI document: what Schemathesis makes of it, sound and unsound, over a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.accounts import add_account, add_token
from schema.access import Actor, Permission, Role, Via
from schema.store.database import reading
from schema.store.review_reader import list_tasks
from tests.review_site import KEY, SUBJECT, bearing, reviewed_site
from tests.web_server import serving
from tests.web_site import PASSWORD, WebSite

PROGRAM = Path(sys.executable).parent / "schemathesis"
# A sound body may be refused for the state that the review is in: a version, a digest, a kind of change. What is read
# has no such excuse.
CONFIG = """
seed = 20

[generation]
deterministic = true
max-examples = {examples}

[checks]
positive_data_acceptance.expected-statuses = ["200", "404"]

[[operations]]
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["201", "404", "409", "422"]

[parameters]
{parameters}
"""


def make_token(site: WebSite) -> str:
    """Of somebody with every role, so that no answer hides behind a 403."""
    administrator = site.actor(Role.ADMINISTRATOR)
    add_account(site.engine, administrator, "everybody", "Every Body", list(Role), ["coding"], PASSWORD, site.clock())
    actor = Actor("everybody", frozenset(Role), Via.PAGE)
    return add_token(site.engine, actor, "Schemathesis", list(Permission), None, site.clock())


def run_schemathesis(site: WebSite, folder: Path, examples: int, **parameters: str) -> str:
    """What it printed; a test that calls this fails when it found anything."""
    config = folder / "schemathesis.toml"
    lines = "\n".join(f'"path.{name}" = "{value}"' for name, value in parameters.items())
    config.write_text(CONFIG.format(examples=examples, parameters=lines))
    header = f"Authorization:{bearing(make_token(site))['Authorization']}"
    with serving(site.app) as address:
        command = [str(PROGRAM), "--config-file", str(config), "--no-color", "run", f"{address}/api/v1/openapi.json"]
        options = ["--header", header, "--phases", "examples,coverage,fuzzing", "--max-failures", "12"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ADDENDA_")}
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, cwd=folder, env=environment, timeout=300
        )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with reviewed_site(tmp_path / "home") as made:
        yield made


def test_rest_keeps_to_its_document_for_any_request(site: WebSite, tmp_path: Path) -> None:
    run_schemathesis(site, tmp_path, 2)


def test_rest_keeps_to_its_document_at_a_review_that_is_there(site: WebSite, tmp_path: Path) -> None:
    with reading(site.engine) as connection:
        number = list_tasks(connection, review=KEY)[0].number
    run_schemathesis(site, tmp_path, 5, key=KEY, subject=SUBJECT, number=number)
