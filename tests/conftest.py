"""What the tests need from outside: real releases, a PostgreSQL server, a browser. What is absent fails in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Other work shares the cores, so a deadline in wall time would fail at random; CI must give the same answer twice.
hypothesis.settings.register_profile("addenda", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.settings.load_profile("addenda")

pytest_plugins = ("tests.replica.fixtures",)

FIXTURE_MARKS = {
    "releases": pytest.mark.real,
    "postgres_url": pytest.mark.postgres,
    "postgres_database_url": pytest.mark.postgres,
    "chromium": pytest.mark.browser,
}

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A closed network refuses what Chromium asks for by itself; these flags keep it from asking.
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The cluster lives exactly as long as the pipe on its standard input: it goes also when the tests are killed.
POSTGRES_SCRIPT = """
set -e
initdb -D "$1/data" -U addenda -A trust -E UTF8 --no-locale --no-sync >"$1/initdb.log" 2>&1
postgres -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c synchronous_commit=off -c max_connections=40 </dev/null >"$1/postgres.log" 2>&1 &
read -r _ || true
kill -INT $! && wait $! || true
rm -rf "$1"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in FIXTURE_MARKS:
                item.add_marker(FIXTURE_MARKS[fixture])


@pytest.fixture(scope="session")
def releases() -> Path:
    """The folder of real CMS and CDC releases: ADDENDA_TEST_RELEASES, or `shared/data` beside the repository."""
    root = Path(os.environ.get("ADDENDA_TEST_RELEASES") or Path(__file__).parents[2] / "shared" / "data")
    if not root.is_dir():
        pytest.skip(f"real releases are not at {root}; set ADDENDA_TEST_RELEASES")
    return root


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server whose user may create databases: ADDENDA_TEST_POSTGRES_URL, or a cluster of our own."""
    if os.environ.get("ADDENDA_SKIP_POSTGRES"):
        pytest.skip("ADDENDA_SKIP_POSTGRES is set")
    given = os.environ.get("ADDENDA_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    programs = find_postgres_programs()
    if programs is None:
        pytest.fail(
            "no initdb in PATH or /usr/lib/postgresql: apt-get install postgresql, "
            "or set ADDENDA_TEST_POSTGRES_URL, or ADDENDA_SKIP_POSTGRES=1",
            pytrace=False,
        )
    # Not pytest's own folder: a socket's path may have 107 characters at most.
    home = Path(tempfile.mkdtemp(prefix="addenda-pg-"))
    command = ["sh", "-c", POSTGRES_SCRIPT, "sh", str(home)]
    if os.geteuid() == 0:  # initdb refuses to run as root
        user = "postgres" if has_user("postgres") else "nobody"
        shutil.chown(home, user)
        command = ["runuser", "-u", user, "--", *command]
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=home, start_new_session=True) as server:
        try:
            url = f"postgresql+psycopg://addenda@/postgres?host={home}"
            wait_for_postgres(url, server, home)
            yield url
        finally:
            server.communicate()
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_database_url(postgres_url: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database; it is dropped at the end."""
    name = f"addenda_{uuid.uuid4().hex}"
    run_sql(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield name_database(postgres_url, name)
    finally:
        run_sql(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'addenda.db'}"
    return str(request.getfixturevalue("postgres_database_url"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: ADDENDA_TEST_CHROMIUM, or the first one in PATH."""
    if os.environ.get("ADDENDA_SKIP_BROWSER"):
        pytest.skip("ADDENDA_SKIP_BROWSER is set")
    found = os.environ.get("ADDENDA_TEST_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail(
            "no Chromium in PATH: apt-get install chromium, or set ADDENDA_TEST_CHROMIUM, or ADDENDA_SKIP_BROWSER=1",
            pytrace=False,
        )
    return found


# Not for the session: while Playwright runs, its event loop is the thread's, and Prefect cannot start one.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    flags = [*CHROMIUM_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else CHROMIUM_FLAGS
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield instance
        instance.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own that can open files; whatever it asks of a network fails."""
    context = browser.new_context(accept_downloads=True, offline=True)
    yield context.new_page()
    context.close()


def find_postgres_programs() -> Path | None:
    """The folder that holds initdb and postgres; Debian keeps them out of PATH."""
    in_path = shutil.which("initdb")
    if in_path and shutil.which("postgres"):
        return Path(in_path).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parents[1].name))
    return folders[-1].parent if folders else None


def has_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def wait_for_postgres(url: str, server: subprocess.Popen[bytes], home: Path, seconds: float = 60) -> None:
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        try:
            run_sql(url, "SELECT 1")
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                logs = "\n".join(p.read_text(errors="replace") for p in sorted(home.glob("*.log")))
                pytest.fail(f"PostgreSQL did not start ({error}):\n{logs}", pytrace=False)
            time.sleep(0.05)
        else:
            return


def run_sql(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(statement.encode())


def name_database(url: str, name: str) -> str:
    """The same server, another database."""
    from sqlalchemy import make_url

    return make_url(url).set(database=name).render_as_string(hide_password=False)
