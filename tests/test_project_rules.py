"""Rules that every file of the project keeps."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import schema

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "loaders", "schema")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE = 300


def test_package_named_schema_is_ours_and_not_the_one_on_the_registry() -> None:
    assert Path(str(schema.__file__)).parents[1] == ROOT


def test_init_files_are_empty() -> None:
    filled = [path for path in SOURCES if path.name == "__init__.py" and path.read_bytes()]
    assert filled == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in SOURCES}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_files_have_one_subject_and_so_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES + TESTS}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_packages_assert_nothing_at_run_time() -> None:
    asserts = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert)
    ]
    assert asserts == []


def test_modules_and_public_functions_say_what_they_are_for() -> None:
    silent = []
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        nodes = [tree, *(n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef))]
        for node in nodes:
            name = getattr(node, "name", "")
            if path.name != "__init__.py" and not name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}: {name or 'the module'}")
    assert [line for line in silent if "migrations" not in line] == []


def test_import_rules_hold() -> None:
    run = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)[0].split()
    targets = re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert sorted(phony) == sorted(targets)
    assert [
        line.split()[1] for line in shown.splitlines() if line.startswith("make ") and len(line.split()) > 3
    ] == phony


def test_continuous_integration_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "make test"


def test_lock_was_made_from_this_project_file_and_one_registry() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    locked = next(package for package in packages if package["name"] == project["name"])["metadata"]["requires-dist"]
    assert sorted(map(describe_locked, locked)) == sorted(describe_declared(project))
    assert len({package["source"]["registry"] for package in packages if package["name"] != project["name"]}) == 1


def describe_declared(project: dict[str, Any]) -> list[tuple[str, ...]]:
    """(extra, name, its extras, versions) of each requirement in pyproject.toml."""
    groups: dict[str, list[str]] = {"": project["dependencies"], **project["optional-dependencies"]}
    found: list[tuple[str, ...]] = []
    for extra, lines in groups.items():
        for line in lines:
            need = Requirement(line)
            found.append((extra, need.name, ",".join(sorted(need.extras)), str(need.specifier)))
    return found


def describe_locked(entry: dict[str, Any]) -> tuple[str, ...]:
    """The same four of one entry of uv.lock."""
    extra = re.search(r"extra == '([^']+)'", entry.get("marker", ""))
    extras = ",".join(sorted(entry.get("extras", [])))
    return (extra.group(1) if extra else "", entry["name"], extras, str(SpecifierSet(entry.get("specifier", ""))))
