"""Every refusal has a page: docs/errors.md explains each slug and draws the tree as it is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from schema import errors
from schema.errors import AddendaError, Place, RecordError

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "errors.md").read_text()


def find_subclasses(family: type[AddendaError]) -> list[type[AddendaError]]:
    """Those in schema/errors.py, in its order; a test may have made others."""
    return [child for child in family.__subclasses__() if child.__module__ == errors.__name__]


def find_family(family: type[AddendaError]) -> list[type[AddendaError]]:
    return [family, *(member for child in find_subclasses(family) for member in find_family(child))]


def draw_tree(family: type[AddendaError], lead: str = "") -> list[str]:
    """One line for each error: the branch, its name, its slug."""
    lines = []
    children = find_subclasses(family)
    for child in children:
        is_last = child is children[-1]
        lines.append(f"{lead}{'└── ' if is_last else '├── '}{child.__name__} ({child.slug})")
        lines += draw_tree(child, lead + ("    " if is_last else "│   "))
    return lines


FAMILY = find_family(AddendaError)[1:]
# One attempt of several, caught within the download; and the way to the entrance, which is no fault. Never shown.
INNER = {"loaders/download_faults.py: AttemptError", "flows/web/visitors.py: SignInNeededError"}
SECTIONS = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_tree_in_the_page_is_the_real_one() -> None:
    drawn = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert drawn is not None
    assert drawn.group(1).splitlines() == ["AddendaError", *draw_tree(AddendaError)]


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: str(error.__name__))
def test_every_error_is_explained(error: type[AddendaError]) -> None:
    section = SECTIONS[error.slug]
    assert f"`{error.__name__}`" in section
    assert "**What it means.**" in section
    assert "**What to do.**" in section


def test_page_explains_nothing_that_does_not_exist() -> None:
    assert list(SECTIONS) == list(dict.fromkeys(error.slug for error in FAMILY))


def test_a_slug_is_of_one_error_and_those_below_it_and_the_root_is_never_raised() -> None:
    owners: dict[str, type[AddendaError]] = {}
    for error in FAMILY:
        assert issubclass(error, owners.setdefault(error.slug, error))
    assert "raise AddendaError(" not in "".join(path.read_text() for path in find_sources())


def test_there_is_no_error_outside_the_tree() -> None:
    strays = {
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in find_sources()
        if path != ROOT / "schema" / "errors.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
    }
    assert strays == INNER


def test_an_error_is_one_line_whatever_the_input_held() -> None:
    place = Place("bad\nname.zip", 3, 16, "\x1b[31m" + "9" * 500)
    error = RecordError("the billable flag is not 0 or 1", "two\nlines", "ask for the file again", place)
    assert str(error) == error.line
    assert error.line.isprintable()
    assert error.line.startswith("the billable flag is not 0 or 1 (bad?name.zip, line 3, column 16, value '?[31m999")
    assert error.line.endswith("): two lines; ask for the file again")
    assert len(error.line) < 200


def test_a_refusal_is_one_line_that_begins_with_the_heading_of_its_section() -> None:
    run = [sys.executable, "-c", "from flows.cli import main; main(['no-such-command'])"]
    refused = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("addenda: usage: ")
    assert refused.stderr.count("\n") == 1


def find_sources() -> list[Path]:
    return sorted(path for package in ("flows", "loaders", "schema") for path in (ROOT / package).rglob("*.py"))
