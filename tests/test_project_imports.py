"""Who may import what: one library has one home, and stages meet only through schema."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "loaders", "schema")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())

TABLES = ("schema.tables", "schema.tables_access", "schema.tables_acts", "schema.tables_review")
# Library -> the modules, or packages with all in them, that may import it. A library without a line has no home yet.
HOMES = {
    "argon2": ("flows.passwords",),
    "authlib": ("flows.web",),
    "alembic": ("schema.migrations", "schema.store"),
    "apprise": ("flows.notifications",),
    "click": ("flows.cli", "flows.commands"),
    "deepdiff": ("flows.diff",),
    "fsspec": ("loaders.archive_folder",),
    "ibis": ("flows.impact", "flows.watch"),
    "fastapi": ("flows.app", "flows.web"),
    "jinja2": ("flows.report", "flows.web"),
    "markupsafe": ("flows.report", "flows.web"),
    "numpy": ("flows.watch",),
    "openpyxl": ("flows.report.sheets", "flows.sample"),
    "oxedi": ("loaders.remits",),
    "prefect": ("flows.check_sources", "flows.prepare_update", "flows.serving", "flows.watch_denials"),
    "joserfc": ("flows.web",),
    "pydantic": ("flows.settings", "flows.web"),
    "pydantic_settings": ("flows.settings",),
    "pyarrow": (
        "loaders.claims",
        "loaders.intake_months",
        "loaders.remits",
        "loaders.uses",
        "flows.impact",
        "flows.sample",
        "flows.watch",
    ),
    "python_calamine": ("loaders.workbook",),
    "pyspark": ("flows.impact.engine",),
    "pyx12": ("loaders.x12_envelope",),
    "rapidfuzz": ("flows.diff",),
    "requests": ("loaders.download",),
    "scipy": ("flows.watch",),
    "rich": ("flows.commands",),
    "selectolax": ("loaders.catalogue",),
    "sqlalchemy": ("loaders.uses.sql", "schema.migrations", "schema.store", *TABLES),
    "sqlmodel": ("schema.migrations", "schema.store", *TABLES),
    "starlette": ("flows.app", "flows.web"),
    "urllib3": ("loaders.download",),
    "uvicorn": ("flows.commands.serve",),
}
# What is imported under another name than it is installed under, or comes with what is declared.
DISTRIBUTIONS = {
    "python_calamine": "python-calamine",
    "pydantic_settings": "pydantic-settings",
    "ibis": "ibis-framework",
    "argon2": "argon2-cffi",
}
BROUGHT_ALONG = {
    "markupsafe": "jinja2",
    "pydantic": "pydantic-settings",
    "httpx": "prefect",
    "packaging": "pytest",
    "importlinter": "import-linter",
    "axe_playwright_python": "axe-playwright-python",
    "csv_diff": "csv-diff",
    "duckdb": "ibis-framework",
    "numpy": "scipy",
    "pyspark": "ibis-framework",
    "starlette": "fastapi",
    "joserfc": "authlib",
    "multipart": "python-multipart",
}
# By name, since SQLAlchemy or FastAPI and not our source imports them.
LOADED_BY_NAME = {"psycopg", "python-multipart"}

NETWORK_AND_FILES = {"csv", "ftplib", "http", "requests", "socket", "ssl", "subprocess", "urllib", "zipfile"}


def name_module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_imports(path: Path) -> Iterator[str]:
    """The full name of each module that the file imports at run time, inside functions too; not for types alone."""
    yield from walk_imports(ast.parse(path.read_text()))


def walk_imports(parent: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from walk_imports(node)


IMPORTS = sorted(
    (name_module(path), imported)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    for imported in set(find_imports(path))
)
THIRD_PARTY = sorted(
    {
        (module, imported.split(".")[0])
        for module, imported in IMPORTS
        if imported.split(".")[0] not in {*sys.stdlib_module_names, *PACKAGES}
    }
)
# The command line and the web pages lie above the stages and call them.
STAGES = sorted({path.parent.name for path in (ROOT / "flows").glob("*/__init__.py")} - {"commands", "web"})
SOURCES_OF_LOADERS = sorted(path.parent.name for path in (ROOT / "loaders").glob("*/__init__.py"))


def is_within(module: str, home: str) -> bool:
    return module == home or module.startswith(f"{home}.")


def find_requirements(*extras: str) -> set[str]:
    """Names of what pyproject.toml declares for a plain installation and these extras."""
    optional = PROJECT["project"]["optional-dependencies"]
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in optional[extra])]
    return {re.split(r"[<>=\[ ]", line)[0] for line in lines}


def test_each_library_is_at_home_in_one_place() -> None:
    strays = [
        f"{module} imports {library}"
        for module, library in THIRD_PARTY
        if not any(is_within(module, home) for home in HOMES.get(library, ()))
    ]
    assert strays == []


def test_each_home_holds_its_library_and_each_dependency_has_a_home() -> None:
    used = {library for _, library in THIRD_PARTY}
    assert sorted(set(HOMES) - used) == []
    declared = find_requirements("postgres", "prefect", "notify", "spark", "serve", "oidc")
    homes = {DISTRIBUTIONS.get(library, library) for library in HOMES} | LOADED_BY_NAME
    assert sorted(declared - homes) == [], "declared, but nothing may import it"


def test_what_is_imported_is_declared() -> None:
    declared = find_requirements("prefect", "notify", "spark", "serve", "oidc")
    missing = {
        library
        for _, library in THIRD_PARTY
        if BROUGHT_ALONG.get(library, DISTRIBUTIONS.get(library, library)) not in declared
    }
    assert missing == set()


def test_what_the_tests_import_is_declared() -> None:
    declared = find_requirements("prefect", "postgres", "serve", "oidc", "test", "bench")
    known = {*sys.stdlib_module_names, *PACKAGES, "tests"}
    imported = {name.split(".")[0] for path in (ROOT / "tests").rglob("*.py") for name in find_imports(path)}
    missing = {n for n in imported - known if BROUGHT_ALONG.get(n, DISTRIBUTIONS.get(n, n)) not in declared}
    assert missing == set()


@pytest.mark.parametrize(("folder", "members"), [("flows", STAGES), ("loaders", SOURCES_OF_LOADERS)])
def test_import_linter_knows_every_stage_and_source(folder: str, members: list[str]) -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    independent = [c["modules"] for c in contracts if c["type"] == "independence"]
    assert [f"{folder}.{member}" for member in members] in independent


def test_stages_do_not_know_each_other_or_the_flows_above_them() -> None:
    strays = [
        f"{module} imports {imported}"
        for module, imported in IMPORTS
        for stage in STAGES
        if is_within(module, f"flows.{stage}") and is_within(imported, "flows")
        if not is_within(imported, f"flows.{stage}") and imported != "flows"
    ]
    assert strays == []


def test_schema_reads_no_file_and_calls_no_network() -> None:
    strays = [
        f"{module} imports {imported}"
        for module, imported in IMPORTS
        if is_within(module, "schema") and imported.split(".")[0] in NETWORK_AND_FILES
    ]
    assert strays == []


def test_stages_are_told_the_date_and_do_not_ask_the_clock() -> None:
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for stage in STAGES
        for path in (ROOT / "flows" / stage).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"today", "utcnow", "now"}
    ]
    assert asked == []
